/* Postings of one token in a chunk: articles by ascending number, each as the difference to the one
 * before (unsigned LEB128; the first in full) and a byte for how much the token weighs there. */
#pragma once
#include "base/str.h"

enum { POSTING_BYTES_MAX = 11 }; /* of one posting */

struct posting {
    int64_t doc; /* ≥ 0 */
    uint8_t weight;
};
struct postings {
    struct posting *v;
    size_t n;
};
/* Sorted by doc, none twice. */
struct bytes postings_encode(arena *mem, const struct posting *v, size_t n);
/* Adds at most n to ret_v. ERR_BUG when the bytes are not what the encoder made. */
err postings_decode(struct bytes b, size_t n, struct posting *ret_v);
/* By doc; of equal ones the heavier stays. In place. */
void postings_sort(struct postings *p);
