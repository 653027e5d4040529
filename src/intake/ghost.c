/* Ghost's export: one JSON object, {"db": [{"meta": …, "data": {TABLE: [row, …], …}}]} or without
 * "db". Only one row at a time is in memory. */
#include "base/json.h"
#include "intake/source.h"

#include <unistd.h>

enum { CHUNK = 64 * 1024, KEY_BYTES = 64 };

struct level {
    char kind; /* { or [ */
    char key[KEY_BYTES];
};

struct ghost {
    const struct intake_reader *in;
    bool first; /* the pass that keeps tags */
    struct text_map tags /* id -> name */, tagged /* article -> ids of tags */;
    /* the file */
    uint8_t chunk[CHUNK];
    size_t at, n;
    off_t place;
    int64_t line;
    struct level level[INTAKE_DEPTH_MAX];
    int depth;
    char last[KEY_BYTES]; /* the last text outside rows: a key when a colon follows */
    arena *mem;           /* of the row at hand */
    struct buf row;
    int64_t row_line;
    bool any;
};

static int next(struct ghost *g)
{
    if (g->at == g->n) {
        ssize_t n = pread(g->in->fd, g->chunk, CHUNK, g->place);
        if (n <= 0)
            return -1;
        g->place += n;
        g->n = (size_t)n;
        g->at = 0;
    }
    int c = g->chunk[g->at++];
    g->line += c == '\n';
    return c;
}

static err broken(const struct ghost *g, const char *what)
{
    return fault(ERR_INVALID, "bad_json", "line %lld: %s", (long long)g->line, what);
}

/* ---- rows ---- */

static str id_of(arena *mem, const json_t *row, const char *key)
{
    str s = json_text(row, key);
    if (s.p)
        return s;
    int64_t n = json_number(row, key, 0);
    return n ? str_fmt(mem, "%lld", (long long)n) : S("");
}

static err tag_row(struct ghost *g, const json_t *row)
{
    str name = json_text(row, "name"), seen = json_text(row, "visibility");
    if (name.n && !str_starts(name, S("#")) && !str_eq(seen, S("internal")))
        text_map_add(&g->tags, id_of(g->mem, row, "id"), name, false);
    return OK;
}

static err tagged_row(struct ghost *g, const json_t *row)
{
    str id = id_of(g->mem, row, "tag_id");
    if (id.n)
        text_map_add(&g->tagged, id_of(g->mem, row, "post_id"), id, true);
    return OK;
}

static str tags_of_post(struct ghost *g, str id)
{
    struct buf b;
    buf_init(&b, g->mem, INTAKE_FIELD_MAX);
    str ids = text_map_get(&g->tagged, id);
    while (ids.p) {
        str name = text_map_get(&g->tags, str_split(ids, ',', &ids));
        if (name.n)
            buf_fmt(&b, "%s%.*s", b.n ? "," : "", FMT(name));
    }
    return buf_str(&b);
}

static str replaced(arena *mem, str s, str what, str by)
{
    struct buf b;
    buf_init(&b, mem, 2 * INTAKE_ROW_MAX);
    while (s.n) {
        const char *at = memmem(s.p, s.n, what.p, what.n);
        size_t n = at ? (size_t)(at - s.p) : s.n;
        buf_add(&b, str_sub(s, 0, n));
        if (at)
            buf_add(&b, by);
        s = str_sub(s, n + (at ? what.n : 0), s.n);
    }
    return buf_str(&b);
}

/* Ghost writes its own address as __GHOST_URL__. */
static str here(const struct ghost *g, str s)
{
    return s.p ? replaced(g->mem, s, S("__GHOST_URL__"), g->in->from) : S("");
}

static str left_out(const json_t *row)
{
    str type = json_text(row, "type");
    bool page = str_eq(type, S("page")) || json_is_true(json_object_get(row, "page")) ||
                json_number(row, "page", 0) == 1;
    if (page)
        return S("page");
    return type.n && !str_eq(type, S("post")) ? type : S("");
}

/* The editors' own form where there is one, else the HTML that Ghost made of it. */
static err body(struct ghost *g, const json_t *row, struct buf *notes, str *ret_html)
{
    str lexical = json_text(row, "lexical"), mobiledoc = json_text(row, "mobiledoc");
    if (lexical.n)
        return lexical_html(g->mem, here(g, lexical), notes, ret_html);
    if (mobiledoc.n)
        return mobiledoc_html(g->mem, here(g, mobiledoc), notes, ret_html);
    *ret_html = here(g, json_text(row, "html"));
    return OK;
}

static err post_row(struct ghost *g, const json_t *row)
{
    struct buf notes;
    buf_init(&notes, g->mem, INTAKE_FIELD_MAX);
    str status = json_text(row, "status"), seen = json_text(row, "visibility");
    bool open = !seen.n || str_eq(seen, S("public"));
    str at = json_text(row, "published_at"), excerpt = json_text(row, "custom_excerpt");
    str id = id_of(g->mem, row, "id"), title = json_text(row, "title");
    if (!id.n)
        return broken(g, "an article without id");
    if (!open)
        note_add(&notes, S("was for"), seen);
    struct intake_item item = {
        .id = id,
        .title = title.p ? title : S(""),
        .excerpt = excerpt.p ? excerpt : S(""),
        .link = str_fmt(g->mem, "%.*s/%.*s/", FMT(g->in->from), FMT(json_text(row, "slug"))),
        .cover = here(g, json_text(row, "feature_image")),
        .tags = tags_of_post(g, id),
        .published = china_time(g->mem, at.p ? at : S("")),
        .is_public = open && (str_eq(status, S("published")) || str_eq(status, S("sent"))),
        .left_out = left_out(row),
        .line = g->row_line};
    err e = item.left_out.n ? OK : body(g, row, &notes, &item.html);
    if (e == ERR_INVALID || e == ERR_TOO_LARGE)
        item.left_out = str_dup(g->mem, str_from(fault_of(e).reason));
    else
        TRY(e);
    item.notes = buf_str(&notes);
    return g->in->fn(g->in->ctx, g->mem, &item);
}

