/* What the templates of policies show. */
#pragma once
#include "policy/policy.h"
#include "text/diff.h"
#include "web/layout.h"

struct policy_line {
    str kind, label, href, note; /* note: a proposal waits, a version is to come */
    const struct policy *policy; /* NULL: none in force */
};
struct policy_list_view {
    const struct policy_line *v;
    size_t n;
};
struct policy_shelf_view { /* the same for staff */
    struct table_view table;
    bool can_seed; /* texts to begin with are offered */
    str csrf;
};
struct policy_show_view {
    struct policy policy, next; /* next.version 0: none announced */
    str hash, base;             /* address of the kind */
    html text;
    bool in_force, is_public;
    bool headed;    /* the desk's page has the title above it */
    str day, error; /* asked for the text in force on a day */
    const struct policy *versions;
    size_t version_n;
};
struct policy_diff_view {
    struct diff diff;
    int old, new;
    str base;
    const struct policy *versions; /* to compare with */
    size_t version_n;
};
struct policy_write_view {
    struct form *form;
    int next_version;
    html preview;
    str preview_title;
    const struct diff *diff;                /* against the last version; NULL: no preview */
    const struct policy_proposal *proposal; /* the newest, when it waits or came back */
    bool publish;                           /* else: ask the editor-in-chief */
    int announced;                          /* last version, when it is not yet in force; else 0 */
    int64_t announced_at;
};
struct policy_case {
    const struct policy_proposal *proposal;
    html text;
    struct facts_view facts;
    struct diff diff;
    int last; /* version compared with; 0: the first */
};
