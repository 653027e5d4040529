/* What the sitemap lists: public articles in the order of their publication, and public accounts.
 * Parts begin behind a key, so that a page deep in the site costs what the first one does. */
#pragma once
#include "db/db.h"

enum { SITEMAP_PART = 10000, SITEMAP_PARTS_MAX = 2000 };

/* Key of an article: (published_at, account_id, no); of an account: (activated_at, id, 0). */
struct sitemap_key {
    int64_t at, id, no;
};
struct sitemap_entry {
    struct sitemap_key key;
    str handle;
    int64_t updated_at;
};
enum sitemap_kind { SITEMAP_ARTICLES, SITEMAP_ACCOUNTS };

/* Keys behind which the parts begin, the first is {0}; at most SITEMAP_PARTS_MAX. */
err sitemap_parts(struct tx *t, arena *mem, enum sitemap_kind kind, struct sitemap_key **ret_v,
                  size_t *ret_n);
err sitemap_part(struct tx *t, arena *mem, enum sitemap_kind kind, const struct sitemap_key *after,
                 struct sitemap_entry **ret_v, size_t *ret_n);
