/* The console's editor of the menu, what staff see of it, and the public page of a text of its own.
 */
#include "account/account.h"
#include "account/series.h"
#include "article/article.h"
#include "menu/menu_view.h"
#include "menu_pages.html.h"
#include "settings/provider.h"
#include "web/form.h"

enum { ARTICLES = 100, CACHE_SECONDS = 60, TRIES = 3, COLUMNS = 3 };

static const struct form_option KINDS[] = {
#define X(name) {.value = S_INIT(#name), .label = MSG_menu_kind_##name},
    MENU_KIND_TABLE(X)
#undef X
};
/* What an entry says; the field named as its kind is its target. */
#define ENTRY_FIELDS                                                                               \
    {.name = "kind",                                                                               \
     .kind = FIELD_RADIO,                                                                          \
     .label = MSG_menu_kind,                                                                       \
     .required = true,                                                                             \
     .options = KINDS,                                                                             \
     .option_n = LEN(KINDS)},                                                                      \
        {.name = "article", .kind = FIELD_SELECT, .label = MSG_menu_to_article},                   \
        {.name = "series", .kind = FIELD_SELECT, .label = MSG_menu_to_series},                     \
        {.name = "topic", .label = MSG_menu_to_topic, .max = 20},                                  \
        {.name = "link",                                                                           \
         .label = MSG_menu_to_link,                                                                \
         .help = MSG_menu_link_help,                                                               \
         .max = MENU_LINK_MAX},                                                                    \
        {.name = "text",                                                                           \
         .kind = FIELD_TEXTAREA,                                                                   \
         .label = MSG_menu_to_text,                                                                \
         .help = MSG_menu_text_help,                                                               \
         .max = MENU_BODY_MAX},                                                                    \
        {.name = "rev", .kind = FIELD_HIDDEN, .label = MSG_menu_entry},                            \
    {                                                                                              \
        .name = "act", .kind = FIELD_HIDDEN, .label = MSG_menu_entry                               \
    }
#define LABEL_FIELD                                                                                \
    {                                                                                              \
        .name = "label", .label = MSG_menu_label, .help = MSG_menu_label_help, .required = true,   \
        .max = MENU_SUB_WIDTH                                                                      \
    }
static const struct form_field ADD[] = {
    LABEL_FIELD,
    {.name = "under", .kind = FIELD_SELECT, .label = MSG_menu_under, .help = MSG_menu_under_help},
    ENTRY_FIELDS};
static const struct form_field EDIT[] = {LABEL_FIELD, ENTRY_FIELDS};

struct editing {
    struct request *r;
    struct account a;
    struct menu m;
    struct menu_version live, last;
    struct article *articles;
    struct series *series;
    size_t article_n, series_n;
    bool gone[MENU_ITEMS_MAX];
    struct form f;
    struct menu_item item;
    int64_t no, rev, under;
    str act;
    struct menu_wish wish;
    struct scan_result scan;
    const struct casefile *c;
    str error;
};

static str here(const struct request *r)
{
    return str_fmt(r->mem, "/console/%.*s/menu", FMT(r->member.handle));
}

static err newest(struct tx *t, struct editing *x, str state, struct menu_version *ret_v)
{
    err e = menu_version_newest(t, x->r->mem, x->a.id, state, ret_v);
    if (e != ERR_NOT_FOUND)
        return e;
    fault_clear();
    *ret_v = (struct menu_version){.entries = S("[]"), .state = S("")};
    return OK;
}

static err read_all(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    arena *mem = x->r->mem;
    TRY(account_load(t, mem, x->r->member.account_id, &x->a));
    TRY(menu_draft_load(t, mem, x->a.id, &x->m));
    TRY(newest(t, x, S("live"), &x->live));
    TRY(newest(t, x, S(""), &x->last));
    TRY(series_list(t, mem, x->a.id, true, &x->series, &x->series_n));
    return article_list(t, mem, &(struct article_page){.account_id = x->a.id, .limit = ARTICLES},
                        &x->articles, &x->article_n);
}

/* ---- in words ---- */

