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
