/* Markdown to document: cmark-gfm's tree, walked once. */
#include "text/doc_cjk.h"
#include "text/doc_flow.h"

#define CMARK_NO_SHORT_NAMES
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <pthread.h>

struct md_reader {
    struct flow flow;
    const struct doc_known *known;
    struct doc_dropped dropped;
    str wedge; /* the character put beside runs, taken out again everywhere; see with_wedges */
    cmark_node *entered[DOC_DEPTH_MAX];
    cmark_node *link, *image; /* the open ones */
    struct buf alt;           /* text inside the open image */
    int bold, italic, strike; /* nesting */
    bool soft;                /* a line end that may become a space */
    bool after_picture;       /* spaces between it and the next text are not text */
    bool last_cjk;            /* the text before it ended in CJK */
    size_t column;
};

/* --- emphasis beside Chinese -------------------------------------------------------------------
 */

/* Punctuation that nobody writes; the first that does not occur in the text is taken. */
static str pick_wedge(str markdown)
{
    static const char *const wedges[] = {"\xF0\x92\x91\xB0", "\xF0\x92\x91\xB1", "\xF0\x92\x91\xB2",
                                         "\xF0\x90\xA9\x90", "\xF0\x90\xA9\x91"};
    for (size_t i = 0; i < LEN(wedges); i++)
        if (!str_has(markdown, str_from(wedges[i])))
            return str_from(wedges[i]);
    return STR_NONE;
}

static bool is_delimiter(char c)
{
    return c == '*' || c == '~';
}

/* Bytes of the run of * and ~ that s begins with. */
static size_t run_length(str s, bool *ret_mixed)
{
    size_t n = 1;
    bool mixed = false;
    for (; n < s.n && is_delimiter(s.p[n]); n++)
        mixed = mixed || s.p[n] != s.p[0];
    *ret_mixed = mixed;
    return n;
}

/* cmark decides by the characters beside a run of * or ~ (and looks through ~ when it judges *).
 * Where one side is punctuation, the other a letter, and either is CJK, a wedge (punctuation) on
 * the letter's side makes the run able to both open and close, as it is between two letters;
 * likewise beside a run of both kinds, where each is punctuation to the other. All else stays as
 * CommonMark has it. */
static bool needs_wedge(uint32_t before, uint32_t after, bool mixed)
{
    bool inside = !md_space(before) && !md_space(after);
    bool cjk = md_cjk(before) || md_cjk(after);
    return inside && cjk && (mixed || md_punct(before) != md_punct(after));
}

static str with_wedges(arena *mem, str s, str wedge)
{
    if (!wedge.p)
        return s;
    struct buf b;
    buf_init(&b, mem, 8 * (size_t)DOC_MARKDOWN_MAX);
    uint32_t before = 0;
    while (s.n) {
        str at = s;
        uint32_t c = str_next(&s);
        bool run = is_delimiter(*at.p), mixed = false;
        bool escape = c == '\\' && s.n && (unsigned char)*s.p < 0x80;
        size_t len = run ? run_length(at, &mixed) : escape ? 2 : at.n - s.n;
        str piece = str_sub(at, 0, len);
        str peek = s = str_sub(at, len, at.n);
        uint32_t after = str_next(&peek);
        bool wordy = run && needs_wedge(before, after, mixed);
        buf_add(&b, wordy && !md_punct(before) ? wedge : S(""));
        buf_add(&b, piece);
        buf_add(&b, wordy && !md_punct(after) ? wedge : S(""));
        before = run || escape ? (unsigned char)piece.p[len - 1] : c;
    }
    return buf_str(&b);
}

static str without_wedges(const struct md_reader *r, const char *z)
{
    str s = str_from(z ? z : "");
    if (!r->wedge.p || !str_has(s, r->wedge))
        return str_dup(r->flow.mem, s);
    struct buf b;
    buf_init(&b, r->flow.mem, s.n + 1);
    while (s.n) {
        size_t n = str_starts(s, r->wedge) ? r->wedge.n : 0;
        if (!n)
            buf_add_char(&b, s.p[0]);
        s = str_sub(s, n ? n : 1, s.n);
    }
    return buf_str(&b);
}

/* --- inline ------------------------------------------------------------------------------------
 */

static uint32_t last_char(str s)
{
    size_t i = s.n;
    while (i > 0 && ((unsigned char)s.p[i - 1] & 0xC0) == 0x80)
        i--;
    str tail = str_sub(s, i ? i - 1 : 0, s.n);
    return str_next(&tail);
}

/* A line end inside a paragraph is a space, except between two CJK characters. */
static void put_soft(struct md_reader *r, str next)
{
    uint32_t c = str_next(&next);
    if (r->soft && !(r->last_cjk && md_cjk(c)))
        flow_text(&r->flow, S(" "));
    r->soft = false;
}

