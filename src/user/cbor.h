/* The part of CBOR (RFC 8949) that WebAuthn speaks, read front to back over borrowed bytes: whole
 * numbers, byte and text strings, arrays and maps of definite length. Everything else is refused:
 * tags, floats, indefinite lengths, numbers and lengths not in their shortest form, text that is
 * not UTF-8, what ends early. All errors are ERR_INVALID "passkey_malformed". */
#pragma once
#include "base/str.h"

enum { CBOR_ITEMS_MAX = 64 /* of one map, or inside one skipped value */ };

struct cbor {
    struct bytes left; /* what was not read yet */
};
err cbor_int(struct cbor *c, int64_t *ret_n);
err cbor_text(struct cbor *c, str *ret_s);
err cbor_bytes(struct cbor *c, struct bytes *ret_b);
err cbor_map(struct cbor *c, size_t *ret_pairs);
/* Any one value, also false, true and null. */
err cbor_skip(struct cbor *c);
