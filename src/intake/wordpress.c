/* WordPress's export (WXR: RSS 2.0 with the namespaces wp, content, excerpt, dc), read as a stream.
 */
#include "intake/source.h"

#include <expat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

/* The members of an item that count, by the end of their qualified names: prefixes are as the
 * exporter writes them, in every version of the format. */
#define FIELD_TABLE(X)                                                                             \
    X(title, "title")                                                                              \
    X(link, "link")                                                                                \
    X(guid, "guid")                                                                                \
    X(content, "content:encoded")                                                                  \
    X(excerpt, "excerpt:encoded")                                                                  \
    X(id, "wp:post_id")                                                                            \
    X(date, "wp:post_date_gmt")                                                                    \
    X(status, "wp:status")                                                                         \
    X(type, "wp:post_type")                                                                        \
    X(password, "wp:post_password")                                                                \
    X(file, "wp:attachment_url")
enum field {
#define X(name, element) FIELD_##name,
    FIELD_TABLE(X)
#undef X
        FIELDS
};
static const char *const ELEMENT[FIELDS] = {
#define X(name, element) element,
    FIELD_TABLE(X)
#undef X
};

struct wxr {
    const struct intake_reader *in;
    XML_Parser xml;
    bool first;            /* the pass that keeps attachments */
    bool stop_at_items;    /* only the head is wanted */
    struct text_map files; /* id of an attachment -> its address */
    arena *keep;
    /* where in the file */
    int depth, in_item; /* in_item: its depth, 0 outside */
    int64_t line;
    struct buf *into; /* where text goes, or NULL */
    /* the item at hand */
    arena *mem;
    struct buf field[FIELDS], site_text, meta_key, meta_value, term, terms, cover;
    bool topic; /* the term is a tag or a category */
    err failed;
    struct fault why;
};

static unsigned long long line_now(const struct wxr *w)
{
#ifdef XML_ATTR_DEPRECATED /* expat 2.9 */
    return XML_GetCurrentLineNumber64(w->xml);
#else
    return XML_GetCurrentLineNumber(w->xml);
#endif
}

static void fail(struct wxr *w, err e)
{
    w->failed = e;
    w->why = fault_of(e);
    (void)XML_StopParser(w->xml, XML_FALSE);
}

static void item_begin(struct wxr *w)
{
    arena_reset(w->mem);
    for (int i = 0; i < FIELDS; i++)
        buf_init(&w->field[i], w->mem, INTAKE_FIELD_MAX);
    buf_init(&w->meta_key, w->mem, INTAKE_FIELD_MAX);
    buf_init(&w->cover, w->mem, INTAKE_FIELD_MAX);
    buf_init(&w->meta_value, w->mem, INTAKE_FIELD_MAX);
    buf_init(&w->terms, w->mem, INTAKE_FIELD_MAX);
    buf_init(&w->term, w->mem, INTAKE_FIELD_MAX);
    w->in_item = w->depth;
    w->line = (int64_t)line_now(w);
}

static str attribute(const XML_Char **atts, const char *name)
{
    for (size_t i = 0; atts[i]; i += 2)
        if (strcmp(atts[i], name) == 0)
            return str_from(atts[i + 1]);
    return S("");
}

