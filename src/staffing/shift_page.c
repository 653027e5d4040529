/* The plan of a week: shifts, presence, handover. */
#include "base/clock.h"
#include "staffing/staffing_view.h"
#include "staffing_desk.html.h"
#include "user/user.h"

enum { WEEK_DAYS = 7, HANDED_SHOWN = 3, TIME_MAX = 5 };
#define WEEK_MS (WEEK_DAYS * (int64_t)DAY_MS)

static const struct form_field PLAN[] = {
    {.name = "user", .kind = FIELD_SELECT, .label = MSG_staffing_person, .required = true},
    {.name = "day", .kind = FIELD_DATE, .label = MSG_staffing_day, .required = true},
    {.name = "from",
     .label = MSG_staffing_from,
     .help = MSG_staffing_from_help,
     .required = true,
     .max = TIME_MAX},
    {.name = "until",
     .label = MSG_staffing_to,
     .help = MSG_staffing_to_help,
     .required = true,
     .max = TIME_MAX},
    {.name = "days",
     .kind = FIELD_NUMBER,
     .label = MSG_staffing_days,
     .help = MSG_staffing_days_help,
     .required = true,
     .min = 1,
     .max = WEEK_DAYS},
};
static const struct form_field HAND[] = {
    {.name = "shift", .kind = FIELD_HIDDEN, .required = true},
    {.name = "text",
     .kind = FIELD_TEXTAREA,
     .label = MSG_staffing_handover,
     .help = MSG_staffing_handover_help,
     .required = true,
     .max = HANDOVER_MAX},
};

struct planning {
    struct request *r;
    int64_t week; /* its Monday, midnight in China */
    struct shift *v, *near, plan;
    struct user *users;
    size_t n, near_n, user_n;
    int64_t days, id;
    str state, text;
};

static int64_t monday(int64_t at)
{
    struct moment m = clock_china(at);
    return date_china_ms(m.date) - (m.weekday + WEEK_DAYS - 1) % WEEK_DAYS * (int64_t)DAY_MS;
}

static err load(struct tx *t, void *ctx)
{
    struct planning *x = ctx;
    arena *mem = x->r->mem;
    int64_t now = x->r->now;
    TRY(shift_list(t, mem, x->week, x->week + WEEK_MS, &x->v, &x->n));
    TRY(shift_list(t, mem, now - 2 * (int64_t)DAY_MS, now + 1, &x->near, &x->near_n));
    return user_staff_list(t, mem, &x->users, &x->user_n);
}

static err open_week(struct request *r, struct planning *x)
{
    int64_t at = r->now;
    *x = (struct planning){.r = r};
    TRY(date_ms_or(request_query(r, "week"), r->now, &at));
    x->week = monday(at);
    return request_read(r, load, x);
}

static str date_of(struct request *r, int64_t at)
{
    return str_sub(clock_china_text(r->mem, at), 0, 10);
}

static str week_href(struct request *r, int64_t week)
{
    return str_fmt(r->mem, "/desk/staffing/shifts?week=%.*s", FMT(date_of(r, week)));
}

/* ---- showing ---- */

static struct shift_line line_of(struct request *r, const struct shift *s)
{
    static const struct {
        str state;
        enum msg label;
        enum tone tone;
    } states[] = {{S_INIT("planned"), MSG_staffing_state_planned, TONE_INFO},
                  {S_INIT("present"), MSG_staffing_state_present, TONE_OK},
                  {S_INIT("absent"), MSG_staffing_state_absent, TONE_BAD}};
    bool may = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE), begun = s->from_at <= r->now;
    struct shift_line l = {.s = s,
                           .may_mark = may && begun,
                           .may_drop = may && !begun,
                           .base = str_fmt(r->mem, "/desk/staffing/shifts/%lld", (long long)s->id)};
    for (size_t i = 0; i < LEN(states); i++)
        if (str_eq(s->state, states[i].state)) {
            l.state = msg(r->lang, states[i].label);
            l.tone = states[i].tone;
        }
    return l;
}

/* The shift of this person that can be handed over now. */
static const struct shift *own_shift(const struct planning *x)
{
    const struct shift *own = NULL;
    for (size_t i = 0; i < x->near_n; i++) {
        const struct shift *s = &x->near[i];
        if (s->user_id == x->r->session.user_id && s->until_at + DAY_MS > x->r->now)
            own = s;
    }
    return own;
}

static struct facts_view handed_of(struct planning *x)
{
    struct request *r = x->r;
    struct fact *f = NEW_N(r->mem, struct fact, HANDED_SHOWN);
    size_t n = 0;
    for (size_t i = x->near_n; i-- > 0 && n < HANDED_SHOWN;) {
        const struct shift *s = &x->near[i];
        if (s->handed_at)
            f[n++] = (struct fact){.label = str_fmt(r->mem, "%.*s · %.*s", FMT(s->user_name),
                                                    FMT(clock_china_text(r->mem, s->handed_at))),
                                   .text = s->handover};
    }
    return (struct facts_view){f, n};
}

static size_t staff_options(struct planning *x, struct form_option **ret_v)
{
    struct form_option *v = NEW_N(x->r->mem, struct form_option, x->user_n + 1);
    size_t n = 0;
    for (size_t i = 0; i < x->user_n; i++)
        if (x->users[i].roles & ROLE_STAFF)
            v[n++] =
                (struct form_option){.value = str_fmt(x->r->mem, "%lld", (long long)x->users[i].id),
                                     .text = x->users[i].name};
    *ret_v = v;
    return n;
}

