/* The directory of public bodies: for readers, and for the staff who confirm who belongs there. */
#include "reader/directory_page.h"

#include "article/render.h"
#include "reader_directory.html.h"
#include "text/idcode.h"
#include "web/layout.h"

enum { CACHE_SECONDS = 60, NEWS = 8, STAFF_ROWS = 100, COLUMNS = 5, QUERY_MAX = 60 };

static const char *const KINDS[] = {"government", "public_service"};

static str kind_label(const struct request *r, str kind)
{
    return msg_lookup(r->lang, "directory.kind_", str_z(r->mem, kind), MSG_word_none);
}

static str province_label(const struct request *r, str code)
{
    return msg_lookup(r->lang, "province.", str_z(r->mem, code), MSG_word_none);
}

struct directory_item *directory_items(const struct request *r, const struct directory_entry *v,
                                       size_t n)
{
    struct directory_item *items = NEW_N(r->mem, struct directory_item, n);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct directory_item){
            .href = str_fmt(r->mem, "/a/%.*s", FMT(v[i].handle)),
            .name = v[i].name,
            .intro = v[i].intro,
            .kind = kind_label(r, v[i].kind),
            .field = category_label(r, v[i].field),
            .province = province_label(r, v[i].province),
            .subscribers = v[i].subscribers,
            .avatar = {media_path(r->mem, v[i].avatar, COVER_WIDTH), v[i].name, false},
            .mark = mark_of(r, v[i].class, v[i].verified),
        };
    return items;
}

/* ---- for readers ---- */

struct public_load {
    struct request *r;
    struct directory_filter f;
    struct directory_entry *v;
    struct article *news;
    size_t n, news_n;
};

static err load_public(struct tx *t, void *ctx)
{
    struct public_load *l = ctx;
    TRY(directory_list(t, l->r->mem, &l->f, &l->v, &l->n));
    return l->f.before_id ? OK : directory_news(t, l->r->mem, NEWS, &l->news, &l->news_n);
}

static str query(const struct request *r, const char *name)
{
    str s = request_query(r, name);
    return s.p ? str_trim(s) : S("");
}

static struct directory_filter filter_of(const struct request *r)
{
    struct directory_filter f = {
        query(r, "kind"), query(r, "field"), query(r, "province"), query(r, "q"), 0, 0,
        DIRECTORY_PAGE};
    if (str_count(f.q) > QUERY_MAX)
        f.q = S("");
    str rest = request_query(r, "before");
    str subs = str_split(rest, '.', &rest);
    if (str_int(subs, &f.before_subs) != OK || str_int(rest, &f.before_id) != OK)
        f.before_subs = f.before_id = 0;
    return f;
}

static str next_of(const struct request *r, const struct public_load *l)
{
    if (l->n < DIRECTORY_PAGE)
        return S("");
    const struct directory_entry *last = &l->v[l->n - 1];
    struct buf b;
    buf_init(&b, r->mem, 4096);
    buf_add(&b, S("/directory?kind="));
    url_part_add(&b, l->f.kind);
    buf_add(&b, S("&field="));
    url_part_add(&b, l->f.field);
    buf_add(&b, S("&province="));
    url_part_add(&b, l->f.province);
    buf_add(&b, S("&q="));
    url_part_add(&b, l->f.q);
    buf_add(&b, str_fmt(r->mem, "&before=%lld.%lld", (long long)last->subscribers,
                        (long long)last->account_id));
    return buf_str(&b);
}

static struct search_choice *choices(const struct request *r, size_t n, enum msg any, bool on)
{
    struct search_choice *v = NEW_N(r->mem, struct search_choice, n + 1);
    v[0] = (struct search_choice){S(""), msg(r->lang, any), !on};
    return v;
}

static void filters_fill(const struct request *r, const struct directory_filter *f,
                         struct directory_view *v)
{
    struct search_choice *kinds = choices(r, LEN(KINDS), MSG_directory_any_kind, f->kind.n);
    struct search_choice *fields = choices(r, CATEGORY_COUNT, MSG_directory_any_field, f->field.n);
    struct search_choice *places =
        choices(r, PROVINCE_COUNT, MSG_directory_any_province, f->province.n);
    for (size_t i = 0; i < LEN(KINDS); i++) {
        str s = str_from(KINDS[i]);
        kinds[i + 1] = (struct search_choice){s, kind_label(r, s), str_eq(s, f->kind)};
    }
    for (size_t i = 0; i < CATEGORY_COUNT; i++) {
        str s = str_from(CATEGORIES[i].code);
        fields[i + 1] = (struct search_choice){s, category_label(r, s), str_eq(s, f->field)};
    }
    for (size_t i = 0; i < PROVINCE_COUNT; i++) {
        str s = str_from(PROVINCES[i].code);
        places[i + 1] = (struct search_choice){s, province_label(r, s), str_eq(s, f->province)};
    }
    v->kinds = kinds;
    v->kind_n = LEN(KINDS) + 1;
    v->fields = fields;
    v->field_n = CATEGORY_COUNT + 1;
    v->provinces = places;
    v->province_n = PROVINCE_COUNT + 1;
    v->q = f->q;
    v->filtered = f->kind.n || f->field.n || f->province.n || f->q.n;
}

