/* SQL of the desk's own pages; only for desk/. */
#pragma once
#include "db/db.h"

/* The operation log with the names that people know, newest first (A16.2). */
struct log_filter {
    str user;    /* id or exact name; "" = any */
    str account; /* handle, also a former one; "" = any */
    str route;   /* pattern or path begins so; "" = any */
    str address; /* the address it came from begins so; "" = any */
    str result;  /* "ok", "refused" (all but ok), a reason key; "" = any */
    int64_t from, until;
    int64_t before; /* id of the last row of the page before; 0 = from the newest */
    int limit;      /* 1 to LOG_LIMIT_MAX */
};
enum { LOG_LIMIT_MAX = 10000 };
struct log_row {
    int64_t id, at, user_id;
    str user, account, method, route, object, result, ip, user_agent;
    int status, port;
    struct bytes content_hash, hash; /* of what was submitted, may be NULL; of the row itself */
};
err log_list(struct tx *t, arena *mem, const struct log_filter *f, struct log_row **ret_v,
             size_t *ret_n);
