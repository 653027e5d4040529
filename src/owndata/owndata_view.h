/* What the pages of own data show. */
#pragma once
#include "owndata/owndata.h"
#include "web/form.h"
#include "web/layout.h"

struct class_view {
    str title, purpose, source, kept, href;
    int64_t n;
    bool more;        /* there are more than n */
    const str *lines; /* the newest */
    size_t line_n;
    const struct facts_view *facts; /* registrants: masked */
    const str *fact_href;
    size_t fact_n;
};
struct data_view {
    const struct class_view *v;
    size_t n;
    struct table_view looks;
    int64_t made_at;
};
struct export_view {
    struct form *form;
    struct table_view table;
};
