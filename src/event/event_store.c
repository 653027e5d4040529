/* SQL of events. */
#include "event/event_store.h"

#include "base/id.h"
#include "event/event.h"
#include "job/job.h"

enum { LISTENERS_MAX = 10 };

err store_listeners(struct tx *t, arena *mem, int64_t account_id, struct listener **ret_v,
                    size_t *ret_n)
{
    struct listener *v = NEW_N(mem, struct listener, LISTENERS_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT w.account_id, w.id, w.events, a.handle FROM webhook w"
            " JOIN account a ON a.id = w.account_id WHERE w.account_id = $1 AND w.state = 'on'"
            " ORDER BY w.id LIMIT 10",
            DB_IN(account_id), DB_OUT(&x.account_id, &x.id, &x.events, &x.handle), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_call(struct tx *t, arena *mem, const struct listener *to, const char *type, str body)
{
    int64_t id = id_new();
    TRY(db_exec(t,
                "INSERT INTO webhook_call (webhook_id, id, account_id, event, body, at, state)"
                " VALUES ($1, $2, $3, $4, $5, $6, 'waiting')",
                DB_IN(to->id, id, to->account_id, str_from(type), body, tx_now(t))));
    return job_add(t, &(struct job_in){.kind = EVENT_JOB,
                                       .args = str_fmt(mem, "{\"webhook\":%lld,\"call\":%lld}",
                                                       (long long)to->id, (long long)id)});
}
