/* SQL of minors: for minors.c only. */
#pragma once
#include "minors/minors.h"

err store_age(struct tx *t, int64_t user_id, struct age_standing *ret_s); /* birth_year, mode */
err store_age_put(struct tx *t, int64_t user_id, int birth_year, bool mode);
err store_verified_person(struct tx *t, int64_t user_id, bool *ret_is);
err store_guardian_last(struct tx *t, arena *mem, int64_t user_id, struct age_standing *ret_s);
struct guardian_word {
    int64_t user_id, id;
    bool given;
    struct bytes sealed;
};
err store_guardian_word(struct tx *t, const struct guardian_word *w);
