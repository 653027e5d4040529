/* A whole copy of a log: every entry, every tile of every level, the root. */
#include "verify.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct level {
    int64_t tiles; /* full ones before this */
    int n;
    struct sha256 v[TILE_WIDTH];
};
struct checking {
    const struct source *s;
    int64_t size;
    struct whole w;
    struct level level[TILE_LEVELS]; /* from 1 on */
};

static err hashes_compare(const struct source *s, struct tile_id id, const struct sha256 *v)
{
    AUTO_ARENA(mem);
    struct bytes b;
    TRY(source_tile((void *)(uintptr_t)s, mem, id, &b));
    if (b.n != (size_t)id.width * 32)
        return fault(ERR_INVALID, "log_damaged", "%.*s has %zu bytes instead of %d",
                     FMT(tile_path(mem, id)), b.n, id.width * 32);
    for (int i = 0; i < id.width; i++)
        if (memcmp(b.p + (size_t)i * 32, v[i].b, 32) != 0)
            return fault(ERR_INVALID, "log_damaged", "hash %d of %.*s is wrong", i,
                         FMT(tile_path(mem, id)));
    return OK;
}

static err tile_compare(struct checking *c, int k)
{
    const struct level *l = &c->level[k];
    TRY(hashes_compare(c->s, (struct tile_id){k, l->tiles, l->n}, l->v));
    c->w.tiles++;
    return OK;
}

static struct sha256 tile_root(const struct sha256 tile[TILE_WIDTH])
{
    struct sha256 v[TILE_WIDTH];
    memcpy(v, tile, sizeof v);
    for (int n = TILE_WIDTH; n > 1; n /= 2)
        for (int i = 0; i < n / 2; i++)
            v[i] = tree_node(v[2 * i], v[2 * i + 1]);
    return v[0];
}

/* The root of one more tile of level 0; full tiles above are compared and carried up. */
static err carry(struct checking *c, struct sha256 h)
{
    for (int k = 1; k < TILE_LEVELS; k++) {
        struct level *l = &c->level[k];
        l->v[l->n++] = h;
        if (l->n < TILE_WIDTH)
            return OK;
        TRY(tile_compare(c, k));
        h = tile_root(l->v);
        l->tiles++;
        l->n = 0;
    }
    return fault(ERR_INVALID, "log_damaged", "no log is that large");
}

static err bundle_hashes(const struct source *s, struct tile_id tile, struct sha256 *v,
                         int64_t *ret_bytes)
{
    AUTO_ARENA(mem);
    struct tile_id id = {TILE_ENTRIES, tile.n, tile.width};
    struct bytes b, entry;
    bool bad = false;
    TRY(source_tile((void *)(uintptr_t)s, mem, id, &b));
    *ret_bytes = (int64_t)b.n;
    int i = 0;
    for (; i < id.width && bundle_next(&b, &entry, &bad); i++)
        v[i] = tree_leaf(entry);
    if (bad || i < id.width || b.n)
        return fault(ERR_INVALID, "log_damaged", "%.*s does not hold %d entries",
                     FMT(tile_path(mem, id)), id.width);
    return hashes_compare(s, tile, v);
}

/* Without entries the hashes of the leaves are taken as they are; all above is computed. */
static err leaf_hashes(const struct source *s, struct tile_id id, struct sha256 *v)
{
    AUTO_ARENA(mem);
    struct bytes b;
    TRY(source_tile((void *)(uintptr_t)s, mem, id, &b));
    if (b.n != (size_t)id.width * 32)
        return fault(ERR_INVALID, "log_damaged", "%.*s has %zu bytes instead of %d",
                     FMT(tile_path(mem, id)), b.n, id.width * 32);
    memcpy(v, b.p, b.n);
    return OK;
}

/* ---- the tiles of level 0, several at a time ---- */

enum { WINDOW = 256, THREADS_MAX = 8, THREADS_HTTP = 4 };
struct part {
    struct sha256 root; /* of a full tile */
    int64_t bytes;
    err e;
    struct fault f;
};
struct window {
    const struct source *s;
    bool hashes_only;
    int64_t size, from, n; /* tiles from … from + n - 1 */
    atomic_llong next;
    struct part v[WINDOW];
};

static void part_check(struct window *w, int64_t i)
{
    struct part *p = &w->v[i];
    struct tile_id id = tile_of(0, w->from + i, w->size);
    struct sha256 v[TILE_WIDTH];
    *p = (struct part){.bytes = 0};
    p->e = w->hashes_only ? leaf_hashes(w->s, id, v) : bundle_hashes(w->s, id, v, &p->bytes);
    if (p->e != OK)
        p->f = fault_of(p->e);
    else if (id.width == TILE_WIDTH)
        p->root = tile_root(v);
}

static void *window_thread(void *ctx)
{
    struct window *w = ctx;
    for (int64_t i = atomic_fetch_add(&w->next, 1); i < w->n; i = atomic_fetch_add(&w->next, 1))
        part_check(w, i);
    return NULL;
}

static void window_run(struct window *w)
{
    pthread_t more[THREADS_MAX];
    str at = str_from(w->s->at);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int n = 0, want = cores > THREADS_MAX ? THREADS_MAX : cores > 1 ? (int)cores : 1;
    if (want < THREADS_HTTP && (str_starts(at, S("http://")) || str_starts(at, S("https://"))))
        want = THREADS_HTTP; /* they wait for answers */
    atomic_store(&w->next, 0);
    while (n + 1 < want && pthread_create(&more[n], NULL, window_thread, w) == 0)
        n++;
    (void)window_thread(w);
    while (n > 0)
        pthread_join(more[--n], NULL);
}

/* In their order, so that the first damage is named. */
static err window_take(struct checking *c, const struct window *w)
{
    for (int64_t i = 0; i < w->n; i++) {
        const struct part *p = &w->v[i];
        int width = tile_of(0, w->from + i, w->size).width;
        if (p->e != OK) {
            fault_copy(&p->f);
            return p->e;
        }
        c->w.bytes += p->bytes;
        c->w.tiles++;
        if (width == TILE_WIDTH)
            TRY(carry(c, p->root));
    }
    return OK;
}

err whole_check(const struct source *s, struct tree_head head, bool hashes_only,
                struct whole *ret_w)
{
    AUTO_ARENA(mem);
    struct checking *c = NEW(mem, struct checking);
    c->s = s;
    c->size = c->w.size = head.size;
    struct window *w = NEW(mem, struct window);
    w->s = s;
    w->size = head.size;
    w->hashes_only = hashes_only;
    int64_t tiles = (head.size + TILE_WIDTH - 1) / TILE_WIDTH;
    for (w->from = 0; w->from < tiles; w->from += WINDOW) {
        w->n = tiles - w->from < WINDOW ? tiles - w->from : WINDOW;
        window_run(w);
        TRY(window_take(c, w));
    }
    for (int k = 1; k < TILE_LEVELS; k++)
        if (c->level[k].n > 0)
            TRY(tile_compare(c, k));
    struct tiles *t = NEW(mem, struct tiles);
    tiles_init(t, source_tile, (void *)(uintptr_t)s, head.size);
    struct tree_source src = {tiles_read, t};
    struct tree tree;
    TRY(tree_load(&src, head.size, &tree));
    if (!tree_same(tree_root(&tree), head.root))
        return fault(ERR_INVALID, "log_damaged", "the entries do not make the signed root");
    *ret_w = c->w;
    return OK;
}
