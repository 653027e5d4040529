/* Document to Markdown, such that reading it again gives the same document (where Markdown has
 * words for it): every character that could be taken for syntax is escaped, and delimiters that the
 * rules of emphasis would not accept where they stand get an empty comment beside them. */
#include "text/doc.h"
#include "text/doc_cjk.h"

#include "base/buf.h"

enum { OUT_MAX = 8 * 1024 * 1024, OPEN_MAX = 5 };

/* A run of equally styled text, or a break. */
struct piece {
    str text;
    str href;
    unsigned marks; /* MARK_CODE is not on the stack: it is part of the piece */
    bool line;
};
enum { ON_LINK = 1024 };

struct md_writer {
    arena *mem;
    struct buf out;
    uint32_t last;    /* the code point before, 0 at the start of a line */
    bool only_digits; /* the line has digits only so far */
    bool cell, heading;
    bool in_link;
    unsigned open[OPEN_MAX]; /* MARK_* or ON_LINK, the outermost first */
    int open_n;
    str href; /* of the open link */
};

static const char *const separator = "<!-- -->";

static void put_raw(struct md_writer *w, str s)
{
    if (!s.n)
        return;
    buf_add(&w->out, s);
    size_t i = s.n - 1;
    while (i > 0 && ((unsigned char)s.p[i] & 0xC0) == 0x80)
        i--;
    str tail = str_sub(s, i, s.n);
    w->last = str_next(&tail);
    if (w->last == '\n')
        w->last = 0;
    w->only_digits = false;
}

