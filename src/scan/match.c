/* The matcher: bit filter, then chains. */
#include "scan/match.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Above so many words, those of three symbols and more are filtered by three; of few different
 * symbols (sounds) already when the words are more than a part of all pairs. */
enum { WIDE = 200000, WIDE_LEAST = 1000, WIDE_PART = 32, SYMBOLS = 1 << 16, CHUNK = 64 };
#define K2 0x9E3779B1U
#define K3 0x85EBCA77U

struct entry { /* one word; the rest of it stands in the pool */
    uint32_t key, off, n, id;
};
struct tier { /* words filtered by their first k symbols */
    size_t k, n;
    unsigned filter_shift, chain_shift;
    uint64_t *filter;
    uint32_t *chain; /* where the entries of a place begin; one more at the end */
    struct entry *entry;
};
struct matcher {
    arena *mem;
    uint32_t *pool;
    struct tier tier[2];
    size_t tiers;
};

static inline uint32_t hash2(uint32_t a, uint32_t b)
{
    return (a ^ b << 15) * K2;
}
static inline uint32_t hash3(uint32_t a, uint32_t b, uint32_t c)
{
    return (hash2(a, b) + c) * K3;
}
static inline uint32_t hash_of(const uint32_t *s, size_t k)
{
    return k == 2 ? hash2(s[0], s[1]) : hash3(s[0], s[1], s[2]);
}

/* ---- building ---- */

static unsigned bits_for(size_t n, unsigned least, unsigned most)
{
    unsigned b = least;
    while (b < most && ((size_t)1 << b) < n)
        b++;
    return b;
}

static size_t tier_of(const struct matcher *m, uint32_t n)
{
    return m->tiers == 2 && n >= 3;
}

static bool fits(const struct pattern *p)
{
    return p->n >= PATTERN_MIN && p->n <= PATTERN_MAX;
}

static void tier_room(struct matcher *m, struct tier *t)
{
    unsigned filter = bits_for(t->n * 16, 12, 26), chain = bits_for(t->n, 4, 24);
    t->filter_shift = 32 - filter;
    t->chain_shift = 32 - chain;
    t->filter = NEW_N(m->mem, uint64_t, (((size_t)1 << filter) + 63) / 64);
    t->chain = NEW_N(m->mem, uint32_t, ((size_t)1 << chain) + 2);
    t->entry = NEW_N(m->mem, struct entry, t->n + 1);
}

/* Counting sort of the words into chains: first the counts, then the sums, then the places. */
static void tier_fill(struct matcher *m, const struct pattern *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct tier *t = &m->tier[tier_of(m, v[i].n)];
        if (fits(&v[i]))
            t->chain[(hash_of(v[i].sym, t->k) >> t->chain_shift) + 2]++;
    }
    for (size_t j = 0; j < m->tiers; j++) {
        struct tier *t = &m->tier[j];
        size_t last = ((size_t)1 << (32 - t->chain_shift)) + 1;
        for (size_t i = 2; i <= last; i++)
            t->chain[i] += t->chain[i - 1];
    }
    uint32_t off = 0;
    for (size_t i = 0; i < n; i++) {
        struct tier *t = &m->tier[tier_of(m, v[i].n)];
        if (!fits(&v[i]))
            continue;
        uint32_t h = hash_of(v[i].sym, t->k), bit = h >> t->filter_shift;
        memcpy(m->pool + off, v[i].sym, v[i].n * sizeof *m->pool);
        t->filter[bit / 64] |= (uint64_t)1 << bit % 64;
        t->entry[t->chain[(h >> t->chain_shift) + 1]++] =
            (struct entry){.key = h, .off = off, .n = v[i].n, .id = v[i].id};
        off += v[i].n;
    }
}

