/* The desk's first page and the queue of cases. */
#include "desk/desk_view.h"
#include "desk_home.html.h"
#include "desk_list.html.h"
#include "partials.html.h"

#include "base/clock.h"
#include "qa/qa.h"
#include "staffing/staffing_view.h"

enum { PAGE_ROWS = 50, COLUMNS = 4, HOME_ROWS = 8 };

str desk_case_href(arena *mem, int64_t id)
{
    return str_fmt(mem, "/desk/cases/%lld", (long long)id);
}

int64_t desk_lease_ms(const struct request *r)
{
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    return ps.claim_minutes * MINUTE_MS;
}

str desk_title(const struct request *r, const struct casefile *c)
{
    enum msg label;
    bool by_class = c->kind == CASE_REGISTRANT || c->kind == CASE_EXEMPTION;
    if (by_class && msg_find(str_cat(r->mem, S("class."), c->title), &label))
        return msg(r->lang, label);
    return c->title;
}

html desk_due(struct request *r, const struct casefile *c)
{
    struct out *o = request_out(r);
    show_due(o, c->opened_at, c->due_at);
    return out_take(o);
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
    TRY(case_list(t, q->r->mem, &q->filter, &q->v, &q->n));
    bool mine = q->filter.claimed_by && !q->filter.decided && !q->filter.after_id;
    return mine ? qa_mine(t, q->r->mem, q->filter.claimed_by, PAGE_ROWS, &q->v, &q->n) : OK;
}

static err read_filter(struct request *r, struct case_filter *ret_f)
{
    struct case_filter f = {.kind = -1, .limit = PAGE_ROWS};
    str kind = request_query(r, "kind"), show = request_query(r, "show");
    str due = request_query(r, "due"), after = request_query(r, "after");
    enum case_kind k;
    f.decided = str_eq(show, S("decided"));
    if (kind.n && !f.decided) {
        TRY(case_kind_parse(kind, &k));
        f.kind = (int)k;
    }
    f.claimed_by = str_eq(show, S("mine")) ? r->session.user_id : 0;
    if (due.n)
        TRY(str_int(due, &f.after_due));
    if (after.n)
        TRY(str_int(after, &f.after_id));
    *ret_f = f;
    return OK;
}

static struct table_row row_of(struct request *r, const struct casefile *c)
{
    struct table_cell *cells = NEW_N(r->mem, struct table_cell, COLUMNS);
    cells[0] = (struct table_cell){.text = desk_title(r, c)};
    cells[1] = (struct table_cell){.text = desk_kind_label(r->lang, c->kind)};
    if (c->decided_at)
        cells[2] = (struct table_cell){.at_ms = c->decided_at};
    else
        cells[2] = (struct table_cell){.body = desk_due(r, c)};
    bool held = c->claim_until > r->now || c->decided_at;
    cells[3] = (struct table_cell){.text = held ? c->claimed_name : S("")};
    return (struct table_row){
        DESK_KINDS[c->kind].roles & r->session.roles ? desk_case_href(r->mem, c->id) : S(""),
        cells};
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

static struct table_chip chip(str label, str href, bool on, int64_t n)
{
    return (struct table_chip){label, href, on, n < CASE_COUNT_MAX ? n : 1 - CASE_COUNT_MAX};
}

/* "999+" where counting stopped. */
static str count_text(arena *mem, int64_t n)
{
    return n < CASE_COUNT_MAX ? str_fmt(mem, "%lld", (long long)n)
                              : str_fmt(mem, "%d+", CASE_COUNT_MAX - 1);
}

static size_t chips_of(struct request *r, const struct queue *q, struct table_chip *v)
{
    size_t n = 0;
    bool mine = q->filter.claimed_by != 0, all = q->filter.kind < 0 && !q->filter.decided && !mine;
    v[n++] = chip(msg(r->lang, MSG_word_all), S("/desk/cases"), all, q->counts.open);
    v[n++] = chip(msg(r->lang, MSG_desk_mine), S("/desk/cases?show=mine"), mine, q->counts.mine);
    for (int k = 0; k < CASE_KINDS; k++) {
        str name = case_kind_name((enum case_kind)k);
        v[n++] = chip(desk_kind_label(r->lang, (enum case_kind)k),
                      str_fmt(r->mem, "/desk/cases?kind=%.*s", FMT(name)), q->filter.kind == k,
                      q->counts.by_kind[k]);
    }
    v[n++] =
        chip(msg(r->lang, MSG_desk_decided), S("/desk/cases?show=decided"), q->filter.decided, 0);
    return n;
}

static void columns_of(const struct request *r, bool decided, struct table_col ret_cols[COLUMNS])
{
    static const enum msg LABELS[COLUMNS] = {MSG_desk_what, MSG_desk_kind, MSG_desk_due,
                                             MSG_desk_who};
    for (size_t i = 0; i < COLUMNS; i++)
        ret_cols[i] = (struct table_col){.label = msg(r->lang, LABELS[i])};
    if (decided)
        ret_cols[2].label = msg(r->lang, MSG_desk_decided_at);
}

static struct empty_view nothing(const struct request *r)
{
    return (struct empty_view){.icon = S("check-circle"),
                               .title = msg(r->lang, MSG_desk_empty),
                               .text = msg(r->lang, MSG_desk_empty_text)};
}

err page_desk_queue(struct request *r)
{
    struct queue q = {.r = r};
    TRY(read_filter(r, &q.filter));
    TRY(request_read(r, load_queue, &q));
    struct table_chip chips[CASE_KINDS + 3];
    struct table_col cols[COLUMNS];
    columns_of(r, q.filter.decided, cols);
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
                  .empty = nothing(r)},
    };
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_desk_list, &v);
}

/* ---- the first page ---- */

