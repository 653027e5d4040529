/* What WordPress does to a text before it shows it: paragraphs, shortcodes, bare addresses. */
#include "intake/source.h"

enum { OUT_MAX = 8 << 20, NAME_MAX_N = 40 };

struct press {
    arena *mem;
    const struct wordpress_text *in;
    struct buf *notes;
    struct buf out;
};

/* ---- shortcodes ---- */

struct shortcode {
    str name, attributes, inner; /* inner has no value without a closing mark */
    size_t n;                    /* bytes of all of it */
};

static size_t name_length(str s)
{
    size_t n = 0;
    while (n < s.n && n <= NAME_MAX_N &&
           ((s.p[n] >= 'a' && s.p[n] <= 'z') || (n && (s.p[n] == '_' || s.p[n] == '-')) ||
            (n && s.p[n] >= '0' && s.p[n] <= '9')))
        n++;
    return n <= NAME_MAX_N ? n : 0;
}

static size_t find(str s, str part, size_t from)
{
    const char *at = from < s.n ? memmem(s.p + from, s.n - from, part.p, part.n) : NULL;
    return at ? (size_t)(at - s.p) : s.n;
}

/* s begins with '['. Brackets that people write ("[1]", "[sic]") are none: a shortcode has
 * attributes or an end. */
static bool shortcode_at(arena *mem, str s, struct shortcode *ret)
{
    size_t name = name_length(str_sub(s, 1, s.n));
    size_t end = str_find(s, ']');
    if (!name || end >= s.n || (s.p[1 + name] != ']' && s.p[1 + name] != ' '))
        return false;
    struct shortcode c = {.name = str_sub(s, 1, name), .n = end + 1};
    c.attributes = str_sub(s, 1 + name, end - 1 - name);
    str close = str_fmt(mem, "[/%.*s]", FMT(c.name));
    size_t at = find(s, close, end);
    if (at < s.n) {
        c.inner = str_sub(s, end + 1, at - end - 1);
        c.n = at + close.n;
    } else if (str_find(c.attributes, '=') >= c.attributes.n) {
        return false;
    }
    *ret = c;
    return true;
}

/* ids="1,2" or src='…'; no value when it is not there. */
static str shortcode_value(arena *mem, str attributes, const char *key)
{
    str mark = str_fmt(mem, " %s=", key);
    size_t at = find(attributes, mark, 0);
    str rest = str_sub(attributes, at + mark.n, attributes.n);
    if (at >= attributes.n || !rest.n)
        return STR_NONE;
    bool quoted = rest.p[0] == '"' || rest.p[0] == '\'';
    str value = str_sub(rest, quoted, rest.n);
    return str_sub(value, 0, str_find(value, quoted ? rest.p[0] : ' '));
}

static void put_link(struct press *p, str address)
{
    str a = str_trim(address);
    if (a.n)
        buf_fmt(&p->out, "\n\n<p><a href=\"%.*s\">%.*s</a></p>\n\n", FMT(a), FMT(a));
}

/* [caption]<a><img></a> words[/caption] */
static void put_caption(struct press *p, const struct shortcode *c)
{
    size_t at = find(c->inner, S("<img"), 0);
    size_t end = at + str_find(str_sub(c->inner, at, c->inner.n), '>') + 1;
    size_t close = find(c->inner, S("</a>"), end);
    if (close < c->inner.n)
        end = close + 4;
    str words = str_trim(str_sub(c->inner, end, c->inner.n));
    if (!words.n) {
        str value = shortcode_value(p->mem, c->attributes, "caption");
        words = value.p ? value : S("");
    }
    buf_fmt(&p->out, "<figure>%.*s<figcaption>%.*s</figcaption></figure>",
            FMT(str_sub(c->inner, 0, end)), FMT(words));
}

static void put_gallery(struct press *p, const struct shortcode *c)
{
    str ids = shortcode_value(p->mem, c->attributes, "ids");
    if (!ids.p)
        note_add(p->notes, S("gallery without ids"), S(""));
    while (ids.p) {
        str id = str_trim(str_split(ids, ',', &ids));
        str url = p->in->picture ? p->in->picture(p->in->ctx, id) : STR_NONE;
        if (url.p)
            buf_fmt(&p->out, "<figure><img src=\"%.*s\"></figure>", FMT(url));
        else
            note_add(p->notes, S("picture not in the export: attachment"), id);
    }
}

static void put_player(struct press *p, const struct shortcode *c)
{
    static const char *const KEYS[] = {"src", "mp4", "m4v", "webm", "mp3", "m4a", "ogg", "url"};
    str address = c->inner.p && str_trim(c->inner).n ? c->inner : STR_NONE;
    for (size_t i = 0; !address.p && i < LEN(KEYS); i++)
        address = shortcode_value(p->mem, c->attributes, KEYS[i]);
    if (address.p)
        put_link(p, address);
    note_add(p->notes, c->name, address.p ? str_trim(address) : S("without an address"));
}

