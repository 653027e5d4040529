/* Minors: age bands, guardians' consent, minors' mode (Personal Information Protection Law 2021
 * art. 31; regulation on the protection of minors online 2024 art. 31; obligations 2.10).
 *
 * The band is 18+ when a verified identity of one's own says so (identity_check refuses younger
 * ones), else it comes from the year of birth that the user named: a child until the end of the
 * year of the 14th birthday, a youth until that of the 18th. Who said nothing is treated as grown
 * up. A year once named goes down freely, but not up into an older band. */
#pragma once
#include "base/arena.h"
#include "db/db.h"
#include "vault/vault.h"

enum age_band { AGE_UNKNOWN, AGE_CHILD, AGE_YOUTH, AGE_ADULT };
enum { BIRTH_YEARS = 120, CHILD_YEARS = 14, YOUTH_YEARS = 18 };
enum age_band age_band_of(int birth_year, int this_year); /* birth_year 0: unknown */

struct age_standing {
    enum age_band band;
    int birth_year;
    bool verified; /* the band comes from a verified identity */
    bool mode;     /* minors' mode is on */
    bool guardian; /* a guardian's consent stands */
    int64_t guardian_at;
    struct bytes
        guardian_sealed; /* the number; VAULT_REF("guardian_word", "mobile_sealed", user) */
};
err age_standing(struct tx *t, arena *mem, int64_t user_id, struct age_standing *ret_s);
/* ERR_INVALID "birth_year" on field birth_year (in the future, or too long ago); ERR_CONFLICT
 * "age_fixed": into an older band. A minor's first word switches the mode on. */
err age_declare(struct tx *t, int64_t user_id, int birth_year);
/* ERR_DENIED "mode_fixed": a child can't switch it off. */
err minors_mode_set(struct tx *t, int64_t user_id, bool on);
/* ERR_DENIED "guardian_required": a child whose guardian has not consented. */
err minors_may_act(struct tx *t, int64_t user_id);

/* The number was proved by a code. ERR_CONFLICT "guardian_self" (one's own number),
 * "guardian_minor" (of a user who is a minor), "guardian_not_needed" (no child). */
struct guardian_in {
    struct vault *vault;
    int64_t user_id;
    str mobile;
};
err guardian_check(struct tx *t, arena *mem, const struct guardian_in *g);
err guardian_consent(struct tx *t, arena *mem, const struct guardian_in *g);
err guardian_withdraw(struct tx *t, int64_t user_id);
