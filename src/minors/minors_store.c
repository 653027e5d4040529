/* SQL of minors. */
#include "minors/minors_store.h"

err store_age(struct tx *t, int64_t user_id, struct age_standing *ret_s)
{
    err e = db_one(t, NULL, "SELECT birth_year, minors_mode FROM user_age WHERE user_id = $1",
                   DB_IN(user_id), DB_OUT(&ret_s->birth_year, &ret_s->mode));
    return e == ERR_NOT_FOUND ? OK : e;
}

err store_age_put(struct tx *t, int64_t user_id, int birth_year, bool mode)
{
    return db_exec(t,
                   "INSERT INTO user_age (user_id, birth_year, minors_mode, set_at)"
                   " VALUES ($1, $2, $3, $4) ON CONFLICT (user_id) DO UPDATE"
                   " SET birth_year = excluded.birth_year, minors_mode = excluded.minors_mode,"
                   " set_at = excluded.set_at",
                   DB_IN(user_id, birth_year, mode, tx_now(t)));
}

err store_verified_person(struct tx *t, int64_t user_id, bool *ret_is)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM registrant WHERE user_id = $1 AND class = 'individual'"
               " AND state = 'verified'",
               DB_IN(user_id), DB_OUT(&n)));
    *ret_is = n > 0;
    return OK;
}

err store_guardian_last(struct tx *t, arena *mem, int64_t user_id, struct age_standing *ret_s)
{
    err e = db_one(t, mem,
                   "SELECT given, mobile_sealed, at FROM guardian_word WHERE user_id = $1"
                   " ORDER BY id DESC LIMIT 1",
                   DB_IN(user_id),
                   DB_OUT(&ret_s->guardian, &ret_s->guardian_sealed, &ret_s->guardian_at));
    return e == ERR_NOT_FOUND ? OK : e;
}

err store_guardian_word(struct tx *t, const struct guardian_word *w)
{
    return db_exec(
        t,
        "INSERT INTO guardian_word (user_id, id, given, mobile_sealed, rules_version, at)"
        " SELECT $1, $2, $3, $4, COALESCE(MAX(version), 0), $5 FROM policy"
        " WHERE kind = 'minors' AND effective_at <= $5",
        DB_IN(w->user_id, w->id, w->given, w->sealed, tx_now(t)));
}
