/* What the templates of policies show. */
#pragma once
#include "policy/policy.h"
#include "web/layout.h"

struct policy_line {
    str kind, label, href;
    const struct policy *policy; /* NULL: none in force */
};
struct policy_list_view {
    const struct policy_line *v;
    size_t n;
    bool desk;
};
struct policy_show_view {
    struct policy policy;
    str hash, kind_href;
    html text;
    bool in_force;
    const struct policy *versions;
    size_t version_n;
};
struct policy_write_view {
    struct form *form;
    int next_version;
    html preview;
    str preview_title;
};
