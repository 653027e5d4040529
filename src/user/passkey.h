/* Passkeys: credentials of authenticators (user/webauthn.h) as second factor, and as a login of
 * their own, since they are discoverable and always verify their user. Challenges stand in the
 * database, are good for one answer and PASSKEY_TTL_MS, and belong to a purpose and a session. */
#pragma once
#include "user/user.h"
#include "user/webauthn.h"

enum { PASSKEYS_MAX = 20, PASSKEY_NAME_MAX = 40, PASSKEY_HANDLE = 16, PASSKEY_TTL_MS = 300000 };

struct passkey {
    int64_t id, user_id, created_at, used_at; /* used_at 0 = never */
    str name;
    struct webauthn_key key;
};
/* Oldest first, at most PASSKEYS_MAX. */
err passkey_list(struct tx *t, arena *mem, int64_t user_id, struct passkey **ret_v, size_t *ret_n);
err passkey_load(struct tx *t, arena *mem, int64_t user_id, int64_t id, struct passkey *ret_p);
err passkey_rename(struct tx *t, int64_t user_id, int64_t id, str name);
/* ERR_CONFLICT "last_factor" when staff would be without second factor. Recovery codes go with the
 * last second factor of others. Records and tells. */
err passkey_remove(struct tx *t, int64_t user_id, int64_t id);
/* Those made at since or later (0: all), without a question: by the command line, and after a login
 * that was not the user's. */
err passkey_drop(struct tx *t, int64_t user_id, int64_t since);

/* What authenticators know a user as: no number that means anything elsewhere. */
struct bytes passkey_handle(arena *mem, int64_t user_id);

enum passkey_purpose { PASSKEY_LOGIN, PASSKEY_SECOND, PASSKEY_REGISTER };
struct passkey_ask {
    enum passkey_purpose purpose;
    int64_t user_id, session_id; /* 0 and 0 for PASSKEY_LOGIN */
};
err passkey_ask(struct tx *t, arena *mem, const struct passkey_ask *a, str *ret_challenge);

struct passkey_answer {
    struct webauthn_site site;
    struct passkey_ask to; /* the question that it must answer */
    struct webauthn_made made;
    str name; /* with made; "" = a name is found */
    struct bytes credential, handle /* may be empty for PASSKEY_SECOND */;
    struct webauthn_signed signed_;
};
/* The challenge is used up even when the answer is refused, so the verdict is an output, as in
 * mobile_code_check: *ret_reason is NULL when it is right, else a reason of webauthn.h,
 * passkey_challenge (expired, used, another session), passkey_unknown, passkey_exists or
 * passkey_too_many. The caller commits either way and refuses afterwards. ret_p->user_id is set
 * whenever the credential is known. */
err passkey_add(struct tx *t, arena *mem, const struct passkey_answer *a, struct passkey *ret_p,
                const char **ret_reason);
err passkey_check(struct tx *t, arena *mem, const struct passkey_answer *a, struct passkey *ret_p,
                  const char **ret_reason);
