/* SQL of departures. */
#include "leaving/departure_store.h"

err store_departure_insert(struct tx *t, const struct departure *d)
{
    return db_exec(t,
                   "INSERT INTO departure (user_id, id, registrant_id, asked_at, due_at, state)"
                   " VALUES ($1, $2, $3, $4, $5, 'cooling')",
                   DB_IN(d->user_id, d->id, d->registrant_id, d->asked_at, d->due_at));
}

err store_departure_end(struct tx *t, int64_t id, str state)
{
    return db_exec(t, "UPDATE departure SET state = $2, ended_at = $3 WHERE id = $1",
                   DB_IN(id, state, tx_now(t)));
}

err store_departure_held(struct tx *t, int64_t id)
{
    return db_exec(t, "UPDATE departure SET held = 1 WHERE id = $1", DB_IN(id));
}

#define COLUMNS                                                                                    \
    "SELECT user_id, id, registrant_id, asked_at, due_at, ended_at, erased_at, state, held"        \
    " FROM departure"
#define OUT(d)                                                                                     \
    DB_OUT(&(d).user_id, &(d).id, &(d).registrant_id, &(d).asked_at, &(d).due_at, &(d).ended_at,   \
           &(d).erased_at, &(d).state, &(d).held)

err departure_load(struct tx *t, arena *mem, int64_t id, struct departure *ret_d)
{
    struct departure d = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE id = $1", DB_IN(id), OUT(d)));
    *ret_d = d;
    return OK;
}

err departure_of(struct tx *t, arena *mem, int64_t user_id, int64_t registrant_id,
                 struct departure *ret_d)
{
    struct departure d = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE user_id = $1 AND registrant_id = $2 AND state = 'cooling'",
               DB_IN(user_id, registrant_id), OUT(d)));
    *ret_d = d;
    return OK;
}

err departure_list(struct tx *t, arena *mem, int64_t user_id, struct departure **ret_v,
                   size_t *ret_n)
{
    struct departure *v = NEW_N(mem, struct departure, DEPARTURE_MAX), d = {0};
    size_t n = 0;
    DB_EACH(t, mem, COLUMNS " WHERE user_id = $1 ORDER BY id DESC LIMIT 100", DB_IN(user_id),
            OUT(d), { v[n++] = d; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

#define IDS(key, sql)                                                                              \
    do {                                                                                           \
        int64_t *v = NEW_N(mem, int64_t, DEPARTURE_MAX), id_ = 0;                                  \
        size_t n = 0;                                                                              \
        DB_EACH(t, mem, sql, DB_IN(key), DB_OUT(&id_), { v[n++] = id_; });                         \
        *ret_v = v;                                                                                \
        *ret_n = n;                                                                                \
        return OK;                                                                                 \
    } while (0)

err store_departures_due(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n)
{
    IDS(tx_now(t), "SELECT id FROM departure WHERE state = 'cooling' AND due_at <= $1"
                   " ORDER BY held, due_at, id LIMIT 100");
}

err store_memberships(struct tx *t, arena *mem, int64_t user_id, int64_t **ret_v, size_t *ret_n)
{
    IDS(user_id, "SELECT m.account_id FROM member m JOIN account a ON a.id = m.account_id"
                 " WHERE m.user_id = $1 AND a.state <> 'closed' ORDER BY m.account_id LIMIT 100");
}

err store_subscriptions(struct tx *t, arena *mem, int64_t user_id, int64_t **ret_v, size_t *ret_n)
{
    IDS(user_id, "SELECT account_id FROM subscription WHERE user_id = $1 ORDER BY account_id"
                 " LIMIT 100");
}

#define OPEN_CASES(kind)                                                                           \
    "(SELECT COUNT(*) FROM cases c WHERE c.account_id = a.id AND c.state = 'open'"                 \
    " AND c.kind = '" kind "')"

err store_departing_accounts(struct tx *t, arena *mem, const struct departure_wish *w,
                             struct departing_account **ret_v, size_t *ret_n)
{
    struct departing_account *v = NEW_N(mem, struct departing_account, DEPARTURE_MAX), x = {0};
    size_t n = 0;
    DB_EACH(
        t, mem,
        "SELECT a.id, a.handle, a.name, a.state, CASE WHEN r.user_id = $1 THEN 1 ELSE 0 END,"
        " (SELECT COUNT(*) FROM closing k WHERE k.account_id = a.id AND k.state = 'cooling'),"
        " " OPEN_CASES("finding") ", " OPEN_CASES(
            "appeal") " FROM account a JOIN registrant r ON r.id = a.registrant_id"
                      " WHERE (r.user_id = $1 AND ($2 = 0 OR r.id = $2))"
                      "  OR ($2 = 0 AND a.state <> 'closed' AND EXISTS (SELECT 1 FROM member m"
                      "   WHERE m.account_id = a.id AND m.user_id = $1 AND m.role = 'owner')"
                      "   AND NOT EXISTS (SELECT 1 FROM member m WHERE m.account_id = a.id"
                      "   AND m.user_id <> $1 AND m.role = 'owner'))"
                      " ORDER BY CASE WHEN a.state = 'closed' THEN 1 ELSE 0 END, a.id LIMIT 100",
        DB_IN(w->user_id, w->registrant_id),
        DB_OUT(&x.id, &x.handle, &x.name, &x.state, &x.own, &x.cools, &x.findings, &x.appeals),
        { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_has_post(struct tx *t, int64_t user_id, bool *ret_yes)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT (SELECT COUNT(*) FROM user_role WHERE user_id = $1)"
               " + (SELECT COUNT(*) FROM post WHERE user_id = $1 AND ended_at IS NULL"
               "  AND (until_at IS NULL OR until_at > $2))",
               DB_IN(user_id, tx_now(t)), DB_OUT(&n)));
    *ret_yes = n > 0;
    return OK;
}

err store_private_erase(struct tx *t, int64_t user_id)
{
    TRY(db_exec(t, "DELETE FROM saved WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM reading WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM reader WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM notice WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM notice_out WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM notice_choice WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM user_email WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM passkey WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM passkey_challenge WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM user_age WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM user_device WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "UPDATE api_token SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL",
                DB_IN(user_id, tx_now(t))));
    TRY(db_exec(t,
                "UPDATE ticket SET state = 'closed', closed_at = $2, updated_at = $2"
                " WHERE user_id = $1 AND state <> 'closed'",
                DB_IN(user_id, tx_now(t))));
    return db_exec(t, "UPDATE own_export SET expires_at = $2 WHERE user_id = $1 AND state = 'done'",
                   DB_IN(user_id, tx_now(t)));
}
