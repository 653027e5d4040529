/* What must hold for every document that was accepted, whatever it was made from. */
#pragma once
#include "text/doc.h"

static inline void check_doc(arena *mem, const struct node *doc)
{
    str once, twice, html, md, again;
    struct node *copy, *from_md;
    ASSERT(doc_json(mem, doc, &once) == OK && once.n <= DOC_JSON_MAX);
    ASSERT(doc_from_json(mem, once, &copy) == OK);
    ASSERT(doc_json(mem, copy, &twice) == OK && str_eq(once, twice));
    ASSERT(str_valid(once) && str_valid(doc_text(mem, doc, DOC_TEXT_ALL)));
    err e = doc_html(mem, doc, NULL, &html);
    ASSERT(e == ERR_TOO_LARGE || (e == OK && str_valid(html) && !str_has(html, S("<script"))));
    (void)doc_count(doc);
    if (doc_markdown(mem, doc, &md) == OK && md.n <= DOC_MARKDOWN_MAX &&
        doc_from_markdown(mem, md, NULL, NULL, &from_md) == OK)
        ASSERT(doc_json(mem, from_md, &again) == OK);
}
