/* Staffing at a glance: alarms, figures, people, months; the same people as CSV. */
#include "base/clock.h"
#include "finding/finding.h"
#include "staffing/staffing_view.h"
#include "staffing_desk.html.h"
#include "user/user_view.h"
#include "web/csv.h"

enum { COLUMNS = 8, MONTH_COLUMNS = 6, CSV_MAX = 1024 * 1024 };
#define WEEK_MS (7 * (int64_t)DAY_MS)

struct looking {
    struct request *r;
    struct provider_settings ps;
    struct capacity c;
    struct user *users;
    struct staff_profile *profiles;
    struct standing *standings, own;
    struct shift *shifts;
    struct officer_week *weeks;
    struct capacity_month *months;
    size_t n, shift_n, week_n, month_n;
};

/* user_staff_list has regulators too. */
static void staff_only(struct looking *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++)
        if (x->users[i].roles & ROLE_STAFF)
            x->users[n++] = x->users[i];
    x->n = n;
}

static err load(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    arena *mem = x->r->mem;
    TRY(capacity_ask(t, &x->ps, &x->c));
    TRY(user_staff_list(t, mem, &x->users, &x->n));
    staff_only(x);
    x->profiles = NEW_N(mem, struct staff_profile, x->n + 1);
    x->standings = NEW_N(mem, struct standing, x->n + 1);
    for (size_t i = 0; i < x->n; i++) {
        const struct user *u = &x->users[i];
        TRY(staff_profile_load(t, mem, u->id, &x->profiles[i]));
        TRY(training_standing(t, u->id, u->roles, &x->standings[i]));
        if (u->id == x->r->session.user_id)
            x->own = x->standings[i];
    }
    TRY(shift_list(t, mem, x->r->now - WEEK_MS, x->r->now + WEEK_MS, &x->shifts, &x->shift_n));
    TRY(officer_weeks(t, mem, &x->weeks, &x->week_n));
    TRY(capacity_months(t, mem, &x->months, &x->month_n));
    return OK;
}

static err open_all(struct request *r, struct looking *x)
{
    *x = (struct looking){.r = r};
    provider_live_get(r->site->provider, r->mem, &x->ps);
    return request_read(r, load, x);
}

/* ---- words ---- */

static str count(struct request *r, int64_t n)
{
    return str_fmt(r->mem, "%lld", (long long)n);
}

static str tenths(struct request *r, int64_t x)
{
    return x < 0 ? S("—") : str_fmt(r->mem, "%lld.%lld", (long long)(x / 10), (long long)(x % 10));
}

static str day(struct request *r, int64_t at)
{
    return at ? str_sub(clock_china_text(r->mem, at), 0, 10) : S("");
}

static str families(struct request *r, str keys)
{
    str out = S("");
    for (str rest = keys; rest.n;) {
        str one = family_label(r->lang, str_split(rest, ',', &rest));
        out = out.n ? str_fmt(r->mem, "%.*s, %.*s", FMT(out), FMT(one)) : one;
    }
    return out;
}

static struct table_cell standing_cell(struct request *r, const struct standing *s)
{
    if (s->missing | s->lapsed)
        return (struct table_cell){
            .text = msg(r->lang, s->lapsed ? MSG_staffing_lapsed : MSG_staffing_missing),
            .status = true,
            .tone = TONE_BAD};
    if (!s->until)
        return (struct table_cell){.text = S("—")};
    bool soon = s->until < r->now + 30 * (int64_t)DAY_MS;
    str until = day(r, s->until - 1);
    return (struct table_cell){.text = msg_format(r->mem, r->lang, MSG_staffing_until, &until, 1),
                               .status = true,
                               .tone = soon ? TONE_WARN : TONE_OK};
}

static str shift_word(const struct looking *x, int64_t user_id)
{
    struct request *r = x->r;
    for (size_t i = 0; i < x->shift_n; i++) {
        const struct shift *s = &x->shifts[i];
        str until = clock_china_text(r->mem, s->until_at);
        str from = clock_china_text(r->mem, s->from_at);
        if (s->user_id != user_id || s->until_at <= r->now || str_eq(s->state, S("absent")))
            continue;
        return s->from_at <= r->now ? msg_format(r->mem, r->lang, MSG_staffing_on_until, &until, 1)
                                    : msg_format(r->mem, r->lang, MSG_staffing_next_at, &from, 1);
    }
    return S("—");
}

