/* Random documents for the property tests and the bench (tests only). The seed makes the document;
 * with `markdown` it stays within what Markdown can say. */
#pragma once
#include "text/doc.h"

struct gen {
    arena *mem;
    uint64_t seed;
    bool markdown;
    int budget;
};

static inline unsigned gen_below(struct gen *g, unsigned n)
{
    g->seed = g->seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(g->seed >> 33) % n;
}

static inline str gen_words(struct gen *g)
{
    static const char *const words[] = {
        "公众", "账号", "，", "。",          "“引用”",   "（注）", "a",   "word",     "*",
        "**",   "_",    "~~", "`",           " ",        "1.",     "-",   "#",        ">",
        "[x]",  "(y)",  "!",  "\\",          "&",        "&amp;",  "<b>", "|",        "=",
        "www",  ".",    ":",  "//",          "a@b.c",    "é",      "😀",   "\"",       "+",
        "5)",   "  ",   "~",  "http://a.cn", "www.a.cn", "后面",   "!",   "\xC2\xA0", "　",
    };
    str s = S("");
    for (unsigned n = 1 + gen_below(g, 4); n > 0; n--)
        s = str_cat(g->mem, s, str_from(words[gen_below(g, (unsigned)LEN(words))]));
    return s;
}

static inline str gen_blob(struct gen *g)
{
    str s = S("");
    while (s.n < 64)
        s = str_cat(g->mem, s, gen_below(g, 2) ? S("0a") : S("f7"));
    return s;
}

static inline void gen_inlines(struct gen *g, struct node *parent)
{
    for (unsigned n = gen_below(g, 5); n > 0; n--) {
        bool line = gen_below(g, 8) == 0;
        struct node *t = node_add(parent, node_new(g->mem, line ? NODE_BREAK : NODE_TEXT));
        if (line)
            continue;
        t->text = gen_words(g);
        if (gen_below(g, 2))
            t->marks = (unsigned char)(gen_below(g, 32) & ~(g->markdown ? MARK_UNDERLINE : 0U));
        /* The one thing that a cell of a Markdown table cannot say. */
        if (str_has(t->text, S("\\|")) || str_ends(t->text, S("\\")))
            t->marks &= (unsigned char)~MARK_CODE;
        if (gen_below(g, 6) == 0)
            t->href = gen_below(g, 2) ? S("https://例.cn/a?b=(1)&c=*") : S("mailto:a@b.cn");
        if (!g->markdown && gen_below(g, 4) == 0)
            t->color = (unsigned char)gen_below(g, COLOR_COUNT);
        if (!g->markdown && gen_below(g, 4) == 0)
            t->size = (unsigned char)gen_below(g, SIZE_COUNT);
    }
}

static inline void gen_blocks(struct gen *g, struct node *parent, int depth);

static inline void gen_table(struct gen *g, struct node *table)
{
    unsigned columns = 1 + gen_below(g, 3), rows = 1 + gen_below(g, 3);
    enum doc_align aligns[3];
    for (int i = 0; i < 3; i++)
        aligns[i] = (enum doc_align)gen_below(g, 3);
    for (unsigned r = 0; r < rows; r++) {
        struct node *row = node_add(table, node_new(g->mem, NODE_ROW));
        for (unsigned c = 0; c < columns; c++) {
            struct node *cell = node_add(row, node_new(g->mem, r ? NODE_TD : NODE_TH));
            cell->align = aligns[c];
            gen_inlines(g, node_add(cell, node_new(g->mem, NODE_PARAGRAPH)));
        }
    }
}

static inline void gen_media(struct gen *g, struct node *n)
{
    n->blob = gen_blob(g);
    n->alt = gen_words(g);
    if (n->type == NODE_VIDEO && gen_below(g, 2))
        n->poster = gen_blob(g);
    if (n->type != NODE_PICTURE && gen_below(g, 3) == 0)
        n->captions = gen_blob(g);
    if (n->type == NODE_PICTURE) {
        n->width = (int)gen_below(g, 3000);
        n->height = (int)gen_below(g, 3000);
    }
    if (n->type == NODE_PICTURE && !g->markdown)
        gen_inlines(g, n);
}

static inline void gen_fill(struct gen *g, struct node *n, int depth)
{
    if (n->type == NODE_PARAGRAPH || n->type == NODE_HEADING) {
        n->level = n->type == NODE_HEADING ? 2 + (int)gen_below(g, 3) : 0;
        n->align = g->markdown ? ALIGN_LEFT : (enum doc_align)gen_below(g, ALIGN_COUNT);
        gen_inlines(g, n);
    } else if (n->type == NODE_BULLETS || n->type == NODE_NUMBERS) {
        n->start = n->type == NODE_NUMBERS ? (int)gen_below(g, 12) : 0;
        for (unsigned k = 1 + gen_below(g, 3); k > 0; k--) {
            struct node *item = node_add(n, node_new(g->mem, NODE_ITEM));
            gen_inlines(g, node_add(item, node_new(g->mem, NODE_PARAGRAPH)));
            if (gen_below(g, 3) == 0)
                gen_blocks(g, item, depth + 2);
        }
    } else if (n->type == NODE_TABLE_GRID) {
        gen_table(g, n);
    } else if (n->type == NODE_CODE) {
        n->language = gen_below(g, 2) ? S("c++") : S("");
        node_add(n, node_new(g->mem, NODE_TEXT))->text =
            str_cat(g->mem, gen_words(g), gen_below(g, 2) ? S("\n\n  ```\n\tx") : S("~"));
    } else if (n->type == NODE_PICTURE || n->type == NODE_AUDIO || n->type == NODE_VIDEO) {
        gen_media(g, n);
    } else if (n->type == NODE_QUOTE || n->type == NODE_CALLOUT) {
        gen_blocks(g, n, depth + 1);
    }
}

static inline void gen_blocks(struct gen *g, struct node *parent, int depth)
{
    static const enum node_type types[] = {
        NODE_PARAGRAPH, NODE_PARAGRAPH, NODE_PARAGRAPH, NODE_HEADING, NODE_DIVIDER,
        NODE_PICTURE,   NODE_AUDIO,     NODE_VIDEO,     NODE_CODE,    NODE_TABLE_GRID,
        NODE_QUOTE,     NODE_BULLETS,   NODE_NUMBERS,   NODE_CALLOUT,
    };
    unsigned kinds = depth < 8 && g->budget > 0 ? (unsigned)LEN(types) : 9;
    for (unsigned n = 1 + gen_below(g, 4); n > 0; n--) {
        g->budget--;
        struct node *b = node_new(g->mem, types[gen_below(g, kinds)]);
        node_add(parent, b);
        if (b->type == NODE_CALLOUT)
            b->callout = (enum doc_callout)gen_below(g, CALLOUT_COUNT);
        gen_fill(g, b, depth);
    }
}

/* Not yet settled. */
static inline struct node *gen_doc(arena *mem, uint64_t seed, bool markdown)
{
    struct gen g = {.mem = mem, .seed = seed * 2 + 1, .markdown = markdown, .budget = 40};
    struct node *doc = node_new(mem, NODE_DOC);
    gen_blocks(&g, doc, 1);
    return doc;
}