static bool alnum(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool escapes_at_line_start(uint32_t c)
{
    return c == '#' || c == '>' || c == '-' || c == '+' || c == '=' || c == ':';
}

static bool needs_escape(const struct md_writer *w, uint32_t c, uint32_t next)
{
    if (c >= 0x80 || !md_punct(c))
        return false;
    if (memchr("\\*`[]<|~", (int)c, 8) || (w->last == 0 && escapes_at_line_start(c)))
        return true;
    switch (c) {
    case '_':
        return !alnum(w->last) || !alnum(next);
    case '&':
        return next == '#' || alnum(next);
    case '#':
        return w->heading;
    case '!':
        return next == 0;
    case ':':
        return next == '/';
    case '.':
        return w->only_digits || str_ends(buf_str(&w->out), S("www"));
    case ')':
        return w->only_digits;
    default:
        return false;
    }
}

static void put_char(struct md_writer *w, uint32_t c, uint32_t next)
{
    bool digits = (w->last == 0 || w->only_digits) && c >= '0' && c <= '9';
    bool local =
        alnum(w->last) || w->last == '.' || w->last == '+' || w->last == '-' || w->last == '_';
    if (c == '@' && local && !w->in_link)
        put_raw(w, str_from(separator));
    if (needs_escape(w, c, next))
        buf_add_char(&w->out, '\\');
    buf_add_cp(&w->out, c);
    w->last = c;
    w->only_digits = digits;
}

static void put_entity(struct md_writer *w, uint32_t c)
{
    put_raw(w, str_fmt(w->mem, "&#%u;", (unsigned)c));
}

/* How the ends of a text are bounded: spaces there would be lost. */
struct bounds {
    bool line_start, line_end; /* ASCII space is stripped */
    bool opener, closer;       /* any space disables the delimiter */
};

static void put_text(struct md_writer *w, str s, struct bounds b)
{
    bool first = true;
    while (s.n) {
        uint32_t c = str_next(&s);
        str peek = s;
        uint32_t next = str_next(&peek);
        bool lost = (first && ((b.opener && md_space(c)) || (b.line_start && c == ' '))) ||
                    (!s.n && ((b.closer && md_space(c)) || (b.line_end && c == ' ')));
        /* Behind one that is written as an entity the next would be at the edge for nobody. */
        if (lost)
            put_entity(w, c);
        else
            put_char(w, c, next);
        first = false;
    }
}

static size_t longest_run(str s, char c)
{
    size_t best = 0, n = 0;
    for (size_t i = 0; i < s.n; i++) {
        n = s.p[i] == c ? n + 1 : 0;
        best = n > best ? n : best;
    }
    return best;
}

static void put_code(struct md_writer *w, str s)
{
    char fence[64];
    size_t n = 1;
    while (n < sizeof fence && n <= longest_run(s, '`'))
        n++;
    memset(fence, '`', n);
    bool blank = str_trim(s).n == 0;
    bool spaces = s.p[0] == ' ' && s.p[s.n - 1] == ' ' && !blank;
    bool pad = spaces || s.p[0] == '`' || s.p[s.n - 1] == '`';
    put_raw(w, (str){fence, n});
    put_raw(w, pad ? S(" ") : S(""));
    for (str rest = s; rest.p;) {
        put_raw(w, str_split(rest, '|', &rest));
        if (rest.p)
            put_raw(w, w->cell ? S("\\|") : S("|"));
    }
    put_raw(w, pad ? S(" ") : S(""));
    put_raw(w, (str){fence, n});
}

static str delimiter(unsigned mark)
{
    return mark == MARK_BOLD ? S("**") : mark == MARK_ITALIC ? S("*") : S("~~");
}

static void put_address(struct md_writer *w, str url)
{
    bool angle = str_find(url, '(') < url.n || str_find(url, ')') < url.n;
    put_raw(w, angle ? S("](<") : S("]("));
    for (size_t i = 0; i < url.n; i++) {
        if (url.p[i] == '|')
            put_raw(w, S("\\|"));
        else if (url.p[i] == '&')
            put_raw(w, S("&amp;"));
        else
            put_raw(w, str_sub(url, i, 1));
    }
    put_raw(w, angle ? S(">)") : S(")"));
}

static bool has(const struct piece *p, unsigned what, str href)
{
    if (what == ON_LINK)
        return p->href.p && str_eq(p->href, href);
    return p->marks & what;
}

/* How many pieces from p on carry it: what lasts longer is opened first. */
static size_t extent(const struct piece *p, size_t n, unsigned what)
{
    size_t i = 0;
    while (i < n && !p[i].line && has(&p[i], what, p->href))
        i++;
    return i;
}

static bool is_open(const struct md_writer *w, unsigned what)
{
    for (int i = 0; i < w->open_n; i++)
        if (w->open[i] == what)
            return true;
    return false;
}

static bool is_star(unsigned what)
{
    return what == MARK_BOLD || what == MARK_ITALIC;
}

/* What a run of this mark sees before it: cmark looks through ~ when it judges *. */
static uint32_t seen_before(const struct md_writer *w, unsigned what)
{
    size_t n = w->out.n;
    if (!is_star(what) || w->last != '~')
        return w->last;
    while (n > 0 && w->out.p[n - 1] == '~')
        n--;
    if (n == 0 || w->out.p[n - 1] == '\n')
        return 0;
    size_t i = n - 1;
    while (i > 0 && ((unsigned char)w->out.p[i] & 0xC0) == 0x80)
        i--;
    str tail = {w->out.p + i, n - i};
    return str_next(&tail);
}

/* What a closing run sees behind it: the delimiters still to close down to `keep`, then `after`. */
static uint32_t seen_after(const struct md_writer *w, unsigned what, int keep, uint32_t after)
{
    for (int i = w->open_n - 1; i >= keep; i--)
        if (!(is_star(what) && w->open[i] == MARK_STRIKE))
            return w->open[i] == ON_LINK ? ']' : '*';
    return after;
}

/* Closes what the next piece (NULL: none) does not carry, and with it all that is inside; with a
 * comment behind delimiters that could not close otherwise. */
static void close_marks(struct md_writer *w, const struct piece *next, uint32_t after)
{
    int keep = 0;
    while (keep < w->open_n && next && has(next, w->open[keep], w->href))
        keep++;
    while (w->open_n > keep) {
        unsigned what = w->open[--w->open_n];
        if (what == ON_LINK) {
            put_address(w, w->href);
            w->in_link = false;
            continue;
        }
        uint32_t before = seen_before(w, what);
        put_raw(w, delimiter(what));
        while (is_star(what) && w->open_n > keep && is_star(w->open[w->open_n - 1]))
            put_raw(w, delimiter(w->open[--w->open_n]));
        if (!md_closes(before, seen_after(w, what, keep, after)))
            put_raw(w, str_from(separator));
    }
}

static bool closes_any(const struct md_writer *w, const struct piece *next)
{
    for (int i = 0; i < w->open_n; i++)
        if (!next || !has(next, w->open[i], w->href))
            return true;
    return false;
}

static unsigned next_to_open(const struct md_writer *w, const struct piece *p, size_t n)
{
    static const unsigned all[] = {ON_LINK, MARK_BOLD, MARK_ITALIC, MARK_STRIKE};
    unsigned best = 0;
    size_t best_n = 0;
    for (size_t i = 0; i < LEN(all); i++) {
        if (!has(p, all[i], p->href) || is_open(w, all[i]))
            continue;
        size_t len = extent(p, n, all[i]);
        if (len > best_n) {
            best = all[i];
            best_n = len;
        }
    }
    return best;
}

static uint32_t first_shown(const struct piece *p)
{
    str s = p->text;
    uint32_t c = str_next(&s);
    if (p->marks & MARK_CODE)
        return '`';
    return md_space(c) ? '&' : needs_escape(&(struct md_writer){.last = 'a'}, c, 0) ? '\\' : c;
}

/* What will stand behind the delimiter of order[i]: the next one inside, or p's first character. */
static uint32_t seen_inside(const struct piece *p, const unsigned *order, int count, int i)
{
    for (int j = i + 1; j < count; j++)
        if (!(is_star(order[i]) && order[j] == MARK_STRIKE))
            return order[j] == ON_LINK ? '[' : '*';
    return first_shown(p);
}

static void open_mark(struct md_writer *w, unsigned what, uint32_t inner, bool twins)
{
    bool joins = !twins && w->last == (is_star(what) ? '*' : '~');
    if (joins || (!twins && !md_opens(seen_before(w, what), inner)))
        put_raw(w, str_from(separator));
    put_raw(w, delimiter(what));
}

/* Opens what p carries; with a comment before where the delimiters could not open otherwise. */
static void open_marks(struct md_writer *w, const struct piece *p, size_t n)
{
    unsigned order[OPEN_MAX];
    int count = 0, was = w->open_n;
    for (unsigned what; (what = next_to_open(w, p, n)) != 0;) {
        order[count++] = what;
        w->open[w->open_n++] = what;
    }
    w->open_n = was;
    for (int i = 0; i < count; i++) {
        unsigned what = order[i];
        /* One run of three only where both end together: else what opens later inside could be
         * taken for its end (the rule of multiples of three does not prevent it then). */
        bool twins = i > 0 && is_star(order[i - 1]) && is_star(what) &&
                     extent(p, n, order[i - 1]) == extent(p, n, what);
        if (what == ON_LINK) {
            put_raw(w, S("["));
            w->href = p->href;
            w->in_link = true;
        } else {
            open_mark(w, what, seen_inside(p, order, count, i), twins);
        }
        w->open[w->open_n++] = what;
    }
}

static void put_line(struct md_writer *w, bool edge)
{
    put_raw(w, w->cell || w->heading ? S("<br>") : edge ? S("&#10;") : S("\\\n"));
}

static void put_piece(struct md_writer *w, const struct piece *all, size_t n, size_t i)
{
    const struct piece *p = &all[i], *next = i + 1 < n ? &all[i + 1] : NULL;
    if (p->line) {
        put_line(w, i == 0 || !next);
        return;
    }
    size_t was = w->out.n;
    open_marks(w, p, n - i);
    const struct piece *styled = next && !next->line ? next : NULL;
    struct bounds b = {.line_start = i == 0 || all[i - 1].line,
                       .line_end = !next || next->line,
                       .opener = w->out.n > was,
                       .closer = closes_any(w, styled)};
    if (p->marks & MARK_CODE)
        put_code(w, p->text);
    else
        put_text(w, p->text, b);
    if (b.closer)
        close_marks(w, styled, styled ? first_shown(styled) : 0);
}

static size_t count_children(const struct node *n)
{
    size_t k = 0;
    for (const struct node *c = n->child; c; c = c->next)
        k++;
    return k;
}

static bool code_fits(const struct md_writer *w, str s)
{
    for (size_t i = 1; w->cell && i < s.n; i++)
        if (s.p[i] == '|' && s.p[i - 1] == '\\')
            return false;
    return longest_run(s, '`') < 60;
}

/* Neighbours that differ only in what Markdown cannot say become one piece. */
static size_t add_piece(struct md_writer *w, struct piece *all, size_t n, const struct node *c)
{
    struct piece p = {c->text, c->href, c->marks & ~(unsigned)MARK_UNDERLINE,
                      c->type == NODE_BREAK};
    if (p.line)
        p = (struct piece){.line = true};
    if (p.marks & MARK_CODE && !code_fits(w, p.text))
        p.marks &= ~(unsigned)MARK_CODE;
    struct piece *before = n ? &all[n - 1] : NULL;
    if (before && !p.line && !before->line && before->marks == p.marks &&
        !before->href.p == !p.href.p && str_eq(before->href, p.href)) {
        before->text = str_cat(w->mem, before->text, p.text);
        return n;
    }
    all[n] = p;
    return n + 1;
}

static void put_inlines(struct md_writer *w, const struct node *parent)
{
    struct piece *all = NEW_N(w->mem, struct piece, count_children(parent));
    size_t n = 0;
    for (const struct node *c = parent->child; c; c = c->next)
        n = add_piece(w, all, n, c);
    for (size_t i = 0; i < n; i++)
        put_piece(w, all, n, i);
}

static struct md_writer writer(arena *mem)
{
    struct md_writer w = {.mem = mem};
    buf_init(&w.out, mem, OUT_MAX);
    return w;
}

/* --- blocks ------------------------------------------------------------------------------------
 */

static void put_quoted(struct md_writer *w, const struct node *caption)
{
    str s = doc_text(w->mem, caption, DOC_TEXT_READ);
    if (!s.n)
        return;
    put_raw(w, S(" \""));
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '"' || c == '\\' || c == '|')
            put_raw(w, S("\\"));
        put_raw(w, c == '&' ? S("&amp;") : c == '\n' ? S(" ") : str_sub(s, i, 1));
    }
    put_raw(w, S("\""));
}

