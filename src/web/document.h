/* A stored block document as markup for templates. */
#pragma once
#include "text/diff.h"
#include "web/out.h"

/* json is canonical (doc_json made it) or is refused as doc_from_json says. */
err document_html(arena *mem, str json, html *ret_html);
/* What is read of a document: one line per block. */
err document_text(arena *mem, str json, str *ret_text);
/* Between two documents as they are read: a change of looks alone is no difference. old may be
 * empty: all of new is added. */
err document_diff(arena *mem, str old, str new, struct diff *ret_diff);