static struct buf *target(struct wxr *w, const char *name, const XML_Char **atts)
{
    if (w->depth == w->in_item + 2) { /* inside wp:postmeta */
        struct buf *b = strcmp(name, "wp:meta_key") == 0     ? &w->meta_key
                        : strcmp(name, "wp:meta_value") == 0 ? &w->meta_value
                                                             : NULL;
        return b;
    }
    if (w->depth != w->in_item + 1)
        return NULL;
    if (strcmp(name, "category") == 0) {
        str domain = attribute(atts, "domain");
        w->topic = str_eq(domain, S("post_tag")) || str_eq(domain, S("category"));
        w->term.n = 0;
        return &w->term;
    }
    if (strcmp(name, "wp:postmeta") == 0)
        w->meta_key.n = w->meta_value.n = 0;
    for (int i = 0; i < FIELDS; i++)
        if (strcmp(name, ELEMENT[i]) == 0 && !(w->first && i == FIELD_content))
            return &w->field[i];
    return NULL;
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **atts)
{
    struct wxr *w = ctx;
    w->into = NULL;
    if (++w->depth > INTAKE_DEPTH_MAX) {
        fail(w, fault(ERR_INVALID, "bad_xml", "line %llu: nested over %d deep", line_now(w),
                      INTAKE_DEPTH_MAX));
        return;
    }
    if (w->in_item)
        w->into = target(w, name, atts);
    else if (strcmp(name, "item") == 0 && w->stop_at_items)
        (void)XML_StopParser(w->xml, XML_FALSE);
    else if (strcmp(name, "item") == 0)
        item_begin(w);
    else if (strcmp(name, "wp:base_blog_url") == 0 && !w->site_text.n)
        w->into = &w->site_text;
}

static void XMLCALL on_text(void *ctx, const XML_Char *s, int n)
{
    struct wxr *w = ctx;
    if (!w->into)
        return;
    buf_add(w->into, (str){s, (size_t)n});
    if (w->into->full)
        fail(w, fault(ERR_TOO_LARGE, "too_large", "line %llu: a field over %d bytes", line_now(w),
                      INTAKE_FIELD_MAX));
}

static str picture_of(void *ctx, str id)
{
    const struct wxr *w = ctx;
    return text_map_get(&w->files, id);
}

static str field(const struct wxr *w, enum field f)
{
    return str_trim(buf_str(&w->field[f]));
}

static str why_left_out(const struct wxr *w)
{
    str type = field(w, FIELD_type), status = field(w, FIELD_status);
    if (!str_eq(type, S("post")))
        return type.n ? type : S("no type");
    static const char *const GONE[] = {"trash", "auto-draft", "inherit"};
    for (size_t i = 0; i < LEN(GONE); i++)
        if (str_eq(status, str_from(GONE[i])))
            return status;
    return S("");
}

static err item_give(struct wxr *w)
{
    struct buf notes;
    buf_init(&notes, w->mem, INTAKE_FIELD_MAX);
    bool locked = field(w, FIELD_password).n > 0;
    if (locked)
        note_add(&notes, S("password"), S(""));
    str id = buf_str(&w->cover);
    str cover = id.n ? text_map_get(&w->files, id) : STR_NONE;
    if (id.n && !cover.p)
        note_add(&notes, S("cover not in the export: attachment"), id);
    struct intake_item item = {.id = field(w, FIELD_id),
                               .title = field(w, FIELD_title),
                               .excerpt = field(w, FIELD_excerpt),
                               .link = field(w, FIELD_link),
                               .cover = cover.p ? cover : S(""),
                               .tags = buf_str(&w->terms),
                               .published = china_time(w->mem, field(w, FIELD_date)),
                               .is_public = str_eq(field(w, FIELD_status), S("publish")) && !locked,
                               .left_out = why_left_out(w),
                               .line = w->line};
    if (!item.id.n)
        return fault(ERR_INVALID, "bad_xml", "line %lld: an item without wp:post_id",
                     (long long)w->line);
    struct wordpress_text text = {buf_str(&w->field[FIELD_content]), picture_of, w};
    item.html = item.left_out.n ? S("") : wordpress_html(w->mem, &text, &notes);
    item.notes = buf_str(&notes);
    return w->in->fn(w->in->ctx, w->mem, &item);
}

static void item_end(struct wxr *w)
{
    w->in_item = 0;
    if (!w->first) {
        err e = item_give(w);
        if (e != OK)
            fail(w, e);
    } else if (str_eq(field(w, FIELD_type), S("attachment")) && field(w, FIELD_id).n) {
        str url = field(w, FIELD_file).n ? field(w, FIELD_file) : field(w, FIELD_guid);
        text_map_add(&w->files, field(w, FIELD_id), url, false);
    }
}

