/* All SQL of sessions. For session.c only. */
#pragma once
#include "web/session.h"

struct session_found {
    struct session_row row;
    int64_t user_id;
    str user_name;
    bool totp_on, passkey_on, minor;
    unsigned roles;
};
/* A session that is not revoked, of an active user; lifetimes are the caller's. ERR_NOT_FOUND. */
struct session_asked {
    int64_t user_id, seen_after;
};
err session_store_list(struct tx *t, arena *mem, const struct session_asked *q,
                       struct session_row **ret_v, size_t *ret_n);
err session_store_find(struct tx *t, arena *mem, struct sha256 token, struct session_found *ret_s);
err session_store_add(struct tx *t, struct sha256 token, int64_t user_id,
                      const struct session_row *row);
/* At most once a minute. */
err session_store_seen(struct tx *t, struct sha256 token);
err session_store_end(struct tx *t, struct sha256 token);
err session_store_user(struct tx *t, arena *mem, int64_t user_id, struct session_found *ret_s);
