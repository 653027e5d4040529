/* A growing byte buffer with a maximum, in an arena. Appending past the maximum sets `full` and
 * drops the rest; whoever finishes the buffer asks buf_take, which fails then. */
#pragma once
#include "base/str.h"

struct buf {
    arena *mem;
    char *p;
    size_t n, cap, max;
    bool full;
};

void buf_init(struct buf *b, arena *mem, size_t max);
void buf_add(struct buf *b, str s);
void buf_add_char(struct buf *b, char c);
void buf_add_int(struct buf *b, int64_t n);
void buf_add_cp(struct buf *b, uint32_t cp);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes at the returned place; the caller writes and then adds to b->n. NULL when
 * that passes the maximum. */
char *buf_room(struct buf *b, size_t n);
/* What was collected so far (valid until the next append). */
str buf_str(const struct buf *b);
/* The same, but ERR_TOO_LARGE when something had to be dropped. */
err buf_take(const struct buf *b, str *ret_s);