static bool is_wide(const struct pattern *v, size_t n)
{
    AUTO_ARENA(mem);
    uint8_t *seen = arena_alloc(mem, SYMBOLS);
    size_t different = 0;
    for (size_t i = 0; i < n; i++)
        if (fits(&v[i])) {
            uint8_t *s = &seen[v[i].sym[0] % SYMBOLS];
            different += !*s;
            *s = 1;
        }
    return n > WIDE || (n > WIDE_LEAST && n > different * different / WIDE_PART);
}

struct matcher *matcher_new(const struct pattern *v, size_t n)
{
    arena *mem = arena_new();
    struct matcher *m = NEW(mem, struct matcher);
    size_t symbols = 0;
    *m = (struct matcher){.mem = mem, .tiers = is_wide(v, n) ? 2 : 1};
    m->tier[0].k = 2;
    m->tier[1].k = 3;
    for (size_t i = 0; i < n; i++)
        if (fits(&v[i])) {
            m->tier[tier_of(m, v[i].n)].n++;
            symbols += v[i].n;
        }
    ASSERT(symbols < UINT32_MAX);
    m->pool = NEW_N(mem, uint32_t, symbols + 1);
    for (size_t j = 0; j < m->tiers; j++)
        tier_room(m, &m->tier[j]);
    tier_fill(m, v, n);
    return m;
}

void matcher_free(struct matcher *m)
{
    if (m)
        arena_free(m->mem);
}

size_t matcher_bytes(const struct matcher *m)
{
    return arena_used(m->mem);
}

/* ---- running ---- */

static inline bool same(uint32_t text, uint32_t word)
{
    if (text == word)
        return true;
    if (text < SYMBOL_MANY)
        return false;
    const struct fold_many *x = fold_many(text);
    bool found = false;
    for (uint32_t i = 0; i < x->n; i++)
        found = found || x->v[i] == word;
    return found;
}

static void hit(struct matches *m, size_t at, const struct entry *e)
{
    if (m->n < m->max)
        m->v[m->n++] = (struct match){(uint32_t)at, e->n, e->id};
    m->total++;
}

struct run {
    const struct matcher *m;
    const struct tier *t;
    const struct folded *f;
    struct matches *out;
};

/* The words whose first k symbols hash to h, at place i. first: those k, of which none is a set. */
static void chain(const struct run *r, size_t i, uint32_t h, const uint32_t *first)
{
    const struct tier *t = r->t;
    uint32_t c = h >> t->chain_shift;
    for (uint32_t j = t->chain[c]; j < t->chain[c + 1]; j++) {
        const struct entry *e = &t->entry[j];
        if (e->key != h || e->n > r->f->n - i)
            continue;
        const uint32_t *w = r->m->pool + e->off;
        size_t k = t->k;
        if (memcmp(w, first, k * sizeof *w) != 0)
            continue;
        while (k < e->n && same(r->f->sym[i + k], w[k]))
            k++;
        if (k == e->n)
            hit(r->out, i, e);
    }
}

static bool passes(const struct tier *t, uint32_t h)
{
    uint32_t bit = h >> t->filter_shift;
    return t->filter[bit / 64] >> bit % 64 & 1;
}

/* A place where one of the first k symbols is a set: every combination. */
static void chain_many(const struct run *r, size_t i)
{
    const uint32_t *s = r->f->sym + i;
    struct fold_many one[3] = {0};
    uint32_t first[3] = {0};
    size_t k = r->t->k;
    if (k > r->f->n - i)
        return;
    one[2] = (struct fold_many){.n = 1};
    for (size_t j = 0; j < k; j++)
        one[j] = s[j] < SYMBOL_MANY ? (struct fold_many){1, {s[j]}} : *fold_many(s[j]);
    for (uint32_t a = 0; a < one[0].n; a++)
        for (uint32_t b = 0; b < one[1].n; b++)
            for (uint32_t c = 0; c < one[2].n; c++) {
                first[0] = one[0].v[a];
                first[1] = one[1].v[b];
                first[2] = one[2].v[c];
                uint32_t h = hash_of(first, k);
                if (passes(r->t, h))
                    chain(r, i, h, first);
            }
}

