/* The console's page of who may reprint. */
#include "article/console_view.h"
#include "article/permit.h"
#include "article_permit.html.h"

enum { COLUMNS = 3 };

static const struct form_field FIELDS[] = {{.name = "handle",
                                            .label = MSG_permit_handle,
                                            .help = MSG_permit_handle_help,
                                            .required = true,
                                            .max = 30}};

struct permitting {
    struct request *r;
    struct permit *v;
    size_t n;
    str handle;
    int64_t drop;
};

static err read(struct tx *t, void *ctx)
{
    struct permitting *p = ctx;
    return permit_list(t, p->r->mem, p->r->member.account_id, &p->v, &p->n);
}

static struct confirm_view drop_of(struct request *r, const struct permit *p)
{
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("drop"), str_fmt(r->mem, "%lld", (long long)p->allowed_id)};
    str words = msg_format(r->mem, r->lang, MSG_permit_drop, &p->name, 1);
    return (struct confirm_view){.id = str_fmt(r->mem, "drop-%lld", (long long)p->allowed_id),
                                 .button = words,
                                 .title = words,
                                 .text = msg(r->lang, MSG_permit_drop_effect),
                                 .action = r->path,
                                 .csrf = r->session.csrf,
                                 .hidden = hidden,
                                 .hidden_n = 1,
                                 .danger = true};
}

static err show(struct permitting *p, int status, struct article_permits_view *v)
{
    struct request *r = p->r;
    TRY(request_read(r, read, p));
    const struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_permit_account)},
                                            {.label = msg(r->lang, MSG_permit_handle)},
                                            {.label = msg(r->lang, MSG_permit_since)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, p->n);
    struct confirm_view *acts = NEW_N(r->mem, struct confirm_view, p->n);
    for (size_t i = 0; i < p->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = p->v[i].name;
        c[1].text = p->v[i].handle;
        c[2].at_ms = p->v[i].added_at;
        rows[i] = (struct table_row){str_cat(r->mem, S("/a/"), p->v[i].handle), c};
        acts[i] = drop_of(r, &p->v[i]);
    }
    v->table = (struct table_view){.caption = msg(r->lang, MSG_permit_title),
                                   .cols = cols,
                                   .col_n = COLUMNS,
                                   .rows = rows,
                                   .row_n = p->n,
                                   .empty = {.icon = S("document-text"),
                                             .title = msg(r->lang, MSG_permit_empty),
                                             .text = msg(r->lang, MSG_permit_empty_text)}};
    v->acts = acts;
    v->act_n = p->n;
    v->form.submit = MSG_permit_add;
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE_STATUS(r, status, &page, view_article_permits, v);
}

err page_permits(struct request *r)
{
    struct permitting p = {.r = r};
    struct article_permits_view v = {0};
    form_init(r, FIELDS, LEN(FIELDS), &v.form);
    return show(&p, 200, &v);
}

static err add(struct tx *t, void *ctx)
{
    struct permitting *p = ctx;
    return permit_add(t, p->r->mem, p->r->member.account_id, p->handle, p->r->session.user_id);
}

static err drop(struct tx *t, void *ctx)
{
    struct permitting *p = ctx;
    return permit_drop(t, p->r->member.account_id, p->drop, p->r->session.user_id);
}

err do_permits(struct request *r)
{
    struct permitting p = {.r = r};
    struct article_permits_view v = {0};
    str dropped = request_field(r, "drop");
    if (dropped.n) {
        TRY(str_int(dropped, &p.drop));
        TRY(request_tx(r, drop, &p));
        reply_flash(r, MSG_word_saved);
        return reply_redirect(r, r->path);
    }
    err e = form_read(r, FIELDS, LEN(FIELDS), &v.form);
    if (e == OK) {
        p.handle = form_get(&v.form, "handle");
        e = request_tx(r, add, &p);
        if (e != OK && !form_take_fault(&v.form, e))
            return e;
    }
    if (e != OK)
        return show(&p, 422, &v);
    reply_flash(r, MSG_word_saved);
    return reply_redirect(r, r->path);
}