static void put_text(struct md_reader *r, str s)
{
    if (r->image) {
        buf_add(&r->alt, s);
        return;
    }
    while (r->after_picture && s.n && s.p[0] == ' ')
        s = str_sub(s, 1, s.n);
    if (!s.n)
        return;
    r->after_picture = false;
    put_soft(r, s);
    struct flow_style *st = &r->flow.style;
    st->marks = (unsigned char)((r->bold ? MARK_BOLD : 0) | (r->italic ? MARK_ITALIC : 0) |
                                (r->strike ? MARK_STRIKE : 0) | (st->marks & MARK_CODE));
    /* A newline here was written as &#10;: that is how a break at a paragraph's edge is said. */
    for (str rest = s; rest.p;) {
        flow_text(&r->flow, str_split(rest, '\n', &rest));
        if (rest.p)
            flow_break(&r->flow);
    }
    r->last_cjk = md_cjk(last_char(s));
}

static void put_code(struct md_reader *r, str s)
{
    if (s.n)
        put_soft(r, r->image ? S("") : s);
    r->flow.style.marks |= MARK_CODE;
    put_text(r, s);
    r->flow.style.marks &= (unsigned char)~MARK_CODE;
}

static void put_break(struct md_reader *r)
{
    r->soft = false;
    if (r->image)
        buf_add_char(&r->alt, ' ');
    else
        flow_break(&r->flow);
}

static void put_html(struct md_reader *r, str s)
{
    bool line = str_eq_ci(s, S("<br>")) || str_eq_ci(s, S("<br/>")) || str_eq_ci(s, S("<br />"));
    if (line) {
        put_break(r);
    } else if (!str_starts(s, S("<!--"))) {
        r->dropped.html++;
        put_text(r, s);
    }
}

static void link_event(struct md_reader *r, cmark_node *node, bool enter)
{
    if (!enter) {
        if (r->link == node) {
            r->link = NULL;
            r->flow.style.href = STR_NONE;
        }
        return;
    }
    if (r->link)
        return;
    str href = without_wedges(r, cmark_node_get_url(node));
    if (!doc_href_ok(href)) {
        r->dropped.links++;
        return;
    }
    put_soft(r, S(""));
    r->link = node;
    r->flow.style.href = href;
}

static void other_image(struct md_reader *r, str url)
{
    r->dropped.pictures++;
    str old = r->flow.style.href;
    if (!old.p && doc_href_ok(url))
        r->flow.style.href = url;
    put_text(r, r->alt.n ? buf_str(&r->alt) : r->flow.style.href.p ? url : S(""));
    r->flow.style.href = old;
}

static void image_event(struct md_reader *r, cmark_node *node, bool enter)
{
    if (enter && !r->image) {
        r->image = node;
        buf_init(&r->alt, r->flow.mem, DOC_MARKDOWN_MAX);
    }
    if (enter || r->image != node)
        return;
    r->image = NULL;
    str url = without_wedges(r, cmark_node_get_url(node));
    struct node *n = flow_media(r->flow.mem, url, r->known);
    if (!n) {
        other_image(r, url);
        return;
    }
    n->alt = str_dup(r->flow.mem, str_ellipsis(r->flow.mem, buf_str(&r->alt), DOC_TITLE_MAX - 1));
    str caption = without_wedges(r, cmark_node_get_title(node));
    if (caption.n && n->type == NODE_PICTURE)
        node_add(n, node_new(r->flow.mem, NODE_TEXT))->text = caption;
    flow_trim(&r->flow);
    r->soft = false;
    r->after_picture = true;
    flow_block(&r->flow, n);
}

/* --- blocks ------------------------------------------------------------------------------------
 */

static struct node *new_list(struct md_reader *r, cmark_node *node)
{
    bool numbers = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    struct node *n = node_new(r->flow.mem, numbers ? NODE_NUMBERS : NODE_BULLETS);
    if (numbers)
        n->start = cmark_node_get_list_start(node);
    return n;
}

static struct node *new_cell(struct md_reader *r, cmark_node *node)
{
    cmark_node *row = cmark_node_parent(node), *table = cmark_node_parent(row);
    bool header = strcmp(cmark_node_get_type_string(row), "table_header") == 0;
    struct node *n = node_new(r->flow.mem, header ? NODE_TH : NODE_TD);
    const uint8_t *aligns = cmark_gfm_extensions_get_table_alignments(table);
    if (aligns && r->column < cmark_gfm_extensions_get_table_columns(table)) {
        uint8_t a = aligns[r->column];
        n->align = a == 'c' ? ALIGN_CENTER : a == 'r' ? ALIGN_RIGHT : ALIGN_LEFT;
    }
    r->column++;
    return n;
}

