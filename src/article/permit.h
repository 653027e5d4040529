/* Whom an account allows to reprint its articles (obligation A10.2): named accounts, one by one.
 * The gate reads the table; accounts of the same registrant need no permission. */
#pragma once
#include "db/db.h"

struct permit {
    int64_t allowed_id, added_at;
    str handle, name;
};
/* ERR_INVALID no_account (not public); ERR_CONFLICT permit_self, permit_known. */
err permit_add(struct tx *t, arena *mem, int64_t account_id, str handle, int64_t by);
err permit_drop(struct tx *t, int64_t account_id, int64_t allowed_id, int64_t by);
/* By name, at most 200. */
err permit_list(struct tx *t, arena *mem, int64_t account_id, struct permit **ret_v, size_t *ret_n);
