/* Tables of folding, and the pass over a text. */
#include "scan/fold.h"

#include "scan/fold_table.h"

const char *scan_view_name(enum scan_view v)
{
    static const char *const NAMES[] = {[VIEW_LOOK] = "look", [VIEW_SOUND] = "sound"};
    return NAMES[v];
}

const struct fold_many *fold_many(uint32_t symbol)
{
    const struct fold_table *t = fold_table();
    return &t->many[symbol & ~SYMBOL_MANY];
}

/* A symbol for every byte that is to come is room enough but for characters that become several:
 * those ask for more. */
struct growing {
    arena *mem;
    struct folded f;
    size_t cap;
};

static void room(struct growing *g, size_t cap)
{
    struct folded old = g->f;
    g->cap = cap;
    g->f = (struct folded){.sym = arena_room(g->mem, cap * sizeof *old.sym),
                           .from = arena_room(g->mem, cap * sizeof *old.from),
                           .span = arena_room(g->mem, cap),
                           .n = old.n};
    if (!old.n)
        return;
    memcpy(g->f.sym, old.sym, old.n * sizeof *old.sym);
    memcpy(g->f.from, old.from, old.n * sizeof *old.from);
    memcpy(g->f.span, old.span, old.n);
}

static inline void room_for(struct growing *g, size_t more)
{
    if (g->f.n + more > g->cap)
        room(g, 2 * g->cap + more);
}

/* One code point of valid UTF-8; *ret_n = its bytes. */
static inline uint32_t decode(const unsigned char *p, unsigned *ret_n)
{
    unsigned c = p[0];
    if (c < 0x80)
        return *ret_n = 1, c;
    if (c < 0xE0)
        return *ret_n = 2, (c & 0x1FU) << 6 | (p[1] & 0x3FU);
    if (c < 0xF0)
        return *ret_n = 3, (c & 0xFU) << 12 | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
    return *ret_n = 4, (c & 7U) << 18 | (p[1] & 0x3FU) << 12 | (p[2] & 0x3FU) << 6 | (p[3] & 0x3FU);
}

static inline void put(struct folded *f, uint32_t sym, size_t from, unsigned span)
{
    f->sym[f->n] = sym;
    f->from[f->n] = (uint32_t)from;
    f->span[f->n] = (uint8_t)span;
    f->n++;
}

static inline bool is_letter(uint32_t c)
{
    return c - 'a' < 26U;
}

enum { SPELLED_MAX = 48 };

/* Replaces the letters from `start` to the end of f by syllables when all of them can be read so.
 */
static void spell(const struct fold_table *t, struct folded *f, size_t start)
{
    uint16_t found[SPELLED_MAX];
    size_t n = f->n - start;
    if (n < 2 || n > SPELLED_MAX)
        return;
    size_t k = fold_spell(t, f->sym + start, n, found);
    size_t at = start;
    for (size_t i = 0; i < k; i++) {
        size_t len = t->syllable[found[i]].n;
        size_t from = f->from[at], to = f->from[at + len - 1] + f->span[at + len - 1];
        f->sym[start + i] = SYMBOL_SOUND + found[i];
        f->from[start + i] = (uint32_t)from;
        f->span[start + i] = (uint8_t)(to - from > UINT8_MAX ? UINT8_MAX : to - from);
        at += len;
    }
    if (k)
        f->n = start + k;
}

static size_t cut(str s)
{
    size_t n = s.n;
    if (n <= FOLD_TEXT_MAX)
        return n;
    n = FOLD_TEXT_MAX;
    while ((s.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

void fold_look(arena *mem, str s, struct folded *ret_f)
{
    const struct fold_table *t = fold_table();
    const unsigned char *p = (const unsigned char *)s.p;
    size_t n = cut(s);
    struct growing g = {.mem = mem};
    room(&g, n + 1);
    for (size_t i = 0; i < n;) {
        unsigned len;
        uint32_t look = fold_cell(t, decode(p + i, &len))->look;
        if (look < SYMBOL_MANY) {
            g.f.sym[g.f.n] = look;
            g.f.from[g.f.n] = (uint32_t)i;
            g.f.span[g.f.n] = (uint8_t)len;
            g.f.n += look != 0;
        } else {
            room_for(&g, n - i + FOLD_PIECES);
            for (const struct fold_cell *c = fold_first(t, look); c->look; c++)
                put(&g.f, c->look, i, len);
        }
        i += len;
    }
    *ret_f = g.f;
}

/* What the pass over a text keeps: the Latin run that is open in the view of sounds. */
struct pass {
    const struct fold_table *t;
    struct growing look, sound;
    size_t run; /* where it began */
};

static inline void pass_put(struct pass *x, const struct fold_cell *c, size_t from, unsigned span)
{
    struct folded *sound = &x->sound.f;
    put(&x->look.f, c->look, from, span);
    bool letter = is_letter(c->sound);
    if (!letter && x->run != sound->n)
        spell(x->t, sound, x->run);
    put(sound, c->sound, from, span);
    if (!letter)
        x->run = sound->n;
}

void fold_both(arena *mem, str s, struct folded *ret_look, struct folded *ret_sound)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t n = cut(s);
    struct pass x = {.t = fold_table(), .look.mem = mem, .sound.mem = mem};
    room(&x.look, n + 1);
    room(&x.sound, n + 1);
    for (size_t i = 0; i < n;) {
        unsigned len;
        const struct fold_cell *c = fold_cell(x.t, decode(p + i, &len));
        if (c->look >= SYMBOL_MANY) {
            room_for(&x.look, n - i + FOLD_PIECES);
            room_for(&x.sound, n - i + FOLD_PIECES);
            for (c = fold_first(x.t, c->look); c->look; c++)
                pass_put(&x, c, i, len);
        } else if (c->look) {
            pass_put(&x, c, i, len);
        }
        i += len;
    }
    spell(x.t, &x.sound.f, x.run);
    *ret_look = x.look.f;
    *ret_sound = x.sound.f;
    ret_sound->many = true;
}

struct fold_place fold_place(const struct folded *f, size_t i, size_t n)
{
    size_t last = i + n - 1;
    return (struct fold_place){f->from[i], (size_t)f->from[last] + f->span[last]};
}
