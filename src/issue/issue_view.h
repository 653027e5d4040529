/* What the pages of issues show. */
#pragma once
#include "issue/issue.h"
#include "web/layout.h"

/* show_issue: one card, the headline large. */
struct issue_shown {
    str handle, label; /* label: "Issue 3", a link when it is public; "" = none */
    int64_t no;
    const struct issue_item *v;
    size_t n;
    bool linked; /* public: titles are links */
};
struct issues_view {
    const struct request *r;
    struct table_view table;
    str here, error;
};
struct issue_line {
    str href, title, state, note; /* note: what went wrong with it, or what it waits for */
    int64_t no;
    enum tone tone;
    bool first, last;
};
struct issue_edit_view {
    const struct request *r;
    const struct issue_line *lines;
    size_t n, free_n;
    struct issue_shown shown;
    const struct form *add, *send; /* of a draft */
    struct confirm_view back;      /* take it back, or give it up */
    str here, see, state, note, error;
    enum tone tone;
    bool draft, waits;
};
struct issue_view {
    str name, handle, title, count;
    struct issue_shown shown;
};
