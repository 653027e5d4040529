/* Text by value. */
#include "base/str.h"

#include <stdio.h>

str str_from(const char *z)
{
    return (str){z, z ? strlen(z) : 0};
}

str str_dup(arena *a, str s)
{
    if (!s.p)
        return s;
    char *p = arena_alloc(a, s.n + 1);
    memcpy(p, s.p, s.n);
    return (str){p, s.n};
}

const char *str_z(arena *a, str s)
{
    return s.p ? str_dup(a, s).p : "";
}

str str_fmt(arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    ASSERT(n >= 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (str){p, (size_t)n};
}

str str_cat(arena *a, str x, str y)
{
    char *p = arena_alloc(a, x.n + y.n + 1);
    if (x.n)
        memcpy(p, x.p, x.n);
    if (y.n)
        memcpy(p + x.n, y.p, y.n);
    return (str){p, x.n + y.n};
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_ci(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, suffix.n), suffix);
}

bool str_has(str s, str part)
{
    return part.n == 0 || (s.n >= part.n && memmem(s.p, s.n, part.p, part.n) != NULL);
}

size_t str_find(str s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? (size_t)(at - s.p) : s.n;
}

str str_sub(str s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (str){s.p ? s.p + from : NULL, n};
}

static const str SPACES[] = {{" ", 1},  {"\t", 1},       {"\n", 1},          {"\r", 1},
                             {"\v", 1}, {"\xC2\xA0", 2}, {"\xE3\x80\x80", 3}};

static size_t space_at(str s, bool end)
{
    for (size_t i = 0; i < LEN(SPACES); i++)
        if (end ? str_ends(s, SPACES[i]) : str_starts(s, SPACES[i]))
            return SPACES[i].n;
    return 0;
}

str str_trim(str s)
{
    for (size_t n = 0; (n = space_at(s, false)) > 0;)
        s = str_sub(s, n, s.n);
    for (size_t n = 0; (n = space_at(s, true)) > 0;)
        s.n -= n;
    return s;
}

str str_lower_ascii(arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = lower(s.p[i]);
    return (str){p, s.n};
}

str str_split(str s, char c, str *rest)
{
    size_t at = str_find(s, c);
    *rest = at < s.n ? str_sub(s, at + 1, s.n) : STR_NONE;
    return str_sub(s, 0, at);
}

str str_ellipsis(arena *a, str s, size_t max)
{
    str rest = s;
    for (size_t i = 0; i < max && rest.n; i++)
        (void)str_next(&rest);
    if (!rest.n)
        return s;
    return str_cat(a, str_sub(s, 0, s.n - rest.n), S("…"));
}

/* Length of the well-formed sequence at p (1..4), or 0. */
static size_t utf8_len(const uint8_t *p, size_t n)
{
    static const struct {
        uint8_t lo, hi, min2, max2;
        size_t len;
    } FORMS[] = {
        {0x01, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t f = 0; f < LEN(FORMS); f++) {
        if (p[0] < FORMS[f].lo || p[0] > FORMS[f].hi)
            continue;
        size_t len = FORMS[f].len;
        if (len > n || (len > 1 && (p[1] < FORMS[f].min2 || p[1] > FORMS[f].max2)))
            return 0;
        for (size_t i = 2; i < len; i++)
            if ((p[i] & 0xC0) != 0x80)
                return 0;
        return len;
    }
    return 0;
}

/* Skips the two commonest forms, plain ASCII and most of Chinese, quickly. */
static size_t common_len(const uint8_t *p, size_t n)
{
    size_t i = 0;
    for (;;) {
        if (i < n && p[i] - 1u < 0x7F)
            i++;
        else if (n - i >= 3 && p[i] >= 0xE1 && p[i] <= 0xEC && (p[i + 1] & 0xC0) == 0x80 &&
                 (p[i + 2] & 0xC0) == 0x80)
            i += 3;
        else
            return i;
    }
}

bool str_valid(str s)
{
    for (size_t i = 0; i < s.n;) {
        i += common_len((const uint8_t *)s.p + i, s.n - i);
        if (i == s.n)
            break;
        size_t len = utf8_len((const uint8_t *)s.p + i, s.n - i);
        if (!len)
            return false;
        i += len;
    }
    return true;
}

size_t str_count(str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += ((uint8_t)s.p[i] & 0xC0) != 0x80;
    return count;
}

uint32_t str_next(str *s)
{
    if (!s->n)
        return 0;
    const uint8_t *p = (const uint8_t *)s->p;
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (len > s->n)
        len = s->n;
    uint32_t cp = len == 1 ? p[0] : p[0] & (0x7FU >> len);
    for (size_t i = 1; i < len; i++)
        cp = cp << 6 | (p[i] & 0x3F);
    *s = str_sub(*s, len, s->n);
    return cp;
}

size_t str_put_utf8(char out[4], uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)((0xF00U >> len & 0xFF) | cp);
    return len;
}

err str_int(str s, int64_t *ret_n)
{
    bool negative = s.n && s.p[0] == '-';
    str digits = str_sub(s, negative, s.n);
    if (!digits.n || digits.n > 19)
        return fault(ERR_INVALID, "not_a_number", "not a decimal number");
    int64_t n = 0;
    for (size_t i = 0; i < digits.n; i++) {
        int d = digits.p[i] - '0';
        if (d < 0 || d > 9 || __builtin_mul_overflow(n, 10, &n) || __builtin_sub_overflow(n, d, &n))
            return fault(ERR_INVALID, "not_a_number", "not a decimal number");
    }
    if (!negative && n == INT64_MIN)
        return fault(ERR_INVALID, "not_a_number", "number too large");
    *ret_n = negative ? n : -n;
    return OK;
}
