/* The document for editors that keep inline styles only. */
#include "text/doc.h"
#include "text/doc_html.h"

enum { HTML_MAX = 8 * 1024 * 1024 };

struct copy {
    struct buf out;
    str site;
};

/* Colours are grey enough, or clear enough, to be read back as what they are (doc_css.c). */
#define INK "color:#333333"
#define SOFT "color:#555555"

static const char *const COLORS[COLOR_COUNT] = {
    [COLOR_GRAY] = "#808080",   [COLOR_RED] = "#c0392b",   [COLOR_ORANGE] = "#d35400",
    [COLOR_YELLOW] = "#c9a400", [COLOR_GREEN] = "#2e8b57", [COLOR_TEAL] = "#008080",
    [COLOR_BLUE] = "#2a5db0",   [COLOR_PURPLE] = "#7d3c98"};
static const char *const SIZES[SIZE_COUNT] = {
    [SIZE_SMALL] = "13px", [SIZE_LARGE] = "20px", [SIZE_XLARGE] = "26px"};
static const char *const CALLOUTS[CALLOUT_COUNT] = {[CALLOUT_INFO] = "#2a5db0;background:#eef3fb",
                                                    [CALLOUT_TIP] = "#2e8b57;background:#eef8f2",
                                                    [CALLOUT_WARNING] =
                                                        "#d35400;background:#fdf3ea"};
/* In the order of the bits MARK_BOLD ... MARK_CODE. */
static const char *const MARKS[][2] = {
    {"<strong>", "</strong>"},
    {"<em>", "</em>"},
    {"<span style=\"text-decoration:underline\">", "</span>"},
    {"<span style=\"text-decoration:line-through\">", "</span>"},
    {"<code style=\"padding:2px 4px;background:#f3f3f3\">", "</code>"},
};

static void raw(struct copy *c, const char *s)
{
    buf_add(&c->out, str_from(s));
}

/* False when the text has neither colour nor size of its own. */
static bool open_look(struct copy *c, const struct node *n)
{
    const char *color = COLORS[n->color], *size = SIZES[n->size];
    if (!color && !size)
        return false;
    raw(c, "<span style=\"");
    if (color)
        buf_fmt(&c->out, "color:%s%s", color, size ? ";" : "");
    if (size)
        buf_fmt(&c->out, "font-size:%s", size);
    raw(c, "\">");
    return true;
}

static void write_text(struct copy *c, const struct node *n)
{
    if (n->href.p) {
        raw(c, "<a href=\"");
        html_escape(&c->out, n->href);
        raw(c, "\">");
    }
    bool look = open_look(c, n);
    for (size_t i = 0; i < LEN(MARKS); i++)
        if (n->marks >> i & 1)
            raw(c, MARKS[i][0]);
    html_escape(&c->out, n->text);
    for (size_t i = LEN(MARKS); i-- > 0;)
        if (n->marks >> i & 1)
            raw(c, MARKS[i][1]);
    if (look)
        raw(c, "</span>");
    if (n->href.p)
        raw(c, "</a>");
}

static void write_inlines(struct copy *c, const struct node *n)
{
    for (const struct node *k = n->child; k; k = k->next)
        if (k->type == NODE_TEXT)
            write_text(c, k);
        else
            raw(c, "<br>");
}

static void open_styled(struct copy *c, const char *tag, const char *style, const struct node *n)
{
    buf_fmt(&c->out, "<%s style=\"%s", tag, style);
    if (n->align)
        buf_fmt(&c->out, ";text-align:%s", doc_align_names[n->align]);
    raw(c, "\">");
}

static void write_heading(struct copy *c, const struct node *n)
{
    static const char *const STYLES[] = {"margin:32px 0 14px;font-size:20px;line-height:1.4;" INK,
                                         "margin:28px 0 12px;font-size:18px;line-height:1.4;" INK,
                                         "margin:24px 0 12px;font-size:16px;line-height:1.4;" INK};
    char tag[3] = {'h', (char)('0' + n->level), 0};
    open_styled(c, tag, STYLES[n->level - 2], n);
    write_inlines(c, n);
    buf_fmt(&c->out, "</%s>", tag);
}

static void write_paragraph(struct copy *c, const struct node *n)
{
    open_styled(c, "p", "margin:0 0 16px;font-size:16px;line-height:1.75;" INK, n);
    write_inlines(c, n);
    raw(c, n->child ? "</p>" : "<br></p>");
}

static void write_picture(struct copy *c, const struct node *n)
{
    raw(c, "<figure style=\"margin:24px 0;text-align:center\"><img src=\"");
    html_escape(&c->out, c->site);
    raw(c, "/media/");
    html_escape(&c->out, n->blob);
    raw(c, "\" alt=\"");
    html_escape(&c->out, n->alt);
    raw(c, "\" style=\"max-width:100%\">");
    if (n->child) {
        raw(c, "<figcaption style=\"margin-top:8px;font-size:14px;" SOFT "\">");
        write_inlines(c, n);
        raw(c, "</figcaption>");
    }
    raw(c, "</figure>");
}

