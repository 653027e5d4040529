/* Ghost's editors as HTML: mobiledoc (sections, markers and cards) and lexical (a tree of nodes).
 * Cards are the same in both. */
#include "base/json.h"
#include "intake/source.h"
#include "text/doc_html.h"

#include <cmark-gfm.h>

enum { OUT_MAX = 8 << 20 };

struct ghost_text {
    arena *mem;
    struct buf *notes;
    struct buf out;
    const json_t *atoms, *cards, *markups; /* of mobiledoc */
};

/* ---- cards ---- */

static str text_of(const json_t *o, const char *key)
{
    str s = json_text(o, key);
    return s.p ? s : S("");
}

static void put_attribute(struct ghost_text *g, const char *name, str value)
{
    buf_fmt(&g->out, " %s=\"", name);
    html_escape(&g->out, value);
    buf_add_char(&g->out, '"');
}

static void put_link(struct ghost_text *g, str address, str words)
{
    buf_add(&g->out, S("<p><a"));
    put_attribute(g, "href", address);
    buf_add_char(&g->out, '>');
    html_escape(&g->out, words.n ? words : address);
    buf_add(&g->out, S("</a></p>"));
}

static void put_image(struct ghost_text *g, const json_t *o, str caption)
{
    buf_add(&g->out, S("<figure><img"));
    put_attribute(g, "src", text_of(o, "src"));
    put_attribute(g, "alt", text_of(o, "alt"));
    buf_fmt(&g->out, "><figcaption>%.*s</figcaption></figure>", FMT(caption)); /* is HTML there */
}

static void card_image(struct ghost_text *g, const json_t *o)
{
    put_image(g, o, text_of(o, "caption"));
}

static void card_gallery(struct ghost_text *g, const json_t *o)
{
    const json_t *images = json_object_get(o, "images");
    size_t n = json_array_size(images);
    for (size_t i = 0; i < n; i++)
        put_image(g, json_array_get(images, i), i + 1 == n ? text_of(o, "caption") : S(""));
}

static void card_html(struct ghost_text *g, const json_t *o)
{
    buf_add(&g->out, text_of(o, "html"));
}

static void card_markdown(struct ghost_text *g, const json_t *o)
{
    str md = text_of(o, "markdown");
    char *html = cmark_markdown_to_html(md.p, md.n, CMARK_OPT_UNSAFE);
    buf_add(&g->out, str_from(html));
    heap_free(html);
}

static void card_code(struct ghost_text *g, const json_t *o)
{
    buf_add(&g->out, S("<pre><code>"));
    html_escape(&g->out, text_of(o, "code"));
    buf_add(&g->out, S("</code></pre>"));
}

static void card_rule(struct ghost_text *g, const json_t *o)
{
    (void)o;
    buf_add(&g->out, S("<hr>"));
}

static void card_embed(struct ghost_text *g, const json_t *o)
{
    str url = text_of(o, "url");
    note_add(g->notes, S("embed"), url);
    if (url.n)
        put_link(g, url, text_of(json_object_get(o, "metadata"), "title"));
}

static void card_bookmark(struct ghost_text *g, const json_t *o)
{
    str url = text_of(o, "url");
    if (url.n)
        put_link(g, url, text_of(json_object_get(o, "metadata"), "title"));
}

static void card_callout(struct ghost_text *g, const json_t *o)
{
    buf_fmt(&g->out, "<blockquote>%.*s</blockquote>", FMT(text_of(o, "calloutText")));
}

static void card_toggle(struct ghost_text *g, const json_t *o)
{
    buf_fmt(&g->out, "<h4>%.*s</h4><div>%.*s</div>", FMT(text_of(o, "heading")),
            FMT(text_of(o, "content")));
}

static void card_button(struct ghost_text *g, const json_t *o)
{
    put_link(g, text_of(o, "buttonUrl"), text_of(o, "buttonText"));
}

static void card_file(struct ghost_text *g, const json_t *o)
{
    static const char *const TITLES[] = {"title", "fileTitle", "fileName"};
    str title = S("");
    for (size_t i = 0; i < LEN(TITLES) && !title.n; i++)
        title = text_of(o, TITLES[i]);
    note_add(g->notes, S("file"), text_of(o, "src"));
    put_link(g, text_of(o, "src"), title);
}

static void card_header(struct ghost_text *g, const json_t *o)
{
    buf_fmt(&g->out, "<h2>%.*s</h2><p>%.*s</p>", FMT(text_of(o, "header")),
            FMT(text_of(o, "subheader")));
}

static void card_product(struct ghost_text *g, const json_t *o)
{
    buf_fmt(&g->out, "<h4>%.*s</h4><div>%.*s</div>", FMT(text_of(o, "productTitle")),
            FMT(text_of(o, "productDescription")));
    if (text_of(o, "productUrl").n)
        put_link(g, text_of(o, "productUrl"), text_of(o, "productButton"));
}

