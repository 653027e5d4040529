/* Keys of recipients, and sealing to them. */
#include "package/package.h"

#include <sodium.h>

#define PREFIX S("gongqi-x25519-")

err package_seal(arena *mem, struct bytes key, str plain, struct bytes *ret_sealed)
{
    ASSERT(key.n == crypto_box_PUBLICKEYBYTES);
    uint8_t *out = arena_alloc(mem, plain.n + crypto_box_SEALBYTES);
    if (crypto_box_seal(out, (const uint8_t *)plain.p, plain.n, key.p) != 0)
        return fault_field(ERR_INVALID, "recipient_key", "recipient", "no key of a person");
    *ret_sealed = (struct bytes){out, plain.n + crypto_box_SEALBYTES};
    return OK;
}

/* Sealing something is what shows that the key is one: points of small order refuse. */
err package_key_parse(arena *mem, str text, struct bytes *ret_key)
{
    struct bytes key, sealed;
    str data = str_sub(text, PREFIX.n, text.n);
    if (!str_starts(text, PREFIX) || base64url_parse(mem, data, &key) != OK ||
        key.n != crypto_box_PUBLICKEYBYTES || !str_eq(base64url(mem, key), data))
        return fault_field(ERR_INVALID, "recipient_key", "recipient", "not gongqi-x25519-…");
    TRY(package_seal(mem, key, S("gongqi"), &sealed));
    *ret_key = key;
    return OK;
}
