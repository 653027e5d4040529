/* Tags of an article: as they are written, as they are compared. */
#include "article/tag.h"

#include "article/declare.h"
#include "base/buf.h"
#include "base/hash.h"
#include "text/fold.h"

enum { PAGE_DIGITS = 6, PIECES_MAX = 64 };

/* ---- as they are written ---- */

static bool divides(uint32_t c)
{
    return c == ',' || c == ';' || c == '\n' || c == 0xFF0C || c == 0xFF1B || c == 0x3001;
}

static bool hash_sign(uint32_t c)
{
    return c == '#' || c == 0xFF03;
}

/* Takes one piece off the front of *rest: up to a divider, or to a # that follows white space. */
static str piece(str *rest)
{
    str s = *rest, at = s;
    uint32_t c = str_next(&s);
    while (at.n && !divides(c)) {
        bool space = c == ' ' || c == 0x3000;
        at = s;
        c = str_next(&s);
        if (space && hash_sign(c))
            break;
    }
    str one = {rest->p, (size_t)(at.p - rest->p)};
    *rest = hash_sign(c) ? at : s;
    return one;
}

/* "#话题#" and "#topic" as people write them elsewhere; white space inside becomes one space. */
static str bare(arena *mem, str one)
{
    struct buf b;
    str s = str_trim(one);
    bool marked = false, space = false;
    while (str_starts(s, S("#")) || str_starts(s, S("\uFF03"))) {
        (void)str_next(&s);
        marked = true;
    }
    if (marked && str_ends(s, S("#")))
        s.n--;
    s = str_trim(s);
    buf_init(&b, mem, s.n + 1);
    while (s.n) {
        uint32_t c = str_next(&s);
        bool blank = c == ' ' || c == '\t' || c == 0x3000 || c == 0xA0;
        if (!blank && space)
            buf_add_char(&b, ' ');
        if (!blank)
            buf_add_cp(&b, c);
        space = blank;
    }
    return buf_str(&b);
}

static err check_one(arena *mem, str tag)
{
    bool slash = str_find(tag, '/') < tag.n || str_find(tag, '\\') < tag.n;
    if (str_count(tag) > TAG_MAX)
        return fault_field(ERR_INVALID, "tag_too_long", "tags", "over %d", TAG_MAX);
    if (slash || !text_clean_line(tag) || !tag_fold(mem, tag).n)
        return fault_field(ERR_INVALID, "tag_characters", "tags", "characters");
    return OK;
}

err tags_check(arena *mem, str written, str *ret_tags)
{
    str folds[TAGS_MAX], all = S("");
    size_t n = 0;
    int pieces = 0;
    for (str rest = written; rest.n; pieces++) {
        str tag = bare(mem, piece(&rest));
        if (pieces == PIECES_MAX)
            return fault_field(ERR_INVALID, "tags_too_many", "tags", "over %d", TAGS_MAX);
        if (!tag.n)
            continue;
        TRY(check_one(mem, tag));
        str fold = tag_fold(mem, tag);
        bool there = false;
        for (size_t i = 0; i < n; i++)
            there |= str_eq(folds[i], fold);
        if (there)
            continue;
        if (n == TAGS_MAX)
            return fault_field(ERR_INVALID, "tags_too_many", "tags", "over %d", TAGS_MAX);
        folds[n++] = fold;
        all = n == 1 ? tag : str_fmt(mem, "%.*s,%.*s", FMT(all), FMT(tag));
    }
    *ret_tags = all;
    return OK;
}

/* ---- as they are stored ---- */

struct tags tags_split(str stored)
{
    struct tags t = {.n = 0};
    for (str rest = stored; rest.n && t.n < TAGS_MAX;) {
        str one = str_split(rest, ',', &rest);
        if (one.n)
            t.v[t.n++] = one;
    }
    return t;
}

struct tags tags_of(arena *mem, str declared)
{
    if (!declared.n || !str_has(declared, S("\"tags\":")))
        return (struct tags){.n = 0};
    struct declaration d = declared_of(mem, declared);
    return tags_split(d.v[DECLARE_tags]);
}

/* ---- as they are compared ---- */

str tag_fold(arena *mem, str tag)
{
    struct buf b;
    if (!text_fold(mem, tag).n)
        return S("");
    buf_init(&b, mem, 3 * tag.n + 1);
    for (str s = tag; s.n;) {
        uint32_t c = str_next(&s);
        buf_add_cp(&b, hash_sign(c) ? 0x266F : c); /* C# is not C; a punctuation mark is dropped */
    }
    return text_skeleton(mem, buf_str(&b));
}

str tag_page(arena *mem, str fold)
{
    struct sha256 h = sha256(str_bytes(fold));
    str digits = hex(mem, (struct bytes){h.b, PAGE_DIGITS / 2});
    return str_cat(mem, S("t:"), digits);
}

str tag_pages(arena *mem, str declared)
{
    struct tags tags = tags_of(mem, declared);
    str all = S("");
    for (size_t i = 0; i < tags.n; i++)
        all = str_fmt(mem, "%.*s %.*s", FMT(all), FMT(tag_page(mem, tag_fold(mem, tags.v[i]))));
    return all;
}
