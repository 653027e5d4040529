/* The console's pages of series: their words, which articles are in them, and in what order. */
#include "account/series.h"
#include "article/around_view.h"
#include "article/sequel.h"
#include "article_around.html.h"
#include "base/clock.h"
#include "settings/provider.h"

enum { COLUMNS = 3 };

static const struct form_field WORDS[] = {
    {.name = "title", .label = MSG_series_title, .required = true, .max = SERIES_TITLE_MAX},
    {.name = "intro",
     .kind = FIELD_TEXTAREA,
     .label = MSG_series_about,
     .help = MSG_series_about_help,
     .max = SERIES_INTRO_MAX},
    {.name = "act", .kind = FIELD_HIDDEN, .label = MSG_series_words},
};
static const struct form_field ADD[] = {
    {.name = "article", .kind = FIELD_SELECT, .label = MSG_series_add, .required = true},
    {.name = "act", .kind = FIELD_HIDDEN, .label = MSG_series_add},
};

struct ordering {
    struct request *r;
    int64_t no;
    struct series *list, s;
    struct sequel_item *items, *free;
    size_t list_n, item_n, free_n;
    struct form words, add;
    struct profile_wish wish;
    str act;
    int64_t article;
};

static str base_of(const struct request *r)
{
    return str_fmt(r->mem, "/console/%.*s/series", FMT(r->member.handle));
}

/* Text areas may have lines; an introduction is one. */
static void wish_read(struct ordering *x)
{
    struct request *r = x->r;
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    str intro = str_dup(r->mem, form_get(&x->words, "intro"));
    for (size_t i = 0; i < intro.n; i++)
        if (intro.p[i] == '\n')
            ((char *)(uintptr_t)intro.p)[i] = ' ';
    x->wish = (struct profile_wish){
        .account_id = r->member.account_id,
        .user_id = r->session.user_id,
        .review_ms = review_span(&ps, r->now),
        .series = x->no,
        .value = series_text(r->mem, form_get(&x->words, "title"), str_trim(intro))};
}

static struct table_cell state_cell(struct request *r, const struct series *s)
{
    enum msg word = s->asked.n   ? MSG_series_waits
                    : s->title.n ? MSG_series_public
                                 : MSG_series_refused;
    return (struct table_cell){.text = msg(r->lang, word),
                               .status = true,
                               .tone = s->asked.n   ? TONE_INFO
                                       : s->title.n ? TONE_OK
                                                    : TONE_WARN};
}

/* What it is called, by what waits when nothing is public yet. */
static str name_of(struct request *r, const struct series *s)
{
    str title = s->title, intro;
    if (!title.n)
        series_text_split(s->asked, &title, &intro);
    return title.n ? title : msg(r->lang, MSG_series_nameless);
}

/* ---- all of them ---- */

static err list_read(struct tx *t, void *ctx)
{
    struct ordering *x = ctx;
    return series_list(t, x->r->mem, x->r->member.account_id, false, &x->list, &x->list_n);
}

static err list_page(struct ordering *x, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, list_read, x));
    const struct table_col cols[COLUMNS] = {
        {.label = msg(r->lang, MSG_series_title)},
        {.label = msg(r->lang, MSG_word_status)},
        {.label = msg(r->lang, MSG_series_count), .number = true}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->list_n);
    for (size_t i = 0; i < x->list_n; i++) {
        const struct series *s = &x->list[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = name_of(r, s);
        c[1] = state_cell(r, s);
        c[2].text = str_fmt(r->mem, "%lld", (long long)s->articles);
        rows[i] =
            (struct table_row){str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)s->no), c};
    }
    struct series_list_view v = {.table = {.caption = msg(r->lang, MSG_series_list),
                                           .cols = cols,
                                           .col_n = COLUMNS,
                                           .rows = rows,
                                           .row_n = x->list_n,
                                           .empty = {.icon = S("queue-list"),
                                                     .title = msg(r->lang, MSG_series_empty),
                                                     .text = msg(r->lang, MSG_series_empty_text)}},
                                 .form = x->words};
    v.form.submit = MSG_series_send;
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE_STATUS(r, status, &page, view_series_list, &v);
}