static const struct {
    const char *name;
    void (*put)(struct press *p, const struct shortcode *c);
} SHORTCODES[] = {{"caption", put_caption}, {"wp_caption", put_caption}, {"gallery", put_gallery},
                  {"embed", put_player},    {"audio", put_player},       {"video", put_player},
                  {"playlist", put_gallery}};

static void put_shortcode(struct press *p, const struct shortcode *c)
{
    for (size_t i = 0; i < LEN(SHORTCODES); i++)
        if (str_eq(c->name, str_from(SHORTCODES[i].name)) &&
            (c->inner.p || SHORTCODES[i].put != put_caption)) {
            SHORTCODES[i].put(p, c);
            return;
        }
    note_add(p->notes, S("shortcode"), c->name);
    buf_add(&p->out, c->inner.p ? c->inner : S("")); /* its marks go, what it holds stays */
}

static str shortcodes(struct press *p, str s)
{
    buf_init(&p->out, p->mem, OUT_MAX);
    while (s.n) {
        size_t at = str_find(s, '[');
        struct shortcode c;
        buf_add(&p->out, str_sub(s, 0, at));
        s = str_sub(s, at, s.n);
        if (!s.n)
            break;
        if (s.n > 1 && s.p[1] == '[') { /* [[…]] is written to be shown */
            buf_add(&p->out, S("[["));
            s = str_sub(s, 2, s.n);
        } else if (shortcode_at(p->mem, s, &c)) {
            put_shortcode(p, &c);
            s = str_sub(s, c.n, s.n);
        } else {
            buf_add_char(&p->out, '[');
            s = str_sub(s, 1, s.n);
        }
    }
    return buf_str(&p->out);
}

/* ---- paragraphs of the old editor ---- */

/* Does a line that begins or ends with this tag need no <br>? */
static bool block_tag(str name)
{
    static const char *const BLOCKS[] = {
        "p",       "div",    "ul",     "ol",    "li", "blockquote", "pre",    "table",
        "thead",   "tbody",  "tr",     "td",    "th", "h1",         "h2",     "h3",
        "h4",      "h5",     "h6",     "hr",    "br", "form",       "figure", "figcaption",
        "section", "iframe", "script", "style", "dl", "dt",         "dd"};
    for (size_t i = 0; i < LEN(BLOCKS); i++)
        if (str_eq_ci(name, str_from(BLOCKS[i])))
            return true;
    return false;
}

static str tag_name(str tag)
{
    size_t from = tag.n > 1 && tag.p[1] == '/' ? 2 : 1, n = from;
    while (n < tag.n && !memchr(" \t\n/>", tag.p[n], 5))
        n++;
    return str_sub(tag, from, n - from);
}

static bool ends_block(str line)
{
    line = str_trim(line);
    if (!str_ends(line, S(">")))
        return false;
    size_t i = line.n;
    while (i > 0 && line.p[i - 1] != '<')
        i--;
    return i > 0 && block_tag(tag_name(str_sub(line, i - 1, line.n)));
}

static bool begins_block(str line)
{
    line = str_trim(line);
    return line.n && line.p[0] == '<' && block_tag(tag_name(line));
}

static bool bare_address(str line)
{
    bool plain = str_starts(line, S("http://")) || str_starts(line, S("https://"));
    for (size_t i = 0; plain && i < line.n; i++)
        plain = !memchr(" \t<>\"'", line.p[i], 6);
    return plain;
}

/* Lines become breaks, blank lines paragraphs; inside <pre> nothing changes. An address alone on
 * its line, which WordPress shows as a player or card, is a link. */
static str paragraphs(struct press *p, str s, bool classic)
{
    buf_init(&p->out, p->mem, OUT_MAX);
    bool pre = false, blank = true, open = false; /* open: a text line stands before */
    for (str rest = s; rest.p;) {
        str line = str_split(rest, '\n', &rest), bare = str_trim(line);
        if (bare_address(bare) && !pre) {
            put_link(p, bare);
            note_add(p->notes, S("embed"), bare);
            open = false;
            blank = true;
            continue;
        }
        if (classic && !pre && bare.n) {
            if (blank && !begins_block(line))
                buf_add(&p->out, S("<p>"));
            else if (open && !begins_block(line))
                buf_add(&p->out, S("<br>"));
        }
        buf_add(&p->out, line);
        buf_add_char(&p->out, '\n');
        open = bare.n && !ends_block(line);
        blank = !bare.n;
        if (find(line, S("<pre"), 0) < line.n)
            pre = true;
        if (find(line, S("</pre>"), 0) < line.n)
            pre = false;
    }
    return buf_str(&p->out);
}

str wordpress_html(arena *mem, const struct wordpress_text *in, struct buf *notes)
{
    struct press p = {.mem = mem, .in = in, .notes = notes};
    bool classic = find(in->content, S("<!-- wp:"), 0) >= in->content.n;
    return paragraphs(&p, shortcodes(&p, in->content), classic);
}
