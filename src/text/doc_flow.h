/* Builds a document from a stream of text, breaks, blocks and containers; shared by the ways in
 * (internal to text/). It opens paragraphs where text comes without one, gives containers what
 * their content rule asks for, and flattens what is nested too deep. */
#pragma once
#include "base/buf.h"
#include "text/doc.h"

struct flow_style {
    unsigned char marks, color, size;
    str href;
};
struct flow {
    arena *mem;
    struct node *stack[DOC_DEPTH_MAX]; /* open containers, the doc first */
    int depth;
    struct node *block;                 /* the open paragraph or heading, or NULL */
    struct node like;                   /* type, level, align of the next text block */
    struct flow_style style, run_style; /* of coming text; of the text in `run` */
    struct buf run;
    int deep; /* containers that were flattened */
};

void flow_init(struct flow *f, arena *mem);
/* The container that blocks go to now. */
struct node *flow_at(const struct flow *f);
/* False (and nothing happens) when it would be too deep or its parent is not the right one (an item
 * outside a list ...); else a later flow_leave must follow. */
bool flow_enter(struct flow *f, struct node *container);
void flow_leave(struct flow *f);
void flow_text(struct flow *f, str s);
void flow_break(struct flow *f);
/* Text now goes to the caption of the picture before, when that has none. */
void flow_caption(struct flow *f);
/* Ends the open text block. */
void flow_close(struct flow *f);
/* Ends the open text block and adds a block of its own. */
void flow_block(struct flow *f, struct node *block);
/* Opens an empty text block if none is open. */
void flow_open(struct flow *f);
/* Takes ASCII spaces off the end of the open text block. */
void flow_trim(struct flow *f);
/* True when the open text block has nothing yet, or none is open. */
bool flow_at_start(const struct flow *f);
err flow_done(struct flow *f, struct node **ret_doc);

/* "<64 hex>" with an optional "#<width>x<height>" behind, or with anything after ".", "?" or "#";
 * asks `known`. New picture, audio or video node, or NULL. */
struct node *flow_media(arena *mem, str address, const struct doc_known *known);
