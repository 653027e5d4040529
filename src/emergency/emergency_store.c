/* SQL of emergencies. */
#include "emergency/emergency_store.h"

#include "emergency/scope.h"

enum { MAX_LIST = 100, MAX_SHIFTS = 200, MAX_EVENTS = 500, MAX_HOLDS = 20 };

/* ---- plans, drills, the roster ---- */

err store_plan_newest(struct tx *t, int64_t id, int *ret_version)
{
    return db_one(t, NULL, "SELECT COALESCE(MAX(version), 0) FROM emergency_plan WHERE id = $1",
                  DB_IN(id), DB_OUT(ret_version));
}

err store_plan_insert(struct tx *t, const struct emergency_plan *p)
{
    return db_exec(t,
                   "INSERT INTO emergency_plan (id, version, name, level, effects, hours, guide,"
                   " written_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   DB_IN(p->id, p->version, p->name, p->level, p->effects, p->hours, p->guide,
                         p->written_by, tx_now(t)));
}

#define PLAN                                                                                       \
    "SELECT p.id, p.version, p.name, p.level, p.effects, p.hours, p.guide, p.written_by, p.at,"    \
    " COALESCE(u.name, '') FROM emergency_plan p LEFT JOIN users u ON u.id = p.written_by "
#define PLAN_OUT(x)                                                                                \
    DB_OUT(&(x).id, &(x).version, &(x).name, &(x).level, &(x).effects, &(x).hours, &(x).guide,     \
           &(x).written_by, &(x).at, &(x).by_name)

err emergency_plan_load(struct tx *t, arena *mem, int64_t id, int version,
                        struct emergency_plan *ret_p)
{
    struct emergency_plan p = {0};
    TRY(db_one(t, mem,
               PLAN "WHERE p.id = $1 AND ($2 = 0 OR p.version = $2) ORDER BY p.version DESC"
                    " LIMIT 1",
               DB_IN(id, version), PLAN_OUT(p)));
    *ret_p = p;
    return OK;
}

