/* API tokens of an account. */
#include "account/console.h"
#include "base/clock.h"

enum { TOKEN_DAYS_MAX = 365 };

static const struct form_field TOKEN[] = {
    {.name = "name", .label = MSG_console_token_name, .required = true, .max = 60},
    {.name = "days",
     .kind = FIELD_NUMBER,
     .label = MSG_console_token_days,
     .required = true,
     .min = 1,
     .max = TOKEN_DAYS_MAX},
};

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
            .action = console_here(r, "/tokens"),
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
    return console_show_form(r, &v, f);
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
        return reply_redirect(r, console_here(r, "/tokens"));
    }
    err e = form_read(r, TOKEN, LEN(TOKEN), &f);
    f.submit = MSG_console_token_make;
    if (e == OK)
        e = request_tx(r, make_token, &c);
    if (e != OK && !f.bad && !form_take_fault(&f, e))
        return e;
    if (e == OK)
        TRY(request_read(r, console_load, &c));
    return show_tokens(r, &c, &f);
}
