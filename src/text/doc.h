/* The block document: the body of an article. What is stored is its canonical JSON (ProseMirror's
 * form); Markdown and HTML are ways in and out of it, never what is stored.
 *
 * A document is the tree below a node of type NODE_DOC, wholly in one arena. Whoever builds or
 * changes a tree by hand passes it through doc_settle, which answers with a checked, canonical one.
 * What these functions accept is harmless to render: no other address than http, https and mailto,
 * no control or bidi-override characters, no styles but the enumerations here.
 *
 * Content: doc, blockquote, callout, tableHeader, tableCell = block+; listItem = paragraph block*;
 * bulletList, orderedList = listItem+; table = tableRow+; tableRow = (tableHeader | tableCell)*;
 * paragraph, heading, picture (its caption) = (text | hardBreak)*; codeBlock = text*; else nothing.
 * Refused documents: ERR_INVALID "bad_document" with the node's path ("content[3].content[0]") in
 * fault.field; too big ones: ERR_TOO_LARGE "document_too_large". */
#pragma once
#include "base/str.h"

enum {
    DOC_JSON_MAX = 1024 * 1024, /* bytes */
    DOC_MARKDOWN_MAX = 512 * 1024,
    DOC_PASTE_MAX = 2 * 1024 * 1024,
    DOC_NODES_MAX = 20000,
    DOC_DEPTH_MAX = 16,     /* nodes from the doc (1) down to a text, both included */
    DOC_CHARS_MAX = 100000, /* code points of all text nodes */
    DOC_TITLE_MAX = 500,    /* code points of alt and title */
    DOC_HREF_MAX = 2000,    /* bytes */
    DOC_SPAN_MAX = 100,     /* colspan, rowspan */
    DOC_PIXELS_MAX = 65535, /* width, height */
    DOC_START_MAX = 999999999,
};

/*      type              name in JSON */
#define NODE_TABLE(X)                                                                              \
    X(NODE_DOC, "doc")                                                                             \
    X(NODE_PARAGRAPH, "paragraph")                                                                 \
    X(NODE_HEADING, "heading")                                                                     \
    X(NODE_QUOTE, "blockquote")                                                                    \
    X(NODE_BULLETS, "bulletList")                                                                  \
    X(NODE_NUMBERS, "orderedList")                                                                 \
    X(NODE_ITEM, "listItem")                                                                       \
    X(NODE_TABLE_GRID, "table")                                                                    \
    X(NODE_ROW, "tableRow")                                                                        \
    X(NODE_TH, "tableHeader")                                                                      \
    X(NODE_TD, "tableCell")                                                                        \
    X(NODE_CODE, "codeBlock")                                                                      \
    X(NODE_PICTURE, "picture")                                                                     \
    X(NODE_AUDIO, "audio")                                                                         \
    X(NODE_VIDEO, "video")                                                                         \
    X(NODE_CALLOUT, "callout")                                                                     \
    X(NODE_DIVIDER, "divider")                                                                     \
    X(NODE_TEXT, "text")                                                                           \
    X(NODE_BREAK, "hardBreak")
enum node_type {
#define X(type, name) type,
    NODE_TABLE(X)
#undef X
        NODE_COUNT
};

/* In each, 0 is the default, which JSON does not name. */
enum doc_align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT, ALIGN_JUSTIFY, ALIGN_COUNT };
enum doc_callout { CALLOUT_INFO, CALLOUT_TIP, CALLOUT_WARNING, CALLOUT_COUNT }; /* always named */
enum doc_color {
    COLOR_NONE,
    COLOR_GRAY,
    COLOR_RED,
    COLOR_ORANGE,
    COLOR_YELLOW,
    COLOR_GREEN,
    COLOR_TEAL,
    COLOR_BLUE,
    COLOR_PURPLE,
    COLOR_COUNT
};
enum doc_size { SIZE_NORMAL, SIZE_SMALL, SIZE_LARGE, SIZE_XLARGE, SIZE_COUNT };
extern const char *const doc_align_names[ALIGN_COUNT];
extern const char *const doc_callout_names[CALLOUT_COUNT];
extern const char *const doc_color_names[COLOR_COUNT]; /* [COLOR_NONE] is NULL */
extern const char *const doc_size_names[SIZE_COUNT];   /* [SIZE_NORMAL] is NULL */

enum { MARK_BOLD = 1, MARK_ITALIC = 2, MARK_UNDERLINE = 4, MARK_STRIKE = 8, MARK_CODE = 16 };

struct node {
    enum node_type type;
    struct node *child, *last, *next;
    union {
        str text;     /* text: never empty */
        str alt;      /* picture: may be empty */
        str title;    /* audio, video: may be empty */
        str language; /* codeBlock: may be empty */
    };
    union {
        str href; /* text: the link's address; no value when it is no link */
        str blob; /* picture, audio, video: 64 lower-case hex digits */
    };
    union {
        struct {
            str captions; /* audio, video: a blob (WebVTT), or no value */
            str poster;   /* video: the same (a picture) */
        };
        struct {
            int width, height; /* picture: pixels, 0 = unknown */
        };
        struct {
            int colspan, rowspan; /* tableHeader, tableCell: at least 1 */
        };
        int level; /* heading: 2..4 */
        int start; /* orderedList */
        struct {
            unsigned char marks, color, size; /* text: MARK_*, enum doc_color, enum doc_size */
        };
        enum doc_callout callout;
    };
    enum doc_align align; /* paragraph, heading, tableHeader, tableCell */
};