static struct node *new_container(struct md_reader *r, cmark_node *node)
{
    const char *type = cmark_node_get_type_string(node);
    if (strcmp(type, "block_quote") == 0)
        return node_new(r->flow.mem, NODE_QUOTE);
    if (strcmp(type, "list") == 0)
        return new_list(r, node);
    if (strcmp(type, "item") == 0)
        return node_new(r->flow.mem, NODE_ITEM);
    if (strcmp(type, "table") == 0)
        return node_new(r->flow.mem, NODE_TABLE_GRID);
    if (strcmp(type, "table_cell") == 0)
        return new_cell(r, node);
    if (strcmp(type, "table_row") != 0 && strcmp(type, "table_header") != 0)
        return NULL;
    r->column = 0;
    return node_new(r->flow.mem, NODE_ROW);
}

/* Takes the marker from the head of the quote's first paragraph, leaving rest; what is empty
 * then goes too. */
static void drop_marker(struct node *quote, str rest)
{
    struct node *p = quote->child, *t = p->child;
    t->text = str_sub(rest, rest.n ? 1 : 0, rest.n);
    if (!t->text.n)
        p->child = t->next;
    if (p->child && !t->text.n && p->child->type == NODE_BREAK)
        p->child = p->child->next;
    if (!p->child)
        p->last = NULL;
    if (!p->child && p->next)
        quote->child = p->next;
}

/* "> [!NOTE]" and its like: the marker goes, the quote becomes a callout. */
static void quote_to_callout(struct node *quote)
{
    static const struct {
        const char *marker;
        enum doc_callout kind;
    } markers[] = {{"[!NOTE]", CALLOUT_INFO},
                   {"[!IMPORTANT]", CALLOUT_INFO},
                   {"[!TIP]", CALLOUT_TIP},
                   {"[!WARNING]", CALLOUT_WARNING},
                   {"[!CAUTION]", CALLOUT_WARNING}};
    struct node *p = quote->child, *t = p->child;
    if (p->type != NODE_PARAGRAPH || !t || t->type != NODE_TEXT || t->marks || t->href.p)
        return;
    for (size_t i = 0; i < LEN(markers); i++) {
        str marker = str_from(markers[i].marker);
        str rest = str_sub(t->text, marker.n, t->text.n);
        if (!str_starts(t->text, marker) || (rest.n && rest.p[0] != ' '))
            continue;
        quote->type = NODE_CALLOUT;
        quote->callout = markers[i].kind;
        drop_marker(quote, rest);
        return;
    }
}

/* On the settled tree: only there text is what it will be when it is read again. */
static void find_callouts(struct node *n)
{
    if (n->type == NODE_QUOTE)
        quote_to_callout(n);
    for (struct node *c = n->child; c; c = c->next)
        find_callouts(c);
}

static void html_block(struct md_reader *r, str s)
{
    while (s.n && s.p[s.n - 1] == '\n')
        s.n--;
    if (str_eq(s, S("<!-- empty -->"))) {
        flow_open(&r->flow);
        flow_close(&r->flow);
        return;
    }
    if (str_starts(s, S("<!--")) && str_ends(s, S("-->")))
        return;
    r->dropped.html++;
    put_text(r, s);
    flow_close(&r->flow);
}

