/* SQL of events: who listens, and what waits to be sent. For event/ only. */
#pragma once
#include "db/db.h"

struct listener {
    int64_t account_id, id;
    str handle, events;
};
/* The webhooks of an account that are on, at most 10. */
err store_listeners(struct tx *t, arena *mem, int64_t account_id, struct listener **ret_v,
                    size_t *ret_n);
/* The call and its job. */
err store_call(struct tx *t, arena *mem, const struct listener *to, const char *type, str body);
