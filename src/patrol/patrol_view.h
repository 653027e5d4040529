/* What the pages of the patrol show. */
#pragma once
#include "patrol/patrol.h"
#include "web/layout.h"

struct patrol_view {
    struct table_view table;
    const struct patrol_counts *counts;
};
struct patrol_task_view {
    struct facts_view facts;
    str href; /* of the article */
    const struct form *form;
};
