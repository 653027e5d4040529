/* What the pages for minors show. */
#pragma once
#include "minors/minors.h"
#include "user/user_view.h"
#include "web/layout.h"

struct minors_view {
    struct facts_view facts;
    const struct form *form; /* year of birth */
    str csrf;
    bool child, guardian, mode;
    struct confirm_view withdraw;
};
