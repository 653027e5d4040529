/* The list of a sweep, and opening many again at once. */
#include "ruling/ruling_view.h"
#include "ruling_page.html.h"

enum { COLUMNS = 5 };

struct sweeping {
    struct request *r;
    int64_t id;
    struct ruling x;
    struct sweep_item *v;
    size_t n;
    struct sweep_ask ask;
};

static err load(struct tx *t, void *ctx)
{
    struct sweeping *x = ctx;
    TRY(ruling_load(t, x->r->mem, x->id, &x->x));
    return sweep_list(t, x->r->mem, x->id, &x->v, &x->n);
}

static const char *box_name(const struct sweeping *x, int64_t id)
{
    return str_z(x->r->mem, str_fmt(x->r->mem, "r%lld", (long long)id));
}

static struct table_row row_of(struct sweeping *x, const struct sweep_item *s)
{
    struct request *r = x->r;
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    struct out *o = request_out(r);
    view_sweep_box(o, str_from(box_name(x, s->id)), s->title);
    c[0].text = s->title;
    c[1].text = measure_label(r->lang, s->measure);
    c[2].text = msg(r->lang, s->same_rule ? MSG_sweep_rule : MSG_sweep_reasoning);
    c[3].at_ms = s->at;
    c[4].body = out_take(o);
    return (struct table_row){str_fmt(r->mem, "/desk/rulings/%lld", (long long)s->id), c};
}

static err show(struct sweeping *x, int status, str error)
{
    static const enum msg LABELS[COLUMNS] = {MSG_ruling_about, MSG_ruling_measure, MSG_sweep_shares,
                                             MSG_ruling_at, MSG_sweep_choose};
    struct request *r = x->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x->n; i++)
        rows[i] = row_of(x, &x->v[i]);
    struct sweep_view v = {.csrf = r->session.csrf,
                           .error = error,
                           .any = x->n > 0,
                           .table = {.caption = msg(r->lang, MSG_sweep_title),
                                     .cols = cols,
                                     .col_n = COLUMNS,
                                     .rows = rows,
                                     .row_n = x->n,
                                     .empty = {S("check-circle"), msg(r->lang, MSG_sweep_empty),
                                               msg(r->lang, MSG_sweep_empty_text), S(""), S("")}}};
    struct page page = {
        .place = PLACE_DESK,
        .back = {str_fmt(r->mem, "/desk/rulings/%lld", (long long)x->id), x->x.title, S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_sweep, &v);
}

static err open(struct request *r, struct sweeping *ret_x)
{
    *ret_x = (struct sweeping){.r = r};
    TRY(request_arg_int(r, "id", &ret_x->id));
    return request_read(r, load, ret_x);
}

err page_sweep(struct request *r)
{
    struct sweeping x;
    TRY(open(r, &x));
    return show(&x, 200, S(""));
}

static err reopen(struct tx *t, void *ctx)
{
    struct sweeping *x = ctx;
    return sweep_reopen(t, x->r->mem, &x->ask);
}

err do_sweep(struct request *r)
{
    struct sweeping x;
    TRY(open(r, &x));
    int64_t *ids = NEW_N(r->mem, int64_t, x.n + 1);
    x.ask = (struct sweep_ask){
        .ruling_id = x.id,
        .officer = r->session.user_id,
        .text = msg_format(r->mem, r->lang, MSG_sweep_text, (const str[]){x.x.title}, 1),
        .v = ids};
    for (size_t i = 0; i < x.n; i++)
        if (request_field(r, box_name(&x, x.v[i].id)).n)
            ids[x.ask.n++] = x.v[i].id;
    err e = request_tx(r, reopen, &x);
    if (e == ERR_INVALID || e == ERR_CONFLICT) {
        enum msg said = MSG_reason_nothing_chosen;
        (void)msg_find(str_fmt(r->mem, "reason.%s", fault_of(e).reason), &said);
        return show(&x, err_http(e), msg(r->lang, said));
    }
    TRY(e);
    reply_flash(r, MSG_sweep_done);
    return reply_redirect(r, str_fmt(r->mem, "/desk/rulings/%lld/sweep", (long long)x.id));
}
