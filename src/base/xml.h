/* XML: a streaming writer (the only one; no XML by printf). UTF-8, no DTD, no comments. What
 * XML 1.0 can't hold (control characters, U+FFFE, U+FFFF; section 2.2) becomes U+FFFD. */
#pragma once
#include "base/buf.h"

enum { XML_DEPTH_MAX = 31 };

struct xw {
    struct buf out;
    const char *open[XML_DEPTH_MAX]; /* names of open elements */
    int depth;
    bool in_tag; /* the innermost start tag may still take attributes */
};

/* Begins a document of at most max bytes with its declaration. */
void xw_init(struct xw *x, arena *mem, size_t max);
/* Opens an element; names are literals of this house ("link", "media:thumbnail"). */
void xw_open(struct xw *x, const char *name);
/* An attribute of the element just opened; before any content of it. */
void xw_attr(struct xw *x, const char *name, str value);
void xw_text(struct xw *x, str text);
void xw_close(struct xw *x); /* the innermost element */
/* <name>text</name> */
void xw_element(struct xw *x, const char *name, str text);
/* The document. ERR_TOO_LARGE when it passed its maximum; open elements are a bug. */
err xw_take(const struct xw *x, str *ret_xml);
