/* The document's JSON: one table of attributes drives the strict reader and the canonical writer.
 */
#include "text/doc.h"

#include "base/json.h"
#include "text/ranges.h"

#include <stddef.h>
#include <stdio.h>

#define BIT(type) (1u << (type))

enum {
    BLOCKS = BIT(NODE_PARAGRAPH) | BIT(NODE_HEADING) | BIT(NODE_QUOTE) | BIT(NODE_BULLETS) |
             BIT(NODE_NUMBERS) | BIT(NODE_TABLE_GRID) | BIT(NODE_CODE) | BIT(NODE_PICTURE) |
             BIT(NODE_AUDIO) | BIT(NODE_VIDEO) | BIT(NODE_CALLOUT) | BIT(NODE_DIVIDER),
    INLINES = BIT(NODE_TEXT) | BIT(NODE_BREAK),
    CELLS = BIT(NODE_TH) | BIT(NODE_TD),
};

static const char *const type_names[NODE_COUNT] = {
#define X(type, name) [type] = name,
    NODE_TABLE(X)
#undef X
};

static const struct {
    unsigned children;
    bool some; /* at least one child */
} content_of[NODE_COUNT] = {
    [NODE_DOC] = {BLOCKS, true},
    [NODE_PARAGRAPH] = {INLINES, false},
    [NODE_HEADING] = {INLINES, false},
    [NODE_QUOTE] = {BLOCKS, true},
    [NODE_BULLETS] = {BIT(NODE_ITEM), true},
    [NODE_NUMBERS] = {BIT(NODE_ITEM), true},
    [NODE_ITEM] = {BLOCKS, true},
    [NODE_TABLE_GRID] = {BIT(NODE_ROW), true},
    [NODE_ROW] = {CELLS, false},
    [NODE_TH] = {BLOCKS, true},
    [NODE_TD] = {BLOCKS, true},
    [NODE_CODE] = {BIT(NODE_TEXT), false},
    [NODE_PICTURE] = {INLINES, false},
    [NODE_CALLOUT] = {BLOCKS, true},
};

enum attr_kind { ATTR_INT, ATTR_NAME, ATTR_BLOB, ATTR_TITLE, ATTR_LANGUAGE };
struct attr {
    const char *name;
    enum attr_kind kind;
    unsigned types; /* the nodes that have it */
    size_t at;      /* its place in struct node */
    const char *const *names;
    int low, high, otherwise; /* numbers; names are below high */
    bool required;            /* also: always written */
};

#define AT(member) offsetof(struct node, member)
static const struct attr attrs[] = {
    {"align", ATTR_NAME, BIT(NODE_PARAGRAPH) | BIT(NODE_HEADING) | CELLS, AT(align),
     doc_align_names, 0, ALIGN_COUNT, ALIGN_LEFT, false},
    {"level", ATTR_INT, BIT(NODE_HEADING), AT(level), NULL, 2, 4, 0, true},
    {"start", ATTR_INT, BIT(NODE_NUMBERS), AT(start), NULL, 0, DOC_START_MAX, 1, false},
    {"colspan", ATTR_INT, CELLS, AT(colspan), NULL, 1, DOC_SPAN_MAX, 1, false},
    {"rowspan", ATTR_INT, CELLS, AT(rowspan), NULL, 1, DOC_SPAN_MAX, 1, false},
    {"language", ATTR_LANGUAGE, BIT(NODE_CODE), AT(language), NULL, 0, 0, 0, false},
    {"kind", ATTR_NAME, BIT(NODE_CALLOUT), AT(callout), doc_callout_names, 0, CALLOUT_COUNT, 0,
     true},
    {"blob", ATTR_BLOB, BIT(NODE_PICTURE) | BIT(NODE_AUDIO) | BIT(NODE_VIDEO), AT(blob), NULL, 0, 0,
     0, true},
    {"alt", ATTR_TITLE, BIT(NODE_PICTURE), AT(alt), NULL, 0, 0, 0, false},
    {"title", ATTR_TITLE, BIT(NODE_AUDIO) | BIT(NODE_VIDEO), AT(title), NULL, 0, 0, 0, false},
    {"poster", ATTR_BLOB, BIT(NODE_VIDEO), AT(poster), NULL, 0, 0, 0, false},
    {"captions", ATTR_BLOB, BIT(NODE_AUDIO) | BIT(NODE_VIDEO), AT(captions), NULL, 0, 0, 0, false},
    {"width", ATTR_INT, BIT(NODE_PICTURE), AT(width), NULL, 0, DOC_PIXELS_MAX, 0, false},
    {"height", ATTR_INT, BIT(NODE_PICTURE), AT(height), NULL, 0, DOC_PIXELS_MAX, 0, false},
};