err page_directory(struct request *r)
{
    struct public_load l = {.r = r, .f = filter_of(r)};
    TRY(request_read(r, load_public, &l));
    struct directory_view v = {
        .items = directory_items(r, l.v, l.n),
        .n = l.n,
        .next = next_of(r, &l),
        .news = feed_of(r, l.news, l.news_n),
        .empty = {.icon = S("building-library"),
                  .title = msg(r->lang, MSG_directory_empty),
                  .text = msg(r->lang, MSG_directory_empty_text)},
    };
    filters_fill(r, &l.f, &v);
    if (v.filtered) {
        v.empty.href = S("/directory");
        v.empty.action = msg(r->lang, MSG_directory_clear);
        v.news.n = 0;
    }
    v.news.next = S("");
    reply_cache(r, CACHE_SECONDS);
    reply_tag(r, S("directory"));
    reply_tag(r, S("home"));
    struct page page = {.place = PLACE_READER,
                        .description = msg(r->lang, MSG_directory_intro),
                        .canonical = S("/directory"),
                        .noindex = v.filtered};
    return REPLY_PAGE(r, &page, view_directory, &v);
}

/* ---- for staff ---- */

struct staff_load {
    struct request *r;
    struct directory_entry *in, *out, one, wish;
    size_t in_n, out_n;
    int64_t id;
    str reason;
};

static err load_staff(struct tx *t, void *ctx)
{
    struct staff_load *l = ctx;
    struct directory_filter f = {S(""), S(""), S(""), query(l->r, "q"), 0, 0, STAFF_ROWS};
    TRY(directory_list(t, l->r->mem, &f, &l->in, &l->in_n));
    return directory_candidates(t, l->r->mem, &l->out, &l->out_n);
}

static struct table_row row_of(const struct request *r, const struct directory_entry *d, bool in)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    c[0].text = d->name;
    c[1].text = msg_lookup(r->lang, "class.", str_z(r->mem, d->class), MSG_word_none);
    c[2].text = in ? kind_label(r, d->kind) : S("");
    c[3].text = in ? str_fmt(r->mem, "%.*s · %.*s", FMT(category_label(r, d->field)),
                             FMT(province_label(r, d->province)))
                   : province_label(r, d->province);
    c[4] = in ? (struct table_cell){.at_ms = d->confirmed_at}
              : (struct table_cell){
                    .text = msg(r->lang, MSG_directory_waits), .status = true, .tone = TONE_INFO};
    return (struct table_row){str_fmt(r->mem, "/desk/directory/%lld", (long long)d->account_id), c};
}

static struct table_view table_of(const struct request *r, const struct directory_entry *v,
                                  size_t n, bool in)
{
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    static const enum msg LABELS[COLUMNS] = {MSG_account_name, MSG_account_class,
                                             MSG_directory_kind, MSG_directory_field,
                                             MSG_directory_since};
    struct table_row *rows = NEW_N(r->mem, struct table_row, n);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(r, &v[i], in);
    return (struct table_view){
        .caption = msg(r->lang, in ? MSG_directory_listed : MSG_directory_candidates),
        .cols = cols,
        .col_n = COLUMNS,
        .rows = rows,
        .row_n = n,
        .search = in,
        .q = query(r, "q"),
        .empty = {.icon = S("building-library"),
                  .title = msg(r->lang, in ? MSG_directory_empty : MSG_directory_no_candidates),
                  .text = msg(r->lang,
                              in ? MSG_directory_staff_empty : MSG_directory_no_candidates_text)}};
}

err page_desk_directory(struct request *r)
{
    struct staff_load l = {.r = r};
    TRY(request_read(r, load_staff, &l));
    struct directory_desk_view v = {table_of(r, l.in, l.in_n, true),
                                    table_of(r, l.out, l.out_n, false)};
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_desk_directory, &v);
}

static const struct form_field FIELDS[] = {
    {.name = "kind", .kind = FIELD_SELECT, .label = MSG_directory_kind, .required = true},
    {.name = "field", .kind = FIELD_SELECT, .label = MSG_directory_field, .required = true},
    {.name = "province", .kind = FIELD_SELECT, .label = MSG_directory_province, .required = true},
    {.name = "reason",
     .kind = FIELD_TEXT,
     .label = MSG_directory_reason,
     .help = MSG_directory_reason_help,
     .required = true,
     .max = DIRECTORY_REASON_MAX},
};

/* In the directory, or an account that may come into it. */
static err load_entry(struct tx *t, void *ctx)
{
    struct staff_load *l = ctx;
    struct account a;
    err e = directory_load(t, l->r->mem, l->id, &l->one);
    l->in_n = e == OK;
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(directory_candidates(t, l->r->mem, &l->out, &l->out_n));
    for (size_t i = 0; i < l->out_n; i++)
        if (l->out[i].account_id == l->id) {
            l->one = l->out[i];
            return OK;
        }
    TRY(account_load(t, l->r->mem, l->id, &a));
    l->one = (struct directory_entry){.account_id = a.id, .name = a.name, .handle = a.handle};
    return account_public(&a) ? OK : fault(ERR_NOT_FOUND, "not_found", "not a public account");
}

