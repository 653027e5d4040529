/* SQL of the outbox. */
#include "mail/mail_store.h"

enum { LIST_MAX = 200 };

err mail_store_add(struct tx *t, const struct mail_stored *m)
{
    return db_exec(t,
                   "INSERT INTO outbox (id, channel, recipient_sealed, recipient_masked, subject,"
                   " body_sealed, state, created_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7)",
                   DB_IN(m->row.id, m->row.channel, m->recipient_sealed, m->row.recipient_masked,
                         m->row.subject, m->body_sealed, tx_now(t)));
}

err mail_store_get(struct tx *t, arena *mem, int64_t id, struct mail_stored *ret_m)
{
    struct mail_stored m = {.row.id = id};
    TRY(db_one(t, mem,
               "SELECT channel, recipient_sealed, recipient_masked, subject, body_sealed, state,"
               " error, created_at, sent_at FROM outbox WHERE id = $1",
               DB_IN(id),
               DB_OUT(&m.row.channel, &m.recipient_sealed, &m.row.recipient_masked, &m.row.subject,
                      &m.body_sealed, &m.row.state, &m.row.error, &m.row.created_at,
                      &m.row.sent_at)));
    *ret_m = m;
    return OK;
}

err mail_store_outcome(struct tx *t, int64_t id, str state, str error)
{
    int64_t sent_at = str_eq(state, S("sent")) ? tx_now(t) : 0;
    return db_exec(t,
                   "UPDATE outbox SET state = $1, error = $2, sent_at = $3"
                   " WHERE id = $4 AND state <> 'sent'",
                   DB_IN(state, error, sent_at, id));
}

err mail_store_requeue(struct tx *t, int64_t id)
{
    int64_t n = 0;
    TRY(db_exec_n(t,
                  "UPDATE outbox SET state = 'queued', error = ''"
                  " WHERE id = $1 AND state = 'failed'",
                  DB_IN(id), &n));
    return n ? OK : fault(ERR_CONFLICT, "mail_not_failed", "message %lld", (long long)id);
}

err mail_load(struct tx *t, arena *mem, int64_t id, struct mail_row *ret_row)
{
    struct mail_stored m;
    TRY(mail_store_get(t, mem, id, &m));
    *ret_row = m.row;
    return OK;
}

err mail_count(struct tx *t, struct mail_counts *ret_c)
{
    struct mail_counts c = {0};
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FILTER (WHERE state = 'queued'),"
               " COUNT(*) FILTER (WHERE state = 'failed') FROM outbox WHERE state <> 'sent'",
               DB_IN(), DB_OUT(&c.queued, &c.failed)));
    *ret_c = c;
    return OK;
}

err mail_list(struct tx *t, arena *mem, const struct mail_query *q, struct mail_row **ret_v,
              size_t *ret_n)
{
    ASSERT(q->limit > 0 && q->limit <= LIST_MAX);
    struct mail_row *v = NEW_N(mem, struct mail_row, LIST_MAX), x = {0};
    size_t n = 0;
    str state = q->state.p ? q->state : S("");
    DB_EACH(t, mem,
            "SELECT id, channel, recipient_masked, subject, state, error, created_at, sent_at"
            " FROM outbox WHERE id < $1 AND ($2 = '' OR state = $2) ORDER BY id DESC LIMIT $3",
            DB_IN(q->before_id ? q->before_id : INT64_MAX, state, q->limit),
            DB_OUT(&x.id, &x.channel, &x.recipient_masked, &x.subject, &x.state, &x.error,
                   &x.created_at, &x.sent_at),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
