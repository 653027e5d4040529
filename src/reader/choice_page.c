/* Editors choose and order what stands on top of the front page; and what they chose before. */
#include "base/clock.h"
#include "reader/choice.h"
#include "reader/pieces.h"
#include "reader_choice.html.h"
#include "web/layout.h"

enum { CANDIDATES = 12, HISTORY_ROWS = 50, COLUMNS = 5, DAYS = 2 };

struct choosing {
    struct request *r;
    struct form form;
    struct choice *v, wish;
    struct article *latest;
    size_t n, latest_n;
    int64_t id, before;
    bool up;
    str handle, reason;
    int64_t no;
};

static const struct form_field FIELDS[] = {
    {.name = "article",
     .kind = FIELD_TEXT,
     .label = MSG_choice_article,
     .help = MSG_choice_article_help,
     .required = true},
    {.name = "from", .kind = FIELD_DATE, .label = MSG_choice_from, .required = true},
    {.name = "until",
     .kind = FIELD_DATE,
     .label = MSG_choice_until,
     .help = MSG_choice_until_help,
     .required = true},
    {.name = "reason",
     .kind = FIELD_TEXT,
     .label = MSG_choice_reason,
     .help = MSG_choice_reason_help,
     .required = true,
     .max = CHOICE_REASON_MAX},
};

static str day(const struct request *r, int64_t ms)
{
    return date_text(r->mem, clock_china(ms).date);
}

/* From the first day to the last, both included. */
static str span(const struct request *r, const struct choice *c)
{
    return str_fmt(r->mem, "%.*s – %.*s", FMT(day(r, c->from_at)), FMT(day(r, c->until_at - 1)));
}

static struct choice_line line_of(struct request *r, const struct choice *c)
{
    long long id = (long long)c->id;
    return (struct choice_line){
        .href = str_fmt(r->mem, "/a/%.*s/%lld", FMT(c->handle), (long long)c->no),
        .title = c->title,
        .account = c->account_name,
        .note = span(r, c),
        .who = c->chosen_name,
        .reason = c->reason,
        .move = str_fmt(r->mem, "/desk/home/%lld/move", id),
        .remove = {.id = str_fmt(r->mem, "remove-%lld", id),
                   .button = msg(r->lang, MSG_choice_remove),
                   .title = msg_format(r->mem, r->lang, MSG_choice_remove_title, &c->title, 1),
                   .action = str_fmt(r->mem, "/desk/home/%lld/remove", id)},
        .coming = c->from_at > r->now,
        .hidden = !str_eq(c->article_state, S("published"))};
}

static err load(struct tx *t, void *ctx)
{
    struct choosing *x = ctx;
    TRY(choice_current(t, x->r->mem, &x->v, &x->n));
    return article_list(t, x->r->mem, &(struct article_page){.limit = CANDIDATES}, &x->latest,
                        &x->latest_n);
}

static err show(struct choosing *x, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, load, x));
    struct choice_line *lines = NEW_N(r->mem, struct choice_line, x->n);
    for (size_t i = 0; i < x->n; i++) {
        lines[i] = line_of(r, &x->v[i]);
        lines[i].first = i == 0;
        lines[i].last = i + 1 == x->n;
    }
    struct choice_candidate *c = NEW_N(r->mem, struct choice_candidate, x->latest_n);
    size_t n = 0;
    for (size_t i = 0; i < x->latest_n; i++) {
        bool chosen = false;
        for (size_t k = 0; k < x->n; k++)
            chosen |=
                x->v[k].account_id == x->latest[i].account_id && x->v[k].no == x->latest[i].no;
        if (!chosen)
            c[n++].a = &x->latest[i];
    }
    x->form.submit = MSG_choice_choose;
    struct choices_view v = {.lines = lines,
                             .n = x->n,
                             .candidates = c,
                             .candidate_n = n,
                             .form = &x->form,
                             .csrf = r->session.csrf,
                             .empty = {.icon = S("sparkles"),
                                       .title = msg(r->lang, MSG_choice_empty),
                                       .text = msg(r->lang, MSG_choice_empty_text)}};
    struct page page = {.place = PLACE_DESK};
    page.action =
        (struct page_link){S("/desk/home/history"), msg(r->lang, MSG_choice_history), S("clock")};
    return REPLY_PAGE_STATUS(r, status, &page, view_choices, &v);
}

err page_choices(struct request *r)
{
    struct choosing x = {.r = r};
    form_init(r, FIELDS, LEN(FIELDS), &x.form);
    str article = request_query(r, "article");
    form_set(&x.form, "article", article.n <= 400 ? article : S(""));
    form_set(&x.form, "from", day(r, r->now));
    form_set(&x.form, "until", day(r, r->now + DAYS * (int64_t)DAY_MS));
    return show(&x, 200);
}

/* An address of this site without scheme and host; another one as it is. */
static str path_of(const struct request *r, str s)
{
    static const str SCHEMES[] = {S_INIT("https://"), S_INIT("http://")};
    for (size_t i = 0; i < LEN(SCHEMES); i++) {
        str at = str_sub(s, SCHEMES[i].n, s.n);
        if (str_starts(s, SCHEMES[i]) && str_starts(at, r->host))
            return str_sub(at, r->host.n, at.n);
    }
    return s;
}

