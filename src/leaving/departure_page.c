/* Leaving as a user or a registrant: one page that tells and asks, one that shows how it goes, and
 * one without login for afterwards. */
#include "base/clock.h"
#include "leaving/departure.h"
#include "leaving/leaving_view.h"
#include "leaving_departure.html.h"
#include "partials.html.h"
#include "record/log.h"
#include "record/record.h"
#include "registrant/registrant.h"
#include "user/confirm.h"

static const struct form_field CONFIRM[] = {
    {.name = "understood",
     .kind = FIELD_CHECKBOX,
     .label = MSG_leaving_understood_user,
     .required = true},
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_leaving_password,
     .help = MSG_leaving_password_help,
     .required = true,
     .max = 128,
     .autocomplete = "current-password"},
};

struct leave_act {
    struct request *r;
    struct departure d;    /* id 0: none cools */
    struct departure *all; /* of this person */
    size_t all_n;
    struct departure_wish wish;
    struct departure_block *blocks;
    size_t block_n;
    str name; /* of the registrant, masked */
    struct provider_settings ps;
    int64_t id;
};

/* ---- telling and asking ---- */

static err load(struct tx *t, void *ctx)
{
    struct leave_act *x = ctx;
    struct request *r = x->r;
    int64_t user = r->session.user_id, reg = x->wish.registrant_id;
    struct registrant g;
    if (reg) {
        TRY(registrant_load(t, r->mem, reg, &g));
        if (g.user_id != user || registrant_left(&g))
            return fault(ERR_NOT_FOUND, "not_found", "not this user's, or left");
        TRY(registrant_masked_name(t, r->mem, r->site->vault, reg, &x->name));
    }
    TRY(departure_blocks(t, r->mem, &x->wish, &x->blocks, &x->block_n));
    TRY(departure_list(t, r->mem, user, &x->all, &x->all_n));
    err e = departure_of(t, r->mem, user, reg, &x->d);
    return e == ERR_NOT_FOUND ? OK : e;
}

static err begin(struct request *r, bool registrant, struct leave_act *x)
{
    *x = (struct leave_act){.r = r, .wish = {.user_id = r->session.user_id}, .name = S("")};
    if (registrant)
        TRY(request_arg_int(r, "id", &x->wish.registrant_id));
    provider_live_get(r->site->provider, r->mem, &x->ps);
    x->wish.days = closing_days(&x->ps, 0);
    return request_read(r, load, x);
}

static str here_of(const struct leave_act *x)
{
    long long reg = (long long)x->wish.registrant_id;
    return reg ? str_fmt(x->r->mem, "/me/registrants/%lld", reg) : S("/me/data");
}

static struct leave_block *blocks_shown(const struct leave_act *x)
{
    struct request *r = x->r;
    struct leave_block *v = NEW_N(r->mem, struct leave_block, x->block_n + 1);
    for (size_t i = 0; i < x->block_n; i++) {
        const struct departure_block *b = &x->blocks[i];
        enum msg text = MSG_word_none;
        (void)msg_find(str_fmt(r->mem, "leaving.block_%s", departure_block_name(b->kind)), &text);
        v[i] = (struct leave_block){msg_format(r->mem, r->lang, text, &b->name, 1), b->href};
    }
    return v;
}

static err show(struct leave_act *x, struct form *f)
{
    struct request *r = x->r;
    bool cools = x->d.id != 0;
    struct leave_view v = {.registrant = x->wish.registrant_id != 0,
                           .name = x->name,
                           .blocks = blocks_shown(x),
                           .block_n = cools ? 0 : x->block_n,
                           .cooling = cools ? &x->d : NULL,
                           .all = x->all,
                           .all_n = x->all_n,
                           .form = cools || x->block_n ? NULL : f,
                           .days = x->wish.days,
                           .identity_months = x->ps.retention_identity_months,
                           .log_months = x->ps.retention_oplog_months};
    f->submit = MSG_leaving_ask_user;
    struct page page = {.place = PLACE_ME,
                        .back = {here_of(x), msg(r->lang, MSG_word_back), S("")},
                        .noindex = true};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_leave, &v);
}

static err page_one(struct request *r, bool registrant)
{
    struct leave_act x;
    struct form f;
    TRY(begin(r, registrant, &x));
    form_init(r, CONFIRM, LEN(CONFIRM), &f);
    return show(&x, &f);
}

err page_leave(struct request *r)
{
    return page_one(r, false);
}

err page_leave_registrant(struct request *r)
{
    return page_one(r, true);
}

static err ask(struct tx *t, void *ctx)
{
    struct leave_act *x = ctx;
    return departure_ask(t, x->r->mem, &x->wish, &x->id);
}

static err do_one(struct request *r, bool registrant)
{
    struct leave_act x;
    struct form f;
    bool right = false;
    TRY(begin(r, registrant, &x));
    if (form_read(r, CONFIRM, LEN(CONFIRM), &f) != OK)
        return show(&x, &f);
    TRY(password_confirm(r, &f, &right));
    if (!right)
        return show(&x, &f);
    err e = request_tx(r, ask, &x);
    if (e != OK && !form_take_fault(&f, e))
        return e;
    if (e != OK)
        return show(&x, &f);
    reply_flash(r, MSG_leaving_asked_user);
    return reply_redirect(r, str_fmt(r->mem, "/me/leave/%lld", (long long)x.id));
}

