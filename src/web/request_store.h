/* The SQL behind requests: the operation log row, page changes, API tokens. For web/ only. */
#pragma once
#include "web/request.h"

/* The row of regulation 2017 art. 16 for this request. result: "ok" or the reason key. */
err request_store_oplog(struct tx *t, const struct request *r, str result, int status);
err request_store_page_change(struct tx *t, str tag);

struct api_token {
    int64_t id, user_id, account_id;
    unsigned scopes; /* bits of enum scope */
    str user_name;
};
/* A token that is neither revoked nor expired and whose user is active. ERR_UNAUTHENTICATED
 * "bad_token" otherwise. */
err request_store_token(struct tx *t, arena *mem, struct sha256 hash, struct api_token *ret_token);
/* The line of this call in the log of its token, which is also when the token was last used. */
err request_store_use(struct tx *t, const struct request *r, str result, int status);
