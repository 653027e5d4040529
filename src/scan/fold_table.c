/* Making the tables of folding from ICU. */
#include "scan/fold_table.h"

#include "base/buf.h"

#include <pthread.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum {
    INDEX = 4096, /* places of the syllables' hash */
    POOL_MAX = 64 * 1024,
    PIECE_MAX = FOLD_PIECES, /* UTF-16 units of one character's folding */
    HAN_FROM = 0x3400,
    HAN_TO = 0xA000, /* and U+20000 to U+32000, whose readings few know: no sound there */
};

struct making {
    struct fold_table *t;
    arena *mem;
    const UNormalizer2 *nfkc, *nfd;
    USpoofChecker *spoof;
    size_t blocks, pool_n;
    uint32_t *simple;  /* of U+3400 to U+9FFF: the simplified character */
    uint16_t *reading; /* of the same: syllable + 1; 0 = none */
};

/* ---- syllables ---- */

static uint32_t syllable_hash(const char *p, size_t n)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * 16777619U;
    return h;
}

/* Its number + 1, or 0. *ret_slot: where it stands or would. */
static uint16_t syllable_find(const struct fold_table *t, const char *p, size_t n,
                              uint32_t *ret_slot)
{
    uint32_t h = syllable_hash(p, n) % INDEX;
    while (t->index[h]) {
        const struct fold_syllable *s = &t->syllable[t->index[h] - 1];
        if (s->n == n && !memcmp(s->p, p, n))
            break;
        h = (h + 1) % INDEX;
    }
    *ret_slot = h;
    return t->index[h];
}

static uint16_t syllable_add(struct fold_table *t, const char *p, size_t n)
{
    uint32_t slot;
    if (!n || n > FOLD_SYLLABLE_MAX)
        return 0;
    uint16_t found = syllable_find(t, p, n, &slot);
    if (found || t->syllables == FOLD_SYLLABLES)
        return found;
    struct fold_syllable *s = &t->syllable[t->syllables++];
    s->n = (uint8_t)n;
    memcpy(s->p, p, n);
    return t->index[slot] = (uint16_t)t->syllables;
}

size_t fold_spell(const struct fold_table *t, const uint32_t *letters, size_t n, uint16_t *ret_v)
{
    char p[64];
    uint8_t tried[64]; /* length of the syllable taken at each place; goes down on the way back */
    size_t depth = 0, at = 0;
    size_t place[64];
    for (size_t i = 0; i < n; i++)
        p[i] = (char)letters[i];
    place[0] = 0;
    tried[0] = FOLD_SYLLABLE_MAX + 1;
    for (int steps = 0; steps < 512; steps++) {
        bool more = false;
        uint32_t slot;
        while (!more && tried[depth] > 1) {
            size_t len = --tried[depth];
            uint16_t id = at + len <= n ? syllable_find(t, p + at, len, &slot) : 0;
            more = id != 0;
            if (more)
                ret_v[depth] = (uint16_t)(id - 1);
        }
        if (more) {
            at += tried[depth];
            if (at == n)
                return depth + 1;
            place[++depth] = at;
            tried[depth] = FOLD_SYLLABLE_MAX + 1;
        } else if (depth) {
            at = place[--depth];
        } else {
            return 0;
        }
    }
    return 0;
}

/* ---- Han ---- */

/* Runs the transliteration over all of U+3400 to U+9FFF, a line for each, and hands the lines out.
 */
static void han_lines(struct making *m, const char *id,
                      void (*line)(struct making *, uint32_t cp, const UChar *, int32_t n))
{
    enum { STEP = 256, ROOM = STEP * 16 };
    UErrorCode e = U_ZERO_ERROR;
    UChar name[64];
    u_uastrncpy(name, id, 63);
    UTransliterator *tr = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
    ASSERT(U_SUCCESS(e));
    for (uint32_t from = HAN_FROM; from < HAN_TO; from += STEP) {
        UChar text[ROOM];
        int32_t n = 0, limit = 0;
        for (uint32_t c = from; c < from + STEP; c++) {
            text[n++] = (UChar)c;
            text[n++] = '\n';
        }
        limit = n;
        utrans_transUChars(tr, text, &n, ROOM, 0, &limit, &e);
        ASSERT(U_SUCCESS(e));
        uint32_t cp = from;
        for (int32_t i = 0, start = 0; i < n; i++)
            if (text[i] == '\n') {
                line(m, cp++, text + start, i - start);
                start = i + 1;
            }
    }
    utrans_close(tr);
}

static void take_simple(struct making *m, uint32_t cp, const UChar *p, int32_t n)
{
    m->simple[cp - HAN_FROM] = n == 1 ? p[0] : cp;
}

