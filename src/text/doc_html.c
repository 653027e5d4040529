/* The document as HTML: known tags, enumerated classes, everything else escaped. */
#include "text/doc.h"

#include "text/doc_html.h"

enum { HTML_MAX = 8 * 1024 * 1024 };

struct html_out {
    struct buf out;
    const struct doc_html_opts *opts;
    str media;
    int sections;
};

/* In the order of the bits MARK_BOLD ... MARK_CODE. */
static const char *const mark_tags[][2] = {
    {"<strong>", "</strong>"}, {"<em>", "</em>"},     {"<u>", "</u>"},
    {"<s>", "</s>"},           {"<code>", "</code>"},
};

static void raw(struct html_out *h, const char *s)
{
    buf_add(&h->out, str_from(s));
}

void html_escape(struct buf *b, str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *entity = NULL;
        switch (s.p[i]) {
        case '&':
            entity = "&amp;";
            break;
        case '<':
            entity = "&lt;";
            break;
        case '>':
            entity = "&gt;";
            break;
        case '"':
            entity = "&quot;";
            break;
        case '\'':
            entity = "&#39;";
            break;
        default:
            continue;
        }
        buf_add(b, str_sub(s, from, i - from));
        buf_add(b, str_from(entity));
        from = i + 1;
    }
    buf_add(b, str_sub(s, from, s.n));
}

static void escaped(struct html_out *h, str s)
{
    html_escape(&h->out, s);
}

static void attr(struct html_out *h, const char *name, str value)
{
    buf_fmt(&h->out, " %s=\"", name);
    escaped(h, value);
    raw(h, "\"");
}

static void src(struct html_out *h, const char *name, str blob)
{
    buf_fmt(&h->out, " %s=\"", name);
    escaped(h, h->media);
    escaped(h, blob);
    raw(h, "\"");
}

static void open_span(struct html_out *h, const char *color, const char *size)
{
    buf_fmt(&h->out, "<span class=\"%s%s%s%s%s\">", color ? "c-" : "", color ? color : "",
            color && size ? " " : "", size ? "fs-" : "", size ? size : "");
}

static void write_text(struct html_out *h, const struct node *n)
{
    if (n->href.p) {
        raw(h, "<a");
        attr(h, "href", n->href);
        raw(h, " rel=\"noopener nofollow ugc\">");
    }
    const char *color = doc_color_names[n->color], *size = doc_size_names[n->size];
    bool span = color || size;
    if (span)
        open_span(h, color, size);
    for (size_t i = 0; i < LEN(mark_tags); i++)
        if (n->marks >> i & 1)
            raw(h, mark_tags[i][0]);
    escaped(h, n->text);
    for (size_t i = LEN(mark_tags); i-- > 0;)
        if (n->marks >> i & 1)
            raw(h, mark_tags[i][1]);
    if (span)
        raw(h, "</span>");
    if (n->href.p)
        raw(h, "</a>");
}

static void write_inlines(struct html_out *h, const struct node *n)
{
    for (const struct node *c = n->child; c; c = c->next)
        if (c->type == NODE_TEXT)
            write_text(h, c);
        else
            raw(h, "<br>");
}

static void align(struct html_out *h, const struct node *n)
{
    if (n->align)
        buf_fmt(&h->out, " class=\"al-%s\"", doc_align_names[n->align]);
}

static void srcset(struct html_out *h, const struct node *n)
{
    const struct doc_html_opts *o = h->opts;
    if (!o->widths_n || o->widths[0] >= n->width)
        return;
    raw(h, " srcset=\"");
    for (size_t i = 0; i < o->widths_n && o->widths[i] < n->width; i++) {
        raw(h, i ? ", " : "");
        escaped(h, h->media);
        escaped(h, n->blob);
        buf_fmt(&h->out, ".w%d.webp %dw", o->widths[i], o->widths[i]);
    }
    raw(h, ", ");
    escaped(h, h->media);
    escaped(h, n->blob);
    buf_fmt(&h->out, " %dw\" sizes=\"(max-width: 720px) 100vw, 720px\"", n->width);
}

static void write_picture(struct html_out *h, const struct node *n)
{
    raw(h, "<figure class=\"pic\"><img");
    src(h, "src", n->blob);
    srcset(h, n);
    attr(h, "alt", n->alt);
    if (n->width && n->height)
        buf_fmt(&h->out, " width=\"%d\" height=\"%d\"", n->width, n->height);
    raw(h, " loading=\"lazy\" decoding=\"async\">");
    if (n->child) {
        raw(h, "<figcaption>");
        write_inlines(h, n);
        raw(h, "</figcaption>");
    }
    raw(h, "</figure>");
}