static void put_media(struct md_writer *w, const struct node *n)
{
    const char *scheme = n->type == NODE_PICTURE ? "blob"
                         : n->type == NODE_AUDIO ? "audio"
                                                 : "video";
    put_raw(w, S("!["));
    w->in_link = true;
    put_text(w, n->alt, (struct bounds){0});
    w->in_link = false;
    put_raw(w, str_fmt(w->mem, "](%s:%.*s", scheme, FMT(n->blob)));
    if (n->type == NODE_PICTURE && (n->width || n->height))
        put_raw(w, str_fmt(w->mem, "#%dx%d", n->width, n->height));
    if (n->type == NODE_VIDEO && n->poster.p)
        put_raw(w, str_fmt(w->mem, "?%.*s", FMT(n->poster)));
    if (n->type != NODE_PICTURE && n->captions.p)
        put_raw(w, str_fmt(w->mem, "#%.*s", FMT(n->captions)));
    if (n->type == NODE_PICTURE)
        put_quoted(w, n);
    put_raw(w, S(")"));
}

static void put_fenced(struct md_writer *w, const struct node *n)
{
    str text = n->child ? n->child->text : S("");
    size_t ticks = longest_run(text, '`') + 1;
    char *fence = arena_alloc(w->mem, ticks + 3);
    ticks = ticks < 3 ? 3 : ticks;
    memset(fence, '`', ticks);
    put_raw(w, (str){fence, ticks});
    put_raw(w, n->language);
    put_raw(w, S("\n"));
    put_raw(w, text);
    put_raw(w, n->child ? S("\n") : S(""));
    put_raw(w, (str){fence, ticks});
}

