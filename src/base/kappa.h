/* Cohen's kappa: how far two people agree beyond what chance explains, with the large-sample
 * interval of Fleiss, Cohen and Everitt (Psychological Bulletin 72, 1969). */
#pragma once
#include "base/str.h"

enum { KAPPA_CLASSES = 16 };
struct kappa_table {
    int64_t n[KAPPA_CLASSES][KAPPA_CLASSES]; /* [what the first said][what the second said] */
};
struct kappa {
    int64_t pairs, agreed;
    bool known;              /* false: no pairs, or both always said the same one thing */
    double value, low, high; /* -1 to 1; low and high: 95 per cent interval */
};
struct kappa kappa_of(const struct kappa_table *t);
/* "0.40 (0.15–0.65)"; "–" when it is not known. */
str kappa_text(arena *mem, const struct kappa *k);
