/* SQL of closings and looks into restricted storage. */
#include "leaving/leaving_store.h"

err store_closing_insert(struct tx *t, const struct closing *c)
{
    return db_exec(t,
                   "INSERT INTO closing (account_id, id, asked_by, asked_at, due_at, state)"
                   " VALUES ($1, $2, $3, $4, $5, 'cooling')",
                   DB_IN(c->account_id, c->id, c->asked_by, c->asked_at, c->due_at));
}

err store_closing_end(struct tx *t, int64_t id, str state)
{
    return db_exec(t, "UPDATE closing SET state = $2, ended_at = $3 WHERE id = $1",
                   DB_IN(id, state, tx_now(t)));
}

err store_closing_held(struct tx *t, int64_t id)
{
    return db_exec(t, "UPDATE closing SET held = 1 WHERE id = $1", DB_IN(id));
}

#define COLUMNS                                                                                    \
    "SELECT c.account_id, c.id, c.asked_by, c.asked_at, c.due_at, c.ended_at, c.state, a.handle,"  \
    " a.name, c.held FROM closing c JOIN account a ON a.id = c.account_id"
#define OUT(c)                                                                                     \
    DB_OUT(&(c).account_id, &(c).id, &(c).asked_by, &(c).asked_at, &(c).due_at, &(c).ended_at,     \
           &(c).state, &(c).handle, &(c).name, &(c).held)
#define OWN                                                                                        \
    " WHERE (c.asked_by = $1 OR EXISTS (SELECT 1 FROM member m WHERE m.account_id = c.account_id"  \
    " AND m.user_id = $1))"

err store_closing_load(struct tx *t, arena *mem, int64_t id, struct closing *ret_c)
{
    struct closing c = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE c.id = $1", DB_IN(id), OUT(c)));
    *ret_c = c;
    return OK;
}

err closing_of(struct tx *t, arena *mem, int64_t account_id, struct closing *ret_c)
{
    struct closing c = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE c.account_id = $1 AND c.state = 'cooling'",
               DB_IN(account_id), OUT(c)));
    *ret_c = c;
    return OK;
}

err closing_load(struct tx *t, arena *mem, int64_t id, int64_t user_id, struct closing *ret_c)
{
    struct closing c = {0};
    TRY(db_one(t, mem, COLUMNS OWN " AND c.id = $2", DB_IN(user_id, id), OUT(c)));
    *ret_c = c;
    return OK;
}

err closing_list(struct tx *t, arena *mem, int64_t user_id, struct closing **ret_v, size_t *ret_n)
{
    struct closing *v = NEW_N(mem, struct closing, CLOSING_LIST_MAX), c = {0};
    size_t n = 0;
    DB_EACH(t, mem, COLUMNS OWN " ORDER BY c.id DESC LIMIT 100", DB_IN(user_id), OUT(c),
            { v[n++] = c; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err closing_closed(struct tx *t, arena *mem, int64_t before, int limit, struct closing **ret_v,
                   size_t *ret_n)
{
    struct closing *v = NEW_N(mem, struct closing, CLOSING_LIST_MAX), c = {0};
    size_t n = 0;
    ASSERT(limit <= CLOSING_LIST_MAX);
    DB_EACH(t, mem,
            COLUMNS " WHERE c.state = 'closed' AND ($1 = 0 OR c.id < $1) ORDER BY c.id DESC"
                    " LIMIT $2",
            DB_IN(before, limit), OUT(c), { v[n++] = c; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

#define IDS(key, sql)                                                                              \
    do {                                                                                           \
        int64_t *v = NEW_N(mem, int64_t, CLOSING_LIST_MAX), id_ = 0;                               \
        size_t n = 0;                                                                              \
        DB_EACH(t, mem, sql, DB_IN(key), DB_OUT(&id_), { v[n++] = id_; });                         \
        *ret_v = v;                                                                                \
        *ret_n = n;                                                                                \
        return OK;                                                                                 \
    } while (0)

err store_closing_due(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n)
{
    IDS(tx_now(t), "SELECT id FROM closing WHERE state = 'cooling' AND due_at <= $1"
                   " ORDER BY held, due_at, id LIMIT 100");
}

err store_waiting_articles(struct tx *t, arena *mem, int64_t account_id, int64_t **ret_v,
                           size_t *ret_n)
{
    IDS(account_id, "SELECT no FROM article WHERE account_id = $1"
                    " AND state IN ('held', 'scheduled') ORDER BY no LIMIT 100");
}

err store_waiting_changes(struct tx *t, arena *mem, int64_t account_id, int64_t **ret_v,
                          size_t *ret_n)
{
    IDS(account_id, "SELECT subject FROM cases WHERE account_id = $1 AND kind = 'profile'"
                    " AND state = 'open' ORDER BY id LIMIT 100");
}

err store_open_cases(struct tx *t, int64_t account_id, struct closing_blocks *ret_b)
{
    return db_one(t, NULL,
                  "SELECT COALESCE(SUM(CASE WHEN kind = 'finding' THEN 1 ELSE 0 END), 0),"
                  " COALESCE(SUM(CASE WHEN kind = 'appeal' THEN 1 ELSE 0 END), 0)"
                  " FROM cases WHERE account_id = $1 AND state = 'open'",
                  DB_IN(account_id), DB_OUT(&ret_b->findings, &ret_b->appeals));
}

err store_look_insert(struct tx *t, const struct restricted_look *l)
{
    return db_exec(
        t,
        "INSERT INTO restricted_look (account_id, id, reader_id, basis, number, reason,"
        " no, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        DB_IN(l->account_id, l->id, l->reader_id, l->basis, l->number, l->reason, l->no, l->at));
}

err restricted_looks(struct tx *t, arena *mem, int64_t account_id, struct restricted_look **ret_v,
                     size_t *ret_n)
{
    struct restricted_look *v = NEW_N(mem, struct restricted_look, CLOSING_LIST_MAX), l = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT l.account_id, l.id, l.reader_id, l.no, l.at, l.basis, l.number, l.reason,"
            " u.name FROM restricted_look l JOIN users u ON u.id = l.reader_id"
            " WHERE l.account_id = $1 ORDER BY l.id DESC LIMIT 100",
            DB_IN(account_id),
            DB_OUT(&l.account_id, &l.id, &l.reader_id, &l.no, &l.at, &l.basis, &l.number, &l.reason,
                   &l.reader_name),
            { v[n++] = l; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
