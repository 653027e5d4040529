/* The pages of a transfer: the owner asks, the receiver accepts, both look and may stop it. */
#include "base/clock.h"
#include "registrant/evidence.h"
#include "settings/provider.h"
#include "transfer/transfer_store.h"
#include "transfer/transfer_view.h"
#include "transfer_one.html.h"
#include "user/confirm.h"

#define EVIDENCE_KIND "transfer"

static const struct form_field ASK[] = {
    {.name = "reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_word_reason,
     .help = MSG_transfer_reason_help,
     .required = true,
     .max = TRANSFER_REASON_MAX},
    {.name = "file",
     .kind = FIELD_FILE,
     .label = MSG_transfer_evidence,
     .help = MSG_transfer_evidence_help,
     .max = EVIDENCE_PDF_MAX,
     .accept = "application/pdf,image/jpeg,image/png,image/webp"},
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_leaving_password,
     .help = MSG_leaving_password_help,
     .required = true,
     .max = 128,
     .autocomplete = "current-password"},
};
static const struct form_field ACCEPT[] = {
    {.name = "registrant",
     .kind = FIELD_SELECT,
     .label = MSG_account_registrant,
     .help = MSG_transfer_registrant_help,
     .required = true},
    {.name = "understood",
     .kind = FIELD_CHECKBOX,
     .label = MSG_transfer_understood,
     .required = true},
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_leaving_password,
     .help = MSG_leaving_password_help,
     .required = true,
     .max = 128,
     .autocomplete = "current-password"},
};

struct transferring {
    struct request *r;
    struct account a;
    struct transfer x;
    bool there;
    struct transfer_stands stands;
    struct provider_settings ps;
    struct transfer_wish wish;
    struct evidence_in proof;
    struct evidence file;
    struct form_option *options;
    size_t n;
    str token;
    int64_t chosen;
};

str transfer_state(const struct request *r, const struct transfer *x)
{
    return msg_lookup(r->lang, "transfer.state_", str_z(r->mem, x->state), MSG_word_none);
}

static str *words_of(struct request *r, const struct transfer_stands *s)
{
    str *v = NEW_N(r->mem, str, TRANSFER_STANDS_MAX);
    for (size_t i = 0; i < s->n; i++)
        v[i] = msg_lookup(r->lang, "reason.", s->v[i], MSG_reason_invalid);
    return v;
}

/* ---- the owner asks ---- */

static err read_ask(struct tx *t, void *ctx)
{
    struct transferring *x = ctx;
    arena *mem = x->r->mem;
    TRY(account_load(t, mem, x->r->member.account_id, &x->a));
    TRY(transfer_stands_of(t, mem, x->a.id, &x->stands));
    err e = transfer_of(t, mem, x->a.id, &x->x);
    x->there = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err read_all(struct request *r, struct transferring *x, tx_fn *fn)
{
    x->r = r;
    provider_live_get(r->site->provider, r->mem, &x->ps);
    return request_read(r, fn, x);
}

static err show_ask(struct transferring *x, struct form *f)
{
    struct request *r = x->r;
    bool open = x->there && transfer_open(&x->x) &&
                !(str_eq(x->x.state, S("offered")) && x->x.offer_until <= r->now);
    f->submit = MSG_transfer_ask;
    struct transfer_ask_view v = {
        .last = x->there ? &x->x : NULL,
        .state = x->there ? transfer_state(r, &x->x) : S(""),
        .stands = words_of(r, &x->stands),
        .stand_n = x->stands.n,
        .form = open || x->stands.n ? NULL : f,
        .days = x->ps.transfer_days,
        .link = x->token.n
                    ? str_fmt(r->mem, "%.*s/transfer/%.*s", FMT(request_origin(r)), FMT(x->token))
                    : S("")};
    struct page page = {.place = PLACE_CONSOLE,
                        .back = {str_fmt(r->mem, "/console/%.*s/manage", FMT(r->member.handle)),
                                 msg(r->lang, MSG_manage_title), S("")}};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_transfer_ask, &v);
}

err page_transfer(struct request *r)
{
    struct transferring x = {0};
    struct form f;
    TRY(read_all(r, &x, read_ask));
    form_init(r, ASK, LEN(ASK), &f);
    return show_ask(&x, &f);
}

