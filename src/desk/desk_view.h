/* What the desk's templates show, and its table of case kinds (desk/kinds.def). */
#pragma once
#include "casework/casework.h"
#include "web/layout.h"

struct desk_kind {
    unsigned roles;
    err (*view)(struct request *r, const struct casefile *c, html *ret_view); /* may be NULL */
    err (*decided)(struct tx *t, arena *mem, const struct casefile *c, const struct decision *d);
};
extern const struct desk_kind DESK_KINDS[CASE_KINDS];
/* Bit mask (1 << kind) of what these roles decide. */
unsigned desk_kinds_of(unsigned roles);
str desk_kind_label(enum lang lang, enum case_kind kind);
str desk_verdict_label(enum lang lang, enum verdict v);

struct desk_case_view {
    struct casefile c;
    str csrf, error, kind, reason, base;
    struct facts_view facts;
    html evidence;
    struct timeline_view history;
    bool open, mine, free;
};
struct desk_list_view {
    struct table_view table;
    str csrf;
    bool can_next;
};
