/* Where in an HTML page are we? */
#include "tools/tmplc/lib/html.h"

bool html_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool name_char(char c)
{
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':';
}

static str name_str(const struct html_name *n)
{
    return (str){n->p, n->n};
}

static bool name_is(const struct html_name *n, const char *z)
{
    return str_eq(name_str(n), str_from(z));
}

static bool name_in(const struct html_name *n, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (name_is(n, list[i]))
            return true;
    }
    return false;
}
#define NAME_IN(n, list) name_in((n), (list), LEN(list))

static const char *name_add(struct html_name *n, char c)
{
    if (!name_char(c))
        return "bad character in a name";
    if (n->n == sizeof n->p)
        return "name too long";
    n->p[n->n++] = lower(c);
    return NULL;
}

/* Text of rest is "</name" of the raw element. */
static bool raw_ends(const struct html_walk *w, str rest)
{
    return str_starts(rest, S("</")) && str_eq_ci(str_sub(rest, 2, w->raw.n), name_str(&w->raw)) &&
           (rest.n == w->raw.n + 2 || !name_char(rest.p[w->raw.n + 2]));
}

static const char *text_step(struct html_walk *w, str rest)
{
    if (rest.p[0] != '<' || (w->raw.n && !raw_ends(w, rest)))
        return NULL;
    char next = rest.n > 1 ? rest.p[1] : 0;
    if (next == '{' || next == '@')
        return "an expression as the name of a tag";
    if (next == '!') {
        w->state = HTML_DECLARATION;
        return NULL;
    }
    char name = next == '/' && rest.n > 2 ? rest.p[2] : next;
    if (!letter(name))
        return "'<' in text: write &lt;";
    w->state = HTML_TAG_NAME;
    w->closing = next == '/';
    w->tag.n = 0;
    w->json = w->json && w->closing;
    return NULL;
}

/* Elements whose content browsers read in ways that the walk doesn't follow. */
static const char *const REFUSED_TAGS[] = {"xmp",     "noembed",  "noframes", "plaintext",
                                           "listing", "frameset", "base",     "iframe",
                                           "object",  "embed",    "applet"};
static const char *const RAW_TAGS[] = {"script", "style", "textarea", "title"};

static const char *tag_named(struct html_walk *w)
{
    if (w->tag.n == 0)
        return "a tag without a name";
    if (NAME_IN(&w->tag, REFUSED_TAGS))
        return "this element is not used in templates";
    return NULL;
}

static const char *tag_end(struct html_walk *w)
{
    w->state = HTML_TEXT;
    if (name_is(&w->tag, "pre"))
        w->pre += w->closing ? -1 : 1;
    if (w->pre < 0)
        return "</pre> without <pre>";
    if (w->closing) {
        w->raw.n = 0;
        w->json = false;
    } else if (NAME_IN(&w->tag, RAW_TAGS))
        w->raw = w->tag;
    return NULL;
}

static const char *tag_name_step(struct html_walk *w, char c)
{
    if (c == '/' && w->closing && w->tag.n == 0)
        return NULL;
    if (!html_space(c) && c != '>' && c != '/')
        return name_add(&w->tag, c);
    const char *wrong = tag_named(w);
    if (wrong)
        return wrong;
    w->state = HTML_IN_TAG;
    return c == '>' ? tag_end(w) : NULL;
}

static const char *attr_start(struct html_walk *w, char c)
{
    if (w->closing)
        return "an attribute in an end tag";
    w->state = HTML_ATTR_NAME;
    w->attr.n = 0;
    return name_add(&w->attr, c);
}

static const char *in_tag_step(struct html_walk *w, str rest)
{
    char c = rest.p[0];
    if (html_space(c)) {
        if (w->state == HTML_AFTER_VALUE)
            w->state = HTML_IN_TAG;
        return NULL;
    }
    if (c == '>')
        return tag_end(w);
    if (c == '/')
        return rest.n > 1 && rest.p[1] == '>' ? NULL : "'/' in a tag";
    if (w->state == HTML_AFTER_VALUE)
        return "no space between attributes";
    return attr_start(w, c);
}

static const char *attr_name_step(struct html_walk *w, str rest)
{
    char c = rest.p[0];
    if (c == '=') {
        w->state = HTML_BEFORE_VALUE;
        w->value_n = 0;
        w->value_dynamic = false;
        return NULL;
    }
    if (html_space(c)) {
        w->state = HTML_AFTER_ATTR_NAME;
        return NULL;
    }
    if (c == '>' || c == '/' || w->state == HTML_AFTER_ATTR_NAME) {
        w->state = HTML_IN_TAG;
        return in_tag_step(w, rest);
    }
    return name_add(&w->attr, c);
}

static const char *before_value_step(struct html_walk *w, char c)
{
    if (html_space(c))
        return NULL;
    if (c == '>')
        return "an attribute without its value";
    if (c == '"')
        w->state = HTML_VALUE_DOUBLE;
    else if (c == '\'')
        w->state = HTML_VALUE_SINGLE;
    else
        w->state = HTML_VALUE_BARE;
    return NULL;
}

/* <script type="application/ld+json">: browsers never run it (HTML standard 4.12.1), so its content
 * is data that only has to stay inside. */