static int64_t decided(const struct looking *x, int64_t user_id)
{
    for (size_t i = 0; i < x->week_n; i++)
        if (x->weeks[i].user_id == user_id)
            return x->weeks[i].decisions;
    return 0;
}

static int64_t worked(const struct looking *x, int64_t user_id)
{
    return shift_ms(x->shifts, x->shift_n, user_id, true, x->r->now - WEEK_MS, x->r->now);
}

/* ---- tables ---- */

static const enum msg LABELS[COLUMNS] = {
    MSG_staffing_person,   MSG_staffing_roles, MSG_staffing_families, MSG_staffing_languages,
    MSG_staffing_standing, MSG_staffing_shift, MSG_staffing_decided,  MSG_staffing_hours};

static struct table_view people_of(struct looking *x)
{
    struct request *r = x->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n + 1);
    bool may = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i] = (struct table_col){.label = msg(r->lang, LABELS[i]), .number = i >= 6};
    for (size_t i = 0; i < x->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        const struct user *u = &x->users[i];
        c[0].text = u->name;
        c[1].text = roles_shown(r, u->roles);
        c[2].text = families(r, x->profiles[i].families);
        c[3].text = x->profiles[i].languages;
        c[4] = standing_cell(r, &x->standings[i]);
        c[5].text = shift_word(x, u->id);
        c[6].text = count(r, decided(x, u->id));
        c[7].text = tenths(r, worked(x, u->id) * 10 / HOUR_MS);
        rows[i].cells = c;
        rows[i].href = may ? str_fmt(r->mem, "/desk/staffing/%lld", (long long)u->id) : S("");
    }
    return (struct table_view){.caption = msg(r->lang, MSG_staffing_people),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = x->n,
                               .empty = {.icon = S("users"),
                                         .title = msg(r->lang, MSG_staffing_nobody),
                                         .text = msg(r->lang, MSG_staffing_nobody_text)}};
}

static struct table_view months_of(struct looking *x)
{
    static const enum msg MONTH_LABELS[MONTH_COLUMNS] = {
        MSG_staffing_month, MSG_staffing_reviewers,     MSG_staffing_published,
        MSG_staffing_ratio, MSG_staffing_decided_month, MSG_staffing_hours_month};
    struct request *r = x->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, MONTH_COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->month_n + 1);
    for (size_t i = 0; i < MONTH_COLUMNS; i++)
        cols[i] = (struct table_col){.label = msg(r->lang, MONTH_LABELS[i]), .number = i > 0};
    for (size_t i = 0; i < x->month_n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, MONTH_COLUMNS);
        const struct capacity_month *m = &x->months[i];
        c[0].text = str_fmt(r->mem, "%d-%02d", m->year, m->month);
        c[1].text = count(r, m->reviewers);
        c[2].text = count(r, m->published);
        c[3].text = tenths(r, m->published ? m->reviewers * 10000 / m->published : -1);
        c[4].text = count(r, m->decisions);
        c[5].text = tenths(r, m->shift_minutes / 6);
        rows[i].cells = c;
    }
    return (struct table_view){
        .caption = msg(r->lang, MSG_staffing_months),
        .cols = cols,
        .col_n = MONTH_COLUMNS,
        .rows = rows,
        .row_n = x->month_n,
        .empty = {.icon = S("chart-bar"), .title = msg(r->lang, MSG_staffing_no_month)}};
}

/* ---- the page ---- */

static void tile(struct staffing_view *v, struct request *r, enum msg label, str text)
{
    v->tiles[v->tile_n++] = (struct fact){.label = msg(r->lang, label), .text = text};
}

static void tiles_of(struct looking *x, struct staffing_view *v)
{
    struct request *r = x->r;
    const struct capacity *c = &x->c;
    tile(v, r, MSG_staffing_open, count(r, c->open));
    tile(v, r, MSG_staffing_overdue, count(r, c->overdue));
    tile(v, r, MSG_staffing_oldest, count(r, c->value[ALARM_age]));
    tile(v, r, MSG_staffing_per_hour, tenths(r, c->per_hour_x10));
    tile(v, r, MSG_staffing_planned, tenths(r, c->planned_day_ms * 10 / HOUR_MS));
    tile(v, r, MSG_staffing_capacity, c->capacity_day < 0 ? S("—") : count(r, c->capacity_day));
    tile(v, r, MSG_staffing_reviewers, count(r, c->reviewers));
    tile(v, r, MSG_staffing_published, count(r, c->published));
    tile(v, r, MSG_staffing_ratio, tenths(r, c->ratio_x10));
    tile(v, r, MSG_staffing_accounts,
         tenths(r, c->reviewers ? c->accounts * 10 / c->reviewers : -1));
}