err page_console_series(struct request *r)
{
    struct ordering x = {.r = r};
    form_init(r, WORDS, LEN(WORDS), &x.words);
    return list_page(&x, 200);
}

static err make(struct tx *t, void *ctx)
{
    struct ordering *x = ctx;
    return series_make(t, x->r->mem, &x->wish, &x->no);
}

err do_console_series(struct request *r)
{
    struct ordering x = {.r = r};
    err e = form_read(r, WORDS, LEN(WORDS), &x.words);
    if (e == OK) {
        wish_read(&x);
        e = request_tx(r, make, &x);
        if (e != OK && !form_take_fault(&x.words, e))
            return e;
    }
    if (e != OK)
        return list_page(&x, 422);
    reply_flash(r, MSG_series_sent);
    return reply_redirect(r, str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)x.no));
}

/* ---- one ---- */

static err one_read(struct tx *t, void *ctx)
{
    struct ordering *x = ctx;
    arena *mem = x->r->mem;
    int64_t account = x->r->member.account_id;
    TRY(series_load(t, mem, account, x->no, &x->s));
    if (x->s.ended_at)
        return fault(ERR_NOT_FOUND, "not_found", "series %lld ended", (long long)x->no);
    TRY(sequel_items(t, mem, account, x->no, &x->items, &x->item_n));
    return sequel_free(t, mem, account, &x->free, &x->free_n);
}

static str article_state(struct request *r, str state)
{
    return msg_lookup(r->lang, "article.state.", str_z(r->mem, state), MSG_article_state_draft);
}

static struct series_line *lines_of(const struct ordering *x)
{
    struct request *r = x->r;
    struct series_line *v = NEW_N(r->mem, struct series_line, x->item_n);
    for (size_t i = 0; i < x->item_n; i++) {
        const struct sequel_item *item = &x->items[i];
        bool seen = str_eq(item->state, S("published"));
        v[i] = (struct series_line){.href = str_fmt(r->mem, "/console/%.*s/articles/%lld",
                                                    FMT(r->member.handle), (long long)item->no),
                                    .title = item->title.n ? item->title
                                                           : msg(r->lang, MSG_article_untitled),
                                    .state = article_state(r, item->state),
                                    .no = item->no,
                                    .tone = seen ? TONE_OK : TONE_NEUTRAL,
                                    .first = i == 0,
                                    .last = i + 1 == x->item_n};
    }
    return v;
}

static void choices_of(struct ordering *x)
{
    struct request *r = x->r;
    struct form_option *v = NEW_N(r->mem, struct form_option, x->free_n);
    for (size_t i = 0; i < x->free_n; i++)
        v[i] = (struct form_option){
            .value = str_fmt(r->mem, "%lld", (long long)x->free[i].no),
            .text = x->free[i].title.n ? x->free[i].title : msg(r->lang, MSG_article_untitled)};
    form_options(&x->add, "article", v, x->free_n);
    x->add.submit = MSG_series_add;
    form_set(&x->add, "act", S("add"));
    x->words.submit = MSG_series_send;
    form_set(&x->words, "act", S("words"));
}

static struct confirm_view end_of(const struct ordering *x, str here)
{
    struct request *r = x->r;
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("act"), S("end")};
    return (struct confirm_view){.id = S("end"),
                                 .button = msg(r->lang, MSG_series_end),
                                 .title = msg(r->lang, MSG_series_end),
                                 .text = msg(r->lang, MSG_series_end_effect),
                                 .action = here,
                                 .csrf = r->session.csrf,
                                 .hidden = hidden,
                                 .hidden_n = 1,
                                 .danger = true};
}

