/* SQL of API tokens and their log. */
#include "account/account_store.h"

#include "base/id.h"

enum { TOKENS_MAX = 200 };

#define COLUMNS                                                                                    \
    "k.id, k.account_id, k.user_id, k.name, k.scopes, k.created_at, k.expires_at, k.used_at,"      \
    " COALESCE(k.revoked_at, 0), COALESCE(u.name, '')"                                             \
    " FROM api_token k LEFT JOIN users u ON u.id = k.user_id"
#define INTO(k)                                                                                    \
    DB_OUT(&(k).id, &(k).account_id, &(k).user_id, &(k).name, &(k).scopes, &(k).created_at,        \
           &(k).expires_at, &(k).used_at, &(k).revoked_at, &(k).user_name)

err store_token_insert(struct tx *t, struct bytes hash, const struct api_token_row *k)
{
    return db_exec(t,
                   "INSERT INTO api_token (token_hash, id, user_id, account_id, name, scopes,"
                   " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   DB_IN(hash, id_new(), k->user_id, k->account_id, k->name, k->scopes, tx_now(t),
                         k->expires_at));
}

err api_token_list(struct tx *t, arena *mem, int64_t account_id, struct api_token_row **ret_v,
                   size_t *ret_n)
{
    struct api_token_row *v = NEW_N(mem, struct api_token_row, TOKENS_MAX), k = {0};
    size_t n = 0;
    DB_EACH(t, mem, "SELECT " COLUMNS " WHERE k.account_id = $1 ORDER BY k.id DESC LIMIT 200",
            DB_IN(account_id), INTO(k), { v[n++] = k; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err api_token_load(struct tx *t, arena *mem, int64_t account_id, int64_t id,
                   struct api_token_row *ret_k)
{
    struct api_token_row k = {0};
    TRY(db_one(t, mem, "SELECT " COLUMNS " WHERE k.account_id = $1 AND k.id = $2",
               DB_IN(account_id, id), INTO(k)));
    *ret_k = k;
    return OK;
}

err store_token_revoke(struct tx *t, int64_t account_id, int64_t id)
{
    return db_exec(t,
                   "UPDATE api_token SET revoked_at = $3 WHERE account_id = $1 AND id = $2"
                   " AND revoked_at IS NULL",
                   DB_IN(account_id, id, tx_now(t)));
}

err api_token_uses(struct tx *t, arena *mem, int64_t token_id, int64_t before,
                   struct api_use **ret_v, size_t *ret_n)
{
    struct api_use *v = NEW_N(mem, struct api_use, API_USES), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, at, method, route, ip, port, status, result FROM api_use"
            " WHERE token_id = $1 AND id < $2 ORDER BY id DESC LIMIT 50",
            DB_IN(token_id, before ? before : INT64_MAX),
            DB_OUT(&x.id, &x.at, &x.method, &x.route, &x.ip, &x.port, &x.status, &x.result),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
