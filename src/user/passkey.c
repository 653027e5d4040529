/* Rules of passkeys. */
#include "user/passkey_store.h"

#include "base/hash.h"
#include "base/id.h"
#include "base/rand.h"
#include "notice/notice.h"
#include "record/record.h"
#include "user/user_store.h"

static const str PURPOSES[] = {
    [PASSKEY_LOGIN] = S_INIT("login"),
    [PASSKEY_SECOND] = S_INIT("second"),
    [PASSKEY_REGISTER] = S_INIT("register"),
};

struct bytes passkey_handle(arena *mem, int64_t user_id)
{
    struct sha256 h = sha256(str_bytes(str_fmt(mem, "passkey/%lld", (long long)user_id)));
    uint8_t *p = arena_alloc(mem, PASSKEY_HANDLE);
    memcpy(p, h.b, PASSKEY_HANDLE);
    return (struct bytes){p, PASSKEY_HANDLE};
}

err passkey_ask(struct tx *t, arena *mem, const struct passkey_ask *a, str *ret_challenge)
{
    str challenge = rand_token(mem, WEBAUTHN_CHALLENGE);
    struct sha256 h = sha256(str_bytes(challenge));
    struct challenge_row row = {.hash = {h.b, sizeof h.b},
                                .purpose = PURPOSES[a->purpose],
                                .user_id = a->user_id,
                                .session_id = a->session_id,
                                .expires_at = tx_now(t) + PASSKEY_TTL_MS};
    TRY(store_challenge_insert(t, &row));
    *ret_challenge = challenge;
    return OK;
}

/* ---- answers ---- */

/* A refusal of this house or of the standard becomes a verdict, all else stays an error. */
static err verdict(arena *mem, err e, const char **ret_reason)
{
    *ret_reason = NULL;
    if (e == ERR_INVALID)
        *ret_reason = str_z(mem, str_from(fault_of(e).reason));
    return e == ERR_INVALID ? OK : e;
}

static err refuse(const char *reason)
{
    return fault(ERR_INVALID, reason, "passkey");
}

/* Uses up the challenge that the client data speak of. */
static err challenge_take(struct tx *t, arena *mem, const struct passkey_ask *to,
                          struct bytes client_data, str *ret_challenge)
{
    struct challenge_row c;
    str challenge;
    TRY(webauthn_challenge(mem, client_data, &challenge));
    struct sha256 h = sha256(str_bytes(challenge));
    err e = store_challenge_take(t, mem, (struct bytes){h.b, sizeof h.b}, &c);
    if (e == ERR_NOT_FOUND)
        return refuse("passkey_challenge");
    TRY(e);
    if (c.expires_at <= tx_now(t) || !str_eq(c.purpose, PURPOSES[to->purpose]) ||
        c.user_id != to->user_id || c.session_id != to->session_id)
        return refuse("passkey_challenge");
    *ret_challenge = challenge;
    return OK;
}

static err told(struct tx *t, int64_t user_id, enum record_kind kind, str name)
{
    AUTO_ARENA(mem);
    TRY(record_add(t, &(struct record_in){
                          .kind = kind,
                          .actor = user_id,
                          .subject = str_fmt(mem, "user/%lld", (long long)user_id),
                      }));
    return notice_send(t, user_id, record_kind_name(kind), S("/me/security/passkeys"), 1,
                       (const str[]){name});
}

static err add(struct tx *t, arena *mem, const struct passkey_answer *a, struct passkey *ret_p)
{
    struct passkey p = {.id = id_new(), .user_id = a->to.user_id, .name = a->name};
    str challenge;
    int64_t n = 0, changed = 0;
    TRY(challenge_take(t, mem, &a->to, a->made.client_data, &challenge));
    TRY(webauthn_register(mem, &a->site, challenge, &a->made, &p.key));
    TRY(store_passkey_count(t, p.user_id, &n));
    if (n >= PASSKEYS_MAX)
        return refuse("passkey_too_many");
    TRY(store_passkey_insert(t, &p, &changed));
    if (!changed)
        return refuse("passkey_exists");
    *ret_p = p;
    return told(t, p.user_id, RECORD_passkey_added, p.name);
}

err passkey_add(struct tx *t, arena *mem, const struct passkey_answer *a, struct passkey *ret_p,
                const char **ret_reason)
{
    return verdict(mem, add(t, mem, a, ret_p), ret_reason);
}

static bool handle_fits(arena *mem, const struct passkey_answer *a, int64_t user_id)
{
    if (!a->handle.n)
        return a->to.purpose == PASSKEY_SECOND;
    return same_bytes(a->handle, passkey_handle(mem, user_id));
}

static err check(struct tx *t, arena *mem, const struct passkey_answer *a, struct passkey *ret_p)
{
    struct passkey p;
    str challenge;
    TRY(challenge_take(t, mem, &a->to, a->signed_.client_data, &challenge));
    err e = store_passkey_find(t, mem, a->credential, &p);
    if (e == ERR_NOT_FOUND)
        return refuse("passkey_unknown");
    TRY(e);
    ret_p->user_id = p.user_id;
    if (a->to.purpose == PASSKEY_SECOND && p.user_id != a->to.user_id)
        return refuse("passkey_unknown");
    if (!handle_fits(mem, a, p.user_id))
        return refuse("passkey_unknown");
    TRY(webauthn_verify(&a->site, challenge, &a->signed_, &p.key, &p.key));
    *ret_p = p;
    return store_passkey_used(t, &p);
}

err passkey_check(struct tx *t, arena *mem, const struct passkey_answer *a, struct passkey *ret_p,
                  const char **ret_reason)
{
    *ret_p = (struct passkey){0};
    return verdict(mem, check(t, mem, a, ret_p), ret_reason);
}

err passkey_remove(struct tx *t, int64_t user_id, int64_t id)
{
    AUTO_ARENA(mem);
    struct passkey p;
    struct user u;
    int64_t changed = 0;
    TRY(passkey_load(t, mem, user_id, id, &p));
    TRY(user_load(t, mem, user_id, &u));
    bool last = u.passkeys == 1 && !u.totp_on;
    if (last && (u.roles & ROLE_STAFF))
        return fault(ERR_CONFLICT, "last_factor", "staff's last second factor");
    TRY(store_passkey_delete(t, user_id, id, &changed));
    if (last)
        TRY(store_recovery_clear(t, user_id));
    return told(t, user_id, RECORD_passkey_removed, p.name);
}
