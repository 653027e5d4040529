/* The operators' console of one account: overview, profile, members, API tokens. */
#include "account/account_store.h"
#include "account/account_view.h"
#include "account_console.html.h"
#include "base/clock.h"
#include "settings/provider.h"
#include "user/user.h"
#include "web/form.h"

enum { TOKEN_DAYS_MAX = 365 };

static const struct form_option CATEGORY_OPTIONS[] = {
#define CATEGORY(code, licensed) {.value = S_INIT(#code), .label = MSG_category_##code},
#include "account/category.def"
#undef CATEGORY
};
static const struct form_option ROLE_OPTIONS[] = {
    {.value = S_INIT("owner"), .label = MSG_member_role_owner},
    {.value = S_INIT("editor"), .label = MSG_member_role_editor},
    {.value = S_INIT("author"), .label = MSG_member_role_author},
    {.value = S_INIT(""), .label = MSG_console_member_remove},
};
static const struct form_field PROFILE[] = {
    {.name = "name",
     .label = MSG_account_name,
     .help = MSG_account_name_help,
     .required = true,
     .max = ACCOUNT_NAME_MAX,
     .check = account_name_check},
    {.name = "intro",
     .kind = FIELD_TEXTAREA,
     .label = MSG_account_intro,
     .required = true,
     .max = ACCOUNT_INTRO_MAX},
    {.name = "categories",
     .kind = FIELD_MULTI,
     .label = MSG_account_categories,
     .help = MSG_account_categories_help,
     .required = true,
     .min = 1,
     .max = 5,
     .options = CATEGORY_OPTIONS,
     .option_n = LEN(CATEGORY_OPTIONS)},
};
static const struct form_field MEMBER[] = {
    {.name = "mobile",
     .kind = FIELD_TEL,
     .label = MSG_user_mobile,
     .help = MSG_console_member_help,
     .required = true,
     .max = 20,
     .check = mobile_check},
    {.name = "role",
     .kind = FIELD_SELECT,
     .label = MSG_account_role,
     .options = ROLE_OPTIONS,
     .option_n = LEN(ROLE_OPTIONS)},
};
static const struct form_field TOKEN[] = {
    {.name = "name", .label = MSG_console_token_name, .required = true, .max = 60},
    {.name = "days",
     .kind = FIELD_NUMBER,
     .label = MSG_console_token_days,
     .required = true,
     .min = 1,
     .max = TOKEN_DAYS_MAX},
};

struct console {
    struct request *r;
    struct account a;
    struct profile_change_row *changes;
    struct member *members;
    struct token_row *tokens;
    size_t change_n, member_n, token_n;
    struct provider_settings ps;
    struct form *form;
    struct member member;
    str token, mobile;
    int64_t revoke;
};

static err load(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    arena *mem = c->r->mem;
    int64_t id = c->r->member.account_id;
    TRY(account_load(t, mem, id, &c->a));
    TRY(store_changes(t, mem, id, &c->changes, &c->change_n));
    TRY(member_list(t, mem, id, &c->members, &c->member_n));
    return store_tokens(t, mem, id, &c->tokens, &c->token_n);
}

static err console_read(struct request *r, struct console *c)
{
    *c = (struct console){.r = r};
    provider_live_get(r->site->provider, r->mem, &c->ps);
    return request_read(r, load, c);
}

static str here(const struct request *r, const char *rest)
{
    return str_fmt(r->mem, "/console/%.*s%s", FMT(r->member.handle), rest);
}

static str state_label(const struct request *r, str state)
{
    return msg_lookup(r->lang, "account_state.", str_z(r->mem, state), MSG_account_state_active);
}

/* ---- overview ---- */

static struct table_view changes_table(struct console *c)
{
    struct request *r = c->r;
    static const enum msg LABELS[] = {MSG_console_field, MSG_account_new_value, MSG_console_state};
    struct table_col *cols = NEW_N(r->mem, struct table_col, LEN(LABELS));
    struct table_row *rows = NEW_N(r->mem, struct table_row, c->change_n);
    for (size_t i = 0; i < LEN(LABELS); i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < c->change_n; i++) {
        const struct profile_change_row *p = &c->changes[i];
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LEN(LABELS));
        bool pending = str_eq(p->state, S("pending"));
        cells[0].text = msg_lookup(r->lang, "account.", str_z(r->mem, p->field), MSG_account_name);
        cells[1].text = p->new_value;
        cells[2] = (struct table_cell){.text = msg_lookup(r->lang, "change_state.",
                                                          str_z(r->mem, p->state),
                                                          MSG_change_state_pending),
                                       .status = true,
                                       .tone = pending                           ? TONE_INFO
                                               : str_eq(p->state, S("approved")) ? TONE_OK
                                                                                 : TONE_NEUTRAL};
        rows[i].cells = cells;
    }
    return (struct table_view){
        .cols = cols, .col_n = LEN(LABELS), .rows = rows, .row_n = c->change_n};
}

