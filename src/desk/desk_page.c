/* The queue of staff and the page of one case. */
#include "desk/desk_view.h"
#include "desk_case.html.h"
#include "desk_list.html.h"

#include "base/clock.h"
#include "record/record.h"
#include "settings/provider.h"

enum { PAGE_ROWS = 50, COLUMNS = 4 };

static str case_href(struct request *r, int64_t id)
{
    return str_fmt(r->mem, "/desk/cases/%lld", (long long)id);
}

static int64_t lease_ms(struct request *r)
{
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    return ps.claim_minutes * MINUTE_MS;
}

static err kind_allowed(const struct request *r, const struct casefile *c)
{
    return DESK_KINDS[c->kind].roles & r->session.roles
               ? OK
               : fault(ERR_DENIED, "denied", "case %lld is for others", (long long)c->id);
}

/* ---- the queue ---- */

struct queue {
    struct request *r;
    struct case_filter filter;
    struct casefile *v;
    size_t n;
    struct case_counts counts;
};

static err load_queue(struct tx *t, void *ctx)
{
    struct queue *q = ctx;
    TRY(case_count(t, q->r->session.user_id, tx_now(t), &q->counts));
    return case_list(t, q->r->mem, &q->filter, &q->v, &q->n);
}

static err read_filter(struct request *r, struct case_filter *ret_f)
{
    struct case_filter f = {.kind = -1, .limit = PAGE_ROWS};
    str kind = request_query(r, "kind"), show = request_query(r, "show");
    str due = request_query(r, "due"), after = request_query(r, "after");
    enum case_kind k;
    if (kind.n) {
        TRY(case_kind_parse(kind, &k));
        f.kind = (int)k;
    }
    f.decided = str_eq(show, S("decided"));
    f.claimed_by = str_eq(show, S("mine")) ? r->session.user_id : 0;
    if (due.n)
        TRY(str_int(due, &f.after_due));
    if (after.n)
        TRY(str_int(after, &f.after_id));
    *ret_f = f;
    return OK;
}

/* A registrant's case carries the class as its title, since the name is sealed. */
static str title_of(const struct request *r, const struct casefile *c)
{
    if (c->kind != CASE_REGISTRANT)
        return c->title;
    return msg_lookup(r->lang, "class.", str_z(r->mem, c->title), MSG_class_other_org);
}

static struct table_row row_of(struct request *r, const struct casefile *c)
{
    struct table_cell *cells = NEW_N(r->mem, struct table_cell, COLUMNS);
    bool late = !c->decided_at && c->due_at < r->now;
    cells[0] = (struct table_cell){.text = title_of(r, c)};
    cells[1] = (struct table_cell){.text = desk_kind_label(r->lang, c->kind)};
    cells[2] = (struct table_cell){.at_ms = c->decided_at ? c->decided_at : c->due_at};
    if (late)
        cells[2] = (struct table_cell){
            .text = msg(r->lang, MSG_desk_overdue), .status = true, .tone = TONE_BAD};
    cells[3] = (struct table_cell){.text = c->claim_until > r->now ? c->claimed_name : S("")};
    return (struct table_row){
        DESK_KINDS[c->kind].roles & r->session.roles ? case_href(r, c->id) : S(""), cells};
}

static str next_page(struct request *r, const struct queue *q)
{
    if (q->n < PAGE_ROWS)
        return S("");
    const struct casefile *last = &q->v[q->n - 1];
    str kind = request_query(r, "kind"), show = request_query(r, "show");
    return str_fmt(r->mem, "/desk/cases?kind=%.*s&show=%.*s&due=%lld&after=%lld", FMT(kind),
                   FMT(show), (long long)last->due_at, (long long)last->id);
}

