/* The console's pages of webhooks: all of them, one with its calls, one call. */
#include "account/console.h"
#include "base/clock.h"
#include "settings/settings.h"
#include "webhook/webhook.h"
#include "webhook/webhook_view.h"
#include "webhook_pages.html.h"

static const struct form_option EVENTS[] = {
#define EVENT(name, type) {.value = S_INIT(#name), .label = MSG_event_##name},
#include "event/events.def"
#undef EVENT
};
#define EVENTS_FIELD                                                                               \
    {                                                                                              \
        .name = "events", .kind = FIELD_MULTI, .label = MSG_webhook_events, .required = true,      \
        .min = 1, .max = EVENT_KINDS, .options = EVENTS, .option_n = EVENT_KINDS                   \
    }
static const struct form_field NEW[] = {
    {.name = "url",
     .label = MSG_webhook_url,
     .help = MSG_webhook_url_help,
     .required = true,
     .max = WEBHOOK_URL_MAX},
    EVENTS_FIELD,
};
static const struct form_field CHANGE[] = {EVENTS_FIELD};

struct hooks {
    struct request *r;
    struct webhook *v;
    size_t n;
    int64_t id, before, call_id;
    struct webhook w;
    struct webhook_call *calls, call;
    size_t call_n;
    struct form *form;
    str act, secret;
};

static str here(const struct hooks *h, const char *rest)
{
    return str_fmt(h->r->mem, "/console/%.*s/webhooks/%lld%s", FMT(h->r->member.handle),
                   (long long)h->id, rest);
}

static struct table_cell state_cell(const struct request *r, const struct webhook *w)
{
    bool on = str_eq(w->state, S("on"));
    bool fails = on && w->failing_since;
    return (struct table_cell){.text = fails ? msg(r->lang, MSG_webhook_fails)
                                             : msg_lookup(r->lang, "webhook.state_",
                                                          str_z(r->mem, w->state),
                                                          MSG_webhook_state_off),
                               .status = true,
                               .tone = fails || str_eq(w->state, S("failed")) ? TONE_BAD
                                       : on                                   ? TONE_OK
                                                                              : TONE_NEUTRAL};
}

static str event_names(const struct request *r, str events)
{
    str names = S("");
    for (str rest = events; rest.n;) {
        str one = str_split(rest, ',', &rest);
        str name = msg_lookup(r->lang, "event.", str_z(r->mem, one), MSG_word_none);
        names = names.n ? str_fmt(r->mem, "%.*s%s%.*s", FMT(names),
                                  r->lang == LANG_ZH ? "\xe3\x80\x81" : ", ", FMT(name))
                        : name;
    }
    return names;
}

/* ---- all of them ---- */

static err load_all(struct tx *t, void *ctx)
{
    struct hooks *h = ctx;
    return webhook_list(t, h->r->mem, h->r->member.account_id, &h->v, &h->n);
}

static err show_all(struct hooks *h, struct form *f)
{
    struct request *r = h->r;
    static const enum msg HEADS[] = {MSG_webhook_url, MSG_webhook_events, MSG_console_state};
    struct table_col cols[LEN(HEADS)] = {0};
    struct table_row *rows = NEW_N(r->mem, struct table_row, h->n);
    for (size_t i = 0; i < LEN(HEADS); i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    for (size_t i = 0; i < h->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, LEN(HEADS));
        c[0].text = str_ellipsis(r->mem, h->v[i].url, 60);
        c[1].text = event_names(r, h->v[i].events);
        c[2] = state_cell(r, &h->v[i]);
        rows[i] = (struct table_row){str_fmt(r->mem, "/console/%.*s/webhooks/%lld",
                                             FMT(r->member.handle), (long long)h->v[i].id),
                                     c};
    }
    f->submit = MSG_webhook_add;
    struct webhooks_view v = {.table = {.caption = msg(r->lang, MSG_webhook_title),
                                        .cols = cols,
                                        .col_n = LEN(cols),
                                        .rows = rows,
                                        .row_n = h->n,
                                        .empty = {.icon = S("bolt"),
                                                  .title = msg(r->lang, MSG_webhook_none),
                                                  .text = msg(r->lang, MSG_webhook_none_text)}},
                              .form = h->n < WEBHOOKS_MAX || f->bad ? f : NULL};
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_webhooks, &v);
}

err page_webhooks(struct request *r)
{
    struct hooks h = {.r = r};
    struct form f;
    TRY(request_read(r, load_all, &h));
    form_init(r, NEW, LEN(NEW), &f);
    form_set(&f, "events", S("article_published,article_returned,article_removed"));
    return show_all(&h, &f);
}

