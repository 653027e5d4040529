/* Rules of emergencies: who declares, how long it stands, what is left to do afterwards. */
#include "emergency/emergency.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "emergency/emergency_store.h"
#include "record/record.h"
#include "text/fold.h"
#include "text/idcode.h"
#include "web/request.h"

enum { PACKAGE_MAX = 8 * 1024 * 1024 };

const char *const EMERGENCY_LEVELS[4] = {"general", "larger", "major", "grave"};
const char *const EMERGENCY_EFFECTS[3] = {"freeze", "hold", "quiet"};

static bool among(str s, const char *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(s, str_from(v[i])))
            return true;
    return false;
}

static bool listed(str list, const char *value)
{
    for (str rest = list; rest.p;)
        if (str_eq(str_split(rest, ',', &rest), str_from(value)))
            return true;
    return false;
}

static err text_check(const char *field, str s, size_t max)
{
    if (!str_trim(s).n)
        return fault_field(ERR_INVALID, "required", field, "empty");
    return str_count(s) > max ? fault_field(ERR_INVALID, "too_long", field, "over %zu", max) : OK;
}

/* References and hashes only: what officers write stays out of the record. */
static err leave(struct tx *t, enum record_kind kind, int64_t id, int64_t by)
{
    AUTO_ARENA(mem);
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .actor = by,
                             .subject = str_fmt(mem, "emergency/%lld", (long long)id),
                         });
}

/* ---- beforehand ---- */

static err effects_check(str effects)
{
    if (!effects.n)
        return fault_field(ERR_INVALID, "required", "effects", "no effect");
    for (str rest = effects; rest.p;)
        if (!among(str_split(rest, ',', &rest), EMERGENCY_EFFECTS, LEN(EMERGENCY_EFFECTS)))
            return fault_field(ERR_INVALID, "bad_choice", "effects", "unknown effect");
    return OK;
}

err emergency_plan_write(struct tx *t, struct emergency_plan *p)
{
    AUTO_ARENA(mem);
    int newest = 0;
    TRY(text_check("name", p->name, EMERGENCY_TITLE_MAX));
    TRY(text_check("guide", p->guide, EMERGENCY_TEXT_MAX));
    if (!among(p->level, EMERGENCY_LEVELS, LEN(EMERGENCY_LEVELS)))
        return fault_field(ERR_INVALID, "bad_choice", "level", "unknown level");
    TRY(effects_check(p->effects));
    if (p->hours < 1 || p->hours > EMERGENCY_HOURS)
        return fault_field(ERR_INVALID, "emergency_hours", "hours", "%d hours", p->hours);
    if (p->id)
        TRY(store_plan_newest(t, p->id, &newest));
    if (p->id && !newest)
        return fault(ERR_NOT_FOUND, "not_found", "no plan %lld", (long long)p->id);
    p->id = p->id ? p->id : id_new();
    p->version = newest + 1;
    TRY(store_plan_insert(t, p));
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_emergency_plan_written,
               .actor = p->written_by,
               .subject = str_fmt(mem, "emergency_plan/%lld", (long long)p->id),
               RECORD_FIELDS(RECORD_INT("version", p->version), RECORD_TEXT("level", p->level),
                             RECORD_TEXT("effects", p->effects)),
           });
}

err emergency_drill_note(struct tx *t, const struct emergency_drill *d)
{
    AUTO_ARENA(mem);
    struct emergency_plan p;
    struct emergency_drill row = *d;
    TRY(text_check("people", d->people, EMERGENCY_LIST_MAX));
    TRY(text_check("result", d->result, EMERGENCY_TEXT_MAX));
    if (d->held_at > tx_now(t))
        return fault_field(ERR_INVALID, "drill_future", "held", "not held yet");
    TRY(emergency_plan_load(t, mem, d->plan_id, 0, &p));
    row.id = id_new();
    row.plan_version = p.version;
    TRY(store_drill_insert(t, &row));
    return record_add(t, &(struct record_in){
                             .kind = RECORD_emergency_drill_held,
                             .actor = d->by_user,
                             .subject = str_fmt(mem, "emergency_plan/%lld", (long long)p.id),
                             RECORD_FIELDS(RECORD_INT("version", p.version)),
                         });
}

