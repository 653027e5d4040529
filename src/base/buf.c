/* A growing byte buffer with a maximum. */
#include "base/buf.h"

#include <stdio.h>

void buf_init(struct buf *b, arena *mem, size_t max)
{
    *b = (struct buf){.mem = mem, .max = max};
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->full || n > b->max - b->n) {
        b->full = true;
        return NULL;
    }
    if (n > b->cap - b->n) {
        size_t cap = b->cap ? b->cap * 2 : 512;
        while (cap < b->n + n)
            cap *= 2;
        char *p = arena_room(b->mem, cap);
        if (b->n)
            memcpy(p, b->p, b->n);
        b->p = p;
        b->cap = cap;
    }
    return b->p + b->n;
}

void buf_add(struct buf *b, str s)
{
    char *at = s.n ? buf_room(b, s.n) : NULL;
    if (!at)
        return;
    memcpy(at, s.p, s.n);
    b->n += s.n;
}

void buf_add_char(struct buf *b, char c)
{
    buf_add(b, (str){&c, 1});
}

void buf_add_int(struct buf *b, int64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)n);
    buf_add(b, (str){digits, (size_t)len});
}

void buf_add_cp(struct buf *b, uint32_t cp)
{
    char out[4];
    size_t len = str_put_utf8(out, cp);
    buf_add(b, (str){out, len});
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    ASSERT(n >= 0);
    char *at = buf_room(b, (size_t)n + 1);
    if (at) {
        vsnprintf(at, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

str buf_str(const struct buf *b)
{
    return (str){b->p ? b->p : "", b->n};
}

err buf_take(const struct buf *b, str *ret_s)
{
    if (b->full)
        return fault(ERR_TOO_LARGE, "too_large", "more than %zu bytes", b->max);
    *ret_s = buf_str(b);
    return OK;
}
