/* What the templates of the provider show. */
#pragma once
#include "provider/provider.h"
#include "web/layout.h"

struct setting_field {
    str name, label, help, value, error;
    const struct form_option *options;
    size_t option_n;
    bool number, check;
};
struct provider_view {
    str csrf, error, reason;
    const struct setting_field *profile, *rules;
    size_t profile_n, rules_n;
    struct timeline_view history;
};
struct post_tile {
    str label;
    bool filled;
};
struct post_line {
    struct post p;
    str label;
    bool current, coming;
    struct confirm_view end;
};
struct posts_view {
    struct form *form;
    const struct post_tile *tiles; /* POST_COUNT */
    const struct post_line *v;
    size_t n;
};
