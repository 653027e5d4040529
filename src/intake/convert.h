/* HTML of an export as a block document, parsed in the sandbox. For intake/ only. */
#pragma once
#include "sandbox/sandbox.h"
#include "text/doc.h"

/* A picture of another place: in the document its blob is the SHA-256 of its address. */
struct foreign_picture {
    str stand_in, address;
};
struct converted {
    struct node *doc; /* may be empty */
    struct foreign_picture *pictures;
    size_t n;
    struct doc_dropped dropped;
    str embeds; /* addresses of players and frames that became links, divided by "; " */
};
/* from: the address that relative ones belong to. ERR_TOO_LARGE "document_too_large",
 * "sandbox_limit"; ERR_INVALID "sandbox_died", "bad_document". */
err convert_html(arena *mem, str from, str html, struct converted *ret_c);
/* For main: what the worker does. */
extern const struct sandbox_kind html_sandbox_kind;
/* The worker's work without its walls (fuzzer, tests): JSON as the worker writes it. */
err convert_here(arena *mem, str from, str html, str *ret_json);
err converted_read(arena *mem, str json, struct converted *ret_c);