static void write_code(struct copy *c, const struct node *n)
{
    raw(c, "<pre style=\"margin:0 0 16px;padding:12px;background:#f6f6f6;font-size:14px;"
           "line-height:1.6;white-space:pre-wrap\"><code>");
    if (n->child)
        html_escape(&c->out, n->child->text);
    raw(c, "</code></pre>");
}

static void write_title(struct copy *c, const struct node *n)
{
    if (!n->title.n)
        return;
    raw(c, "<p style=\"margin:0 0 16px;text-align:center;" SOFT "\">");
    html_escape(&c->out, n->title);
    raw(c, "</p>");
}

static bool write_leaf(struct copy *c, const struct node *n)
{
    if (n->type == NODE_PARAGRAPH)
        write_paragraph(c, n);
    else if (n->type == NODE_HEADING)
        write_heading(c, n);
    else if (n->type == NODE_CODE)
        write_code(c, n);
    else if (n->type == NODE_PICTURE)
        write_picture(c, n);
    else if (n->type == NODE_AUDIO || n->type == NODE_VIDEO)
        write_title(c, n);
    else if (n->type == NODE_DIVIDER)
        raw(c, "<hr style=\"margin:32px auto;width:80px;border:0;border-top:1px solid #cccccc\">");
    else
        return false;
    return true;
}

static void open_cell(struct copy *c, const struct node *n)
{
    buf_fmt(&c->out, "<%s", n->type == NODE_TH ? "th" : "td");
    if (n->colspan > 1)
        buf_fmt(&c->out, " colspan=\"%d\"", n->colspan);
    if (n->rowspan > 1)
        buf_fmt(&c->out, " rowspan=\"%d\"", n->rowspan);
    raw(c, " style=\"padding:6px 10px;border:1px solid #dddddd");
    if (n->type == NODE_TH)
        raw(c, ";background:#f6f6f6");
    if (n->align)
        buf_fmt(&c->out, ";text-align:%s", doc_align_names[n->align]);
    raw(c, "\">");
}

static const char *open_tag(struct copy *c, const struct node *n)
{
    static const struct {
        const char *open, *close;
    } TAGS[NODE_COUNT] = {
        [NODE_QUOTE] = {"<blockquote style=\"margin:0 0 16px;padding:2px 0 2px 14px;"
                        "border-left:3px solid #cccccc;" SOFT "\">",
                        "</blockquote>"},
        [NODE_BULLETS] = {"<ul style=\"margin:0 0 16px;padding-left:24px\">", "</ul>"},
        [NODE_ITEM] = {"<li style=\"font-size:16px;line-height:1.75;" INK "\">", "</li>"},
        [NODE_TABLE_GRID] = {"<table style=\"margin:0 0 16px;border-collapse:collapse;"
                             "font-size:15px;line-height:1.6;" INK "\">",
                             "</table>"},
        [NODE_ROW] = {"<tr>", "</tr>"},
        [NODE_TH] = {"", "</th>"},
        [NODE_TD] = {"", "</td>"},
    };
    if (n->type == NODE_NUMBERS) {
        buf_fmt(&c->out, "<ol start=\"%d\" style=\"margin:0 0 16px;padding-left:24px\">", n->start);
        return "</ol>";
    }
    if (n->type == NODE_CALLOUT) {
        buf_fmt(&c->out,
                "<blockquote style=\"margin:0 0 16px;padding:10px 14px;border-left:3px solid "
                "%s\">",
                CALLOUTS[n->callout]);
        return "</blockquote>";
    }
    if (n->type == NODE_TH || n->type == NODE_TD)
        open_cell(c, n);
    if (!TAGS[n->type].open) /* the doc itself */
        return "";
    raw(c, TAGS[n->type].open);
    return TAGS[n->type].close;
}

/* Editors put a line between a bullet and a paragraph in it: a first plain one goes without <p>. */
static bool is_bare(const struct node *n)
{
    bool holder = n->type == NODE_ITEM || n->type == NODE_TH || n->type == NODE_TD;
    const struct node *k = n->child;
    return holder && k && k->type == NODE_PARAGRAPH && !k->align &&
           (!k->next || (n->type == NODE_ITEM && !k->next->next &&
                         (k->next->type == NODE_BULLETS || k->next->type == NODE_NUMBERS)));
}

static void write_block(struct copy *c, const struct node *n)
{
    if (write_leaf(c, n))
        return;
    const char *close = open_tag(c, n);
    const struct node *k = n->child;
    if (is_bare(n)) {
        write_inlines(c, k);
        k = k->next;
    }
    for (; k; k = k->next)
        write_block(c, k);
    raw(c, close);
}

err doc_wechat(arena *mem, const struct node *doc, str site, str *ret_html)
{
    struct copy c = {.site = site};
    buf_init(&c.out, mem, HTML_MAX);
    for (const struct node *k = doc->child; k; k = k->next) {
        write_block(&c, k);
        raw(&c, "\n");
    }
    return buf_take(&c.out, ret_html);
}