err emergency_plans(struct tx *t, arena *mem, struct emergency_plan **ret_v, size_t *ret_n)
{
    struct emergency_plan *v = NEW_N(mem, struct emergency_plan, MAX_LIST), p = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            PLAN "WHERE p.version = (SELECT MAX(o.version) FROM emergency_plan o WHERE o.id = p.id)"
                 " ORDER BY p.id LIMIT 100",
            DB_IN(), PLAN_OUT(p), { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err emergency_plan_versions(struct tx *t, arena *mem, int64_t id, struct emergency_plan **ret_v,
                            size_t *ret_n)
{
    struct emergency_plan *v = NEW_N(mem, struct emergency_plan, MAX_LIST), p = {0};
    size_t n = 0;
    DB_EACH(t, mem, PLAN "WHERE p.id = $1 ORDER BY p.version DESC LIMIT 100", DB_IN(id),
            PLAN_OUT(p), { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_drill_insert(struct tx *t, const struct emergency_drill *d)
{
    return db_exec(t,
                   "INSERT INTO emergency_drill (id, plan_id, plan_version, held_at, people,"
                   " result, by_user, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   DB_IN(d->id, d->plan_id, d->plan_version, d->held_at, d->people, d->result,
                         d->by_user, tx_now(t)));
}

err emergency_drills(struct tx *t, arena *mem, struct emergency_drill **ret_v, size_t *ret_n)
{
    struct emergency_drill *v = NEW_N(mem, struct emergency_drill, MAX_LIST), d = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT d.id, d.plan_id, d.plan_version, d.held_at, d.people, d.result, d.by_user,"
            " d.at, p.name, COALESCE(u.name, '') FROM emergency_drill d JOIN emergency_plan p"
            " ON p.id = d.plan_id AND p.version = d.plan_version"
            " LEFT JOIN users u ON u.id = d.by_user ORDER BY d.held_at DESC, d.id DESC LIMIT 100",
            DB_IN(),
            DB_OUT(&d.id, &d.plan_id, &d.plan_version, &d.held_at, &d.people, &d.result, &d.by_user,
                   &d.at, &d.plan_name, &d.by_name),
            { v[n++] = d; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_is_staff(struct tx *t, int64_t user_id, bool *ret_is)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM user_role WHERE user_id = $1 AND role IN ('reviewer',"
               " 'editor_in_chief', 'compliance', 'privacy_officer', 'security_admin', 'sysadmin')",
               DB_IN(user_id), DB_OUT(&n)));
    *ret_is = n > 0;
    return OK;
}

err store_shift_insert(struct tx *t, const struct emergency_shift *s)
{
    return db_exec(
        t,
        "INSERT INTO emergency_shift (id, user_id, from_at, until_at, note, added_by,"
        " added_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        DB_IN(s->id, s->user_id, s->from_at, s->until_at, s->note, s->added_by, tx_now(t)));
}

err store_shift_drop(struct tx *t, int64_t id)
{
    int64_t n = 0;
    TRY(db_exec_n(t, "UPDATE emergency_shift SET dropped_at = $2 WHERE id = $1 AND dropped_at = 0",
                  DB_IN(id, tx_now(t)), &n));
    return n ? OK : fault(ERR_NOT_FOUND, "not_found", "shift %lld", (long long)id);
}

err emergency_shifts(struct tx *t, arena *mem, struct emergency_shift **ret_v, size_t *ret_n)
{
    struct emergency_shift *v = NEW_N(mem, struct emergency_shift, MAX_SHIFTS), s = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT s.id, s.user_id, s.from_at, s.until_at, s.added_by, s.note,"
            " COALESCE(u.name, '') FROM emergency_shift s LEFT JOIN users u ON u.id = s.user_id"
            " WHERE s.until_at > $1 AND s.dropped_at = 0 ORDER BY s.from_at, s.id LIMIT 200",
            DB_IN(tx_now(t)),
            DB_OUT(&s.id, &s.user_id, &s.from_at, &s.until_at, &s.added_by, &s.note, &s.user_name),
            { v[n++] = s; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- emergencies ---- */

err store_emergency_insert(struct tx *t, const struct emergency *e)
{
    return db_exec(t,
                   "INSERT INTO emergency (id, plan_id, plan_version, title, facts, level, freezes,"
                   " holds, quiets, hours, words, categories, province, class, handles, state,"
                   " found_at, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
                   " $9, $10, $11, $12, $13, $14, $15, 'proposed', $16, $17, $18)",
                   DB_IN(e->id, e->plan_id, e->plan_version, e->title, e->facts, e->level,
                         e->freeze, e->hold, e->quiet, e->hours, e->words, e->categories,
                         e->province, e->class, e->handles, e->found_at, e->proposed_by,
                         tx_now(t)));
}

err store_emergency_declared(struct tx *t, const struct emergency *e, int64_t *ret_n)
{
    return db_exec_n(t,
                     "UPDATE emergency SET state = 'standing', declared_by = $2, declared_at = $3,"
                     " until_at = $4 WHERE id = $1 AND state = 'proposed' AND proposed_by <> $2",
                     DB_IN(e->id, e->declared_by, tx_now(t), e->until_at), ret_n);
}

err store_emergency_renewed(struct tx *t, const struct emergency *e, int64_t *ret_n)
{
    return db_exec_n(t,
                     "UPDATE emergency SET renew_by = $2, until_at = $3 WHERE id = $1"
                     " AND state = 'standing' AND until_at > $4",
                     DB_IN(e->id, e->renew_by, e->until_at, tx_now(t)), ret_n);
}

err store_emergency_ended(struct tx *t, const struct emergency *e, str from, int64_t *ret_n)
{
    return db_exec_n(t,
                     "UPDATE emergency SET state = $2, ended_at = $3, ended_by = $4, renew_by = 0"
                     " WHERE id = $1 AND state = $5",
                     DB_IN(e->id, e->state, tx_now(t), e->ended_by, from), ret_n);
}

#define SELECT                                                                                     \
    "SELECT e.id, e.plan_id, e.found_at, e.proposed_by, e.proposed_at, e.declared_by,"             \
    " e.declared_at, e.until_at, e.renew_by, e.ended_at, e.ended_by, COALESCE(w.at, 0),"           \
    " e.plan_version, e.hours, e.freezes, e.holds, e.quiets, e.title, e.facts, e.level, e.state,"  \
    " e.words, e.categories, e.province, e.class, e.handles, p.name, COALESCE(a.name, ''),"        \
    " COALESCE(b.name, '') FROM emergency e JOIN emergency_plan p ON p.id = e.plan_id"             \
    " AND p.version = e.plan_version LEFT JOIN users a ON a.id = e.proposed_by"                    \
    " LEFT JOIN users b ON b.id = e.declared_by"                                                   \
    " LEFT JOIN emergency_review w ON w.emergency_id = e.id "
#define OUT(x)                                                                                     \
    DB_OUT(&(x).id, &(x).plan_id, &(x).found_at, &(x).proposed_by, &(x).proposed_at,               \
           &(x).declared_by, &(x).declared_at, &(x).until_at, &(x).renew_by, &(x).ended_at,        \
           &(x).ended_by, &(x).reviewed_at, &(x).plan_version, &(x).hours, &(x).freeze, &(x).hold, \
           &(x).quiet, &(x).title, &(x).facts, &(x).level, &(x).state, &(x).words,                 \
           &(x).categories, &(x).province, &(x).class, &(x).handles, &(x).plan_name,               \
           &(x).proposed_name, &(x).declared_name)

err emergency_load(struct tx *t, arena *mem, int64_t id, struct emergency *ret_e)
{
    struct emergency e = {0};
    TRY(db_one(t, mem, SELECT "WHERE e.id = $1", DB_IN(id), OUT(e)));
    *ret_e = e;
    return OK;
}

err emergency_list(struct tx *t, arena *mem, int64_t before, int limit, struct emergency **ret_v,
                   size_t *ret_n)
{
    ASSERT(limit > 0 && limit <= MAX_LIST);
    struct emergency *v = NEW_N(mem, struct emergency, (size_t)limit), e = {0};
    size_t n = 0;
    DB_EACH(t, mem, SELECT "WHERE e.id < $1 ORDER BY e.id DESC LIMIT $2",
            DB_IN(before ? before : INT64_MAX, limit), OUT(e), { v[n++] = e; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_over(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n)
{
    int64_t *v = NEW_N(mem, int64_t, MAX_LIST), id = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id FROM emergency WHERE state = 'standing' AND until_at <= $1"
            " ORDER BY until_at LIMIT 100",
            DB_IN(tx_now(t)), DB_OUT(&id), { v[n++] = id; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err emergency_over(struct tx *t, bool *ret_wanted)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM emergency WHERE state = 'standing' AND until_at <= $1",
               DB_IN(tx_now(t)), DB_OUT(&n)));
    *ret_wanted = n > 0;
    return OK;
}

err store_holds(struct tx *t, arena *mem, const struct emergency_thing *thing, str **ret_v,
                size_t *ret_n)
{
    str *v = NEW_N(mem, str, MAX_HOLDS), words = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT e.words FROM emergency e JOIN account a ON a.id = $1 WHERE e.holds = 1 "
            "AND " EMERGENCY_REACHES("$2", "a", "$3") " ORDER BY e.id LIMIT 20",
            DB_IN(thing->account_id, tx_now(t), thing->category), DB_OUT(&words),
            { v[n++] = words; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- the timeline and the review ---- */

err store_emergency_event(struct tx *t, int64_t emergency_id, const struct emergency_event *e)
{
    return db_exec(t,
                   "INSERT INTO emergency_event (emergency_id, id, kind, by_user, text, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(emergency_id, e->id, e->kind, e->by_user, e->text, tx_now(t)));
}

err emergency_events(struct tx *t, arena *mem, int64_t id, struct emergency_event **ret_v,
                     size_t *ret_n)
{
    struct emergency_event *v = NEW_N(mem, struct emergency_event, MAX_EVENTS), e = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT e.id, e.by_user, e.at, e.kind, e.text, COALESCE(u.name, '')"
            " FROM emergency_event e LEFT JOIN users u ON u.id = e.by_user"
            " WHERE e.emergency_id = $1 ORDER BY e.id LIMIT 500",
            DB_IN(id), DB_OUT(&e.id, &e.by_user, &e.at, &e.kind, &e.text, &e.by_name),
            { v[n++] = e; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_review_insert(struct tx *t, const struct emergency_review *r)
{
    return db_exec(t,
                   "INSERT INTO emergency_review (emergency_id, impact, data, cause, measures,"
                   " trend, lessons, by_user, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   DB_IN(r->emergency_id, r->impact, r->data, r->cause, r->measures, r->trend,
                         r->lessons, r->by_user, tx_now(t)));
}

err emergency_review_load(struct tx *t, arena *mem, int64_t id, struct emergency_review *ret_r)
{
    struct emergency_review r = {.emergency_id = id};
    TRY(db_one(t, mem,
               "SELECT r.impact, r.data, r.cause, r.measures, r.trend, r.lessons, r.by_user, r.at,"
               " COALESCE(u.name, '') FROM emergency_review r LEFT JOIN users u"
               " ON u.id = r.by_user WHERE r.emergency_id = $1",
               DB_IN(id),
               DB_OUT(&r.impact, &r.data, &r.cause, &r.measures, &r.trend, &r.lessons, &r.by_user,
                      &r.at, &r.by_name)));
    *ret_r = r;
    return OK;
}