static void write_player(struct html_out *h, const struct node *n)
{
    const char *tag = n->type == NODE_AUDIO ? "audio" : "video";
    buf_fmt(&h->out, "<figure class=\"media\"><%s controls preload=\"none\"", tag);
    if (n->type == NODE_VIDEO && n->poster.p)
        src(h, "poster", n->poster);
    src(h, "src", n->blob);
    if (n->title.n)
        attr(h, "aria-label", n->title);
    raw(h, ">");
    if (n->captions.p) {
        raw(h, "<track kind=\"captions\" label=\"CC\" default");
        src(h, "src", n->captions);
        raw(h, ">");
    }
    buf_fmt(&h->out, "</%s>", tag);
    if (n->title.n) {
        raw(h, "<figcaption>");
        escaped(h, n->title);
        raw(h, "</figcaption>");
    }
    raw(h, "</figure>");
}

static void write_code(struct html_out *h, const struct node *n)
{
    raw(h, "<pre><code");
    if (n->language.n) {
        raw(h, " class=\"lang-");
        escaped(h, n->language);
        raw(h, "\"");
    }
    raw(h, ">");
    if (n->child)
        escaped(h, n->child->text);
    raw(h, "</code></pre>");
}

/* Blocks whose children are inline or nothing. */
static bool write_leaf(struct html_out *h, const struct node *n)
{
    if (n->type == NODE_PARAGRAPH) {
        raw(h, "<p");
        align(h, n);
        raw(h, ">");
        write_inlines(h, n);
        raw(h, n->child ? "</p>" : "<br></p>");
    } else if (n->type == NODE_HEADING) {
        buf_fmt(&h->out, "<h%d id=\"sec-%d\"", n->level, ++h->sections);
        align(h, n);
        raw(h, ">");
        write_inlines(h, n);
        buf_fmt(&h->out, "</h%d>", n->level);
    } else if (n->type == NODE_CODE) {
        write_code(h, n);
    } else if (n->type == NODE_PICTURE) {
        write_picture(h, n);
    } else if (n->type == NODE_AUDIO || n->type == NODE_VIDEO) {
        write_player(h, n);
    } else if (n->type == NODE_DIVIDER) {
        raw(h, "<hr>");
    } else {
        return false;
    }
    return true;
}

static void open_cell(struct html_out *h, const struct node *n)
{
    raw(h, n->type == NODE_TH ? "<th" : "<td");
    if (n->colspan > 1)
        buf_fmt(&h->out, " colspan=\"%d\"", n->colspan);
    if (n->rowspan > 1)
        buf_fmt(&h->out, " rowspan=\"%d\"", n->rowspan);
    align(h, n);
    raw(h, ">");
}

static const char *open_tag(struct html_out *h, const struct node *n)
{
    static const struct {
        const char *open, *close;
    } tags[NODE_COUNT] = {
        [NODE_QUOTE] = {"<blockquote>", "</blockquote>"},
        [NODE_BULLETS] = {"<ul>", "</ul>"},
        [NODE_ITEM] = {"<li>", "</li>"},
        [NODE_TABLE_GRID] = {"<div class=\"scroll\"><table>", "</table></div>"},
        [NODE_ROW] = {"<tr>", "</tr>"},
    };
    if (n->type == NODE_NUMBERS) {
        raw(h, "<ol");
        if (n->start != 1)
            buf_fmt(&h->out, " start=\"%d\"", n->start);
        raw(h, ">");
        return "</ol>";
    }
    if (n->type == NODE_CALLOUT) {
        buf_fmt(&h->out, "<aside class=\"callout-%s\">", doc_callout_names[n->callout]);
        return "</aside>";
    }
    if (n->type == NODE_TH || n->type == NODE_TD) {
        open_cell(h, n);
        return n->type == NODE_TH ? "</th>" : "</td>";
    }
    if (!tags[n->type].open) /* the doc itself */
        return "";
    raw(h, tags[n->type].open);
    return tags[n->type].close;
}

/* A lone plain paragraph needs no <p> inside an item or a cell. */
static bool is_bare(const struct node *n)
{
    bool holder = n->type == NODE_ITEM || n->type == NODE_TH || n->type == NODE_TD;
    const struct node *c = n->child;
    return holder && c && c->type == NODE_PARAGRAPH && !c->align &&
           (!c->next || (n->type == NODE_ITEM && !c->next->next &&
                         (c->next->type == NODE_BULLETS || c->next->type == NODE_NUMBERS)));
}

static void write_block(struct html_out *h, const struct node *n)
{
    if (write_leaf(h, n))
        return;
    const char *close = open_tag(h, n);
    const struct node *c = n->child;
    if (is_bare(n)) {
        write_inlines(h, c);
        c = c->next;
    }
    for (; c; c = c->next)
        write_block(h, c);
    raw(h, close);
    if (n->type == NODE_ITEM || n->type == NODE_ROW)
        raw(h, "\n");
}

err doc_html(arena *mem, const struct node *doc, const struct doc_html_opts *opts, str *ret_html)
{
    static const struct doc_html_opts plain = {0};
    struct html_out h = {.opts = opts ? opts : &plain};
    h.media = h.opts->media.p ? h.opts->media : S("/media/");
    buf_init(&h.out, mem, HTML_MAX);
    for (const struct node *c = doc->child; c; c = c->next) {
        write_block(&h, c);
        raw(&h, "\n");
    }
    return buf_take(&h.out, ret_html);
}