static const struct {
    const char *table;
    bool first;
    err (*fn)(struct ghost *g, const json_t *row);
} TABLES[] = {
    {"tags", true, tag_row}, {"posts_tags", true, tagged_row}, {"posts", false, post_row}};

/* Which of TABLES an array that begins here is; -1: none. */
static int table_here(const struct ghost *g)
{
    const struct level *l = &g->level[g->depth - 1];
    if (g->depth < 3 || l->kind != '[' || strcmp(g->level[g->depth - 2].key, "data") != 0)
        return -1;
    for (size_t i = 0; i < LEN(TABLES); i++)
        if (strcmp(l->key, TABLES[i].table) == 0)
            return (int)i;
    return -1;
}

static err row_take(struct ghost *g, int table)
{
    JSON_AUTO *row = NULL;
    json_error_t why;
    row = json_loadb(g->row.p, g->row.n, JSON_REJECT_DUPLICATES, &why);
    if (!row)
        return fault(ERR_INVALID, "bad_json", "line %lld: %s",
                     (long long)(g->row_line + why.line - 1), why.text);
    g->any = true;
    return TABLES[table].fn(g, row);
}

/* The rest of an object or array that has begun, into the row. */
static err row_read(struct ghost *g, int first)
{
    bool text = false, escaped = false;
    int depth = 1;
    buf_init(&g->row, g->mem, INTAKE_ROW_MAX);
    g->row_line = g->line;
    buf_add_char(&g->row, (char)first);
    while (depth) {
        int c = next(g);
        if (c < 0)
            return broken(g, "it ends too early");
        buf_add_char(&g->row, (char)c);
        if (g->row.full)
            return fault(ERR_TOO_LARGE, "too_large", "line %lld: a row over %d bytes",
                         (long long)g->row_line, INTAKE_ROW_MAX);
        if (text) {
            text = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else {
            text = c == '"';
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        }
    }
    return OK;
}

/* ---- what stands around rows ---- */

static err text_skip(struct ghost *g)
{
    size_t n = 0;
    bool escaped = false;
    for (;;) {
        int c = next(g);
        if (c < 0)
            return broken(g, "it ends too early");
        if (c == '"' && !escaped)
            break;
        escaped = !escaped && c == '\\';
        if (n + 1 < KEY_BYTES)
            g->last[n++] = (char)c;
    }
    g->last[n] = '\0';
    return OK;
}

static err enter(struct ghost *g, char kind)
{
    if (g->depth == INTAKE_DEPTH_MAX)
        return broken(g, "nested too deep");
    struct level *l = &g->level[g->depth++];
    l->kind = kind;
    memcpy(l->key, g->last, sizeof l->key);
    g->last[0] = '\0';
    return OK;
}

static err leave(struct ghost *g, char kind)
{
    if (!g->depth || g->level[g->depth - 1].kind != kind)
        return broken(g, "a bracket that closes nothing");
    g->depth--;
    g->last[0] = '\0';
    return OK;
}

static err open_here(struct ghost *g, int c)
{
    int table = table_here(g);
    if (table < 0)
        return enter(g, (char)c);
    arena_reset(g->mem);
    TRY(row_read(g, c));
    return TABLES[table].first == g->first ? row_take(g, table) : OK;
}

static err token(struct ghost *g, int c)
{
    switch (c) {
    case '"':
        return text_skip(g);
    case '{':
    case '[':
        return g->depth ? open_here(g, c) : enter(g, (char)c);
    case '}':
        return leave(g, '{');
    case ']':
        return leave(g, '[');
    case ',':
        g->last[0] = '\0';
        return OK;
    default:
        return OK;
    }
}

static err pass(struct ghost *g, bool first)
{
    AUTO_ARENA(mem);
    g->mem = mem;
    g->first = first;
    g->at = g->n = 0;
    g->place = 0;
    g->line = 1;
    g->depth = 0;
    g->any = false;
    bool begun = false;
    for (int c = next(g); c >= 0; c = next(g)) {
        TRY(token(g, c));
        begun |= g->depth > 0;
    }
    if (g->depth || !begun)
        return broken(g, "it ends too early");
    return OK;
}

err ghost_read(const struct intake_reader *in)
{
    AUTO_ARENA(keep);
    struct ghost *g = NEW(keep, struct ghost);
    g->in = in;
    text_map_init(&g->tags, keep);
    text_map_init(&g->tagged, keep);
    TRY(pass(g, true));
    TRY(pass(g, false));
    return g->any ? OK : fault(ERR_INVALID, "bad_json", "no articles: not an export of Ghost");
}
