/* Classes of characters as tables of ranges. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both ends belong to it. */
struct cp_range {
    uint32_t first, last;
};

/* Whether c lies in one of n ranges, in any order. */
static inline bool cp_in(uint32_t c, const struct cp_range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}
