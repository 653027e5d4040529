/* API tokens of an account: what each may do, until when, and what was done with it. */
#include "account/console.h"
#include "account_console.html.h"
#include "base/clock.h"

static const struct form_option DAYS[] = {
    {.value = S_INIT("30"), .label = MSG_console_token_30},
    {.value = S_INIT("90"), .label = MSG_console_token_90},
    {.value = S_INIT("365"), .label = MSG_console_token_365},
    {.value = S_INIT("0"), .label = MSG_console_token_forever}, /* last: see days_offered */
};
static const struct form_option SCOPE_OPTIONS[] = {
#define SCOPE(name) {.value = S_INIT(#name), .label = MSG_scope_##name},
#include "web/scope.def"
#undef SCOPE
};
static const struct form_field TOKEN[] = {
    {.name = "name",
     .label = MSG_console_token_name,
     .help = MSG_console_token_name_help,
     .required = true,
     .max = 60},
    {.name = "scopes",
     .kind = FIELD_MULTI,
     .label = MSG_console_token_scopes,
     .help = MSG_console_token_scopes_help,
     .required = true,
     .min = 1,
     .max = SCOPES,
     .options = SCOPE_OPTIONS,
     .option_n = SCOPES},
    {.name = "days",
     .kind = FIELD_SELECT,
     .label = MSG_console_token_days,
     .required = true,
     .options = DAYS,
     .option_n = LEN(DAYS)},
};

/* "Never" is offered when the provider allows it. */
static void days_offered(struct form *f, const struct console *c)
{
    if (!c->ps.token_without_end)
        form_options(f, "days", DAYS, LEN(DAYS) - 1);
    f->submit = MSG_console_token_make;
}

static str scope_names(const struct request *r, str scopes)
{
    str names = S("");
    for (str rest = scopes; rest.n;) {
        str one = str_split(rest, ',', &rest);
        str name = msg_lookup(r->lang, "scope_short.", str_z(r->mem, one), MSG_word_none);
        names = names.n ? str_fmt(r->mem, "%.*s%s%.*s", FMT(names),
                                  r->lang == LANG_ZH ? "\xe3\x80\x81" : ", ", FMT(name))
                        : name;
    }
    return names;
}

static bool token_live(const struct request *r, const struct api_token_row *k)
{
    return !k->revoked_at && (!k->expires_at || k->expires_at > r->now);
}

static struct table_cell state_cell(const struct request *r, const struct api_token_row *k)
{
    bool live = token_live(r, k);
    return (struct table_cell){
        .text = msg(r->lang, live ? MSG_console_token_live : MSG_console_token_dead),
        .status = true,
        .tone = live ? TONE_OK : TONE_NEUTRAL};
}

/* ---- all of them ---- */

static err show_tokens(struct request *r, const struct console *c, const struct form *f)
{
    static const enum msg HEADS[] = {MSG_console_token_name, MSG_console_token_scopes,
                                     MSG_console_token_used, MSG_console_token_until,
                                     MSG_console_state};
    struct table_col cols[LEN(HEADS)] = {0};
    struct table_row *rows = NEW_N(r->mem, struct table_row, c->token_n);
    for (size_t i = 0; i < LEN(HEADS); i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    for (size_t i = 0; i < c->token_n; i++) {
        const struct api_token_row *k = &c->tokens[i];
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LEN(HEADS));
        cells[0].text = k->name;
        cells[1].text = scope_names(r, k->scopes);
        cells[2] = k->used_at ? (struct table_cell){.at_ms = k->used_at}
                              : (struct table_cell){.text = msg(r->lang, MSG_console_token_unused)};
        cells[3] = k->expires_at
                       ? (struct table_cell){.at_ms = k->expires_at}
                       : (struct table_cell){.text = msg(r->lang, MSG_console_token_forever)};
        cells[4] = state_cell(r, k);
        rows[i] = (struct table_row){
            str_fmt(r->mem, "/console/%.*s/tokens/%lld", FMT(r->member.handle), (long long)k->id),
            cells};
    }
    struct console_form_view v = {
        .table = {.caption = msg(r->lang, MSG_console_tokens),
                  .cols = cols,
                  .col_n = LEN(cols),
                  .rows = rows,
                  .row_n = c->token_n,
                  .empty = {.icon = S("code-bracket"),
                            .title = msg(r->lang, MSG_console_no_tokens),
                            .text = msg(r->lang, MSG_console_no_tokens_text)}},
        .more = {S("/api"), msg(r->lang, MSG_console_token_docs), STR_NONE},
        .secret = c->token};
    return console_show_form(r, &v, f);
}

err page_tokens(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    form_init(r, TOKEN, LEN(TOKEN), &f);
    form_set(&f, "days", S("90"));
    form_set(&f, "scopes", S("read,draft,publish"));
    days_offered(&f, &c);
    return show_tokens(r, &c, &f);
}

static err make_token(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    int64_t days = form_int(c->form, "days");
    return api_token_make(
        t, c->r->mem,
        &(struct api_token_row){.account_id = c->r->member.account_id,
                                .user_id = c->r->session.user_id,
                                .name = form_get(c->form, "name"),
                                .scopes = form_get(c->form, "scopes"),
                                .expires_at = days ? tx_now(t) + days * DAY_MS : 0},
        &c->token);
}

