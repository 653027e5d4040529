/* SQL of licences and news sources: for licence/ only. */
#pragma once
#include "licence/licence.h"

err store_licence_insert(struct tx *t, const struct licence *l);
err store_licence_state(struct tx *t, const struct licence *l, str state, str reason);
err store_licence_waiting(struct tx *t, int64_t registrant_id, str type, int64_t *ret_n);
/* What must be said now about the end of which; at most 200. */
struct licence_ending {
    struct licence l;
    int days;
};
err store_licence_ending(struct tx *t, arena *mem, struct licence_ending **ret_v, size_t *ret_n);
err store_licence_told(struct tx *t, const struct licence_ending *e);
err store_reviewers(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n);
err store_holder_class(struct tx *t, arena *mem, int64_t registrant_id, str *ret_class);
err store_holder_handles(struct tx *t, arena *mem, int64_t registrant_id, str **ret_v,
                         size_t *ret_n);
