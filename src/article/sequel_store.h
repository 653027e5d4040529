/* SQL of series' articles and of pinned ones: for sequel.c only. */
#pragma once
#include "article/sequel.h"

/* 0: in none. */
err store_sequel_series(struct tx *t, int64_t account_id, int64_t no, int64_t *ret_series);
err store_sequel_count(struct tx *t, int64_t account_id, int64_t series, int64_t *ret_n);
err store_sequel_insert(struct tx *t, const struct sequel_act *act, int64_t place);
err store_sequel_delete(struct tx *t, const struct sequel_act *act);
err store_sequel_place(struct tx *t, int64_t account_id, int64_t no, int64_t place);
err store_pin_insert(struct tx *t, const struct sequel_act *act);
err store_pin_delete(struct tx *t, const struct sequel_act *act, int64_t *ret_changed);