/* Blocks of a cell on one line. */
static void put_cell(struct md_writer *w, const struct node *n)
{
    const struct node *before = NULL;
    for (const struct node *c = n->child; c; before = c, c = c->next) {
        bool media = c->type == NODE_PICTURE || c->type == NODE_AUDIO || c->type == NODE_VIDEO;
        bool text = c->type == NODE_PARAGRAPH || c->type == NODE_HEADING;
        if (media) {
            put_media(w, c);
        } else if (text) {
            bool joined = before && before->type == NODE_PARAGRAPH;
            put_raw(w, joined ? S("<br>") : S(""));
            put_inlines(w, c);
        } else {
            struct bounds edges = {.line_start = true, .line_end = true};
            put_text(w, doc_text(w->mem, c, DOC_TEXT_READ), edges);
        }
    }
}

static void put_row(struct md_writer *w, const struct node *row, size_t columns)
{
    const struct node *c = row->child;
    for (size_t i = 0; i < columns; i++) {
        put_raw(w, S("| "));
        w->last = 0;
        if (c)
            put_cell(w, c);
        c = c ? c->next : NULL;
        put_raw(w, S(" "));
    }
    put_raw(w, S("|"));
}

static void put_table(struct md_writer *w, const struct node *table)
{
    static const char *const rules[ALIGN_COUNT] = {"| --- ", "| :-: ", "| --: ", "| --- "};
    size_t columns = 1;
    for (const struct node *r = table->child; r; r = r->next)
        columns = count_children(r) > columns ? count_children(r) : columns;
    w->cell = true;
    for (const struct node *r = table->child; r; r = r->next) {
        put_row(w, r, columns);
        put_raw(w, r->next ? S("\n") : S(""));
        if (r != table->child)
            continue;
        put_raw(w, r->next ? S("") : S("\n"));
        const struct node *c = r->child;
        for (size_t i = 0; i < columns; i++, c = c ? c->next : NULL)
            put_raw(w, str_from(rules[c ? c->align : ALIGN_LEFT]));
        put_raw(w, r->next ? S("|\n") : S("|"));
    }
    w->cell = false;
}