err do_leave(struct request *r)
{
    return do_one(r, false);
}

err do_leave_registrant(struct request *r)
{
    return do_one(r, true);
}

/* ---- one departure ---- */

struct departing {
    struct request *r;
    struct departure d;
    str receipt;
    bool open; /* by its key, without login */
};

static err load_one(struct tx *t, void *ctx)
{
    struct departing *x = ctx;
    const struct request *r = x->r;
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    if (x->open && !departure_key_right(r->site->vault, r->mem, id, request_arg(r, "key")))
        return fault(ERR_NOT_FOUND, "not_found", "wrong key");
    TRY(departure_load(t, r->mem, id, &x->d));
    if (!x->open && x->d.user_id != r->session.user_id)
        return fault(ERR_NOT_FOUND, "not_found", "somebody else's");
    return OK;
}

static err take_back(struct tx *t, void *ctx)
{
    struct request *r = ctx;
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    return departure_take_back(t, r->mem, r->session.user_id, id);
}

err do_leave_back(struct request *r)
{
    TRY(request_tx(r, take_back, r));
    reply_flash(r, MSG_leaving_taken_back_user);
    return reply_redirect(r, str_fmt(r->mem, "/me/leave/%.*s", FMT(request_arg(r, "id"))));
}

static struct fact fact_at(struct request *r, enum msg label, int64_t at)
{
    return (struct fact){.label = msg(r->lang, label), .text = clock_china_text(r->mem, at)};
}

static struct facts_view facts_of(struct request *r, const struct departure *d)
{
    struct fact *v = NEW_N(r->mem, struct fact, 6);
    struct provider_settings ps;
    size_t n = 0;
    bool done = str_eq(d->state, S("done")), cools = str_eq(d->state, S("cooling"));
    provider_live_get(r->site->provider, r->mem, &ps);
    v[n++] = (struct fact){
        .label = msg(r->lang, MSG_leaving_of),
        .text = msg(r->lang, d->registrant_id ? MSG_leaving_of_registrant : MSG_leaving_of_login)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_word_status),
                           .text = msg(r->lang, done    ? MSG_leaving_state_done
                                                : cools ? MSG_leaving_state_cooling
                                                        : MSG_leaving_state_taken_back)};
    v[n++] = fact_at(r, MSG_leaving_asked_at, d->asked_at);
    v[n++] =
        fact_at(r, cools ? MSG_leaving_due : MSG_leaving_ended_at, cools ? d->due_at : d->ended_at);
    if (d->erased_at)
        v[n++] = fact_at(r, MSG_leaving_erased_at, d->erased_at);
    else if (done)
        v[n++] = fact_at(r, MSG_leaving_erase_at,
                         clock_add_months(d->ended_at, (int)ps.retention_identity_months));
    return (struct facts_view){v, n};
}

err page_departure(struct request *r)
{
    struct departing x = {.r = r};
    TRY(request_read(r, load_one, &x));
    str here = str_fmt(r->mem, "/me/leave/%lld", (long long)x.d.id);
    struct confirm_view back = {.id = S("take-back"),
                                .button = msg(r->lang, MSG_leaving_back_user),
                                .title = msg(r->lang, MSG_leaving_back_user),
                                .text = msg(r->lang, MSG_leaving_back_user_text),
                                .action = str_cat(r->mem, here, S("/back")),
                                .csrf = r->session.csrf};
    bool cools = str_eq(x.d.state, S("cooling"));
    struct departure_view v = {.d = &x.d,
                               .facts = facts_of(r, &x.d),
                               .back = cools ? &back : NULL,
                               .receipt = str_cat(r->mem, here, S("/receipt"))};
    if (!x.d.registrant_id) {
        v.later_path = departure_path(r->site->vault, r->mem, x.d.id);
        v.later = str_cat(r->mem, request_origin(r), v.later_path);
    }
    struct page page = {.place = PLACE_ME,
                        .back = {S("/me/data"), msg(r->lang, MSG_owndata_title), S("")},
                        .noindex = true};
    return REPLY_PAGE(r, &page, view_departure, &v);
}

err page_left(struct request *r)
{
    struct departing x = {.r = r, .open = true};
    TRY(request_read(r, load_one, &x));
    struct departure_view v = {
        .d = &x.d,
        .facts = facts_of(r, &x.d),
        .receipt = str_cat(r->mem, departure_path(r->site->vault, r->mem, x.d.id), S("/receipt"))};
    struct page page = {.place = PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE(r, &page, view_departure, &v);
}

static err load_receipt(struct tx *t, void *ctx)
{
    struct departing *x = ctx;
    struct request *r = x->r;
    TRY(load_one(t, ctx));
    str subject = str_fmt(r->mem, "departure/%lld", (long long)x->d.id);
    return record_log_receipt_last(r->site->log, t, r->mem, subject, &x->receipt);
}

static err receipt(struct request *r, bool open)
{
    struct departing x = {.r = r, .open = open};
    TRY(request_read(r, load_receipt, &x));
    reply_header(
        r, "Content-Disposition",
        str_fmt(r->mem, "attachment; filename=\"leaving-%lld.tlog-proof\"", (long long)x.d.id));
    return reply_text(r, 200, S("text/plain; charset=utf-8"), x.receipt);
}

err page_departure_receipt(struct request *r)
{
    return receipt(r, false);
}

err page_left_receipt(struct request *r)
{
    return receipt(r, true);
}
