/* A registrant's page of accounts over the cap, and what staff see of a wish for them. */
#include "account/console.h"
#include "account/exemption_store.h"
#include "account_exemption.html.h"
#include "registrant/registrant.h"

enum { COLUMNS = 4 };

static const struct form_option MONTHS[] = {
    {.value = S_INIT("3"), .label = MSG_exemption_months_3},
    {.value = S_INIT("6"), .label = MSG_exemption_months_6},
    {.value = S_INIT("12"), .label = MSG_exemption_months_12}};
static const struct form_field FIELDS[] = {
    {.name = "extra",
     .kind = FIELD_NUMBER,
     .label = MSG_exemption_extra,
     .help = MSG_exemption_extra_help,
     .required = true,
     .min = 1,
     .max = EXEMPTION_EXTRA_MAX},
    {.name = "months",
     .kind = FIELD_SELECT,
     .label = MSG_exemption_months,
     .help = MSG_exemption_months_help,
     .required = true,
     .options = MONTHS,
     .option_n = LEN(MONTHS)},
    {.name = "reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_word_reason,
     .help = MSG_exemption_reason_help,
     .required = true,
     .max = EXEMPTION_REASON_MAX},
};

struct exempting {
    struct request *r;
    struct registrant reg;
    struct registrant_facts f;
    struct exemption *v, one;
    struct same_identity *same;
    size_t n, same_n;
    struct exemption_wish wish;
    int64_t id;
    str holder;
};

static err read_page(struct tx *t, void *ctx)
{
    struct exempting *x = ctx;
    struct request *r = x->r;
    TRY(store_registrant_facts(t, r->mem, x->id, &x->f));
    if (x->f.user_id != r->session.user_id)
        return fault(ERR_NOT_FOUND, "not_found", "not this user's registrant");
    TRY(registrant_masked_name(t, r->mem, r->site->vault, x->id, &x->holder));
    return exemption_list(t, r->mem, x->id, &x->v, &x->n);
}

static str state_word(struct request *r, const struct exemption *e, enum tone *ret_tone)
{
    bool granted = str_eq(e->state, S("granted")), over = granted && e->until_at <= r->now;
    *ret_tone = over                           ? TONE_NEUTRAL
                : granted                      ? TONE_OK
                : str_eq(e->state, S("asked")) ? TONE_INFO
                                               : TONE_BAD;
    return over ? msg(r->lang, MSG_exemption_state_over)
                : msg_lookup(r->lang, "exemption.state_", str_z(r->mem, e->state), MSG_word_none);
}

static struct table_view past_table(struct exempting *x)
{
    struct request *r = x->r;
    static const enum msg LABELS[COLUMNS] = {MSG_exemption_extra, MSG_word_status,
                                             MSG_exemption_until, MSG_word_reason};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x->n; i++) {
        const struct exemption *e = &x->v[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = str_fmt(r->mem, "%d", e->extra);
        c[1].status = true;
        c[1].text = state_word(r, e, &c[1].tone);
        c[2].text = e->until_at ? str_sub(clock_china_text(r->mem, e->until_at), 0, 10) : S("");
        c[3].text = e->answer.n ? e->answer : e->reason;
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_exemption_past),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = x->n,
                               .empty = {.icon = S("document-text"),
                                         .title = msg(r->lang, MSG_exemption_none),
                                         .text = msg(r->lang, MSG_exemption_none_text)}};
}

static err show(struct exempting *x, struct form *f)
{
    struct request *r = x->r;
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    bool reached = x->f.used >= account_cap(&ps, x->f.class) + x->f.extra;
    bool waits = x->n && str_eq(x->v[0].state, S("asked"));
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_account_registrant), .text = x->holder},
        {.label = msg(r->lang, MSG_account_used), .text = cap_text(r, &x->f)},
    };
    f->submit = MSG_exemption_ask;
    struct exemption_view v = {.facts = {facts, LEN(facts)},
                               .past = past_table(x),
                               .form = reached && !waits ? f : NULL,
                               .note = waits     ? msg(r->lang, MSG_exemption_is_waiting)
                                       : reached ? S("")
                                                 : msg(r->lang, MSG_exemption_not_reached)};
    struct page page = {.place = PLACE_ME, .noindex = true};
    page.back = (struct page_link){str_fmt(r->mem, "/me/registrants/%lld", (long long)x->id),
                                   msg(r->lang, MSG_nav_registrant), S("")};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_exemption, &v);
}