struct node *node_new(arena *mem, enum node_type type); /* with colspan, level ... at defaults */
struct node *node_add(struct node *parent, struct node *child); /* at the end; returns child */

/* Strict: unknown nodes, attributes, marks or values are refused; null stands for a default.
 * Control and bidi-override characters are removed from text, tabs and newlines outside code become
 * spaces, equal neighbours of text are merged. The tree does not borrow from json. */
err doc_from_json(arena *mem, str json, struct node **ret_doc);
/* Canonical JSON: fixed key order, defaults left out. doc_from_json of it gives the same tree, and
 * doc_json of that the same text. Cannot fail on what doc_from_json made (it never gets longer);
 * ERR_TOO_LARGE is for trees made by hand. */
err doc_json(arena *mem, const struct node *doc, str *ret_json);
/* The checked and canonical form of a tree made by hand. */
err doc_settle(arena *mem, const struct node *made, struct node **ret_doc);
/* True for the addresses that a link may have (an http(s) host, or a mailto address). */
bool doc_href_ok(str href);
bool doc_blob_ok(str blob);

/* What is read: one line per block, captions included, cells divided by tabs. DOC_TEXT_ALL adds
 * what is there but not read (alt texts, titles, addresses): for scanners and search. */
enum doc_text { DOC_TEXT_READ, DOC_TEXT_ALL };
str doc_text(arena *mem, const struct node *doc, enum doc_text what);
/* Length as people count it: CJK characters, plus words and numbers in other scripts. */
size_t doc_count(const struct node *doc);
size_t text_count_words(str s); /* the same for plain text */
int doc_minutes(size_t count);  /* reading time at 400 a minute, at least 1 */

/* Every stored file that the document shows, in order, repetitions included; posters are pictures.
 */
struct doc_media {
    enum node_type type; /* NODE_PICTURE, NODE_AUDIO, NODE_VIDEO; NODE_TEXT: captions */
    str blob;
};
struct doc_media *doc_pictures(arena *mem, const struct node *doc, size_t *ret_n);

/* HTML of the body: a pure function of document and options, known tags and these classes only:
 * pic media scroll callout-{info,tip,warning} al-{center,right,justify} c-{color} fs-{size}
 * lang-{language}. Headings have the ids sec-1, sec-2 ...; links carry rel="noopener nofollow ugc".
 * ERR_TOO_LARGE above 8 MiB. */
struct doc_html_opts {
    str media;         /* before a blob in src; "/media/" when it has no value */
    const int *widths; /* ascending widths W for which <media><blob>.wW.webp exists; may be NULL */
    size_t widths_n;
};
err doc_html(arena *mem, const struct node *doc, const struct doc_html_opts *opts, str *ret_html);

/* The same for editors that keep inline styles only, as WeChat's: no classes, no ids, pictures by
 * their full address (site: "https://example.org"). Audio and video become their titles. Pasting it
 * back (doc_from_html) keeps the structure; a callout comes back as a quote. */
err doc_wechat(arena *mem, const struct node *doc, str site, str *ret_html);

/* What the ways in could not keep. */
struct doc_dropped {
    int scripts;  /* script, style, form, frame, SVG ... with all that is inside */
    int pictures; /* pictures that are not ours: became links, or nothing */
    int links;    /* addresses that are not allowed: the text stays */
    int styles;   /* colours, sizes, fonts, backgrounds that have no equal here */
    int html;     /* raw HTML inside Markdown, kept as text */
    int deep;     /* nesting beyond the limit, flattened */
};
/* Is this blob a picture of ours, and how large? Without a function every well-formed blob is
 * taken, its size unknown. */
struct doc_known {
    bool (*find)(void *ctx, str blob, int *ret_width, int *ret_height);
    void *ctx;
    /* May be NULL; HTML only. What becomes of an address that is not ours: of a picture
     * (NODE_PICTURE) the blob that stands for it, of a player or frame (NODE_VIDEO) the address of
     * the link in its place, of a link that is no whole address (NODE_TEXT) the whole one. False:
     * dropped as without. */
    bool (*foreign)(void *ctx, enum node_type what, str address, str *ret_s);
};

/* Markdown: CommonMark with tables, strikethrough (~~ only), bare addresses, GitHub's callouts
 * ("> [!NOTE]" info, TIP, WARNING), and emphasis beside Chinese as people mean it (**粗。**后面).
 * Pictures: ![alt](blob:<hash> "caption"), also /media/<hash>; players:
 * ![title](audio:<hash>#<captions>), ![title](video:<hash>?<poster>#<captions>). Heading 1 becomes
 * 2. known and ret_dropped may be NULL. */
err doc_from_markdown(arena *mem, str markdown, const struct doc_known *known,
                      struct doc_dropped *ret_dropped, struct node **ret_doc);
/* Markdown of the document: exact for what Markdown can say; underline, colour, size, alignment of
 * paragraphs, spans of cells and the marks of captions are lost. ERR_TOO_LARGE above 8 MiB. */
err doc_markdown(arena *mem, const struct node *doc, str *ret_markdown);

/* Pasted HTML (web, Word, WeChat, editors): structure, emphasis, links, our own pictures, and the
 * nearest allowed colours and sizes stay. Call it in a worker process: the parser is large. */
err doc_from_html(arena *mem, str html, const struct doc_known *known,
                  struct doc_dropped *ret_dropped, struct node **ret_doc);
