/* SQL of staffing. */
#include "staffing/staffing_store.h"

#include "base/clock.h"
#include "casework/casework.h"

enum { MAX_TRAININGS = 200, MAX_SHIFTS = 1000, MAX_OFFICERS = 200, MAX_DAYS = 800 };
#define WEEK_MS (7 * (int64_t)DAY_MS)
#define MONTH_MS (30 * (int64_t)DAY_MS)

/* ---- people ---- */

err store_staff_is(struct tx *t, int64_t user_id, bool *ret_is)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM user_role WHERE user_id = $1 AND role IN ('reviewer',"
               " 'editor_in_chief', 'compliance', 'privacy_officer', 'security_admin',"
               " 'sysadmin')",
               DB_IN(user_id), DB_OUT(&n)));
    *ret_is = n > 0;
    return OK;
}

err store_leaders(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n)
{
    int64_t *v = NEW_N(mem, int64_t, MAX_OFFICERS), id = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT DISTINCT user_id FROM user_role WHERE role IN ('editor_in_chief',"
            " 'compliance', 'sysadmin') ORDER BY user_id LIMIT 200",
            DB_IN(), DB_OUT(&id), { v[n++] = id; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_profile_put(struct tx *t, const struct staff_profile *p)
{
    return db_exec(t,
                   "INSERT INTO staff_profile (user_id, families, languages, note, written_by,"
                   " written_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id) DO UPDATE"
                   " SET families = excluded.families, languages = excluded.languages,"
                   " note = excluded.note, written_by = excluded.written_by,"
                   " written_at = excluded.written_at",
                   DB_IN(p->user_id, p->families, p->languages, p->note, p->written_by, tx_now(t)));
}

err staff_profile_load(struct tx *t, arena *mem, int64_t user_id, struct staff_profile *ret_p)
{
    struct staff_profile p = {.families = S(""), .languages = S(""), .note = S("")};
    err e = db_one(
        t, mem,
        "SELECT user_id, families, languages, note, written_by, written_at"
        " FROM staff_profile WHERE user_id = $1",
        DB_IN(user_id),
        DB_OUT(&p.user_id, &p.families, &p.languages, &p.note, &p.written_by, &p.written_at));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    p.user_id = user_id;
    *ret_p = p;
    return OK;
}

/* ---- training ---- */

err store_training_insert(struct tx *t, const struct training *g)
{
    return db_exec(t,
                   "INSERT INTO staff_training (user_id, id, course, title, held_at, expires_at,"
                   " evidence, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   DB_IN(g->user_id, g->id, g->course, g->title, g->held_at, g->expires_at,
                         g->evidence, g->added_by, tx_now(t)));
}

err store_training_void(struct tx *t, int64_t user_id, int64_t id, int64_t by, int64_t *ret_n)
{
    return db_exec_n(t,
                     "UPDATE staff_training SET void_by = $3, void_at = $4"
                     " WHERE user_id = $1 AND id = $2 AND void_at = 0",
                     DB_IN(user_id, id, by, tx_now(t)), ret_n);
}

err training_list(struct tx *t, arena *mem, int64_t user_id, struct training **ret_v, size_t *ret_n)
{
    struct training *v = NEW_N(mem, struct training, MAX_TRAININGS), g = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT g.user_id, g.id, g.held_at, g.expires_at, g.added_by, g.void_at, g.course,"
            " g.title, g.evidence, COALESCE(u.name, '') FROM staff_training g LEFT JOIN users u"
            " ON u.id = g.user_id WHERE g.user_id = $1 ORDER BY g.id DESC LIMIT 200",
            DB_IN(user_id),
            DB_OUT(&g.user_id, &g.id, &g.held_at, &g.expires_at, &g.added_by, &g.void_at, &g.course,
                   &g.title, &g.evidence, &g.user_name),
            { v[n++] = g; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_training_ends(struct tx *t, int64_t user_id, int64_t ret_v[COURSE_COUNT])
{
    AUTO_ARENA(mem);
    str course = STR_NONE;
    int64_t until = 0, v[COURSE_COUNT] = {0};
    DB_EACH(t, mem,
            "SELECT course, MAX(expires_at) FROM staff_training WHERE user_id = $1"
            " AND void_at = 0 GROUP BY course",
            DB_IN(user_id), DB_OUT(&course, &until), {
                for (size_t i = 0; i < COURSE_COUNT; i++)
                    if (str_eq(course, COURSES[i].key))
                        v[i] = until;
            });
    memcpy(ret_v, v, sizeof v);
    return OK;
}

/* One that a later one of the same course takes over from needs no word; nor does a person who is
 * no longer staff. */
err store_training_ending(struct tx *t, arena *mem, struct training_ending **ret_v, size_t *ret_n)
{
    struct training_ending *v = NEW_N(mem, struct training_ending, MAX_TRAININGS), e = {0};
    size_t n = 0;
    int64_t now = tx_now(t);
    DB_EACH(t, mem,
            "SELECT e.user_id, e.id, e.course, e.title, e.expires_at, e.user_name, e.days FROM"
            " (SELECT g.user_id, g.id, g.course, g.title, g.expires_at, u.name AS user_name,"
            "  CASE WHEN g.expires_at <= $1 THEN 0 WHEN g.expires_at <= $2 THEN 1"
            "   WHEN g.expires_at <= $3 THEN 7 ELSE 30 END AS days FROM staff_training g"
            "  JOIN users u ON u.id = g.user_id AND u.state = 'active'"
            "  WHERE g.void_at = 0 AND g.expires_at <= $4 AND EXISTS (SELECT 1 FROM user_role r"
            "   WHERE r.user_id = g.user_id)) e"
            " WHERE NOT EXISTS (SELECT 1 FROM staff_training_notice k WHERE k.user_id = e.user_id"
            "  AND k.training_id = e.id AND k.days = e.days)"
            " AND NOT EXISTS (SELECT 1 FROM staff_training o WHERE o.user_id = e.user_id"
            "  AND o.course = e.course AND o.void_at = 0 AND o.expires_at > e.expires_at)"
            " ORDER BY e.id LIMIT 200",
            DB_IN(now, now + DAY_MS, now + WEEK_MS, now + MONTH_MS),
            DB_OUT(&e.g.user_id, &e.g.id, &e.g.course, &e.g.title, &e.g.expires_at, &e.g.user_name,
                   &e.days),
            { v[n++] = e; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_training_told(struct tx *t, const struct training_ending *e)
{
    return db_exec(t,
                   "INSERT INTO staff_training_notice (user_id, training_id, days, at)"
                   " VALUES ($1, $2, $3, $4)",
                   DB_IN(e->g.user_id, e->g.id, e->days, tx_now(t)));
}

/* ---- shifts ---- */

err store_shift_plan(struct tx *t, const struct shift *s)
{
    return db_exec(t,
                   "INSERT INTO staff_shift (id, user_id, from_at, until_at, state, planned_by,"
                   " planned_at) VALUES ($1, $2, $3, $4, 'planned', $5, $6)",
                   DB_IN(s->id, s->user_id, s->from_at, s->until_at, s->by, tx_now(t)));
}

err store_shift_meets(struct tx *t, const struct shift *s, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM staff_shift WHERE user_id = $1 AND state <> 'dropped'"
                  " AND from_at < $3 AND until_at > $2",
                  DB_IN(s->user_id, s->from_at, s->until_at), DB_OUT(ret_n));
}

#define SHIFT_SELECT                                                                               \
    "SELECT s.id, s.user_id, s.from_at, s.until_at, s.handed_at, s.marked_at, s.planned_by,"       \
    " s.state, s.handover, COALESCE(u.name, '') FROM staff_shift s"                                \
    " LEFT JOIN users u ON u.id = s.user_id "
#define SHIFT_OUT(s)                                                                               \
    DB_OUT(&(s).id, &(s).user_id, &(s).from_at, &(s).until_at, &(s).handed_at, &(s).marked_at,     \
           &(s).by, &(s).state, &(s).handover, &(s).user_name)

err store_shift_load(struct tx *t, arena *mem, int64_t id, struct shift *ret_s)
{
    struct shift s = {0};
    TRY(db_one(t, mem, SHIFT_SELECT "WHERE s.id = $1", DB_IN(id), SHIFT_OUT(s)));
    *ret_s = s;
    return OK;
}

/* No shift is longer than a day. */
err shift_list(struct tx *t, arena *mem, int64_t from, int64_t until, struct shift **ret_v,
               size_t *ret_n)
{
    struct shift *v = NEW_N(mem, struct shift, MAX_SHIFTS), s = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            SHIFT_SELECT "WHERE s.from_at >= $1 AND s.from_at < $3 AND s.until_at > $2"
                         " AND s.state <> 'dropped' ORDER BY s.from_at, s.id LIMIT 1000",
            DB_IN(from - SHIFT_HOURS_MAX * (int64_t)HOUR_MS, from, until), SHIFT_OUT(s),
            { v[n++] = s; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_shift_mark(struct tx *t, int64_t id, str state, int64_t by)
{
    return db_exec(t,
                   "UPDATE staff_shift SET state = $2, marked_by = $3, marked_at = $4"
                   " WHERE id = $1",
                   DB_IN(id, state, by, tx_now(t)));
}

err store_shift_handed(struct tx *t, int64_t id, str text, int64_t by)
{
    return db_exec(t,
                   "UPDATE staff_shift SET handover = $2, handed_at = $4, state = 'present',"
                   " marked_by = $3, marked_at = $4 WHERE id = $1",
                   DB_IN(id, text, by, tx_now(t)));
}

/* ---- capacity ---- */

err store_decided(struct tx *t, int64_t from, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM cases WHERE state = 'decided' AND decided_at >= $1",
                  DB_IN(from), DB_OUT(ret_n));
}

err store_capacity(struct tx *t, struct capacity *ret_c)
{
    int64_t now = tx_now(t);
    struct capacity c = {0};
    TRY(db_one(t, NULL,
               "SELECT COUNT(*), COUNT(*) FILTER (WHERE due_at < $1) FROM cases"
               " WHERE state = 'open'",
               DB_IN(now), DB_OUT(&c.open, &c.overdue)));
    TRY(case_oldest(t, &c.oldest_at)); /* apart, so that each is answered from an index alone */
    TRY(db_one(t, NULL,
               "SELECT (SELECT COUNT(*) FROM user_role r JOIN users u ON u.id = r.user_id"
               " AND u.state = 'active' WHERE r.role = 'reviewer'),"
               " (SELECT COUNT(*) FROM account WHERE state = 'active'),"
               " (SELECT COUNT(*) FROM article WHERE state = 'published' AND published_at > $1)",
               DB_IN(now - MONTH_MS), DB_OUT(&c.reviewers, &c.accounts, &c.published)));
    TRY(store_decided(t, now - WEEK_MS, &c.decisions_week));
    *ret_c = c;
    return OK;
}

err officer_weeks(struct tx *t, arena *mem, struct officer_week **ret_v, size_t *ret_n)
{
    struct officer_week *v = NEW_N(mem, struct officer_week, MAX_OFFICERS), w = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT d.officer, COUNT(*) FROM cases c JOIN decision d ON d.case_id = c.id"
            " WHERE c.state = 'decided' AND c.decided_at >= $1 GROUP BY d.officer"
            " ORDER BY d.officer LIMIT 200",
            DB_IN(tx_now(t) - WEEK_MS), DB_OUT(&w.user_id, &w.decisions), { v[n++] = w; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_capacity_day(struct tx *t, int64_t day, const struct capacity_month *m,
                       int64_t oldest_hours)
{
    return db_exec(t,
                   "INSERT INTO capacity_day (day, at, reviewers, open, oldest_hours, decisions,"
                   " shift_minutes, published, accounts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
                   " $9) ON CONFLICT (day) DO UPDATE SET at = excluded.at,"
                   " reviewers = excluded.reviewers, open = excluded.open,"
                   " oldest_hours = excluded.oldest_hours, decisions = excluded.decisions,"
                   " shift_minutes = excluded.shift_minutes, published = excluded.published,"
                   " accounts = excluded.accounts",
                   DB_IN(day, tx_now(t), m->reviewers, m->open, oldest_hours, m->decisions,
                         m->shift_minutes, m->published, m->accounts));
}

static void month_add(struct capacity_month *m, const struct capacity_month *day)
{
    m->days++;
    m->reviewers += day->reviewers;
    m->open += day->open;
    m->decisions += day->decisions;
    m->shift_minutes += day->shift_minutes;
    m->published += day->published;
    m->accounts += day->accounts;
}

static void month_mean(struct capacity_month *m)
{
    m->reviewers /= m->days;
    m->open /= m->days;
    m->published /= m->days;
    m->accounts /= m->days;
}

err capacity_months(struct tx *t, arena *mem, struct capacity_month **ret_v, size_t *ret_n)
{
    enum { MONTHS = 24 };
    struct capacity_month *v = NEW_N(mem, struct capacity_month, MAX_DAYS), d = {0};
    size_t n = 0;
    int64_t day = 0;
    DB_EACH(t, mem,
            "SELECT day, reviewers, open, decisions, shift_minutes, published, accounts"
            " FROM capacity_day ORDER BY day DESC LIMIT 800",
            DB_IN(),
            DB_OUT(&day, &d.reviewers, &d.open, &d.decisions, &d.shift_minutes, &d.published,
                   &d.accounts),
            {
                struct date when = clock_china(day).date;
                if (!n || v[n - 1].year != when.year || v[n - 1].month != when.month)
                    v[n++] = (struct capacity_month){.year = when.year, .month = when.month};
                month_add(&v[n - 1], &d);
            });
    n = n > MONTHS ? MONTHS : n;
    for (size_t i = 0; i < n; i++)
        month_mean(&v[i]);
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_alarm(struct tx *t, str name, bool *ret_rings)
{
    bool rings = false;
    err e = db_one(t, NULL, "SELECT rings FROM capacity_alarm WHERE name = $1", DB_IN(name),
                   DB_OUT(&rings));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_rings = e == OK && rings;
    return OK;
}

err store_alarm_put(struct tx *t, str name, bool rings, int64_t value)
{
    return db_exec(t,
                   "INSERT INTO capacity_alarm (name, rings, value, since) VALUES ($1, $2, $3, $4)"
                   " ON CONFLICT (name) DO UPDATE SET rings = excluded.rings,"
                   " value = excluded.value, since = excluded.since",
                   DB_IN(name, rings, value, tx_now(t)));
}
