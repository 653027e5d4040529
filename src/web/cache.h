/* The page cache: finished answers to anonymous GETs, each prebuilt plain, gzip and brotli, shared
 * by all I/O threads. Every page has tags; touching a tag outdates all pages that carry it at once
 * and also those being rendered from older data (the epoch guard), so that a takedown beats the
 * cache. Outdated pages are never answered; their memory goes back when they are met or evicted. */
#pragma once
#include "base/str.h"

#include <microhttpd.h>

enum encoding { ENCODING_PLAIN, ENCODING_GZIP, ENCODING_BR, ENCODING_COUNT };
enum { CACHE_TAGS = 8, CACHE_KEY_MAX = 1024 };

struct page_cache;
struct page_cache *cache_new(size_t max_bytes);
void cache_free(struct page_cache *c); /* accepts NULL */

/* One page; shared, counted. */
struct cache_page {
    struct MHD_Response *response[ENCODING_COUNT], *unchanged[ENCODING_COUNT]; /* unchanged: 304 */
    char etag[ENCODING_COUNT][24];                                             /* with quotes */
    char modified[32]; /* Last-Modified, or "" */
    int64_t bytes;
    bool counted; /* route flag ROUTE_COUNTED */
    int seconds;  /* may be answered for so long after cache_put */
    _Atomic int refs;
};
/* Takes over one reference to each response that is set. Plain must be. */
struct cache_page *cache_page_new(void);
void cache_page_free(struct cache_page *p); /* gives one reference back; accepts NULL */

struct cache_tags {
    const str *v;
    size_t n; /* at most CACHE_TAGS */
};

/* The page of key with a reference for the caller, or NULL. */
struct cache_page *cache_get(struct page_cache *c, str key);
/* To be asked before a page's data is read; then handed to cache_put. */
uint64_t cache_epoch(struct page_cache *c);
/* Keeps page (taking a reference of its own) unless one of tags was touched since epoch, or it is
 * larger than a sixteenth of the cache. */
void cache_put(struct page_cache *c, uint64_t epoch, str key, struct cache_page *page,
               struct cache_tags tags);
#define CACHE_ALL S("*")                          /* the tag that every page has */
void cache_touch(struct page_cache *c, str tags); /* separated by spaces */

struct cache_size {
    int64_t bytes, pages;
};
struct cache_size cache_size(struct page_cache *c);
