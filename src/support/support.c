/* Rules of support: whose turn it is, what the clock does, who is told. */
#include "support/support.h"

#include "base/clock.h"
#include "base/id.h"
#include "notice/notice.h"
#include "record/record.h"
#include "support/support_store.h"

const char *const TICKET_CATEGORY[TICKET_CATEGORIES] = {
#define CATEGORY(name) #name,
#include "support/categories.def"
#undef CATEGORY
};

/* A reference only: what people write stays out of the record. */
static err leave(struct tx *t, enum record_kind kind, int64_t id, int64_t by)
{
    AUTO_ARENA(mem);
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .actor = by,
                             .subject = str_fmt(mem, "ticket/%lld", (long long)id),
                         });
}

static int64_t due(struct tx *t, const struct ticket_terms *terms, bool priority)
{
    return clock_add_workdays(tx_now(t), priority ? terms->priority_days : terms->days);
}

err ticket_open(struct tx *t, const struct ticket_terms *terms, const struct ticket *in,
                const struct ticket_message *m, int64_t *ret_id)
{
    struct ticket k = *in;
    struct ticket_message first = *m;
    int64_t n = 0;
    TRY(store_tickets_open(t, k.user_id, &n));
    if (n >= TICKET_OPEN_MAX)
        return fault(ERR_LIMIT, "tickets_open", "%lld open", (long long)n);
    TRY(store_public_body(t, k.user_id, &k.priority));
    k.id = id_new();
    k.due_at = due(t, terms, k.priority);
    TRY(store_ticket_insert(t, &k));
    first.ticket_id = k.id;
    first.id = id_new();
    first.author = k.user_id;
    first.staff = false;
    TRY(store_message_insert(t, &first));
    TRY(leave(t, RECORD_ticket_opened, k.id, k.user_id));
    *ret_id = k.id;
    return OK;
}

static err tell(struct tx *t, arena *mem, const struct ticket *k, bool asker, const char *kind)
{
    int64_t to = asker ? k->user_id : k->claimed_by;
    if (!to)
        return OK;
    str link = str_fmt(mem, asker ? "/me/tickets/%lld" : "/desk/tickets/%lld", (long long)k->id);
    return notice_send(t, to, kind, link, 1, &k->subject);
}

static void answered(struct tx *t, struct ticket *k, int64_t by)
{
    bool waited = str_eq(k->state, S("open"));
    k->late += waited && k->due_at < tx_now(t);
    k->first_answer_at = k->first_answer_at ? k->first_answer_at : tx_now(t);
    k->claimed_by = by;
    k->state = S("answered");
}

static void asked_again(struct tx *t, const struct ticket_terms *terms, struct ticket *k)
{
    if (!str_eq(k->state, S("open"))) { /* a second question does not restart the clock */
        k->due_at = due(t, terms, k->priority);
        k->waits_since = tx_now(t);
    }
    k->state = S("open");
    k->closed_at = 0;
}

err ticket_say(struct tx *t, const struct ticket_terms *terms, const struct ticket_message *m)
{
    AUTO_ARENA(mem);
    struct ticket k;
    struct ticket_message row = *m;
    TRY(ticket_load(t, mem, m->ticket_id, &k));
    if (m->staff)
        answered(t, &k, m->author);
    else
        asked_again(t, terms, &k);
    row.id = id_new();
    TRY(store_message_insert(t, &row));
    TRY(store_ticket_update(t, &k));
    if (m->staff)
        TRY(leave(t, RECORD_ticket_answered, k.id, m->author));
    return tell(t, mem, &k, m->staff, m->staff ? "ticket_answered" : "ticket_asked");
}

err ticket_claim(struct tx *t, int64_t id, int64_t user_id, bool take)
{
    AUTO_ARENA(mem);
    struct ticket k;
    TRY(ticket_load(t, mem, id, &k));
    if (k.claimed_by && k.claimed_by != user_id)
        return fault(ERR_CONFLICT, "ticket_claimed", "somebody else has it");
    k.claimed_by = take ? user_id : 0;
    return store_ticket_update(t, &k);
}

err ticket_close(struct tx *t, int64_t id, int64_t by)
{
    AUTO_ARENA(mem);
    struct ticket k;
    TRY(ticket_load(t, mem, id, &k));
    if (str_eq(k.state, S("closed")))
        return fault(ERR_CONFLICT, "ticket_closed", "closed already");
    k.state = S("closed");
    k.closed_at = tx_now(t);
    TRY(store_ticket_update(t, &k));
    TRY(leave(t, RECORD_ticket_closed, id, by));
    return tell(t, mem, &k, by != k.user_id, "ticket_closed");
}

err ticket_rate(struct tx *t, int64_t id, int rating)
{
    AUTO_ARENA(mem);
    struct ticket k;
    TRY(ticket_load(t, mem, id, &k));
    if (!str_eq(k.state, S("closed")) || k.rating)
        return fault(ERR_CONFLICT, "ticket_rated", "not closed, or rated already");
    if (rating < 1 || rating > 5)
        return fault(ERR_INVALID, "bad_choice", "rating %d", rating);
    k.rating = rating;
    return store_ticket_update(t, &k);
}
