/* SQL of exemptions from the cap. */
#include "account/exemption_store.h"

enum { LIST_MAX = 20 };

err store_exemption_insert(struct tx *t, const struct exemption *e, struct bytes identity_key)
{
    return db_exec(t,
                   "INSERT INTO cap_exemption (id, registrant_id, identity_key, extra, months,"
                   " reason, state, asked_by, asked_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8)",
                   DB_IN(e->id, e->registrant_id, identity_key, e->extra, e->months, e->reason,
                         e->asked_by, tx_now(t)));
}

#define COLUMNS                                                                                    \
    "SELECT id, registrant_id, asked_by, asked_at, decided_at, until_at, extra, months, state,"    \
    " reason, answer FROM cap_exemption"
#define OUT(e)                                                                                     \
    DB_OUT(&(e).id, &(e).registrant_id, &(e).asked_by, &(e).asked_at, &(e).decided_at,             \
           &(e).until_at, &(e).extra, &(e).months, &(e).state, &(e).reason, &(e).answer)

err store_exemption_load(struct tx *t, arena *mem, int64_t id, struct exemption *ret_e)
{
    struct exemption e = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE id = $1", DB_IN(id), OUT(e)));
    *ret_e = e;
    return OK;
}

err exemption_list(struct tx *t, arena *mem, int64_t registrant_id, struct exemption **ret_v,
                   size_t *ret_n)
{
    struct exemption *v = NEW_N(mem, struct exemption, LIST_MAX), e = {0};
    size_t n = 0;
    DB_EACH(t, mem, COLUMNS " WHERE registrant_id = $1 ORDER BY id DESC LIMIT 20",
            DB_IN(registrant_id), OUT(e), { v[n++] = e; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_exemption_decide(struct tx *t, const struct exemption *e)
{
    return db_exec(t,
                   "UPDATE cap_exemption SET state = $2, answer = $3, decided_at = $4,"
                   " until_at = $5 WHERE id = $1",
                   DB_IN(e->id, e->state, e->answer, tx_now(t), e->until_at));
}

err store_exemption_waits(struct tx *t, struct bytes identity_key, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM cap_exemption WHERE identity_key = $1 AND state = 'asked'",
                  DB_IN(identity_key), DB_OUT(ret_n));
}