err page_exemption(struct request *r)
{
    struct exempting x = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, read_page, &x));
    form_init(r, FIELDS, LEN(FIELDS), &f);
    return show(&x, &f);
}

static err ask(struct tx *t, void *ctx)
{
    struct exempting *x = ctx;
    int64_t id = 0;
    return exemption_ask(t, x->r->mem, &x->wish, &id);
}

err do_exemption(struct request *r)
{
    struct exempting x = {.r = r};
    struct form f;
    struct provider_settings ps;
    int64_t months = 0;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, read_page, &x));
    if (form_read(r, FIELDS, LEN(FIELDS), &f) != OK)
        return show(&x, &f);
    TRY(str_int(form_get(&f, "months"), &months));
    provider_live_get(r->site->provider, r->mem, &ps);
    x.wish = (struct exemption_wish){.registrant_id = x.id,
                                     .user_id = r->session.user_id,
                                     .review_ms = review_span(&ps, r->now),
                                     .cap = account_cap(&ps, x.f.class),
                                     .extra = (int)form_int(&f, "extra"),
                                     .months = (int)months,
                                     .reason = form_get(&f, "reason")};
    err e = request_tx(r, ask, &x);
    if (e != OK)
        return form_take_fault(&f, e) ? show(&x, &f) : e;
    reply_flash(r, MSG_exemption_asked);
    return reply_redirect(r, str_fmt(r->mem, "/me/registrants/%lld/exemption", (long long)x.id));
}

/* ---- for staff ---- */

static err read_case(struct tx *t, void *ctx)
{
    struct exempting *x = ctx;
    struct request *r = x->r;
    TRY(store_exemption_load(t, r->mem, x->id, &x->one));
    TRY(store_registrant_facts(t, r->mem, x->one.registrant_id, &x->f));
    TRY(registrant_load(t, r->mem, x->one.registrant_id, &x->reg));
    TRY(registrant_same(t, r->mem, &x->reg, &x->same, &x->same_n));
    return registrant_masked_name(t, r->mem, r->site->vault, x->one.registrant_id, &x->holder);
}

static str same_names(struct request *r, const struct exempting *x)
{
    str names = S("");
    for (size_t i = 0; i < x->same_n; i++)
        if (x->same[i].account.n)
            names = str_fmt(r->mem, "%.*s%s%.*s", FMT(names), names.n ? ", " : "",
                            FMT(x->same[i].account));
    return names.n ? names : msg(r->lang, MSG_word_none);
}

err exemption_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct exempting x = {.r = r, .id = c->subject};
    TRY(request_read(r, read_case, &x));
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_account_registrant), .text = x.holder},
        {.label = msg(r->lang, MSG_account_class),
         .text = msg_lookup(r->lang, "class.", str_z(r->mem, x.f.class), MSG_word_none)},
        {.label = msg(r->lang, MSG_account_used), .text = cap_text(r, &x.f)},
        {.label = msg(r->lang, MSG_nav_accounts), .text = same_names(r, &x)},
        {.label = msg(r->lang, MSG_exemption_extra), .text = str_fmt(r->mem, "%d", x.one.extra)},
        {.label = msg(r->lang, MSG_exemption_months), .text = str_fmt(r->mem, "%d", x.one.months)},
        {.label = msg(r->lang, MSG_word_reason), .text = x.one.reason},
    };
    struct out *o = request_out(r);
    view_exemption_case(o, &(struct facts_view){facts, LEN(facts)});
    *ret_view = out_take(o);
    return OK;
}
