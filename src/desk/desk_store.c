/* SQL of the operation log's page. */
#include "desk/desk_store.h"

#include "base/clock.h"
#include "base/id.h"

/* Rows are found by id, which carries its time; the few that were minted a little aside are caught
 * by the exact comparison of their time. */
enum { SLACK_MS = MINUTE_MS };

/* A path may hold a secret (an invitation's token): then the pattern stands for it. */
static str object_shown(const struct log_row *x)
{
    return str_has(x->route, S(":token")) ? x->route : x->object;
}

err log_list(struct tx *t, arena *mem, const struct log_filter *f, struct log_row **ret_v,
             size_t *ret_n)
{
    ASSERT(f->limit > 0 && f->limit <= LOG_LIMIT_MAX);
    struct log_row *v = NEW_N(mem, struct log_row, (size_t)f->limit), x = {0};
    size_t n = 0;
    int64_t user = -1, low = id_floor(f->from - SLACK_MS), high = id_floor(f->until + SLACK_MS);
    if (str_int(f->user, &user) != OK)
        user = -1;
    if (f->before && f->before < high)
        high = f->before;
    DB_EACH(t, mem,
            "SELECT o.id, o.at, o.user_id, COALESCE(u.name, ''), COALESCE(a.handle, ''), o.method,"
            " o.route, o.object, o.result, o.status, o.ip, o.port, o.user_agent,"
            " o.content_hash, o.hash FROM oplog o"
            " LEFT JOIN users u ON u.id = o.user_id LEFT JOIN account a ON a.id = o.account_id"
            " WHERE o.id >= $1 AND o.id < $2 AND o.at >= $3 AND o.at < $4"
            " AND ($5 = '' OR o.user_id = $6"
            "  OR o.user_id IN (SELECT n.id FROM users n WHERE n.name = $5))"
            " AND ($7 = '' OR o.account_id IN"
            "  (SELECT h.account_id FROM account_handle h WHERE h.handle = $7))"
            " AND ($8 = '' OR substr(o.route, 1, length($8)) = $8"
            "  OR substr(o.object, 1, length($8)) = $8)"
            " AND ($9 = '' OR o.result = $9 OR ($9 = 'refused' AND o.result <> 'ok'))"
            " AND ($10 = '' OR substr(o.ip, 1, length($10)) = $10)"
            " ORDER BY o.id DESC LIMIT $11",
            DB_IN(low, high, f->from, f->until, f->user, user, f->account, f->route, f->result,
                  f->address, f->limit),
            DB_OUT(&x.id, &x.at, &x.user_id, &x.user, &x.account, &x.method, &x.route, &x.object,
                   &x.result, &x.status, &x.ip, &x.port, &x.user_agent, &x.content_hash, &x.hash),
            {
                x.object = object_shown(&x);
                v[n++] = x;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
