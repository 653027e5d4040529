/* SQL of two-person publishing: for release.c only. */
#pragma once
#include "article/release.h"

err store_release_insert(struct tx *t, const struct release *r);
err store_release_decide(struct tx *t, const struct release *r, str state, str reason);
/* Ids of the owners and editors but one, at most 100. */
err store_release_able(struct tx *t, arena *mem, int64_t account_id, int64_t but, int64_t **ret_v,
                       size_t *ret_n);
/* Column two_person, and who asked to end it. */
err store_two_person(struct tx *t, int64_t account_id, bool on, int64_t off_asked);