err page_console(struct request *r)
{
    struct console c;
    TRY(console_read(r, &c));
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_console_state), .text = state_label(r, c.a.state)},
        {.label = msg(r->lang, MSG_account_intro), .text = c.a.intro},
        {.label = msg(r->lang, MSG_console_subscribers),
         .text = str_fmt(r->mem, "%lld", (long long)c.a.subscribers)},
        {.label = msg(r->lang, MSG_console_articles),
         .text = str_fmt(r->mem, "%lld", (long long)c.a.articles)},
        {.label = msg(r->lang, MSG_console_reason), .text = c.a.reason},
    };
    bool returned = str_eq(c.a.state, S("returned"));
    struct console_view v = {
        .a = &c.a,
        .facts = {facts, c.a.reason.n ? LEN(facts) : LEN(facts) - 1},
        .changes = changes_table(&c),
        .note = returned ? msg(r->lang, MSG_console_returned) : S(""),
        .next = {here(r, "/profile"), msg(r->lang, MSG_console_mend), STR_NONE},
    };
    struct page page = {
        .place = PLACE_CONSOLE,
        .title = c.a.name,
        .action = {here(r, "/articles/new"), msg(r->lang, MSG_console_write), S("pencil-square")}};
    return REPLY_PAGE(r, &page, view_console, &v);
}

/* ---- profile ---- */

static err show_form_page(struct request *r, struct console_form_view *v, const struct form *f)
{
    v->form = f;
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_console_form, v);
}

err page_profile(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    form_init(r, PROFILE, LEN(PROFILE), &f);
    form_set(&f, "name", c.a.name);
    form_set(&f, "intro", c.a.intro);
    form_set(&f, "categories", c.a.categories);
    f.submit = MSG_console_profile_send;
    struct console_form_view v = {.table = changes_table(&c)};
    return show_form_page(r, &v, &f);
}

/* An account that was returned applies again; an active one asks for each changed field. */
static err save_profile(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    const struct request *r = c->r;
    int64_t review = c->ps.review_due_days * DAY_MS;
    if (str_eq(c->a.state, S("returned")))
        return account_reapply(
            t, r->mem,
            &(struct account_application){.user_id = r->session.user_id,
                                          .name = form_get(c->form, "name"),
                                          .intro = form_get(c->form, "intro"),
                                          .categories = form_get(c->form, "categories"),
                                          .review_ms = review},
            c->a.id);
    for (size_t i = 0; i < LEN(PROFILE); i++)
        TRY(profile_change(t, r->mem,
                           &(struct profile_wish){.account_id = c->a.id,
                                                  .user_id = r->session.user_id,
                                                  .review_ms = review,
                                                  .field = str_from(PROFILE[i].name),
                                                  .value = form_get(c->form, PROFILE[i].name)}));
    return OK;
}

err do_profile(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    c.form = &f;
    err e = form_read(r, PROFILE, LEN(PROFILE), &f);
    f.submit = MSG_console_profile_send;
    if (e == OK)
        e = request_tx(r, save_profile, &c);
    if (e == OK) {
        reply_flash(r, MSG_console_profile_sent);
        return reply_redirect(r, here(r, ""));
    }
    if (!f.bad && !form_take_fault(&f, e))
        return e;
    struct console_form_view v = {.table = changes_table(&c)};
    return show_form_page(r, &v, &f);
}

/* ---- members ---- */

static struct table_view members_table(struct console *c)
{
    struct request *r = c->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, 2);
    struct table_row *rows = NEW_N(r->mem, struct table_row, c->member_n);
    cols[0].label = msg(r->lang, MSG_user_name);
    cols[1].label = msg(r->lang, MSG_account_role);
    for (size_t i = 0; i < c->member_n; i++) {
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, 2);
        cells[0].text = c->members[i].name;
        cells[1].text =
            msg_lookup(r->lang, "member_role.", str_z(r->mem, member_role_name(c->members[i].role)),
                       MSG_member_role_author);
        rows[i].cells = cells;
    }
    return (struct table_view){.cols = cols, .col_n = 2, .rows = rows, .row_n = c->member_n};
}

err page_members(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    form_init(r, MEMBER, LEN(MEMBER), &f);
    struct console_form_view v = {.table = members_table(&c)};
    return show_form_page(r, &v, &f);
}

