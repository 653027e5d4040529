/* The operators' console of one account: overview and profile. */
#include "account/console.h"
#include "account_console.html.h"
#include "base/clock.h"
#include "settings/provider.h"

static const struct form_field PROFILE[] = {
    {.name = "name",
     .label = MSG_account_name,
     .help = MSG_account_name_help,
     .required = true,
     .max = ACCOUNT_NAME_MAX,
     .check = account_name_check},
    ACCOUNT_PROFILE_FIELDS,
};

err console_load(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    arena *mem = c->r->mem;
    int64_t id = c->r->member.account_id;
    TRY(account_load(t, mem, id, &c->a));
    TRY(store_changes(t, mem, id, &c->changes, &c->change_n));
    TRY(member_list(t, mem, id, &c->members, &c->member_n));
    TRY(store_member_invites(t, mem, id, &c->invites, &c->invite_n));
    return store_tokens(t, mem, id, &c->tokens, &c->token_n);
}

err console_read(struct request *r, struct console *c)
{
    *c = (struct console){.r = r};
    provider_live_get(r->site->provider, r->mem, &c->ps);
    return request_read(r, console_load, c);
}

str console_here(const struct request *r, const char *rest)
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
        cells[0].text =
            p->series ? msg(r->lang, MSG_series_one)
                      : msg_lookup(r->lang, "account.", str_z(r->mem, p->field), MSG_account_name);
        if (str_eq(p->field, S("avatar")))
            cells[1].body = avatar_shown(r, p->new_value, c->a.name);
        else
            cells[1].text =
                str_eq(p->field, S("categories")) ? category_names(r, p->new_value) : p->new_value;
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
        .avatar = {account_avatar(r->mem, c.a.avatar, true), c.a.name, true},
        .facts = {facts, c.a.reason.n ? LEN(facts) : LEN(facts) - 1},
        .changes = changes_table(&c),
        .note = returned ? msg(r->lang, MSG_console_returned) : S(""),
        .next = {console_here(r, "/profile"), msg(r->lang, MSG_console_mend), STR_NONE},
    };
    struct page page = {.place = PLACE_CONSOLE,
                        .title = c.a.name,
                        .action = {console_here(r, "/articles/new"),
                                   msg(r->lang, MSG_console_write), S("pencil-square")}};
    return REPLY_PAGE(r, &page, view_console, &v);
}

/* ---- profile ---- */

err console_show_form(struct request *r, struct console_form_view *v, const struct form *f)
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
    return console_show_form(r, &v, &f);
}

static err picture_add(struct tx *t, struct console *c)
{
    c->picture_in.account_id = c->a.id;
    return c->picture ? media_store_add(t, &c->picture_in, c->picture) : OK;
}

/* An account that was returned applies again; an active one asks for each changed field. */
static err save_profile(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    const struct request *r = c->r;
    int64_t review = review_span(&c->ps, c->r->now);
    TRY(picture_add(t, c));
    if (str_eq(c->a.state, S("returned")))
        return account_reapply(
            t, r->mem,
            &(struct account_application){.user_id = r->session.user_id,
                                          .name = form_get(c->form, "name"),
                                          .intro = form_get(c->form, "intro"),
                                          .avatar = c->picture ? c->picture->media.hash : S(""),
                                          .categories = form_get(c->form, "categories"),
                                          .cap = account_cap(&c->ps, c->a.class),
                                          .review_ms = review},
            c->a.id);
    for (size_t i = 0; i < LEN(PROFILE); i++) {
        bool file = PROFILE[i].kind == FIELD_FILE;
        if (file && !c->picture)
            continue;
        TRY(profile_change(
            t, r->mem,
            &(struct profile_wish){.account_id = c->a.id,
                                   .user_id = r->session.user_id,
                                   .review_ms = review,
                                   .field = str_from(PROFILE[i].name),
                                   .value = file ? c->picture->media.hash
                                                 : form_get(c->form, PROFILE[i].name)}));
    }
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
        e = avatar_take(r, &f, &c.picture_in, &c.picture);
    if (e == OK)
        e = request_tx(r, save_profile, &c);
    if (e == OK) {
        reply_flash(r, MSG_console_profile_sent);
        return reply_redirect(r, console_here(r, ""));
    }
    if (!f.bad && !form_take_fault(&f, e))
        return e;
    struct console_form_view v = {.table = changes_table(&c)};
    return console_show_form(r, &v, &f);
}

