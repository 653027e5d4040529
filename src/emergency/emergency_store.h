/* SQL of emergencies: for emergency/ only. */
#pragma once
#include "emergency/emergency.h"

err store_plan_insert(struct tx *t, const struct emergency_plan *p);
err store_plan_newest(struct tx *t, int64_t id, int *ret_version); /* 0: none */
err store_drill_insert(struct tx *t, const struct emergency_drill *d);
err store_shift_insert(struct tx *t, const struct emergency_shift *s);
err store_shift_drop(struct tx *t, int64_t id);
err store_is_staff(struct tx *t, int64_t user_id, bool *ret_is);
err store_emergency_insert(struct tx *t, const struct emergency *e);
/* From a state to the next, if it is still there: *ret_n rows changed. */
err store_emergency_declared(struct tx *t, const struct emergency *e, int64_t *ret_n);
err store_emergency_renewed(struct tx *t, const struct emergency *e, int64_t *ret_n);
err store_emergency_ended(struct tx *t, const struct emergency *e, str from, int64_t *ret_n);
err store_emergency_event(struct tx *t, int64_t emergency_id, const struct emergency_event *e);
err store_review_insert(struct tx *t, const struct emergency_review *r);
err store_over(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n); /* at most 100 */
/* Words of those that hold this, "" = everything; at most 20. */
err store_holds(struct tx *t, arena *mem, const struct emergency_thing *thing, str **ret_v,
                size_t *ret_n);
