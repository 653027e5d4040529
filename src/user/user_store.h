/* SQL of users: for user/ only. */
#pragma once
#include "record/record.h"
#include "user/user.h"

struct user_row {
    int64_t id;
    str name, password, lang;
    struct bytes mobile_sealed, mobile_key;
};
err store_user_insert(struct tx *t, const struct user_row *u);
err store_mobile_insert(struct tx *t, const struct user_row *u); /* CONFLICT when taken */
err store_mobile_drop(struct tx *t, struct bytes mobile_key);
err store_mobile_change(struct tx *t, const struct user_row *u);
err store_user_close(struct tx *t, int64_t id, str name);
err store_user_of_mobile(struct tx *t, struct bytes mobile_key, int64_t *ret_id);
err store_user_mobile_sealed(struct tx *t, arena *mem, int64_t id, struct bytes *ret_sealed);
err store_failures(struct tx *t, int64_t id, int *ret_failed);
err store_failure_set(struct tx *t, int64_t id, int failed, int64_t locked_until);

/* Failures of numbers without a login; forgotten after a day. 0 and 0 when there are none. */
err store_miss(struct tx *t, struct bytes mobile_key, int *ret_failed, int64_t *ret_locked_until);
err store_miss_set(struct tx *t, struct bytes mobile_key, int failed, int64_t locked_until);
err store_miss_sweep(struct tx *t, int64_t before);

struct code_row {
    struct bytes mobile_key, code_hash;
    int64_t id, created_at, expires_at, used_at;
    str purpose;
    int tries;
};
err store_code_insert(struct tx *t, const struct code_row *c);
/* Newest unused code of the purpose; ERR_NOT_FOUND. */
err store_code_last(struct tx *t, arena *mem, struct bytes mobile_key, str purpose,
                    struct code_row *ret_c);
err store_code_since(struct tx *t, struct bytes mobile_key, int64_t since, int64_t *ret_n,
                     int64_t *ret_last);
err store_code_try(struct tx *t, const struct code_row *c, bool used);
/* user.c: a code to whatever has this keyed hash, within the limits of codes, and its check, as
 * mobile_code_check. */
err code_make(struct tx *t, struct bytes key, const char *purpose, str code);
err code_check(struct tx *t, struct bytes key, const char *purpose, str code,
               const char **ret_reason);

err store_role_add(struct tx *t, int64_t user_id, str role, int64_t by);
err store_role_drop(struct tx *t, int64_t user_id, str role);
err store_invite_insert(struct tx *t, struct bytes hash, str roles, const struct invite *i);
err store_invite_find(struct tx *t, arena *mem, struct bytes hash, str *ret_roles,
                      struct invite *ret_i);
err store_invite_use(struct tx *t, struct bytes hash, int64_t user_id, int64_t *ret_changed);

struct totp_row {
    struct bytes sealed;
    int64_t step;
    bool on;
};
err store_totp(struct tx *t, arena *mem, int64_t user_id, struct totp_row *ret_r);
err store_totp_secret(struct tx *t, int64_t user_id, struct bytes sealed);
err store_totp_on(struct tx *t, int64_t user_id);
err store_totp_step(struct tx *t, int64_t user_id, int64_t step, int64_t *ret_changed);
err store_totp_clear(struct tx *t, int64_t user_id);
err store_recovery_clear(struct tx *t, int64_t user_id);
err store_recovery_insert(struct tx *t, int64_t user_id, struct bytes hash);
err store_recovery_use(struct tx *t, int64_t user_id, struct bytes hash, int64_t *ret_changed);

/* In user.c: a record about the login itself. */
err user_record(struct tx *t, enum record_kind kind, int64_t user_id, int64_t by, str role);