/* "lǜ" as "lv": decomposed, a diaeresis on u makes v, other marks are tones. */
static void take_reading(struct making *m, uint32_t cp, const UChar *p, int32_t n)
{
    UChar flat[PIECE_MAX];
    char out[PIECE_MAX];
    size_t k = 0;
    UErrorCode e = U_ZERO_ERROR;
    if (n == 1 && p[0] == cp)
        return;
    int32_t len = unorm2_normalize(m->nfd, p, n, flat, PIECE_MAX, &e);
    for (int32_t i = 0; U_SUCCESS(e) && i < len; i++) {
        if (flat[i] >= 'a' && flat[i] <= 'z')
            out[k++] = (char)flat[i];
        else if (flat[i] == 0x308 && k)
            out[k - 1] = 'v';
    }
    m->reading[cp - HAN_FROM] = syllable_add(m->t, out, k);
}

static bool is_han(uint32_t c)
{
    return c >= HAN_FROM && c < HAN_TO;
}

/* ---- one character ---- */

static uint32_t like_of(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } likes[] = {
#define LIKE(from, to) {from, to},
#include "scan/like.def"
#undef LIKE
    };
    for (size_t i = 0; i < LEN(likes); i++) /* while the table is made only */
        if (likes[i].from == c)
            return likes[i].to;
    return c;
}

/* White letters on black and flags, which NFKC leaves. */
static uint32_t boxed(uint32_t c)
{
    static const uint32_t STARTS[] = {0x1F150, 0x1F170, 0x1F1E6};
    for (size_t i = 0; i < LEN(STARTS); i++)
        if (c - STARTS[i] < 26)
            return 'a' + c - STARTS[i];
    return c;
}

/* A code point of UTF-16 without lone surrogates. */
static uint32_t next_of(const UChar *p, int32_t *i, int32_t n)
{
    uint32_t c = p[(*i)++];
    if (U16_IS_LEAD(c) && *i < n)
        c = (uint32_t)U16_GET_SUPPLEMENTARY(c, p[(*i)++]);
    return c;
}

/* The confusable of one character, when that is one character; Han have like.def. */
static uint32_t skeleton(struct making *m, uint32_t c)
{
    UErrorCode e = U_ZERO_ERROR;
    UChar in[2], out[PIECE_MAX], folded[PIECE_MAX];
    int32_t n = 0, k = 0;
    if (is_han(c) || c >= 0x20000 || u_charType((UChar32)c) == U_UNASSIGNED)
        return c;
    U16_APPEND_UNSAFE(in, n, c);
    int32_t len = uspoof_getSkeleton(m->spoof, 0, in, n, out, PIECE_MAX, &e);
    len = unorm2_normalize(m->nfkc, out, len, folded, PIECE_MAX, &e);
    if (U_FAILURE(e) || !len)
        return c;
    uint32_t one = next_of(folded, &k, len);
    return k == len ? one : c;
}

static bool is_mark(uint32_t c)
{
    return (c >= 0x300 && c < 0x370) || (c >= 0x1AB0 && c < 0x1B00) ||
           (c >= 0x1DC0 && c < 0x1E00) || (c >= 0x20D0 && c < 0x2100) ||
           (c >= 0xFE00 && c < 0xFE30);
}

static bool keeps(uint32_t c)
{
    uint32_t kinds = U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK;
    return !is_mark(c) && (U_GET_GC_MASK((UChar32)c) & kinds) != 0;
}

static const struct {
    uint32_t cp;
    const char *readings;
} POLYS[] = {
#define POLY(cp, readings) {cp, readings},
#include "scan/poly.def"
#undef POLY
};

static uint32_t sound_of(const struct making *m, uint32_t simple, uint32_t look)
{
    if (!is_han(simple))
        return look;
    for (size_t i = 0; i < LEN(POLYS); i++)
        if (POLYS[i].cp == simple)
            return SYMBOL_MANY | (uint32_t)i;
    uint16_t r = m->reading[simple - HAN_FROM];
    return r ? SYMBOL_SOUND + r - 1U : look;
}

/* One character of a folded text: simplified, its look, its sound. */
static struct fold_cell cell_of(struct making *m, uint32_t c)
{
    c = boxed(c);
    if (!keeps(c))
        return (struct fold_cell){0, 0};
    uint32_t simple = is_han(c) ? m->simple[c - HAN_FROM] : c;
    uint32_t look = skeleton(m, like_of(simple));
    if (!keeps(look))
        look = like_of(simple);
    return (struct fold_cell){look, sound_of(m, simple, look)};
}

