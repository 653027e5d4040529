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
