/* PDQ, the perceptual hash of pictures (Meta 2019, "The TMK+PDQF Video-Hashing Algorithm and the
 * PDQ Image-Hashing Algorithm"): 256 bits that stay nearly the same when a picture is scaled,
 * compressed again or made brighter, and a quality from 0 (nothing in it) to 100. Written from the
 * description; equal luminance gives equal bits. A large picture is averaged down to at most
 * PDQ_SIDE a side first, as the reference tools do.
 *
 * Two hashes are near within PDQ_NEAR bits, of pictures of at least PDQ_QUALITY (the values that
 * its authors start from). Turned and mirrored pictures have hashes of their own: the eight ways
 * come from the same transform. */
#pragma once
#include "base/str.h"

enum { PDQ_BYTES = 32, PDQ_WAYS = 8, PDQ_NEAR = 31, PDQ_QUALITY = 50, PDQ_SIDE = 512 };

struct pdq {
    /* As written in hexadecimal: bit 255 first. Way 0 is upright; then turned by 90, 180 and 270
     * degrees, mirrored along x, y and both diagonals. */
    uint8_t way[PDQ_WAYS][PDQ_BYTES];
    int quality;
};

/* Rows of luminance 0 to 255, w * h of them, w and h at most PDQ_SIDE. */
struct luminance {
    float *v;
    int w, h;
};
/* Overwrites in->v. Below 5 pixels a side: all zero, quality 0. */
void pdq_of(arena *mem, const struct luminance *in, struct pdq *ret_p);
int pdq_distance(const uint8_t a[PDQ_BYTES], const uint8_t b[PDQ_BYTES]); /* bits */