static void options_set(struct request *r, struct form *f)
{
    struct form_option *k = NEW_N(r->mem, struct form_option, LEN(KINDS));
    struct form_option *c = NEW_N(r->mem, struct form_option, CATEGORY_COUNT);
    struct form_option *p = NEW_N(r->mem, struct form_option, PROVINCE_COUNT);
    for (size_t i = 0; i < LEN(KINDS); i++)
        k[i] = (struct form_option){.value = str_from(KINDS[i]),
                                    .text = kind_label(r, str_from(KINDS[i]))};
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        c[i] = (struct form_option){.value = str_from(CATEGORIES[i].code),
                                    .text = category_label(r, str_from(CATEGORIES[i].code))};
    for (size_t i = 0; i < PROVINCE_COUNT; i++)
        p[i] = (struct form_option){.value = str_from(PROVINCES[i].code),
                                    .text = province_label(r, str_from(PROVINCES[i].code))};
    form_options(f, "kind", k, LEN(KINDS));
    form_options(f, "field", c, CATEGORY_COUNT);
    form_options(f, "province", p, PROVINCE_COUNT);
}

static err entry_show(struct staff_load *l, struct form *f, int status)
{
    struct request *r = l->r;
    const struct directory_entry *d = &l->one;
    options_set(r, f);
    f->submit = l->in_n ? MSG_word_save : MSG_directory_confirm;
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_account_intro), .text = d->intro},
        {.label = msg(r->lang, MSG_account_handle), .text = d->handle},
        {.label = msg(r->lang, MSG_directory_by), .text = d->confirmed_name},
    };
    struct directory_entry_view v = {
        .facts = {facts, l->in_n ? LEN(facts) : LEN(facts) - 1},
        .form = f,
        .remove = str_fmt(r->mem, "/desk/directory/%lld/remove", (long long)d->account_id),
        .csrf = r->session.csrf,
        .in = l->in_n};
    struct page page = {.place = PLACE_DESK, .title = d->name};
    page.back = (struct page_link){S("/desk/directory"), msg(r->lang, MSG_directory_title), S("")};
    page.action = (struct page_link){str_fmt(r->mem, "/a/%.*s", FMT(d->handle)),
                                     msg(r->lang, MSG_directory_look), S("eye")};
    return REPLY_PAGE_STATUS(r, status, &page, view_desk_directory_entry, &v);
}

static err entry_load(struct request *r, struct staff_load *l)
{
    *l = (struct staff_load){.r = r};
    TRY(request_arg_int(r, "account", &l->id));
    return request_read(r, load_entry, l);
}

err page_desk_directory_entry(struct request *r)
{
    struct staff_load l;
    struct form f;
    TRY(entry_load(r, &l));
    form_init(r, FIELDS, LEN(FIELDS), &f);
    form_set(&f, "kind", l.one.kind);
    form_set(&f, "field", l.one.field);
    form_set(&f, "province", l.one.province);
    form_set(&f, "reason", l.one.reason);
    return entry_show(&l, &f, 200);
}

static err confirm(struct tx *t, void *ctx)
{
    struct staff_load *l = ctx;
    return directory_confirm(t, &l->wish);
}

err do_desk_directory_entry(struct request *r)
{
    struct staff_load l;
    struct form f;
    TRY(entry_load(r, &l));
    err e = form_read(r, FIELDS, LEN(FIELDS), &f);
    l.wish = (struct directory_entry){.account_id = l.id,
                                      .kind = form_get(&f, "kind"),
                                      .field = form_get(&f, "field"),
                                      .province = form_get(&f, "province"),
                                      .reason = form_get(&f, "reason"),
                                      .confirmed_by = r->session.user_id};
    if (e == OK) {
        e = request_tx(r, confirm, &l);
        if (e != OK && !form_take_fault(&f, e))
            return e;
    }
    if (e != OK)
        return entry_show(&l, &f, 422);
    reply_flash(r, MSG_directory_confirmed);
    return reply_redirect(r, S("/desk/directory"));
}

static err take_out(struct tx *t, void *ctx)
{
    struct staff_load *l = ctx;
    return directory_remove(t, l->id, l->reason, l->r->session.user_id);
}

err do_desk_directory_remove(struct request *r)
{
    struct staff_load l;
    TRY(entry_load(r, &l));
    str reason = request_field(r, "reason");
    l.reason = reason.p ? str_trim(reason) : S("");
    if (!l.reason.n || str_count(l.reason) > DIRECTORY_REASON_MAX)
        return fault(ERR_INVALID, "reason_required", "no reason");
    TRY(request_tx(r, take_out, &l));
    reply_flash(r, MSG_directory_removed);
    return reply_redirect(r, S("/desk/directory"));
}
