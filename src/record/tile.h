/* Tiles of a log (c2sp.org/tlog-tiles): their addresses, and the tree as their readers see it.
 * Knows neither files nor the database: tiles come through a function. */
#pragma once
#include "record/tree.h"

enum {
    TILE_WIDTH = 256,
    TILE_LEVELS = 7, /* enough for 2^56 entries */
    TILE_ENTRIES = -1,
    ENTRY_MAX = 65535,
};
struct tile_id {
    int level; /* 0 to 63, or TILE_ENTRIES for a bundle of entries */
    int64_t n;
    int width; /* 1 to 256; 256 is a full tile, whose address has no width */
};
/* "tile/0/x001/x234/067", "tile/entries/000.p/3". */
str tile_path(arena *mem, struct tile_id id);
/* What stands behind "tile/"; ERR_NOT_FOUND for everything that tile_path would not make. */
err tile_path_parse(str path, struct tile_id *ret_id);
/* The tile of that level and number in a log of size entries; width 0 when there is none. */
struct tile_id tile_of(int level, int64_t n, int64_t size);

/* ret_data lives in mem. A tile of another length than 32 * width is refused by the reader. */
typedef err tile_fetch(void *ctx, arena *mem, struct tile_id id, struct bytes *ret_data);

/* The tree of the first size entries, read from tiles; keeps one tile of each level. */
struct tiles {
    tile_fetch *fetch;
    void *ctx;
    int64_t size;
    struct {
        bool set;
        struct tile_id id;
        struct sha256 v[TILE_WIDTH];
    } kept[TILE_LEVELS];
};
void tiles_init(struct tiles *t, tile_fetch *fetch, void *ctx, int64_t size);
/* A tree_source's read. ERR_INVALID "log_damaged" naming the tile whose length is wrong. */
err tiles_read(void *tiles, int level, int64_t index, struct sha256 *ret_hash);

/* Takes the next entry off a bundle. False at its end; *ret_bad when it ends within an entry. */
bool bundle_next(struct bytes *rest, struct bytes *ret_entry, bool *ret_bad);
