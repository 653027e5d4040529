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

/* ---- note.c ---- */
/* The body of a note that this key signed. ERR_INVALID "bad_signature", "bad_checkpoint". */
err checkpoint_check(arena *mem, str text, const struct note_key *key, struct checkpoint *ret_c);

/* ---- zip.c: archives exactly as gongqi writes them, and no others: stored members one behind the
 * other, and headers in which no bit is free. So nothing in the file is unchecked, nothing is
 * unpacked, and a member cannot be two things to two programs. ---- */
enum { MEMBER_NAME_MAX = 200, MEMBERS_MAX = 1000000 };
struct member {
    str name;
    int64_t size, at; /* at: where its bytes are */
    uint32_t crc;
    bool listed, good; /* for package.c: in the manifest; with the right hash */
};
struct archive {
    int fd;
    struct member *v; /* in the order of the file */
    size_t n;
};
/* What is wrong, one line each; the caller sees the count. */
struct findings {
    int64_t n;
    bool quiet;
};
void finding(struct findings *f, const char *what, str name, const char *text);
/* Findings: "header" and "name". ERR_INVALID "bad_package" when it is no archive at all. Borrows
 * fd. */
err archive_open(arena *mem, int fd, struct findings *f, struct archive *ret_a);
/* A whole member; ERR_TOO_LARGE, ERR_IO. */
err archive_get(const struct archive *a, arena *mem, const struct member *m, size_t max,
                struct bytes *ret_data);
/* Hash and checksum of a member, streaming. */
err archive_hash(const struct archive *a, const struct member *m, struct sha256 *ret_hash,
                 uint32_t *ret_crc);

/* ---- package.c: an evidence package ---- */
struct package_seen {
    int64_t files, bytes, records, leaf; /* leaf: index of the manifest's record */
    str id, made_at, subject;
};
/* Findings: changed, missing, extra, doubled, header, name, log. OK also with findings; an error
 * when there is nothing that can be checked. */
err package_check(arena *mem, int fd, const struct note_key *key, struct findings *f,
                  struct package_seen *ret_seen);

/* ---- identity.c: the sealed part, for its recipient ---- */
/* Makes a key pair: the secret one in a new file of mode 0600, the public one in *ret_public. */
err identity_new(arena *mem, const char *path, str *ret_public);
err identity_open(arena *mem, const char *secret, const char *package, str *ret_json);