static err ask(struct tx *t, void *ctx)
{
    struct transferring *x = ctx;
    TRY(evidence_add(t, x->a.registrant_id, &x->file));
    x->wish.evidence_id = x->file.id;
    return transfer_ask(t, x->r->mem, &x->wish, &x->token);
}

static err evidence_take(struct transferring *x)
{
    struct request *r = x->r;
    x->proof = (struct evidence_in){.kind = EVIDENCE_KIND, .upload = request_upload(r, "file")};
    if (!x->proof.upload || !x->proof.upload->size)
        return fault_field(ERR_INVALID, "required", "file", "no document");
    err e = evidence_check(r->mem, &x->proof);
    if (e == ERR_INVALID || e == ERR_TOO_LARGE)
        return fault_field(ERR_INVALID, fault_of(e).reason, "file", "document");
    TRY(e);
    return evidence_seal(r, &x->proof, x->a.registrant_id, &x->file);
}

err do_transfer(struct request *r)
{
    struct transferring x = {0};
    struct form f;
    bool right = false;
    TRY(read_all(r, &x, read_ask));
    if (form_read(r, ASK, LEN(ASK), &f) != OK)
        return show_ask(&x, &f);
    TRY(password_confirm(r, &f, &right));
    if (!right)
        return show_ask(&x, &f);
    x.wish = (struct transfer_wish){
        .account_id = x.a.id, .user_id = r->session.user_id, .reason = form_get(&f, "reason")};
    err e = evidence_take(&x);
    if (e == OK)
        e = request_tx(r, ask, &x);
    image_files_done(&x.proof.image);
    if (e != OK)
        return form_take_fault(&f, e) ? show_ask(&x, &f) : e;
    TRY(request_read(r, read_ask, &x));
    return show_ask(&x, &f);
}

/* ---- the receiver ---- */

static err read_offer(struct tx *t, void *ctx)
{
    struct transferring *x = ctx;
    struct request *r = x->r;
    struct registrant *v = NULL;
    size_t n = 0;
    TRY(transfer_find(t, r->mem, request_arg(r, "token"), &x->x));
    TRY(registrant_list(t, r->mem, r->session.user_id, &v, &n));
    x->options = NEW_N(r->mem, struct form_option, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(v[i].state, S("verified")))
            continue;
        struct form_option *o = &x->options[x->n++];
        o->value = str_fmt(r->mem, "%lld", (long long)v[i].id);
        TRY(registrant_masked_name(t, r->mem, r->site->vault, v[i].id, &o->text));
    }
    return OK;
}

static struct facts_view offer_facts(struct request *r, const struct transfer *x)
{
    struct fact *f = NEW_N(r->mem, struct fact, 5);
    f[0] = (struct fact){.label = msg(r->lang, MSG_account_name), .text = x->name};
    f[1] = (struct fact){.label = msg(r->lang, MSG_account_handle), .text = x->handle};
    f[2] = (struct fact){
        .label = msg(r->lang, MSG_account_class),
        .text = msg_lookup(r->lang, "class.", str_z(r->mem, x->from_class), MSG_word_none)};
    f[3] = (struct fact){.label = msg(r->lang, MSG_word_reason), .text = x->reason};
    f[4] = (struct fact){.label = msg(r->lang, MSG_transfer_until),
                         .text = clock_china_text(r->mem, x->offer_until)};
    return (struct facts_view){f, 5};
}

static err show_offer(struct transferring *x, struct form *f, int status)
{
    struct request *r = x->r;
    bool offered = str_eq(x->x.state, S("offered")) && x->x.offer_until > r->now;
    form_options(f, "registrant", x->options, x->n);
    f->submit = MSG_transfer_accept;
    struct transfer_offer_view v = {.facts = offer_facts(r, &x->x),
                                    .stands = words_of(r, &x->stands),
                                    .stand_n = x->stands.n,
                                    .form = offered && x->n ? f : NULL,
                                    .note = !offered ? msg(r->lang, MSG_transfer_offer_over)
                                            : !x->n  ? msg(r->lang, MSG_account_no_registrant)
                                                     : S(""),
                                    .days = x->ps.transfer_days};
    struct page page = {.place = PLACE_ME, .noindex = true};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : status, &page, view_transfer_offer, &v);
}

