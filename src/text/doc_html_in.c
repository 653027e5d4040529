/* Pasted HTML to document: gumbo's tree, walked once. */
#include "text/doc_cjk.h"
#include "text/doc_css.h"
#include "text/doc_flow.h"

#include <gumbo.h>
#include <setjmp.h>

enum { WALK_DEPTH_MAX = 256, PARSER_MEMORY_MAX = 256 * 1024 * 1024 };

struct paste {
    struct flow flow;
    const struct doc_known *known;
    struct doc_dropped dropped;
    bool space, newline; /* white space that becomes text if text follows */
    struct flow_style space_style;
    int breaks;    /* <br> likewise */
    uint32_t last; /* the last character of text */
    int depth;
    bool heading;
};

/* --- the parser, bounded -----------------------------------------------------------------------
 */

/* gumbo has no limits of its own: its memory is an arena with a maximum, thrown away as a whole. */
struct parser_memory {
    arena *mem;
    jmp_buf full;
};

static void *parser_alloc(void *userdata, size_t n)
{
    struct parser_memory *m = userdata;
    if (n > PARSER_MEMORY_MAX || arena_used(m->mem) > PARSER_MEMORY_MAX - n)
        longjmp(m->full, 1);
    return arena_alloc(m->mem, n);
}

static void parser_free(void *userdata, void *p)
{
    (void)userdata;
    (void)p;
}

static const GumboOutput *parse(struct parser_memory *m, str html)
{
    GumboOptions o = kGumboDefaultOptions;
    o.allocator = parser_alloc;
    o.deallocator = parser_free;
    o.userdata = m;
    o.max_errors = 0;
    if (setjmp(m->full))
        return NULL;
    return gumbo_parse_with_options(&o, html.p ? html.p : "", html.n);
}

/* --- text --------------------------------------------------------------------------------------
 */

static void put_space(struct paste *p)
{
    struct flow_style now = p->flow.style;
    p->flow.style = p->space_style;
    flow_text(&p->flow, S(" "));
    p->flow.style = now;
}

static void put_pending(struct paste *p, uint32_t next)
{
    bool start = flow_at_start(&p->flow);
    for (int i = 0; i < p->breaks && p->flow.block && i < 2; i++)
        flow_break(&p->flow);
    bool cjk_wrap = p->newline && md_cjk(p->last) && md_cjk(next);
    if (p->space && !p->breaks && !start && !cjk_wrap)
        put_space(p);
    p->space = p->newline = false;
    p->breaks = 0;
}

static void put_text(struct paste *p, str s)
{
    while (s.n) {
        str at = s;
        uint32_t c = str_next(&s);
        if (c <= ' ' || c == 0xA0) {
            p->newline = (p->newline || !p->space) && (c == '\n' || c == '\r' || p->newline);
            if (!p->space)
                p->space_style = p->flow.style;
            p->space = true;
            continue;
        }
        size_t n = 0;
        put_pending(p, c);
        str rest = at;
        while (rest.n && (c > ' ' && c != 0xA0)) {
            p->last = c;
            n = at.n - s.n;
            rest = s;
            c = str_next(&s);
        }
        flow_text(&p->flow, str_sub(at, 0, n));
        s = rest;
    }
}

static void close_block(struct paste *p)
{
    p->space = p->newline = false;
    p->breaks = 0;
    flow_close(&p->flow);
}

static void put_pre(struct buf *b, const GumboNode *node, int depth)
{
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA)
        buf_add(b, str_from(node->v.text.text));
    if (node->type != GUMBO_NODE_ELEMENT || depth > WALK_DEPTH_MAX)
        return;
    if (node->v.element.tag == GUMBO_TAG_BR)
        buf_add_char(b, '\n');
    for (unsigned i = 0; i < node->v.element.children.length; i++)
        put_pre(b, node->v.element.children.data[i], depth + 1);
}

/* --- elements ----------------------------------------------------------------------------------
 */

static str attr(const GumboElement *e, const char *name)
{
    const GumboAttribute *a = gumbo_get_attribute(&e->attributes, name);
    return a ? str_from(a->value) : STR_NONE;
}

