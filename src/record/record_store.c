/* SQL of the record and the operation log. */
#include "record/record_impl.h"

enum { LIST_MAX = 200, QUERY_MAX = 500 };

err record_store_add(struct tx *t, const struct record_row *row, struct bytes salt)
{
    TRY(db_exec(t,
                "INSERT INTO record (id, kind, account_id, subject, actor, at, prev, salt, body,"
                " hash) VALUES ($1, $2, $3, $4, $5, $6, (SELECT p.hash FROM record p"
                " WHERE p.subject = $4 ORDER BY p.id DESC LIMIT 1), $7, $8, $9)",
                DB_IN(row->id, row->kind, row->account_id, row->subject, row->actor, row->at, salt,
                      row->body, row->hash)));
    return db_exec(t, "INSERT INTO record_pending (id) VALUES ($1)", DB_IN(row->id));
}

err record_store_batch(struct tx *t, arena *mem, int64_t after, struct record_stored **ret_v,
                       size_t *ret_n)
{
    struct record_stored *v = NEW_N(mem, struct record_stored, VERIFY_BATCH), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT r.id, r.kind, r.account_id, r.subject, r.actor, r.at, r.prev, r.salt, r.body,"
            " r.hash, (SELECT COUNT(*) FROM record p WHERE p.subject = r.subject"
            " AND p.hash = r.prev AND p.id <> r.id) FROM record r WHERE r.id > $1"
            " ORDER BY r.id LIMIT 500",
            DB_IN(after),
            DB_OUT(&x.row.id, &x.row.kind, &x.row.account_id, &x.row.subject, &x.row.actor,
                   &x.row.at, &x.prev, &x.salt, &x.row.body, &x.row.hash, &x.linked),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err record_list(struct tx *t, arena *mem, str subject, struct record_row **ret_v, size_t *ret_n)
{
    struct record_row *v = NEW_N(mem, struct record_row, LIST_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, kind, account_id, subject, actor, at, body, hash FROM record"
            " WHERE subject = $1 ORDER BY id LIMIT 200",
            DB_IN(subject),
            DB_OUT(&x.id, &x.kind, &x.account_id, &x.subject, &x.actor, &x.at, &x.body, &x.hash),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err oplog_store_add(struct tx *t, const struct oplog_row *row, struct sha256 hash)
{
    return db_exec(t,
                   "INSERT INTO oplog (id, at, user_id, account_id, method, route, object, result,"
                   " status, ip, port, user_agent, content_hash, hash)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                   DB_IN(row->id, row->at, row->user_id, row->account_id, row->method, row->route,
                         row->object, row->result, row->status, row->ip, row->port, row->user_agent,
                         row->content_hash, ((struct bytes){hash.b, sizeof hash.b})));
}

err oplog_store_batch(struct tx *t, arena *mem, int64_t after, struct oplog_stored **ret_v,
                      size_t *ret_n)
{
    struct oplog_stored *v = NEW_N(mem, struct oplog_stored, VERIFY_BATCH), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, at, user_id, account_id, method, route, object, result, status, ip, port,"
            " user_agent, content_hash, hash FROM oplog WHERE id > $1 ORDER BY id LIMIT 500",
            DB_IN(after),
            DB_OUT(&x.row.id, &x.row.at, &x.row.user_id, &x.row.account_id, &x.row.method,
                   &x.row.route, &x.row.object, &x.row.result, &x.row.status, &x.row.ip,
                   &x.row.port, &x.row.user_agent, &x.row.content_hash, &x.hash),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

struct oplog_page {
    struct oplog_row *v, x;
    size_t n;
};
#define OPLOG                                                                                      \
    "SELECT id, at, user_id, account_id, method, route, object, result, status, ip, port,"         \
    " user_agent, content_hash FROM oplog WHERE id < $1"
#define OPLOG_OUT(x)                                                                               \
    DB_OUT(&(x).id, &(x).at, &(x).user_id, &(x).account_id, &(x).method, &(x).route, &(x).object,  \
           &(x).result, &(x).status, &(x).ip, &(x).port, &(x).user_agent, &(x).content_hash)

/* A statement each, so that each walks its own index: a person with a few rows among millions is
 * found at once. */
static err oplog_of(struct tx *t, arena *mem, const struct oplog_query *q, int64_t before,
                    struct oplog_page *p)
{
    if (q->user_id)
        DB_EACH(t, mem,
                OPLOG " AND user_id = $2 AND (account_id = $3 OR $3 = 0) ORDER BY id DESC LIMIT $4",
                DB_IN(before, q->user_id, q->account_id, q->limit), OPLOG_OUT(p->x),
                { p->v[p->n++] = p->x; });
    else if (q->account_id)
        DB_EACH(t, mem, OPLOG " AND account_id = $2 ORDER BY id DESC LIMIT $3",
                DB_IN(before, q->account_id, q->limit), OPLOG_OUT(p->x), { p->v[p->n++] = p->x; });
    else
        DB_EACH(t, mem, OPLOG " ORDER BY id DESC LIMIT $2", DB_IN(before, q->limit),
                OPLOG_OUT(p->x), { p->v[p->n++] = p->x; });
    return OK;
}

err oplog_list(struct tx *t, arena *mem, const struct oplog_query *q, struct oplog_row **ret_v,
               size_t *ret_n)
{
    ASSERT(q->limit > 0 && q->limit <= QUERY_MAX);
    struct oplog_page p = {.v = NEW_N(mem, struct oplog_row, (size_t)q->limit)};
    TRY(oplog_of(t, mem, q, q->before_id ? q->before_id : INT64_MAX, &p));
    *ret_v = p.v;
    *ret_n = p.n;
    return OK;
}
