/* The growing edge of the log: entries become bundles and tiles. Memory does not grow with it. */
#include "record/log_impl.h"

void edge_done(struct edge *e)
{
    heap_free(e->bundle);
    *e = (struct edge){0};
}

static struct bytes tile_bytes(const struct edge *e, int level)
{
    return (struct bytes){e->level[level].v[0].b, (size_t)e->level[level].n * 32};
}

static err put(struct log_files *f, struct tile_id id, struct bytes data)
{
    AUTO_ARENA(mem);
    return log_files_put(f, str_z(mem, tile_path(mem, id)), data);
}

static struct sha256 tile_root(const struct sha256 *tile)
{
    struct sha256 v[TILE_WIDTH];
    memcpy(v, tile, sizeof v);
    for (int n = TILE_WIDTH; n > 1; n /= 2)
        for (int i = 0; i < n / 2; i++)
            v[i] = tree_node(v[2 * i], v[2 * i + 1]);
    return v[0];
}

static void bundle_add(struct edge *e, str entry)
{
    size_t need = e->bundle_n + 2 + entry.n;
    if (need > e->bundle_cap) {
        e->bundle_cap = need * 2;
        e->bundle = heap_grow(e->bundle, e->bundle_cap);
    }
    uint8_t *p = e->bundle + e->bundle_n;
    p[0] = (uint8_t)(entry.n >> 8);
    p[1] = (uint8_t)entry.n;
    memcpy(p + 2, entry.p, entry.n);
    e->bundle_n = need;
}

/* A full tile of each level that this entry completes. */
static err tiles_complete(struct edge *e, struct log_files *f)
{
    for (int k = 0; k < TILE_LEVELS && e->level[k].n == TILE_WIDTH; k++) {
        int64_t n = (e->tree.size >> (8 * (k + 1))) - 1;
        struct tile_id id = {k, n, TILE_WIDTH}, entries = {TILE_ENTRIES, n, TILE_WIDTH};
        if (k == 0) {
            TRY(put(f, entries, (struct bytes){e->bundle, e->bundle_n}));
            e->bundle_n = 0;
        }
        TRY(put(f, id, tile_bytes(e, k)));
        struct sha256 up = tile_root(e->level[k].v);
        e->level[k].n = 0;
        e->level[k].changed = false;
        ASSERT(k + 1 < TILE_LEVELS);
        e->level[k + 1].v[e->level[k + 1].n++] = up;
        e->level[k + 1].changed = true;
    }
    return OK;
}

err edge_add(struct edge *e, struct log_files *f, str entry)
{
    ASSERT(entry.n <= ENTRY_MAX);
    struct sha256 leaf = tree_leaf(str_bytes(entry));
    tree_append(&e->tree, leaf);
    e->last = leaf;
    bundle_add(e, entry);
    e->level[0].v[e->level[0].n++] = leaf;
    e->level[0].changed = true;
    return tiles_complete(e, f);
}

err edge_flush(struct edge *e, struct log_files *f)
{
    for (int k = 0; k < TILE_LEVELS; k++) {
        if (!e->level[k].changed || e->level[k].n == 0)
            continue;
        struct tile_id id = tile_of(k, e->tree.size >> (8 * (k + 1)), e->tree.size);
        if (k == 0)
            TRY(put(f, tile_of(TILE_ENTRIES, id.n, e->tree.size),
                    (struct bytes){e->bundle, e->bundle_n}));
        TRY(put(f, id, tile_bytes(e, k)));
        e->level[k].changed = false;
    }
    return log_files_sync(f);
}

/* The first n entries of a bundle. */
static err bundle_cut(struct bytes *b, int n)
{
    struct bytes rest = *b, entry;
    bool bad = false;
    for (int i = 0; i < n; i++)
        if (!bundle_next(&rest, &entry, &bad))
            return fault(ERR_INVALID, "log_damaged", "a bundle has %d entries instead of %d", i, n);
    b->n -= rest.n;
    return OK;
}

err log_files_tile(const struct log_files *f, arena *mem, struct tile_id id, struct bytes *ret_data)
{
    err e = log_files_get(f, mem, str_z(mem, tile_path(mem, id)), ret_data);
    if (e != ERR_NOT_FOUND || id.width == TILE_WIDTH)
        return e;
    struct tile_id full = {id.level, id.n, TILE_WIDTH};
    struct bytes b;
    TRY(log_files_get(f, mem, str_z(mem, tile_path(mem, full)), &b));
    if (id.level == TILE_ENTRIES)
        TRY(bundle_cut(&b, id.width));
    else if (b.n != (size_t)TILE_WIDTH * 32)
        return fault(ERR_INVALID, "log_damaged", "a full tile of %zu bytes", b.n);
    else
        b.n = (size_t)id.width * 32;
    *ret_data = b;
    return OK;
}

static err fetch(void *ctx, arena *mem, struct tile_id id, struct bytes *ret_data)
{
    return log_files_tile(ctx, mem, id, ret_data);
}

static err bundle_load(struct edge *e, const struct log_files *f, arena *mem)
{
    struct tile_id id = tile_of(TILE_ENTRIES, e->tree.size / TILE_WIDTH, e->tree.size);
    if (id.width == 0)
        return OK;
    struct bytes b, entry = {0};
    bool bad = false;
    TRY(log_files_tile(f, mem, id, &b));
    for (int i = 0; bundle_next(&b, &entry, &bad); i++) {
        if (i == id.width || !tree_same(tree_leaf(entry), e->level[0].v[i]))
            return fault(ERR_INVALID, "log_damaged", "entry %d of %.*s is another", i,
                         FMT(tile_path(mem, id)));
        bundle_add(e, bytes_str(entry));
    }
    return bad ? fault(ERR_INVALID, "log_damaged", "a bundle ends within an entry") : OK;
}

err edge_load(struct edge *e, const struct log_files *f, int64_t size)
{
    AUTO_ARENA(mem);
    struct tiles *t = NEW(mem, struct tiles);
    edge_done(e);
    tiles_init(t, fetch, (void *)(uintptr_t)f, size);
    struct tree_source src = {tiles_read, t};
    TRY(tree_load(&src, size, &e->tree));
    for (int k = 0; k < TILE_LEVELS; k++) {
        struct tile_id id = tile_of(k, size >> (8 * (k + 1)), size);
        for (int i = 0; i < id.width; i++)
            TRY(tiles_read(t, 8 * k, id.n * TILE_WIDTH + i, &e->level[k].v[i]));
        e->level[k].n = id.width;
    }
    if (size > 0)
        TRY(tiles_read(t, 0, size - 1, &e->last));
    return bundle_load(e, f, mem);
}
