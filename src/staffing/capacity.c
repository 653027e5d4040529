/* Is the staff enough for the work there is? Figures, alarms, reminders. */
#include "base/clock.h"
#include "notice/notice.h"
#include "record/record.h"
#include "staffing/staffing_store.h"

#define WEEK_MS (7 * (int64_t)DAY_MS)
enum { TENTHS = 10, PER_ARTICLES = 1000 };

static const str ALARMS[ALARM_COUNT] = {
#define X(name) [ALARM_##name] = S_INIT(#name),
    CAPACITY_ALARM_TABLE(X)
#undef X
};

str capacity_alarm_name(enum capacity_alarm a)
{
    return ALARMS[a];
}

/* Queue and age ring above their limit, the ratio below. */
static void alarms_of(struct capacity *c, const struct provider_settings *ps, int64_t now)
{
    c->value[ALARM_queue] = c->open;
    c->value[ALARM_age] = c->oldest_at ? (now - c->oldest_at) / HOUR_MS : 0;
    c->value[ALARM_ratio] = c->ratio_x10;
    c->limit[ALARM_queue] = ps->capacity_queue;
    c->limit[ALARM_age] = ps->capacity_age_hours;
    c->limit[ALARM_ratio] = ps->capacity_reviewers * TENTHS;
    for (int i = 0; i < ALARM_COUNT; i++)
        c->rings[i] = c->limit[i] && c->value[i] > c->limit[i];
    c->rings[ALARM_ratio] =
        c->limit[ALARM_ratio] && c->ratio_x10 >= 0 && c->ratio_x10 < c->limit[ALARM_ratio];
}

err capacity_ask(struct tx *t, const struct provider_settings *ps, struct capacity *ret_c)
{
    AUTO_ARENA(mem);
    struct capacity c;
    struct shift *v;
    size_t n;
    int64_t now = tx_now(t);
    TRY(store_capacity(t, &c));
    TRY(shift_list(t, mem, now - WEEK_MS, now + DAY_MS, &v, &n));
    c.worked_week_ms = shift_ms(v, n, 0, true, now - WEEK_MS, now);
    c.planned_day_ms = shift_ms(v, n, 0, false, now, now + DAY_MS);
    c.per_hour_x10 = c.capacity_day = c.ratio_x10 = -1;
    if (c.worked_week_ms) {
        c.per_hour_x10 = c.decisions_week * TENTHS * HOUR_MS / c.worked_week_ms;
        c.capacity_day = c.decisions_week * c.planned_day_ms / c.worked_week_ms;
    }
    if (c.published)
        c.ratio_x10 = c.reviewers * TENTHS * PER_ARTICLES / c.published;
    alarms_of(&c, ps, now);
    *ret_c = c;
    return OK;
}

/* ---- watching ---- */

struct watching {
    struct provider_settings ps;
};

static str shown(arena *mem, enum capacity_alarm a, int64_t x)
{
    return a == ALARM_ratio
               ? str_fmt(mem, "%lld.%lld", (long long)(x / TENTHS), (long long)(x % TENTHS))
               : str_fmt(mem, "%lld", (long long)x);
}

static err ring(struct tx *t, arena *mem, const struct capacity *c, enum capacity_alarm a)
{
    static const char *const NOTICES[ALARM_COUNT] = {[ALARM_queue] = "capacity_queue",
                                                     [ALARM_age] = "capacity_age",
                                                     [ALARM_ratio] = "capacity_ratio"};
    int64_t *v;
    size_t n;
    str args[] = {shown(mem, a, c->value[a]), shown(mem, a, c->limit[a])};
    TRY(store_leaders(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(notice_send(t, v[i], NOTICES[a], S("/desk/staffing"), LEN(args), args));
    return OK;
}

static err alarm_turn(struct tx *t, arena *mem, const struct capacity *c, enum capacity_alarm a)
{
    bool rang = false;
    TRY(store_alarm(t, ALARMS[a], &rang));
    if (rang == c->rings[a])
        return OK;
    TRY(store_alarm_put(t, ALARMS[a], c->rings[a], c->value[a]));
    TRY(record_add(
        t, &(struct record_in){
               .kind = c->rings[a] ? RECORD_capacity_alarm : RECORD_capacity_eased,
               .subject = str_fmt(mem, "capacity/%.*s", FMT(ALARMS[a])),
               RECORD_FIELDS(RECORD_TEXT("alarm", ALARMS[a]), RECORD_INT("limit", c->limit[a]),
                             RECORD_INT("value", c->value[a])),
           }));
    return c->rings[a] ? ring(t, mem, c, a) : OK;
}

static err day_note(struct tx *t, arena *mem, const struct capacity *c)
{
    int64_t now = tx_now(t), day = date_china_ms(clock_china(now).date);
    struct shift *v;
    size_t n;
    struct capacity_month m = {.reviewers = c->reviewers,
                               .open = c->open,
                               .published = c->published,
                               .accounts = c->accounts};
    TRY(shift_list(t, mem, day, now, &v, &n));
    m.shift_minutes = shift_ms(v, n, 0, true, day, now) / MINUTE_MS;
    TRY(store_decided(t, day, &m.decisions));
    return store_capacity_day(t, day, &m, c->value[ALARM_age]);
}

/* The person; at the end also those who answer for the staff. */
static err remind(struct tx *t, arena *mem, const struct training_ending *e)
{
    int64_t *v;
    size_t n;
    str day = str_sub(clock_china_text(mem, e->g.expires_at - 1), 0, 10);
    TRY(store_training_told(t, e));
    TRY(notice_send(t, e->g.user_id, e->days ? "training_ends" : "training_over", S("/desk"), 2,
                    (const str[]){e->g.course, day}));
    if (e->days)
        return OK;
    TRY(store_leaders(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++)
        if (v[i] != e->g.user_id)
            TRY(notice_send(t, v[i], "training_over_staff",
                            str_fmt(mem, "/desk/staffing/%lld", (long long)e->g.user_id), 3,
                            (const str[]){e->g.user_name, e->g.course, day}));
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_staff_training_lapsed,
               .subject = str_fmt(mem, "staff/%lld", (long long)e->g.user_id),
               RECORD_FIELDS(RECORD_TEXT("course", e->g.course), RECORD_INT("training", e->g.id)),
           });
}

static err watch(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    struct watching *w = ctx;
    struct capacity c;
    struct training_ending *v;
    size_t n;
    TRY(capacity_ask(t, &w->ps, &c));
    for (int i = 0; i < ALARM_COUNT; i++)
        TRY(alarm_turn(t, mem, &c, (enum capacity_alarm)i));
    TRY(day_note(t, mem, &c));
    TRY(store_training_ending(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(remind(t, mem, &v[i]));
    return OK;
}

err staffing_job(struct db *db, struct provider_live *live)
{
    AUTO_ARENA(mem);
    struct watching w;
    provider_live_get(live, mem, &w.ps);
    return db_tx(db, watch, &w);
}
