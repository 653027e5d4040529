/* Sketches of texts, and their bands. */
#include "print/sketch.h"

#include "scan/fold.h"

enum { GRAM = 3, BANDS = 42, ROWS = 3, TURN = 0x9E5 };

static uint64_t mix(uint64_t x)
{
    x ^= x >> 31;
    x *= 0x7FB5D329728EA185U;
    x ^= x >> 27;
    x *= 0x81DADEF4BC2DD44DU;
    return x ^ x >> 33;
}

/* An empty bin takes the next one's value, changed by the way. */
static void fill(const uint32_t least[SKETCH_BINS], struct sketch *s)
{
    for (size_t i = 0; i < SKETCH_BINS; i++) {
        size_t k = i, way = 0;
        while (least[k] == UINT32_MAX && way < SKETCH_BINS) {
            k = (k + 1) % SKETCH_BINS;
            way++;
        }
        s->bin[i] = (uint16_t)(least[k] + way * TURN);
    }
}

void sketch_of(arena *mem, const str *texts, size_t n, struct sketch *ret_s)
{
    uint32_t least[SKETCH_BINS];
    uint64_t gram = 0;
    struct sketch s = {.n = 0};
    memset(least, 0xFF, sizeof least);
    for (size_t i = 0; i < n; i++) {
        struct folded f;
        fold_look(mem, texts[i], &f);
        for (size_t k = 0; k < f.n; k++) {
            gram = (gram << 21 | (f.sym[k] & 0x1FFFFF)) & 0x7FFFFFFFFFFFFFFFU;
            if (++s.n < GRAM)
                continue;
            uint64_t h = mix(gram);
            uint32_t low = (uint32_t)h;
            if (low < least[h >> 57])
                least[h >> 57] = low;
        }
    }
    if (s.n < SKETCH_LEAST)
        s.n = 0;
    else
        fill(least, &s);
    *ret_s = s;
}

int sketch_equal(const struct sketch *a, const struct sketch *b)
{
    int n = 0;
    for (size_t i = 0; i < SKETCH_BINS; i++)
        n += a->bin[i] == b->bin[i];
    return n;
}

bool sketch_near(const struct sketch *a, const struct sketch *b)
{
    bool is_short = a->n < SKETCH_SHORT || b->n < SKETCH_SHORT;
    return a->n && b->n && sketch_equal(a, b) >= (is_short ? SKETCH_NEARER : SKETCH_NEAR);
}

int sketch_distance(const struct sketch *a, const struct sketch *b)
{
    return (SKETCH_BINS - sketch_equal(a, b)) * 100 / SKETCH_BINS;
}

struct bytes sketch_bytes(arena *mem, const struct sketch *s)
{
    uint8_t *p = arena_room(mem, SKETCH_BYTES);
    for (size_t i = 0; i < SKETCH_BINS; i++) {
        p[2 * i] = (uint8_t)s->bin[i];
        p[2 * i + 1] = (uint8_t)(s->bin[i] >> 8);
    }
    for (int i = 0; i < 4; i++)
        p[2 * SKETCH_BINS + i] = (uint8_t)(s->n >> 8 * i);
    return (struct bytes){p, SKETCH_BYTES};
}

err sketch_parse(struct bytes b, struct sketch *ret_s)
{
    struct sketch s = {.n = 0};
    if (b.n != SKETCH_BYTES)
        return fault(ERR_INVALID, "bad_sketch", "%zu bytes", b.n);
    for (size_t i = 0; i < SKETCH_BINS; i++)
        s.bin[i] = (uint16_t)(b.p[2 * i] | b.p[2 * i + 1] << 8);
    for (int i = 0; i < 4; i++)
        s.n |= (uint32_t)b.p[2 * SKETCH_BINS + i] << 8 * i;
    *ret_s = s;
    return OK;
}

/* ---- many ---- */

#define NONE UINT32_MAX
struct sketches {
    struct sketch *v;
    uint32_t (*next)[BANDS]; /* chain of the bucket: number * BANDS + band */
    uint32_t *head;
    size_t n, room, heads; /* heads: a power of two */
};

struct sketches *sketches_new(void)
{
    struct sketches *v = heap_alloc(sizeof *v);
    *v = (struct sketches){.n = 0};
    return v;
}

void sketches_free(struct sketches *v)
{
    if (!v)
        return;
    heap_free(v->v);
    heap_free(v->next);
    heap_free(v->head);
    heap_free(v);
}

static size_t bucket_of(const struct sketches *v, const struct sketch *s, size_t band)
{
    const uint16_t *b = s->bin + band * ROWS;
    uint64_t key =
        (uint64_t)b[0] | (uint64_t)b[1] << 16 | (uint64_t)b[2] << 32 | (uint64_t)band << 48;
    return mix(key) & (v->heads - 1);
}

static void link_in(struct sketches *v, uint32_t id)
{
    for (size_t band = 0; band < BANDS; band++) {
        size_t b = bucket_of(v, &v->v[id], band);
        v->next[id][band] = v->head[b];
        v->head[b] = (uint32_t)(id * BANDS + band);
    }
}

static void grow(struct sketches *v)
{
    v->room = v->room ? 2 * v->room : 64;
    v->heads = v->room * 64;
    v->v = heap_grow(v->v, v->room * sizeof *v->v);
    v->next = heap_grow(v->next, v->room * sizeof *v->next);
    v->head = heap_grow(v->head, v->heads * sizeof *v->head);
    memset(v->head, 0xFF, v->heads * sizeof *v->head);
    for (size_t i = 0; i < v->n; i++)
        link_in(v, (uint32_t)i);
}

uint32_t sketches_add(struct sketches *v, const struct sketch *s)
{
    if (v->n == v->room)
        grow(v);
    uint32_t id = (uint32_t)v->n++;
    v->v[id] = *s;
    link_in(v, id);
    return id;
}

size_t sketches_count(const struct sketches *v)
{
    return v->n;
}

static bool is_new(const struct sketch_hit *v, size_t n, uint32_t id)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].id == id)
            return false;
    return true;
}

size_t sketches_find(const struct sketches *v, const struct sketch *s, struct sketch_hit *ret_v,
                     size_t max)
{
    size_t n = 0;
    for (size_t band = 0; band < BANDS && v->n && s->n; band++)
        for (uint32_t at = v->head[bucket_of(v, s, band)]; at != NONE;) {
            uint32_t id = at / BANDS;
            const struct sketch *other = &v->v[id];
            if (n < max && sketch_near(s, other) && is_new(ret_v, n, id))
                ret_v[n++] = (struct sketch_hit){id, sketch_distance(s, other)};
            at = v->next[id][at % BANDS];
        }
    return n;
}
