/* SHA-256 and HMAC, hexadecimal and base64. */
#pragma once
#include "base/str.h"

struct sha256 {
    uint8_t b[32];
};
struct sha256_ctx {
    uint64_t opaque[16]; /* SHA256_CTX */
};

struct sha256 sha256(struct bytes data);
void sha256_start(struct sha256_ctx *c);
void sha256_add(struct sha256_ctx *c, struct bytes data);
struct sha256 sha256_end(struct sha256_ctx *c);
struct sha256 hmac_sha256(struct bytes key, struct bytes data);
bool same_bytes(struct bytes a, struct bytes b); /* constant time for equal lengths */

str hex(arena *a, struct bytes b); /* lower case */
str sha256_hex(arena *a, struct sha256 h);
err hex_parse(arena *a, str s, struct bytes *ret_b);
str base64(arena *a, struct bytes b);    /* standard, padded */
str base64url(arena *a, struct bytes b); /* no padding */
err base64_parse(arena *a, str s, struct bytes *ret_b);
err base64url_parse(arena *a, str s, struct bytes *ret_b);
