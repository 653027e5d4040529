/* Support for staff: the queue with its priority lane, and one ticket. */
#include "support/support_view.h"
#include "support_ticket.html.h"

enum { COLUMNS = 6, ROWS = 100 };

struct helping {
    struct request *r;
    struct form form;
    struct ticket_filter f;
    struct ticket_counts counts;
    struct ticket k, *v;
    struct ticket_message m, *messages;
    struct ticket_terms terms;
    size_t n;
    int64_t id;
    bool take, mine;
};

static err load_queue(struct tx *t, void *ctx)
{
    struct helping *x = ctx;
    TRY(ticket_count(t, &x->counts));
    return ticket_queue(t, x->r->mem, &x->f, &x->v, &x->n);
}

static struct table_row row_of(struct request *r, const struct ticket *k)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    c[0].text = k->subject;
    c[1].text = support_category(r, k->category);
    c[2].text = k->user_name;
    if (k->priority)
        c[3] = (struct table_cell){
            .text = msg(r->lang, MSG_support_priority), .status = true, .tone = TONE_WARN};
    if (str_eq(k->state, S("open"))) {
        struct out *o = request_out(r);
        show_due(o, k->waits_since, k->due_at);
        c[4].body = out_take(o);
    } else {
        c[4].at_ms = k->updated_at;
    }
    c[5].text = k->claimed_name;
    return (struct table_row){str_fmt(r->mem, "/desk/tickets/%lld", (long long)k->id), c};
}

static void chips_of(const struct helping *x, struct table_chip v[4])
{
    static const char *const STATES[] = {"open", "answered", "closed"};
    enum lang lang = x->r->lang;
    const int64_t counts[] = {x->counts.open, x->counts.answered, 0};
    for (size_t i = 0; i < LEN(STATES); i++) {
        enum tone tone;
        str s = str_from(STATES[i]);
        v[i] = (struct table_chip){.label = support_state(lang, s, &tone),
                                   .href = str_fmt(x->r->mem, "/desk/tickets?state=%s", STATES[i]),
                                   .on = !x->mine && str_eq(x->f.state, s),
                                   .count = counts[i]};
    }
    v[3] = (struct table_chip){
        .label = msg(lang, MSG_support_mine), .href = S("/desk/tickets?mine=1"), .on = x->mine};
}

err page_tickets(struct request *r)
{
    str state = request_query(r, "state");
    struct helping x = {.r = r, .mine = request_query(r, "mine").n};
    bool known = str_eq(state, S("answered")) || str_eq(state, S("closed"));
    x.f = (struct ticket_filter){known ? state : S("open"), x.mine ? r->session.user_id : 0, ROWS};
    TRY(request_read(r, load_queue, &x));
    const struct table_col cols[COLUMNS] = {
        {.label = msg(r->lang, MSG_support_subject)}, {.label = msg(r->lang, MSG_support_category)},
        {.label = msg(r->lang, MSG_support_asker)},   {.label = msg(r->lang, MSG_support_lane)},
        {.label = msg(r->lang, MSG_support_clock)},   {.label = msg(r->lang, MSG_support_claimed)}};
    struct table_chip chips[4];
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n);
    chips_of(&x, chips);
    for (size_t i = 0; i < x.n; i++)
        rows[i] = row_of(r, &x.v[i]);
    double stars = x.counts.rated ? (double)x.counts.stars / (double)x.counts.rated : 0;
    struct tickets_view v = {
        .table = {.caption = msg(r->lang, MSG_support_tickets),
                  .cols = cols,
                  .col_n = COLUMNS,
                  .rows = rows,
                  .row_n = x.n,
                  .chips = chips,
                  .chip_n = LEN(chips),
                  .empty = {.icon = S("lifebuoy"),
                            .title = msg(r->lang, MSG_support_queue_empty),
                            .text = msg(r->lang, MSG_support_queue_empty_text)}},
        .counts = &x.counts,
        .stars = str_fmt(r->mem, "%.1f", stars)};
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_tickets, &v);
}

static err load_one(struct tx *t, void *ctx)
{
    struct helping *x = ctx;
    TRY(ticket_load(t, x->r->mem, x->id, &x->k));
    return ticket_messages(t, x->r->mem, x->id, &x->messages, &x->n);
}

static err one(struct request *r, struct helping *x)
{
    *x = (struct helping){.r = r};
    TRY(request_arg_int(r, "id", &x->id));
    x->terms = support_terms(r);
    return request_read(r, load_one, x);
}

err page_ticket(struct request *r)
{
    struct helping x;
    TRY(one(r, &x));
    support_form(r, &x.form);
    return support_show(r, &x.k, true, &x.form, 200);
}

static err say(struct tx *t, void *ctx)
{
    struct helping *x = ctx;
    return ticket_say(t, &x->terms, &x->m);
}

static err back(struct request *r, const struct helping *x, enum msg said)
{
    reply_flash(r, said);
    return reply_redirect(r, str_fmt(r->mem, "/desk/tickets/%lld", (long long)x->id));
}

err do_ticket(struct request *r)
{
    struct helping x;
    TRY(one(r, &x));
    err e = support_form_read(r, &x.form);
    if (e == OK)
        e = support_message(r, &x.form, x.k.user_id, &x.m);
    if (e == ERR_INVALID && x.form.bad)
        return support_show(r, &x.k, true, &x.form, 422);
    TRY(e);
    x.m.ticket_id = x.id;
    x.m.author = r->session.user_id;
    x.m.staff = true;
    TRY(request_tx(r, say, &x));
    return back(r, &x, MSG_support_sent);
}

static err claim(struct tx *t, void *ctx)
{
    struct helping *x = ctx;
    return ticket_claim(t, x->id, x->r->session.user_id, x->take);
}

err do_ticket_claim(struct request *r)
{
    struct helping x;
    TRY(one(r, &x));
    x.take = !str_eq(request_field(r, "act"), S("release"));
    TRY(request_tx(r, claim, &x));
    return back(r, &x, x.take ? MSG_support_taken : MSG_support_released);
}

static err close_tx(struct tx *t, void *ctx)
{
    struct helping *x = ctx;
    return ticket_close(t, x->id, x->r->session.user_id);
}

err do_ticket_close(struct request *r)
{
    struct helping x;
    TRY(one(r, &x));
    TRY(request_tx(r, close_tx, &x));
    return back(r, &x, MSG_support_closed);
}

err page_ticket_file(struct request *r)
{
    struct helping x;
    TRY(one(r, &x));
    return support_file(r, x.k.user_id, x.messages, x.n);
}
