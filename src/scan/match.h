/* Finding any of many words in a sequence of symbols, all occurrences, overlapping ones too.
 *
 * A bit filter over the hash of the first two symbols (of the first three for the longer words when
 * there are very many) throws away almost every place; what passes is verified in a short chain.
 * Built in linear time, about 60 bytes a word, never changed afterwards: any number of threads may
 * run one matcher. Linear in the text for any set of words but for the hits themselves. */
#pragma once
#include "scan/fold.h"

enum { PATTERN_MIN = 2, PATTERN_MAX = 255 }; /* symbols */
struct pattern {
    const uint32_t *sym; /* without SYMBOL_MANY */
    uint32_t n, id;
};
struct matcher;
/* Copies the patterns. Patterns of other lengths are left out. Same ones with several ids are
 * reported with each. */
struct matcher *matcher_new(const struct pattern *v, size_t n);
void matcher_free(struct matcher *m);          /* accepts NULL */
size_t matcher_bytes(const struct matcher *m); /* memory it takes */

struct match {
    uint32_t at, n, id; /* symbols at .. at + n - 1 */
};
struct matches {
    struct match *v;
    size_t n, max; /* the first max are kept */
    size_t total;  /* found, beyond max too */
};
/* Adds the hits in f to *m, in order of place. A symbol with SYMBOL_MANY equals any of its set. */
void matcher_run(const struct matcher *m, const struct folded *f, struct matches *ret_m);