static str title_of(struct editing *x, const struct menu_item *i, bool *ret_gone)
{
    for (size_t k = 0; i->kind == MENU_article && k < x->article_n; k++)
        if (str_eq(str_fmt(x->r->mem, "%lld", (long long)x->articles[k].no), i->target))
            return x->articles[k].title;
    for (size_t k = 0; i->kind == MENU_series && k < x->series_n; k++)
        if (str_eq(str_fmt(x->r->mem, "%lld", (long long)x->series[k].no), i->target))
            return x->series[k].title;
    *ret_gone = i->kind == MENU_series;
    return str_cat(x->r->mem, S("#"), i->target);
}

static str leads(struct editing *x, const struct menu_item *i, bool *ret_gone)
{
    *ret_gone = false;
    if (i->kind == MENU_article || i->kind == MENU_series)
        return title_of(x, i, ret_gone);
    return i->kind == MENU_topic ? str_cat(x->r->mem, S("#"), i->target) : i->target;
}

static str kind_label(const struct request *r, enum menu_kind k)
{
    return msg(r->lang, KINDS[k].label);
}

/* Is there none of its level on this side? */
static bool at_end(const struct menu *m, size_t i, int step)
{
    for (size_t k = i + (size_t)step; k < m->n; k += (size_t)step) {
        if (m->v[k].sub == m->v[i].sub)
            return false;
        if (m->v[i].sub)
            return true;
    }
    return true;
}

static struct menu_line *lines_of(struct editing *x)
{
    struct menu_line *v = NEW_N(x->r->mem, struct menu_line, x->m.n + 1);
    for (size_t i = 0; i < x->m.n; i++) {
        const struct menu_item *item = &x->m.v[i];
        v[i] = (struct menu_line){.label = item->label,
                                  .kind = kind_label(x->r, item->kind),
                                  .no = item->no,
                                  .sub = item->sub,
                                  .first = at_end(&x->m, i, -1),
                                  .last = at_end(&x->m, i, 1)};
        v[i].leads = str_ellipsis(x->r->mem, leads(x, item, &v[i].gone), 60);
    }
    return v;
}

/* ---- the form of an entry ---- */

static void article_choices(struct editing *x)
{
    arena *mem = x->r->mem;
    struct form_option *v = NEW_N(mem, struct form_option, x->article_n + 1);
    for (size_t i = 0; i < x->article_n; i++)
        v[i] = (struct form_option){.value = str_fmt(mem, "%lld", (long long)x->articles[i].no),
                                    .text = str_ellipsis(mem, x->articles[i].title, 30)};
    form_options(&x->f, "article", v, x->article_n);
}

static void choices(struct editing *x)
{
    arena *mem = x->r->mem;
    struct form_option *s = NEW_N(mem, struct form_option, x->series_n + 1);
    struct form_option *g = NEW_N(mem, struct form_option, MENU_ITEMS_MAX);
    size_t n = 0;
    for (size_t i = 0; i < x->series_n; i++)
        s[i] = (struct form_option){.value = str_fmt(mem, "%lld", (long long)x->series[i].no),
                                    .text = x->series[i].title};
    for (size_t i = 0; i < x->m.n; i++)
        if (x->m.v[i].kind == MENU_group)
            g[n++] = (struct form_option){.value = str_fmt(mem, "%d", x->m.v[i].no),
                                          .text = x->m.v[i].label};
    article_choices(x);
    form_options(&x->f, "series", s, x->series_n);
    if (x->f.fields == ADD)
        form_options(&x->f, "under", g, n);
    form_set(&x->f, "rev", str_fmt(mem, "%lld", (long long)x->m.rev));
}

/* Reads an entry from the form; the field of its kind is its target. */
static err item_read(struct editing *x)
{
    struct request *r = x->r;
    bool adds = str_eq(x->act, S("add"));
    TRY(form_read(r, adds ? ADD : EDIT, adds ? LEN(ADD) : LEN(EDIT), &x->f));
    str kind = form_get(&x->f, "kind");
    x->under = adds ? form_int(&x->f, "under") : 0;
    x->item = (struct menu_item){.sub = x->item.sub || x->under, .label = form_get(&x->f, "label")};
    for (int k = 0; k < MENU_KINDS; k++)
        if (str_eq(kind, menu_kind_name((enum menu_kind)k))) {
            x->item.kind = (enum menu_kind)k;
            x->item.target = k == MENU_group ? S("") : form_get(&x->f, KINDS[k].value.p);
        }
    return menu_item_check(r->mem, &x->item);
}

