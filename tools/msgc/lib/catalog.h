/* The message files: reading, checking and writing them as C.
 *
 * A line is `key = text`, a comment (#) or empty. Keys are [a-z0-9_.]+. In a text \n is a line
 * break and {0} to {9} are placeholders; no other brace stands in it. Every key has one text in
 * each language, with the same placeholders. */
#pragma once
#include "base/buf.h"

enum { CATALOG_MAX = 20000, CATALOG_LANGS = 2, MESSAGE_KEY_MAX = 100 };

struct message {
    str key;
    str text[CATALOG_LANGS]; /* zh, en */
    const char *file;        /* where the key was first seen */
    int line;
};

struct catalog {
    arena *mem;
    struct message *all; /* in the order of the files; sorted by key after catalog_check */
    size_t n, cap;
};

void catalog_init(struct catalog *c, arena *mem);
/* Adds a file of one language (0 zh, 1 en). ERR_INVALID with "file:line: what" as the fault. */
err catalog_add(struct catalog *c, const char *file, int lang, str text);
/* Sorts, joins the languages and finds missing twins and different placeholders. */
err catalog_check(struct catalog *c);
/* enum msg and the declarations of the tables; only keys, so that a changed text rebuilds little.
 */
void catalog_header(const struct catalog *c, struct buf *out);
void catalog_tables(const struct catalog *c, struct buf *out);
/* True when sources hold the i-th key as MSG_x_y, @{x.y} or "x.y", or the beginning of it up to a
 * dot as "x." (a key that is put together at run time). */
bool catalog_used(const struct catalog *c, size_t i, str sources);
