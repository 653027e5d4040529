/* Pictures of other places into the account's library. For intake/ only. */
#pragma once
#include "intake/intake.h"

/* Addresses that failed in this run, so that a lost picture in a thousand articles is asked once: a
 * table of fixed size, where a newer one may push out an older one. */
enum { LOST_SLOTS = 4096 };
struct picture_source {
    const struct intake_in *in;
    uint64_t lost[LOST_SLOTS];
    int64_t fetched;
};
struct picture {
    str media; /* hash */
    int width, height;
};
/* Through the guard: no private addresses but those in fetch_allow, also behind redirects (five at
 * most), 32 MiB and 30 s at most; then decoded in the sandbox like every upload. address_hash: the
 * SHA-256 of address in hex. Errors of fetch, of media_import_file; "fetch_status" (not 200),
 * "fetch_redirects", "fetch_again" (failed before in this run), "pictures_off". */
err picture_take(struct picture_source *s, arena *mem, str address_hash, str address,
                 struct picture *ret_p);