/* NFKC_Casefold, and letters with Latin marks taken apart. */
static int32_t flatten(const struct making *m, uint32_t c, UChar ret_p[PIECE_MAX])
{
    UErrorCode e = U_ZERO_ERROR;
    UChar in[2], mid[PIECE_MAX];
    int32_t n = 0;
    U16_APPEND_UNSAFE(in, n, c);
    n = unorm2_normalize(m->nfkc, in, n, mid, PIECE_MAX, &e);
    bool latin = c < 0x2000;
    if (latin)
        n = unorm2_normalize(m->nfd, mid, n, ret_p, PIECE_MAX, &e);
    else
        memcpy(ret_p, mid, (size_t)n * sizeof *mid);
    return U_FAILURE(e) ? 0 : n;
}

static struct fold_cell make_cell(struct making *m, uint32_t c)
{
    UChar flat[PIECE_MAX];
    int32_t n = flatten(m, c, flat);
    struct fold_cell v[PIECE_MAX];
    size_t k = 0;
    for (int32_t i = 0; i < n;) {
        v[k] = cell_of(m, next_of(flat, &i, n));
        k += v[k].look != 0;
    }
    if (k <= 1)
        return k ? v[0] : (struct fold_cell){0, 0};
    ASSERT(m->pool_n + k + 1 < POOL_MAX);
    struct fold_cell many = {.look = SYMBOL_MANY | (uint32_t)m->pool_n};
    memcpy(m->t->pool + m->pool_n, v, k * sizeof *v);
    m->pool_n += k + 1; /* one behind with look 0 */
    return many;
}

/* Blocks of one kind stand once: unassigned (left out), and characters that stay as they are. */
static void make_block(struct making *m, size_t b)
{
    struct fold_cell *to = m->t->cells + m->blocks * FOLD_BLOCK;
    bool empty = true;
    for (uint32_t i = 0; i < FOLD_BLOCK; i++) {
        uint32_t c = (uint32_t)b * FOLD_BLOCK + i;
        bool none = U_IS_SURROGATE(c) || u_charType((UChar32)c) == U_UNASSIGNED ||
                    u_charType((UChar32)c) == U_PRIVATE_USE_CHAR;
        to[i] = none ? (struct fold_cell){0, 0} : make_cell(m, c);
        empty = empty && !to[i].look;
    }
    m->t->block[b] = empty ? 0 : (uint16_t)m->blocks;
    m->blocks += !empty;
}

static void make_many(struct making *m)
{
    for (size_t i = 0; i < LEN(POLYS); i++) {
        struct fold_many *x = &m->t->many[i];
        str rest = str_from(POLYS[i].readings);
        while (rest.p && x->n < FOLD_READINGS) {
            str one = str_split(rest, ' ', &rest);
            x->v[x->n++] = SYMBOL_SOUND + syllable_add(m->t, one.p, one.n) - 1U;
        }
    }
}

static struct fold_table *made;

static void make(void)
{
    UErrorCode e = U_ZERO_ERROR;
    arena *mem = arena_new();
    AUTO_ARENA(work);
    struct fold_table *t = NEW(mem, struct fold_table);
    struct making m = {.t = t, .mem = mem, .blocks = 1};
    enum { CELLS = 2400 * FOLD_BLOCK };
    t->mem = mem;
    t->cells = NEW_N(mem, struct fold_cell, CELLS);
    t->pool = NEW_N(mem, struct fold_cell, POOL_MAX);
    t->many = NEW_N(mem, struct fold_many, LEN(POLYS));
    t->syllable = NEW_N(mem, struct fold_syllable, FOLD_SYLLABLES);
    t->index = NEW_N(mem, uint16_t, INDEX);
    m.simple = NEW_N(work, uint32_t, HAN_TO - HAN_FROM);
    m.reading = NEW_N(work, uint16_t, HAN_TO - HAN_FROM);
    m.nfkc = unorm2_getNFKCCasefoldInstance(&e);
    m.nfd = unorm2_getNFDInstance(&e);
    m.spoof = uspoof_open(&e);
    ASSERT(U_SUCCESS(e));
    han_lines(&m, "Traditional-Simplified", take_simple);
    han_lines(&m, "Han-Latin", take_reading);
    make_many(&m);
    for (size_t b = 0; b < FOLD_BLOCKS; b++) {
        ASSERT((m.blocks + 1) * FOLD_BLOCK <= CELLS);
        make_block(&m, b);
    }
    uspoof_close(m.spoof);
    made = t;
}

const struct fold_table *fold_table(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make);
    return made;
}
