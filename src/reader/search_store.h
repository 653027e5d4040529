/* SQL of the search index. */
#pragma once
#include "reader/search.h"
#include "reader/search_codec.h"

/* What the index takes from an article. */
struct search_source {
    int64_t account_id, no, published_at, doc /* in the index, 0 = never was */;
    int version, indexed;
    bool is_public, live;
    str category, kind, title, account_name, json;
};
err search_store_source(struct tx *t, arena *mem, const struct search_ref *ref,
                        struct search_source *ret_s);
/* A number that no article has, `from` itself or not far above: in a crowd (thousands in a second,
 * an import with one date) within a small multiple of its size, found in a few tries. */
err search_store_free_doc(struct tx *t, const struct search_source *s, int64_t from,
                          int64_t *ret_doc);
err search_store_put(struct tx *t, const struct search_source *s, int64_t doc, str body);
err search_store_gone(struct tx *t, const struct search_source *s);

struct search_chunk {
    int64_t chunk;
    int n;
    struct bytes postings;
};
/* ERR_NOT_FOUND when the token is new. */
err search_store_last_chunk(struct tx *t, arena *mem, str token, struct search_chunk *ret_c);
err search_store_chunk(struct tx *t, str token, const struct search_chunk *c);
/* All postings of a token, sorted. */
err search_store_postings(struct tx *t, arena *mem, str token, struct postings *ret_p);

/* The article of a number, if it may be shown. */
err search_store_hit(struct tx *t, arena *mem, int64_t doc, struct search_ref *ret_ref,
                     str *ret_body);

/* The `most` oldest changes. */
err search_store_changes(struct tx *t, arena *mem, size_t most, struct search_ref **ret_v,
                         size_t *ret_n);
err search_store_change_done(struct tx *t, int64_t id);
err search_store_clear(struct tx *t);
/* Public articles behind a key (published_at, account_id, no), which moves on. */
struct search_walk {
    int64_t at, account_id, no;
    int limit;
};
err search_store_walk(struct tx *t, arena *mem, struct search_walk *w, struct search_ref **ret_v,
                      size_t *ret_n);