/* One bit per place of the chunk: worth a look. */
static inline uint64_t sieve(const struct tier *t, const uint32_t *s, size_t n, size_t k)
{
    uint64_t mask = 0;
    for (size_t j = 0; j < n; j++)
        mask |= (uint64_t)passes(t, hash_of(s + j, k)) << j;
    return mask;
}

static uint64_t sieve_plain(const struct tier *t, const uint32_t *s, size_t n)
{
    return t->k == 2 ? sieve(t, s, n, 2) : sieve(t, s, n, 3);
}

#ifdef __x86_64__
/* The same for a whole chunk, eight places at a time. */
__attribute__((target("avx2"))) static inline uint64_t sieve_wide(const struct tier *t,
                                                                  const uint32_t *s, size_t k)
{
    const __m256i k2 = _mm256_set1_epi32((int)K2), k3 = _mm256_set1_epi32((int)K3);
    const __m256i low = _mm256_set1_epi32(31);
    uint64_t mask = 0;
    for (unsigned j = 0; j < CHUNK; j += 8) {
        __m256i a = _mm256_loadu_si256((const void *)(s + j));
        __m256i b = _mm256_loadu_si256((const void *)(s + j + 1));
        __m256i h = _mm256_mullo_epi32(_mm256_xor_si256(a, _mm256_slli_epi32(b, 15)), k2);
        if (k == 3) {
            __m256i c = _mm256_loadu_si256((const void *)(s + j + 2));
            h = _mm256_mullo_epi32(_mm256_add_epi32(h, c), k3);
        }
        h = _mm256_srli_epi32(h, (int)t->filter_shift);
        __m256i word = _mm256_i32gather_epi32((const void *)t->filter, _mm256_srli_epi32(h, 5), 4);
        __m256i top = _mm256_sub_epi32(low, _mm256_and_si256(h, low));
        int bits = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_sllv_epi32(word, top)));
        mask |= (uint64_t)(unsigned)bits << j;
    }
    return mask;
}

__attribute__((target("avx2"))) static uint64_t sieve_avx2(const struct tier *t, const uint32_t *s,
                                                           size_t n)
{
    if (n < CHUNK)
        return sieve_plain(t, s, n);
    return t->k == 2 ? sieve_wide(t, s, 2) : sieve_wide(t, s, 3);
}
#endif

typedef uint64_t sieve_fn(const struct tier *t, const uint32_t *s, size_t n);

static sieve_fn *sieve_best(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return sieve_avx2;
#endif
    return sieve_plain;
}

/* Places at which one of the k symbols is a set of syllables. */
static uint64_t many_at(const uint32_t *s, size_t n, size_t k)
{
    uint64_t mask = 0;
    for (size_t j = 0; j < n; j++)
        mask |= (uint64_t)((s[j] | s[j + 1] | s[j + k - 1]) >> 31) << j;
    return mask;
}

static void places(const struct run *r, size_t base, uint64_t mask, uint64_t many)
{
    for (mask |= many; mask; mask &= mask - 1) {
        unsigned j = (unsigned)__builtin_ctzll(mask);
        const uint32_t *s = r->f->sym + base + j;
        if (many >> j & 1)
            chain_many(r, base + j);
        else
            chain(r, base + j, hash_of(s, r->t->k), s);
    }
}

void matcher_run(const struct matcher *m, const struct folded *f, struct matches *ret_m)
{
    sieve_fn *sift = sieve_best();
    for (size_t base = 0; base < f->n; base += CHUNK)
        for (size_t j = 0; j < m->tiers; j++) {
            struct run r = {m, &m->tier[j], f, ret_m};
            const uint32_t *s = f->sym + base;
            size_t k = r.t->k, last = f->n >= k ? f->n - k + 1 : 0;
            size_t n = last > base ? last - base : 0;
            n = n < CHUNK ? n : CHUNK;
            if (r.t->n && n)
                places(&r, base, sift(r.t, s, n), f->many ? many_at(s, n, k) : 0);
        }
}
