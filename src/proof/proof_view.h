/* What the pages of the record show: templates of proof/. */
#pragma once
#include "record/log.h"
#include "web/partials.h"

struct trail_line {
    str kind, hash, receipt; /* receipt: address; empty: not sealed yet */
    int64_t at, idx;         /* idx: -1 while it has no leaf */
};
struct trail_view {
    str title, back; /* of the thing; back: its address */
    const struct trail_line *v;
    size_t n;
    bool reader; /* in the reader's layout, which shows no title by itself */
};

struct growth_bar {
    int64_t leaves;
    int x, y, height; /* in the drawing of 30 × 60 units */
    struct date day;
};
struct witness_view {
    str name, url, state;
    enum tone tone;
    int64_t size, at;
};
struct log_view {
    bool desk, private_entries, any; /* any: something is signed */
    str origin, key, root;
    int64_t size, pending, signed_at, witnessed_size;
    str problem, problem_text; /* why nothing is signed; empty: it is */
    const struct growth_bar *bars;
    size_t bar_n;
    int64_t bar_most;
    const struct witness_view *witnesses;
    size_t witness_n;
    int quorum;
};
