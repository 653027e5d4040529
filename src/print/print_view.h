/* What the templates of print/ show, and the part that other departments show too. */
#pragma once
#include "casework/casework.h"
#include "print/print.h"
#include "web/layout.h"

/* For staff, of an article under review or in a case: what it was found to be a copy of, and copies
 * of what the case removed. Empty when there is neither. */
err print_case_view(struct request *r, const struct casefile *c, html *ret_view);

struct print_case_parts {
    bool has_found, has_copies;
    struct table_view found, copies;
    str sweep; /* how far the search is, in words */
};
struct print_lists_view {
    struct table_view table;
};
struct print_new_view {
    struct form *form;
    str odd; /* which lines were no fingerprints, in words; "" */
};
struct print_list_view {
    struct facts_view facts;
    struct table_view found;
    struct form *retire; /* NULL: retired already */
    str sweep;
};
