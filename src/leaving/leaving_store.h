/* SQL of closings and looks: for leaving/ only. */
#pragma once
#include "leaving/leaving.h"

enum { CLOSING_LIST_MAX = 100 };

err store_closing_insert(struct tx *t, const struct closing *c);
err store_closing_end(struct tx *t, int64_t id, str state);
err store_closing_held(struct tx *t, int64_t id);
err store_closing_load(struct tx *t, arena *mem, int64_t id, struct closing *ret_c);
err store_closing_due(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n); /* at most 100 */
err store_open_cases(struct tx *t, int64_t account_id, struct closing_blocks *ret_b);
/* Articles that are held or scheduled, at most 100. */
err store_waiting_articles(struct tx *t, arena *mem, int64_t account_id, int64_t **ret_v,
                           size_t *ret_n);
/* Changes of the profile with an open case, at most 100. */
err store_waiting_changes(struct tx *t, arena *mem, int64_t account_id, int64_t **ret_v,
                          size_t *ret_n);
err store_look_insert(struct tx *t, const struct restricted_look *l);