/* ---- all of it ---- */

static struct confirm_view confirm(struct request *r, const char *act, enum msg button,
                                   enum msg text, str action, int64_t rev)
{
    struct param *hidden = NEW_N(r->mem, struct param, 2);
    hidden[0] = (struct param){S("act"), str_from(act)};
    hidden[1] = (struct param){S("rev"), str_fmt(r->mem, "%lld", (long long)rev)};
    return (struct confirm_view){.id = str_from(act),
                                 .button = msg(r->lang, button),
                                 .title = msg(r->lang, button),
                                 .text = msg(r->lang, text),
                                 .action = action,
                                 .csrf = r->session.csrf,
                                 .hidden = hidden,
                                 .hidden_n = 2,
                                 .danger = true};
}

static str state_of(const struct editing *x, enum tone *ret_tone)
{
    const struct request *r = x->r;
    bool waits = str_eq(x->last.state, S("pending")), live = x->live.version > 0;
    *ret_tone = waits ? TONE_INFO : live ? TONE_OK : TONE_NEUTRAL;
    enum msg m = waits  ? (live ? MSG_menu_state_both : MSG_menu_state_waits)
                 : live ? MSG_menu_state_live
                        : MSG_menu_state_none;
    if (!waits && str_eq(x->last.state, S("rejected")))
        *ret_tone = TONE_WARN;
    return msg(r->lang, m);
}

static err edit_page(struct editing *x, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, read_all, x));
    choices(x);
    form_set(&x->f, "act", S("add"));
    x->f.submit = MSG_menu_add;
    bool refused = str_eq(x->last.state, S("rejected"));
    struct menu_edit_view v = {
        .r = r,
        .lines = lines_of(x),
        .n = x->m.n,
        .shown = {&x->m, r->member.handle},
        .name = x->a.name,
        .here = here(r),
        .note = refused ? msg_format(r->mem, r->lang, MSG_menu_refused, &x->last.reason, 1) : S(""),
        .add = &x->f,
        .error = x->error,
        .waits = str_eq(x->last.state, S("pending")),
        .live = x->live.version > 0,
        .clear = confirm(r, "clear", MSG_menu_clear, MSG_menu_clear_text, here(r), x->m.rev),
        .rev = x->m.rev};
    v.state = state_of(x, &v.tone);
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE_STATUS(r, status, &page, view_menu_edit, &v);
}

err page_menu(struct request *r)
{
    struct editing x = {.r = r};
    form_init(r, ADD, LEN(ADD), &x.f);
    return edit_page(&x, 200);
}

static err change(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    arena *mem = x->r->mem;
    struct menu_save s = {x->r->member.account_id, x->r->session.user_id, &x->m};
    TRY(menu_draft_load(t, mem, s.account_id, &x->m));
    if (x->m.rev != x->rev)
        return fault(ERR_CONFLICT, "menu_elsewhere", "draft is not %lld", (long long)x->rev);
    if (str_eq(x->act, S("add")))
        TRY(menu_add(&x->m, &x->item, x->under));
    else if (str_eq(x->act, S("save")))
        TRY(menu_set(&x->m, x->no, &x->item));
    else if (str_eq(x->act, S("drop")))
        TRY(menu_drop(&x->m, x->no));
    else
        TRY(menu_move(&x->m, x->no, str_eq(x->act, S("up"))));
    return menu_draft_save(t, mem, &s);
}

static err send(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    return menu_send(t, x->r->mem, &x->wish);
}

static err keep_refused(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    return menu_refused(t, x->r->mem, &x->wish);
}

static err read_draft(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    return menu_draft_load(t, x->r->mem, x->r->member.account_id, &x->m);
}

