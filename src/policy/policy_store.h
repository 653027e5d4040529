/* SQL of policies: for policy/ only. */
#pragma once
#include "policy/policy.h"

err store_policy_last(struct tx *t, str kind, int *ret_version); /* 0 = none */
err store_policy_insert(struct tx *t, const struct policy *p, int64_t by);
err store_signature_insert(struct tx *t, const struct signature *s); /* twice is fine */
err store_editor_in_chief(struct tx *t, bool *ret_filled);

err store_proposal_insert(struct tx *t, const struct policy_proposal *p);
/* From pending to state. ERR_CONFLICT "case_decided" when it does not wait any more. */
err store_proposal_decide(struct tx *t, int64_t id, str state, str reason);
/* The proposal of a kind that waits; 0 = none. */
err store_proposal_waiting(struct tx *t, str kind, int64_t *ret_id);

/* Newest material version that was to be signed by now, and the next deadline to come for somebody
 * who signed `signed_version` (0 = none). */
struct sign_facts {
    int64_t in_force, must, next_by;
};
err store_sign_facts(struct tx *t, int signed_version, struct sign_facts *ret_f);
/* The version of the agreement with a deadline in (from, to]; ERR_NOT_FOUND. */
err store_sign_deadline(struct tx *t, int64_t from, int64_t to, int *ret_version, int64_t *ret_by);

/* Who manages verified registrants, by id; unsigned_version > 0: only those whose newest signature
 * under the agreement is older than that version. */
struct policy_reader {
    int64_t registrant_id, user_id;
    bool again; /* the same user as an earlier registrant's */
};
err store_readers(struct tx *t, int64_t after, int unsigned_version, struct policy_reader *v,
                  size_t max, size_t *ret_n);
