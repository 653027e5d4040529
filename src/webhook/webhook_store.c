/* SQL of webhooks. */
#include "webhook/webhook_store.h"

#include "base/clock.h"

#define COLUMNS                                                                                    \
    "SELECT w.account_id, w.id, w.url, w.events, w.secret_sealed, w.old_sealed, w.old_until,"      \
    " w.state, w.failing_since, w.created_by, w.created_at, a.handle FROM webhook w"               \
    " JOIN account a ON a.id = w.account_id"
#define INTO(w)                                                                                    \
    DB_OUT(&(w).account_id, &(w).id, &(w).url, &(w).events, &(w).sealed, &(w).old_sealed,          \
           &(w).old_until, &(w).state, &(w).failing_since, &(w).created_by, &(w).created_at,       \
           &(w).handle)

err store_webhook_insert(struct tx *t, const struct webhook *w)
{
    struct bytes none = {(const uint8_t *)"", 0};
    return db_exec(
        t,
        "INSERT INTO webhook (account_id, id, url, events, secret_sealed, old_sealed,"
        " state, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'on', $7, $8)",
        DB_IN(w->account_id, w->id, w->url, w->events, w->sealed, none, w->created_by, tx_now(t)));
}

err store_webhook_count(struct tx *t, int64_t account_id, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM webhook WHERE account_id = $1 AND state <> 'deleted'",
                  DB_IN(account_id), DB_OUT(ret_n));
}

err webhook_list(struct tx *t, arena *mem, int64_t account_id, struct webhook **ret_v,
                 size_t *ret_n)
{
    struct webhook *v = NEW_N(mem, struct webhook, WEBHOOKS_MAX), w = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            COLUMNS " WHERE w.account_id = $1 AND w.state <> 'deleted'"
                    " ORDER BY w.id DESC LIMIT 5",
            DB_IN(account_id), INTO(w), { v[n++] = w; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err webhook_load(struct tx *t, arena *mem, int64_t account_id, int64_t id, struct webhook *ret_w)
{
    struct webhook w = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE w.account_id = $1 AND w.id = $2 AND w.state <> 'deleted'",
               DB_IN(account_id, id), INTO(w)));
    *ret_w = w;
    return OK;
}

err store_webhook_events(struct tx *t, const struct webhook *w, str events)
{
    return db_exec(t, "UPDATE webhook SET events = $3 WHERE account_id = $1 AND id = $2",
                   DB_IN(w->account_id, w->id, events));
}

err store_webhook_state(struct tx *t, const struct webhook *w, str state)
{
    return db_exec(t,
                   "UPDATE webhook SET state = $3, failing_since = 0"
                   " WHERE account_id = $1 AND id = $2 AND state <> 'deleted'",
                   DB_IN(w->account_id, w->id, state));
}

err store_webhook_fail(struct tx *t, const struct webhook *w, bool *ret_changed)
{
    int64_t changed = 0;
    TRY(db_exec_n(t,
                  "UPDATE webhook SET state = 'failed' WHERE account_id = $1 AND id = $2"
                  " AND state = 'on'",
                  DB_IN(w->account_id, w->id), &changed));
    *ret_changed = changed > 0;
    return OK;
}

err store_webhook_secret(struct tx *t, const struct webhook *w)
{
    return db_exec(t,
                   "UPDATE webhook SET secret_sealed = $3, old_sealed = $4, old_until = $5"
                   " WHERE account_id = $1 AND id = $2",
                   DB_IN(w->account_id, w->id, w->sealed, w->old_sealed, w->old_until));
}

err store_webhook_remove(struct tx *t, const struct webhook *w)
{
    struct bytes none = {(const uint8_t *)"", 0};
    return db_exec(t,
                   "UPDATE webhook SET state = 'deleted', secret_sealed = $3, old_sealed = $3,"
                   " old_until = 0 WHERE account_id = $1 AND id = $2",
                   DB_IN(w->account_id, w->id, none));
}

err store_webhook_failing(struct tx *t, const struct webhook *w, int64_t since)
{
    return db_exec(t,
                   "UPDATE webhook SET failing_since = $3 WHERE account_id = $1 AND id = $2"
                   " AND failing_since <> $3",
                   DB_IN(w->account_id, w->id, since));
}

err store_calls_drop(struct tx *t, int64_t webhook_id)
{
    return db_exec(t,
                   "UPDATE webhook_call SET state = 'dropped' WHERE webhook_id = $1"
                   " AND state = 'waiting'",
                   DB_IN(webhook_id));
}

#define CALL                                                                                       \
    "SELECT webhook_id, id, account_id, event, body, at, state, tries, tried_at, status, answer"   \
    " FROM webhook_call"
#define INTO_CALL(c)                                                                               \
    DB_OUT(&(c).webhook_id, &(c).id, &(c).account_id, &(c).event, &(c).body, &(c).at, &(c).state,  \
           &(c).tries, &(c).tried_at, &(c).status, &(c).answer)

err webhook_calls(struct tx *t, arena *mem, int64_t webhook_id, int64_t before,
                  struct webhook_call **ret_v, size_t *ret_n)
{
    struct webhook_call *v = NEW_N(mem, struct webhook_call, WEBHOOK_CALLS), c = {0};
    size_t n = 0;
    DB_EACH(t, mem, CALL " WHERE webhook_id = $1 AND id < $2 ORDER BY id DESC LIMIT 50",
            DB_IN(webhook_id, before ? before : INT64_MAX), INTO_CALL(c), { v[n++] = c; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err webhook_call_load(struct tx *t, arena *mem, int64_t webhook_id, int64_t id,
                      struct webhook_call *ret_c)
{
    struct webhook_call c = {0};
    TRY(db_one(t, mem, CALL " WHERE webhook_id = $1 AND id = $2", DB_IN(webhook_id, id),
               INTO_CALL(c)));
    *ret_c = c;
    return OK;
}

err store_webhook_of_call(struct tx *t, arena *mem, int64_t webhook_id, struct webhook *ret_w)
{
    struct webhook w = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE w.id = $1", DB_IN(webhook_id), INTO(w)));
    *ret_w = w;
    return OK;
}

err store_call_again(struct tx *t, const struct webhook_call *c)
{
    return db_exec(t,
                   "UPDATE webhook_call SET state = 'waiting', tries = 0"
                   " WHERE webhook_id = $1 AND id = $2",
                   DB_IN(c->webhook_id, c->id));
}

err store_call_tried(struct tx *t, const struct webhook_call *c)
{
    return db_exec(
        t,
        "UPDATE webhook_call SET state = $3, tries = $4, tried_at = $5, status = $6,"
        " answer = $7 WHERE webhook_id = $1 AND id = $2 AND state = 'waiting'",
        DB_IN(c->webhook_id, c->id, c->state, c->tries, tx_now(t), c->status, c->answer));
}

err webhook_sweep(struct tx *t)
{
    return db_exec(t, "DELETE FROM webhook_call WHERE at < $1",
                   DB_IN(tx_now(t) - (int64_t)WEBHOOK_KEPT_DAYS * DAY_MS));
}