/* Scans, then sends in a transaction that asks whether the rules are still those. */
static err do_send(struct editing *x)
{
    struct request *r = x->r;
    struct provider_settings ps;
    bool stale = true;
    err e = OK;
    provider_live_get(r->site->provider, r->mem, &ps);
    x->wish = (struct menu_wish){r->member.account_id, r->session.user_id, review_span(&ps, r->now),
                                 x->rev, &x->scan};
    for (int i = 0; i < TRIES && stale; i++) {
        struct scan_article a;
        TRY(request_read(r, read_draft, x));
        if (x->m.rev != x->rev)
            return fault(ERR_CONFLICT, "menu_elsewhere", "draft is not %lld", (long long)x->rev);
        menu_scanned(r->mem, &x->m, &a);
        TRY(scan_live_run(r->site->scan, r->mem, r->member.account_id, &a, &x->scan));
        e = request_tx(r, send, x);
        stale = e == ERR_CONFLICT && str_eq(str_from(fault_of(e).reason), S("scan_stale"));
    }
    if (e != ERR_DENIED || !str_eq(str_from(fault_of(e).reason), S("scan_refused")))
        return e;
    struct fault why = fault_of(e);
    TRY(request_tx(r, keep_refused, x));
    fault_copy(&why);
    return e;
}

static err do_clear(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    return menu_clear(t, x->r->mem, x->r->member.account_id, x->r->session.user_id);
}

static err carry_out(struct editing *x)
{
    static const char *const ACTS[] = {"add", "up", "down"};
    struct request *r = x->r;
    if (str_eq(x->act, S("send")))
        return do_send(x);
    if (str_eq(x->act, S("clear")))
        return request_tx(r, do_clear, x);
    if (str_eq(x->act, S("add")))
        TRY(item_read(x));
    for (size_t i = 0; i < LEN(ACTS); i++)
        if (str_eq(x->act, str_from(ACTS[i])))
            return request_tx(r, change, x);
    return fault(ERR_INVALID, "unknown_act", "act %.*s", FMT(x->act));
}

static int64_t number_field(struct request *r, const char *name)
{
    int64_t n = 0;
    if (str_int(request_field(r, name), &n) != OK)
        fault_clear();
    return n;
}

err do_menu(struct request *r)
{
    struct editing x = {.r = r,
                        .act = request_field(r, "act"),
                        .no = number_field(r, "no"),
                        .rev = number_field(r, "rev")};
    form_init(r, ADD, LEN(ADD), &x.f);
    err e = carry_out(&x);
    if (e == OK) {
        reply_flash(r, str_eq(x.act, S("send")) ? MSG_menu_sent : MSG_word_saved);
        return reply_redirect(r, here(r));
    }
    if (!x.f.bad && !form_take_fault(&x.f, e))
        return e;
    if (!str_eq(x.act, S("add"))) { /* it is about the menu, not about the form below */
        x.error = x.f.error;
        form_init(r, ADD, LEN(ADD), &x.f);
    }
    return edit_page(&x, 422);
}

/* ---- one entry ---- */

static err item_page(struct editing *x, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, read_all, x));
    if (x->no < 1 || (uint64_t)x->no > x->m.n)
        return fault(ERR_NOT_FOUND, "not_found", "entry %lld", (long long)x->no);
    const struct menu_item *item = &x->m.v[x->no - 1];
    choices(x);
    if (!x->f.bad) {
        form_set(&x->f, "label", item->label);
        form_set(&x->f, "kind", menu_kind_name(item->kind));
        if (item->kind != MENU_group)
            form_set(&x->f, KINDS[item->kind].value.p, item->target);
    }
    form_set(&x->f, "act", S("save"));
    str at = str_fmt(r->mem, "%.*s/%lld", FMT(here(r)), (long long)x->no);
    struct menu_item_view v = {
        .form = &x->f, .drop = confirm(r, "drop", MSG_menu_drop, MSG_menu_drop_text, at, x->m.rev)};
    struct page page = {.place = PLACE_CONSOLE,
                        .title = item->label,
                        .back = {here(r), msg(r->lang, MSG_menu_title), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_menu_item, &v);
}

err page_menu_item(struct request *r)
{
    struct editing x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    form_init(r, EDIT, LEN(EDIT), &x.f);
    return item_page(&x, 200);
}

