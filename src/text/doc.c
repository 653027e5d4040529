/* The document tree, and what can be read off it: text, length, files. */
#include "text/doc.h"

#include "base/buf.h"
#include "text/ranges.h"

const char *const doc_align_names[ALIGN_COUNT] = {"left", "center", "right", "justify"};
const char *const doc_callout_names[CALLOUT_COUNT] = {"info", "tip", "warning"};
const char *const doc_color_names[COLOR_COUNT] = {NULL,    "gray", "red",  "orange", "yellow",
                                                  "green", "teal", "blue", "purple"};
const char *const doc_size_names[SIZE_COUNT] = {NULL, "small", "large", "xlarge"};

struct node *node_new(arena *mem, enum node_type type)
{
    struct node *n = NEW(mem, struct node);
    n->type = type;
    if (type == NODE_HEADING)
        n->level = 2;
    if (type == NODE_NUMBERS)
        n->start = 1;
    if (type == NODE_TH || type == NODE_TD)
        n->colspan = n->rowspan = 1;
    return n;
}

struct node *node_add(struct node *parent, struct node *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->child = child;
    parent->last = child;
    return child;
}

bool doc_blob_ok(str blob)
{
    for (size_t i = 0; i < blob.n; i++)
        if (!((blob.p[i] >= '0' && blob.p[i] <= '9') || (blob.p[i] >= 'a' && blob.p[i] <= 'f')))
            return false;
    return blob.n == 64;
}

static bool host_ok(str host)
{
    static const char MORE[] = ".-:[]_";
    for (size_t i = 0; i < host.n; i++) {
        unsigned char c = (unsigned char)host.p[i];
        bool name = c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (!name && !memchr(MORE, c, sizeof MORE - 1))
            return false;
    }
    return host.n > 0 && host.p[0] != ':';
}

static bool address_chars_ok(str s)
{
    /* Spaces, controls and characters that show nothing. */
    static const struct cp_range unseen[] = {{0, 0x20},        {0x7F, 0xA0},     {0x2000, 0x200F},
                                             {0x2028, 0x202F}, {0x205F, 0x206F}, {0x3000, 0x3000},
                                             {0xFEFF, 0xFEFF}};
    while (s.n) {
        uint32_t c = str_next(&s);
        bool markup = c == '"' || c == '<' || c == '>' || c == '\\' || c == '`';
        if (markup || cp_in(c, unseen, LEN(unseen)))
            return false;
    }
    return true;
}

bool doc_href_ok(str href)
{
    if (href.n > DOC_HREF_MAX || !address_chars_ok(href))
        return false;
    if (str_eq_ci(str_sub(href, 0, 7), S("mailto:"))) {
        str at = str_sub(href, 7, href.n);
        size_t i = str_find(at, '@');
        return i > 0 && i + 1 < at.n;
    }
    size_t skip = str_eq_ci(str_sub(href, 0, 7), S("http://"))    ? 7
                  : str_eq_ci(str_sub(href, 0, 8), S("https://")) ? 8
                                                                  : 0;
    if (!skip)
        return false;
    str host = str_sub(href, skip, href.n);
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] == '/' || host.p[i] == '?' || host.p[i] == '#')
            host.n = i;
    return host_ok(host);
}

/* --- plain text --------------------------------------------------------------------------------
 */

struct reader {
    struct buf out;
    enum doc_text what;
    char pending; /* what divides the next piece from those before: '\n' over '\t' over ' ' */
    int in_cell;
};

static void divide(struct reader *r, char c)
{
    bool stronger = r->pending != '\n' && (c == '\n' || r->pending != '\t');
    if (r->out.n && stronger)
        r->pending = c;
}

static void put(struct reader *r, str s)
{
    if (!s.n)
        return;
    if (r->pending)
        buf_add_char(&r->out, r->pending);
    r->pending = 0;
    buf_add(&r->out, s);
}

static void put_more(struct reader *r, str s)
{
    if (r->what != DOC_TEXT_ALL || !s.n)
        return;
    divide(r, r->in_cell ? ' ' : '\n');
    put(r, s);
    divide(r, r->in_cell ? ' ' : '\n');
}

