/* SQL of policies: for policy.c only. */
#pragma once
#include "policy/policy.h"

err store_policy_last(struct tx *t, str kind, int *ret_version); /* 0 = none */
err store_policy_insert(struct tx *t, const struct policy *p, int64_t by);
err store_signature_insert(struct tx *t, const struct signature *s); /* twice is fine */
err store_editor_in_chief(struct tx *t, bool *ret_filled);