err do_menu_item(struct request *r)
{
    struct editing x = {.r = r, .act = request_field(r, "act"), .rev = number_field(r, "rev")};
    TRY(request_arg_int(r, "no", &x.no));
    TRY(request_read(r, read_draft, &x));
    form_init(r, EDIT, LEN(EDIT), &x.f);
    bool drops = str_eq(x.act, S("drop"));
    if (x.no < 1 || (uint64_t)x.no > x.m.n)
        return fault(ERR_NOT_FOUND, "not_found", "entry %lld", (long long)x.no);
    if (!drops && !str_eq(x.act, S("save")))
        return fault(ERR_INVALID, "unknown_act", "act %.*s", FMT(x.act));
    x.item.sub = x.m.v[x.no - 1].sub;
    err e = drops ? OK : item_read(&x);
    if (e == OK)
        e = request_tx(r, change, &x);
    if (e == OK) {
        reply_flash(r, MSG_word_saved);
        return reply_redirect(r, here(r));
    }
    return x.f.bad || form_take_fault(&x.f, e) ? item_page(&x, 422) : e;
}

/* ---- what staff see ---- */

static struct table_view entries_table(struct editing *x, const struct menu *m)
{
    struct request *r = x->r;
    static const enum msg LABELS[] = {MSG_menu_label, MSG_menu_kind, MSG_menu_leads};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, m->n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < m->n; i++) {
        bool gone = false;
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, COLUMNS);
        cells[0].text = m->v[i].sub ? str_cat(r->mem, S("\u2014 "), m->v[i].label) : m->v[i].label;
        cells[1].text = kind_label(r, m->v[i].kind);
        cells[2].text = leads(x, &m->v[i], &gone);
        rows[i].cells = cells;
    }
    return (struct table_view){
        .cols = cols,
        .col_n = COLUMNS,
        .rows = rows,
        .row_n = m->n,
        .empty = {.icon = S("bars-3"), .title = msg(r->lang, MSG_menu_none)}};
}

static err read_case(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    arena *mem = x->r->mem;
    TRY(account_load(t, mem, x->c->account_id, &x->a));
    TRY(newest(t, x, S("live"), &x->live));
    TRY(menu_version_load(t, mem, x->a.id, x->c->subject, &x->last));
    TRY(series_list(t, mem, x->a.id, true, &x->series, &x->series_n));
    return article_list(t, mem, &(struct article_page){.account_id = x->a.id, .limit = ARTICLES},
                        &x->articles, &x->article_n);
}

err menu_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct editing x = {.r = r, .c = c};
    struct menu old = {0};
    TRY(request_read(r, read_case, &x));
    TRY(menu_parse(r->mem, x.last.entries, &x.m));
    TRY(menu_parse(r->mem, x.live.entries, &old));
    struct fact facts[] = {{.label = msg(r->lang, MSG_account_name), .text = x.a.name},
                           {.label = msg(r->lang, MSG_menu_found),
                            .text = x.last.found.n ? x.last.found : msg(r->lang, MSG_word_none)}};
    struct menu_case_view v = {.facts = {facts, LEN(facts)},
                               .now = entries_table(&x, &x.m),
                               .old = entries_table(&x, &old),
                               .shown = {&x.m, x.a.handle}};
    struct out *o = request_out(r);
    view_menu_case(o, &v);
    *ret_view = out_take(o);
    return OK;
}

/* ---- the public page of a text ---- */

static err read_text(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    arena *mem = x->r->mem;
    TRY(account_find(t, mem, request_arg(x->r, "handle"), &x->a));
    if (!account_public(&x->a))
        return fault(ERR_NOT_FOUND, "not_found", "account is %.*s", FMT(x->a.state));
    TRY(menu_public(t, mem, x->a.id, &x->m));
    for (size_t i = 0; i < x->m.n; i++)
        if (x->m.v[i].no == x->no && x->m.v[i].kind == MENU_text) {
            x->item = x->m.v[i];
            return OK;
        }
    return fault(ERR_NOT_FOUND, "not_found", "entry %lld", (long long)x->no);
}

err page_menu_text(struct request *r)
{
    struct editing x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    TRY(request_read(r, read_text, &x));
    struct menu_text_view v = {x.a.name, x.a.handle, x.item.label, x.item.target};
    reply_cache(r, CACHE_SECONDS);
    reply_tag(r, str_cat(r->mem, S("a:"), x.a.handle));
    struct page page = {.place = PLACE_READER, .title = x.item.label, .noindex = true};
    return REPLY_PAGE(r, &page, view_menu_text, &v);
}
