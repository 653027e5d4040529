/* SQL of accounts, profile changes, members, subscriptions and tokens: for account/ only. */
#pragma once
#include "account/account.h"

struct registrant_facts { /* what an application must know of the registrant */
    str class, state;
    struct bytes identity_key;
    int64_t valid_to, user_id, signed_version, version, used; /* accounts counted against the cap */
};
err store_registrant_facts(struct tx *t, arena *mem, int64_t registrant_id,
                           struct registrant_facts *ret_f);
err store_account_insert(struct tx *t, const struct account *a);
err store_handle_insert(struct tx *t, str handle, int64_t account_id);      /* CONFLICT exists */
err store_name_insert(struct tx *t, str name_fold, int64_t account_id);     /* CONFLICT exists */
err store_name_owner(struct tx *t, str name_fold, int64_t *ret_account_id); /* 0 = free */
err store_account_state(struct tx *t, int64_t id, str state, str reason, bool activate);
err store_account_profile(struct tx *t, const struct account *a); /* name intro avatar categories */
err store_account_resubmit(struct tx *t, const struct account *a);

struct profile_change_row {
    int64_t account_id, id, asked_by, asked_at, decided_at;
    str field, old_value, new_value, state, reason;
};
err store_change_insert(struct tx *t, const struct profile_change_row *c);
err store_change_cancel(struct tx *t, int64_t account_id, str field);
err store_change_load(struct tx *t, arena *mem, int64_t account_id, int64_t id,
                      struct profile_change_row *ret_c);
err store_change_decide(struct tx *t, const struct profile_change_row *c, str state, str reason);
err store_changes(struct tx *t, arena *mem, int64_t account_id, struct profile_change_row **ret_v,
                  size_t *ret_n); /* newest first, 50 */

err store_member_put(struct tx *t, int64_t account_id, const struct member *m, int64_t by);
err store_member_drop(struct tx *t, int64_t account_id, int64_t user_id, int64_t *ret_changed);
err store_other_owners(struct tx *t, int64_t account_id, int64_t user_id, int64_t *ret_n);
struct token_row {
    struct bytes hash;
    int64_t id, account_id, user_id, created_at, expires_at, used_at, revoked_at;
    str name;
};
err store_token_insert(struct tx *t, const struct token_row *k);
err store_tokens(struct tx *t, arena *mem, int64_t account_id, struct token_row **ret_v,
                 size_t *ret_n);
err store_token_revoke(struct tx *t, int64_t account_id, int64_t id, int64_t *ret_changed);
