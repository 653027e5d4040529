/* Inline styles of pasted HTML, mapped to the nearest thing that a document has (internal to
 * text/). */
#pragma once
#include "text/doc.h"

struct css {
    int bold, italic, underline, strike; /* 1 on, -1 off, 0 not said */
    int color, size, align;              /* -1 not said; otherwise enum doc_color ... */
    bool hidden;                         /* display: none */
    int lost;                            /* declarations that show but have no equal here */
};
struct css css_read(str style);
enum doc_color css_color(str value); /* black, white and what is no colour: COLOR_NONE */
enum doc_size css_size(str value);