static bool data_block(const struct html_walk *w)
{
    return name_is(&w->tag, "script") && name_is(&w->attr, "type") && !w->value_dynamic &&
           str_eq((str){w->value, w->value_n}, S("application/ld+json"));
}

static const char *value_step(struct html_walk *w, char c)
{
    char end = w->state == HTML_VALUE_DOUBLE ? '"' : '\'';
    if (c == end) {
        w->state = HTML_AFTER_VALUE;
        w->json |= data_block(w);
    } else if (w->value_n < sizeof w->value)
        w->value[w->value_n++] = c;
    return NULL;
}

static const char *bare_step(struct html_walk *w, str rest)
{
    char c = rest.p[0];
    if (html_space(c) || c == '>') {
        w->state = HTML_IN_TAG;
        return in_tag_step(w, rest);
    }
    return c && strchr("\"'`<=", c) ? "bad character in an unquoted value" : NULL;
}

const char *html_step(struct html_walk *w, str rest)
{
    switch (w->state) {
    case HTML_TEXT:
        return text_step(w, rest);
    case HTML_DECLARATION:
        if (rest.p[0] == '>')
            w->state = HTML_TEXT;
        return NULL;
    case HTML_TAG_NAME:
        return tag_name_step(w, rest.p[0]);
    case HTML_IN_TAG:
    case HTML_AFTER_VALUE:
        return in_tag_step(w, rest);
    case HTML_ATTR_NAME:
    case HTML_AFTER_ATTR_NAME:
        return attr_name_step(w, rest);
    case HTML_BEFORE_VALUE:
        return before_value_step(w, rest.p[0]);
    case HTML_VALUE_DOUBLE:
    case HTML_VALUE_SINGLE:
        return value_step(w, rest.p[0]);
    case HTML_VALUE_BARE:
        return bare_step(w, rest);
    }
    return "a state that does not exist";
}

static const char *const REFUSED_ATTRS[] = {"style",       "srcset",  "imagesrcset", "srcdoc",
                                            "http-equiv",  "is",      "nonce",       "integrity",
                                            "crossorigin", "sandbox", "allow"};
static const char *const URL_ATTRS[] = {"href",     "src",        "action",  "formaction",
                                        "poster",   "cite",       "ping",    "background",
                                        "longdesc", "xlink:href", "manifest"};

/* The literal beginning of an address must not say a scheme that runs something. */
static bool prefix_allowed(const struct html_walk *w)
{
    str v = {w->value, w->value_n};
    size_t i = 0;
    while (i < v.n && !strchr(":/?#", v.p[i]))
        i++;
    return i == v.n || v.p[i] != ':' || str_starts(v, S("https:")) || str_starts(v, S("http:")) ||
           str_starts(v, S("mailto:"));
}

static const char *value_place(const struct html_walk *w, enum html_place *ret_place)
{
    if (str_starts(name_str(&w->attr), S("on")))
        return "an expression in an event handler";
    if (NAME_IN(&w->attr, REFUSED_ATTRS))
        return "an expression in an attribute that takes none (style, srcset, srcdoc, ...)";
    if (!NAME_IN(&w->attr, URL_ATTRS)) {
        *ret_place = PLACE_ATTR;
        return NULL;
    }
    if (!prefix_allowed(w))
        return "an expression behind a scheme other than http, https and mailto";
    *ret_place = w->value_n || w->value_dynamic ? PLACE_URLPART : PLACE_URL;
    return NULL;
}

static const char *text_place(const struct html_walk *w, enum html_place *ret_place)
{
    if (name_is(&w->raw, "script") && w->json) {
        *ret_place = PLACE_JSON;
        return NULL;
    }
    if (name_is(&w->raw, "script") || name_is(&w->raw, "style"))
        return "an expression in script or style: use a data- attribute";
    *ret_place = PLACE_TEXT;
    return NULL;
}

const char *html_place(const struct html_walk *w, enum html_place *ret_place)
{
    switch (w->state) {
    case HTML_TEXT:
        return text_place(w, ret_place);
    case HTML_VALUE_DOUBLE:
    case HTML_VALUE_SINGLE:
        return value_place(w, ret_place);
    case HTML_DECLARATION:
        return "an expression in a declaration";
    case HTML_TAG_NAME:
        return "an expression as the name of a tag";
    case HTML_IN_TAG:
    case HTML_ATTR_NAME:
    case HTML_AFTER_ATTR_NAME:
    case HTML_AFTER_VALUE:
        return "an expression as the name of an attribute";
    case HTML_BEFORE_VALUE:
    case HTML_VALUE_BARE:
        return "an expression in an unquoted value";
    }
    return "a state that does not exist";
}

bool html_in_value(const struct html_walk *w)
{
    return w->state == HTML_VALUE_DOUBLE || w->state == HTML_VALUE_SINGLE;
}

bool html_verbatim(const struct html_walk *w)
{
    return html_in_value(w) || (w->state == HTML_TEXT && (w->raw.n || w->pre));
}

bool html_same(const struct html_walk *a, const struct html_walk *b)
{
    return a->state == b->state && a->pre == b->pre && a->json == b->json &&
           str_eq(name_str(&a->raw), name_str(&b->raw));
}