static int attr_int(const GumboElement *e, const char *name, int otherwise, int high)
{
    int64_t n;
    str s = attr(e, name);
    if (!s.n || str_int(str_trim(s), &n) != OK || n < 1)
        return otherwise;
    return n > high ? high : (int)n;
}

static void set(unsigned char *marks, unsigned mark, int on)
{
    if (on > 0)
        *marks |= (unsigned char)mark;
    else if (on < 0)
        *marks &= (unsigned char)~mark;
}

static void apply_css(struct paste *p, const struct css *c)
{
    struct flow_style *st = &p->flow.style;
    set(&st->marks, MARK_BOLD, p->heading ? -1 : c->bold);
    set(&st->marks, MARK_ITALIC, c->italic);
    set(&st->marks, MARK_UNDERLINE, c->underline);
    set(&st->marks, MARK_STRIKE, c->strike);
    if (c->color >= 0)
        st->color = (unsigned char)c->color;
    if (c->size >= 0 && !p->heading)
        st->size = (unsigned char)c->size;
    if (c->align >= 0)
        p->flow.like.align = (enum doc_align)c->align;
    p->dropped.styles += c->lost;
}

static void apply_tag(struct paste *p, const GumboElement *e)
{
    static const struct {
        GumboTag tag;
        unsigned char mark;
    } tags[] = {{GUMBO_TAG_B, MARK_BOLD},      {GUMBO_TAG_STRONG, MARK_BOLD},
                {GUMBO_TAG_I, MARK_ITALIC},    {GUMBO_TAG_EM, MARK_ITALIC},
                {GUMBO_TAG_U, MARK_UNDERLINE}, {GUMBO_TAG_INS, MARK_UNDERLINE},
                {GUMBO_TAG_S, MARK_STRIKE},    {GUMBO_TAG_STRIKE, MARK_STRIKE},
                {GUMBO_TAG_DEL, MARK_STRIKE},  {GUMBO_TAG_CODE, MARK_CODE},
                {GUMBO_TAG_KBD, MARK_CODE},    {GUMBO_TAG_TT, MARK_CODE}};
    for (size_t i = 0; i < LEN(tags); i++)
        if (e->tag == tags[i].tag && !(p->heading && tags[i].mark == MARK_BOLD))
            p->flow.style.marks |= tags[i].mark;
    if (e->tag == GUMBO_TAG_FONT && attr(e, "color").n)
        p->flow.style.color = (unsigned char)css_color(attr(e, "color"));
    str align = attr(e, "align");
    for (int i = 0; align.n && i < ALIGN_COUNT; i++)
        if (str_eq_ci(align, str_from(doc_align_names[i])))
            p->flow.like.align = (enum doc_align)i;
    if (e->tag == GUMBO_TAG_CENTER)
        p->flow.like.align = ALIGN_CENTER;
}

