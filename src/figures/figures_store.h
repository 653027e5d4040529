/* SQL of figures: for figures.c only. */
#pragma once
#include "figures/figures.h"

err store_salt(struct tx *t, arena *mem, int64_t day, struct bytes *ret_salt);
err store_salt_put(struct tx *t, int64_t day, struct bytes salt);
err store_forget(struct tx *t, int64_t before_day);
/* False when it was counted before. */
err store_seen(struct tx *t, int64_t day, struct bytes mark, bool *ret_new);
err store_account_of(struct tx *t, str handle, int64_t *ret_id); /* ERR_NOT_FOUND */
struct read_sum {
    int64_t account_id, no, hour;
    int source;
    int64_t reads, ends;
};
err store_sum(struct tx *t, const struct read_sum *s);
