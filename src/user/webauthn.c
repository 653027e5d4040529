/* Verification of WebAuthn answers. */
#include "user/webauthn.h"

#include "base/hash.h"
#include "base/json.h"
#include "user/cbor.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

enum flag { PRESENT = 1, VERIFIED = 4, MAY_SYNC = 8, SYNCED = 16, WITH_KEY = 64, WITH_MORE = 128 };
enum { HASH = 32, FIXED = HASH + 1 + 4, AAGUID = 16, COORDINATE = 32, POINT = 1 + 2 * COORDINATE };
/* Labels and values of COSE keys (RFC 9053). */
enum { COSE_KTY = 1, COSE_ALG = 3, COSE_CRV = -1, COSE_X = -2, COSE_Y = -3 };
enum { KTY_OKP = 1, KTY_EC2 = 2, CRV_P256 = 1, CRV_ED25519 = 6 };

static err refuse(const char *reason, const char *text)
{
    return fault(ERR_INVALID, reason, "%s", text);
}

static err malformed(const char *text)
{
    return refuse("passkey_malformed", text);
}

/* ---- client data (5.8.1) ---- */

static err client_json(struct bytes client_data, json_t **ret_root)
{
    if (client_data.n > WEBAUTHN_DATA_MAX)
        return malformed("client data are too long");
    err e = json_read(bytes_str(client_data), ret_root);
    return e == OK ? OK : malformed("client data are not JSON");
}

err webauthn_challenge(arena *mem, struct bytes client_data, str *ret_challenge)
{
    JSON_AUTO *root = NULL;
    TRY(client_json(client_data, &root));
    str challenge = json_text(root, "challenge");
    if (!challenge.n)
        return malformed("no challenge");
    *ret_challenge = str_dup(mem, challenge);
    return OK;
}

static err client_check(const struct webauthn_site *site, str challenge, str type,
                        struct bytes client_data)
{
    JSON_AUTO *root = NULL;
    TRY(client_json(client_data, &root));
    if (!str_eq(json_text(root, "type"), type))
        return malformed("answer to another question");
    if (!challenge.n || !str_eq(json_text(root, "challenge"), challenge))
        return refuse("passkey_challenge", "another challenge");
    if (!str_eq(json_text(root, "origin"), site->origin))
        return refuse("passkey_origin", "another origin");
    if (json_is_true(json_object_get(root, "crossOrigin")) || json_object_get(root, "topOrigin"))
        return refuse("passkey_origin", "inside a frame of another site");
    return OK;
}

/* ---- keys ---- */

static void pkey_free(EVP_PKEY **k)
{
    EVP_PKEY_free(*k);
}
static void pkey_ctx_free(EVP_PKEY_CTX **c)
{
    EVP_PKEY_CTX_free(*c);
}
static void md_free(EVP_MD_CTX **c)
{
    EVP_MD_CTX_free(*c);
}

/* NULL when the point is not on the curve. */
static EVP_PKEY *p256_key(struct bytes point)
{
    char group[] = "prime256v1";
    uint8_t copy[POINT];
    EVP_PKEY *key = NULL;
    __attribute__((cleanup(pkey_ctx_free))) EVP_PKEY_CTX *c =
        EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (point.n != POINT || !c || EVP_PKEY_fromdata_init(c) != 1)
        return NULL;
    memcpy(copy, point.p, POINT);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy),
        OSSL_PARAM_construct_end(),
    };
    return EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) == 1 ? key : NULL;
}

static bool key_valid(const struct webauthn_key *k)
{
    if (k->algorithm == COSE_EDDSA)
        return k->key.n == crypto_sign_PUBLICKEYBYTES &&
               crypto_core_ed25519_is_valid_point(k->key.p) == 1;
    __attribute__((cleanup(pkey_free))) EVP_PKEY *key = p256_key(k->key);
    return key != NULL;
}

static bool signature_right(const struct webauthn_key *k, struct bytes said, struct bytes sig)
{
    if (k->algorithm == COSE_EDDSA)
        return sig.n == crypto_sign_BYTES && k->key.n == crypto_sign_PUBLICKEYBYTES &&
               crypto_sign_verify_detached(sig.p, said.p, said.n, k->key.p) == 0;
    __attribute__((cleanup(pkey_free))) EVP_PKEY *key = p256_key(k->key);
    __attribute__((cleanup(md_free))) EVP_MD_CTX *md = EVP_MD_CTX_new();
    return key && md && EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
           EVP_DigestVerify(md, sig.p, sig.n, said.p, said.n) == 1;
}

