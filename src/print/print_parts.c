/* Matches as tables, for the desk. */
#include "print/print_parts.h"

#include "print_desk.html.h"

static str number(struct request *r, int64_t n)
{
    return str_fmt(r->mem, "%lld", (long long)n);
}

static str how(struct request *r, const struct print_match *m)
{
    static const enum msg WORDS[PRINT_KINDS] = {MSG_print_is_file, MSG_print_is_picture,
                                                MSG_print_is_text};
    str n = number(r, m->distance);
    return msg_format(r->mem, r->lang, WORDS[m->kind], &n, 1);
}

static str action(const struct request *r, const struct print_match *m)
{
    return msg_lookup(r->lang, "print.action_", str_z(r->mem, m->action), MSG_print_action_found);
}

static struct table_view table(struct request *r, enum msg caption, enum msg first,
                               struct table_row *rows, size_t n)
{
    enum { COLUMNS = 4 };
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    const enum msg labels[COLUMNS] = {first, MSG_print_likeness, MSG_print_done, MSG_print_at};
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, labels[i]);
    return (struct table_view){
        .caption = msg(r->lang, caption),
        .cols = cols,
        .col_n = COLUMNS,
        .rows = rows,
        .row_n = n,
        .empty = {S("document-duplicate"), msg(r->lang, MSG_print_none), S(""), S(""), S("")}};
}

static struct table_row row(struct request *r, const struct print_match *m, str what, str href)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, 4);
    c[0].text = what;
    c[1].text = how(r, m);
    c[2].text = action(r, m);
    c[3].at_ms = m->at;
    return (struct table_row){href, c};
}

struct table_view print_copies_table(struct request *r, enum msg caption,
                                     const struct print_match *v, size_t n)
{
    struct table_row *rows = NEW_N(r->mem, struct table_row, n);
    for (size_t i = 0; i < n; i++) {
        str what = v[i].no ? str_fmt(r->mem, "%.*s · %.*s", FMT(v[i].title), FMT(v[i].handle))
                           : str_fmt(r->mem, "%.*s · %.*s",
                                     FMT(msg(r->lang, MSG_print_refused_new)), FMT(v[i].handle));
        str href =
            v[i].case_id ? str_fmt(r->mem, "/desk/cases/%lld", (long long)v[i].case_id) : S("");
        rows[i] = row(r, &v[i], what, href);
    }
    return table(r, caption, MSG_print_article, rows, n);
}

static struct table_view found_table(struct request *r, const struct print_match *v, size_t n)
{
    struct table_row *rows = NEW_N(r->mem, struct table_row, n);
    for (size_t i = 0; i < n; i++) {
        bool list = v[i].list_id != 0;
        str name = list ? v[i].list_name : v[i].origin_title;
        str what = msg_format(r->mem, r->lang, list ? MSG_print_of_list : MSG_print_of_case,
                              (const str[]){name, number(r, v[i].origin_case)}, 2);
        str href = list ? str_fmt(r->mem, "/desk/prints/%lld", (long long)v[i].list_id)
                        : str_fmt(r->mem, "/desk/cases/%lld", (long long)v[i].origin_case);
        rows[i] = row(r, &v[i], what, href);
    }
    return table(r, MSG_print_found, MSG_print_origin, rows, n);
}

str print_sweep_words(struct request *r, const struct print_sweep *s)
{
    if (!s->id)
        return S("");
    return msg_format(r->mem, r->lang, s->ended_at ? MSG_print_sweep_done : MSG_print_sweep_running,
                      (const str[]){number(r, s->done), number(r, s->hits)}, 2);
}

struct seeing {
    struct request *r;
    const struct casefile *c;
    struct print_match *found, *copies;
    size_t found_n, copy_n;
    struct print_sweep sweep;
};

static err see(struct tx *t, void *ctx)
{
    struct seeing *x = ctx;
    TRY(print_found(t, x->r->mem, x->c->account_id, x->c->subject, &x->found, &x->found_n));
    TRY(print_copies(t, x->r->mem, x->c->id, &x->copies, &x->copy_n));
    err e = print_sweep_of(t, x->c->id, 0, &x->sweep);
    return e == ERR_NOT_FOUND ? OK : e;
}

err print_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct seeing x = {.r = r, .c = c};
    TRY(request_read(r, see, &x));
    struct print_case_parts v = {.has_found = x.found_n > 0,
                                 .has_copies = x.copy_n > 0 || x.sweep.id != 0,
                                 .found = found_table(r, x.found, x.found_n),
                                 .copies =
                                     print_copies_table(r, MSG_print_copies, x.copies, x.copy_n),
                                 .sweep = print_sweep_words(r, &x.sweep)};
    struct out *o = request_out(r);
    view_print_case(o, &v);
    *ret_view = out_take(o);
    return OK;
}
