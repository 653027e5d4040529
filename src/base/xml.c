/* XML on its way out. */
#include "base/xml.h"

enum { REPLACEMENT = 0xFFFD };

void xw_init(struct xw *x, arena *mem, size_t max)
{
    *x = (struct xw){0};
    buf_init(&x->out, mem, max);
    buf_add(&x->out, S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
}

static bool allowed(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xFFFE && c != 0xFFFF);
}

static str entity(uint32_t c, bool attribute)
{
    switch (c) {
    case '&':
        return S("&amp;");
    case '<':
        return S("&lt;");
    case '>':
        return S("&gt;");
    case '"':
        return attribute ? S("&quot;") : STR_NONE;
    case '\r': /* would be read as a line feed, or as a space in an attribute */
        return S("&#13;");
    case '\n':
        return attribute ? S("&#10;") : STR_NONE;
    case '\t':
        return attribute ? S("&#9;") : STR_NONE;
    default:
        return STR_NONE;
    }
}

static void escape(struct xw *x, str text, bool attribute)
{
    while (text.n) {
        uint32_t c = str_next(&text);
        str e = entity(c, attribute);
        if (e.n)
            buf_add(&x->out, e);
        else
            buf_add_cp(&x->out, allowed(c) ? c : REPLACEMENT);
    }
}

static void tag_end(struct xw *x)
{
    if (x->in_tag)
        buf_add_char(&x->out, '>');
    x->in_tag = false;
}

void xw_open(struct xw *x, const char *name)
{
    ASSERT(x->depth < XML_DEPTH_MAX);
    tag_end(x);
    buf_add_char(&x->out, '<');
    buf_add(&x->out, str_from(name));
    x->open[x->depth++] = name;
    x->in_tag = true;
}

void xw_attr(struct xw *x, const char *name, str value)
{
    ASSERT(x->in_tag);
    buf_add_char(&x->out, ' ');
    buf_add(&x->out, str_from(name));
    buf_add(&x->out, S("=\""));
    escape(x, value, true);
    buf_add_char(&x->out, '"');
}

void xw_text(struct xw *x, str text)
{
    ASSERT(x->depth > 0);
    tag_end(x);
    escape(x, text, false);
}

void xw_close(struct xw *x)
{
    ASSERT(x->depth > 0);
    const char *name = x->open[--x->depth];
    if (x->in_tag) {
        buf_add(&x->out, S("/>"));
        x->in_tag = false;
        return;
    }
    buf_add(&x->out, S("</"));
    buf_add(&x->out, str_from(name));
    buf_add_char(&x->out, '>');
}

void xw_element(struct xw *x, const char *name, str text)
{
    xw_open(x, name);
    xw_text(x, text);
    xw_close(x);
}

err xw_take(const struct xw *x, str *ret_xml)
{
    ASSERT(x->depth == 0);
    return buf_take(&x->out, ret_xml);
}