static void plan_fill(struct planning *x, struct form *f)
{
    form_init(x->r, PLAN, LEN(PLAN), f);
    form_set(f, "day", date_of(x->r, x->week > x->r->now ? x->week : x->r->now));
    form_set(f, "from", S("09:00"));
    form_set(f, "until", S("18:00"));
    form_set(f, "days", S("1"));
}

/* NULL: the form as it is now. */
static err show(struct planning *x, struct form *plan, struct form *hand, int status)
{
    struct request *r = x->r;
    struct form own_plan, own_hand;
    struct form_option *staff;
    struct shift_line *lines = NEW_N(r->mem, struct shift_line, x->n + 1);
    const struct shift *own = own_shift(x);
    bool may = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE);
    for (size_t i = 0; i < x->n; i++)
        lines[i] = line_of(r, &x->v[i]);
    if (!plan)
        plan_fill(x, plan = &own_plan);
    if (!hand) {
        form_init(r, HAND, LEN(HAND), hand = &own_hand);
        form_set(hand, "text", own ? own->handover : S(""));
    }
    size_t staff_n = staff_options(x, &staff);
    form_options(plan, "user", staff, staff_n);
    form_set(hand, "shift", str_fmt(r->mem, "%lld", own ? (long long)own->id : 0));
    plan->submit = MSG_staffing_shift_add;
    hand->submit = MSG_staffing_hand_over;
    plan->action = S("/desk/staffing/shifts");
    hand->action = S("/desk/staffing/handover");
    str days[] = {date_of(r, x->week), date_of(r, x->week + WEEK_MS - DAY_MS)};
    struct shifts_view v = {.week = str_fmt(r->mem, "%.*s – %.*s", FMT(days[0]), FMT(days[1])),
                            .previous = week_href(r, x->week - WEEK_MS),
                            .next = week_href(r, x->week + WEEK_MS),
                            .csrf = r->session.csrf,
                            .v = lines,
                            .n = x->n,
                            .form = may ? plan : NULL,
                            .hand = own ? hand : NULL,
                            .handed = handed_of(x),
                            .empty = {.icon = S("users"),
                                      .title = msg(r->lang, MSG_staffing_no_shift),
                                      .text = msg(r->lang, MSG_staffing_no_shift_text)}};
    struct page page = {.place = PLACE_DESK};
    page.back = (struct page_link){S("/desk/staffing"), msg(r->lang, MSG_staffing_page), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_shifts, &v);
}

err page_shifts(struct request *r)
{
    struct planning x;
    TRY(open_week(r, &x));
    return show(&x, NULL, NULL, 200);
}

/* ---- planning ---- */

/* The same hours on so many days, all or none. */
static err plan(struct tx *t, void *ctx)
{
    struct planning *x = ctx;
    for (int64_t i = 0; i < x->days; i++) {
        struct shift s = x->plan;
        s.from_at += i * DAY_MS;
        s.until_at += i * DAY_MS;
        TRY(shift_plan(t, &s));
    }
    return OK;
}

static err time_at(struct request *r, struct form *f, const char *field, int64_t *ret_at)
{
    str text = str_fmt(r->mem, "%.*s %.*s", FMT(form_get(f, "day")), FMT(form_get(f, field)));
    return clock_china_read(text, ret_at) == OK ? OK : form_refuse(f, field, "shift_time");
}

static err plan_take(struct planning *x, struct form *f)
{
    struct request *r = x->r;
    struct shift s = {.by = r->session.user_id};
    if (str_int(form_get(f, "user"), &s.user_id) != OK)
        return form_refuse(f, "user", "bad_choice");
    TRY(time_at(r, f, "from", &s.from_at));
    TRY(time_at(r, f, "until", &s.until_at));
    if (s.until_at <= s.from_at)
        s.until_at += DAY_MS; /* over midnight */
    x->plan = s;
    x->days = form_int(f, "days");
    err e = request_tx(r, plan, x);
    return e == ERR_NOT_FOUND ? form_refuse(f, "user", "bad_choice") : e;
}

err do_shifts(struct request *r)
{
    struct planning x;
    struct form f;
    TRY(open_week(r, &x));
    err e = form_read(r, PLAN, LEN(PLAN), &f);
    if (e == OK)
        e = plan_take(&x, &f);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(&x, &f, NULL, 422);
    TRY(e);
    reply_flash(r, MSG_staffing_shift_added);
    return reply_redirect(r, week_href(r, monday(x.plan.from_at)));
}

static err mark(struct tx *t, void *ctx)
{
    struct planning *x = ctx;
    return shift_mark(t, x->r->mem, x->id, x->state, x->r->session.user_id);
}

err do_shift_mark(struct request *r)
{
    struct planning x = {.r = r, .state = request_field(r, "state")};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_tx(r, mark, &x));
    reply_flash(r, MSG_staffing_marked);
    return reply_redirect(r, S("/desk/staffing/shifts"));
}

static err hand_over(struct tx *t, void *ctx)
{
    struct planning *x = ctx;
    return shift_hand_over(t, x->r->mem, x->id, x->text, x->r->session.user_id);
}

err do_shift_handover(struct request *r)
{
    struct planning x;
    struct form f;
    TRY(open_week(r, &x));
    err e = form_read(r, HAND, LEN(HAND), &f);
    x.text = form_get(&f, "text");
    if (e == OK && str_int(form_get(&f, "shift"), &x.id) != OK)
        e = form_refuse(&f, "", "bad_choice");
    if (e == OK)
        e = request_tx(r, hand_over, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(&x, NULL, &f, 422);
    TRY(e);
    reply_flash(r, MSG_staffing_handed_over);
    return reply_redirect(r, S("/desk/staffing/shifts"));
}
