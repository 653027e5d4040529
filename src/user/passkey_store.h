/* SQL of passkeys: for passkey.c only. */
#pragma once
#include "user/passkey.h"

err store_passkey_insert(struct tx *t, const struct passkey *p, int64_t *ret_changed);
err store_passkey_find(struct tx *t, arena *mem, struct bytes credential, struct passkey *ret_p);
err store_passkey_used(struct tx *t, const struct passkey *p);
err store_passkey_delete(struct tx *t, int64_t user_id, int64_t id, int64_t *ret_changed);
err store_passkey_count(struct tx *t, int64_t user_id, int64_t *ret_n);

struct challenge_row {
    struct bytes hash;
    str purpose;
    int64_t user_id, session_id, expires_at;
};
/* Drops what has expired first. */
err store_challenge_insert(struct tx *t, const struct challenge_row *c);
/* The row, which is gone then. ERR_NOT_FOUND. */
err store_challenge_take(struct tx *t, arena *mem, struct bytes hash, struct challenge_row *ret_c);