static bool put_leaf(struct md_writer *w, const struct node *n)
{
    if (n->type == NODE_PARAGRAPH && !n->child) {
        put_raw(w, S("<!-- empty -->"));
    } else if (n->type == NODE_PARAGRAPH) {
        put_inlines(w, n);
    } else if (n->type == NODE_HEADING) {
        put_raw(w, str_sub(S("#### "), (size_t)(4 - n->level), 5));
        w->last = 0;
        w->heading = true;
        put_inlines(w, n);
    } else if (n->type == NODE_DIVIDER) {
        put_raw(w, S("___"));
    } else if (n->type == NODE_CODE) {
        put_fenced(w, n);
    } else if (n->type == NODE_TABLE_GRID) {
        put_table(w, n);
    } else if (n->type == NODE_PICTURE || n->type == NODE_AUDIO || n->type == NODE_VIDEO) {
        put_media(w, n);
    } else {
        return false;
    }
    return true;
}

/* text with `first` before its first line and `more` before the others (less trailing space where
 * the line is empty). */
static void put_prefixed(struct buf *out, str text, str first, str more)
{
    for (str rest = text; rest.p;) {
        str line = str_split(rest, '\n', &rest);
        str prefix = first;
        while (!line.n && prefix.n && prefix.p[prefix.n - 1] == ' ')
            prefix.n--;
        buf_add(out, prefix);
        buf_add(out, line);
        if (rest.p)
            buf_add_char(out, '\n');
        first = more;
    }
}

