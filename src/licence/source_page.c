/* The list of sources that news may be reprinted from: public to read, kept by staff. */
#include "licence/licence_view.h"
#include "licence_list.html.h"

enum { PAGE_ROWS = 50, COLUMNS = 2 };

static const struct form_field FIELDS[] = {
    {.name = "name", .label = MSG_source_name, .required = true, .max = 60},
    {.name = "host", .label = MSG_source_host, .help = MSG_source_host_help, .max = 100},
};

struct listing {
    struct request *r;
    str find, after;
    struct news_source *v, change;
    size_t n;
};

static err read(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    return news_source_list(t, l->r->mem, l->find, l->after, PAGE_ROWS, &l->v, &l->n);
}

static str next_of(struct request *r, const struct listing *l)
{
    if (l->n < PAGE_ROWS)
        return STR_NONE;
    struct buf b;
    buf_init(&b, r->mem, 2000);
    buf_fmt(&b, "%.*s?after=", FMT(r->path));
    url_part_add(&b, l->v[l->n - 1].name);
    buf_add(&b, S("&q="));
    url_part_add(&b, l->find);
    return buf_str(&b);
}

static struct confirm_view *drops(struct request *r, const struct listing *l)
{
    struct confirm_view *v = NEW_N(r->mem, struct confirm_view, l->n);
    for (size_t i = 0; i < l->n; i++) {
        struct param *hidden = NEW(r->mem, struct param);
        *hidden = (struct param){S("drop"), l->v[i].name};
        str words = msg_format(r->mem, r->lang, MSG_source_drop, &l->v[i].name, 1);
        v[i] = (struct confirm_view){.id = str_fmt(r->mem, "drop-%zu", i),
                                     .button = words,
                                     .title = words,
                                     .text = msg(r->lang, MSG_source_drop_effect),
                                     .action = r->path,
                                     .csrf = r->session.csrf,
                                     .hidden = hidden,
                                     .hidden_n = 1,
                                     .danger = true};
    }
    return v;
}

static err show(struct listing *l, int status, struct news_sources_view *v, enum place place)
{
    struct request *r = l->r;
    str q = request_query(r, "q"), after = request_query(r, "after");
    l->find = q.p ? str_trim(q) : S("");
    l->after = after.p ? after : S("");
    TRY(request_read(r, read, l));
    const struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_source_name)},
                                            {.label = msg(r->lang, MSG_source_host)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, l->n);
    for (size_t i = 0; i < l->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = l->v[i].name;
        c[1].text = l->v[i].host;
        rows[i].cells = c;
    }
    v->intro = msg(r->lang, MSG_source_intro);
    v->table = (struct table_view){.caption = msg(r->lang, MSG_source_title),
                                   .cols = cols,
                                   .col_n = COLUMNS,
                                   .rows = rows,
                                   .row_n = l->n,
                                   .search = true,
                                   .q = l->find,
                                   .pager = {.next = next_of(r, l)},
                                   .empty = {.icon = S("document-text"),
                                             .title = msg(r->lang, MSG_source_empty),
                                             .text = msg(r->lang, MSG_source_empty_text)}};
    if (place == PLACE_DESK) {
        v->form.submit = MSG_source_add;
        v->acts = drops(r, l);
        v->act_n = l->n;
    }
    v->sources = l->v;
    v->source_n = l->n;
    struct page page = {.place = place};
    if (place == PLACE_READER)
        return REPLY_PAGE(r, &page, view_news_public, v);
    return REPLY_PAGE_STATUS(r, status, &page, view_news_sources, v);
}

err page_news_sources(struct request *r)
{
    struct listing l = {.r = r};
    struct news_sources_view v = {0};
    return show(&l, 200, &v, PLACE_READER);
}

err page_desk_sources(struct request *r)
{
    struct listing l = {.r = r};
    struct news_sources_view v = {0};
    form_init(r, FIELDS, LEN(FIELDS), &v.form);
    return show(&l, 200, &v, PLACE_DESK);
}

static err add(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    return news_source_add(t, l->r->mem, &l->change, l->r->session.user_id);
}

static err drop(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    return news_source_drop(t, l->change.name, l->r->session.user_id);
}

err do_desk_sources(struct request *r)
{
    struct listing l = {.r = r, .change = {.name = request_field(r, "drop")}};
    struct news_sources_view v = {0};
    if (l.change.name.n) {
        TRY(request_tx(r, drop, &l));
        reply_flash(r, MSG_licence_done);
        return reply_redirect(r, r->path);
    }
    err e = form_read(r, FIELDS, LEN(FIELDS), &v.form);
    if (e == OK) {
        l.change = (struct news_source){.name = form_get(&v.form, "name"),
                                        .host = form_get(&v.form, "host")};
        e = request_tx(r, add, &l);
        if (e != OK && !form_take_fault(&v.form, e))
            return e;
    }
    if (e != OK)
        return show(&l, 422, &v, PLACE_DESK);
    reply_flash(r, MSG_licence_done);
    return reply_redirect(r, r->path);
}