static err save_member(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    struct request *r = c->r;
    struct user u;
    err e = user_find_mobile(t, r->mem, r->site->vault, form_get(c->form, "mobile"), &u);
    if (e == ERR_NOT_FOUND)
        return fault_field(ERR_INVALID, "no_such_user", "mobile", "no login of that number");
    TRY(e);
    str role = form_get(c->form, "role");
    int64_t account = r->member.account_id;
    if (!role.n)
        return member_remove(t, account, u.id, r->session.user_id);
    struct member m = {.user_id = u.id};
    TRY(member_role_parse(role, &m.role));
    return member_set(t, account, &m, r->session.user_id);
}

err do_members(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    c.form = &f;
    err e = form_read(r, MEMBER, LEN(MEMBER), &f);
    if (e == OK)
        e = request_tx(r, save_member, &c);
    if (e == OK) {
        reply_flash(r, MSG_console_members_saved);
        return reply_redirect(r, here(r, "/members"));
    }
    if (!f.bad && !form_take_fault(&f, e))
        return e;
    struct console_form_view v = {.table = members_table(&c)};
    return show_form_page(r, &v, &f);
}

/* ---- tokens ---- */

static err show_tokens(struct request *r, struct console *c, const struct form *f)
{
    struct table_col cols[] = {{.label = msg(r->lang, MSG_console_token_name)},
                               {.label = msg(r->lang, MSG_console_token_until)},
                               {.label = msg(r->lang, MSG_console_state)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, c->token_n);
    struct confirm_view *acts = NEW_N(r->mem, struct confirm_view, c->token_n);
    size_t n = 0;
    for (size_t i = 0; i < c->token_n; i++) {
        const struct token_row *k = &c->tokens[i];
        bool live = !k->revoked_at && k->expires_at > r->now;
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LEN(cols));
        cells[0].text = k->name;
        cells[1].at_ms = k->expires_at;
        cells[2] = (struct table_cell){
            .text = msg(r->lang, live ? MSG_console_token_live : MSG_console_token_dead),
            .status = true,
            .tone = live ? TONE_OK : TONE_NEUTRAL};
        rows[i].cells = cells;
        if (!live)
            continue;
        struct param *hidden = NEW(r->mem, struct param);
        *hidden = (struct param){S("revoke"), str_fmt(r->mem, "%lld", (long long)k->id)};
        acts[n++] = (struct confirm_view){
            .id = str_fmt(r->mem, "revoke-%zu", i),
            .button = msg_format(r->mem, r->lang, MSG_console_token_revoke, &k->name, 1),
            .title = msg_format(r->mem, r->lang, MSG_console_token_revoke, &k->name, 1),
            .text = msg(r->lang, MSG_console_token_revoke_text),
            .action = here(r, "/tokens"),
            .csrf = r->session.csrf,
            .hidden = hidden,
            .hidden_n = 1,
            .danger = true};
    }
    struct console_form_view v = {
        .table = {.cols = cols, .col_n = LEN(cols), .rows = rows, .row_n = c->token_n},
        .secret = c->token,
        .acts = acts,
        .act_n = n};
    return show_form_page(r, &v, f);
}

err page_tokens(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    form_init(r, TOKEN, LEN(TOKEN), &f);
    form_set(&f, "days", S("90"));
    f.submit = MSG_console_token_make;
    return show_tokens(r, &c, &f);
}

static err revoke_token(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    int64_t changed = 0;
    TRY(store_token_revoke(t, c->r->member.account_id, c->revoke, &changed));
    return changed ? OK : fault(ERR_NOT_FOUND, "not_found", "no live token of that id");
}

static err make_token(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    int64_t days = form_int(c->form, "days");
    return api_token_make(t, c->r->mem,
                          &(struct api_token_new){.account_id = c->r->member.account_id,
                                                  .user_id = c->r->session.user_id,
                                                  .name = form_get(c->form, "name"),
                                                  .expires_at = tx_now(t) + days * DAY_MS},
                          &c->token);
}

err do_tokens(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    c.form = &f;
    str revoke = request_field(r, "revoke");
    if (revoke.n) {
        TRY(str_int(revoke, &c.revoke));
        TRY(request_tx(r, revoke_token, &c));
        return reply_redirect(r, here(r, "/tokens"));
    }
    err e = form_read(r, TOKEN, LEN(TOKEN), &f);
    f.submit = MSG_console_token_make;
    if (e == OK)
        e = request_tx(r, make_token, &c);
    if (e != OK && !f.bad && !form_take_fault(&f, e))
        return e;
    if (e == OK)
        TRY(request_read(r, load, &c));
    return show_tokens(r, &c, &f);
}