static void alarms_of(struct looking *x, struct staffing_view *v)
{
    static const enum msg WORDS[ALARM_COUNT] = {[ALARM_queue] = MSG_notice_capacity_queue,
                                                [ALARM_age] = MSG_notice_capacity_age,
                                                [ALARM_ratio] = MSG_notice_capacity_ratio};
    struct request *r = x->r;
    for (int i = 0; i < ALARM_COUNT; i++) {
        bool ratio = i == ALARM_ratio;
        str args[] = {ratio ? tenths(r, x->c.value[i]) : count(r, x->c.value[i]),
                      ratio ? tenths(r, x->c.limit[i]) : count(r, x->c.limit[i])};
        v->alarms[i] =
            x->c.rings[i] ? msg_format(r->mem, r->lang, WORDS[i], args, LEN(args)) : S("");
    }
}

/* One's own courses, each with how it stands. */
static struct facts_view own_of(struct looking *x)
{
    struct request *r = x->r;
    struct fact *f = NEW_N(r->mem, struct fact, COURSE_COUNT);
    size_t n = 0;
    for (size_t i = 0; i < COURSE_COUNT; i++) {
        bool own = (COURSES[i].roles & r->session.roles) != 0;
        if (!own)
            continue;
        enum msg m = x->own.missing & 1U << i  ? MSG_staffing_missing
                     : x->own.lapsed & 1U << i ? MSG_staffing_lapsed
                                               : MSG_staffing_holds;
        f[n++] = (struct fact){.label = msg_lookup(r->lang, "staffing.course_",
                                                   str_z(r->mem, COURSES[i].key), MSG_word_none),
                               .text = msg(r->lang, m)};
    }
    return (struct facts_view){f, n};
}

static struct facts_view means_of(struct looking *x)
{
    struct request *r = x->r;
    struct fact *f = NEW_N(r->mem, struct fact, 4);
    f[0] = (struct fact){.label = msg(r->lang, MSG_staffing_mean_words),
                         .text = msg(r->lang, MSG_staffing_mean_words_text)};
    f[1] = (struct fact){.label = msg(r->lang, MSG_staffing_mean_media),
                         .text = msg(r->lang, MSG_staffing_mean_media_text)};
    f[2] = (struct fact){.label = msg(r->lang, MSG_staffing_mean_patrol),
                         .text = count(r, x->ps.patrol_per_class)};
    f[3] = (struct fact){.label = msg(r->lang, MSG_staffing_mean_model),
                         .text = msg(r->lang, MSG_staffing_mean_none)};
    return (struct facts_view){f, 4};
}

str staffing_warning(struct request *r, const struct provider_settings *ps,
                     const struct standing *s)
{
    if (!(s->missing | s->lapsed))
        return S("");
    return msg(r->lang,
               str_eq(ps->training_rule, S("stop")) ? MSG_staffing_stopped : MSG_staffing_warned);
}

err page_staffing(struct request *r)
{
    struct looking x;
    TRY(open_all(r, &x));
    struct staffing_view v = {.own = staffing_warning(r, &x.ps, &x.own),
                              .own_facts = own_of(&x),
                              .people = people_of(&x),
                              .months = months_of(&x),
                              .means = means_of(&x)};
    tiles_of(&x, &v);
    alarms_of(&x, &v);
    struct page page = {.place = PLACE_DESK, .wide = true};
    return REPLY_PAGE(r, &page, view_staffing, &v);
}

err page_staffing_csv(struct request *r)
{
    struct looking x;
    struct buf b;
    str body, head[COLUMNS];
    TRY(open_all(r, &x));
    buf_init(&b, r->mem, CSV_MAX);
    csv_start(&b);
    for (size_t i = 0; i < COLUMNS; i++)
        head[i] = msg(r->lang, LABELS[i]);
    csv_line(&b, head, COLUMNS);
    struct table_view people = people_of(&x);
    for (size_t i = 0; i < people.row_n; i++) {
        str cells[COLUMNS];
        for (size_t k = 0; k < COLUMNS; k++)
            cells[k] = people.rows[i].cells[k].text;
        csv_line(&b, cells, COLUMNS);
    }
    TRY(buf_take(&b, &body));
    reply_header(r, "Content-Disposition", S("attachment; filename=\"staffing.csv\""));
    return reply_text(r, 200, S("text/csv; charset=utf-8"), body);
}
