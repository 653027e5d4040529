/* Randomness. */
#include "base/rand.h"

#include "base/hash.h"

#include <sodium.h>

void rand_init(void)
{
    ASSERT(sodium_init() >= 0);
}

void rand_bytes(void *out, size_t n)
{
    randombytes_buf(out, n);
}

uint32_t rand_below(uint32_t limit)
{
    return randombytes_uniform(limit);
}

str rand_token(arena *a, size_t bytes)
{
    uint8_t *raw = arena_alloc(a, bytes);
    rand_bytes(raw, bytes);
    return base64url(a, (struct bytes){raw, bytes});
}

str rand_digits(arena *a, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)('0' + rand_below(10));
    return (str){p, n};
}