/* ---- one ---- */

static err load_one(struct tx *t, void *ctx)
{
    struct hooks *h = ctx;
    TRY(webhook_load(t, h->r->mem, h->r->member.account_id, h->id, &h->w));
    return webhook_calls(t, h->r->mem, h->id, h->before, &h->calls, &h->call_n);
}

static struct table_cell call_cell(const struct request *r, const struct webhook_call *c)
{
    bool done = str_eq(c->state, S("done")), waits = str_eq(c->state, S("waiting"));
    return (struct table_cell){.text = msg_lookup(r->lang, "webhook.call_", str_z(r->mem, c->state),
                                                  MSG_webhook_call_waiting),
                               .status = true,
                               .tone = done                            ? TONE_OK
                                       : waits && c->tries             ? TONE_WARN
                                       : waits                         ? TONE_INFO
                                       : str_eq(c->state, S("failed")) ? TONE_BAD
                                                                       : TONE_NEUTRAL};
}

/* What came back, in a word: a status, or why nothing came. */
static str result_of(const struct request *r, const struct webhook_call *c)
{
    if (!c->tries && !c->tried_at)
        return S("–");
    if (c->status)
        return str_fmt(r->mem, "HTTP %d", c->status);
    return msg_lookup(r->lang, "reason.", str_z(r->mem, c->answer), MSG_reason_fetch_failed);
}

static struct table_view calls_table(const struct hooks *h)
{
    struct request *r = h->r;
    static const enum msg HEADS[] = {MSG_webhook_event, MSG_word_time, MSG_webhook_tries,
                                     MSG_webhook_result, MSG_console_state};
    struct table_col *cols = NEW_N(r->mem, struct table_col, LEN(HEADS));
    struct table_row *rows = NEW_N(r->mem, struct table_row, h->call_n);
    for (size_t i = 0; i < LEN(HEADS); i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    for (size_t i = 0; i < h->call_n; i++) {
        const struct webhook_call *k = &h->calls[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, LEN(HEADS));
        c[0].text = k->event;
        c[1].text = clock_china_text(r->mem, k->at);
        c[2].text = str_fmt(r->mem, "%d", k->tries);
        c[3].text = result_of(r, k);
        c[4] = call_cell(r, k);
        rows[i] = (struct table_row){
            str_fmt(r->mem, "%.*s/calls/%lld", FMT(here(h, "")), (long long)k->id), c};
    }
    str next = h->call_n < WEBHOOK_CALLS ? S("")
                                         : str_fmt(r->mem, "%.*s?before=%lld", FMT(here(h, "")),
                                                   (long long)h->calls[h->call_n - 1].id);
    return (struct table_view){.caption = msg(r->lang, MSG_webhook_calls),
                               .cols = cols,
                               .col_n = LEN(HEADS),
                               .rows = rows,
                               .row_n = h->call_n,
                               .pager.next = next,
                               .empty = {.icon = S("bolt"),
                                         .title = msg(r->lang, MSG_webhook_no_calls),
                                         .text = msg(r->lang, MSG_webhook_no_calls_text)}};
}

struct hook_act {
    const char *name;
    enum msg button, text;
    bool danger;
};

static struct confirm_view act_of(const struct hooks *h, const struct hook_act *a)
{
    struct request *r = h->r;
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("act"), str_from(a->name)};
    return (struct confirm_view){.id = str_fmt(r->mem, "act-%s", a->name),
                                 .button = msg(r->lang, a->button),
                                 .title = msg(r->lang, a->button),
                                 .text = msg(r->lang, a->text),
                                 .action = here(h, ""),
                                 .csrf = r->session.csrf,
                                 .hidden = hidden,
                                 .hidden_n = 1,
                                 .danger = a->danger};
}

static size_t acts_of(const struct hooks *h, struct confirm_view v[4])
{
    static const struct hook_act PING = {"ping", MSG_webhook_ping, MSG_webhook_ping_text, false},
                                 SECRET = {"secret", MSG_webhook_rotate, MSG_webhook_rotate_text,
                                           false},
                                 ON = {"on", MSG_webhook_on, MSG_webhook_on_text, false},
                                 OFF = {"off", MSG_webhook_off, MSG_webhook_off_text, true},
                                 REMOVE = {"remove", MSG_webhook_remove, MSG_webhook_remove_text,
                                           true};
    bool on = str_eq(h->w.state, S("on"));
    size_t n = 0;
    if (on)
        v[n++] = act_of(h, &PING);
    v[n++] = act_of(h, &SECRET);
    v[n++] = act_of(h, on ? &OFF : &ON);
    v[n++] = act_of(h, &REMOVE);
    return n;
}

