/* gongqi-verify: checks what a gongqi server published, with none of the server's code but base/
 * and the hashing and formats of record/ (tree.c, tile.c, note.c). It writes nothing and needs no
 * database. */
#pragma once
#include "record/note.h"
#include "record/tile.h"

/* ---- source.c: where files come from ---- */
struct source {
    const char *at; /* a directory, or http://… and https://… */
};
/* path: "checkpoint", "tile/0/000" …; at most max bytes. ERR_NOT_FOUND, ERR_IO, ERR_TOO_LARGE. */
err source_get(const struct source *s, arena *mem, const char *path, size_t max,
               struct bytes *ret_data);
/* A file on disk. */
err file_get(arena *mem, const char *path, size_t max, struct bytes *ret_data);
/* A text of one of those; ERR_INVALID when it is not UTF-8. */
err text_of(struct bytes b, const char *what, str *ret_text);
/* A tile_fetch over a source; a partial tile also out of the full one. */
err source_tile(void *source, arena *mem, struct tile_id id, struct bytes *ret_data);

/* ---- whole.c: a copy of a log, tile by tile and entry by entry ---- */
struct whole {
    int64_t size, tiles, bytes;
};
/* hashes_only: for logs whose entries are private. ERR_INVALID "log_damaged" naming the first tile
 * or entry that differs. */
err whole_check(const struct source *s, struct tree_head head, bool hashes_only,
                struct whole *ret_w);