struct cose {
    int64_t kty, alg, crv;
    struct bytes x, y;
    unsigned seen; /* one bit per label */
};

static err cose_entry(struct cbor *c, struct cose *k)
{
    static const int64_t LABELS[] = {COSE_KTY, COSE_ALG, COSE_CRV, COSE_X, COSE_Y};
    int64_t label = 0;
    size_t i = 0;
    TRY(cbor_int(c, &label));
    while (i < LEN(LABELS) && LABELS[i] != label)
        i++;
    if (i == LEN(LABELS) || k->seen & 1U << i)
        return malformed("key with an unknown or repeated member");
    k->seen |= 1U << i;
    switch (label) {
    case COSE_KTY:
        return cbor_int(c, &k->kty);
    case COSE_ALG:
        return cbor_int(c, &k->alg);
    case COSE_CRV:
        return cbor_int(c, &k->crv);
    case COSE_X:
        return cbor_bytes(c, &k->x);
    default:
        return cbor_bytes(c, &k->y);
    }
}

static bool is_es256(const struct cose *k)
{
    return k->kty == KTY_EC2 && k->alg == COSE_ES256 && k->crv == CRV_P256 &&
           k->x.n == COORDINATE && k->y.n == COORDINATE;
}

static bool is_ed25519(const struct cose *k)
{
    return k->kty == KTY_OKP && k->alg == COSE_EDDSA && k->crv == CRV_ED25519 &&
           k->x.n == COORDINATE && !k->y.p;
}

/* The key takes the form in which it is kept. */
static err cose_key(arena *mem, struct cbor *c, struct webauthn_key *k)
{
    struct cose in = {0};
    size_t pairs = 0;
    TRY(cbor_map(c, &pairs));
    for (size_t i = 0; i < pairs; i++)
        TRY(cose_entry(c, &in));
    bool ec = is_es256(&in);
    if (!ec && !is_ed25519(&in))
        return malformed("a key of another kind");
    uint8_t *key = arena_alloc(mem, POINT);
    k->algorithm = ec ? COSE_ES256 : COSE_EDDSA;
    k->key = (struct bytes){key, ec ? POINT : COORDINATE};
    if (ec)
        *key++ = 4; /* SEC 1: both coordinates follow */
    memcpy(key, in.x.p, COORDINATE);
    if (ec)
        memcpy(key + COORDINATE, in.y.p, COORDINATE);
    return key_valid(k) ? OK : malformed("a key that is no point of its curve");
}

/* ---- authenticator data (6.1) ---- */

struct auth {
    unsigned flags;
    int64_t count;
    struct cbor rest;
};

