/* What tests/golden/golden.html shows. */
#pragma once
#include "web/out.h"

struct golden_view {
    str title, handle, link;
    html label;
    const str *lines;
    size_t n;
    int64_t no;
    bool on;
    struct when at;
};