static const struct {
    const char *name;
    unsigned char mark;
} flags[] = {{"bold", MARK_BOLD},
             {"italic", MARK_ITALIC},
             {"underline", MARK_UNDERLINE},
             {"strike", MARK_STRIKE},
             {"code", MARK_CODE}};

/* --- reading -----------------------------------------------------------------------------------
 */

struct reading {
    arena *mem;
    size_t nodes, chars, bytes; /* bytes: of all strings; counted when settling only */
    int depth;
    size_t path[DOC_DEPTH_MAX + 2];
};

static err refuse(const struct reading *r, const char *why, str what)
{
    char path[DOC_DEPTH_MAX * 32] = "doc";
    size_t n = 0;
    for (int i = 2; i <= r->depth; i++)
        n += (size_t)snprintf(path + n, sizeof path - n, "%scontent[%zu]", i > 2 ? "." : "",
                              r->path[i]);
    return fault_field(ERR_INVALID, "bad_document", path, "%s: %s \"%.*s\"", path, why,
                       FMT(str_sub(what, 0, 60)));
}

static err too_large(const char *what)
{
    return fault(ERR_TOO_LARGE, "document_too_large", "too many %s", what);
}

static bool member_of(const char *key, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, names[i]) == 0)
            return true;
    return false;
}

enum cleaned { CLEAN_KEEP, CLEAN_SPACE, CLEAN_REMOVE };

static enum cleaned clean_char(uint32_t c)
{
    if (c == '\t' || c == '\n' || c == 0x2028 || c == 0x2029)
        return CLEAN_SPACE;
    /* Controls, direction overrides, and what is no character. */
    static const struct cp_range removed[] = {{0, 0x1F},        {0x7F, 0x9F},     {0x202A, 0x202E},
                                              {0x2066, 0x2069}, {0xFEFF, 0xFEFF}, {0xFDD0, 0xFDEF}};
    bool no_char = (c & 0xFFFE) == 0xFFFE;
    return no_char || cp_in(c, removed, LEN(removed)) ? CLEAN_REMOVE : CLEAN_KEEP;
}

/* Only these first bytes can begin something that is not kept. */
static bool suspicious(unsigned char c)
{
    return c < 0x20 || c == 0x7F || c == 0xC2 || c == 0xE2 || c == 0xEF || c >= 0xF0;
}

static bool is_clean(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!suspicious((unsigned char)s.p[i]))
            continue;
        str rest = {s.p + i, s.n - i};
        if (clean_char(str_next(&rest)) != CLEAN_KEEP)
            return false;
        i = s.n - rest.n - 1;
    }
    return true;
}

static str cleaned(arena *mem, str s, bool code)
{
    if (is_clean(s))
        return str_dup(mem, s);
    struct buf b;
    buf_init(&b, mem, s.n + 1);
    for (str rest = s; rest.n;) {
        str at = rest;
        uint32_t c = str_next(&rest);
        enum cleaned what = clean_char(c);
        if (what == CLEAN_KEEP || (code && (c == '\n' || c == '\t')))
            buf_add(&b, str_sub(at, 0, at.n - rest.n));
        else if (c == '\r' && code && (!rest.n || *rest.p != '\n'))
            buf_add_char(&b, '\n');
        else if (what == CLEAN_SPACE)
            buf_add_char(&b, code ? '\n' : ' ');
    }
    return buf_str(&b);
}

static bool language_ok(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool name = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (!name && !memchr("+#-._", c, 5))
            return false;
    }
    return s.n <= 32;
}