err emergency_shift_add(struct tx *t, const struct emergency_shift *s)
{
    struct emergency_shift row = *s;
    bool staff = false;
    if (s->until_at <= s->from_at || s->until_at <= tx_now(t))
        return fault_field(ERR_INVALID, "shift_dates", "until", "dates");
    TRY(store_is_staff(t, s->user_id, &staff));
    if (!staff)
        return fault_field(ERR_INVALID, "shift_staff", "user", "not of the staff");
    row.id = id_new();
    TRY(store_shift_insert(t, &row));
    return leave(t, RECORD_emergency_shift_set, row.id, s->added_by);
}

err emergency_shift_drop(struct tx *t, int64_t id, int64_t by)
{
    TRY(store_shift_drop(t, id));
    return leave(t, RECORD_emergency_shift_set, id, by);
}

/* ---- the emergency ---- */

static err happened(struct tx *t, int64_t id, enum record_kind kind, int64_t by, str text)
{
    TRY(store_emergency_event(t, id,
                              &(struct emergency_event){.id = id_new(),
                                                        .kind = str_from(record_kind_name(kind) +
                                                                         sizeof "emergency_" - 1),
                                                        .by_user = by,
                                                        .text = text}));
    return leave(t, kind, id, by);
}

/* Home shows or hides what is in scope from now on. */
static err effects_turn(struct tx *t, const struct emergency *e)
{
    return e->quiet ? page_touch(t, S("home")) : OK;
}

static err scope_check(const struct emergency *e)
{
    if (e->province.n && !province_known(e->province))
        return fault_field(ERR_INVALID, "bad_choice", "province", "no such province");
    if (str_count(e->words) > EMERGENCY_LIST_MAX)
        return fault_field(ERR_INVALID, "too_long", "words", "words");
    if (str_count(e->handles) > EMERGENCY_LIST_MAX)
        return fault_field(ERR_INVALID, "too_long", "handles", "handles");
    return OK;
}

/* Lists come as people write them: separated by commas, Chinese ones, spaces or lines. */
static str list_clean(arena *mem, str s)
{
    struct buf b;
    buf_init(&b, mem, s.n + 1);
    bool gap = false;
    for (str rest = s; rest.n;) {
        str at = rest;
        uint32_t c = str_next(&rest);
        if (c == ',' || c == 0xFF0C || c == 0x3001 || c == ' ' || c == 0x3000 || c == '\n') {
            gap = b.n > 0;
            continue;
        }
        if (gap)
            buf_add(&b, S(","));
        gap = false;
        buf_add(&b, str_sub(at, 0, at.n - rest.n));
    }
    return buf_str(&b);
}

err emergency_propose(struct tx *t, arena *mem, struct emergency *e)
{
    struct emergency_plan p;
    TRY(text_check("title", e->title, EMERGENCY_TITLE_MAX));
    TRY(text_check("facts", e->facts, EMERGENCY_TEXT_MAX));
    if (e->found_at > tx_now(t))
        return fault_field(ERR_INVALID, "drill_future", "found", "found in the future");
    err plan = emergency_plan_load(t, mem, e->plan_id, 0, &p);
    if (plan == ERR_NOT_FOUND)
        return fault_field(ERR_INVALID, "bad_choice", "plan", "no such plan");
    TRY(plan);
    e->words = list_clean(mem, e->words);
    e->handles = list_clean(mem, e->handles);
    TRY(scope_check(e));
    e->id = id_new();
    e->plan_version = p.version;
    e->level = p.level;
    e->hours = p.hours;
    e->freeze = listed(p.effects, "freeze");
    e->hold = listed(p.effects, "hold");
    e->quiet = listed(p.effects, "quiet");
    TRY(store_emergency_insert(t, e));
    return happened(t, e->id, RECORD_emergency_proposed, e->proposed_by, e->facts);
}

static err wrong_state(const struct emergency *e)
{
    return fault(ERR_CONFLICT, "emergency_state", "emergency %lld is %.*s", (long long)e->id,
                 FMT(e->state));
}

