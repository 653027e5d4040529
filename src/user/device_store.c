/* SQL of devices. */
#include "user/device_store.h"

enum { WATCHERS = 100 };

err store_device_find(struct tx *t, int64_t user_id, struct bytes token, int64_t *ret_id,
                      bool *ret_known)
{
    int64_t id = 0, forgotten = 0;
    TRY(db_one(t, NULL,
               "SELECT id, forgotten_at FROM user_device WHERE user_id = $1 AND token_hash = $2",
               DB_IN(user_id, token), DB_OUT(&id, &forgotten)));
    *ret_id = id;
    *ret_known = forgotten == 0;
    return OK;
}

err store_device_insert(struct tx *t, int64_t user_id, struct bytes token, const struct device *d)
{
    return db_exec(t,
                   "INSERT INTO user_device (user_id, id, token_hash, ip, user_agent, created_at,"
                   " seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
                   DB_IN(user_id, d->id, token, d->ip, d->user_agent, tx_now(t)));
}

err store_device_seen(struct tx *t, int64_t user_id, const struct device *d)
{
    return db_exec(t,
                   "UPDATE user_device SET ip = $3, user_agent = $4, seen_at = $5,"
                   " created_at = CASE WHEN forgotten_at > 0 THEN $5 ELSE created_at END,"
                   " forgotten_at = 0 WHERE user_id = $1 AND id = $2",
                   DB_IN(user_id, d->id, d->ip, d->user_agent, tx_now(t)));
}

err store_device_any(struct tx *t, int64_t user_id, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM user_device WHERE user_id = $1", DB_IN(user_id),
                  DB_OUT(ret_n));
}

err store_device_load(struct tx *t, int64_t user_id, int64_t id, int64_t *ret_created_at)
{
    return db_one(t, NULL,
                  "SELECT created_at FROM user_device WHERE user_id = $1 AND id = $2"
                  " AND forgotten_at = 0",
                  DB_IN(user_id, id), DB_OUT(ret_created_at));
}

err store_devices_forget(struct tx *t, int64_t user_id)
{
    return db_exec(t,
                   "UPDATE user_device SET forgotten_at = $2 WHERE user_id = $1"
                   " AND forgotten_at = 0",
                   DB_IN(user_id, tx_now(t)));
}

err store_device_list(struct tx *t, arena *mem, int64_t user_id, struct bytes here,
                      struct device **ret_v, size_t *ret_n)
{
    struct device *v = NEW_N(mem, struct device, DEVICES_SHOWN), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, created_at, seen_at, ip, user_agent,"
            " CASE WHEN token_hash = $2 THEN 1 ELSE 0 END FROM user_device"
            " WHERE user_id = $1 AND forgotten_at = 0 ORDER BY seen_at DESC, id DESC LIMIT 50",
            DB_IN(user_id, here),
            DB_OUT(&x.id, &x.created_at, &x.seen_at, &x.ip, &x.user_agent, &x.here),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_totp_since(struct tx *t, int64_t user_id, int64_t since, int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE users SET totp_sealed = NULL, totp_on = 0, totp_step = 0, totp_at = 0"
                     " WHERE id = $1 AND totp_at > 0 AND totp_at >= $2",
                     DB_IN(user_id, since), ret_changed);
}

err store_watchers(struct tx *t, arena *mem, int64_t user_id, struct watcher **ret_v, size_t *ret_n)
{
    struct watcher *v = NEW_N(mem, struct watcher, WATCHERS), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT o.user_id, a.handle, a.name FROM member m"
            " JOIN account a ON a.id = m.account_id"
            " JOIN member o ON o.account_id = m.account_id AND o.role = 'owner'"
            " WHERE m.user_id = $1 AND o.user_id <> $1 AND a.state <> 'closed'"
            " ORDER BY a.id, o.user_id LIMIT 100",
            DB_IN(user_id), DB_OUT(&x.owner_id, &x.handle, &x.account), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_tokens_revoke(struct tx *t, int64_t user_id)
{
    return db_exec(t,
                   "UPDATE api_token SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL",
                   DB_IN(user_id, tx_now(t)));
}

err store_event_insert(struct tx *t, const struct event_row *e)
{
    return db_exec(t,
                   "INSERT INTO login_event (id, at, kind, user_id, ip, port, user_agent, actor,"
                   " note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   DB_IN(e->id, tx_now(t), e->kind, e->user_id, e->ip, e->port, e->user_agent,
                         e->actor, e->note));
}
