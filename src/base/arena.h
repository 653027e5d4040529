/* Region memory: a request, a job and a migration each own one; everything in it is freed at once.
 * Out of memory aborts. An arena belongs to one thread at a time. */
#pragma once
#include <stddef.h>

typedef struct arena arena;

arena *arena_new(void);
/* Frees the arena and all that was allocated in it; accepts NULL. */
void arena_free(arena *a);
/* Forgets all allocations but keeps one block for reuse. */
void arena_reset(arena *a);
/* n zeroed bytes, aligned for any type; n may be 0. */
void *arena_alloc(arena *a, size_t n);
/* The same, not zeroed: for what is written over at once. */
void *arena_room(arena *a, size_t n);
/* Bytes handed out so far (for limits and tests). */
size_t arena_used(const arena *a);

#define NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define NEW_N(a, type, n) ((type *)arena_alloc_n((a), sizeof(type), (n)))
void *arena_alloc_n(arena *a, size_t size, size_t n);

static inline void arena_cleanup(arena **a)
{
    arena_free(*a);
}
/* AUTO_ARENA(mem); declares an arena that is freed at the end of the block. */
#define AUTO_ARENA(name) __attribute__((cleanup(arena_cleanup))) arena *name = arena_new()

/* The only heap calls of the project; they abort instead of returning NULL. */
void *heap_alloc(size_t n);
void *heap_grow(void *p, size_t n);
void heap_free(void *p);