err emergency_declare(struct tx *t, arena *mem, int64_t id, int64_t by)
{
    struct emergency e;
    int64_t n = 0;
    TRY(emergency_load(t, mem, id, &e));
    if (!str_eq(e.state, S("proposed")))
        return wrong_state(&e);
    if (e.proposed_by == by)
        return fault(ERR_DENIED, "own_proposal", "emergency %lld", (long long)id);
    e.declared_by = by;
    e.until_at = tx_now(t) + e.hours * (int64_t)HOUR_MS;
    TRY(store_emergency_declared(t, &e, &n));
    if (!n)
        return wrong_state(&e);
    TRY(happened(t, id, RECORD_emergency_declared, by, S("")));
    return effects_turn(t, &e);
}

err emergency_withdraw(struct tx *t, arena *mem, int64_t id, int64_t by)
{
    struct emergency e;
    int64_t n = 0;
    TRY(emergency_load(t, mem, id, &e));
    e.state = S("withdrawn");
    e.ended_by = by;
    TRY(store_emergency_ended(t, &e, S("proposed"), &n));
    return n ? happened(t, id, RECORD_emergency_withdrawn, by, S("")) : wrong_state(&e);
}

err emergency_renew(struct tx *t, arena *mem, int64_t id, int64_t by, bool *ret_renewed)
{
    struct emergency e;
    int64_t n = 0;
    TRY(emergency_load(t, mem, id, &e));
    if (e.renew_by == by)
        return fault(ERR_DENIED, "own_proposal", "renewal of %lld", (long long)id);
    bool second = e.renew_by != 0;
    e.renew_by = second ? 0 : by;
    if (second)
        e.until_at = tx_now(t) + e.hours * (int64_t)HOUR_MS;
    TRY(store_emergency_renewed(t, &e, &n));
    if (!n)
        return wrong_state(&e);
    *ret_renewed = second;
    return happened(t, id, second ? RECORD_emergency_renewed : RECORD_emergency_renewal_asked, by,
                    S(""));
}

static err end(struct tx *t, const struct emergency *e, enum record_kind kind, str reason)
{
    struct emergency over = *e;
    int64_t n = 0;
    over.state = S("ended");
    TRY(store_emergency_ended(t, &over, S("standing"), &n));
    if (!n)
        return wrong_state(e);
    TRY(happened(t, e->id, kind, over.ended_by, reason));
    return effects_turn(t, e);
}

err emergency_end(struct tx *t, arena *mem, int64_t id, int64_t by, str reason)
{
    struct emergency e;
    if (!str_trim(reason).n)
        return fault_field(ERR_INVALID, "reason_required", "reason", "no reason");
    TRY(text_check("reason", reason, EMERGENCY_TEXT_MAX));
    TRY(emergency_load(t, mem, id, &e));
    e.ended_by = by;
    return end(t, &e, RECORD_emergency_ended, reason);
}

err emergency_note(struct tx *t, arena *mem, int64_t id, int64_t by, str text)
{
    struct emergency e;
    TRY(text_check("note", text, EMERGENCY_TEXT_MAX));
    TRY(emergency_load(t, mem, id, &e));
    return happened(t, id, RECORD_emergency_noted, by, text);
}

err emergency_review_write(struct tx *t, arena *mem, const struct emergency_review *r)
{
    struct emergency e;
    const struct {
        const char *field;
        str text;
    } all[] = {{"impact", r->impact},     {"data", r->data},   {"cause", r->cause},
               {"measures", r->measures}, {"trend", r->trend}, {"lessons", r->lessons}};
    for (size_t i = 0; i < LEN(all); i++)
        TRY(text_check(all[i].field, all[i].text, EMERGENCY_TEXT_MAX));
    TRY(emergency_load(t, mem, r->emergency_id, &e));
    if (!str_eq(e.state, S("ended")))
        return wrong_state(&e);
    TRY(store_review_insert(t, r));
    return happened(t, e.id, RECORD_emergency_reviewed, r->by_user, r->lessons);
}

