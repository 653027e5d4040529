/* What is erased when, and the legal holds that beat it. */
#include "proof/retention_view.h"
#include "proof_retention.html.h"
#include "settings/provider.h"
#include "web/layout.h"

enum { REASON_MAX = 500 };

static const struct form_option KINDS[] = {
    {S_INIT("account"), MSG_retention_on_account, {0}},
    {S_INIT("user"), MSG_retention_on_user, {0}},
    {S_INIT("everything"), MSG_retention_on_everything, {0}},
};
static const struct form_field FIELDS[] = {
    {.name = "kind",
     .kind = FIELD_SELECT,
     .label = MSG_retention_kind,
     .required = true,
     .options = KINDS,
     .option_n = LEN(KINDS)},
    {.name = "ref",
     .kind = FIELD_TEXT,
     .label = MSG_retention_ref,
     .help = MSG_retention_ref_help,
     .max = 19},
    {.name = "reason",
     .kind = FIELD_TEXT,
     .label = MSG_retention_reason,
     .help = MSG_retention_reason_help,
     .required = true,
     .max = REASON_MAX},
};

struct retaining {
    struct request *r;
    struct retention_plan plan;
    struct retention_due due[RETENTION_CLASSES];
    struct hold *holds;
    size_t n;
    struct hold wish;
    int64_t lift;
};

/* In the order of retention.def. */
void retention_plan_of(const struct provider_settings *ps, struct retention_plan *ret_plan)
{
#define X(name, ...) ret_plan->months[RETENTION_##name] = (int)ps->retention_##name##_months;
#include "record/retention.def"
#undef X
}

static err load(struct tx *t, void *ctx)
{
    struct retaining *x = ctx;
    TRY(retention_look(t, &x->plan, x->due));
    return hold_list(t, x->r->mem, &x->holds, &x->n);
}

static err show(struct request *r, struct form *f, int status)
{
    struct retaining x = {.r = r};
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    retention_plan_of(&ps, &x.plan);
    TRY(request_read(r, load, &x));
    struct retention_view v = {.form = f, .csrf = r->session.csrf, .holds = x.holds, .hold_n = x.n};
    f->submit = MSG_retention_place;
    for (int c = 0; c < RETENTION_CLASSES; c++)
        v.lines[c] = (struct retention_line){
            msg_lookup(r->lang, "retention.class_", retention_name((enum retention_class)c),
                       MSG_word_none),
            x.plan.months[c], retention_floor((enum retention_class)c), x.due[c]};
    struct page page = {.place = PLACE_DESK};
    return REPLY_PAGE_STATUS(r, status, &page, view_retention, &v);
}

err page_retention(struct request *r)
{
    struct form f;
    form_init(r, FIELDS, LEN(FIELDS), &f);
    return show(r, &f, 200);
}

static err place(struct tx *t, void *ctx)
{
    struct retaining *x = ctx;
    return hold_place(t, &x->wish);
}

err do_retention(struct request *r)
{
    struct form f;
    struct retaining x = {.r = r};
    err e = form_read(r, FIELDS, LEN(FIELDS), &f);
    str ref = form_get(&f, "ref");
    if (e == OK && ref.n && str_int(ref, &x.wish.ref) != OK)
        e = form_refuse(&f, "ref", "hold_ref");
    if (e == OK) {
        x.wish.kind = form_get(&f, "kind");
        x.wish.reason = form_get(&f, "reason");
        x.wish.placed_by = r->session.user_id;
        e = request_tx(r, place, &x);
        if (e != OK && !form_take_fault(&f, e))
            return e;
    }
    if (e != OK)
        return show(r, &f, 422);
    reply_flash(r, MSG_retention_placed);
    return reply_redirect(r, S("/desk/retention"));
}

static err lift(struct tx *t, void *ctx)
{
    struct retaining *x = ctx;
    return hold_lift(t, x->lift, x->r->session.user_id);
}

err do_hold_lift(struct request *r)
{
    struct retaining x = {.r = r};
    TRY(request_arg_int(r, "id", &x.lift));
    TRY(request_tx(r, lift, &x));
    reply_flash(r, MSG_retention_lifted);
    return reply_redirect(r, S("/desk/retention"));
}