err do_tokens(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    c.form = &f;
    err e = form_read(r, TOKEN, LEN(TOKEN), &f);
    days_offered(&f, &c);
    if (e == OK && !c.ps.token_without_end && !form_int(&f, "days"))
        e = form_refuse(&f, "days", "token_needs_end");
    if (e == OK)
        e = request_tx(r, make_token, &c);
    if (e != OK && !f.bad && !form_take_fault(&f, e))
        return e;
    if (e == OK)
        TRY(request_read(r, console_load, &c));
    return show_tokens(r, &c, &f);
}

/* ---- one, and its log ---- */

struct token_look {
    struct request *r;
    int64_t id, before;
    struct api_token_row k;
    struct api_use *uses;
    size_t n;
};

static err look(struct tx *t, void *ctx)
{
    struct token_look *l = ctx;
    TRY(api_token_load(t, l->r->mem, l->r->member.account_id, l->id, &l->k));
    return api_token_uses(t, l->r->mem, l->id, l->before, &l->uses, &l->n);
}

static struct table_view uses_table(const struct token_look *l)
{
    struct request *r = l->r;
    static const enum msg HEADS[] = {MSG_word_time, MSG_console_token_call, MSG_user_address,
                                     MSG_console_token_outcome};
    struct table_col *cols = NEW_N(r->mem, struct table_col, LEN(HEADS));
    struct table_row *rows = NEW_N(r->mem, struct table_row, l->n);
    for (size_t i = 0; i < LEN(HEADS); i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    for (size_t i = 0; i < l->n; i++) {
        const struct api_use *u = &l->uses[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, LEN(HEADS));
        bool fine = str_eq(u->result, S("ok"));
        c[0].text = clock_china_text(r->mem, u->at);
        c[1].text = str_fmt(r->mem, "%.*s %.*s", FMT(u->method), FMT(u->route));
        c[2].text = str_fmt(r->mem, "%.*s:%d", FMT(u->ip), u->port);
        c[3] = (struct table_cell){.text =
                                       fine ? msg(r->lang, MSG_console_token_done)
                                            : str_fmt(r->mem, "%d %.*s", u->status, FMT(u->result)),
                                   .status = true,
                                   .tone = fine ? TONE_OK : TONE_WARN};
        rows[i].cells = c;
    }
    str next = l->n < API_USES ? S("")
                               : str_fmt(r->mem, "%.*s?before=%lld", FMT(r->path),
                                         (long long)l->uses[l->n - 1].id);
    return (struct table_view){.caption = msg(r->lang, MSG_console_token_log),
                               .cols = cols,
                               .col_n = LEN(HEADS),
                               .rows = rows,
                               .row_n = l->n,
                               .pager.next = next,
                               .empty = {.icon = S("document-magnifying-glass"),
                                         .title = msg(r->lang, MSG_console_token_unused),
                                         .text = msg(r->lang, MSG_console_token_log_empty)}};
}

static struct confirm_view *revoke_act(struct request *r, const struct api_token_row *k)
{
    struct confirm_view *v = NEW(r->mem, struct confirm_view);
    *v = (struct confirm_view){
        .id = S("revoke"),
        .button = msg(r->lang, MSG_console_token_revoke),
        .title = msg_format(r->mem, r->lang, MSG_console_token_revoke_title, &k->name, 1),
        .text = msg(r->lang, MSG_console_token_revoke_text),
        .action = str_fmt(r->mem, "/console/%.*s/tokens/%lld/revoke", FMT(r->member.handle),
                          (long long)k->id),
        .csrf = r->session.csrf,
        .danger = true};
    return v;
}

err page_token(struct request *r)
{
    struct token_look l = {.r = r};
    str before = request_query(r, "before");
    TRY(request_arg_int(r, "id", &l.id));
    if (before.n)
        TRY(str_int(before, &l.before));
    TRY(request_read(r, look, &l));
    const struct api_token_row *k = &l.k;
    str when = k->expires_at ? clock_china_text(r->mem, k->expires_at)
                             : msg(r->lang, MSG_console_token_forever);
    const struct fact facts[] = {
        {.label = msg(r->lang, MSG_console_state), .text = state_cell(r, k).text},
        {.label = msg(r->lang, MSG_console_token_scopes), .text = scope_names(r, k->scopes)},
        {.label = msg(r->lang, MSG_console_token_until), .text = when},
        {.label = msg(r->lang, MSG_console_token_by), .text = k->user_name},
        {.label = msg(r->lang, MSG_console_token_made_at),
         .text = clock_china_text(r->mem, k->created_at)},
        {.label = msg(r->lang, MSG_console_token_used),
         .text = k->used_at ? clock_china_text(r->mem, k->used_at)
                            : msg(r->lang, MSG_console_token_unused)},
    };
    struct token_view v = {.facts = {facts, LEN(facts)},
                           .uses = uses_table(&l),
                           .revoke = token_live(r, k) ? revoke_act(r, k) : NULL};
    struct page page = {
        .place = PLACE_CONSOLE,
        .title = k->name,
        .back = {console_here(r, "/tokens"), msg(r->lang, MSG_console_tokens), STR_NONE}};
    return REPLY_PAGE(r, &page, view_token, &v);
}

static err revoke_tx(struct tx *t, void *ctx)
{
    const struct token_look *l = ctx;
    return api_token_revoke(t, l->r->member.account_id, l->id, l->r->session.user_id);
}

err do_token_revoke(struct request *r)
{
    struct token_look l = {.r = r};
    TRY(request_arg_int(r, "id", &l.id));
    TRY(request_tx(r, revoke_tx, &l));
    reply_flash(r, MSG_console_token_revoked);
    return reply_redirect(r, console_here(r, "/tokens"));
}
