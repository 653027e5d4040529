/* SQL of notes. */
#include "article/remark_store.h"

err store_remark_insert(struct tx *t, const struct remark *n)
{
    return db_exec(t,
                   "INSERT INTO article_note (account_id, no, id, thread, author, body, made_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   DB_IN(n->account_id, n->no, n->id, n->thread, n->author, n->body, tx_now(t)));
}

err store_remark_count(struct tx *t, int64_t account_id, int64_t no, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM article_note WHERE account_id = $1 AND no = $2",
                  DB_IN(account_id, no), DB_OUT(ret_n));
}

err remark_open_count(struct tx *t, int64_t account_id, int64_t no, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM article_note WHERE account_id = $1 AND no = $2"
                  " AND id = thread AND done_at = 0",
                  DB_IN(account_id, no), DB_OUT(ret_n));
}

err store_remark_thread(struct tx *t, const struct remark *n)
{
    int64_t id = 0;
    return db_one(t, NULL,
                  "SELECT id FROM article_note WHERE account_id = $1 AND no = $2 AND id = $3"
                  " AND thread = $3",
                  DB_IN(n->account_id, n->no, n->thread), DB_OUT(&id));
}

err store_remark_done(struct tx *t, const struct remark *n, bool done)
{
    return db_exec(t,
                   "UPDATE article_note SET done_at = $4 WHERE account_id = $1 AND no = $2"
                   " AND id = $3",
                   DB_IN(n->account_id, n->no, n->thread, done ? tx_now(t) : (int64_t)0));
}

err remark_list(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct remark **ret_v,
                size_t *ret_n)
{
    struct remark *v = NEW_N(mem, struct remark, REMARKS_MAX),
                  x = {.account_id = account_id, .no = no};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT n.id, n.thread, n.done_at, n.author, n.made_at, n.body, COALESCE(u.name, '')"
            " FROM article_note n LEFT JOIN users u ON u.id = n.author"
            " WHERE n.account_id = $1 AND n.no = $2 ORDER BY n.thread, n.id LIMIT 200",
            DB_IN(account_id, no),
            DB_OUT(&x.id, &x.thread, &x.done_at, &x.author, &x.made_at, &x.body, &x.author_name),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
