/* What the page of duties shows. */
#pragma once
#include "compliance/compliance.h"
#include "web/layout.h"

struct duties_view {
    struct table_view table;
    int64_t met, vacant, breached;
};
