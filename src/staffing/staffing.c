/* Skills, training and shifts of the staff. */
#include "staffing/staffing.h"

#include "base/clock.h"
#include "base/id.h"
#include "finding/finding.h"
#include "record/record.h"
#include "staffing/staffing_store.h"
#include "web/access.h"

const struct course COURSES[COURSE_COUNT] = {
#define COURSE(key, roles) [COURSE_##key] = {S_INIT(#key), roles},
#include "staffing/courses.def"
#undef COURSE
};

static str staff_ref(arena *mem, int64_t user_id)
{
    return str_fmt(mem, "staff/%lld", (long long)user_id);
}

static err staff_only(struct tx *t, int64_t user_id)
{
    bool is = false;
    TRY(store_staff_is(t, user_id, &is));
    return is ? OK
              : fault_field(ERR_NOT_FOUND, "not_found", "user", "%lld is not staff",
                            (long long)user_id);
}

/* ---- skills ---- */

err staff_profile_write(struct tx *t, arena *mem, const struct staff_profile *p)
{
    TRY(staff_only(t, p->user_id));
    for (str rest = p->families; rest.n;) {
        str one = str_split(rest, ',', &rest);
        if (!family_find(one))
            return fault_field(ERR_INVALID, "unknown_family", "families", "%.*s", FMT(one));
    }
    TRY(store_profile_put(t, p));
    return record_add(t, &(struct record_in){
                             .kind = RECORD_staff_profile_written,
                             .actor = p->written_by,
                             .subject = staff_ref(mem, p->user_id),
                             RECORD_FIELDS(RECORD_TEXT("families", p->families),
                                           RECORD_TEXT("languages", p->languages)),
                         });
}

/* ---- training ---- */

static bool course_known(str key)
{
    for (size_t i = 0; i < COURSE_COUNT; i++)
        if (str_eq(key, COURSES[i].key))
            return true;
    return false;
}

err training_add(struct tx *t, struct training *g)
{
    AUTO_ARENA(mem);
    TRY(staff_only(t, g->user_id));
    if (!course_known(g->course))
        return fault_field(ERR_INVALID, "bad_choice", "course", "%.*s", FMT(g->course));
    if (g->held_at > tx_now(t))
        return fault_field(ERR_INVALID, "training_dates", "held", "in the future");
    if (g->expires_at <= g->held_at)
        return fault_field(ERR_INVALID, "training_dates", "expires", "ends before it was held");
    g->id = id_new();
    TRY(store_training_insert(t, g));
    return record_add(t, &(struct record_in){
                             .kind = RECORD_staff_training_added,
                             .actor = g->added_by,
                             .subject = staff_ref(mem, g->user_id),
                             RECORD_FIELDS(RECORD_TEXT("course", g->course),
                                           RECORD_INT("expires_at", g->expires_at),
                                           RECORD_INT("training", g->id)),
                         });
}

err training_void(struct tx *t, int64_t user_id, int64_t id, int64_t by)
{
    AUTO_ARENA(mem);
    int64_t n = 0;
    TRY(store_training_void(t, user_id, id, by, &n));
    if (!n)
        return fault(ERR_NOT_FOUND, "not_found", "training %lld", (long long)id);
    return record_add(t, &(struct record_in){
                             .kind = RECORD_staff_training_struck,
                             .actor = by,
                             .subject = staff_ref(mem, user_id),
                             RECORD_FIELDS(RECORD_INT("training", id)),
                         });
}

err training_standing(struct tx *t, int64_t user_id, unsigned roles, struct standing *ret_s)
{
    struct standing s = {0};
    int64_t ends[COURSE_COUNT];
    TRY(store_training_ends(t, user_id, ends));
    for (size_t i = 0; i < COURSE_COUNT; i++) {
        if (!(COURSES[i].roles & roles))
            continue;
        if (!ends[i])
            s.missing |= 1U << i;
        else if (ends[i] <= tx_now(t))
            s.lapsed |= 1U << i;
        else if (!s.until || ends[i] < s.until)
            s.until = ends[i];
    }
    *ret_s = s;
    return OK;
}

err training_may_claim(struct tx *t, const struct provider_settings *ps, int64_t user_id,
                       unsigned roles)
{
    struct standing s;
    if (!str_eq(ps->training_rule, S("stop")))
        return OK;
    TRY(training_standing(t, user_id, roles, &s));
    return s.missing | s.lapsed
               ? fault(ERR_DENIED, "training_lapsed", "user %lld", (long long)user_id)
               : OK;
}

/* ---- shifts ---- */

static err shift_record(struct tx *t, enum record_kind kind, const struct shift *s, str state,
                        int64_t by)
{
    AUTO_ARENA(mem);
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .actor = by,
               .subject = staff_ref(mem, s->user_id),
               RECORD_FIELDS(RECORD_INT("from_at", s->from_at), RECORD_INT("shift", s->id),
                             RECORD_TEXT("state", state), RECORD_INT("until_at", s->until_at)),
           });
}

err shift_plan(struct tx *t, struct shift *s)
{
    int64_t meets = 0, ahead = tx_now(t) + SHIFT_WEEKS_MAX * 7 * (int64_t)DAY_MS;
    TRY(staff_only(t, s->user_id));
    if (s->until_at <= s->from_at ||
        s->until_at - s->from_at > SHIFT_HOURS_MAX * (int64_t)HOUR_MS || s->from_at > ahead)
        return fault_field(ERR_INVALID, "shift_times", "until", "not a shift");
    TRY(store_shift_meets(t, s, &meets));
    if (meets)
        return fault_field(ERR_CONFLICT, "shift_overlaps", "from", "another shift then");
    s->id = id_new();
    TRY(store_shift_plan(t, s));
    return shift_record(t, RECORD_staff_shift_planned, s, S("planned"), s->by);
}

err shift_mark(struct tx *t, arena *mem, int64_t id, str state, int64_t by)
{
    struct shift s;
    TRY(store_shift_load(t, mem, id, &s));
    bool begun = s.from_at <= tx_now(t), drop = str_eq(state, S("dropped"));
    bool was = str_eq(state, S("present")) || str_eq(state, S("absent"));
    if (str_eq(s.state, S("dropped")) || !(drop ? !begun : was && begun))
        return fault(ERR_CONFLICT, "shift_state", "shift %lld is %.*s", (long long)id,
                     FMT(s.state));
    TRY(store_shift_mark(t, id, state, by));
    return shift_record(t, RECORD_staff_shift_marked, &s, state, by);
}

err shift_hand_over(struct tx *t, arena *mem, int64_t id, str text, int64_t by)
{
    struct shift s;
    TRY(store_shift_load(t, mem, id, &s));
    if (s.user_id != by)
        return fault(ERR_NOT_FOUND, "not_found", "not one's own shift");
    if (str_eq(s.state, S("dropped")) || s.from_at > tx_now(t) || s.until_at + DAY_MS < tx_now(t))
        return fault(ERR_CONFLICT, "shift_state", "shift %lld", (long long)id);
    TRY(store_shift_handed(t, id, text, by));
    return shift_record(t, RECORD_staff_shift_handed, &s, S("present"), by);
}

int64_t shift_ms(const struct shift *v, size_t n, int64_t user_id, bool worked, int64_t from,
                 int64_t until)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t a = v[i].from_at > from ? v[i].from_at : from;
        int64_t b = v[i].until_at < until ? v[i].until_at : until;
        bool counts =
            str_eq(v[i].state, S("present")) || (!worked && str_eq(v[i].state, S("planned")));
        if (counts && b > a && (!user_id || v[i].user_id == user_id))
            sum += b - a;
    }
    return sum;
}
