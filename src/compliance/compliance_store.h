/* SQL of the register of duties: for compliance/ only. */
#pragma once
#include "compliance/compliance.h"

err store_duty_state(struct tx *t, arena *mem, str duty, str *ret_state, int64_t *ret_since);
err store_duty_seen(struct tx *t, str duty, str state);
err store_overdue(struct tx *t, str kind, int64_t *ret_n);
/* Staff without a second factor; active accounts whose registrant is not verified any more;
 * requests to see identities that wait; jobs that gave up. */
err store_no_second_factor(struct tx *t, int64_t *ret_n);
err store_expired_identities(struct tx *t, int64_t *ret_n);
err store_vault_waiting(struct tx *t, int64_t *ret_n);
/* Emergencies that ended without a review. */
err store_unreviewed(struct tx *t, int64_t *ret_n);
err store_untrained(struct tx *t, int64_t *ret_n);
err store_capacity_alarms(struct tx *t, int64_t *ret_n);
err store_dead_jobs(struct tx *t, int64_t *ret_n);
/* Who is told: users with one of these roles, at most 100. */
err store_told(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n);
