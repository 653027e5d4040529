/* Reports to the authority: what is due, the package, and the receipt. */
#include "partials.html.h"
#include "ruling/ruling_view.h"
#include "ruling_authority.html.h"

enum { COLUMNS = 4 };

static const struct form_field SUBMIT[] = {
    {.name = "channel",
     .kind = FIELD_TEXT,
     .label = MSG_authority_channel,
     .help = MSG_authority_channel_help,
     .required = true,
     .max = 100},
    {.name = "receipt",
     .kind = FIELD_TEXT,
     .label = MSG_authority_receipt,
     .required = true,
     .max = 100},
};

struct listing {
    struct request *r;
    struct authority_report *v;
    size_t n;
};

static err read_list(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    return report_list(t, l->r->mem, &l->v, &l->n);
}

static html due_of(struct request *r, const struct authority_report *q)
{
    struct out *o = request_out(r);
    show_due(o, q->created_at, q->due_at);
    return out_take(o);
}

static str kind_word(struct request *r, const struct authority_report *q)
{
    return msg(r->lang, str_eq(q->kind, S("correction")) ? MSG_authority_correction
                                                         : MSG_authority_violation);
}

err page_reports(struct request *r)
{
    struct listing l = {.r = r};
    TRY(request_read(r, read_list, &l));
    static const enum msg LABELS[COLUMNS] = {MSG_ruling_about, MSG_ruling_family,
                                             MSG_authority_kind, MSG_desk_due};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, l.n);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < l.n; i++) {
        const struct authority_report *q = &l.v[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = q->title;
        c[1].text = family_label(r->lang, q->family);
        c[2].text = kind_word(r, q);
        if (q->submitted_at)
            c[3] = (struct table_cell){
                .status = true, .tone = TONE_OK, .text = msg(r->lang, MSG_authority_submitted)};
        else
            c[3].body = due_of(r, q);
        rows[i] = (struct table_row){str_fmt(r->mem, "/desk/reports/%lld", (long long)q->id), c};
    }
    struct reports_view v = {.table = {.caption = msg(r->lang, MSG_authority_title),
                                       .cols = cols,
                                       .col_n = COLUMNS,
                                       .rows = rows,
                                       .row_n = l.n,
                                       .empty = {.icon = S("check-circle"),
                                                 .title = msg(r->lang, MSG_authority_empty),
                                                 .text = msg(r->lang, MSG_authority_empty_text)}}};
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_reports, &v);
}

struct one {
    struct request *r;
    int64_t id;
    struct authority_report q;
    str json;
};

static err read_one(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    TRY(report_load(t, x->r->mem, x->id, &x->q));
    return report_package(t, x->r->mem, x->id, &x->json);
}

static err show_one(struct one *x, int status, struct form *f)
{
    struct request *r = x->r;
    struct fact *v = NEW_N(r->mem, struct fact, 4);
    size_t n = 0;
    v[n++] = (struct fact){.label = msg(r->lang, MSG_authority_kind), .text = kind_word(r, &x->q)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_ruling_family),
                           .text = family_label(r->lang, x->q.family)};
    if (x->q.submitted_at) {
        v[n++] = (struct fact){.label = msg(r->lang, MSG_authority_channel), .text = x->q.channel};
        v[n++] = (struct fact){.label = msg(r->lang, MSG_authority_receipt), .text = x->q.receipt};
    } else {
        v[n++] = (struct fact){.label = msg(r->lang, MSG_desk_due), .body = due_of(r, &x->q)};
    }
    struct reports_view view = {
        .facts = {v, n},
        .form = x->q.submitted_at ? NULL : f,
        .json = str_fmt(r->mem, "/desk/reports/%lld/package.json", (long long)x->id),
        .ruling = str_fmt(r->mem, "/desk/rulings/%lld", (long long)x->q.ruling_id)};
    f->submit = MSG_authority_submit;
    struct page page = {.place = PLACE_DESK, .title = x->q.title};
    page.back = (struct page_link){S("/desk/reports"), msg(r->lang, MSG_authority_title), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_authority_report, &view);
}

err page_authority_report(struct request *r)
{
    struct one x = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, read_one, &x));
    form_init(r, SUBMIT, LEN(SUBMIT), &f);
    return show_one(&x, 200, &f);
}

err page_authority_package(struct request *r)
{
    struct one x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, read_one, &x));
    return reply_json(r, 200, x.json);
}

static err submit(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    return report_submit(t, x->r->mem, &x->q, x->r->session.user_id);
}

err do_authority_report(struct request *r)
{
    struct one x = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, read_one, &x));
    err e = form_read(r, SUBMIT, LEN(SUBMIT), &f);
    x.q.channel = form_get(&f, "channel");
    x.q.receipt = form_get(&f, "receipt");
    if (e == OK)
        e = request_tx(r, submit, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show_one(&x, 422, &f);
    TRY(e);
    reply_flash(r, MSG_authority_done);
    return reply_redirect(r, str_fmt(r->mem, "/desk/reports/%lld", (long long)x.id));
}
