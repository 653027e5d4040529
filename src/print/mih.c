/* Multi-index hashing in sixteen tables. */
#include "print/mih.h"

#include <sys/mman.h>

enum { SLOTS = 16, KEYS = 65536, LEAST_TAIL = 4096, AHEAD = 12 };

struct hash {
    uint64_t w[4];
};
struct mih {
    struct hash *v;
    size_t n, room, built; /* tables hold the first `built` */
    size_t reserved;       /* while so many are being added, nothing is made */
    uint32_t *ids;         /* SLOTS * built, by bucket */
    uint32_t *start;       /* SLOTS * (KEYS + 1) */
};

struct mih *mih_new(size_t room)
{
    struct mih *m = heap_alloc(sizeof *m);
    *m = (struct mih){.room = room, .reserved = room};
    m->v = room ? heap_alloc(room * sizeof *m->v) : NULL;
    return m;
}

void mih_free(struct mih *m)
{
    if (!m)
        return;
    heap_free(m->v);
    heap_free(m->ids);
    heap_free(m->start);
    heap_free(m);
}

static uint16_t word(const struct hash *h, size_t slot)
{
    return (uint16_t)(h->w[slot / 4] >> (slot % 4 * 16));
}

/* Counting sort of one table: into[key] begins at start[key]. */
static void table_make(const struct mih *m, size_t slot)
{
    uint32_t *start = m->start + slot * (KEYS + 1), *ids = m->ids + slot * m->built;
    memset(start, 0, (KEYS + 1) * sizeof *start);
    for (size_t i = 0; i < m->built; i++)
        start[word(&m->v[i], slot) + 1]++;
    for (size_t k = 0; k < KEYS; k++)
        start[k + 1] += start[k];
    for (size_t i = 0; i < m->built; i++)
        ids[start[word(&m->v[i], slot)]++] = (uint32_t)i;
    memmove(start + 1, start, KEYS * sizeof *start); /* each had moved to its end */
    start[0] = 0;
}

/* Random reads of hundreds of megabytes: fewer misses of the address cache. Only advice. */
static void pages_large(void *p, size_t n)
{
    enum { PAGE = 2 * 1024 * 1024 };
    uintptr_t from = ((uintptr_t)p + PAGE - 1) / PAGE * PAGE, to = ((uintptr_t)p + n) / PAGE * PAGE;
    if (to > from)
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

void mih_build(struct mih *m)
{
    if (m->built == m->n)
        return;
    heap_free(m->ids);
    m->ids = heap_alloc(SLOTS * m->n * sizeof *m->ids);
    if (!m->start)
        m->start = heap_alloc(SLOTS * (size_t)(KEYS + 1) * sizeof *m->start);
    m->built = m->n;
    pages_large(m->v, m->n * sizeof *m->v);
    for (size_t slot = 0; slot < SLOTS; slot++)
        table_make(m, slot);
}

err mih_add(struct mih *m, const uint8_t (*v)[PDQ_BYTES], size_t n)
{
    if (n > MIH_MAX || m->n + n > MIH_MAX)
        return fault(ERR_LIMIT, "too_many_prints", "%zu hashes", m->n + n);
    if (m->n + n > m->room) {
        m->room = m->n + n + m->n / 4;
        m->v = heap_grow(m->v, m->room * sizeof *m->v);
    }
    if (n)
        memcpy(m->v + m->n, v, n * sizeof *m->v);
    m->n += n;
    if (m->n - m->built > LEAST_TAIL + m->built / 16 && m->n > m->reserved)
        mih_build(m);
    return OK;
}

size_t mih_count(const struct mih *m)
{
    return m->n;
}

size_t mih_bytes(const struct mih *m)
{
    size_t tables = m->built ? SLOTS * (m->built + KEYS + 1) * sizeof(uint32_t) : 0;
    return m->room * sizeof *m->v + tables;
}

struct finding {
    const struct mih *m;
    struct hash q;
    struct mih_hit *v;
    size_t n, max;
};

static bool is_new(const struct finding *f, uint32_t id)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->v[i].id == id)
            return false;
    return true;
}

static inline __attribute__((always_inline)) void compare(struct finding *f, uint32_t id)
{
    const struct hash *h = &f->m->v[id];
    int d = 0;
    for (size_t i = 0; i < 4; i++)
        d += __builtin_popcountll(h->w[i] ^ f->q.w[i]);
    if (d <= PDQ_NEAR && f->n < f->max && is_new(f, id))
        f->v[f->n++] = (struct mih_hit){id, d};
}

static inline __attribute__((always_inline)) void bucket(struct finding *f, const uint32_t *ids,
                                                         size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (i + AHEAD < to)
            __builtin_prefetch(&f->m->v[ids[i + AHEAD]]);
        compare(f, ids[i]);
    }
}

static inline __attribute__((always_inline)) void tables_search(struct finding *f)
{
    for (size_t slot = 0; slot < SLOTS; slot++) {
        const uint32_t *start = f->m->start + slot * (KEYS + 1);
        const uint32_t *ids = f->m->ids + slot * f->m->built;
        uint16_t key = word(&f->q, slot);
        bucket(f, ids, start[key], start[key + 1]);
        for (int bit = 0; bit < 16; bit++) {
            uint16_t near = (uint16_t)(key ^ 1 << bit);
            bucket(f, ids, start[near], start[near + 1]);
        }
    }
}

static inline __attribute__((always_inline)) void row_search(struct finding *f, size_t from)
{
    for (size_t i = from; i < f->m->n; i++)
        compare(f, (uint32_t)i);
}

typedef void search_fn(struct finding *f, bool all);
static inline __attribute__((always_inline)) void search(struct finding *f, bool all)
{
    if (!all && f->m->built)
        tables_search(f);
    row_search(f, all ? 0 : f->m->built);
}

static void search_plain(struct finding *f, bool all)
{
    search(f, all);
}
#ifdef __x86_64__
__attribute__((target("popcnt"))) static void search_popcnt(struct finding *f, bool all)
{
    search(f, all);
}
#endif

static search_fn *best(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("popcnt"))
        return search_popcnt;
#endif
    return search_plain;
}

static size_t find(const struct mih *m, const uint8_t q[PDQ_BYTES], struct mih_hit *v, size_t max,
                   bool all)
{
    struct finding f = {.m = m, .v = v, .max = max};
    memcpy(&f.q, q, PDQ_BYTES);
    best()(&f, all);
    return f.n;
}

size_t mih_find(const struct mih *m, const uint8_t q[PDQ_BYTES], struct mih_hit *ret_v, size_t max)
{
    return find(m, q, ret_v, max, false);
}

size_t mih_find_slowly(const struct mih *m, const uint8_t q[PDQ_BYTES], struct mih_hit *ret_v,
                       size_t max)
{
    return find(m, q, ret_v, max, true);
}
