/* Strict reading of JSON into jansson's values. jansson's own reader takes a byte at a time, which
 * was a fifth of what publishing an article costs. */
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { DEPTH_MAX = 512, NUMBER_MAX = 64 };

struct reader {
    const char *begin, *p, *end;
    const char *why; /* set by the first thing that is wrong, where p is then */
    arena *mem;      /* for texts with escapes */
    int depth;
};

static json_t *value(struct reader *r);

static json_t *bad(struct reader *r, const char *why)
{
    if (!r->why)
        r->why = why;
    return NULL;
}

/* The next byte that is no space; 0 at the end, which no value begins with. */
static char peek(struct reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r'))
        r->p++;
    return r->p < r->end ? *r->p : '\0';
}

static bool take(struct reader *r, char c)
{
    bool is = peek(r) == c;
    r->p += is;
    return is;
}

/* ---- texts ---- */

static bool hex4(struct reader *r, uint32_t *ret_n)
{
    uint32_t n = 0;
    if (r->end - r->p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = r->p[i];
        bool digit = c >= '0' && c <= '9';
        char low = (char)(c | 32);
        if (!digit && (low < 'a' || low > 'f'))
            return false;
        n = n << 4 | (uint32_t)(digit ? c - '0' : low - 'a' + 10);
    }
    r->p += 4;
    *ret_n = n;
    return true;
}

/* Behind \u: one code point, of one escape or of a pair of them. */
static bool unicode(struct reader *r, uint32_t *ret_cp)
{
    uint32_t cp = 0, low = 0;
    if (!hex4(r, &cp) || cp == 0 || (cp >= 0xDC00 && cp <= 0xDFFF))
        return false;
    if (cp >= 0xD800 && cp <= 0xDBFF) {
        if (r->end - r->p < 2 || r->p[0] != '\\' || r->p[1] != 'u')
            return false;
        r->p += 2;
        if (!hex4(r, &low) || low < 0xDC00 || low > 0xDFFF)
            return false;
        cp = 0x10000 + ((cp - 0xD800) << 10 | (low - 0xDC00));
    }
    *ret_cp = cp;
    return true;
}

static bool escape(struct reader *r, char **at)
{
    static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
    char c = r->p < r->end ? *r->p : '\0';
    const char *i = c ? strchr(FROM, c) : NULL;
    uint32_t cp = 0;
    if (i) {
        r->p++;
        *(*at)++ = TO[i - FROM];
        return true;
    }
    if (c != 'u')
        return false;
    r->p++;
    if (!unicode(r, &cp))
        return false;
    char utf8[4];
    size_t n = str_put_utf8(utf8, cp);
    memcpy(*at, utf8, n);
    *at += n;
    return true;
}

/* Moves over what stands for itself. */
static const char *plain(const struct reader *r)
{
    const char *p = r->p;
    while (p < r->end && *p != '"' && *p != '\\' && (uint8_t)*p >= 0x20)
        p++;
    return p;
}

/* A text without escapes is not copied. */
static bool text(struct reader *r, str *ret_s)
{
    const char *from = ++r->p, *to = plain(r);
    if (to < r->end && *to == '"') {
        r->p = to + 1;
        *ret_s = (str){from, (size_t)(to - from)};
        return true;
    }
    /* Escapes only shrink, so that the rest of the input is room enough; what is used is given
     * back with the arena, and each text is copied once. */
    const char *quote = to;
    while (quote < r->end && *quote != '"')
        quote += *quote == '\\' ? 2 : 1;
    if (quote >= r->end)
        return bad(r, "a text without an end") != NULL;
    char *out = arena_room(r->mem, (size_t)(quote - from) + 1), *at = out;
    for (;;) {
        to = plain(r);
        memcpy(at, r->p, (size_t)(to - r->p));
        at += to - r->p;
        r->p = to;
        if (*to == '"')
            break;
        if (*to != '\\')
            return bad(r, "a control character in a text") != NULL;
        r->p++;
        if (!escape(r, &at))
            return bad(r, "a bad escape in a text") != NULL;
    }
    r->p++;
    *ret_s = (str){out, (size_t)(at - out)};
    return true;
}

/* ---- numbers ---- */

static bool digits(struct reader *r)
{
    const char *from = r->p;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
        r->p++;
    return r->p > from;
}

static bool at_one_of(const struct reader *r, char a, char b)
{
    return r->p < r->end && (*r->p == a || *r->p == b);
}

