/* SQL of staffing: for staffing.c and capacity.c only. */
#pragma once
#include "staffing/staffing.h"

err store_staff_is(struct tx *t, int64_t user_id, bool *ret_is);
err store_profile_put(struct tx *t, const struct staff_profile *p);
err store_training_insert(struct tx *t, const struct training *g);
err store_training_void(struct tx *t, int64_t user_id, int64_t id, int64_t by, int64_t *ret_n);
/* Latest end of each course that stands, in the order of courses.def; 0 = never taken. */
err store_training_ends(struct tx *t, int64_t user_id, int64_t ret_v[COURSE_COUNT]);
struct training_ending {
    struct training g;
    int days; /* 30, 7, 1, 0: the reminder that is due and was not sent */
};
/* The latest of each person and course, at most 200. */
err store_training_ending(struct tx *t, arena *mem, struct training_ending **ret_v, size_t *ret_n);
err store_training_told(struct tx *t, const struct training_ending *e);

err store_shift_plan(struct tx *t, const struct shift *s);
err store_shift_meets(struct tx *t, const struct shift *s, int64_t *ret_n);
err store_shift_load(struct tx *t, arena *mem, int64_t id, struct shift *ret_s);
err store_shift_mark(struct tx *t, int64_t id, str state, int64_t by);
err store_shift_handed(struct tx *t, int64_t id, str text, int64_t by);

err store_capacity(struct tx *t,
                   struct capacity *ret_c); /* the counts, not what follows from them */
err store_decided(struct tx *t, int64_t from, int64_t *ret_n);
err store_capacity_day(struct tx *t, int64_t day, const struct capacity_month *m,
                       int64_t oldest_hours);
err store_alarm(struct tx *t, str name, bool *ret_rings); /* false when never seen */
err store_alarm_put(struct tx *t, str name, bool rings, int64_t value);
err store_leaders(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n);
