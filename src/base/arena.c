/* Region memory in chained blocks. */
#include "base/arena.h"

#include "base/err.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, MAX_BLOCK = 1024 * 1024, KEEP_BLOCK = 256 * 1024 };

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) char data[];
};

struct arena {
    struct block *top, *first;
    size_t used;
};

void *heap_alloc(size_t n)
{
    void *p = calloc(1, n ? n : 1);
    ASSERT(p != NULL);
    return p;
}

void *heap_grow(void *p, size_t n)
{
    void *q = realloc(p, n ? n : 1);
    ASSERT(q != NULL);
    return q;
}

void heap_free(void *p)
{
    free(p);
}

static struct block *block_new(size_t size, struct block *next)
{
    struct block *b = malloc(sizeof *b + size);
    ASSERT(b != NULL);
    b->next = next;
    b->used = 0;
    b->size = size;
    return b;
}

static void blocks_free_until(struct block *b, const struct block *end)
{
    while (b != end) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

static void destroy(arena *a)
{
    blocks_free_until(a->top, NULL);
    free(a);
}

/* Each thread keeps a few arenas, with the block they grew to, for the next that wants one: short
 * ones are made several times per request, some within others. Not under AddressSanitizer, which
 * should see what is used too late. */
#ifndef __SANITIZE_ADDRESS__
enum { SPARES = 4, SPARE_BLOCK = 128 * 1024 };

struct spares {
    arena *v[SPARES];
    size_t n;
};
static _Thread_local struct spares mine;
static pthread_key_t at_end; /* of a thread: its spares go with it */

static void spares_free(void *spares)
{
    struct spares *s = spares;
    while (s->n)
        destroy(s->v[--s->n]);
}

static void at_end_init(void)
{
    ASSERT(pthread_key_create(&at_end, spares_free) == 0);
}

static void at_end_free(struct spares *s)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, at_end_init);
    ASSERT(pthread_setspecific(at_end, s) == 0);
}

static arena *spare_take(void)
{
    return mine.n ? mine.v[--mine.n] : NULL;
}

static bool spare_give(arena *a)
{
    if (mine.n == SPARES)
        return false;
    arena_reset(a);
    if (a->first->size > SPARE_BLOCK)
        return false;
    at_end_free(&mine);
    mine.v[mine.n++] = a;
    return true;
}
#else
static arena *spare_take(void)
{
    return NULL;
}

static bool spare_give(arena *a)
{
    (void)a;
    return false;
}
#endif

arena *arena_new(void)
{
    arena *a = spare_take();
    if (a)
        return a;
    a = heap_alloc(sizeof *a);
    a->first = a->top = block_new(FIRST_BLOCK, NULL);
    return a;
}

void arena_free(arena *a)
{
    if (a && !spare_give(a))
        destroy(a);
}

/* Keeps the newest block, which is the largest, unless it is huge: whoever needed it will again. */
void arena_reset(arena *a)
{
    struct block *keep = a->top->size <= KEEP_BLOCK ? a->top : a->first;
    if (keep == a->first) {
        blocks_free_until(a->top, keep);
    } else {
        blocks_free_until(keep->next, NULL);
        keep->next = NULL;
    }
    a->top = a->first = keep;
    a->first->used = 0;
    a->used = 0;
}

void *arena_room(arena *a, size_t n)
{
    const size_t align = alignof(max_align_t);
    ASSERT(n <= SIZE_MAX / 2);
    size_t need = (n + align - 1) / align * align;
    if (need > a->top->size - a->top->used) {
        size_t size = a->top->size * 2 < MAX_BLOCK ? a->top->size * 2 : MAX_BLOCK;
        a->top = block_new(need > size ? need : size, a->top);
    }
    void *p = a->top->data + a->top->used;
    a->top->used += need;
    a->used += need;
    return p;
}

void *arena_alloc(arena *a, size_t n)
{
    void *p = arena_room(a, n);
    memset(p, 0, n);
    return p;
}

void *arena_alloc_n(arena *a, size_t size, size_t n)
{
    ASSERT(size == 0 || n <= SIZE_MAX / 2 / size);
    return arena_alloc(a, size * n);
}

size_t arena_used(const arena *a)
{
    return a->used;
}