static json_t *number(struct reader *r)
{
    const char *from = r->p;
    r->p += *r->p == '-';
    bool zero = r->p < r->end && *r->p == '0', real = false;
    if (!digits(r) || (zero && r->p - from > 1 + (*from == '-')))
        return bad(r, "a bad number");
    if (at_one_of(r, '.', '.')) {
        r->p++;
        real = true;
        if (!digits(r))
            return bad(r, "a bad number");
    }
    if (at_one_of(r, 'e', 'E')) {
        r->p++;
        real = true;
        r->p += at_one_of(r, '+', '-');
        if (!digits(r))
            return bad(r, "a bad number");
    }
    char z[NUMBER_MAX] = "";
    if (r->p - from >= NUMBER_MAX)
        return bad(r, "a number too long");
    memcpy(z, from, (size_t)(r->p - from));
    errno = 0;
    if (!real) {
        long long n = strtoll(z, NULL, 10);
        return errno ? bad(r, "a number too large") : json_integer(n);
    }
    double d = strtod(z, NULL);
    return isfinite(d) ? json_real(d) : bad(r, "a number too large");
}

/* ---- values ---- */

static bool member(struct reader *r, json_t *object)
{
    str key = STR_NONE;
    if (peek(r) != '"')
        return bad(r, "a key expected") != NULL;
    if (!text(r, &key))
        return false;
    if (json_object_getn(object, key.p, key.n))
        return bad(r, "a key twice") != NULL;
    if (!take(r, ':'))
        return bad(r, "':' expected") != NULL;
    json_t *v = value(r);
    return v && json_object_setn_new_nocheck(object, key.p, key.n, v) == 0;
}

static bool element(struct reader *r, json_t *array)
{
    json_t *v = value(r);
    return v && json_array_append_new(array, v) == 0;
}

static json_t *container(struct reader *r, json_t *made, bool (*one)(struct reader *, json_t *),
                         char end)
{
    r->p++;
    if (++r->depth > DEPTH_MAX)
        bad(r, "nested too deep");
    bool good = !r->why;
    if (good && !take(r, end)) {
        do
            good = one(r, made);
        while (good && take(r, ','));
        if (good && !take(r, end))
            good = bad(r, "',' or the end expected") != NULL;
    }
    r->depth--;
    if (good)
        return made;
    json_decref(made);
    return NULL;
}

static json_t *word(struct reader *r, str name, json_t *made)
{
    if (!str_starts((str){r->p, (size_t)(r->end - r->p)}, name))
        return bad(r, "a value expected");
    r->p += name.n;
    return made;
}

static json_t *value(struct reader *r)
{
    str s = STR_NONE;
    char c = peek(r);
    switch (c) {
    case '{':
        return container(r, json_object(), member, '}');
    case '[':
        return container(r, json_array(), element, ']');
    case '"':
        return text(r, &s) ? json_stringn_nocheck(s.p, s.n) : NULL;
    case 't':
        return word(r, S("true"), json_true());
    case 'f':
        return word(r, S("false"), json_false());
    case 'n':
        return word(r, S("null"), json_null());
    default:
        return c == '-' || (c >= '0' && c <= '9') ? number(r) : bad(r, "a value expected");
    }
}

static err refuse(const struct reader *r)
{
    int line = 1;
    const char *start = r->begin;
    for (const char *p = r->begin; p < r->p && p < r->end; p++) {
        line += *p == '\n';
        start = *p == '\n' ? p + 1 : start;
    }
    return fault(ERR_INVALID, "bad_json", "line %d, column %d: %s", line, (int)(r->p - start) + 1,
                 r->why ? r->why : "no memory");
}

err json_read(str json, json_t **ret_root)
{
    str s = json.p ? json : S("");
    if (!str_valid(s))
        return fault(ERR_INVALID, "bad_json", "not UTF-8, or with a NUL");
    AUTO_ARENA(mem);
    struct reader r = {.begin = s.p, .p = s.p, .end = s.p + s.n, .mem = mem};
    char first = peek(&r);
    json_t *root = first == '{' || first == '[' ? value(&r) : bad(&r, "'{' or '[' expected");
    if (root && peek(&r)) {
        json_decref(root);
        root = bad(&r, "something behind the end");
    }
    if (!root)
        return refuse(&r);
    *ret_root = root;
    return OK;
}
