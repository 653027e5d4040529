/* Sessions in the database: an opaque token in the cookie (its SHA-256 in the table), rotated at
 * login and whenever rights rise; idle and absolute lifetime; list and revoke. */
#pragma once
#include "web/request.h"

/* Starts a session for user and sets the cookie; the old one of this request is revoked. Inside
 * request_tx (may run again: the last cookie set wins). */
err session_start(struct request *r, struct tx *t, int64_t user_id, bool second_factor);
err session_end(struct request *r, struct tx *t); /* revokes this session, clears the cookie */
err session_revoke(struct tx *t, int64_t user_id, int64_t session_id);
err session_revoke_all(struct tx *t, int64_t user_id, int64_t except_id);

struct session_row {
    int64_t id, created_at, seen_at, expires_at;
    str ip, user_agent;
    bool second_factor;
};
err session_list(struct tx *t, arena *mem, int64_t user_id, struct session_row **ret_v,
                 size_t *ret_n);
