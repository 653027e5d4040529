/* A software authenticator for tests: makes keys, attestations and answers, right or bent. */
#pragma once
#include "base/buf.h"
#include "base/hash.h"
#include "user/webauthn.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sodium.h>

struct authenticator {
    arena *mem;
    int algorithm;
    EVP_PKEY *ec;
    uint8_t ed_public[32], ed_secret[64], point[65];
    struct bytes id;
    /* what it says; tests bend these */
    const char *origin, *rp_id, *extra; /* extra: further members of the client data */
    unsigned flags;
    uint32_t count;
};
enum { AUTH_UP = 1, AUTH_UV = 4, AUTH_AT = 64, AUTH_ED = 128 };

static inline struct bytes auth_hex(arena *mem, const char *text)
{
    struct bytes b = {0};
    ASSERT(hex_parse(mem, str_from(text), &b) == OK);
    return b;
}

static inline void auth_new(struct authenticator *a, arena *mem, int algorithm, const char *id)
{
    *a = (struct authenticator){.mem = mem,
                                .algorithm = algorithm,
                                .id = str_bytes(str_from(id)),
                                .origin = "https://example.org",
                                .rp_id = "example.org",
                                .extra = "",
                                .flags = AUTH_UP | AUTH_UV};
    size_t n = 0;
    if (algorithm == COSE_EDDSA) {
        crypto_sign_keypair(a->ed_public, a->ed_secret);
        return;
    }
    a->ec = EVP_EC_gen("P-256");
    ASSERT(a->ec && EVP_PKEY_get_octet_string_param(a->ec, OSSL_PKEY_PARAM_PUB_KEY, a->point,
                                                    sizeof a->point, &n) == 1);
    ASSERT(n == sizeof a->point);
}

static inline void auth_done(struct authenticator *a)
{
    EVP_PKEY_free(a->ec);
}

static inline void auth_add(struct buf *b, const void *p, size_t n)
{
    buf_add(b, (str){p, n});
}

/* The COSE key. */
static inline struct bytes auth_cose(const struct authenticator *a)
{
    struct buf b;
    buf_init(&b, a->mem, 200);
    if (a->algorithm == COSE_EDDSA) {
        auth_add(&b, "\xA4\x01\x01\x03\x27\x20\x06\x21\x58\x20", 10);
        auth_add(&b, a->ed_public, 32);
    } else {
        auth_add(&b, "\xA5\x01\x02\x03\x26\x20\x01\x21\x58\x20", 10);
        auth_add(&b, a->point + 1, 32);
        auth_add(&b, "\x22\x58\x20", 3);
        auth_add(&b, a->point + 33, 32);
    }
    return str_bytes(buf_str(&b));
}

/* Authenticator data; cose NULL: without credential. */
static inline struct bytes auth_data(const struct authenticator *a, unsigned flags,
                                     const struct bytes *cose)
{
    struct buf b;
    struct sha256 rp = sha256(str_bytes(str_from(a->rp_id)));
    uint8_t c[] = {(uint8_t)flags, (uint8_t)(a->count >> 24), (uint8_t)(a->count >> 16),
                   (uint8_t)(a->count >> 8), (uint8_t)a->count};
    uint8_t zero[16] = {0}, length[2] = {(uint8_t)(a->id.n >> 8), (uint8_t)a->id.n};
    buf_init(&b, a->mem, 4000);
    auth_add(&b, rp.b, sizeof rp.b);
    auth_add(&b, c, sizeof c);
    if (cose) {
        auth_add(&b, zero, sizeof zero);
        auth_add(&b, length, sizeof length);
        auth_add(&b, a->id.p, a->id.n);
        auth_add(&b, cose->p, cose->n);
    }
    return str_bytes(buf_str(&b));
}

static inline struct bytes auth_attestation(const struct authenticator *a, struct bytes data)
{
    struct buf b;
    uint8_t length[3] = {0x59, (uint8_t)(data.n >> 8), (uint8_t)data.n};
    buf_init(&b, a->mem, 5000);
    auth_add(&b,
             "\xA3\x63"
             "fmt\x64none\x67"
             "attStmt\xA0\x68"
             "authData",
             28);
    if (data.n < 256) {
        length[1] = 0x58;
        auth_add(&b, length + 1, 2);
    } else {
        auth_add(&b, length, 3);
    }
    auth_add(&b, data.p, data.n);
    return str_bytes(buf_str(&b));
}

static inline struct bytes auth_client(const struct authenticator *a, const char *type,
                                       str challenge)
{
    return str_bytes(str_fmt(a->mem, "{\"type\":\"%s\",\"challenge\":\"%.*s\",\"origin\":\"%s\"%s}",
                             type, FMT(challenge), a->origin, a->extra));
}

static inline struct webauthn_made auth_make(const struct authenticator *a, str challenge)
{
    struct bytes cose = auth_cose(a);
    return (struct webauthn_made){
        auth_client(a, "webauthn.create", challenge),
        auth_attestation(a, auth_data(a, a->flags | AUTH_AT, &cose)),
    };
}

static inline struct bytes auth_sign(const struct authenticator *a, struct bytes said)
{
    uint8_t *sig = arena_alloc(a->mem, 128);
    size_t n = 128;
    if (a->algorithm == COSE_EDDSA) {
        crypto_sign_detached(sig, NULL, said.p, said.n, a->ed_secret);
        return (struct bytes){sig, 64};
    }
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    ASSERT(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, a->ec) == 1 &&
           EVP_DigestSign(md, sig, &n, said.p, said.n) == 1);
    EVP_MD_CTX_free(md);
    return (struct bytes){sig, n};
}

static inline struct webauthn_signed auth_answer(const struct authenticator *a, str challenge)
{
    struct bytes client = auth_client(a, "webauthn.get", challenge);
    struct bytes data = auth_data(a, a->flags, NULL);
    struct sha256 h = sha256(client);
    struct buf b;
    buf_init(&b, a->mem, 5000);
    auth_add(&b, data.p, data.n);
    auth_add(&b, h.b, sizeof h.b);
    return (struct webauthn_signed){client, data, auth_sign(a, str_bytes(buf_str(&b)))};
}
