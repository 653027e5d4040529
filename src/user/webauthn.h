/* Checks what an authenticator said (W3C Web Authentication level 2 and 3, sections 7.1 and 7.2):
 * attestation "none", ES256 (P-256, FIPS 186-5) and EdDSA (Ed25519, RFC 8032), user verification
 * always required. Pure: no database, no clock; whether a challenge is still good is the caller's
 * (user/passkey.h). Errors are ERR_INVALID with reason
 *   passkey_malformed   not what the standard says, or another algorithm or attestation
 *   passkey_challenge   signed something else
 *   passkey_origin      for another site (origin, rpId, or inside a frame)
 *   passkey_unverified  without the person present and verified
 *   passkey_signature   signature wrong
 *   passkey_copied      the counter went back: there may be a second copy of the key */
#pragma once
#include "base/str.h"

enum {
    WEBAUTHN_CHALLENGE = 32, /* bytes */
    WEBAUTHN_ID_MAX = 1023,  /* bytes of a credential id */
    WEBAUTHN_DATA_MAX = 16384,
    COSE_ES256 = -7,
    COSE_EDDSA = -8,
};
struct webauthn_site {
    str origin; /* "https://example.org" */
    str rp_id;  /* "example.org" */
};
struct webauthn_key {
    int algorithm;        /* COSE_… */
    struct bytes id, key; /* credential; ES256: 04 || x || y, EdDSA: 32 bytes */
    int64_t count;        /* 0 = does not count */
    bool synced;          /* kept on more than one device */
};
/* The challenge that client data speak of, as sent (base64url), before anything is checked. */
err webauthn_challenge(arena *mem, struct bytes client_data, str *ret_challenge);

struct webauthn_made {
    struct bytes client_data, attestation;
};
/* A new credential. The id borrows from in. */
err webauthn_register(arena *mem, const struct webauthn_site *site, str challenge,
                      const struct webauthn_made *in, struct webauthn_key *ret_k);

struct webauthn_signed {
    struct bytes client_data, auth_data, signature;
};
/* *ret_k: what k is from now on (counter, synced). */
err webauthn_verify(const struct webauthn_site *site, str challenge,
                    const struct webauthn_signed *in, const struct webauthn_key *k,
                    struct webauthn_key *ret_k);

/* Host of an origin: "https://example.org:8443" is "example.org". */
str webauthn_rp_id(str origin);