err page_transfer_offer(struct request *r)
{
    struct transferring x = {0};
    struct form f;
    TRY(read_all(r, &x, read_offer));
    form_init(r, ACCEPT, LEN(ACCEPT), &f);
    return show_offer(&x, &f, 200);
}

static err accept(struct tx *t, void *ctx)
{
    const struct transferring *x = ctx;
    const struct request *r = x->r;
    return transfer_accept(t, r->mem, request_arg(r, "token"), x->chosen, r->session.user_id);
}

/* All that stands against it at once, not only the first. */
static err read_stands(struct tx *t, void *ctx)
{
    struct transferring *x = ctx;
    const struct request *r = x->r;
    return transfer_receiver_stands(t, r->mem, &x->x, x->chosen, r->session.user_id, &x->stands);
}

err do_transfer_offer(struct request *r)
{
    struct transferring x = {0};
    struct form f;
    bool right = false;
    TRY(read_all(r, &x, read_offer));
    struct form_field *fields = NEW_N(r->mem, struct form_field, LEN(ACCEPT));
    memcpy(fields, ACCEPT, sizeof ACCEPT);
    fields[0].options = x.options;
    fields[0].option_n = x.n;
    if (form_read(r, fields, LEN(ACCEPT), &f) != OK)
        return show_offer(&x, &f, 422);
    TRY(password_confirm(r, &f, &right));
    if (!right)
        return show_offer(&x, &f, 422);
    x.chosen = form_int(&f, "registrant");
    if (!x.chosen)
        TRY(str_int(form_get(&f, "registrant"), &x.chosen));
    TRY(request_read(r, read_stands, &x));
    if (x.stands.n)
        return show_offer(&x, &f, 409);
    err e = request_tx(r, accept, &x);
    if (e != OK)
        return form_take_fault(&f, e) ? show_offer(&x, &f, 409) : e;
    reply_flash(r, MSG_transfer_accepted);
    return reply_redirect(r, str_fmt(r->mem, "/me/transfers/%lld", (long long)x.x.id));
}

/* ---- both look ---- */

static err read_mine(struct tx *t, void *ctx)
{
    struct transferring *x = ctx;
    int64_t id = 0, user = x->r->session.user_id;
    TRY(request_arg_int(x->r, "id", &id));
    TRY(store_transfer_load(t, x->r->mem, id, &x->x));
    return user == x->x.asked_by || user == x->x.accepted_by
               ? OK
               : fault(ERR_NOT_FOUND, "not_found", "not a party of it");
}

static struct steps_view steps_of(struct request *r, const struct transfer *x)
{
    static const struct {
        const char *state;
        enum msg label;
    } STEPS[] = {{"offered", MSG_transfer_step_accept},
                 {"review", MSG_transfer_step_review},
                 {"cooling", MSG_transfer_step_cool},
                 {"done", MSG_transfer_step_done}};
    struct step *v = NEW_N(r->mem, struct step, LEN(STEPS));
    size_t now = x->due_at ? 2 : x->accepted_at ? 1 : 0;
    bool done = str_eq(x->state, S("done"));
    for (size_t i = 0; i < LEN(STEPS); i++)
        v[i] = (struct step){.title = msg(r->lang, STEPS[i].label),
                             .state = done || i < now    ? STEP_DONE
                                      : i > now          ? STEP_TODO
                                      : transfer_open(x) ? STEP_NOW
                                                         : STEP_BAD};
    v[2].at_ms = x->due_at;
    return (struct steps_view){v, LEN(STEPS)};
}

/* A reason of our own (transfer_finish) in words; else what an officer wrote. */
static str answer_words(const struct request *r, const struct transfer *x)
{
    enum msg m;
    str key = str_cat(r->mem, S("reason."), x->answer);
    return msg_find(key, &m) ? msg(r->lang, m) : x->answer;
}

