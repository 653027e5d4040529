/* What the pages of provisions show. */
#pragma once
#include "provision/provision.h"
#include "web/layout.h"

struct provision_view {
    struct facts_view facts;
    str error;
    bool can_answer, can_hand, can_cancel;
    struct confirm_view allow, refuse, hand, cancel;
};
struct provision_new_view {
    const struct form *form;
};
