/* The page cache: shards of hashed pages with clock eviction, and one table of tag epochs. */
#include "web/cache.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SHARDS = 16, BUCKETS = 1024, TAG_SLOTS = 16384 };

struct slot {
    struct slot *next;          /* in the bucket */
    struct slot *older, *newer; /* in the clock */
    struct cache_page *page;
    uint64_t hash, epoch;
    int64_t until_us;
    uint32_t tags[CACHE_TAGS + 1];
    size_t tag_n, key_n;
    bool used; /* met since the clock's hand passed */
    char key[];
};
struct shard {
    pthread_mutex_t lock;
    struct slot *buckets[BUCKETS];
    struct slot *hand; /* oldest; a ring */
    int64_t bytes, pages;
};
struct page_cache {
    struct shard shards[SHARDS];
    int64_t shard_max;
    _Atomic uint64_t epoch;
    /* When a tag was touched last. Tags that share a slot outdate one another's pages: harmless. */
    _Atomic uint64_t touched[TAG_SLOTS];
};

static uint64_t hash_of(str s)
{
    uint64_t h = 0xcbf29ce484222325U;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3U;
    return h ^ (h >> 29);
}

static uint32_t tag_slot(str tag)
{
    return (uint32_t)(hash_of(tag) % TAG_SLOTS);
}

static bool is_current(struct page_cache *c, const struct slot *s)
{
    for (size_t i = 0; i < s->tag_n; i++)
        if (atomic_load(&c->touched[s->tags[i]]) > s->epoch)
            return false;
    return true;
}

struct cache_page *cache_page_new(void)
{
    struct cache_page *p = heap_alloc(sizeof *p);
    p->refs = 1;
    return p;
}

void cache_page_free(struct cache_page *p)
{
    if (!p || atomic_fetch_sub(&p->refs, 1) > 1)
        return;
    for (int i = 0; i < ENCODING_COUNT; i++) {
        if (p->response[i])
            MHD_destroy_response(p->response[i]);
        if (p->unchanged[i])
            MHD_destroy_response(p->unchanged[i]);
    }
    heap_free(p);
}

static int64_t slot_bytes(const struct slot *s)
{
    return s->page->bytes + (int64_t)(sizeof *s + s->key_n);
}

static void slot_link(struct shard *sh, struct slot *s)
{
    struct slot **bucket = &sh->buckets[s->hash % BUCKETS];
    s->next = *bucket;
    *bucket = s;
    if (sh->hand) { /* behind the hand: the last that it meets */
        s->newer = sh->hand;
        s->older = sh->hand->older;
        s->older->newer = s;
        sh->hand->older = s;
    } else {
        sh->hand = s->newer = s->older = s;
    }
    sh->bytes += slot_bytes(s);
    sh->pages++;
}

static void slot_drop(struct shard *sh, struct slot *s)
{
    struct slot **at = &sh->buckets[s->hash % BUCKETS];
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    if (sh->hand == s)
        sh->hand = s->newer == s ? NULL : s->newer;
    s->older->newer = s->newer;
    s->newer->older = s->older;
    sh->bytes -= slot_bytes(s);
    sh->pages--;
    cache_page_free(s->page);
    heap_free(s);
}

static struct slot *slot_find(struct shard *sh, uint64_t hash, str key)
{
    for (struct slot *s = sh->buckets[hash % BUCKETS]; s; s = s->next)
        if (s->hash == hash && str_eq((str){s->key, s->key_n}, key))
            return s;
    return NULL;
}

static void evict(struct shard *sh, int64_t max)
{
    while (sh->hand && sh->bytes > max) {
        struct slot *s = sh->hand;
        if (!s->used) {
            slot_drop(sh, s);
            continue;
        }
        s->used = false;
        sh->hand = s->newer;
    }
}

struct page_cache *cache_new(size_t max_bytes)
{
    struct page_cache *c = heap_alloc(sizeof *c);
    c->shard_max = (int64_t)(max_bytes / SHARDS);
    c->epoch = 1;
    for (int i = 0; i < SHARDS; i++)
        (void)pthread_mutex_init(&c->shards[i].lock, NULL);
    return c;
}

void cache_free(struct page_cache *c)
{
    if (!c)
        return;
    for (int i = 0; i < SHARDS; i++) {
        while (c->shards[i].hand)
            slot_drop(&c->shards[i], c->shards[i].hand);
        (void)pthread_mutex_destroy(&c->shards[i].lock);
    }
    heap_free(c);
}

static struct shard *shard_of(struct page_cache *c, uint64_t hash)
{
    return &c->shards[(hash >> 32) % SHARDS];
}

struct cache_page *cache_get(struct page_cache *c, str key)
{
    uint64_t hash = hash_of(key);
    struct shard *sh = shard_of(c, hash);
    struct cache_page *page = NULL;
    (void)pthread_mutex_lock(&sh->lock);
    struct slot *s = slot_find(sh, hash, key);
    if (s && is_current(c, s) && s->until_us > clock_mono_us()) {
        s->used = true;
        page = s->page;
        atomic_fetch_add(&page->refs, 1);
    } else if (s) {
        slot_drop(sh, s);
    }
    (void)pthread_mutex_unlock(&sh->lock);
    return page;
}

uint64_t cache_epoch(struct page_cache *c)
{
    return atomic_load(&c->epoch);
}

void cache_put(struct page_cache *c, uint64_t epoch, str key, struct cache_page *page,
               struct cache_tags tags)
{
    ASSERT(tags.n <= CACHE_TAGS && page->response[ENCODING_PLAIN]);
    struct slot *s = heap_alloc(sizeof *s + key.n);
    *s = (struct slot){.page = page, .hash = hash_of(key), .epoch = epoch, .key_n = key.n};
    s->until_us = clock_mono_us() + (int64_t)page->seconds * 1000000;
    memcpy(s->key, key.p, key.n);
    for (size_t i = 0; i < tags.n; i++)
        s->tags[s->tag_n++] = tag_slot(tags.v[i]);
    s->tags[s->tag_n++] = tag_slot(CACHE_ALL);
    struct shard *sh = shard_of(c, s->hash);
    if (!is_current(c, s) || slot_bytes(s) > c->shard_max) {
        heap_free(s);
        return;
    }
    atomic_fetch_add(&page->refs, 1);
    (void)pthread_mutex_lock(&sh->lock);
    struct slot *old = slot_find(sh, s->hash, key);
    if (old)
        slot_drop(sh, old);
    slot_link(sh, s);
    evict(sh, c->shard_max);
    (void)pthread_mutex_unlock(&sh->lock);
}

static void touch_one(struct page_cache *c, str tag)
{
    /* The new epoch is taken first: a page whose rendering starts after this line may have it. */
    uint64_t now = atomic_fetch_add(&c->epoch, 1) + 1;
    _Atomic uint64_t *at = &c->touched[tag_slot(tag)];
    uint64_t seen = atomic_load(at);
    while (seen < now && !atomic_compare_exchange_weak(at, &seen, now))
        ;
}

void cache_touch(struct page_cache *c, str tags)
{
    for (str rest = tags; rest.p;)
        touch_one(c, str_split(rest, ' ', &rest));
}

struct cache_size cache_size(struct page_cache *c)
{
    struct cache_size sum = {0, 0};
    for (int i = 0; i < SHARDS; i++) {
        (void)pthread_mutex_lock(&c->shards[i].lock);
        sum.bytes += c->shards[i].bytes;
        sum.pages += c->shards[i].pages;
        (void)pthread_mutex_unlock(&c->shards[i].lock);
    }
    return sum;
}