static const struct {
    const char *name;
    void (*put)(struct ghost_text *g, const json_t *o);
} CARDS[] = {{"image", card_image},
             {"gallery", card_gallery},
             {"html", card_html},
             {"markdown", card_markdown},
             {"card-markdown", card_markdown},
             {"code", card_code},
             {"codeblock", card_code},
             {"hr", card_rule},
             {"horizontalrule", card_rule},
             {"embed", card_embed},
             {"bookmark", card_bookmark},
             {"callout", card_callout},
             {"toggle", card_toggle},
             {"button", card_button},
             {"video", card_file},
             {"audio", card_file},
             {"file", card_file},
             {"header", card_header},
             {"product", card_product}};

/* False: no card of this name. */
static bool put_card(struct ghost_text *g, str name, const json_t *payload)
{
    for (size_t i = 0; i < LEN(CARDS); i++)
        if (str_eq(name, str_from(CARDS[i].name))) {
            CARDS[i].put(g, payload);
            return true;
        }
    return false;
}

/* Only letters and digits: the name becomes a tag. */
static bool tag_ok(str name)
{
    bool ok = name.n > 0 && name.n < 12;
    for (size_t i = 0; ok && i < name.n; i++)
        ok = (name.p[i] >= 'a' && name.p[i] <= 'z') || (i && name.p[i] >= '0' && name.p[i] <= '9');
    return ok;
}

/* ---- mobiledoc ---- */

static str item_text(const json_t *list, size_t i)
{
    const json_t *v = json_array_get(list, i);
    return json_is_string(v) ? (str){json_string_value(v), json_string_length(v)} : S("");
}

static size_t item_index(const json_t *list, size_t i)
{
    const json_t *v = json_array_get(list, i);
    json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;
    return n < 0 ? SIZE_MAX : (size_t)n;
}

/* ["a", ["href", "…"]] */
static void open_markup(struct ghost_text *g, const json_t *markup, str *ret_tag)
{
    str tag = item_text(markup, 0);
    const json_t *atts = json_array_get(markup, 1);
    *ret_tag = tag_ok(tag) ? tag : S("span");
    buf_fmt(&g->out, "<%.*s", FMT(*ret_tag));
    for (size_t i = 0; i + 1 < json_array_size(atts); i += 2)
        if (str_eq(item_text(atts, i), S("href")))
            put_attribute(g, "href", item_text(atts, i + 1));
    buf_add_char(&g->out, '>');
}

static void close_tag(struct ghost_text *g, str tag)
{
    buf_fmt(&g->out, "</%.*s>", FMT(tag));
}

static void put_atom(struct ghost_text *g, const json_t *atom)
{
    if (str_eq(item_text(atom, 0), S("soft-return")))
        buf_add(&g->out, S("<br>"));
    else
        html_escape(&g->out, item_text(atom, 1));
}

/* [type, [opened markups], how many close, text or number of an atom] */
static void put_markers(struct ghost_text *g, const json_t *markers)
{
    str open[INTAKE_DEPTH_MAX];
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(markers); i++) {
        const json_t *m = json_array_get(markers, i), *opens = json_array_get(m, 1);
        for (size_t k = 0; k < json_array_size(opens) && n < LEN(open); k++)
            open_markup(g, json_array_get(g->markups, item_index(opens, k)), &open[n++]);
        if (item_index(m, 0) == 1)
            put_atom(g, json_array_get(g->atoms, item_index(m, 3)));
        else
            html_escape(&g->out, item_text(m, 3));
        size_t close = item_index(m, 2);
        for (; close != SIZE_MAX && close > 0 && n > 0; close--)
            close_tag(g, open[--n]);
    }
    while (n > 0)
        close_tag(g, open[--n]);
}

static void put_section_text(struct ghost_text *g, const json_t *section)
{
    str tag = item_text(section, 1);
    if (str_eq(tag, S("aside")) || str_eq(tag, S("pull-quote")))
        tag = S("blockquote");
    tag = tag_ok(tag) ? tag : S("p");
    buf_fmt(&g->out, "<%.*s>", FMT(tag));
    put_markers(g, json_array_get(section, 2));
    buf_fmt(&g->out, "</%.*s>", FMT(tag));
}

static void put_section_list(struct ghost_text *g, const json_t *section)
{
    const char *tag = str_eq(item_text(section, 1), S("ol")) ? "ol" : "ul";
    const json_t *items = json_array_get(section, 2);
    buf_fmt(&g->out, "<%s>", tag);
    for (size_t i = 0; i < json_array_size(items); i++) {
        buf_add(&g->out, S("<li>"));
        put_markers(g, json_array_get(items, i));
        buf_add(&g->out, S("</li>"));
    }
    buf_fmt(&g->out, "</%s>", tag);
}

static void put_section_card(struct ghost_text *g, const json_t *section)
{
    const json_t *card = json_array_get(g->cards, item_index(section, 1));
    str name = item_text(card, 0);
    if (!put_card(g, name, json_array_get(card, 1)))
        note_add(g->notes, S("card"), name);
}