static bool is_quote(const struct node *n)
{
    return n->type == NODE_QUOTE || n->type == NODE_CALLOUT;
}

static bool is_list(const struct node *n)
{
    return n->type == NODE_BULLETS || n->type == NODE_NUMBERS;
}

static void put_quote(struct buf *b, const struct node *n, str inner)
{
    static const char *const markers[CALLOUT_COUNT] = {"> [!NOTE]\n>\n", "> [!TIP]\n>\n",
                                                       "> [!WARNING]\n>\n"};
    if (n->type == NODE_CALLOUT)
        buf_add(b, str_from(markers[n->callout]));
    put_prefixed(b, inner, S("> "), S("> "));
}

static bool is_tight(const struct node *list)
{
    for (const struct node *i = list->child; i; i = i->next)
        if (i->child->next || i->child->type != NODE_PARAGRAPH)
            return false;
    return true;
}

static str item_marker(arena *mem, const struct node *list, size_t index, bool alternate)
{
    if (list->type == NODE_BULLETS)
        return alternate ? S("* ") : S("- ");
    int64_t number = (int64_t)list->start + (int64_t)index;
    return str_fmt(mem, "%lld%c ",
                   number > DOC_START_MAX ? (long long)DOC_START_MAX : (long long)number,
                   alternate ? ')' : '.');
}

/* True where the reader adds the paragraph that an item must begin with by itself. */
static bool implied_start(const struct node *item)
{
    const struct node *c = item->child;
    return c->type == NODE_PARAGRAPH && !c->child && (!c->next || c->next->type != NODE_PARAGRAPH);
}

static void put_item(struct buf *b, const struct node *item, str marker, str inner)
{
    str indent = str_sub(S("            "), 0, marker.n);
    if (!implied_start(item)) {
        put_prefixed(b, inner, marker, indent);
        return;
    }
    buf_add(b, str_sub(marker, 0, marker.n - 1));
    if (inner.n) {
        buf_add_char(b, '\n');
        put_prefixed(b, inner, indent, indent);
    }
}

/* What stands between two blocks: lists of one kind would join, and so would quotes. */
static void put_gap(struct buf *b, const struct node *before, const struct node *n)
{
    if (!before)
        return;
    bool item = n->type == NODE_ITEM;
    if (!item)
        buf_add(b, is_quote(before) && is_quote(n) ? S("\n\n<!-- -->\n\n") : S("\n\n"));
}

/* The blocks from first on; with a list, its items. */
static str render(arena *mem, const struct node *first, const struct node *list, bool alternate)
{
    struct buf b;
    buf_init(&b, mem, OUT_MAX);
    const struct node *before = NULL;
    bool other = false, tight = list && is_tight(list);
    size_t index = 0;
    for (const struct node *n = first; n; before = n, n = n->next) {
        put_gap(&b, before, n);
        if (list) {
            buf_add(&b, !before ? S("") : tight ? S("\n") : S("\n\n"));
            const struct node *from = implied_start(n) ? n->child->next : n->child;
            put_item(&b, n, item_marker(mem, list, index++, alternate),
                     render(mem, from, NULL, false));
            continue;
        }
        struct md_writer w = writer(mem);
        other = is_list(n) && before && before->type == n->type && !other;
        if (put_leaf(&w, n))
            buf_add(&b, buf_str(&w.out));
        else if (is_list(n))
            buf_add(&b, render(mem, n->child, n, other));
        else
            put_quote(&b, n, render(mem, n->child, NULL, false));
    }
    return buf_str(&b);
}

err doc_markdown(arena *mem, const struct node *doc, str *ret_markdown)
{
    const struct node *n = doc->child;
    if (n->type == NODE_PARAGRAPH && !n->child && !n->next) { /* nobody wrote anything yet */
        *ret_markdown = S("");
        return OK;
    }
    str s = render(mem, n, NULL, false);
    struct buf b;
    buf_init(&b, mem, OUT_MAX);
    buf_add(&b, s);
    buf_add_char(&b, '\n');
    return buf_take(&b, ret_markdown);
}
