/* What changed between two texts: by line (one block of a document is one line of its Markdown),
 * and inside a changed line by word, or by character in Chinese. For versions of policies and of
 * articles. A pure function; the longest common subsequence, so that the answer is the shortest. */
#pragma once
#include "base/str.h"

enum diff_kind { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED, DIFF_CHANGED };
struct diff_span {
    str text; /* borrows from the texts compared */
    bool changed;
};
struct diff_spans {
    const struct diff_span *v;
    size_t n;
};
/* SAME: both sides are the line. REMOVED: new is empty. ADDED: old is empty. */
struct diff_line {
    enum diff_kind kind;
    struct diff_spans old, new;
};
struct diff {
    const struct diff_line *v;
    size_t n;
    size_t removed, added, changed; /* lines */
};

/* Lines are divided by \n; empty ones do not count. Beyond 16 million pairs of lines (and a
 * quarter million of words in one line) what is different is shown as removed and added whole. */
struct diff diff_texts(arena *mem, str old, str new);