static err one_page(struct ordering *x, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, one_read, x));
    str asked_title = S(""), asked_intro = S("");
    series_text_split(x->s.asked, &asked_title, &asked_intro);
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_series_title), .text = name_of(r, &x->s)},
        {.label = msg(r->lang, MSG_series_about), .text = x->s.title.n ? x->s.intro : asked_intro},
        {.label = msg(r->lang, MSG_word_status), .text = state_cell(r, &x->s).text},
        {.label = msg(r->lang, MSG_series_asked),
         .text = str_fmt(r->mem, "%.*s %.*s", FMT(asked_title), FMT(asked_intro))}};
    bool other = x->s.title.n && x->s.asked.n; /* something is public, something else waits */
    choices_of(x);
    if (!x->words.bad) {
        form_set(&x->words, "title", x->s.asked.n ? asked_title : x->s.title);
        form_set(&x->words, "intro", x->s.asked.n ? asked_intro : x->s.intro);
    }
    str here = str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)x->no);
    struct series_view v = {
        .r = r,
        .facts = {facts, other ? LEN(facts) : LEN(facts) - 1},
        .lines = lines_of(x),
        .n = x->item_n,
        .free_n = x->free_n,
        .add = &x->add,
        .words = &x->words,
        .end = end_of(x, here),
        .here = here,
        .see = series_public(&x->s)
                   ? str_fmt(r->mem, "/a/%.*s/series/%lld", FMT(r->member.handle), (long long)x->no)
                   : S("")};
    struct page page = {.place = PLACE_CONSOLE,
                        .title = name_of(r, &x->s),
                        .back = {base_of(r), msg(r->lang, MSG_series_list), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_series, &v);
}

err page_console_one_series(struct request *r)
{
    struct ordering x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    form_init(r, WORDS, LEN(WORDS), &x.words);
    form_init(r, ADD, LEN(ADD), &x.add);
    return one_page(&x, 200);
}

static err carry_out(struct tx *t, void *ctx)
{
    struct ordering *x = ctx;
    arena *mem = x->r->mem;
    struct sequel_act act = {x->r->member.account_id, x->no, x->article, x->r->session.user_id};
    if (str_eq(x->act, S("words")))
        return series_ask(t, mem, &x->wish);
    if (str_eq(x->act, S("end")))
        return series_end(t, mem, act.account_id, x->no, act.user_id);
    if (str_eq(x->act, S("add")))
        return sequel_add(t, mem, &act);
    if (str_eq(x->act, S("drop")))
        return sequel_drop(t, mem, &act);
    bool up = str_eq(x->act, S("up"));
    return up || str_eq(x->act, S("down"))
               ? sequel_move(t, mem, &act, up)
               : fault(ERR_INVALID, "unknown_act", "act %.*s", FMT(x->act));
}

err do_console_one_series(struct request *r)
{
    struct ordering x = {.r = r, .act = request_field(r, "act")};
    TRY(request_arg_int(r, "no", &x.no));
    form_init(r, WORDS, LEN(WORDS), &x.words);
    form_init(r, ADD, LEN(ADD), &x.add);
    err e = OK;
    bool words = str_eq(x.act, S("words")), end = str_eq(x.act, S("end"));
    if (words) {
        e = form_read(r, WORDS, LEN(WORDS), &x.words);
        wish_read(&x);
    } else if (!end && str_int(request_field(r, "article"), &x.article) != OK) {
        e = form_refuse(&x.add, "article", "required");
    }
    if (e == OK)
        e = request_tx(r, carry_out, &x);
    if (e == OK) {
        reply_flash(r, words ? MSG_series_sent : MSG_word_saved);
        return reply_redirect(
            r, end ? base_of(r) : str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)x.no));
    }
    struct form *f = words ? &x.words : &x.add;
    return f->bad || form_take_fault(f, e) ? one_page(&x, 422) : e;
}
