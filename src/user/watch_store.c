/* SQL of what the security officer sees. */
#include "user/watch.h"

#define FAILED                                                                                     \
    "e.kind IN ('wrong_password', 'wrong_code', 'while_locked', 'wrong_passkey', "                 \
    "'copied_passkey')"

err watch_events(struct tx *t, arena *mem, const struct watch_filter *f, struct watch_event **ret_v,
                 size_t *ret_n)
{
    ASSERT(f->limit > 0 && f->limit <= WATCH_LIMIT_MAX);
    struct watch_event *v = NEW_N(mem, struct watch_event, (size_t)f->limit), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT e.id, e.at, e.kind, e.user_id, COALESCE(u.name, ''), e.ip, e.port,"
            " e.user_agent, e.actor, COALESCE(o.name, ''), e.note FROM login_event e"
            " LEFT JOIN users u ON u.id = e.user_id LEFT JOIN users o ON o.id = e.actor"
            " WHERE e.at >= $1 AND e.at < $2 AND e.id < $3 AND ($4 = '' OR e.ip = $4)"
            " AND ($5 = 0 OR e.user_id = $5) AND ($6 = '' OR e.kind = $6 OR ($6 = 'failed'"
            " AND " FAILED ")) ORDER BY e.id DESC LIMIT $7",
            DB_IN(f->from, f->until, f->before ? f->before : INT64_MAX, f->ip, f->user_id, f->kind,
                  f->limit),
            DB_OUT(&x.id, &x.at, &x.kind, &x.user_id, &x.user, &x.ip, &x.port, &x.user_agent,
                   &x.actor, &x.officer, &x.note),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err watch_addresses(struct tx *t, arena *mem, const struct watch_filter *f,
                    struct watch_sum **ret_v, size_t *ret_n)
{
    struct watch_sum *v = NEW_N(mem, struct watch_sum, WATCH_ROWS), x = {.user = S("")};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT e.ip, COUNT(*), COUNT(DISTINCT e.user_id), MAX(e.at) FROM login_event e"
            " WHERE e.at >= $1 AND e.at < $2 AND " FAILED
            " GROUP BY e.ip HAVING COUNT(*) >= $3 OR COUNT(DISTINCT e.user_id) >= $4"
            " ORDER BY COUNT(*) DESC, e.ip LIMIT 50",
            DB_IN(f->from, f->until, (int64_t)WATCH_IP_TRIES, (int64_t)WATCH_IP_LOGINS),
            DB_OUT(&x.ip, &x.tries, &x.others, &x.last_at), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err watch_logins(struct tx *t, arena *mem, const struct watch_filter *f, struct watch_sum **ret_v,
                 size_t *ret_n)
{
    struct watch_sum *v = NEW_N(mem, struct watch_sum, WATCH_ROWS), x = {.ip = S("")};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT e.user_id, u.name, COUNT(*), COUNT(DISTINCT e.ip), MAX(e.at)"
            " FROM login_event e JOIN users u ON u.id = e.user_id"
            " WHERE e.at >= $1 AND e.at < $2 AND " FAILED
            " GROUP BY e.user_id, u.name HAVING COUNT(*) >= $3"
            " ORDER BY COUNT(*) DESC, e.user_id LIMIT 50",
            DB_IN(f->from, f->until, (int64_t)WATCH_LOGIN_TRIES),
            DB_OUT(&x.user_id, &x.user, &x.tries, &x.others, &x.last_at), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err watch_locks(struct tx *t, arena *mem, struct watch_lock **ret_v, size_t *ret_n)
{
    struct watch_lock *v = NEW_N(mem, struct watch_lock, WATCH_ROWS), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, name, failed, locked_until FROM users WHERE locked_until > 0"
            " AND locked_until > $1 ORDER BY locked_until DESC, id LIMIT 50",
            DB_IN(tx_now(t)), DB_OUT(&x.user_id, &x.name, &x.failed, &x.locked_until),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err watch_sweep(struct tx *t, int64_t before)
{
    return db_exec(t, "DELETE FROM login_event WHERE at < $1", DB_IN(before));
}
