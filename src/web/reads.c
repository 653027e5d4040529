/* A table of marks seen lately that may forget (the database does not), and a list of new ones. */
#include "web/reads.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SLOTS = 1 << 16 };

struct reads {
    _Atomic uint64_t seen[SLOTS];
    pthread_mutex_t lock; /* of all below */
    uint8_t salt[32];
    _Atomic uint64_t seed; /* of the quick hash; 0: no salt yet */
    size_t n;
    struct read_note v[READS_BATCH];
};

const char *const READ_SOURCE[READ_SOURCE_COUNT] = {
#define X(name) #name,
    READ_SOURCES(X)
#undef X
};

struct reads *reads_new(void)
{
    struct reads *s = heap_alloc(sizeof *s);
    (void)pthread_mutex_init(&s->lock, NULL);
    return s;
}

void reads_free(struct reads *s)
{
    if (!s)
        return;
    (void)pthread_mutex_destroy(&s->lock);
    heap_free(s);
}

void reads_salt(struct reads *s, const uint8_t salt[32])
{
    uint64_t seed = 0;
    memcpy(&seed, salt, sizeof seed);
    (void)pthread_mutex_lock(&s->lock);
    memcpy(s->salt, salt, sizeof s->salt);
    atomic_store(&s->seed, seed | 1);
    (void)pthread_mutex_unlock(&s->lock);
}

static uint64_t add(uint64_t h, str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3U;
    return (h ^ 0xff) * 0x100000001b3U;
}

static str path_of(str target)
{
    return str_split(target, '?', &(str){0});
}

/* The part of a referer behind scheme and host, when the host is ours. */
static bool ours(const struct read_visit *v, str *ret_path)
{
    static const str SCHEMES[] = {S_INIT("https://"), S_INIT("http://")};
    for (size_t i = 0; i < LEN(SCHEMES); i++) {
        str at = str_sub(v->referer, SCHEMES[i].n, v->referer.n);
        if (!str_starts(v->referer, SCHEMES[i]) || !v->host.n || !str_starts(at, v->host))
            continue;
        str path = str_sub(at, v->host.n, at.n);
        if (path.n && path.p[0] != '/')
            return false;
        *ret_path = path_of(path);
        return true;
    }
    return false;
}

enum read_source read_source_of(const struct read_visit *v)
{
    str query, path;
    (void)str_split(v->target, '?', &query);
    if (str_eq(query, S("from=feed")))
        return READ_feed;
    if (!v->referer.n)
        return READ_direct;
    if (!ours(v, &path))
        return READ_external;
    if (path.n <= 1)
        return READ_home;
    if (str_eq(path, S("/search")))
        return READ_search;
    return str_eq(path, S("/me")) || str_eq(path, S("/me/subscriptions")) ? READ_subscription
                                                                          : READ_site;
}

static bool contains_ci(str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if (str_eq_ci(str_sub(s, i, n), (str){word, n}))
            return true;
    return false;
}

static bool machine(const struct read_visit *v)
{
    static const char *const WORDS[] = {"bot", "spider", "crawl", "slurp", "preview", "monitor"};
    if (!v->agent.n || contains_ci(v->purpose, "prefetch"))
        return true;
    for (size_t i = 0; i < LEN(WORDS); i++)
        if (contains_ci(v->agent, WORDS[i]))
            return true;
    return false;
}

static bool parse(const struct read_visit *v, struct read_note *ret_note)
{
    str rest, path = path_of(v->target);
    if (!str_starts(path, S("/a/")))
        return false;
    str handle = str_split(str_sub(path, 3, path.n), '/', &rest);
    str no = str_split(rest, '/', &rest);
    if (handle.n >= READ_HANDLE || !handle.n || str_int(no, &ret_note->no) != OK)
        return false;
    memcpy(ret_note->handle, handle.p, handle.n);
    ret_note->handle[handle.n] = 0;
    ret_note->end = str_eq(rest, S("end"));
    return ret_note->end || !rest.p;
}

static void mark(const struct reads *s, const struct read_visit *v, struct read_note *note)
{
    struct sha256_ctx c;
    int64_t user = v->user_id;
    str path = path_of(v->target);
    sha256_start(&c);
    sha256_add(&c, (struct bytes){s->salt, sizeof s->salt});
    sha256_add(&c, (struct bytes){(const uint8_t *)&user, sizeof user});
    if (!user) {
        sha256_add(&c, str_bytes(v->address));
        sha256_add(&c, (struct bytes){(const uint8_t *)"", 1});
        sha256_add(&c, str_bytes(v->agent));
        sha256_add(&c, (struct bytes){(const uint8_t *)"", 1});
    }
    sha256_add(&c, str_bytes(path));
    struct sha256 h = sha256_end(&c);
    memcpy(note->mark, h.b, READ_MARK);
}

void reads_note(struct reads *s, const struct read_visit *v)
{
    uint64_t seed = atomic_load_explicit(&s->seed, memory_order_relaxed);
    if (!seed)
        return;
    uint64_t h =
        add(add(add(seed ^ (uint64_t)v->user_id, path_of(v->target)), v->address), v->agent);
    _Atomic uint64_t *slot = &s->seen[(h ^ (h >> 32)) % SLOTS];
    if (atomic_load_explicit(slot, memory_order_relaxed) == h)
        return;
    struct read_note note = {.at = clock_ms(), .source = (uint8_t)read_source_of(v)};
    if (machine(v) || !parse(v, &note))
        return;
    (void)pthread_mutex_lock(&s->lock);
    bool room = s->n < READS_BATCH;
    if (room) {
        mark(s, v, &note);
        s->v[s->n++] = note;
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (room)
        atomic_store_explicit(slot, h, memory_order_relaxed);
}

size_t reads_take(struct reads *s, struct read_note *ret_v)
{
    (void)pthread_mutex_lock(&s->lock);
    size_t n = s->n;
    memcpy(ret_v, s->v, n * sizeof *ret_v);
    s->n = 0;
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}