static size_t chips_of(struct request *r, const struct queue *q, struct table_chip *v)
{
    size_t n = 0;
    bool mine = q->filter.claimed_by != 0, all = q->filter.kind < 0 && !q->filter.decided && !mine;
    v[n++] = (struct table_chip){msg(r->lang, MSG_word_all), S("/desk/cases"), all, q->counts.open};
    v[n++] = (struct table_chip){msg(r->lang, MSG_desk_mine), S("/desk/cases?show=mine"), mine,
                                 q->counts.mine};
    for (int k = 0; k < CASE_KINDS; k++) {
        str name = case_kind_name((enum case_kind)k);
        v[n++] = (struct table_chip){desk_kind_label(r->lang, (enum case_kind)k),
                                     str_fmt(r->mem, "/desk/cases?kind=%.*s", FMT(name)),
                                     q->filter.kind == k, q->counts.by_kind[k]};
    }
    v[n++] = (struct table_chip){msg(r->lang, MSG_desk_decided), S("/desk/cases?show=decided"),
                                 q->filter.decided, 0};
    return n;
}

err page_desk(struct request *r)
{
    struct queue q = {.r = r};
    TRY(read_filter(r, &q.filter));
    TRY(request_read(r, load_queue, &q));
    struct table_chip chips[CASE_KINDS + 3];
    struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_desk_what)},
                                      {.label = msg(r->lang, MSG_desk_kind)},
                                      {.label = msg(r->lang, MSG_desk_due)},
                                      {.label = msg(r->lang, MSG_desk_who)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, PAGE_ROWS);
    for (size_t i = 0; i < q.n; i++)
        rows[i] = row_of(r, &q.v[i]);
    struct desk_list_view v = {
        .csrf = r->session.csrf,
        .can_next = desk_kinds_of(r->session.roles) != 0,
        .table = {.caption = msg(r->lang, MSG_nav_queue),
                  .cols = cols,
                  .col_n = COLUMNS,
                  .rows = rows,
                  .row_n = q.n,
                  .chips = chips,
                  .chip_n = chips_of(r, &q, chips),
                  .pager = {.next = next_page(r, &q)},
                  .empty = {.icon = S("check-circle"),
                            .title = msg(r->lang, MSG_desk_empty),
                            .text = msg(r->lang, MSG_desk_empty_text)}},
    };
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_desk_list, &v);
}

/* ---- one case ---- */

struct one {
    struct request *r;
    int64_t id;
    struct casefile c;
    struct decision *done;
    size_t done_n;
    struct decision wish;
};

static err load_one(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    TRY(case_load(t, x->r->mem, x->id, &x->c));
    return case_decisions(t, x->r->mem, x->id, &x->done, &x->done_n);
}

static struct timeline_view history_of(struct request *r, const struct one *x)
{
    static const enum tone TONES[] = {TONE_OK, TONE_WARN, TONE_BAD};
    struct event *e = NEW_N(r->mem, struct event, x->done_n + 1);
    size_t n = 0;
    for (size_t i = x->done_n; i-- > 0;)
        e[n++] = (struct event){.at_ms = x->done[i].at,
                                .tone = TONES[x->done[i].verdict],
                                .title = desk_verdict_label(r->lang, x->done[i].verdict),
                                .text = x->done[i].reason,
                                .who = x->done[i].officer_name};
    e[n++] = (struct event){.at_ms = x->c.opened_at, .title = msg(r->lang, MSG_desk_opened)};
    return (struct timeline_view){e, n};
}

static err show_case(struct request *r, int64_t id, int status, str error)
{
    struct one x = {.r = r, .id = id};
    TRY(request_read(r, load_one, &x));
    TRY(kind_allowed(r, &x.c));
    str reason = request_field(r, "reason");
    struct desk_case_view v = {
        .c = x.c,
        .csrf = r->session.csrf,
        .error = error,
        .kind = desk_kind_label(r->lang, x.c.kind),
        .base = case_href(r, id),
        .reason = reason.p ? reason : S(""),
        .history = history_of(r, &x),
        .open = str_eq(x.c.state, S("open")),
        .mine = x.c.claimed_by == r->session.user_id && x.c.claim_until >= r->now,
        .free = x.c.claim_until < r->now,
    };
    if (DESK_KINDS[x.c.kind].view)
        TRY(DESK_KINDS[x.c.kind].view(r, &x.c, &v.evidence));
    struct page page = {.place = PLACE_DESK, .title = title_of(r, &x.c), .wide = true};
    page.back = (struct page_link){S("/desk"), msg(r->lang, MSG_nav_queue), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_desk_case, &v);
}