static void code_block(struct md_reader *r, cmark_node *node)
{
    struct node *n = node_new(r->flow.mem, NODE_CODE);
    str text = without_wedges(r, cmark_node_get_literal(node));
    str info = without_wedges(r, cmark_node_get_fence_info(node));
    str rest;
    n->language = str_split(info, ' ', &rest);
    for (size_t i = 0; i < n->language.n; i++) {
        char c = n->language.p[i];
        bool ok =
            (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || memchr("+#-._", c, 5);
        if (!ok || i >= 32)
            n->language.n = i;
    }
    if (str_ends(text, S("\n")))
        text.n--;
    if (text.n)
        node_add(n, node_new(r->flow.mem, NODE_TEXT))->text = text;
    flow_block(&r->flow, n);
}

static void text_block(struct md_reader *r, cmark_node *node, bool enter)
{
    struct node *like = &r->flow.like;
    r->after_picture = false;
    bool heading = cmark_node_get_type(node) == CMARK_NODE_HEADING;
    r->soft = false;
    if (enter && heading) {
        int level = cmark_node_get_heading_level(node);
        *like = (struct node){.type = NODE_HEADING, .level = level < 2 ? 2 : level > 4 ? 4 : level};
        flow_open(&r->flow);
        return;
    }
    if (!enter && heading)
        flow_close(&r->flow);
    if (!enter)
        flow_close(&r->flow);
    *like = (struct node){.type = NODE_PARAGRAPH};
}

/* --- the walk ----------------------------------------------------------------------------------
 */

static void leaf(struct md_reader *r, cmark_node *node)
{
    cmark_node_type t = cmark_node_get_type(node);
    str literal = without_wedges(r, cmark_node_get_literal(node));
    if (t == CMARK_NODE_TEXT)
        put_text(r, literal);
    else if (t == CMARK_NODE_CODE)
        put_code(r, literal);
    else if (t == CMARK_NODE_HTML_INLINE)
        put_html(r, literal);
    else if (t == CMARK_NODE_HTML_BLOCK)
        html_block(r, literal);
    else if (t == CMARK_NODE_CODE_BLOCK)
        code_block(r, node);
    else if (t == CMARK_NODE_THEMATIC_BREAK)
        flow_block(&r->flow, node_new(r->flow.mem, NODE_DIVIDER));
    else if (t == CMARK_NODE_LINEBREAK)
        put_break(r);
    else if (t == CMARK_NODE_SOFTBREAK && r->image)
        buf_add_char(&r->alt, ' ');
    else if (t == CMARK_NODE_SOFTBREAK)
        r->soft = !flow_at_start(&r->flow);
}

static bool inline_event(struct md_reader *r, cmark_node *node, bool enter)
{
    cmark_node_type t = cmark_node_get_type(node);
    if (t == CMARK_NODE_EMPH)
        r->italic += enter ? 1 : -1;
    else if (t == CMARK_NODE_STRONG)
        r->bold += enter ? 1 : -1;
    else if (t == CMARK_NODE_LINK)
        link_event(r, node, enter);
    else if (t == CMARK_NODE_IMAGE)
        image_event(r, node, enter);
    else if (t == CMARK_NODE_PARAGRAPH || t == CMARK_NODE_HEADING)
        text_block(r, node, enter);
    else if (strcmp(cmark_node_get_type_string(node), "strikethrough") == 0)
        r->strike += enter ? 1 : -1;
    else
        return false;
    return true;
}

static void block_event(struct md_reader *r, cmark_node *node, bool enter)
{
    struct flow *f = &r->flow;
    if (enter) {
        struct node *container = new_container(r, node);
        if (container && flow_enter(f, container))
            r->entered[f->depth - 1] = node;
        return;
    }
    r->soft = false;
    flow_close(f);
    if (f->depth == 1 || r->entered[f->depth - 1] != node)
        return;
    flow_leave(f);
}

static void walk(struct md_reader *r, cmark_node *root)
{
    cmark_iter *it = cmark_iter_new(root);
    for (cmark_event_type ev; (ev = cmark_iter_next(it)) != CMARK_EVENT_DONE;) {
        cmark_node *node = cmark_iter_get_node(it);
        bool enter = ev == CMARK_EVENT_ENTER;
        cmark_node_type t = cmark_node_get_type(node);
        bool is_leaf = t == CMARK_NODE_TEXT || t == CMARK_NODE_CODE ||
                       t == CMARK_NODE_HTML_INLINE || t == CMARK_NODE_HTML_BLOCK ||
                       t == CMARK_NODE_CODE_BLOCK || t == CMARK_NODE_THEMATIC_BREAK ||
                       t == CMARK_NODE_LINEBREAK || t == CMARK_NODE_SOFTBREAK;
        if (is_leaf)
            leaf(r, node);
        else if (!inline_event(r, node, enter))
            block_event(r, node, enter);
    }
    cmark_iter_free(it);
}

static cmark_node *parse(str s)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const char *const extensions[] = {"table", "strikethrough", "autolink"};
    pthread_once(&once, cmark_gfm_core_extensions_ensure_registered);
    cmark_parser *p = cmark_parser_new(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
    for (size_t i = 0; i < LEN(extensions); i++)
        cmark_parser_attach_syntax_extension(p, cmark_find_syntax_extension(extensions[i]));
    cmark_parser_feed(p, s.p, s.n);
    cmark_node *root = cmark_parser_finish(p);
    cmark_parser_free(p);
    return root;
}

err doc_from_markdown(arena *mem, str markdown, const struct doc_known *known,
                      struct doc_dropped *ret_dropped, struct node **ret_doc)
{
    if (markdown.n > DOC_MARKDOWN_MAX)
        return fault(ERR_TOO_LARGE, "document_too_large", "Markdown of %zu bytes", markdown.n);
    struct md_reader r = {.known = known, .wedge = pick_wedge(markdown)};
    flow_init(&r.flow, mem);
    cmark_node *root = parse(with_wedges(mem, markdown, r.wedge));
    walk(&r, root);
    cmark_node_free(root);
    r.dropped.deep = r.flow.deep;
    struct node *doc;
    TRY(flow_done(&r.flow, &doc));
    find_callouts(doc);
    *ret_doc = doc;
    if (ret_dropped)
        *ret_dropped = r.dropped;
    return OK;
}
