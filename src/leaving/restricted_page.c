/* Restricted storage: what accounts left behind, for officers who say with what right they look. */
#include "article/article.h"
#include "article/render.h"
#include "base/clock.h"
#include "leaving/leaving_store.h"
#include "leaving/leaving_view.h"
#include "leaving_restricted.html.h"
#include "partials.html.h"

enum { PER_PAGE = 50, LIST_COLUMNS = 3, LOOK_COLUMNS = 4, NUMBER_MAX = 100, REASON_MAX = 500 };

static const struct form_option BASES[] = {
    {S_INIT("case"), MSG_leaving_basis_case, {0}},
    {S_INIT("inspection"), MSG_leaving_basis_inspection, {0}},
};
static const struct form_field LOOK[] = {
    {.name = "basis",
     .kind = FIELD_SELECT,
     .label = MSG_leaving_basis,
     .required = true,
     .options = BASES,
     .option_n = LEN(BASES)},
    {.name = "number",
     .label = MSG_leaving_number,
     .help = MSG_leaving_number_help,
     .required = true,
     .max = NUMBER_MAX},
    {.name = "reason", .label = MSG_leaving_reason, .required = true, .max = REASON_MAX},
    {.name = "no",
     .kind = FIELD_NUMBER,
     .label = MSG_leaving_no,
     .help = MSG_leaving_no_help,
     .min = 1,
     .max = INT32_MAX},
};

struct looking {
    struct request *r;
    struct closing *v, c; /* v: the list */
    size_t n, look_n, item_n;
    struct restricted_look *looks, look;
    struct article *items, a;
    struct article_version version;
    int64_t before, account;
};

/* ---- the list ---- */

static err load_list(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    return closing_closed(t, x->r->mem, x->before, PER_PAGE + 1, &x->v, &x->n);
}

err page_restricted(struct request *r)
{
    struct looking x = {.r = r};
    str before = request_query(r, "before");
    if (before.n && str_int(before, &x.before) != OK)
        return fault(ERR_NOT_FOUND, "not_found", "no such page");
    TRY(request_read(r, load_list, &x));
    struct table_col cols[LIST_COLUMNS] = {{.label = msg(r->lang, MSG_account_name)},
                                           {.label = msg(r->lang, MSG_account_handle)},
                                           {.label = msg(r->lang, MSG_leaving_ended_at)}};
    size_t n = x.n > PER_PAGE ? PER_PAGE : x.n;
    struct table_row *rows = NEW_N(r->mem, struct table_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LIST_COLUMNS);
        cells[0].text = x.v[i].name;
        cells[1].text = x.v[i].handle;
        cells[2].at_ms = x.v[i].ended_at;
        rows[i] = (struct table_row){
            str_fmt(r->mem, "/desk/restricted/%lld", (long long)x.v[i].account_id), cells};
    }
    struct leaving_list_view v = {
        {.caption = msg(r->lang, MSG_leaving_restricted),
         .cols = cols,
         .col_n = LIST_COLUMNS,
         .rows = rows,
         .row_n = n,
         .empty = {.icon = S("lock-closed"), .title = msg(r->lang, MSG_leaving_restricted_none)}}};
    if (x.n > PER_PAGE)
        v.table.pager.next =
            str_fmt(r->mem, "/desk/restricted?before=%lld", (long long)x.v[n - 1].id);
    struct page page = {.place = PLACE_DESK};
    return REPLY_PAGE(r, &page, view_restricted_list, &v);
}

/* ---- one account ---- */

static err load_account(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    struct account a;
    arena *mem = x->r->mem;
    TRY(account_load(t, mem, x->account, &a));
    if (!account_left(&a))
        return fault(ERR_NOT_FOUND, "not_found", "account %lld did not leave", (long long)a.id);
    x->c = (struct closing){
        .account_id = a.id, .handle = a.handle, .name = a.name, .ended_at = a.updated_at};
    return restricted_looks(t, mem, a.id, &x->looks, &x->look_n);
}

