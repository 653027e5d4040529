/* Hashes and encodings over libsodium; SHA-256 over libcrypto, which knows the processor's own
 * instructions for it (the low-level calls: OpenSSL 3's one-shot SHA256() is 2.7 times slower). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <assert.h>
#include <openssl/sha.h>
#include <sodium.h>

static_assert(sizeof(struct sha256_ctx) >= sizeof(SHA256_CTX), "context too small");

struct sha256 sha256(struct bytes data)
{
    struct sha256_ctx c;
    sha256_start(&c);
    sha256_add(&c, data);
    return sha256_end(&c);
}

void sha256_start(struct sha256_ctx *c)
{
    SHA256_Init((SHA256_CTX *)(void *)c);
}

void sha256_add(struct sha256_ctx *c, struct bytes data)
{
    SHA256_Update((SHA256_CTX *)(void *)c, data.p, data.n);
}

struct sha256 sha256_end(struct sha256_ctx *c)
{
    struct sha256 h;
    SHA256_Final(h.b, (SHA256_CTX *)(void *)c);
    return h;
}

struct sha256 hmac_sha256(struct bytes key, struct bytes data)
{
    crypto_auth_hmacsha256_state s;
    struct sha256 h;
    crypto_auth_hmacsha256_init(&s, key.p, key.n);
    crypto_auth_hmacsha256_update(&s, data.p, data.n);
    crypto_auth_hmacsha256_final(&s, h.b);
    return h;
}

bool same_bytes(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

str hex(arena *a, struct bytes b)
{
    char *p = arena_alloc(a, b.n * 2 + 1);
    sodium_bin2hex(p, b.n * 2 + 1, b.p, b.n);
    return (str){p, b.n * 2};
}

str sha256_hex(arena *a, struct sha256 h)
{
    return hex(a, (struct bytes){h.b, sizeof h.b});
}

err hex_parse(arena *a, str s, struct bytes *ret_b)
{
    uint8_t *p = arena_alloc(a, s.n / 2 + 1);
    size_t n;
    const char *end;
    if (sodium_hex2bin(p, s.n / 2 + 1, s.p, s.n, NULL, &n, &end) != 0 || end != s.p + s.n)
        return fault(ERR_INVALID, "bad_hex", "not hexadecimal");
    *ret_b = (struct bytes){p, n};
    return OK;
}

static str encode(arena *a, struct bytes b, int variant)
{
    size_t size = sodium_base64_encoded_len(b.n, variant);
    char *p = arena_alloc(a, size);
    sodium_bin2base64(p, size, b.p, b.n, variant);
    return str_from(p);
}

static err decode(arena *a, str s, int variant, struct bytes *ret_b)
{
    uint8_t *p = arena_alloc(a, s.n + 1);
    size_t n;
    const char *end;
    if (sodium_base642bin(p, s.n + 1, s.p, s.n, NULL, &n, &end, variant) != 0 || end != s.p + s.n)
        return fault(ERR_INVALID, "bad_base64", "not base64");
    *ret_b = (struct bytes){p, n};
    return OK;
}

str base64(arena *a, struct bytes b)
{
    return encode(a, b, sodium_base64_VARIANT_ORIGINAL);
}

str base64url(arena *a, struct bytes b)
{
    return encode(a, b, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

err base64_parse(arena *a, str s, struct bytes *ret_b)
{
    return decode(a, s, sodium_base64_VARIANT_ORIGINAL, ret_b);
}

err base64url_parse(arena *a, str s, struct bytes *ret_b)
{
    return decode(a, s, sodium_base64_VARIANT_URLSAFE_NO_PADDING, ret_b);
}
