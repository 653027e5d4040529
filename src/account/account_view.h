/* What the templates of accounts show. */
#pragma once
#include "account/account.h"
#include "web/layout.h"

struct account_list_view {
    struct table_view table;
};
struct account_new_view {
    const struct form *form; /* NULL: no verified registrant yet */
    struct empty_view missing;
};

struct console_view {
    const struct account *a;
    struct facts_view facts;
    struct table_view changes;
    struct page_link next; /* what to do first, when something is missing */
    str note;
};
struct console_form_view {
    const struct form *form;
    struct table_view table; /* above the form; no columns: none */
    str secret;              /* a fresh token, shown once */
    const struct confirm_view *acts;
    size_t act_n;
};
