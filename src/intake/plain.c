/* Titles and excerpts, which exports keep as HTML. */
#include "intake/plain.h"

#include "base/buf.h"

static const struct {
    str name;
    uint32_t cp;
} ENTITIES[] = {{S_INIT("amp"), '&'},       {S_INIT("lt"), '<'},       {S_INIT("gt"), '>'},
                {S_INIT("quot"), '"'},      {S_INIT("apos"), '\''},    {S_INIT("nbsp"), ' '},
                {S_INIT("hellip"), 0x2026}, {S_INIT("ndash"), 0x2013}, {S_INIT("mdash"), 0x2014},
                {S_INIT("lsquo"), 0x2018},  {S_INIT("rsquo"), 0x2019}, {S_INIT("ldquo"), 0x201C},
                {S_INIT("rdquo"), 0x201D}};

static uint32_t digits(str s, uint32_t base)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        uint32_t d = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                     : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                     : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
                                            : base;
        if (d >= base || n > 0x10FFFF)
            return 0;
        n = n * base + d;
    }
    return n;
}

/* s begins with '&'. 0: no entity. */
static uint32_t entity(str s, size_t *ret_n)
{
    size_t end = str_find(str_sub(s, 0, 12), ';');
    str name = str_sub(s, 1, end > 0 ? end - 1 : 0);
    if (end >= 12 || end >= s.n || !name.n)
        return 0;
    *ret_n = end + 1;
    if (name.p[0] == '#') {
        bool hexadecimal = name.n > 1 && (name.p[1] == 'x' || name.p[1] == 'X');
        uint32_t cp = digits(str_sub(name, hexadecimal ? 2 : 1, name.n), hexadecimal ? 16 : 10);
        return cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000) ? 0 : cp;
    }
    for (size_t i = 0; i < LEN(ENTITIES); i++)
        if (str_eq(name, ENTITIES[i].name))
            return ENTITIES[i].cp;
    return 0;
}

static void put(struct buf *b, uint32_t cp)
{
    bool space = cp <= ' ' || cp == 0x7F || cp == 0xA0;
    if (!space)
        buf_add_cp(b, cp);
    else if (b->n && b->p[b->n - 1] != ' ')
        buf_add_char(b, ' ');
}

str plain_text(arena *mem, str s)
{
    struct buf b;
    buf_init(&b, mem, s.n + 4);
    while (s.n) {
        size_t n = 0;
        uint32_t cp = s.p[0] == '&' ? entity(s, &n) : 0;
        if (cp) {
            put(&b, cp);
            s = str_sub(s, n, s.n);
            continue;
        }
        bool tag = s.n > 1 && s.p[0] == '<' &&
                   (s.p[1] == '/' || s.p[1] == '!' || (s.p[1] | 0x20) >= 'a') &&
                   str_find(s, '>') < s.n;
        if (tag)
            s = str_sub(s, str_find(s, '>') + 1, s.n);
        else
            put(&b, str_next(&s));
    }
    return str_trim(buf_str(&b));
}