struct home {
    struct request *r;
    struct case_counts counts;
    struct job_counts jobs;
    struct mail_counts mail;
    struct casefile *mine, *open;
    struct standing standing; /* of one's own training */
    size_t mine_n, open_n;
};

static err load_home(struct tx *t, void *ctx)
{
    struct home *h = ctx;
    arena *mem = h->r->mem;
    int64_t me = h->r->session.user_id;
    TRY(case_count(t, me, tx_now(t), &h->counts));
    TRY(job_count(t, &h->jobs));
    TRY(mail_count(t, &h->mail));
    TRY(training_standing(t, me, h->r->session.roles, &h->standing));
    struct case_filter f = {.kind = -1, .claimed_by = me, .limit = HOME_ROWS};
    TRY(case_list(t, mem, &f, &h->mine, &h->mine_n));
    TRY(qa_mine(t, mem, me, HOME_ROWS, &h->mine, &h->mine_n));
    f = (struct case_filter){
        .kind = -1, .kinds = desk_kinds_of(h->r->session.roles), .free = true, .limit = HOME_ROWS};
    return case_list(t, mem, &f, &h->open, &h->open_n);
}

static struct table_view mine_table(struct home *h)
{
    struct request *r = h->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, HOME_ROWS);
    columns_of(r, false, cols);
    for (size_t i = 0; i < h->mine_n; i++)
        rows[i] = row_of(r, &h->mine[i]);
    return (struct table_view){.caption = msg(r->lang, MSG_desk_mine),
                               .cols = cols,
                               .col_n = COLUMNS - 1,
                               .rows = rows,
                               .row_n = h->mine_n,
                               .empty = {.icon = S("inbox"),
                                         .title = msg(r->lang, MSG_desk_mine_empty),
                                         .text = msg(r->lang, MSG_desk_mine_empty_text)}};
}

/* What is due next of what this person decides and nobody holds. */
static struct table_view next_table(struct home *h)
{
    struct request *r = h->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, HOME_ROWS);
    columns_of(r, false, cols);
    for (size_t i = 0; i < h->open_n; i++)
        rows[i] = row_of(r, &h->open[i]);
    return (struct table_view){.caption = msg(r->lang, MSG_desk_due_next),
                               .cols = cols,
                               .col_n = COLUMNS - 1,
                               .rows = rows,
                               .row_n = h->open_n,
                               .empty = nothing(r)};
}

static struct table_view kinds_table(struct home *h)
{
    struct request *r = h->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, 3);
    struct table_row *rows = NEW_N(r->mem, struct table_row, CASE_KINDS);
    cols[0].label = msg(r->lang, MSG_desk_kind);
    cols[1] = (struct table_col){.label = msg(r->lang, MSG_desk_waiting), .number = true};
    cols[2] = (struct table_col){.label = msg(r->lang, MSG_desk_overdue), .number = true};
    for (int k = 0; k < CASE_KINDS; k++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, 3);
        str name = case_kind_name((enum case_kind)k);
        int64_t late = h->counts.overdue_by_kind[k];
        c[0].text = desk_kind_label(r->lang, (enum case_kind)k);
        c[1].text = count_text(r->mem, h->counts.by_kind[k]);
        c[2] = (struct table_cell){
            .text = count_text(r->mem, late), .status = late > 0, .tone = TONE_BAD};
        rows[k] = (struct table_row){str_fmt(r->mem, "/desk/cases?kind=%.*s", FMT(name)), c};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_desk_by_kind),
                               .cols = cols,
                               .col_n = 3,
                               .rows = rows,
                               .row_n = CASE_KINDS};
}

static html count_tone(struct request *r, int64_t n, enum tone tone)
{
    struct out *o = request_out(r);
    show_status(o, n ? tone : TONE_OK, str_fmt(r->mem, "%lld", (long long)n));
    return out_take(o);
}

static html case_tone(struct request *r, int64_t n)
{
    struct out *o = request_out(r);
    show_status(o, n ? TONE_BAD : TONE_OK, count_text(r->mem, n));
    return out_take(o);
}

static html time_ago(struct request *r, int64_t at)
{
    struct out *o = request_out(r);
    out_ago(o, AGO(at));
    return out_take(o);
}

static struct facts_view state_of(struct home *h)
{
    struct request *r = h->r;
    struct fact *f = NEW_N(r->mem, struct fact, 8);
    const struct case_counts *c = &h->counts;
    size_t n = 0;
    f[n++] =
        (struct fact){.label = msg(r->lang, MSG_desk_overdue), .body = case_tone(r, c->overdue)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_desk_oldest),
                           .text = msg(r->lang, MSG_word_none),
                           .body = c->oldest_at ? time_ago(r, c->oldest_at) : (html){.cut = false}};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_desk_today),
                           .text = str_fmt(r->mem, "%lld", (long long)c->decided_today)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_desk_dead_jobs),
                           .body = count_tone(r, h->jobs.dead, TONE_BAD)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_desk_late_jobs),
                           .body = count_tone(r, h->jobs.overdue, TONE_WARN)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_desk_failed_mail),
                           .body = count_tone(r, h->mail.failed, TONE_BAD)};
    return (struct facts_view){f, n};
}

err page_desk(struct request *r)
{
    struct home h = {.r = r};
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    TRY(request_read(r, load_home, &h));
    struct desk_home_view v = {.csrf = r->session.csrf,
                               .can_next = desk_kinds_of(r->session.roles) != 0,
                               .training = staffing_warning(r, &ps, &h.standing),
                               .mine = mine_table(&h),
                               .next = next_table(&h),
                               .kinds = kinds_table(&h),
                               .state = state_of(&h)};
    struct page page = {.place = PLACE_DESK, .wide = true};
    return REPLY_PAGE(r, &page, view_desk_home, &v);
}
