/* SQL of the editors' choice: for choice.c only. */
#pragma once
#include "reader/choice.h"

err store_choice_insert(struct tx *t, const struct choice *c);
err store_choice_load(struct tx *t, arena *mem, int64_t id, struct choice *ret_c);
/* Is it chosen for now or later? */
err store_choice_has(struct tx *t, int64_t account_id, int64_t no, bool *ret_has);
/* The neighbour in order; ERR_NOT_FOUND at the end. */
err store_choice_beside(struct tx *t, arena *mem, const struct choice *c, bool up,
                        struct choice *ret_c);
err store_choice_place(struct tx *t, int64_t id, int64_t place);
err store_choice_removed(struct tx *t, const struct choice *c);
/* (account, no) of what is shown. */
err store_choice_shown(struct tx *t, arena *mem, struct choice **ret_v, size_t *ret_n);
