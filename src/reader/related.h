/* What to read after an article: the newest with the same tags, then of the account, then of the
 * category. Each list is the beginning of an index, so that it costs the same in a house of any
 * size; the page cache keeps the answer. */
#pragma once
#include "article/article.h"

enum { RELATED = 4 };
struct related {
    struct article v[RELATED];
    size_t n;
};
err related_load(struct tx *t, arena *mem, const struct article *a, struct related *ret_r);
