/* SQL of the ways of notices. */
#include "notice/choice.h"

err notice_ways_of(struct tx *t, int64_t user_id, enum notice_group g, struct notice_ways *ret_w)
{
    struct notice_ways w = {.site = true};
    if (g != NOTICE_GROUPS) {
        err e = db_one(
            t, NULL, "SELECT site, email, sms FROM notice_choice WHERE user_id = $1 AND grp = $2",
            DB_IN(user_id, str_from(NOTICE_GROUP[g].name)), DB_OUT(&w.site, &w.email, &w.sms));
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        w.site |= !NOTICE_GROUP[g].optional;
    }
    *ret_w = w;
    return OK;
}

err notice_ways_set(struct tx *t, int64_t user_id, enum notice_group g, struct notice_ways w)
{
    str group = str_from(NOTICE_GROUP[g].name);
    w.site |= !NOTICE_GROUP[g].optional;
    if (w.site && !w.email && !w.sms)
        return db_exec(t, "DELETE FROM notice_choice WHERE user_id = $1 AND grp = $2",
                       DB_IN(user_id, group));
    return db_exec(t,
                   "INSERT INTO notice_choice (user_id, grp, site, email, sms, set_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, grp) DO UPDATE SET"
                   " site = excluded.site, email = excluded.email, sms = excluded.sms,"
                   " set_at = excluded.set_at",
                   DB_IN(user_id, group, w.site, w.email, w.sms, tx_now(t)));
}

err notice_email_off(struct tx *t, int64_t user_id)
{
    TRY(db_exec(t, "UPDATE notice_choice SET email = 0 WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t,
                "DELETE FROM notice_choice"
                " WHERE user_id = $1 AND site = 1 AND email = 0 AND sms = 0",
                DB_IN(user_id)));
    return db_exec(t, "DELETE FROM notice_out WHERE user_id = $1 AND channel = 'email'",
                   DB_IN(user_id));
}

err notice_has_address(struct tx *t, int64_t user_id, bool *ret_has)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM user_email WHERE user_id = $1", DB_IN(user_id),
               DB_OUT(&n)));
    *ret_has = n > 0;
    return OK;
}

err notice_out_load(struct tx *t, arena *mem, int64_t id, struct notice_going *ret_g)
{
    struct notice_going g = {.id = id};
    TRY(db_one(t, mem, "SELECT user_id, channel, kind, args, link FROM notice_out WHERE id = $1",
               DB_IN(id), DB_OUT(&g.user_id, &g.channel, &g.kind, &g.args, &g.link)));
    *ret_g = g;
    return OK;
}

err notice_out_done(struct tx *t, int64_t id)
{
    return db_exec(t, "DELETE FROM notice_out WHERE id = $1", DB_IN(id));
}