err mobiledoc_html(arena *mem, str json, struct buf *notes, str *ret_html)
{
    enum { TEXT = 1, IMAGE = 2, LIST = 3, CARD = 10 };
    JSON_AUTO *root = NULL;
    TRY(json_read(json, &root));
    struct ghost_text g = {.mem = mem, .notes = notes};
    buf_init(&g.out, mem, OUT_MAX);
    g.atoms = json_object_get(root, "atoms");
    g.cards = json_object_get(root, "cards");
    g.markups = json_object_get(root, "markups");
    const json_t *sections = json_object_get(root, "sections");
    if (!json_is_array(sections))
        return fault(ERR_INVALID, "bad_document", "mobiledoc without sections");
    for (size_t i = 0; i < json_array_size(sections); i++) {
        const json_t *s = json_array_get(sections, i);
        size_t kind = item_index(s, 0);
        if (kind == TEXT)
            put_section_text(&g, s);
        else if (kind == LIST)
            put_section_list(&g, s);
        else if (kind == CARD)
            put_section_card(&g, s);
        else if (kind == IMAGE) {
            buf_add(&g.out, S("<img"));
            put_attribute(&g, "src", item_text(s, 1));
            buf_add_char(&g.out, '>');
        } else
            note_add(notes, S("section"), S("unknown"));
    }
    return buf_take(&g.out, ret_html);
}

/* ---- lexical ---- */

static void put_formatted(struct ghost_text *g, const json_t *o)
{
    static const char *const TAGS[] = {"strong", "em", "s", "u", "code", "sub", "sup"};
    int64_t format = json_number(o, "format", 0);
    for (size_t i = 0; i < LEN(TAGS); i++)
        if (format >> i & 1)
            buf_fmt(&g->out, "<%s>", TAGS[i]);
    html_escape(&g->out, text_of(o, "text"));
    for (size_t i = LEN(TAGS); i > 0; i--)
        if (format >> (i - 1) & 1)
            buf_fmt(&g->out, "</%s>", TAGS[i - 1]);
}

/* Nodes that are an element around their children; "" = no element of its own. */
static const struct {
    const char *type, *tag;
} ELEMENTS[] = {{"root", ""},
                {"paragraph", "p"},
                {"quote", "blockquote"},
                {"extended-quote", "blockquote"},
                {"aside", "blockquote"},
                {"listitem", "li"},
                {"link", "a"},
                {"autolink", "a"},
                {"heading", "h2"},
                {"extended-heading", "h2"},
                {"list", "ul"},
                {"table", "table"},
                {"tablerow", "tr"},
                {"tablecell", "td"}};

static const char *element_of(const json_t *o, str type)
{
    for (size_t i = 0; i < LEN(ELEMENTS); i++)
        if (str_eq(type, str_from(ELEMENTS[i].type))) {
            str tag = json_text(o, "tag");
            if (str_ends(type, S("heading")) && tag.n == 2 && tag.p[0] == 'h' && tag_ok(tag))
                return tag.p;
            return str_eq(json_text(o, "listType"), S("number")) ? "ol" : ELEMENTS[i].tag;
        }
    return NULL;
}

static err put_node(struct ghost_text *g, const json_t *o, int depth);

static err put_children(struct ghost_text *g, const json_t *o, int depth)
{
    const json_t *children = json_object_get(o, "children");
    for (size_t i = 0; i < json_array_size(children); i++)
        TRY(put_node(g, json_array_get(children, i), depth + 1));
    return OK;
}

static err put_element(struct ghost_text *g, const json_t *o, const char *tag, int depth)
{
    if (!*tag)
        return put_children(g, o, depth);
    buf_fmt(&g->out, "<%s", tag);
    if (strcmp(tag, "a") == 0)
        put_attribute(g, "href", text_of(o, "url"));
    if (strcmp(tag, "ol") == 0)
        buf_fmt(&g->out, " start=\"%lld\"", (long long)json_number(o, "start", 1));
    buf_add_char(&g->out, '>');
    TRY(put_children(g, o, depth));
    buf_fmt(&g->out, "</%s>", tag);
    return OK;
}

static err put_node(struct ghost_text *g, const json_t *o, int depth)
{
    str type = json_text(o, "type");
    if (depth > INTAKE_DEPTH_MAX)
        return fault(ERR_INVALID, "bad_document", "nested over %d deep", INTAKE_DEPTH_MAX);
    if (str_eq(type, S("text")) || str_eq(type, S("extended-text"))) {
        put_formatted(g, o);
        return OK;
    }
    if (str_eq(type, S("linebreak"))) {
        buf_add(&g->out, S("<br>"));
        return OK;
    }
    const char *tag = element_of(o, type);
    if (tag)
        return put_element(g, o, tag, depth);
    if (put_card(g, type, o))
        return OK;
    note_add(g->notes, S("card"), type);
    return put_children(g, o, depth);
}

err lexical_html(arena *mem, str json, struct buf *notes, str *ret_html)
{
    JSON_AUTO *root = NULL;
    TRY(json_read(json, &root));
    struct ghost_text g = {.mem = mem, .notes = notes};
    buf_init(&g.out, mem, OUT_MAX);
    const json_t *top = json_object_get(root, "root");
    if (!json_is_object(top))
        return fault(ERR_INVALID, "bad_document", "lexical without root");
    TRY(put_node(&g, top, 0));
    return buf_take(&g.out, ret_html);
}
