/* What the pages of learning show. */
#pragma once
#include "learning/learning.h"
#include "web/layout.h"

struct learning_view {
    str csrf, other, other_label; /* the other page; "" = not for this person */
    struct table_view table;
    int64_t at; /* 0 = not counted yet */
    bool officers;
};
