/* A stored block document as markup for templates. */
#pragma once
#include "web/out.h"

/* json is canonical (doc_json made it) or is refused as doc_from_json says. */
err document_html(arena *mem, str json, html *ret_html);
