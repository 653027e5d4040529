/* Users: everybody who can log in; one login system for all roles. Mobile number proved by a
 * one-time code, password (Argon2id), second factor (TOTP, RFC 6238; forced for staff) with
 * recovery codes, throttling and lock (A5.7), reset, sessions, staff invitations with separation of
 * duties. The number is sealed in the vault and found by its keyed hash. */
#pragma once
#include "db/db.h"
#include "web/access.h"

struct vault;

struct user {
    int64_t id, created_at, locked_until;
    str name, lang, state;
    unsigned roles;
    bool totp_on;
};

enum {
    PASSWORD_MIN = 8, /* ASVS 5.0 V6.2: 8 at least, 64 and more allowed, no composition rules */
    PASSWORD_MAX = 128,
    LOGIN_TRIES = 6, /* wrong in a row, then locked for a while that doubles */
    CODE_TRIES = 5,
    CODE_DAILY = 10,
};

/* ---- one-time codes to a mobile number (obligations 2.16) ---- */
/* Normalises: spaces, hyphens, +86/0086/86 dropped; ERR_INVALID "bad_mobile" unless
 * 1[3-9]xxxxxxxxx. */
err mobile_check(arena *mem, str input, str *ret_mobile);
/* Mails a 6-digit code, 5 minutes valid; ERR_LIMIT "code_too_soon" (1/min), "code_daily" (10/day).
 */
err mobile_code_send(struct tx *t, struct vault *v, str mobile, const char *purpose);
/* ERR_INVALID "code_wrong", "code_expired"; ERR_LIMIT "code_locked" after 5 wrong ones. A wrong try
 * must be counted although the caller's transaction then fails: so this answers in *ret_ok and the
 * caller refuses after its transaction is committed. */
err mobile_code_check(struct tx *t, struct vault *v, str mobile, const char *purpose, str code,
                      bool *ret_ok);

/* ---- accounts of people ---- */
struct user_new {
    str name, mobile, password_hash, lang;
};
/* ERR_CONFLICT "mobile_taken". */
err user_create(struct tx *t, struct vault *v, const struct user_new *n, int64_t *ret_id);
err user_load(struct tx *t, arena *mem, int64_t id, struct user *ret_u);
err user_find_mobile(struct tx *t, arena *mem, struct vault *v, str mobile, struct user *ret_u);
/* Slow on purpose; outside transactions; a semaphore lets as many run as there are cores. */
str password_hash(arena *mem, str password);
bool password_verify(str hash, str password);
/* ERR_INVALID password_too_short, password_common, password_is_mobile. */
err password_check(str password, str mobile);

/* ---- roles ---- */
/* Grants or takes roles; roles_check; by whom 0 = command line. Writes a record. */
err user_roles_set(struct tx *t, int64_t user_id, unsigned roles, int64_t by);
err user_roles(struct tx *t, int64_t user_id, unsigned *ret_roles);
/* One-time link token for a person with these roles (valid 72 h); only its hash is stored. */
err user_invite(struct tx *t, arena *mem, unsigned roles, str note, int64_t by, str *ret_token);

/* ---- second factor ---- */
/* Code of now for a secret (20 bytes), six digits, 30 s steps (RFC 6238, SHA-1). */
str totp_code(arena *mem, struct bytes secret, int64_t now_ms);
/* Accepts the step before and after; a step is used once (ASVS V6.5.1). Counts failures. */
err totp_check(struct tx *t, struct vault *v, int64_t user_id, str code, bool *ret_ok);
err totp_enable(struct tx *t, struct vault *v, int64_t user_id, struct bytes secret);
/* Ten fresh recovery codes, shown once; only hashes are stored. */
err recovery_codes_make(struct tx *t, arena *mem, int64_t user_id, str ret_codes[10]);
