/* CJK pairs and words. */
#include "text/token.h"

#include "base/buf.h"
#include "text/fold.h"

#include <unicode/uchar.h>

enum { WORD_MAX = 32 };

static bool is_cjk(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x3041 && c <= 0x30FF && c != 0x30FB) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x20000 && c <= 0x3FFFF) ||
           (c >= 0x3005 && c <= 0x3007);
}

static void put_separator(struct buf *b)
{
    if (b->n)
        buf_add_char(b, ' ');
}

static void put_pair(struct buf *b, uint32_t first, uint32_t second)
{
    put_separator(b);
    buf_add_cp(b, first);
    if (second)
        buf_add_cp(b, second);
}

struct pairs {
    uint32_t held; /* a CJK character whose neighbour is not known yet, or 0 */
    bool paired;   /* held stands in a pair already */
};

/* The next character; next 0 for anything that is not CJK. */
static void pairs_step(struct pairs *p, struct buf *b, uint32_t next)
{
    if (p->held && (next || !p->paired))
        put_pair(b, p->held, next);
    p->paired = p->held && next;
    p->held = next;
}

str text_tokens(arena *mem, str s)
{
    str rest = text_casefold(mem, s);
    struct buf b;
    buf_init(&b, mem, 4 * rest.n + 8);
    struct pairs pairs = {0};
    size_t word = 0; /* code points of the word so far */
    while (rest.n) {
        uint32_t c = str_next(&rest);
        bool cjk = is_cjk(c), letter = !cjk && u_isalnum((UChar32)c);
        pairs_step(&pairs, &b, cjk ? c : 0);
        if (letter && word == 0)
            put_separator(&b);
        if (letter && word < WORD_MAX)
            buf_add_cp(&b, c);
        word = letter ? word + 1 : 0;
    }
    pairs_step(&pairs, &b, 0);
    return buf_str(&b);
}
