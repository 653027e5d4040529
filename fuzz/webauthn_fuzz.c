/* What an authenticator sends: the first byte chooses between attestation object, authenticator
 * data and client data. Never crashes; nobody has the key, so no answer is taken. */
#include "base/hash.h"
#include "user/webauthn.h"

static const struct webauthn_site SITE = {S_INIT("https://example.org"), S_INIT("example.org")};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const uint8_t KEY[32] = {0x58, 0x66, 0x66, 0x66};
    AUTO_ARENA(mem);
    struct webauthn_key k = {.algorithm = COSE_EDDSA, .key = {KEY, sizeof KEY}}, made;
    struct bytes client = str_bytes(S("{\"type\":\"webauthn.create\",\"challenge\":\"a\","
                                      "\"origin\":\"https://example.org\"}"));
    str challenge;
    if (!n)
        return 0;
    struct bytes in = {data + 1, n - 1};
    if (data[0] == 0) {
        err e = webauthn_register(mem, &SITE, S("a"), &(struct webauthn_made){client, in}, &made);
        ASSERT(e == ERR_INVALID || (e == OK && made.id.n > 0));
    } else if (data[0] == 1) {
        struct webauthn_signed said = {str_bytes(S("{\"type\":\"webauthn.get\",\"challenge\":\"a\","
                                                   "\"origin\":\"https://example.org\"}")),
                                       in,
                                       {KEY, sizeof KEY}};
        ASSERT(webauthn_verify(&SITE, S("a"), &said, &k, &made) == ERR_INVALID);
    } else {
        err e = webauthn_challenge(mem, in, &challenge);
        ASSERT(e == OK || e == ERR_INVALID);
    }
    return 0;
}
