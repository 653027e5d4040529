/* SQL of the patrol: for patrol.c only. */
#pragma once
#include "patrol/patrol.h"

/* What could be drawn: public, at most a week old, not drawn in this version; at most 2,000. */
err store_patrol_candidates(struct tx *t, arena *mem, struct patrol_task **ret_v, size_t *ret_n);
err store_patrol_insert(struct tx *t, const struct patrol_task *p);
/* From open to p's state; *ret_n rows changed. */
err store_patrol_done(struct tx *t, const struct patrol_task *p, int64_t *ret_n);
