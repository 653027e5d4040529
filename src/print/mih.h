/* Finding all of millions of 256-bit hashes within PDQ_NEAR bits of another: multi-index hashing
 * (Norouzi, Punjani, Fleet 2012). A hash is sixteen words of 16 bits; of two that differ in at most
 * 31 bits some word differs in at most one, so 17 buckets of each of sixteen tables hold every
 * near one. 96 bytes a hash. What was added since the tables were made is compared one by one, and
 * the tables are made anew when that is more than a sixteenth.
 *
 * Not thread-safe while it changes: many readers or one writer. */
#pragma once
#include "image/pdq.h"

enum { MIH_MAX = 16 * 1000 * 1000 };

struct mih;
struct mih *mih_new(size_t room); /* room: hashes expected; 0 is fine */
void mih_free(struct mih *m);     /* accepts NULL */
/* Numbers them 0, 1, … ; ERR_LIMIT "too_many_prints" beyond MIH_MAX. */
err mih_add(struct mih *m, const uint8_t (*v)[PDQ_BYTES], size_t n);
void mih_build(struct mih *m); /* makes the tables of what was added */
size_t mih_count(const struct mih *m);
size_t mih_bytes(const struct mih *m);

struct mih_hit {
    uint32_t id;
    int distance;
};
/* Those within PDQ_NEAR of q, each once, in no order; at most max. Returns how many. */
size_t mih_find(const struct mih *m, const uint8_t q[PDQ_BYTES], struct mih_hit *ret_v, size_t max);
/* The same by comparing with all: what tests and the bench measure against. */
size_t mih_find_slowly(const struct mih *m, const uint8_t q[PDQ_BYTES], struct mih_hit *ret_v,
                       size_t max);
