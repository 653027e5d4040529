/* Block documents on pages. */
#include "web/document.h"

#include "text/doc.h"

err document_html(arena *mem, str json, html *ret_html)
{
    struct node *doc = NULL;
    str markup;
    TRY(doc_from_json(mem, json, &doc));
    TRY(doc_html(mem, doc, &(struct doc_html_opts){0}, &markup));
    *ret_html = html_trusted_by_renderer(markup);
    return OK;
}

err document_text(arena *mem, str json, str *ret_text)
{
    struct node *doc = NULL;
    TRY(doc_from_json(mem, json, &doc));
    *ret_text = doc_text(mem, doc, DOC_TEXT_READ);
    return OK;
}

err document_diff(arena *mem, str old, str new, struct diff *ret_diff)
{
    str a = S(""), b;
    if (old.n)
        TRY(document_text(mem, old, &a));
    TRY(document_text(mem, new, &b));
    *ret_diff = diff_texts(mem, a, b);
    return OK;
}