err page_desk_case(struct request *r)
{
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    return show_case(r, id, 200, S(""));
}

/* What staff can mend (a lost claim, a missing reason) shows on the case itself. */
static err answer(struct request *r, int64_t id, err e)
{
    if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_DENIED)
        return e;
    struct fault f = fault_of(e);
    int status = e == ERR_INVALID ? 422 : e == ERR_CONFLICT ? 409 : 403;
    return show_case(r, id, status, msg_lookup(r->lang, "reason.", f.reason, MSG_reason_invalid));
}

static err claim(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    TRY(case_load(t, x->r->mem, x->id, &x->c));
    TRY(kind_allowed(x->r, &x->c));
    return case_claim(t, x->id, x->r->session.user_id, lease_ms(x->r));
}

static err release(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    return case_release(t, x->id, x->r->session.user_id);
}

static err act(struct request *r, tx_fn *fn)
{
    struct one x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    err e = request_tx(r, fn, &x);
    return e == OK ? reply_redirect(r, case_href(r, x.id)) : answer(r, x.id, e);
}

err do_desk_claim(struct request *r)
{
    return act(r, claim);
}

err do_desk_release(struct request *r)
{
    return act(r, release);
}

static err next(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    return case_next(t, desk_kinds_of(x->r->session.roles), x->r->session.user_id, lease_ms(x->r),
                     &x->id);
}

err do_desk_next(struct request *r)
{
    struct one x = {.r = r};
    err e = request_tx(r, next, &x);
    if (e == ERR_NOT_FOUND) {
        reply_flash(r, MSG_desk_empty);
        return reply_redirect(r, S("/desk"));
    }
    TRY(e);
    return reply_redirect(r, case_href(r, x.id));
}

static err decide(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    struct request *r = x->r;
    struct decision d = x->wish;
    TRY(case_load(t, r->mem, x->id, &x->c));
    TRY(kind_allowed(r, &x->c));
    TRY(case_decide(t, r->mem, x->id, &d));
    TRY(DESK_KINDS[x->c.kind].decided(t, r->mem, &x->c, &d));
    return record_add(t, &(struct record_in){
                             .kind = RECORD_case_decided,
                             .account_id = x->c.account_id,
                             .actor = d.officer,
                             .subject = str_fmt(r->mem, "case/%lld", (long long)x->id),
                             RECORD_FIELDS(RECORD_INT("case", x->id),
                                           RECORD_TEXT("verdict", verdict_name(d.verdict)),
                                           RECORD_TEXT("reason_key", d.reason_key)),
                         });
}

err do_desk_decide(struct request *r)
{
    enum { REASON_MAX = 500 };
    struct one x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    str reason = request_field(r, "reason"), key = request_field(r, "reason_key");
    x.wish = (struct decision){.officer = r->session.user_id,
                               .reason = reason.p ? str_trim(reason) : S(""),
                               .reason_key = key.p ? key : S("")};
    err e = verdict_parse(request_field(r, "verdict"), &x.wish.verdict);
    if (e == OK && str_count(x.wish.reason) > REASON_MAX)
        e = fault_field(ERR_INVALID, "reason_too_long", "reason", "over %d", REASON_MAX);
    if (e == OK)
        e = request_tx(r, decide, &x);
    if (e != OK)
        return answer(r, x.id, e);
    reply_flash(r, MSG_desk_done);
    return reply_redirect(r, S("/desk"));
}
