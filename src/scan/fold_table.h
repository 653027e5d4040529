/* The tables of folding: for scan/ only. */
#pragma once
#include "scan/fold.h"

/* look 0: left out. look with SYMBOL_MANY: several cells from pool[number] on, until one with look
 * 0. Letters of sound are a to z. */
struct fold_cell {
    uint32_t look, sound;
};
enum {
    FOLD_BLOCK = 128,
    FOLD_BLOCKS = 0x110000 / FOLD_BLOCK,
    FOLD_PIECES = 64, /* symbols of one character at most */
    FOLD_SYLLABLES = 1024,
    FOLD_SYLLABLE_MAX = 6, /* letters */
};
struct fold_syllable {
    uint8_t n;
    char p[FOLD_SYLLABLE_MAX];
};
struct fold_table {
    arena *mem;                  /* of the table itself; lives as long as the process */
    uint16_t block[FOLD_BLOCKS]; /* number of the block in cells */
    struct fold_cell *cells, *pool;
    struct fold_many *many;
    struct fold_syllable *syllable;
    size_t syllables;
    uint16_t *index; /* hash of a syllable -> its number + 1 */
};
/* The one table; made at the first call. */
const struct fold_table *fold_table(void);

static inline const struct fold_cell *fold_cell(const struct fold_table *t, uint32_t c)
{
    return &t->cells[(size_t)t->block[c / FOLD_BLOCK] * FOLD_BLOCK + c % FOLD_BLOCK];
}
static inline const struct fold_cell *fold_first(const struct fold_table *t, uint32_t look)
{
    return &t->pool[look & ~SYMBOL_MANY];
}
/* The n letters as pinyin syllables, longest first; 0 when they cannot be read so. n ≤ 48. */
size_t fold_spell(const struct fold_table *t, const uint32_t *letters, size_t n, uint16_t *ret_v);
