/* What the page of retention shows, and the plan that provider settings make. */
#pragma once
#include "record/retention.h"
#include "web/partials.h"

struct provider_settings;
void retention_plan_of(const struct provider_settings *ps, struct retention_plan *ret_plan);

struct retention_line {
    str label;
    int months, floor;
    struct retention_due due;
};
struct retention_view {
    struct form *form;
    str csrf;
    struct retention_line lines[RETENTION_CLASSES];
    const struct hold *holds;
    size_t hold_n;
};
