/* What the pages of packages show. */
#pragma once
#include "package/package.h"
#include "web/partials.h"

struct packages_view {
    struct table_view table;
};
struct package_form_view {
    struct form *form;
};
struct package_view {
    const struct package *p;
    struct facts_view facts;
    str csrf, base;
    str state;
    enum tone tone;
    str why;        /* of a failure */
    bool may_have;  /* this person asks for packages and has them */
    bool may_allow; /* this person is the second one */
    bool live;      /* waits or is being made */
    str expires;
};
