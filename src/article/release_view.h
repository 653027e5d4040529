/* What the pages of two-person publishing show. */
#pragma once
#include "article/console_view.h"
#include "article/release.h"

struct releases_view {
    const struct request *r;
    struct table_view table;
    struct release_rule rule;
    str error, here;
    const struct confirm_view *on, *off; /* NULL: not offered */
};
struct release_one_view {
    const struct request *r;
    const struct release *release;
    struct facts_view facts;
    struct article_preview_view preview;
    str here, note, error; /* note: why it can't be decided by this person */
    const struct form *back;
    bool can_decide;
};
