/* SQL of support. */
#include "support/support_store.h"

enum { MAX_OWN = 100, MAX_QUEUE = 200, MAX_MESSAGES = 500 };

err store_ticket_insert(struct tx *t, const struct ticket *in)
{
    return db_exec(
        t,
        "INSERT INTO ticket (id, user_id, category, subject, state, priority, opened_at,"
        " due_at, waits_since, updated_at)"
        " VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $6, $6)",
        DB_IN(in->id, in->user_id, in->category, in->subject, in->priority, tx_now(t), in->due_at));
}

err store_message_insert(struct tx *t, const struct ticket_message *m)
{
    return db_exec(t,
                   "INSERT INTO ticket_message (ticket_id, id, author, staff, body, blob, mime,"
                   " size, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   DB_IN(m->ticket_id, m->id, m->author, m->staff, m->body, m->blob, m->mime,
                         m->size, tx_now(t)));
}

err store_ticket_update(struct tx *t, const struct ticket *in)
{
    return db_exec(t,
                   "UPDATE ticket SET state = $2, due_at = $3, waits_since = $4, claimed_by = $5,"
                   " first_answer_at = $6, late = $7, closed_at = $8, rating = $9, updated_at = $10"
                   " WHERE id = $1",
                   DB_IN(in->id, in->state, in->due_at, in->waits_since, in->claimed_by,
                         in->first_answer_at, in->late, in->closed_at, in->rating, tx_now(t)));
}

err store_tickets_open(struct tx *t, int64_t user_id, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM ticket WHERE user_id = $1 AND state <> 'closed'",
                  DB_IN(user_id), DB_OUT(ret_n));
}

err store_public_body(struct tx *t, int64_t user_id, bool *ret_yes)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT (SELECT COUNT(*) FROM registrant r WHERE r.user_id = $1"
               "  AND r.state = 'verified'"
               "  AND r.class IN ('government', 'institution', 'people_org'))"
               " + (SELECT COUNT(*) FROM member m JOIN account a ON a.id = m.account_id"
               "  WHERE m.user_id = $1 AND a.state IN ('active', 'paused', 'suspended')"
               "  AND a.class IN ('government', 'institution', 'people_org'))",
               DB_IN(user_id), DB_OUT(&n)));
    *ret_yes = n > 0;
    return OK;
}

#define SELECT                                                                                     \
    "SELECT k.id, k.user_id, k.opened_at, k.due_at, k.waits_since, k.claimed_by,"                  \
    " k.first_answer_at, k.closed_at, k.updated_at, k.category, k.subject, k.state, k.priority,"   \
    " k.late, k.rating, COALESCE(u.name, ''), COALESCE(w.name, '') FROM ticket k"                  \
    " LEFT JOIN users u ON u.id = k.user_id LEFT JOIN users w ON w.id = k.claimed_by "
#define OUT(x)                                                                                     \
    DB_OUT(&(x).id, &(x).user_id, &(x).opened_at, &(x).due_at, &(x).waits_since, &(x).claimed_by,  \
           &(x).first_answer_at, &(x).closed_at, &(x).updated_at, &(x).category, &(x).subject,     \
           &(x).state, &(x).priority, &(x).late, &(x).rating, &(x).user_name, &(x).claimed_name)

err ticket_load(struct tx *t, arena *mem, int64_t id, struct ticket *ret_t)
{
    struct ticket k = {0};
    TRY(db_one(t, mem, SELECT "WHERE k.id = $1", DB_IN(id), OUT(k)));
    *ret_t = k;
    return OK;
}

err ticket_messages(struct tx *t, arena *mem, int64_t id, struct ticket_message **ret_v,
                    size_t *ret_n)
{
    struct ticket_message *v = NEW_N(mem, struct ticket_message, MAX_MESSAGES), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT m.ticket_id, m.id, m.author, m.size, m.at, m.staff, m.body, m.blob, m.mime,"
            " COALESCE(u.name, '') FROM ticket_message m LEFT JOIN users u ON u.id = m.author"
            " WHERE m.ticket_id = $1 ORDER BY m.id LIMIT 500",
            DB_IN(id),
            DB_OUT(&x.ticket_id, &x.id, &x.author, &x.size, &x.at, &x.staff, &x.body, &x.blob,
                   &x.mime, &x.author_name),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err ticket_own(struct tx *t, arena *mem, int64_t user_id, struct ticket **ret_v, size_t *ret_n)
{
    struct ticket *v = NEW_N(mem, struct ticket, MAX_OWN), x = {0};
    size_t n = 0;
    DB_EACH(t, mem, SELECT "WHERE k.user_id = $1 ORDER BY k.id DESC LIMIT 100", DB_IN(user_id),
            OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err ticket_queue(struct tx *t, arena *mem, const struct ticket_filter *f, struct ticket **ret_v,
                 size_t *ret_n)
{
    ASSERT(f->limit > 0 && f->limit <= MAX_QUEUE);
    struct ticket *v = NEW_N(mem, struct ticket, (size_t)f->limit), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            SELECT "WHERE k.state = $1 AND ($2 = 0 OR k.claimed_by = $2)"
                   " ORDER BY CASE WHEN $1 = 'open' THEN k.priority ELSE 0 END DESC,"
                   " CASE WHEN $1 = 'open' THEN k.due_at ELSE -k.updated_at END, k.id LIMIT $3",
            DB_IN(f->state, f->claimed, f->limit), OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err ticket_count(struct tx *t, struct ticket_counts *ret_c)
{
    struct ticket_counts c = {0};
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FILTER (WHERE state = 'open'),"
               " COUNT(*) FILTER (WHERE state = 'open' AND priority = 1),"
               " COUNT(*) FILTER (WHERE state = 'open' AND due_at < $1),"
               " COUNT(*) FILTER (WHERE state = 'answered'), COUNT(*) FILTER (WHERE rating > 0),"
               " COALESCE(SUM(rating), 0) FROM ticket",
               DB_IN(tx_now(t)),
               DB_OUT(&c.open, &c.priority, &c.overdue, &c.answered, &c.rated, &c.stars)));
    *ret_c = c;
    return OK;
}
