/* Sessions in the database: an opaque token in the cookie (its SHA-256 in the table), rotated at
 * login and whenever rights rise; idle and absolute lifetime; list and revoke.
 *
 * Cookie: "gongqi", or "__Host-gongqi" when the site is https. Lifetimes: settings session_idle and
 * session_absolute; for people with any role staff_session_idle and staff_session_absolute. */
#pragma once
#include "base/clock.h"
#include "web/request.h"

/* What holds without settings (tests); as the defaults of settings.def. */
#define SESSION_IDLE_MS ((int64_t)7 * DAY_MS)
#define SESSION_LIFE_MS ((int64_t)30 * DAY_MS)
#define SESSION_ROLE_IDLE_MS ((int64_t)30 * MINUTE_MS)
#define SESSION_ROLE_LIFE_MS ((int64_t)12 * HOUR_MS)

/* Starts a session for user and sets the cookie; the old one of this request is revoked. Inside
 * request_tx (may run again: the last cookie set wins). r->session becomes the new one. */
err session_start(struct request *r, struct tx *t, int64_t user_id, bool second_factor);
err session_end(struct request *r, struct tx *t); /* revokes this session, clears the cookie */
err session_revoke(struct tx *t, int64_t user_id, int64_t session_id);
err session_revoke_all(struct tx *t, int64_t user_id, int64_t except_id);

struct session_row {
    int64_t id, created_at, seen_at, expires_at;
    str ip, user_agent;
    bool second_factor;
};
/* The sessions of the request's user that are still good, newest first. */
err session_list(const struct request *r, struct tx *t, struct session_row **ret_v, size_t *ret_n);

/* For the dispatcher: fills r->session from the cookie (nobody when there is none or it is over),
 * and writes seen_at when the last time was more than a minute ago. */
err session_load(struct request *r);