static str encode_spaces(arena *mem, str s)
{
    struct buf b;
    buf_init(&b, mem, 3 * s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        buf_add(&b, s.p[i] == ' ' ? S("%20") : str_sub(s, i, 1));
    return buf_str(&b);
}

static bool foreign(const struct paste *p, enum node_type what, str address, str *ret_s)
{
    return p->known && p->known->foreign && address.n &&
           p->known->foreign(p->known->ctx, what, address, ret_s);
}

static void put_link(struct paste *p, const GumboElement *e)
{
    str href = attr(e, "href");
    if (!href.n || href.p[0] == '#')
        return;
    href = encode_spaces(p->flow.mem, str_trim(href));
    if (doc_href_ok(href) || (foreign(p, NODE_TEXT, href, &href) && doc_href_ok(href)))
        p->flow.style.href = href;
    else
        p->dropped.links++;
}

/* Our own pictures, also by their full address when somebody can say that they are ours. */
static struct node *own_media(struct paste *p, str src)
{
    struct node *n = flow_media(p->flow.mem, src, p->known);
    size_t i = n || !p->known || !str_starts(src, S("http")) ? src.n : str_find(src, ':') + 3;
    if (n || i >= src.n)
        return n;
    str path = str_sub(src, i, src.n);
    path = str_sub(path, str_find(path, '/'), path.n);
    return flow_media(p->flow.mem, path, p->known);
}

/* The address of a player or frame: its own, or that of the first source in it. */
static str player_address(const GumboElement *e)
{
    str src = attr(e, e->tag == GUMBO_TAG_OBJECT ? "data" : "src");
    const GumboVector *in = &e->children;
    for (unsigned i = 0; !src.n && i < in->length; i++) {
        const GumboNode *n = in->data[i];
        if (n->type == GUMBO_NODE_ELEMENT && n->v.element.tag == GUMBO_TAG_SOURCE)
            src = attr(&n->v.element, "src");
    }
    return src;
}

/* A link where a player or frame of another place was. */
static bool put_embed(struct paste *p, const GumboElement *e)
{
    str to;
    if (!foreign(p, NODE_VIDEO, str_trim(player_address(e)), &to))
        return false;
    to = encode_spaces(p->flow.mem, to);
    if (!doc_href_ok(to))
        return false;
    struct flow_style now = p->flow.style;
    close_block(p);
    p->flow.style = (struct flow_style){.href = to};
    flow_text(&p->flow, to);
    close_block(p);
    p->flow.style = now;
    return true;
}

static struct node *foreign_picture(struct paste *p, str src, str lazy)
{
    str blob;
    if (!foreign(p, NODE_PICTURE, str_trim(lazy), &blob) &&
        !foreign(p, NODE_PICTURE, str_trim(src), &blob))
        return NULL;
    struct node *n = node_new(p->flow.mem, NODE_PICTURE);
    n->blob = blob;
    return n;
}

static void put_media(struct paste *p, const GumboElement *e)
{
    str src = attr(e, "src"), lazy = attr(e, "data-src");
    struct node *n = own_media(p, src.p ? src : S(""));
    n = n || !lazy.p ? n : own_media(p, lazy);
    if (!n && e->tag == GUMBO_TAG_IMG)
        n = foreign_picture(p, src, lazy);
    if (!n) {
        p->dropped.pictures += e->tag == GUMBO_TAG_IMG || !put_embed(p, e);
        return;
    }
    if (e->tag != GUMBO_TAG_IMG)
        n->type = e->tag == GUMBO_TAG_AUDIO ? NODE_AUDIO : NODE_VIDEO;
    if (n->type != NODE_PICTURE)
        n->poster = STR_NONE;
    str alt = attr(e, e->tag == GUMBO_TAG_IMG ? "alt" : "title");
    n->alt = str_ellipsis(p->flow.mem, alt.p ? alt : S(""), DOC_TITLE_MAX - 1);
    close_block(p);
    flow_block(&p->flow, n);
}

static void put_code(struct paste *p, const GumboNode *node)
{
    struct buf b;
    buf_init(&b, p->flow.mem, DOC_PASTE_MAX);
    put_pre(&b, node, 0);
    str s = buf_str(&b);
    while (s.n && s.p[s.n - 1] == '\n')
        s.n--;
    struct node *n = node_new(p->flow.mem, NODE_CODE);
    if (s.n)
        node_add(n, node_new(p->flow.mem, NODE_TEXT))->text = s;
    close_block(p);
    flow_block(&p->flow, n);
}

enum kind { KIND_INLINE, KIND_BLOCK, KIND_CONTAINER, KIND_DROP, KIND_SILENT };

static enum kind kind_of(GumboTag tag)
{
    static const GumboTag containers[] = {GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_UL,    GUMBO_TAG_OL,
                                          GUMBO_TAG_LI,         GUMBO_TAG_TABLE, GUMBO_TAG_TR,
                                          GUMBO_TAG_TD,         GUMBO_TAG_TH};
    static const GumboTag inlines[] = {
        GUMBO_TAG_A,    GUMBO_TAG_SPAN, GUMBO_TAG_B,     GUMBO_TAG_STRONG, GUMBO_TAG_I,
        GUMBO_TAG_EM,   GUMBO_TAG_U,    GUMBO_TAG_INS,   GUMBO_TAG_S,      GUMBO_TAG_STRIKE,
        GUMBO_TAG_DEL,  GUMBO_TAG_CODE, GUMBO_TAG_KBD,   GUMBO_TAG_TT,     GUMBO_TAG_FONT,
        GUMBO_TAG_SUB,  GUMBO_TAG_SUP,  GUMBO_TAG_SMALL, GUMBO_TAG_BIG,    GUMBO_TAG_MARK,
        GUMBO_TAG_ABBR, GUMBO_TAG_CITE, GUMBO_TAG_Q,     GUMBO_TAG_TIME,   GUMBO_TAG_LABEL,
        GUMBO_TAG_RUBY, GUMBO_TAG_BDI,  GUMBO_TAG_BDO,   GUMBO_TAG_UNKNOWN};
    static const GumboTag drops[] = {
        GUMBO_TAG_SCRIPT,   GUMBO_TAG_STYLE,  GUMBO_TAG_IFRAME, GUMBO_TAG_OBJECT,  GUMBO_TAG_EMBED,
        GUMBO_TAG_SVG,      GUMBO_TAG_MATH,   GUMBO_TAG_INPUT,  GUMBO_TAG_BUTTON,  GUMBO_TAG_SELECT,
        GUMBO_TAG_TEXTAREA, GUMBO_TAG_CANVAS, GUMBO_TAG_APPLET, GUMBO_TAG_FRAMESET};
    static const GumboTag silent[] = {GUMBO_TAG_HEAD, GUMBO_TAG_TITLE,    GUMBO_TAG_META,
                                      GUMBO_TAG_LINK, GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEMPLATE,
                                      GUMBO_TAG_RP,   GUMBO_TAG_RT};
    static const struct {
        const GumboTag *tags;
        size_t n;
        enum kind kind;
    } all[] = {{containers, LEN(containers), KIND_CONTAINER},
               {inlines, LEN(inlines), KIND_INLINE},
               {drops, LEN(drops), KIND_DROP},
               {silent, LEN(silent), KIND_SILENT}};
    for (size_t k = 0; k < LEN(all); k++)
        for (size_t i = 0; i < all[k].n; i++)
            if (all[k].tags[i] == tag)
                return all[k].kind;
    return KIND_BLOCK;
}

static struct node *new_container(struct paste *p, const GumboElement *e)
{
    static const struct {
        GumboTag tag;
        enum node_type type;
    } types[] = {{GUMBO_TAG_BLOCKQUOTE, NODE_QUOTE},
                 {GUMBO_TAG_UL, NODE_BULLETS},
                 {GUMBO_TAG_OL, NODE_NUMBERS},
                 {GUMBO_TAG_LI, NODE_ITEM},
                 {GUMBO_TAG_TABLE, NODE_TABLE_GRID},
                 {GUMBO_TAG_TR, NODE_ROW},
                 {GUMBO_TAG_TH, NODE_TH},
                 {GUMBO_TAG_TD, NODE_TD}};
    struct node *n = NULL;
    for (size_t i = 0; i < LEN(types) && !n; i++)
        if (types[i].tag == e->tag)
            n = node_new(p->flow.mem, types[i].type);
    if (n->type == NODE_NUMBERS)
        n->start = attr_int(e, "start", 1, DOC_START_MAX);
    if (n->type == NODE_TH || n->type == NODE_TD) {
        n->colspan = attr_int(e, "colspan", 1, DOC_SPAN_MAX);
        n->rowspan = attr_int(e, "rowspan", 1, DOC_SPAN_MAX);
    }
    return n;
}

/* Elements without content; false for all others. */
static bool put_void(struct paste *p, const GumboNode *node)
{
    const GumboElement *e = &node->v.element;
    if (e->tag == GUMBO_TAG_BR)
        p->breaks++;
    else if (e->tag == GUMBO_TAG_IMG || e->tag == GUMBO_TAG_AUDIO || e->tag == GUMBO_TAG_VIDEO)
        put_media(p, e);
    else if (e->tag == GUMBO_TAG_PRE)
        put_code(p, node);
    else if (e->tag == GUMBO_TAG_HR) {
        close_block(p);
        flow_block(&p->flow, node_new(p->flow.mem, NODE_DIVIDER));
    } else
        return false;
    return true;
}

static void set_heading(struct paste *p, GumboTag tag)
{
    if (tag < GUMBO_TAG_H1 || tag > GUMBO_TAG_H6)
        return;
    int level = (int)tag - (int)GUMBO_TAG_H1 + 1;
    p->heading = true;
    p->flow.like.type = NODE_HEADING;
    p->flow.like.level = level < 2 ? 2 : level > 4 ? 4 : level;
}

/* What an element changes for its content, to be put back behind it. */
struct scope {
    struct flow_style style;
    struct node like;
    bool heading, entered;
    enum kind kind;
};

/* False when there is nothing to walk inside. */
static bool enter_element(struct paste *p, const GumboNode *node, struct scope *ret_scope)
{
    const GumboElement *e = &node->v.element;
    enum kind kind = kind_of(e->tag);
    struct css css = css_read(attr(e, "style"));
    if (kind == KIND_DROP || kind == KIND_SILENT || css.hidden) {
        p->dropped.scripts += kind == KIND_DROP && !put_embed(p, e);
        return false;
    }
    if (put_void(p, node))
        return false;
    *ret_scope = (struct scope){p->flow.style, p->flow.like, p->heading, false, kind};
    if (kind != KIND_INLINE)
        close_block(p);
    struct node *container = kind == KIND_CONTAINER ? new_container(p, e) : NULL;
    if (container) {
        p->flow.like = (struct node){.type = NODE_PARAGRAPH};
        p->heading = false;
    }
    set_heading(p, e->tag);
    apply_tag(p, e);
    apply_css(p, &css);
    if (e->tag == GUMBO_TAG_A)
        put_link(p, e);
    if (e->tag == GUMBO_TAG_FIGCAPTION)
        flow_caption(&p->flow);
    ret_scope->entered = container && flow_enter(&p->flow, container);
    return true;
}

static void leave_element(struct paste *p, const struct scope *scope)
{
    if (scope->kind != KIND_INLINE)
        close_block(p);
    if (scope->entered)
        flow_leave(&p->flow);
    p->flow.style = scope->style;
    p->flow.like = scope->like;
    p->heading = scope->heading;
}

static void walk(struct paste *p, const GumboNode *node)
{
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA)
        put_text(p, str_from(node->v.text.text));
    struct scope scope;
    if (node->type != GUMBO_NODE_ELEMENT || !enter_element(p, node, &scope))
        return;
    const GumboVector *children = &node->v.element.children;
    bool deep = p->depth >= WALK_DEPTH_MAX;
    p->dropped.deep += deep;
    p->depth++;
    for (unsigned i = 0; i < children->length && !deep; i++)
        walk(p, children->data[i]);
    p->depth--;
    leave_element(p, &scope);
}

err doc_from_html(arena *mem, str html, const struct doc_known *known,
                  struct doc_dropped *ret_dropped, struct node **ret_doc)
{
    if (html.n > DOC_PASTE_MAX)
        return fault(ERR_TOO_LARGE, "document_too_large", "HTML of %zu bytes", html.n);
    AUTO_ARENA(tree);
    struct parser_memory m = {.mem = tree};
    const GumboOutput *out = parse(&m, html);
    if (!out)
        return fault(ERR_TOO_LARGE, "document_too_large", "HTML too intricate");
    struct paste p = {.known = known};
    flow_init(&p.flow, mem);
    walk(&p, out->root);
    p.dropped.deep += p.flow.deep;
    TRY(flow_done(&p.flow, ret_doc));
    if (ret_dropped)
        *ret_dropped = p.dropped;
    return OK;
}
