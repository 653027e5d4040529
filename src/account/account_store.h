/* SQL of accounts, profile changes, members, subscriptions and tokens: for account/ only. */
#pragma once
#include "account/account.h"

struct registrant_facts { /* what an application must know of the registrant */
    str class, state;
    struct bytes identity_key;
    int64_t valid_to, user_id, signed_version, version, used; /* accounts counted against the cap */
    int64_t extra; /* over it, by exemptions in force (exemption.h) */
};
err store_registrant_facts(struct tx *t, arena *mem, int64_t registrant_id,
                           struct registrant_facts *ret_f);
err store_account_insert(struct tx *t, const struct account *a);
err store_handle_insert(struct tx *t, str handle, int64_t account_id); /* CONFLICT exists */
err store_name_free(struct tx *t, str name_fold, str skeleton, int64_t account_id);
err store_look_other(struct tx *t, str skeleton, int64_t account_id, int64_t *ret_other); /* 0 */
err store_look_put(struct tx *t, str skeleton, int64_t account_id);
/* Approved changes of the name since, and when the last of all was. */
err store_name_changes(struct tx *t, int64_t account_id, int64_t since, int64_t *ret_n,
                       int64_t *ret_last);
/* Was this once the public name? */
err store_name_shown(struct tx *t, int64_t account_id, str name, bool *ret_shown);
err store_account_real_name(struct tx *t, int64_t id, str name);
err store_name_insert(struct tx *t, str name_fold, int64_t account_id);     /* CONFLICT exists */
err store_name_owner(struct tx *t, str name_fold, int64_t *ret_account_id); /* 0 = free */
err store_account_state(struct tx *t, int64_t id, str state, str reason, bool activate);
err store_account_profile(struct tx *t, const struct account *a); /* name intro avatar categories */
err store_account_leaving(struct tx *t, int64_t id, bool *ret_leaving); /* a closing cools */
err store_account_resubmit(struct tx *t, const struct account *a);

struct profile_change_row {
    int64_t account_id, id, asked_by, asked_at, decided_at;
    int64_t series; /* number of the series whose text it is; 0 = the account's own field */
    str field, old_value, new_value, state, reason;
};
err store_change_insert(struct tx *t, const struct profile_change_row *c);
/* What waits about the account, series and field of about. */
err store_change_pending(struct tx *t, arena *mem, const struct profile_change_row *about,
                         struct profile_change_row *ret_c);
struct series; /* account/series.h */
err store_series_insert(struct tx *t, const struct series *s, int64_t *ret_no);
err store_series_text(struct tx *t, int64_t account_id, int64_t no, str title, str intro);
err store_series_end(struct tx *t, int64_t account_id, int64_t no);
err store_change_load(struct tx *t, arena *mem, int64_t account_id, int64_t id,
                      struct profile_change_row *ret_c);
err store_change_decide(struct tx *t, const struct profile_change_row *c, str state, str reason);
err store_changes(struct tx *t, arena *mem, int64_t account_id, struct profile_change_row **ret_v,
                  size_t *ret_n); /* newest first, 50 */

err store_member_put(struct tx *t, int64_t account_id, const struct member *m, int64_t by);
err store_member_drop(struct tx *t, int64_t account_id, int64_t user_id, int64_t *ret_changed);
err store_other_owners(struct tx *t, int64_t account_id, int64_t user_id, int64_t *ret_n);
err store_is_member(struct tx *t, int64_t account_id, int64_t user_id, bool *ret_yes);
err store_duty_set(struct tx *t, int64_t account_id, int64_t user_id, int64_t by);
err store_duty_drop(struct tx *t, int64_t account_id, int64_t user_id);
err store_member_invite_insert(struct tx *t, struct bytes hash, const struct member_invite *i);
err store_member_invite_find(struct tx *t, arena *mem, struct bytes hash,
                             struct member_invite *ret_i);
err store_member_invite_use(struct tx *t, struct bytes hash, int64_t user_id, int64_t *ret_changed);
err store_member_invite_revoke(struct tx *t, int64_t account_id, int64_t id, int64_t *ret_changed);
err store_invites_live(struct tx *t, int64_t account_id, int64_t *ret_n);
err store_member_invites(struct tx *t, arena *mem, int64_t account_id, struct member_invite **ret_v,
                         size_t *ret_n); /* that wait, newest first */

/* ---- tokens (token_store.c) ---- */
err store_token_insert(struct tx *t, struct bytes hash, const struct api_token_row *k);
err store_token_revoke(struct tx *t, int64_t account_id, int64_t id);

/* ---- shared inside the department ---- */
/* Verified, agreement signed, below the cap; own: accounts of the count that are this application
 * itself (one that was returned). */
err application_check(const struct registrant_facts *f, int cap, int own, int64_t now);
err categories_check(str list);
str account_subject(arena *mem, int64_t account_id); /* of records */
str console_link(arena *mem, str handle);
err account_touch(struct tx *t, arena *mem, str handle); /* its public pages changed */
/* Makes the name the account's. ERR_CONFLICT name_taken (in use or kept), name_alike. */
err name_take(struct tx *t, arena *mem, str name, int64_t account_id);
err name_free(struct tx *t, arena *mem, str name, int64_t account_id);
err name_change_allowed(struct tx *t, arena *mem, int64_t account_id);
/* Without a check for the last owner; with its record. */
err member_put(struct tx *t, int64_t account_id, const struct member *m, int64_t by);