static void member_end(struct wxr *w, const char *name)
{
    if (strcmp(name, "category") == 0 && w->topic && w->term.n)
        buf_fmt(&w->terms, "%s%.*s", w->terms.n ? "," : "", FMT(buf_str(&w->term)));
    if (strcmp(name, "wp:postmeta") == 0 && str_eq(buf_str(&w->meta_key), S("_thumbnail_id"))) {
        w->cover.n = 0;
        buf_add(&w->cover, buf_str(&w->meta_value));
    }
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct wxr *w = ctx;
    w->into = NULL;
    if (w->in_item && w->depth == w->in_item + 1)
        member_end(w, name);
    else if (w->in_item && w->depth == w->in_item)
        item_end(w);
    w->depth--;
}

/* Without a document type there are no entities but XML's own five: nothing expands. */
static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *sysid,
                               const XML_Char *pubid, int internal)
{
    (void)name, (void)sysid, (void)pubid, (void)internal;
    struct wxr *w = ctx;
    fail(w, fault(ERR_INVALID, "xml_doctype", "line %llu: an export has no document type",
                  line_now(w)));
}

static err parse_fault(const struct wxr *w)
{
    if (w->failed != OK) {
        fault_copy(&w->why);
        return w->failed;
    }
    return fault(ERR_INVALID, "bad_xml", "line %llu: %s", line_now(w),
                 XML_ErrorString(XML_GetErrorCode(w->xml)));
}

static err feed(struct wxr *w)
{
    for (off_t at = 0;;) {
        void *room = XML_GetBuffer(w->xml, CHUNK);
        ssize_t n = room ? pread(w->in->fd, room, CHUNK, at) : -1;
        if (n < 0)
            return fault(ERR_IO, "unreadable", "reading the export");
        if (XML_ParseBuffer(w->xml, (int)n, n == 0) != XML_STATUS_OK)
            return w->stop_at_items && w->failed == OK &&
                           XML_GetErrorCode(w->xml) == XML_ERROR_ABORTED
                       ? OK
                       : parse_fault(w);
        if (n == 0)
            return OK;
        at += n;
    }
}

static err pass(struct wxr *w)
{
    AUTO_ARENA(mem);
    w->mem = mem;
    w->depth = w->in_item = 0;
    w->into = NULL;
    w->failed = OK;
    w->xml = XML_ParserCreate(NULL);
    ASSERT(w->xml);
    XML_SetUserData(w->xml, w);
    XML_SetElementHandler(w->xml, on_start, on_end);
    XML_SetCharacterDataHandler(w->xml, on_text);
    XML_SetStartDoctypeDeclHandler(w->xml, on_doctype);
    err e = feed(w);
    XML_ParserFree(w->xml);
    return e;
}

static void begin(struct wxr *w, arena *keep, const struct intake_reader *in)
{
    *w = (struct wxr){.in = in, .keep = keep};
    text_map_init(&w->files, keep);
    buf_init(&w->site_text, keep, INTAKE_FIELD_MAX);
}

err wordpress_read(const struct intake_reader *in)
{
    AUTO_ARENA(keep);
    struct wxr w;
    begin(&w, keep, in);
    w.first = true;
    TRY(pass(&w));
    w.first = false;
    return pass(&w);
}

err wordpress_site(int fd, arena *mem, str *ret_site)
{
    AUTO_ARENA(keep);
    struct wxr w;
    const struct intake_reader in = {.fd = fd};
    begin(&w, keep, &in);
    w.stop_at_items = true;
    TRY(pass(&w));
    str site = str_trim(buf_str(&w.site_text));
    while (str_ends(site, S("/")))
        site.n--;
    *ret_site = str_dup(mem, site);
    return OK;
}
