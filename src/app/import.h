/* What the ways of `gongqi import` share. */
#pragma once
#include "account/account.h"
#include "app/boot.h"

struct import_owner {
    struct account account;
    int64_t user_id; /* who owns it: the author of what comes in */
};
err import_owner_find(struct boot *b, str handle, struct import_owner *ret_o);
/* argv as cmd_import; at least three words. */
err cmd_intake(int argc, char **argv);