static struct table_view looks_of(struct request *r, const struct looking *x)
{
    static const enum msg LABELS[] = {MSG_leaving_when, MSG_leaving_who, MSG_leaving_seen,
                                      MSG_leaving_basis};
    struct table_col *cols = NEW_N(r->mem, struct table_col, LOOK_COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->look_n + 1);
    for (size_t i = 0; i < LOOK_COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x->look_n; i++) {
        const struct restricted_look *l = &x->looks[i];
        bool by_case = str_eq(l->basis, S("case"));
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LOOK_COLUMNS);
        str no = str_fmt(r->mem, "%lld", (long long)l->no);
        cells[0].text = clock_china_text(r->mem, l->at);
        cells[1].text = l->reader_name;
        cells[2].text = l->no ? msg_format(r->mem, r->lang, MSG_leaving_seen_article, &no, 1)
                              : msg(r->lang, MSG_leaving_seen_titles);
        cells[3].text = str_fmt(
            r->mem, "%.*s %.*s: %.*s",
            FMT(msg(r->lang, by_case ? MSG_leaving_basis_case : MSG_leaving_basis_inspection)),
            FMT(l->number), FMT(l->reason));
        rows[i].cells = cells;
    }
    return (struct table_view){
        .caption = msg(r->lang, MSG_leaving_looks),
        .cols = cols,
        .col_n = LOOK_COLUMNS,
        .rows = rows,
        .row_n = x->look_n,
        .empty = {.icon = S("lock-closed"), .title = msg(r->lang, MSG_leaving_no_looks)}};
}

static err show(struct looking *x, struct form *f, struct restricted_view *v)
{
    struct request *r = x->r;
    TRY(request_read(r, load_account, x));
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_account_name), .text = x->c.name},
        {.label = msg(r->lang, MSG_account_handle), .text = x->c.handle},
        {.label = msg(r->lang, MSG_leaving_ended_at),
         .text = clock_china_text(r->mem, x->c.ended_at)},
    };
    v->c = &x->c;
    v->facts = (struct facts_view){facts, LEN(facts)};
    v->form = f;
    v->looks = looks_of(r, x);
    f->submit = MSG_leaving_show;
    struct page page = {
        .place = PLACE_DESK,
        .back = {S("/desk/restricted"), msg(r->lang, MSG_leaving_restricted), S("")}};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_restricted, v);
}

err page_restricted_account(struct request *r)
{
    struct looking x = {.r = r};
    struct form f;
    struct restricted_view v = {0};
    TRY(request_arg_int(r, "account", &x.account));
    form_init(r, LOOK, LEN(LOOK), &f);
    return show(&x, &f, &v);
}

/* The row of the look and what it shows, in one transaction. */
static err look(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    arena *mem = x->r->mem;
    struct article_own_page own = {
        .account_id = x->account, .state = S(""), .find = S(""), .limit = CLOSING_LIST_MAX};
    TRY(restricted_note(t, mem, &x->look));
    if (!x->look.no)
        return article_list_own(t, mem, &own, &x->items, &x->item_n);
    err e = article_load(t, mem, x->account, x->look.no, &x->a);
    if (e == OK)
        e = article_version_load(t, mem, x->account, x->look.no, x->a.versions, &x->version);
    return e == ERR_NOT_FOUND ? fault_field(ERR_INVALID, "no_such_article", "no", "no version") : e;
}

static err shown(struct looking *x, struct restricted_view *v)
{
    struct request *r = x->r;
    int minutes = 0;
    v->looked = true;
    if (x->look.no) {
        v->title = x->version.text.title;
        v->digest = x->version.text.digest;
        return article_render(r->mem, &x->version, &v->body, &minutes);
    }
    struct restricted_item *items = NEW_N(r->mem, struct restricted_item, x->item_n + 1);
    for (size_t i = 0; i < x->item_n; i++)
        items[i] = (struct restricted_item){.title = x->items[i].title,
                                            .state = msg_lookup(r->lang, "article.state.",
                                                                str_z(r->mem, x->items[i].state),
                                                                MSG_word_none),
                                            .no = x->items[i].no,
                                            .at = x->items[i].updated_at};
    v->items = items;
    v->item_n = x->item_n;
    return OK;
}

err do_restricted(struct request *r)
{
    struct looking x = {.r = r};
    struct form f;
    struct restricted_view v = {0};
    TRY(request_arg_int(r, "account", &x.account));
    if (form_read(r, LOOK, LEN(LOOK), &f) != OK)
        return show(&x, &f, &v);
    x.look = (struct restricted_look){.account_id = x.account,
                                      .reader_id = r->session.user_id,
                                      .basis = form_get(&f, "basis"),
                                      .number = form_get(&f, "number"),
                                      .reason = form_get(&f, "reason"),
                                      .no = form_int(&f, "no")};
    err e = request_tx(r, look, &x);
    if (e == OK)
        TRY(shown(&x, &v));
    else if (!form_take_fault(&f, e))
        return e;
    return show(&x, &f, &v);
}