static str warning_of(const struct hooks *h)
{
    const struct request *r = h->r;
    if (str_eq(h->w.state, S("failed")))
        return msg(r->lang, MSG_webhook_was_failed);
    if (!str_eq(h->w.state, S("on")) || !h->w.failing_since)
        return S("");
    str since = clock_china_text(r->mem, h->w.failing_since);
    return msg_format(r->mem, r->lang, MSG_webhook_failing_since, &since, 1);
}

static err show_one(struct hooks *h, struct form *f)
{
    struct request *r = h->r;
    struct confirm_view acts[4];
    bool overlap = h->w.old_until > r->now;
    const struct fact facts[] = {
        {.label = msg(r->lang, MSG_webhook_url), .text = h->w.url},
        {.label = msg(r->lang, MSG_console_state), .text = state_cell(r, &h->w).text},
        {.label = msg(r->lang, MSG_webhook_events), .text = event_names(r, h->w.events)},
        {.label = msg(r->lang, MSG_console_token_made_at),
         .text = clock_china_text(r->mem, h->w.created_at)},
        {.label = msg(r->lang, MSG_webhook_overlap),
         .text = clock_china_text(r->mem, h->w.old_until)},
    };
    f->submit = MSG_webhook_change;
    f->action = here(h, "/events");
    struct webhook_view v = {.secret = h->secret,
                             .secret_note = msg(r->lang, MSG_webhook_secret_once),
                             .warning = warning_of(h),
                             .facts = {facts, overlap ? LEN(facts) : LEN(facts) - 1},
                             .acts = acts,
                             .act_n = acts_of(h, acts),
                             .form = f,
                             .calls = calls_table(h)};
    struct page page = {
        .place = PLACE_CONSOLE,
        .back = {console_here(r, "/webhooks"), msg(r->lang, MSG_webhook_title), STR_NONE}};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_webhook, &v);
}

static err show_fresh(struct hooks *h)
{
    struct form f;
    TRY(request_read(h->r, load_one, h));
    form_init(h->r, CHANGE, LEN(CHANGE), &f);
    form_set(&f, "events", h->w.events);
    return show_one(h, &f);
}

err page_webhook(struct request *r)
{
    struct hooks h = {.r = r};
    str before = request_query(r, "before");
    TRY(request_arg_int(r, "id", &h.id));
    if (before.n)
        TRY(str_int(before, &h.before));
    return show_fresh(&h);
}

static err add_tx(struct tx *t, void *ctx)
{
    struct hooks *h = ctx;
    const struct request *r = h->r;
    TRY(webhook_add(VAULT_CTX(r->site->vault, t, r->mem),
                    &(struct webhook){.account_id = r->member.account_id,
                                      .url = form_get(h->form, "url"),
                                      .events = form_get(h->form, "events"),
                                      .created_by = r->session.user_id},
                    &h->secret));
    TRY(webhook_list(t, r->mem, r->member.account_id, &h->v, &h->n));
    h->id = h->v[0].id;
    return OK;
}

err do_webhooks(struct request *r)
{
    struct form f;
    struct hooks h = {.r = r, .form = &f};
    err e = form_read(r, NEW, LEN(NEW), &f);
    if (e == OK)
        e = webhook_url_check(form_get(&f, "url"), r->site->settings->webhook_allow);
    if (e == OK)
        e = request_tx(r, add_tx, &h);
    if (e == OK)
        return show_fresh(&h);
    if (!f.bad && !form_take_fault(&f, e))
        return e;
    TRY(request_read(r, load_all, &h));
    return show_all(&h, &f);
}

static err act_tx(struct tx *t, void *ctx)
{
    struct hooks *h = ctx;
    const struct request *r = h->r;
    int64_t by = r->session.user_id;
    TRY(webhook_load(t, r->mem, r->member.account_id, h->id, &h->w));
    if (str_eq(h->act, S("ping")))
        return event_ping(t, h->w.account_id, h->w.id);
    if (str_eq(h->act, S("secret")))
        return webhook_rotate(VAULT_CTX(r->site->vault, t, r->mem), &h->w, by, &h->secret);
    if (str_eq(h->act, S("remove")))
        return webhook_remove(t, &h->w, by);
    bool on = str_eq(h->act, S("on"));
    if (!on && !str_eq(h->act, S("off")))
        return fault(ERR_INVALID, "unknown_act", "act %.*s", FMT(h->act));
    return webhook_switch(t, &h->w, on, by);
}

