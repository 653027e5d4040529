/* Users: everybody who can log in; one login system for all roles. Mobile number proved by a
 * one-time code, password (Argon2id), second factor (TOTP, RFC 6238; forced for staff) with
 * recovery codes, throttling and lock (A5.7), reset, sessions, staff invitations with separation of
 * duties. The number is sealed in the vault and found by its keyed hash. */
#pragma once
#include "db/db.h"
#include "mail/mail.h"
#include "settings/settings.h"
#include "web/access.h"

struct user {
    int64_t id, created_at, locked_until;
    str name, lang, state, password /* its hash */;
    unsigned roles;
    int failed, passkeys;
    bool totp_on;
};
/* A second factor of either kind is set up. */
bool user_two_factor(const struct user *u);

enum {
    PASSWORD_MIN = 8, /* ASVS 5.0 V6.2: 8 at least, 64 and more allowed, no composition rules */
    PASSWORD_MAX = 128,
    RECOVERY_CODES = 10,
    TOTP_SECRET = 20, /* bytes */
};

/* What process settings say about codes, logins, invitations and password hashes. Set once at
 * start, before any other thread runs; until then the defaults of settings.def hold. */
struct user_limits {
    int64_t code_ttl_ms, code_interval_ms; /* life of a code; between two to one number */
    int64_t login_lock_ms; /* the first lock; doubles with each further wrong try, to a day */
    int64_t invite_ttl_ms, argon2_memory /* bytes */;
    int code_tries, code_daily, login_tries; /* per code; per number and day; wrong in a row */
    int argon2_ops, argon2_parallel;         /* passes; hashes at once, 0 = one per core */
};
void user_limits_set(const struct settings *s);
const struct user_limits *user_limits(void);

/* ---- one-time codes to a mobile number (obligations 2.16) ---- */
/* Normalises: spaces, hyphens, +86/0086/86 dropped; ERR_INVALID "bad_mobile" unless
 * 1[3-9]xxxxxxxxx. Fits struct form_field.check. */
err mobile_check(arena *mem, str input, str *ret_mobile);
/* Mails a 6-digit code; ERR_LIMIT "code_too_soon", "code_daily". Poke the jobs after. */
err mobile_code_send(struct tx *t, const struct mailer *m, str mobile, const char *purpose);
int code_minutes(void); /* life of a code, rounded up, to tell people */
/* The same limits and no message: for numbers that nobody here has (no oracle). */
err mobile_code_pretend(struct tx *t, struct vault *v, str mobile, const char *purpose);
/* A wrong try must stay counted although the caller refuses, so the verdict is an output:
 * *ret_reason is NULL when the code is right (it is used up then), else code_wrong, code_expired,
 * code_locked. The caller commits either way and refuses afterwards. */
err mobile_code_check(struct tx *t, struct vault *v, str mobile, const char *purpose, str code,
                      const char **ret_reason);

/* ---- people ---- */
struct user_new {
    str name, mobile, password_hash, lang;
};
/* ERR_CONFLICT "mobile_taken". */
err user_create(struct tx *t, struct vault *v, const struct user_new *n, int64_t *ret_id);
err user_load(struct tx *t, arena *mem, int64_t id, struct user *ret_u);
err user_count(struct tx *t, int64_t *ret_n); /* for `gongqi demo`, which fills empty sites */
err user_find_mobile(struct tx *t, arena *mem, struct vault *v, str mobile, struct user *ret_u);
/* The keyed hash by which a number is found, and whose it is (ERR_NOT_FOUND). */
struct bytes user_mobile_key(const struct vault *v, arena *mem, str mobile);
err user_of_mobile_key(struct tx *t, struct bytes mobile_key, int64_t *ret_id);
err user_mobile(struct tx *t, arena *mem, struct vault *v, int64_t id, str *ret_mobile);
err user_masked_mobile(struct tx *t, arena *mem, struct vault *v, int64_t id, str *ret_mobile);
err user_set_password(struct tx *t, int64_t id, str hash);
err user_set_name(struct tx *t, int64_t id, str name);
err user_set_lang(struct tx *t, int64_t id, str lang); /* zh or en */
/* A wrong password or code: counts, and locks after login_tries. A right one forgets the count. */
err user_failed(struct tx *t, int64_t id);
err user_succeeded(struct tx *t, int64_t id);

