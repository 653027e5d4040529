/* SQL of sessions. */
#include "web/session_store.h"

#include "base/buf.h"

static struct bytes hash_bytes(const struct sha256 *h)
{
    return (struct bytes){h->b, sizeof h->b};
}

static err load_roles(struct tx *t, arena *mem, int64_t user_id, unsigned *ret_roles)
{
    unsigned roles = 0, one = 0;
    str name = STR_NONE;
    DB_EACH(t, mem, "SELECT role FROM user_role WHERE user_id = $1", DB_IN(user_id), DB_OUT(&name),
            {
                TRY(roles_parse(name, &one));
                roles |= one;
            });
    *ret_roles = roles;
    return OK;
}

err session_store_user(struct tx *t, arena *mem, int64_t user_id, struct session_found *ret_s)
{
    struct session_found x = {.user_id = user_id};
    TRY(db_one(t, mem,
               "SELECT name, totp_on, CASE WHEN EXISTS (SELECT 1 FROM passkey p"
               " WHERE p.user_id = users.id) THEN 1 ELSE 0 END,"
               " COALESCE((SELECT a.minors_mode FROM user_age a WHERE a.user_id = users.id), 0)"
               " FROM users WHERE id = $1 AND state = 'active'",
               DB_IN(user_id), DB_OUT(&x.user_name, &x.totp_on, &x.passkey_on, &x.minor)));
    TRY(load_roles(t, mem, user_id, &x.roles));
    *ret_s = x;
    return OK;
}

err session_store_find(struct tx *t, arena *mem, struct sha256 token, struct session_found *ret_s)
{
    struct session_found x = {0};
    TRY(db_one(t, mem,
               "SELECT s.id, s.user_id, s.second_factor, s.created_at, s.seen_at, s.expires_at,"
               " u.name, u.totp_on, CASE WHEN EXISTS (SELECT 1 FROM passkey p"
               " WHERE p.user_id = u.id) THEN 1 ELSE 0 END,"
               " COALESCE((SELECT a.minors_mode FROM user_age a WHERE a.user_id = u.id), 0)"
               " FROM session s JOIN users u ON u.id = s.user_id"
               " WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND u.state = 'active'",
               DB_IN(hash_bytes(&token)),
               DB_OUT(&x.row.id, &x.user_id, &x.row.second_factor, &x.row.created_at,
                      &x.row.seen_at, &x.row.expires_at, &x.user_name, &x.totp_on, &x.passkey_on,
                      &x.minor)));
    TRY(load_roles(t, mem, x.user_id, &x.roles));
    *ret_s = x;
    return OK;
}

err session_store_add(struct tx *t, struct sha256 token, int64_t user_id,
                      const struct session_row *row)
{
    return db_exec(t,
                   "INSERT INTO session (token_hash, id, user_id, second_factor, ip, user_agent,"
                   " created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   DB_IN(hash_bytes(&token), row->id, user_id, row->second_factor, row->ip,
                         row->user_agent, row->created_at, row->seen_at, row->expires_at));
}

err session_store_seen(struct tx *t, struct sha256 token)
{
    return db_exec(t,
                   "UPDATE session SET seen_at = $1 WHERE token_hash = $2 AND seen_at < $3"
                   " AND revoked_at IS NULL",
                   DB_IN(tx_now(t), hash_bytes(&token), tx_now(t) - MINUTE_MS));
}

err session_store_end(struct tx *t, struct sha256 token)
{
    return db_exec(t,
                   "UPDATE session SET revoked_at = $1 WHERE token_hash = $2"
                   " AND revoked_at IS NULL",
                   DB_IN(tx_now(t), hash_bytes(&token)));
}

err session_revoke(struct tx *t, int64_t user_id, int64_t session_id)
{
    int64_t n = 0;
    TRY(db_exec_n(t,
                  "UPDATE session SET revoked_at = $1 WHERE user_id = $2 AND id = $3"
                  " AND revoked_at IS NULL",
                  DB_IN(tx_now(t), user_id, session_id), &n));
    return n ? OK : fault(ERR_NOT_FOUND, "not_found", "no such session");
}

err session_revoke_all(struct tx *t, int64_t user_id, int64_t except_id)
{
    return db_exec(t,
                   "UPDATE session SET revoked_at = $1 WHERE user_id = $2 AND id <> $3"
                   " AND revoked_at IS NULL",
                   DB_IN(tx_now(t), user_id, except_id));
}

err session_store_list(struct tx *t, arena *mem, const struct session_asked *q,
                       struct session_row **ret_v, size_t *ret_n)
{
    struct buf list;
    buf_init(&list, mem, 1024 * sizeof(struct session_row));
    struct session_row x = {0};
    DB_EACH(t, mem,
            "SELECT id, created_at, seen_at, expires_at, ip, user_agent, second_factor"
            " FROM session WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2"
            " AND seen_at > $3 ORDER BY id DESC LIMIT 100",
            DB_IN(q->user_id, tx_now(t), q->seen_after),
            DB_OUT(&x.id, &x.created_at, &x.seen_at, &x.expires_at, &x.ip, &x.user_agent,
                   &x.second_factor),
            {
                buf_add(&list, (str){(const char *)&x, sizeof x});
            });
    *ret_n = list.n / sizeof x;
    *ret_v = NEW_N(mem, struct session_row, *ret_n);
    if (list.n)
        memcpy(*ret_v, list.p, list.n);
    return OK;
}
