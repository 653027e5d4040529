/* Text by value: a pointer and a length, never owning, valid UTF-8 once inside the house.
 * Bytes become `str` at the doors only (form, JSON, multipart, database, file), where str_valid is
 * asked. Lengths shown to people are code points (str_count). `struct bytes` is for what is not
 * text. */
#pragma once
#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>
#include <string.h>

typedef struct str {
    const char *p; /* NULL means "no value" (SQL NULL); otherwise n bytes, not terminated */
    size_t n;
} str;

struct bytes {
    const uint8_t *p;
    size_t n;
};

#define S(lit) ((str){"" lit "", sizeof(lit) - 1})
/* The same as an initialiser of static tables: {.value = S_INIT("owner")}. */
#define S_INIT(lit)                                                                                \
    {                                                                                              \
        "" lit "", sizeof(lit) - 1                                                                 \
    }
#define STR_NONE ((str){NULL, 0})
/* For printf("%.*s", FMT(s)). */
#define FMT(s) (int)(s).n, (s).p ? (s).p : ""
#define LEN(array) (sizeof(array) / sizeof *(array))

str str_from(const char *z);        /* z may be NULL: no value; borrows */
str str_dup(arena *a, str s);       /* copy in a, NUL-terminated behind its end */
const char *str_z(arena *a, str s); /* NUL-terminated copy */
str str_fmt(arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
str str_cat(arena *a, str x, str y);
bool str_eq(str a, str b);
bool str_eq_ci(str a, str b); /* ASCII case only: header names, hosts */
int str_cmp(str a, str b);    /* byte order, as SQLite BINARY and COLLATE "C" */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
bool str_has(str s, str part);
size_t str_find(str s, char c);            /* index, or s.n when absent */
str str_sub(str s, size_t from, size_t n); /* clamps */
str str_trim(str s);                       /* ASCII space, and U+3000 and U+00A0 */
str str_lower_ascii(arena *a, str s);
/* Cuts s at the first c: returns what stands before, *rest is what follows (p NULL when absent). */
str str_split(str s, char c, str *rest);
/* First max code points of s, with … when something was cut. */
str str_ellipsis(arena *a, str s, size_t max);

/* True for well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF) without NUL. */
bool str_valid(str s);
size_t str_count(str s);   /* code points; s must be valid */
uint32_t str_next(str *s); /* takes one code point off the front; 0 at the end */
size_t str_put_utf8(char out[4], uint32_t cp); /* bytes written */

/* Strict decimal; no sign but '-', no spaces, no overflow. ERR_INVALID otherwise. */
err str_int(str s, int64_t *ret_n);

static inline struct bytes str_bytes(str s)
{
    return (struct bytes){(const uint8_t *)s.p, s.n};
}
static inline str bytes_str(struct bytes b)
{
    return (str){(const char *)b.p, b.n};
}
