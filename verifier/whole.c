/* A whole copy of a log: every entry, every tile of every level, the root. */
#include "verify.h"

struct level {
    int64_t tiles; /* full ones before this */
    int n;
    struct sha256 v[TILE_WIDTH];
};
struct checking {
    const struct source *s;
    int64_t size;
    struct whole w;
    struct level level[TILE_LEVELS];
};

static err tile_compare(struct checking *c, int k)
{
    AUTO_ARENA(mem);
    const struct level *l = &c->level[k];
    struct tile_id id = {k, l->tiles, l->n};
    struct bytes b;
    TRY(source_tile((void *)(uintptr_t)c->s, mem, id, &b));
    if (b.n != (size_t)l->n * 32)
        return fault(ERR_INVALID, "log_damaged", "%.*s has %zu bytes instead of %d",
                     FMT(tile_path(mem, id)), b.n, l->n * 32);
    for (int i = 0; i < l->n; i++)
        if (memcmp(b.p + (size_t)i * 32, l->v[i].b, 32) != 0)
            return fault(ERR_INVALID, "log_damaged", "hash %d of %.*s is wrong", i,
                         FMT(tile_path(mem, id)));
    c->w.tiles++;
    return OK;
}

static struct sha256 tile_root(const struct level *l)
{
    struct sha256 v[TILE_WIDTH];
    memcpy(v, l->v, sizeof v);
    for (int n = TILE_WIDTH; n > 1; n /= 2)
        for (int i = 0; i < n / 2; i++)
            v[i] = tree_node(v[2 * i], v[2 * i + 1]);
    return v[0];
}

/* The hash of one more subtree of 256^k entries; full tiles are compared and carried up. */
static err add(struct checking *c, struct sha256 h)
{
    for (int k = 0; k < TILE_LEVELS; k++) {
        struct level *l = &c->level[k];
        l->v[l->n++] = h;
        if (l->n < TILE_WIDTH)
            return OK;
        TRY(tile_compare(c, k));
        h = tile_root(l);
        l->tiles++;
        l->n = 0;
    }
    return fault(ERR_INVALID, "log_damaged", "no log is that large");
}

static err bundle_check(struct checking *c, int64_t n)
{
    AUTO_ARENA(mem);
    struct tile_id id = tile_of(TILE_ENTRIES, n, c->size);
    struct bytes b, entry;
    bool bad = false;
    TRY(source_tile((void *)(uintptr_t)c->s, mem, id, &b));
    c->w.bytes += (int64_t)b.n;
    int i = 0;
    for (; i < id.width && bundle_next(&b, &entry, &bad); i++)
        TRY(add(c, tree_leaf(entry)));
    if (bad || i < id.width || b.n)
        return fault(ERR_INVALID, "log_damaged", "%.*s does not hold %d entries",
                     FMT(tile_path(mem, id)), id.width);
    return OK;
}

/* Without entries the hashes of the leaves are taken as they are; all above is computed. */
static err leaves_check(struct checking *c, int64_t n)
{
    AUTO_ARENA(mem);
    struct tile_id id = tile_of(0, n, c->size);
    struct bytes b;
    TRY(source_tile((void *)(uintptr_t)c->s, mem, id, &b));
    if (b.n != (size_t)id.width * 32)
        return fault(ERR_INVALID, "log_damaged", "%.*s has %zu bytes instead of %d",
                     FMT(tile_path(mem, id)), b.n, id.width * 32);
    for (int i = 0; i < id.width; i++) {
        struct sha256 h;
        memcpy(h.b, b.p + (size_t)i * 32, 32);
        TRY(add(c, h));
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
    for (int64_t n = 0; n * TILE_WIDTH < head.size; n++)
        TRY(hashes_only ? leaves_check(c, n) : bundle_check(c, n));
    for (int k = 0; k < TILE_LEVELS; k++)
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
