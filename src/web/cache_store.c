/* Follows table page_change: a thread looks four times a second, and clears old rows now and then.
 */
#include "web/cache_watch.h"

#include "base/clock.h"
#include "base/id.h"

#include <pthread.h>

enum {
    POLL_MS = 250,                 /* what was removed is gone on every node within a second */
    LOOK_BACK_MS = 15 * SECOND_MS, /* ids are minted before their commit and on other clocks */
    KEEP_MS = 5 * MINUTE_MS,
    SEEN_MAX = 4096,
};

struct cache_watch {
    struct page_cache *cache;
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    int64_t seen[SEEN_MAX]; /* ids heard of, a ring; forgetting one touches its tag again */
    size_t seen_n;
};
struct change {
    int64_t id;
    str tag;
};
struct poll {
    arena *mem;
    int64_t since;
    struct change *v;
    size_t n;
};

static int64_t id_at(int64_t ms)
{
    static const int64_t ID_EPOCH_MS = 1577836800000; /* as base/id.h says */
    return (ms - ID_EPOCH_MS) << 22;
}

static err read_changes(struct tx *t, void *ctx)
{
    struct poll *p = ctx;
    struct change c = {0};
    p->n = 0;
    p->v = NEW_N(p->mem, struct change, SEEN_MAX);
    DB_EACH(t, p->mem, "SELECT id, tag FROM page_change WHERE id > $1 ORDER BY id DESC LIMIT 4096",
            DB_IN(p->since), DB_OUT(&c.id, &c.tag), { p->v[p->n++] = c; });
    return OK;
}

static err drop_changes(struct tx *t, void *ctx)
{
    const int64_t *before = ctx;
    return db_exec(t, "DELETE FROM page_change WHERE id < $1", DB_IN(*before));
}

static bool was_seen(const struct cache_watch *w, int64_t id)
{
    size_t n = w->seen_n < SEEN_MAX ? w->seen_n : SEEN_MAX;
    for (size_t i = 0; i < n; i++)
        if (w->seen[i] == id)
            return true;
    return false;
}

static void look(struct cache_watch *w)
{
    AUTO_ARENA(mem);
    struct poll p = {.mem = mem, .since = id_at(clock_ms() - LOOK_BACK_MS)};
    if (db_read(w->db, read_changes, &p) != OK) {
        cache_touch(w->cache, CACHE_ALL); /* not knowing what changed, keep nothing */
        return;
    }
    if (p.n == SEEN_MAX)
        cache_touch(w->cache, CACHE_ALL);
    for (size_t i = 0; i < p.n && p.n < SEEN_MAX; i++) {
        if (was_seen(w, p.v[i].id))
            continue;
        w->seen[w->seen_n++ % SEEN_MAX] = p.v[i].id;
        cache_touch(w->cache, p.v[i].tag);
    }
}

static void trim(struct cache_watch *w)
{
    int64_t before = id_at(clock_ms() - KEEP_MS);
    if (db_tx(w->db, drop_changes, &before) != OK)
        fault_clear(); /* the rows stay until next time */
}

static bool rest(struct cache_watch *w)
{
    int64_t until = clock_ms() + POLL_MS;
    struct timespec at = {.tv_sec = until / 1000, .tv_nsec = (until % 1000) * 1000000};
    (void)pthread_mutex_lock(&w->lock);
    while (!w->stop && clock_ms() < until)
        (void)pthread_cond_timedwait(&w->wake, &w->lock, &at);
    bool stop = w->stop;
    (void)pthread_mutex_unlock(&w->lock);
    return !stop;
}

static void *watch_main(void *arg)
{
    struct cache_watch *w = arg;
    for (unsigned round = 1; rest(w); round++) {
        look(w);
        if (round % 240 == 0)
            trim(w);
    }
    return NULL;
}

static void on_commit(void *ctx, str key)
{
    if (str_starts(key, S("page:")))
        cache_touch(ctx, str_sub(key, 5, key.n));
}

struct cache_watch *cache_watch_start(struct page_cache *c, struct db *db)
{
    struct cache_watch *w = heap_alloc(sizeof *w);
    w->cache = c;
    w->db = db;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->wake, NULL);
    db_listen(db, on_commit, c);
    ASSERT(pthread_create(&w->thread, NULL, watch_main, w) == 0);
    return w;
}

void cache_watch_stop(struct cache_watch *w)
{
    if (!w)
        return;
    (void)pthread_mutex_lock(&w->lock);
    w->stop = true;
    (void)pthread_cond_signal(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
    (void)pthread_join(w->thread, NULL);
    (void)pthread_mutex_destroy(&w->lock);
    (void)pthread_cond_destroy(&w->wake);
    heap_free(w);
}