err page_my_transfer(struct request *r)
{
    struct transferring x = {0};
    TRY(read_all(r, &x, read_mine));
    struct facts_view base = offer_facts(r, &x.x);
    struct fact *f = NEW_N(r->mem, struct fact, base.n + 3);
    size_t n = 0;
    f[n++] = (struct fact){.label = msg(r->lang, MSG_word_status), .text = transfer_state(r, &x.x)};
    for (size_t i = 0; i + 1 < base.n; i++)
        f[n++] = base.v[i];
    if (x.x.answer.n)
        f[n++] = (struct fact){.label = msg(r->lang, MSG_transfer_answer),
                               .text = answer_words(r, &x.x)};
    if (x.x.due_at)
        f[n++] = (struct fact){.label = msg(r->lang, MSG_transfer_due),
                               .text = clock_china_text(r->mem, x.x.due_at)};
    struct confirm_view stop = {.id = S("stop"),
                                .button = msg(r->lang, MSG_transfer_stop),
                                .title = msg(r->lang, MSG_transfer_stop),
                                .text = msg(r->lang, MSG_transfer_stop_text),
                                .action =
                                    str_fmt(r->mem, "/me/transfers/%lld/stop", (long long)x.x.id),
                                .csrf = r->session.csrf,
                                .danger = true};
    struct transfer_one_view v = {.facts = {f, n},
                                  .steps = steps_of(r, &x.x),
                                  .stop = transfer_open(&x.x) ? &stop : NULL,
                                  .held = x.x.held && transfer_open(&x.x)};
    struct page page = {.place = PLACE_ME,
                        .noindex = true,
                        .back = {S("/me/accounts"), msg(r->lang, MSG_nav_accounts), S("")}};
    return REPLY_PAGE(r, &page, view_transfer, &v);
}

static err stop(struct tx *t, void *ctx)
{
    const struct transferring *x = ctx;
    const struct request *r = x->r;
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    return transfer_stop(t, r->mem, id, r->session.user_id);
}

err do_transfer_stop(struct request *r)
{
    struct transferring x = {.r = r};
    TRY(request_tx(r, stop, &x));
    reply_flash(r, MSG_transfer_stopped);
    return reply_redirect(r, str_fmt(r->mem, "/me/transfers/%.*s", FMT(request_arg(r, "id"))));
}

/* ---- for staff ---- */

struct casing {
    struct request *r;
    const struct casefile *c;
    struct transfer x;
    struct account a;
    str from, to;
};

static err read_case(struct tx *t, void *ctx)
{
    struct casing *x = ctx;
    struct request *r = x->r;
    TRY(store_transfer_load(t, r->mem, x->c->subject, &x->x));
    TRY(account_load(t, r->mem, x->x.account_id, &x->a));
    TRY(registrant_masked_name(t, r->mem, r->site->vault, x->x.from_registrant, &x->from));
    return registrant_masked_name(t, r->mem, r->site->vault, x->x.to_registrant, &x->to);
}

static str side(struct request *r, str class, str name)
{
    str label = msg_lookup(r->lang, "class.", str_z(r->mem, class), MSG_word_none);
    return str_fmt(r->mem, "%.*s (%.*s)", FMT(name), FMT(label));
}

err transfer_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct casing x = {.r = r, .c = c};
    TRY(request_read(r, read_case, &x));
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_account_name), .text = x.a.name},
        {.label = msg(r->lang, MSG_account_handle), .text = x.a.handle},
        {.label = msg(r->lang, MSG_transfer_from), .text = side(r, x.x.from_class, x.from)},
        {.label = msg(r->lang, MSG_transfer_to), .text = side(r, x.x.to_class, x.to)},
        {.label = msg(r->lang, MSG_console_subscribers),
         .text = str_fmt(r->mem, "%lld", (long long)x.a.subscribers)},
        {.label = msg(r->lang, MSG_word_reason), .text = x.x.reason},
    };
    struct transfer_case_view v = {.facts = {facts, LEN(facts)},
                                   .file = x.x.evidence_id
                                               ? str_fmt(r->mem, "/desk/evidence/%lld/%lld",
                                                         (long long)x.x.from_registrant,
                                                         (long long)x.x.evidence_id)
                                               : S("")};
    struct out *o = request_out(r);
    view_transfer_case(o, &v);
    *ret_view = out_take(o);
    return OK;
}
