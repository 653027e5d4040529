/* SQL of e-mail addresses. */
#include "user/email_store.h"

err store_email_set(struct tx *t, int64_t user_id, struct bytes sealed)
{
    return db_exec(t,
                   "INSERT INTO user_email (user_id, address_sealed, proved_at)"
                   " VALUES ($1, $2, $3) ON CONFLICT (user_id) DO UPDATE SET"
                   " address_sealed = excluded.address_sealed, proved_at = excluded.proved_at",
                   DB_IN(user_id, sealed, tx_now(t)));
}

err store_email_drop(struct tx *t, int64_t user_id)
{
    return db_exec(t, "DELETE FROM user_email WHERE user_id = $1", DB_IN(user_id));
}

err store_email_sealed(struct tx *t, arena *mem, int64_t user_id, struct bytes *ret_sealed)
{
    return db_one(t, mem, "SELECT address_sealed FROM user_email WHERE user_id = $1",
                  DB_IN(user_id), DB_OUT(ret_sealed));
}
