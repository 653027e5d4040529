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
/* One body of a batch. */
struct converting {
    str html;
    err failed;       /* OK, or why this one could not be: ERR_TOO_LARGE, ERR_INVALID, with fault */
    struct fault why; /* when failed */
    struct converted c;
};
/* Starting a worker costs more than a body, so one worker takes a batch: bodies of one export. When
 * it dies or hits a limit each body gets a worker of its own, so that one does not spoil others.
 * from: the address that relative ones belong to. ERR_IO when there can be no worker. */
err convert_batch(arena *mem, str from, struct converting *v, size_t n);
/* For main: what the worker does. */
extern const struct sandbox_kind html_sandbox_kind;
/* The worker's work without its walls (fuzzer, tests): JSON as the worker writes it. */
err convert_here(arena *mem, str from, str html, str *ret_json);
err converted_read(arena *mem, str json, struct converted *ret_c);
