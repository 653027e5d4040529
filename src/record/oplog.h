/* The operation log: every POST and every read of sealed data (regulation 2017 art. 16;
 * Cybersecurity Law art. 21). Written by the dispatcher; rows are immutable. */
#pragma once
#include "db/db.h"

struct oplog_row {
    int64_t id, at;              /* set by oplog_add; ignored on the way in */
    int64_t user_id, account_id; /* 0 = none */
    str method, route;           /* route: the pattern */
    str object;                  /* path; cut to 1,024 bytes */
    str result;                  /* "ok" or the reason key */
    int status, port;
    str ip, user_agent;        /* user agent: cut to 300 code points */
    struct bytes content_hash; /* of what was submitted; may be NULL */
};
err oplog_add(struct tx *t, const struct oplog_row *row);

struct oplog_query {
    int64_t user_id, account_id; /* 0 = any */
    int64_t before_id;           /* 0 = from the newest */
    int limit;                   /* 1 to 500 */
};
/* Newest first. */
err oplog_list(struct tx *t, arena *mem, const struct oplog_query *q, struct oplog_row **ret_v,
               size_t *ret_n);
