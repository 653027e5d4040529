/* What the pages of closing and of restricted storage show. */
#pragma once
#include "leaving/departure.h"
#include "leaving/leaving.h"
#include "web/form.h"
#include "web/layout.h"

struct close_view {
    const struct account *a;
    struct closing_blocks blocks;
    const struct closing *cooling; /* NULL: not asked for */
    const struct form *form;       /* NULL: something stands against it, or it cools already */
    const struct confirm_view *back;
    int64_t days;
    bool blocked;
};
struct closing_view {
    struct facts_view facts;
    str console, receipt;    /* addresses; "" = none */
    struct table_view looks; /* by staff, for cases */
    bool closed;
};
struct restricted_item {
    str title, state;
    int64_t no, at;
};
struct restricted_view {
    const struct closing *c; /* the account */
    struct facts_view facts;
    const struct form *form;
    struct table_view looks;
    const struct restricted_item *items; /* after a look at the titles */
    size_t item_n;
    str title, digest; /* after a look at an article */
    html body;
    bool looked;
};
struct leaving_list_view {
    struct table_view table;
};
/* ---- leaving as a user or a registrant ---- */
struct leave_block {
    str text, href; /* href "": nothing that the person can do */
};
struct leave_view {
    bool registrant;
    str name; /* of the registrant, masked */
    const struct leave_block *blocks;
    size_t block_n;
    const struct departure *cooling, *all; /* cooling NULL: not asked for; all: newest first */
    size_t all_n;
    const struct form *form; /* NULL: something stands against it, or it cools already */
    int64_t days, identity_months, log_months;
};
struct departure_view {
    const struct departure *d;
    struct facts_view facts;
    const struct confirm_view *back; /* NULL: not any more, or not here */
    str receipt, later, later_path;  /* later: the address that needs no login */
};
str closing_state(enum lang lang, str state, enum tone *ret_tone);