err do_webhook(struct request *r)
{
    struct hooks h = {.r = r, .act = request_field(r, "act")};
    TRY(request_arg_int(r, "id", &h.id));
    TRY(request_tx(r, act_tx, &h));
    job_runner_poke(r->site->jobs);
    if (h.secret.n)
        return show_fresh(&h);
    bool gone = str_eq(h.act, S("remove"));
    reply_flash(r, gone                       ? MSG_webhook_removed
                   : str_eq(h.act, S("ping")) ? MSG_webhook_pinged
                                              : MSG_word_saved);
    return reply_redirect(r, gone ? console_here(r, "/webhooks") : here(&h, ""));
}

static err events_tx(struct tx *t, void *ctx)
{
    struct hooks *h = ctx;
    const struct request *r = h->r;
    TRY(webhook_load(t, r->mem, r->member.account_id, h->id, &h->w));
    return webhook_events(t, &h->w, form_get(h->form, "events"), r->session.user_id);
}

err do_webhook_events(struct request *r)
{
    struct form f;
    struct hooks h = {.r = r, .form = &f};
    TRY(request_arg_int(r, "id", &h.id));
    if (form_read(r, CHANGE, LEN(CHANGE), &f) != OK) {
        TRY(request_read(r, load_one, &h));
        return show_one(&h, &f);
    }
    TRY(request_tx(r, events_tx, &h));
    reply_flash(r, MSG_word_saved);
    return reply_redirect(r, here(&h, ""));
}

/* ---- one call ---- */

static err load_call(struct tx *t, void *ctx)
{
    struct hooks *h = ctx;
    TRY(webhook_load(t, h->r->mem, h->r->member.account_id, h->id, &h->w));
    return webhook_call_load(t, h->r->mem, h->id, h->call_id, &h->call);
}

static err call_args(struct request *r, struct hooks *h)
{
    *h = (struct hooks){.r = r};
    TRY(request_arg_int(r, "id", &h->id));
    return request_arg_int(r, "call", &h->call_id);
}

err page_webhook_call(struct request *r)
{
    struct hooks h;
    TRY(call_args(r, &h));
    TRY(request_read(r, load_call, &h));
    const struct webhook_call *c = &h.call;
    const struct fact facts[] = {
        {.label = msg(r->lang, MSG_webhook_event), .text = c->event},
        {.label = S("webhook-id"), .text = str_fmt(r->mem, "msg_%lld", (long long)c->id)},
        {.label = msg(r->lang, MSG_word_time), .text = clock_china_text(r->mem, c->at)},
        {.label = msg(r->lang, MSG_console_state), .text = call_cell(r, c).text},
        {.label = msg(r->lang, MSG_webhook_tries), .text = str_fmt(r->mem, "%d", c->tries)},
        {.label = msg(r->lang, MSG_webhook_result), .text = result_of(r, c)},
        {.label = msg(r->lang, MSG_webhook_tried_at),
         .text = clock_china_text(r->mem, c->tried_at)},
    };
    bool may = str_eq(h.w.state, S("on")) && !str_eq(c->state, S("waiting"));
    struct confirm_view again = {.id = S("again"),
                                 .button = msg(r->lang, MSG_webhook_again),
                                 .title = msg(r->lang, MSG_webhook_again),
                                 .text = msg(r->lang, MSG_webhook_again_text),
                                 .action = str_cat(r->mem, r->path, S("/again")),
                                 .csrf = r->session.csrf};
    struct webhook_call_view v = {.facts = {facts, c->tried_at ? LEN(facts) : LEN(facts) - 1},
                                  .again = may ? &again : NULL,
                                  .body = c->body,
                                  .answer = c->status ? c->answer : S("")};
    struct page page = {.place = PLACE_CONSOLE,
                        .title = c->event,
                        .back = {here(&h, ""), msg(r->lang, MSG_webhook_one), STR_NONE}};
    return REPLY_PAGE(r, &page, view_webhook_call, &v);
}

static err again_tx(struct tx *t, void *ctx)
{
    struct hooks *h = ctx;
    TRY(load_call(t, ctx));
    return webhook_again(t, &h->w, &h->call);
}

err do_webhook_again(struct request *r)
{
    struct hooks h;
    TRY(call_args(r, &h));
    TRY(request_tx(r, again_tx, &h));
    job_runner_poke(r->site->jobs);
    reply_flash(r, MSG_webhook_sent_again);
    return reply_redirect(
        r, str_fmt(r->mem, "%.*s/calls/%lld", FMT(here(&h, "")), (long long)h.call_id));
}