static int name_index(str s, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (names[i] && str_eq(s, str_from(names[i])))
            return i;
    return -1;
}

static str text_of(const json_t *v)
{
    return json_is_string(v) ? (str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

static err put_number(const struct reading *r, struct node *n, const struct attr *a, int64_t i)
{
    if (i < a->low || i > (a->kind == ATTR_NAME ? a->high - 1 : a->high))
        return refuse(r, "bad value of attribute", str_from(a->name));
    int value = (int)i;
    memcpy((char *)n + a->at, &value, sizeof value);
    return OK;
}

static err read_number(const struct reading *r, struct node *n, const struct attr *a,
                       const json_t *v)
{
    if (a->kind == ATTR_NAME)
        return put_number(r, n, a, name_index(text_of(v), a->names, a->high));
    return put_number(r, n, a, json_is_integer(v) ? json_integer_value(v) : -1);
}

static err put_words(const struct reading *r, struct node *n, const struct attr *a, str s)
{
    bool ok = s.p != NULL;
    if (a->kind == ATTR_BLOB)
        ok = ok && doc_blob_ok(s);
    else if (a->kind == ATTR_LANGUAGE)
        ok = ok && language_ok(s);
    else
        ok = ok && str_count(s) <= DOC_TITLE_MAX;
    if (!ok)
        return refuse(r, "bad value of attribute", str_from(a->name));
    s = cleaned(r->mem, s, false);
    memcpy((char *)n + a->at, &s, sizeof s);
    return OK;
}

static err read_words(const struct reading *r, struct node *n, const struct attr *a,
                      const json_t *v)
{
    return put_words(r, n, a, text_of(v));
}

static err read_attrs(const struct reading *r, struct node *n, const json_t *object)
{
    if (object && !json_is_object(object))
        return refuse(r, "not an object:", S("attrs"));
    size_t used = 0;
    for (size_t i = 0; i < LEN(attrs); i++) {
        const struct attr *a = &attrs[i];
        if (!(a->types & BIT(n->type)))
            continue;
        const json_t *v = json_object_get(object, a->name);
        used += v != NULL;
        if (!v || json_is_null(v)) {
            if (a->required)
                return refuse(r, "attribute is missing:", str_from(a->name));
            continue;
        }
        bool number = a->kind == ATTR_INT || a->kind == ATTR_NAME;
        TRY(number ? read_number(r, n, a, v) : read_words(r, n, a, v));
    }
    return used == json_object_size(object)
               ? OK
               : refuse(r, "unknown attribute of", str_from(type_names[n->type]));
}

static err read_flag(const struct reading *r, struct node *n, str type, unsigned char flag,
                     const json_t *has)
{
    bool attributes = has && !json_is_null(has) && json_object_size(has) > 0;
    if (n->marks & flag || attributes)
        return refuse(r, "doubled mark, or one with attributes:", type);
    n->marks = (unsigned char)(n->marks | flag);
    return OK;
}

/* A mark of one attribute. */
static err read_valued(const struct reading *r, struct node *n, str type, const json_t *has)
{
    str value = json_text(has, "value");
    int color = name_index(value, doc_color_names, COLOR_COUNT);
    int size = name_index(value, doc_size_names, SIZE_COUNT);
    str href = json_text(has, "href");
    if (str_eq(type, S("link")) && href.p && doc_href_ok(href) && !n->href.p)
        n->href = str_dup(r->mem, href);
    else if (str_eq(type, S("color")) && color > 0 && !n->color)
        n->color = (unsigned char)color;
    else if (str_eq(type, S("size")) && size > 0 && !n->size)
        n->size = (unsigned char)size;
    else
        return refuse(r, "unknown mark, or bad attributes of mark", type);
    return OK;
}

static err read_mark(const struct reading *r, struct node *n, const json_t *mark)
{
    str type = json_text(mark, "type");
    const json_t *has = json_object_get(mark, "attrs");
    if (!type.p || json_object_size(mark) != 1 + (has != NULL))
        return refuse(r, "bad mark", type);
    for (size_t i = 0; i < LEN(flags); i++)
        if (str_eq(type, str_from(flags[i].name)))
            return read_flag(r, n, type, flags[i].mark, has);
    if (json_object_size(has) != 1)
        return refuse(r, "unknown mark, or bad attributes of mark", type);
    return read_valued(r, n, type, has);
}

static err read_marks(const struct reading *r, struct node *n, const json_t *marks)
{
    if (marks && !json_is_array(marks))
        return refuse(r, "not an array:", S("marks"));
    for (size_t i = 0; i < json_array_size(marks); i++)
        TRY(read_mark(r, n, json_array_get(marks, i)));
    return OK;
}

/* n has its marks already. */
static err put_text(struct reading *r, struct node *n, str text, bool code)
{
    if (!text.n)
        return refuse(r, "no text in", S("text"));
    if (code && (n->marks || n->href.p || n->color || n->size))
        return refuse(r, "marks inside", S("codeBlock"));
    r->chars += str_count(text);
    if (r->chars > DOC_CHARS_MAX)
        return too_large("characters");
    n->text = cleaned(r->mem, text, code);
    return OK;
}

static err read_inline(struct reading *r, struct node *n, const json_t *object, bool code)
{
    TRY(read_marks(r, n, json_object_get(object, "marks")));
    if (n->type != NODE_BREAK)
        return put_text(r, n, json_text(object, "text"), code);
    *n = (struct node){.type = NODE_BREAK};
    return OK;
}

static bool same_style(const struct node *a, const struct node *b)
{
    return a->type == NODE_TEXT && b->type == NODE_TEXT && a->marks == b->marks &&
           a->color == b->color && a->size == b->size && !a->href.p == !b->href.p &&
           str_eq(a->href, b->href);
}

/* Joins each run of equal texts into its first node; one copy per run, so linear. */
static void merge_texts(arena *mem, struct node *parent)
{
    for (struct node *n = parent->child; n; n = n->next) {
        size_t len = 0;
        struct node *end = n;
        for (; end && same_style(n, end); end = end->next)
            len += end->text.n;
        if (!end ? n->next == NULL : n->next == end || end == n)
            continue;
        char *p = arena_alloc(mem, len + 1);
        size_t at = 0;
        for (const struct node *m = n; m != end; at += m->text.n, m = m->next)
            memcpy(p + at, m->text.p, m->text.n);
        n->text = (str){p, len};
        n->next = end;
        if (!end)
            parent->last = n;
    }
}

static enum node_type type_of(str name)
{
    int i = name_index(name, type_names, NODE_COUNT);
    return i < 0 ? NODE_COUNT : (enum node_type)i;
}

static err read_keys(const struct reading *r, const json_t *object, enum node_type type)
{
    static const char *const block[] = {"type", "attrs", "content"};
    static const char *const text[] = {"type", "text", "marks"};
    const char *key;
    json_t *v;
    bool is_inline = BIT(type) & INLINES;
    json_object_foreach((json_t *)(uintptr_t)object, key, v)
    {
        if (!member_of(key, is_inline ? text : block, 3))
            return refuse(r, "unknown key", str_from(key));
    }
    return type == NODE_BREAK && json_object_get(object, "text")
               ? refuse(r, "unknown key", S("text"))
               : OK;
}

/* A new node of this type, if it may stand below parent. */
static err begin(struct reading *r, enum node_type type, str name, const struct node *parent,
                 struct node **ret_n)
{
    bool fits = type != NODE_COUNT &&
                (parent ? content_of[parent->type].children & BIT(type) : type == NODE_DOC);
    if (!fits)
        return refuse(r, "unknown node, or not allowed here:", name);
    if (++r->nodes > DOC_NODES_MAX)
        return too_large("nodes");
    *ret_n = node_new(r->mem, type);
    return OK;
}

static err read_head(struct reading *r, const json_t *object, const struct node *parent,
                     struct node **ret_n)
{
    str name = json_text(object, "type");
    enum node_type type = type_of(name);
    struct node *n = NULL;
    TRY(begin(r, type, name, parent, &n));
    TRY(read_keys(r, object, type));
    if (BIT(type) & INLINES)
        TRY(read_inline(r, n, object, parent && parent->type == NODE_CODE));
    else
        TRY(read_attrs(r, n, json_object_get(object, "attrs")));
    *ret_n = n;
    return OK;
}

static err check_content(const struct reading *r, const struct node *n, bool any)
{
    if (!any && content_of[n->type].some)
        return refuse(r, "empty", str_from(type_names[n->type]));
    if (any && r->depth >= DOC_DEPTH_MAX)
        return refuse(r, "nested too deep:", str_from(type_names[n->type]));
    return OK;
}

/* A text of which cleaning left nothing is left out. */
static void add_child(struct node *n, struct node *child)
{
    if (child->type != NODE_TEXT || child->text.n)
        node_add(n, child);
}

/* All children are there. */
static err end(const struct reading *r, struct node *n)
{
    if (content_of[n->type].children & BIT(NODE_TEXT))
        merge_texts(r->mem, n);
    if (n->type == NODE_ITEM && n->child->type != NODE_PARAGRAPH)
        return refuse(r, "does not begin with a paragraph:", S("listItem"));
    return OK;
}

static err read_node(struct reading *r, const json_t *object, const struct node *parent,
                     struct node **ret_n)
{
    struct node *n = NULL;
    TRY(read_head(r, object, parent, &n));
    const json_t *content = json_object_get(object, "content");
    if (content && !json_is_array(content))
        return refuse(r, "not an array:", S("content"));
    TRY(check_content(r, n, json_array_size(content) > 0));
    r->depth++;
    for (size_t i = 0; i < json_array_size(content); i++) {
        r->path[r->depth] = i;
        struct node *child = NULL;
        TRY(read_node(r, json_array_get(content, i), n, &child));
        add_child(n, child);
    }
    r->depth--;
    *ret_n = n;
    return end(r, n);
}

err doc_from_json(arena *mem, str json, struct node **ret_doc)
{
    if (json.n > DOC_JSON_MAX)
        return too_large("bytes");
    JSON_AUTO *root = NULL;
    TRY(json_read(json, &root));
    struct reading r = {.mem = mem, .depth = 1};
    return read_node(&r, root, NULL, ret_doc);
}

/* --- writing -----------------------------------------------------------------------------------
 */

static void write_words(struct jw *j, const struct node *n, const struct attr *a)
{
    str s;
    memcpy(&s, (const char *)n + a->at, sizeof s);
    if (s.n)
        jw_key_str(j, a->name, s);
}

static void write_number(struct jw *j, const struct node *n, const struct attr *a)
{
    int i;
    memcpy(&i, (const char *)n + a->at, sizeof i);
    if (i == a->otherwise && !a->required)
        return;
    if (a->kind == ATTR_INT)
        jw_key_int(j, a->name, i);
    else
        jw_key_str(j, a->name, str_from(a->names[i]));
}

static void write_attrs(struct jw *j, const struct node *n)
{
    size_t before = j->out.n;
    jw_key(j, "attrs");
    jw_object(j);
    size_t empty = j->out.n;
    for (size_t i = 0; i < LEN(attrs); i++) {
        const struct attr *a = &attrs[i];
        if (!(a->types & BIT(n->type)))
            continue;
        if (a->kind == ATTR_INT || a->kind == ATTR_NAME)
            write_number(j, n, a);
        else
            write_words(j, n, a);
    }
    bool none = j->out.n == empty;
    jw_end(j);
    if (none && !j->out.full)
        j->out.n = before;
}

static void write_mark(struct jw *j, const char *name, const char *key, str value)
{
    jw_object(j);
    jw_key_str(j, "type", str_from(name));
    if (key) {
        jw_key(j, "attrs");
        jw_object(j);
        jw_key_str(j, key, value);
        jw_end(j);
    }
    jw_end(j);
}

static void write_text(struct jw *j, const struct node *n)
{
    if (n->marks || n->href.p || n->color || n->size) {
        jw_key(j, "marks");
        jw_array(j);
        for (size_t i = 0; i < LEN(flags); i++)
            if (n->marks & flags[i].mark)
                write_mark(j, flags[i].name, NULL, STR_NONE);
        if (n->href.p)
            write_mark(j, "link", "href", n->href);
        if (n->color)
            write_mark(j, "color", "value", str_from(doc_color_names[n->color]));
        if (n->size)
            write_mark(j, "size", "value", str_from(doc_size_names[n->size]));
        jw_end(j);
    }
    jw_key_str(j, "text", n->text);
}

static void write_node(struct jw *j, const struct node *n)
{
    jw_object(j);
    jw_key_str(j, "type", str_from(type_names[n->type]));
    if (n->type == NODE_TEXT)
        write_text(j, n);
    else if (n->type != NODE_BREAK)
        write_attrs(j, n);
    if (n->child) {
        jw_key(j, "content");
        jw_array(j);
        for (const struct node *c = n->child; c; c = c->next)
            write_node(j, c);
        jw_end(j);
    }
    jw_end(j);
}

err doc_json(arena *mem, const struct node *doc, str *ret_json)
{
    struct jw j;
    jw_init(&j, mem, 8 * (size_t)DOC_JSON_MAX);
    write_node(&j, doc);
    return buf_take(&j.out, ret_json);
}

/* --- settling: the reader's rules for a tree that is there already ------------------------------
 */

static err settle_attrs(struct reading *r, struct node *n, const struct node *made)
{
    for (size_t i = 0; i < LEN(attrs); i++) {
        const struct attr *a = &attrs[i];
        const char *at = (const char *)made + a->at;
        if (!(a->types & BIT(n->type)))
            continue;
        if (a->kind == ATTR_INT || a->kind == ATTR_NAME) {
            int value;
            memcpy(&value, at, sizeof value);
            if (value != a->otherwise || a->required)
                TRY(put_number(r, n, a, value));
            continue;
        }
        str s;
        memcpy(&s, at, sizeof s);
        if (!str_valid(s))
            return refuse(r, "not UTF-8:", str_from(a->name));
        r->bytes += s.n;
        if (s.n || a->required)
            TRY(put_words(r, n, a, s));
    }
    return OK;
}

static err settle_text(struct reading *r, struct node *n, const struct node *made, bool code)
{
    bool styles = made->color < COLOR_COUNT && made->size < SIZE_COUNT;
    if (!styles || (made->href.p && !doc_href_ok(made->href)))
        return refuse(r, "bad marks of", S("text"));
    if (!str_valid(made->text))
        return refuse(r, "not UTF-8:", S("text"));
    r->bytes += made->text.n + made->href.n;
    n->marks = made->marks;
    n->color = made->color;
    n->size = made->size;
    if (made->href.p)
        n->href = str_dup(r->mem, made->href);
    return put_text(r, n, made->text, code);
}

static err settle(struct reading *r, const struct node *made, const struct node *parent,
                  struct node **ret_n)
{
    struct node *n = NULL;
    TRY(begin(r, made->type, str_from(type_names[made->type]), parent, &n));
    if (made->type == NODE_TEXT)
        TRY(settle_text(r, n, made, parent && parent->type == NODE_CODE));
    else if (made->type != NODE_BREAK)
        TRY(settle_attrs(r, n, made));
    TRY(check_content(r, n, made->child != NULL));
    r->depth++;
    r->path[r->depth] = 0;
    for (const struct node *c = made->child; c; c = c->next, r->path[r->depth]++) {
        struct node *child = NULL;
        TRY(settle(r, c, n, &child));
        add_child(n, child);
    }
    r->depth--;
    *ret_n = n;
    return end(r, n);
}

err doc_settle(arena *mem, const struct node *made, struct node **ret_doc)
{
    /* More than any node takes beside its strings, of which a byte becomes at most two. */
    enum { NODE_BYTES = 400 };
    struct reading r = {.mem = mem, .depth = 1};
    struct node *doc = NULL;
    TRY(settle(&r, made, NULL, &doc));
    str json;
    if (r.nodes * NODE_BYTES + 2 * r.bytes > DOC_JSON_MAX) {
        TRY(doc_json(mem, doc, &json));
        if (json.n > DOC_JSON_MAX)
            return too_large("bytes");
    }
    *ret_doc = doc;
    return OK;
}
