/* Leases: a row per role, taken by a conditional upsert, free again when its time is over. One that
 * ends later than any given now could, was given by a clock that has been set back since. */
#include "base/clock.h"
#include "db/db.h"

err lease_take(struct tx *t, str name, str holder, int64_t ttl_ms, bool *ret_mine)
{
    int64_t n = 0;
    TRY(db_exec_n(
        t,
        "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)"
        " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,"
        " until = excluded.until"
        " WHERE lease.holder = excluded.holder OR lease.until <= $4"
        " OR lease.until > $5",
        DB_IN(name, holder, tx_now(t) + ttl_ms, tx_now(t), tx_now(t) + ttl_ms + MINUTE_MS), &n));
    *ret_mine = n == 1;
    return OK;
}

err lease_drop(struct tx *t, str name, str holder)
{
    return db_exec(t, "DELETE FROM lease WHERE name = $1 AND holder = $2", DB_IN(name, holder));
}