/* ---- what the owner may do with the account ---- */

static struct confirm_view *act_confirm(struct request *r, const char *act, enum msg button,
                                        enum msg text)
{
    struct param *hidden = NEW(r->mem, struct param);
    struct confirm_view *v = NEW(r->mem, struct confirm_view);
    *hidden = (struct param){S("act"), str_from(act)};
    *v = (struct confirm_view){.id = str_fmt(r->mem, "act-%s", act),
                               .button = msg(r->lang, button),
                               .title = msg(r->lang, button),
                               .text = msg(r->lang, text),
                               .action = console_here(r, "/manage"),
                               .csrf = r->session.csrf,
                               .hidden = hidden,
                               .hidden_n = 1};
    return v;
}

static struct act_view pause_act(struct console *c)
{
    struct request *r = c->r;
    struct act_view v = {.title = msg(r->lang, MSG_manage_pause_title),
                         .text = msg(r->lang, MSG_manage_pause_help),
                         .state = state_label(r, c->a.state)};
    if (str_eq(c->a.state, S("active")))
        v.act = act_confirm(r, "pause", MSG_manage_pause, MSG_manage_pause_text);
    else if (str_eq(c->a.state, S("paused")))
        v.act = act_confirm(r, "resume", MSG_manage_resume, MSG_manage_resume_text);
    return v;
}

static struct act_view withdraw_act(struct console *c)
{
    struct request *r = c->r;
    struct confirm_view *act =
        act_confirm(r, "withdraw", MSG_manage_withdraw, MSG_manage_withdraw_text);
    act->danger = true;
    return (struct act_view){.title = msg(r->lang, MSG_manage_withdraw),
                             .text = msg(r->lang, MSG_manage_withdraw_help),
                             .state = state_label(r, c->a.state),
                             .act = act};
}

static struct act_view real_name_act(struct console *c)
{
    struct request *r = c->r;
    bool on = c->a.real_name.n > 0;
    return (struct act_view){
        .title = msg(r->lang, MSG_manage_real_name),
        .text = msg(r->lang, MSG_manage_real_name_help),
        .state = msg(r->lang, on ? MSG_manage_real_name_on : MSG_manage_real_name_off),
        .act = on ? act_confirm(r, "hide", MSG_manage_hide, MSG_manage_hide_text)
                  : act_confirm(r, "show", MSG_manage_show, MSG_manage_show_text)};
}

err page_manage(struct request *r)
{
    struct console c;
    struct act_view acts[3];
    size_t n = 0;
    TRY(console_read(r, &c));
    if (str_eq(c.a.state, S("applied")) || str_eq(c.a.state, S("returned")))
        acts[n++] = withdraw_act(&c);
    else
        acts[n++] = pause_act(&c);
    if (str_eq(c.a.class, S("individual")) && account_public(&c.a))
        acts[n++] = real_name_act(&c);
    bool open = account_public(&c.a);
    struct manage_view v = {acts, n, open ? console_here(r, "/close") : S(""),
                            open ? console_here(r, "/export") : S("")};
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE(r, &page, view_manage, &v);
}

static err manage(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    struct request *r = c->r;
    int64_t id = r->member.account_id, user = r->session.user_id;
    bool pause = str_eq(c->act, S("pause")), show = str_eq(c->act, S("show"));
    if (pause || str_eq(c->act, S("resume")))
        return account_pause(t, r->mem, id, user, pause);
    if (str_eq(c->act, S("withdraw")))
        return account_withdraw(t, r->mem, id, user);
    if (!show && !str_eq(c->act, S("hide")))
        return fault(ERR_INVALID, "unknown_act", "act %.*s", FMT(c->act));
    return account_real_name(
        t, r->mem,
        &(struct real_name_wish){
            .account_id = id, .user_id = user, .vault = r->site->vault, .show = show});
}

err do_manage(struct request *r)
{
    struct console c = {.r = r, .act = request_field(r, "act")};
    TRY(request_tx(r, manage, &c));
    reply_flash(r, MSG_word_saved);
    return reply_redirect(r, console_here(r, "/manage"));
}
