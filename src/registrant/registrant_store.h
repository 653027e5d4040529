/* SQL of registrants: for registrant/ only. */
#pragma once
#include "registrant/registrant.h"

err store_registrant_insert(struct tx *t, const struct registrant *r);
err store_registrant_update(struct tx *t, const struct registrant *r);
struct expiring {
    int64_t id, user_id, valid_to;
    int days; /* the notice that is due: 30, 7, 1; 0 = it is over */
};
/* Verified ones whose next notice was not given yet; at most 200. */
err store_expiring(struct tx *t, arena *mem, struct expiring **ret_v, size_t *ret_n);
err store_expiring_told(struct tx *t, const struct expiring *e);
err store_registrant_state(struct tx *t, const struct registrant *r);
err store_accounts_verified(struct tx *t, int64_t registrant_id, bool verified);
err store_identity_put(struct tx *t, int64_t registrant_id, str field, struct bytes sealed);
err store_identity_get(struct tx *t, arena *mem, int64_t registrant_id, str field,
                       struct bytes *ret_sealed);
/* Handles of a registrant's accounts, whose pages show its mark. */
err store_handles(struct tx *t, arena *mem, int64_t registrant_id, str **ret_v, size_t *ret_n);
