/* Second factor: TOTP (RFC 6238 with SHA-1, six digits, 30 s) and recovery codes. */
#include "user/user_store.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/rand.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { STEP_MS = 30 * SECOND_MS, RECOVERY_DIGITS = 10 };

static int code_at(struct bytes secret, int64_t step)
{
    uint8_t counter[8], mac[EVP_MAX_MD_SIZE];
    for (int i = 7; i >= 0; i--, step >>= 8)
        counter[i] = (uint8_t)(step & 0xFF);
    unsigned n = 0;
    ASSERT(HMAC(EVP_sha1(), secret.p, (int)secret.n, counter, sizeof counter, mac, &n) && n == 20);
    int at = mac[19] & 15;
    int32_t v = (mac[at] & 0x7F) << 24 | mac[at + 1] << 16 | mac[at + 2] << 8 | mac[at + 3];
    return v % 1000000;
}

str totp_code(arena *mem, struct bytes secret, int64_t now_ms)
{
    return str_fmt(mem, "%06d", code_at(secret, now_ms / STEP_MS));
}

str totp_secret_text(arena *mem, struct bytes secret)
{
    static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char *p = arena_alloc(mem, secret.n * 8 / 5 + 2);
    size_t n = 0;
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < secret.n; i++) {
        bits = bits << 8 | secret.p[i];
        for (have += 8; have >= 5; have -= 5)
            p[n++] = ALPHABET[bits >> (have - 5) & 31];
    }
    if (have)
        p[n++] = ALPHABET[bits << (5 - have) & 31];
    return (str){p, n};
}

str totp_uri(arena *mem, struct bytes secret, str issuer, str label)
{
    return str_fmt(mem, "otpauth://totp/%.*s:%.*s?secret=%.*s&issuer=%.*s", FMT(issuer), FMT(label),
                   FMT(totp_secret_text(mem, secret)), FMT(issuer));
}

static struct vault_ref totp_ref(int64_t user_id)
{
    return VAULT_REF("users", "totp_sealed", user_id);
}

err totp_begin(struct tx *t, arena *mem, struct vault *v, int64_t user_id, struct bytes *ret_secret)
{
    uint8_t *raw = arena_alloc(mem, TOTP_SECRET);
    rand_bytes(raw, TOTP_SECRET);
    struct bytes secret = {raw, TOTP_SECRET}, sealed;
    TRY(vault_seal(VAULT_CTX(v, t, mem), totp_ref(user_id), secret, &sealed));
    TRY(store_totp_secret(t, user_id, sealed));
    *ret_secret = secret;
    return OK;
}

err totp_pending(struct tx *t, arena *mem, struct vault *v, int64_t user_id,
                 struct bytes *ret_secret)
{
    struct totp_row row;
    TRY(store_totp(t, mem, user_id, &row));
    if (!row.sealed.p)
        return fault(ERR_NOT_FOUND, "not_found", "no secret");
    return vault_open(VAULT_CTX(v, t, mem), totp_ref(user_id), row.sealed, ret_secret);
}

err totp_enable(struct tx *t, int64_t user_id)
{
    return store_totp_on(t, user_id);
}

err totp_drop(struct tx *t, int64_t user_id)
{
    TRY(store_recovery_clear(t, user_id));
    return store_totp_clear(t, user_id);
}

/* The step whose code this is, among now and its neighbours; -1 = none. */
static int64_t step_of(struct bytes secret, str code, int64_t now)
{
    AUTO_ARENA(mem);
    for (int64_t step = now / STEP_MS - 1; step <= now / STEP_MS + 1; step++) {
        str want = str_fmt(mem, "%06d", code_at(secret, step));
        if (same_bytes(str_bytes(want), str_bytes(code)))
            return step;
    }
    return -1;
}

static struct sha256 recovery_hash(int64_t user_id, str code)
{
    AUTO_ARENA(mem);
    return sha256(str_bytes(str_fmt(mem, "recovery/%lld/%.*s", (long long)user_id, FMT(code))));
}

err second_factor_check(struct tx *t, struct vault *v, int64_t user_id, str code, bool *ret_ok)
{
    AUTO_ARENA(mem);
    int64_t changed = 0;
    struct bytes secret;
    err e = totp_pending(t, mem, v, user_id, &secret);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    int64_t step = e == OK ? step_of(secret, code, tx_now(t)) : -1;
    if (step >= 0) {
        TRY(store_totp_step(t, user_id, step, &changed));
    } else if (code.n == RECOVERY_DIGITS) {
        struct sha256 h = recovery_hash(user_id, code);
        TRY(store_recovery_use(t, user_id, (struct bytes){h.b, sizeof h.b}, &changed));
    }
    TRY(changed ? user_succeeded(t, user_id) : user_failed(t, user_id));
    *ret_ok = changed > 0;
    return OK;
}

err recovery_codes_make(struct tx *t, arena *mem, int64_t user_id, str ret_codes[RECOVERY_CODES])
{
    TRY(store_recovery_clear(t, user_id));
    for (int i = 0; i < RECOVERY_CODES; i++) {
        ret_codes[i] = rand_digits(mem, RECOVERY_DIGITS);
        struct sha256 h = recovery_hash(user_id, ret_codes[i]);
        TRY(store_recovery_insert(t, user_id, (struct bytes){h.b, sizeof h.b}));
    }
    return OK;
}
