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
struct posts_view {
    struct form *form;
    struct post *v;
    size_t n;
    bool filled;
    str csrf;
    int64_t now;
};