static uint32_t big_endian(const uint8_t *p, int n)
{
    uint32_t v = 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static err auth_read(const struct webauthn_site *site, struct bytes data, struct auth *ret_a)
{
    if (data.n < FIXED || data.n > WEBAUTHN_DATA_MAX)
        return malformed("authenticator data of another length");
    struct sha256 id = sha256(str_bytes(site->rp_id));
    if (memcmp(id.b, data.p, HASH) != 0)
        return refuse("passkey_origin", "another rpId");
    struct auth a = {.flags = data.p[HASH],
                     .count = big_endian(data.p + HASH + 1, 4),
                     .rest = {{data.p + FIXED, data.n - FIXED}}};
    if (!(a.flags & PRESENT) || !(a.flags & VERIFIED))
        return refuse("passkey_unverified", "user not present or not verified");
    if ((a.flags & SYNCED) && !(a.flags & MAY_SYNC))
        return malformed("synced, but may not be");
    *ret_a = a;
    return OK;
}

/* Extensions that nobody asked for may be there, and nothing behind them. */
static err auth_end(struct auth *a)
{
    struct cbor peek = a->rest;
    size_t pairs = 0;
    if (a->flags & WITH_MORE) {
        TRY(cbor_map(&peek, &pairs));
        TRY(cbor_skip(&a->rest));
    }
    return a->rest.left.n ? malformed("more than authenticator data") : OK;
}

static err auth_key(arena *mem, struct auth *a, struct webauthn_key *ret_k)
{
    struct webauthn_key k = {.count = a->count, .synced = (a->flags & SYNCED) != 0};
    struct bytes b = a->rest.left;
    if (!(a->flags & WITH_KEY) || b.n < AAGUID + 2)
        return malformed("no credential");
    size_t n = big_endian(b.p + AAGUID, 2);
    if (n == 0 || n > WEBAUTHN_ID_MAX || b.n - AAGUID - 2 < n)
        return malformed("credential id of another length");
    k.id = (struct bytes){b.p + AAGUID + 2, n};
    a->rest.left = (struct bytes){k.id.p + n, b.n - AAGUID - 2 - n};
    TRY(cose_key(mem, &a->rest, &k));
    *ret_k = k;
    return OK;
}

/* ---- attestation object (6.5), format "none" (8.7) ---- */

struct attestation {
    str format;
    size_t statements;
    struct bytes auth;
    unsigned seen;
};

static err attestation_entry(struct cbor *c, struct attestation *a)
{
    static const str KEYS[] = {S_INIT("fmt"), S_INIT("attStmt"), S_INIT("authData")};
    str key = STR_NONE;
    size_t i = 0;
    TRY(cbor_text(c, &key));
    while (i < LEN(KEYS) && !str_eq(KEYS[i], key))
        i++;
    if (i == LEN(KEYS) || a->seen & 1U << i)
        return malformed("attestation with an unknown or repeated member");
    a->seen |= 1U << i;
    if (i == 0)
        return cbor_text(c, &a->format);
    return i == 1 ? cbor_map(c, &a->statements) : cbor_bytes(c, &a->auth);
}

static err attestation_read(struct bytes data, struct bytes *ret_auth)
{
    struct attestation a = {0};
    struct cbor c = {data};
    size_t pairs = 0;
    if (data.n > WEBAUTHN_DATA_MAX)
        return malformed("attestation is too long");
    TRY(cbor_map(&c, &pairs));
    for (size_t i = 0; i < pairs && a.statements == 0; i++)
        TRY(attestation_entry(&c, &a));
    if (!str_eq(a.format, S("none")) || a.statements || a.seen != 7 || c.left.n)
        return malformed("attestation is not \"none\"");
    *ret_auth = a.auth;
    return OK;
}

/* ---- the two ceremonies ---- */

err webauthn_register(arena *mem, const struct webauthn_site *site, str challenge,
                      const struct webauthn_made *in, struct webauthn_key *ret_k)
{
    struct bytes data = {0};
    struct auth a = {0};
    struct webauthn_key k = {0};
    TRY(client_check(site, challenge, S("webauthn.create"), in->client_data));
    TRY(attestation_read(in->attestation, &data));
    TRY(auth_read(site, data, &a));
    TRY(auth_key(mem, &a, &k));
    TRY(auth_end(&a));
    *ret_k = k;
    return OK;
}

err webauthn_verify(const struct webauthn_site *site, str challenge,
                    const struct webauthn_signed *in, const struct webauthn_key *k,
                    struct webauthn_key *ret_k)
{
    AUTO_ARENA(mem);
    struct auth a = {0};
    TRY(client_check(site, challenge, S("webauthn.get"), in->client_data));
    TRY(auth_read(site, in->auth_data, &a));
    if (a.flags & WITH_KEY)
        return malformed("a credential in an answer");
    TRY(auth_end(&a));
    struct sha256 client = sha256(in->client_data);
    uint8_t *said = arena_alloc(mem, in->auth_data.n + HASH);
    memcpy(said, in->auth_data.p, in->auth_data.n);
    memcpy(said + in->auth_data.n, client.b, HASH);
    if (!signature_right(k, (struct bytes){said, in->auth_data.n + HASH}, in->signature))
        return refuse("passkey_signature", "signature does not match");
    if ((a.count || k->count) && a.count <= k->count)
        return refuse("passkey_copied", "counter went back");
    *ret_k = *k;
    ret_k->count = a.count;
    ret_k->synced = (a.flags & SYNCED) != 0;
    return OK;
}

str webauthn_rp_id(str origin)
{
    str rest = origin;
    for (size_t i = 0; i + 3 <= origin.n; i++)
        if (memcmp(origin.p + i, "://", 3) == 0) {
            rest = str_sub(origin, i + 3, origin.n);
            break;
        }
    return str_split(rest, ':', &rest);
}
