/* The Wilson score interval of a share: honest for small samples too. */
#pragma once
#include "base/str.h"

struct wilson {
    double share, low, high; /* 0 to 1; low and high: 95 per cent interval */
};
/* n 0: share 0, interval 0 to 1. hits at most n. */
struct wilson wilson_of(int64_t hits, int64_t n);
/* "87 % (72–95 %, 31)"; "–" without a sample. */
str wilson_text(arena *mem, int64_t hits, int64_t n);