/* Who wants to log in. Numbers that nobody has are counted and locked alike (no oracle). */
struct login {
    struct user user; /* id 0: no such login, or a closed one */
    int64_t locked_until;
};
err login_find(struct tx *t, arena *mem, struct vault *v, str mobile, struct login *ret_l);
err login_failed(struct tx *t, struct vault *v, str mobile, int64_t user_id,
                 int64_t *ret_locked_until);

/* Slow on purpose, so outside transactions; as many at once as there are cores. */
str password_hash(arena *mem, str password);
bool password_verify(arena *mem, str hash, str password);
/* The time of a verification, for logins without such a user (no oracle). */
void password_verify_nobody(arena *mem, str password);
/* Words that stand near this person and site; any may be empty. */
struct password_about {
    str mobile, name, site, host;
};
/* ASVS 5.0 V6.2. ERR_INVALID password_too_short, password_too_long, password_common,
 * password_is_mobile (the number or its last eight digits), password_context (little more than the
 * person's name, or the site's name or host). */
err password_check(str password, const struct password_about *about);

/* ---- roles ---- */
/* Sets the roles held from now on; roles_check; by 0 = command line. Records each change.
 * ERR_DENIED "own_roles" when by is the user. */
err user_roles_set(struct tx *t, int64_t user_id, unsigned roles, int64_t by);
err user_roles(struct tx *t, int64_t user_id, unsigned *ret_roles);
/* Staff, regulators and industry people, with their roles; at most 200. */
err user_staff_list(struct tx *t, arena *mem, struct user **ret_v, size_t *ret_n);
/* One-time link token for a person with these roles; only its hash is stored. */
struct invite {
    unsigned roles;
    str note;
    int64_t created_by, expires_at;
};
err user_invite(struct tx *t, arena *mem, const struct invite *i, str *ret_token);
err invite_find(struct tx *t, arena *mem, str token, struct invite *ret_i); /* unused, unexpired */
/* Gives the invite's roles to user. ERR_CONFLICT "invite_used". */
err invite_accept(struct tx *t, arena *mem, str token, int64_t user_id);

/* ---- second factor ---- */
/* Six digits for a secret at a time (RFC 6238: SHA-1, 30 s). */
str totp_code(arena *mem, struct bytes secret, int64_t now_ms);
str totp_secret_text(arena *mem, struct bytes secret); /* base32, as authenticator apps take it */
str totp_uri(arena *mem, struct bytes secret, str issuer, str label);
/* Stores a new secret; the second factor is off until totp_enable. */
err totp_begin(struct tx *t, arena *mem, struct vault *v, int64_t user_id,
               struct bytes *ret_secret);
err totp_pending(struct tx *t, arena *mem, struct vault *v, int64_t user_id,
                 struct bytes *ret_secret);
/* Right code (the step before and after count too; each step once, ASVS V6.5.1) or unused recovery
 * code. *ret_ok false: counted as a failure; the caller commits and refuses afterwards. */
err second_factor_check(struct tx *t, struct vault *v, int64_t user_id, str code, bool *ret_ok);
err totp_enable(struct tx *t, int64_t user_id);
err totp_drop(struct tx *t, int64_t user_id); /* secret and recovery codes; command line only */
/* A QR code as the path of an SVG, one unit per module; *ret_n = modules a side, with the quiet
 * zone. ERR_TOO_LARGE when text does not fit. */
err qr_path(arena *mem, str text, str *ret_path, int *ret_n);
/* Fresh recovery codes, shown once; only hashes are stored; older ones are void. */
err recovery_codes_make(struct tx *t, arena *mem, int64_t user_id, str ret_codes[RECOVERY_CODES]);