/* "/a/<handle>/<no>", also with the site's address before it and a query behind. */
static err address_read(struct choosing *x)
{
    str s = form_get(&x->form, "article"), rest;
    s = path_of(x->r, str_split(s, '?', &rest));
    if (!str_starts(s, S("/a/")))
        return form_refuse(&x->form, "article", "choice_address");
    x->handle = str_split(str_sub(s, 3, s.n), '/', &rest);
    if (str_int(str_split(rest, '/', &rest), &x->no) != OK || x->no < 1)
        return form_refuse(&x->form, "article", "choice_address");
    return OK;
}

static err make(struct tx *t, void *ctx)
{
    struct choosing *x = ctx;
    struct article a;
    err e = article_find(t, x->r->mem, x->handle, x->no, &a);
    if (e == ERR_NOT_FOUND)
        return fault_field(ERR_INVALID, "choice_address", "article", "no such article");
    TRY(e);
    x->wish.account_id = a.account_id;
    x->wish.no = a.no;
    return choice_make(t, &x->wish, &x->id);
}

static err read_wish(struct choosing *x)
{
    struct date from, until;
    TRY(address_read(x));
    TRY(date_parse(form_get(&x->form, "from"), &from));
    TRY(date_parse(form_get(&x->form, "until"), &until));
    x->wish = (struct choice){.from_at = date_china_ms(from),
                              .until_at = date_china_ms(until) + DAY_MS,
                              .reason = form_get(&x->form, "reason"),
                              .chosen_by = x->r->session.user_id};
    return request_tx(x->r, make, x);
}

err do_choices(struct request *r)
{
    struct choosing x = {.r = r};
    err e = form_read(r, FIELDS, LEN(FIELDS), &x.form);
    if (e == OK) {
        e = read_wish(&x);
        if (e != OK && !x.form.bad && !form_take_fault(&x.form, e))
            return e;
    }
    if (e != OK)
        return show(&x, 422);
    reply_flash(r, MSG_choice_chosen);
    return reply_redirect(r, S("/desk/home"));
}

static err move(struct tx *t, void *ctx)
{
    struct choosing *x = ctx;
    return choice_move(t, x->id, x->up, x->r->session.user_id);
}

err do_choice_move(struct request *r)
{
    struct choosing x = {.r = r, .up = str_eq(request_field(r, "to"), S("up"))};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_tx(r, move, &x));
    return reply_redirect(r, S("/desk/home"));
}

static err take_down(struct tx *t, void *ctx)
{
    struct choosing *x = ctx;
    return choice_remove(t, x->id, x->reason, x->r->session.user_id);
}

err do_choice_remove(struct request *r)
{
    struct choosing x = {.r = r};
    str reason = request_field(r, "reason");
    x.reason = reason.p ? str_trim(reason) : S("");
    TRY(request_arg_int(r, "id", &x.id));
    if (!x.reason.n || str_count(x.reason) > CHOICE_REASON_MAX)
        return fault(ERR_INVALID, "reason_required", "no reason");
    TRY(request_tx(r, take_down, &x));
    reply_flash(r, MSG_choice_removed);
    return reply_redirect(r, S("/desk/home"));
}

/* ---- what was chosen before ---- */

static err load_past(struct tx *t, void *ctx)
{
    struct choosing *x = ctx;
    return choice_past(t, x->r->mem, x->before, HISTORY_ROWS, &x->v, &x->n);
}

static struct table_row past_row(const struct request *r, const struct choice *c)
{
    struct table_cell *cells = NEW_N(r->mem, struct table_cell, COLUMNS);
    cells[0].text = c->title;
    cells[1].text = c->account_name;
    cells[2].text = span(r, c);
    cells[3].text = str_fmt(r->mem, "%.*s (%.*s)", FMT(c->reason), FMT(c->chosen_name));
    str args[] = {c->removed_reason, c->removed_name};
    cells[4].text = c->removed_at
                        ? msg_format(r->mem, r->lang, MSG_choice_taken_down, args, LEN(args))
                        : msg(r->lang, MSG_choice_ran_out);
    return (struct table_row){str_fmt(r->mem, "/a/%.*s/%lld", FMT(c->handle), (long long)c->no),
                              cells};
}

err page_choices_past(struct request *r)
{
    struct choosing x = {.r = r};
    if (str_int(request_query(r, "before"), &x.before) != OK)
        x.before = 0;
    TRY(request_read(r, load_past, &x));
    const struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_choice_title)},
                                            {.label = msg(r->lang, MSG_account_name)},
                                            {.label = msg(r->lang, MSG_choice_span)},
                                            {.label = msg(r->lang, MSG_choice_reason)},
                                            {.label = msg(r->lang, MSG_choice_end)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n);
    for (size_t i = 0; i < x.n; i++)
        rows[i] = past_row(r, &x.v[i]);
    struct table_view v = {.caption = msg(r->lang, MSG_choice_history),
                           .cols = cols,
                           .col_n = COLUMNS,
                           .rows = rows,
                           .row_n = x.n,
                           .empty = {.icon = S("clock"),
                                     .title = msg(r->lang, MSG_choice_no_history),
                                     .text = msg(r->lang, MSG_choice_no_history_text)}};
    if (x.n == HISTORY_ROWS)
        v.pager.next =
            str_fmt(r->mem, "/desk/home/history?before=%lld", (long long)x.v[x.n - 1].id);
    struct page page = {.place = PLACE_DESK};
    page.back = (struct page_link){S("/desk/home"), msg(r->lang, MSG_nav_home_page), S("")};
    return REPLY_PAGE(r, &page, view_choices_past, &v);
}