static void read_text(struct reader *r, const struct node *n)
{
    if (n->type == NODE_TEXT) {
        put(r, n->text);
        if (n->href.p && !str_eq(n->href, n->text))
            put_more(r, n->href);
        return;
    }
    if (n->type == NODE_BREAK) {
        divide(r, r->in_cell ? ' ' : '\n');
        return;
    }
    bool cell = n->type == NODE_TH || n->type == NODE_TD;
    r->in_cell += cell;
    if (n->type == NODE_PICTURE || n->type == NODE_AUDIO || n->type == NODE_VIDEO)
        put_more(r, n->alt);
    for (const struct node *c = n->child; c; c = c->next)
        read_text(r, c);
    r->in_cell -= cell;
    divide(r, cell ? '\t' : r->in_cell ? ' ' : '\n');
}

str doc_text(arena *mem, const struct node *doc, enum doc_text what)
{
    struct reader r = {.what = what};
    buf_init(&r.out, mem, SIZE_MAX / 4);
    read_text(&r, doc);
    return buf_str(&r.out);
}

/* --- length ------------------------------------------------------------------------------------
 */

enum word_state { WORD_NONE, WORD_IN, WORD_JOINER };
struct counter {
    size_t n;
    enum word_state state;
};

static bool cjk_counts(uint32_t c)
{
    static const struct cp_range ranges[] = {
        {0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x3041, 0x30FA}, {0x30FC, 0x30FF},  {0xAC00, 0xD7A3},
        {0x3005, 0x3007}, {0x3105, 0x312F}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFF}};
    return cp_in(c, ranges, LEN(ranges));
}

static bool word_char(uint32_t c)
{
    static const struct cp_range ranges[] = {{'0', '9'},       {'a', 'z'},       {'A', 'Z'},
                                             {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x1FFF},
                                             {0xFF10, 0xFF19}, {0xFF21, 0xFF3A}, {0xFF41, 0xFF5A}};
    return cp_in(c, ranges, LEN(ranges));
}

static void count_more(struct counter *k, str s)
{
    while (s.n) {
        uint32_t c = str_next(&s);
        if (word_char(c)) {
            k->n += k->state == WORD_NONE;
            k->state = WORD_IN;
            continue;
        }
        bool joins = c == '\'' || c == 0x2019 || c == '-' || c == '.' || c == ',' || c == '_';
        k->state = joins && k->state == WORD_IN ? WORD_JOINER : WORD_NONE;
        k->n += cjk_counts(c);
    }
}

static void count_node(struct counter *k, const struct node *n)
{
    if (n->type == NODE_TEXT) {
        count_more(k, n->text);
        return;
    }
    k->state = WORD_NONE;
    for (const struct node *c = n->child; c; c = c->next)
        count_node(k, c);
    k->state = WORD_NONE;
}

size_t doc_count(const struct node *doc)
{
    struct counter k = {0};
    count_node(&k, doc);
    return k.n;
}

size_t text_count_words(str s)
{
    struct counter k = {0};
    count_more(&k, s);
    return k.n;
}

int doc_minutes(size_t count)
{
    enum { A_MINUTE = 400 };
    size_t minutes = (count + A_MINUTE / 2) / A_MINUTE;
    return minutes < 1 ? 1 : (int)minutes;
}

/* --- files -------------------------------------------------------------------------------------
 */

static size_t collect_one(struct doc_media *out, size_t at, enum node_type type, str blob)
{
    if (!blob.p)
        return at;
    if (out)
        out[at] = (struct doc_media){type, blob};
    return at + 1;
}

static size_t collect(const struct node *n, struct doc_media *out, size_t at)
{
    bool player = n->type == NODE_AUDIO || n->type == NODE_VIDEO;
    if (player || n->type == NODE_PICTURE)
        at = collect_one(out, at, n->type, n->blob);
    if (n->type == NODE_VIDEO)
        at = collect_one(out, at, NODE_PICTURE, n->poster);
    if (player)
        at = collect_one(out, at, NODE_TEXT, n->captions);
    for (const struct node *c = n->child; c; c = c->next)
        at = collect(c, out, at);
    return at;
}

struct doc_media *doc_pictures(arena *mem, const struct node *doc, size_t *ret_n)
{
    size_t n = collect(doc, NULL, 0);
    struct doc_media *all = NEW_N(mem, struct doc_media, n);
    collect(doc, all, 0);
    *ret_n = n;
    return all;
}