err emergency_expire(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    int64_t *v;
    size_t n;
    (void)ctx;
    TRY(store_over(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++) {
        struct emergency e;
        TRY(emergency_load(t, mem, v[i], &e));
        TRY(end(t, &e, RECORD_emergency_expired, S("")));
    }
    return OK;
}

/* ---- what is held ---- */

static bool speaks_of(arena *mem, str folded, str words)
{
    for (str rest = words; rest.p;) {
        str word = text_fold(mem, str_split(rest, ',', &rest));
        if (word.n && str_has(folded, word))
            return true;
    }
    return false;
}

err emergency_holds(struct tx *t, arena *mem, const struct emergency_thing *thing, bool *ret_holds)
{
    str *v;
    size_t n;
    bool holds = false;
    TRY(store_holds(t, mem, thing, &v, &n));
    str folded = n ? text_fold(mem, thing->text) : S("");
    for (size_t i = 0; i < n && !holds; i++)
        holds = !v[i].n || speaks_of(mem, folded, v[i]);
    *ret_holds = holds;
    return OK;
}

/* ---- the package ---- */

static void package_time(struct jw *j, arena *mem, const char *key, int64_t at)
{
    jw_key_str(j, key, at ? clock_rfc3339(mem, at) : STR_NONE);
}

static void package_head(struct jw *j, arena *mem, const struct emergency *e,
                         const struct emergency_unit *unit)
{
    jw_key_str(j, "unit", unit->name);
    jw_key_str(j, "system", unit->system);
    jw_key_str(j, "contact", unit->contact);
    jw_key_str(j, "number", str_fmt(mem, "%lld", (long long)e->id));
    jw_key_str(j, "title", e->title);
    jw_key_str(j, "level", e->level);
    jw_key_str(j, "state", e->state);
    jw_key_str(j, "facts", e->facts);
    jw_key_str(j, "plan", e->plan_name);
    jw_key_int(j, "plan_version", e->plan_version);
    package_time(j, mem, "found_at", e->found_at);
    package_time(j, mem, "declared_at", e->declared_at);
    package_time(j, mem, "until_at", e->until_at);
    package_time(j, mem, "ended_at", e->ended_at);
    jw_key(j, "officers");
    jw_array(j);
    jw_str(j, e->proposed_name);
    if (e->declared_by)
        jw_str(j, e->declared_name);
    jw_end(j);
}

static void package_scope(struct jw *j, const struct emergency *e)
{
    jw_key(j, "effects");
    jw_object(j);
    jw_key_bool(j, "freeze_publishing", e->freeze);
    jw_key_bool(j, "review_first", e->hold);
    jw_key_bool(j, "no_recommendations", e->quiet);
    jw_end(j);
    jw_key(j, "scope");
    jw_object(j);
    jw_key_str(j, "categories", e->categories);
    jw_key_str(j, "province", e->province);
    jw_key_str(j, "class", e->class);
    jw_key_str(j, "accounts", e->handles);
    jw_key_str(j, "topics", e->words);
    jw_end(j);
}

static err package_review(struct tx *t, arena *mem, struct jw *j, int64_t id)
{
    struct emergency_review r;
    err e = emergency_review_load(t, mem, id, &r);
    jw_key(j, "review");
    if (e == ERR_NOT_FOUND) {
        jw_null(j);
        return OK;
    }
    TRY(e);
    jw_object(j);
    jw_key_str(j, "impact", r.impact);
    jw_key_str(j, "data", r.data);
    jw_key_str(j, "cause", r.cause);
    jw_key_str(j, "measures", r.measures);
    jw_key_str(j, "trend", r.trend);
    jw_key_str(j, "lessons", r.lessons);
    package_time(j, mem, "at", r.at);
    jw_end(j);
    return OK;
}

err emergency_package(struct tx *t, arena *mem, int64_t id, const struct emergency_unit *unit,
                      str *ret_json)
{
    struct emergency e;
    struct emergency_event *v;
    size_t n;
    struct jw j;
    TRY(emergency_load(t, mem, id, &e));
    TRY(emergency_events(t, mem, id, &v, &n));
    jw_init(&j, mem, PACKAGE_MAX);
    jw_object(&j);
    package_head(&j, mem, &e, unit);
    package_scope(&j, &e);
    jw_key(&j, "timeline");
    jw_array(&j);
    for (size_t i = 0; i < n; i++) {
        jw_object(&j);
        package_time(&j, mem, "at", v[i].at);
        jw_key_str(&j, "what", v[i].kind);
        jw_key_str(&j, "who", v[i].by_name);
        jw_key_str(&j, "text", v[i].text);
        jw_end(&j);
    }
    jw_end(&j);
    TRY(package_review(t, mem, &j, id));
    jw_end(&j);
    return buf_take(&j.out, ret_json);
}
