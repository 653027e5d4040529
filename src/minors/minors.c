/* Age bands, guardians, the mode. */
#include "minors/minors.h"

#include "base/clock.h"
#include "base/id.h"
#include "minors/minors_store.h"
#include "record/record.h"
#include "user/user.h"

static const str BANDS[] = {[AGE_UNKNOWN] = S_INIT("unknown"),
                            [AGE_CHILD] = S_INIT("child"),
                            [AGE_YOUTH] = S_INIT("youth"),
                            [AGE_ADULT] = S_INIT("adult")};

enum age_band age_band_of(int birth_year, int this_year)
{
    int years = this_year - birth_year; /* reached by the end of this year */
    if (!birth_year)
        return AGE_UNKNOWN;
    if (years <= CHILD_YEARS)
        return AGE_CHILD;
    return years <= YOUTH_YEARS ? AGE_YOUTH : AGE_ADULT;
}

static int this_year(struct tx *t)
{
    return clock_china(tx_now(t)).date.year;
}

err age_standing(struct tx *t, arena *mem, int64_t user_id, struct age_standing *ret_s)
{
    struct age_standing s = {0};
    TRY(store_age(t, user_id, &s));
    TRY(store_verified_person(t, user_id, &s.verified));
    TRY(store_guardian_last(t, mem, user_id, &s));
    s.band = s.verified ? AGE_ADULT : age_band_of(s.birth_year, this_year(t));
    *ret_s = s;
    return OK;
}

static err note(struct tx *t, enum record_kind kind, int64_t user_id, str value)
{
    AUTO_ARENA(mem);
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .actor = user_id,
                             .subject = str_fmt(mem, "user/%lld", (long long)user_id),
                             RECORD_FIELDS(RECORD_TEXT("value", value)),
                         });
}

err age_declare(struct tx *t, int64_t user_id, int birth_year)
{
    AUTO_ARENA(mem);
    struct age_standing s;
    int year = this_year(t);
    if (birth_year > year || birth_year < year - BIRTH_YEARS)
        return fault_field(ERR_INVALID, "birth_year", "birth_year", "%d", birth_year);
    TRY(age_standing(t, mem, user_id, &s));
    enum age_band band = age_band_of(birth_year, year), was = age_band_of(s.birth_year, year);
    if (was != AGE_UNKNOWN && band > was)
        return fault_field(ERR_CONFLICT, "age_fixed", "birth_year", "from an older band");
    bool minor = band == AGE_CHILD || (band == AGE_YOUTH && was != AGE_YOUTH);
    TRY(store_age_put(t, user_id, birth_year, s.mode || minor));
    return note(t, RECORD_age_declared, user_id, BANDS[band]);
}

err minors_mode_set(struct tx *t, int64_t user_id, bool on)
{
    AUTO_ARENA(mem);
    struct age_standing s;
    TRY(age_standing(t, mem, user_id, &s));
    if (!on && s.band == AGE_CHILD)
        return fault(ERR_DENIED, "mode_fixed", "a child");
    if (on == s.mode)
        return OK;
    TRY(store_age_put(t, user_id, s.birth_year, on));
    return note(t, RECORD_minors_mode, user_id, on ? S("on") : S("off"));
}

err minors_may_act(struct tx *t, int64_t user_id)
{
    AUTO_ARENA(mem);
    struct age_standing s;
    TRY(age_standing(t, mem, user_id, &s));
    return s.band == AGE_CHILD && !s.guardian
               ? fault(ERR_DENIED, "guardian_required", "user %lld", (long long)user_id)
               : OK;
}

err guardian_check(struct tx *t, arena *mem, const struct guardian_in *g)
{
    struct age_standing own, other;
    struct user u = {0};
    TRY(age_standing(t, mem, g->user_id, &own));
    if (own.band != AGE_CHILD)
        return fault(ERR_CONFLICT, "guardian_not_needed", "no child");
    err e = user_find_mobile(t, mem, g->vault, g->mobile, &u);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    if (u.id == g->user_id)
        return fault_field(ERR_CONFLICT, "guardian_self", "mobile", "one's own number");
    TRY(age_standing(t, mem, u.id, &other));
    return other.band == AGE_CHILD || other.band == AGE_YOUTH
               ? fault_field(ERR_CONFLICT, "guardian_minor", "mobile", "of a minor")
               : OK;
}

err guardian_consent(struct tx *t, arena *mem, const struct guardian_in *g)
{
    struct guardian_word w = {.user_id = g->user_id, .id = id_new(), .given = true};
    TRY(guardian_check(t, mem, g));
    TRY(vault_seal_text(VAULT_CTX(g->vault, t, mem),
                        VAULT_REF("guardian_word", "mobile_sealed", g->user_id), g->mobile,
                        &w.sealed));
    TRY(store_guardian_word(t, &w));
    return note(t, RECORD_guardian_consented, g->user_id, S("given"));
}

err guardian_withdraw(struct tx *t, int64_t user_id)
{
    AUTO_ARENA(mem);
    struct age_standing s;
    TRY(age_standing(t, mem, user_id, &s));
    if (!s.guardian)
        return OK;
    struct guardian_word w = {
        .user_id = user_id, .id = id_new(), .sealed = {(const uint8_t *)"", 0}};
    TRY(store_guardian_word(t, &w));
    return note(t, RECORD_guardian_consented, user_id, S("withdrawn"));
}
