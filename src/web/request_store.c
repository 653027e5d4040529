/* SQL behind requests. */
#include "web/request_store.h"

#include "base/id.h"
#include "record/oplog.h"

/* A sealed read is known with what it asked for. */
static str object_of(const struct request *r)
{
    return r->route->flags & ROUTE_SEALED && r->method == METHOD_GET ? request_here(r) : r->path;
}

static str method_of(const struct request *r)
{
    return r->method == METHOD_POST ? S("POST") : S("GET");
}

err request_store_oplog(struct tx *t, const struct request *r, str result, int status)
{
    bool open = !(r->route->flags & ROUTE_PRIVATE);
    struct oplog_row row = {
        .user_id = r->session.user_id,
        .account_id = r->member.account_id,
        .method = method_of(r),
        .route = str_from(r->route->pattern),
        .object = open ? object_of(r) : str_from(r->route->pattern),
        .result = result,
        .status = status,
        .ip = r->ip,
        .port = r->port,
        .user_agent = r->user_agent.p ? r->user_agent : S(""),
    };
    if (open && r->body_hash)
        row.content_hash = (struct bytes){r->body_hash->b, sizeof r->body_hash->b};
    return oplog_add(t, &row);
}

err request_store_page_change(struct tx *t, str tag)
{
    return db_exec(t, "INSERT INTO page_change (id, tag) VALUES ($1, $2)", DB_IN(id_new(), tag));
}

static struct bytes hash_bytes(const struct sha256 *h)
{
    return (struct bytes){h->b, sizeof h->b};
}

err request_store_token(struct tx *t, arena *mem, struct sha256 hash, struct api_token *ret_token)
{
    struct api_token x = {0};
    str scopes = STR_NONE;
    err e = db_one(t, mem,
                   "SELECT a.id, a.user_id, a.account_id, a.scopes, u.name FROM api_token a"
                   " JOIN users u ON u.id = a.user_id WHERE a.token_hash = $1"
                   " AND a.revoked_at IS NULL AND (a.expires_at = 0 OR a.expires_at > $2)"
                   " AND u.state = 'active'",
                   DB_IN(hash_bytes(&hash), tx_now(t)),
                   DB_OUT(&x.id, &x.user_id, &x.account_id, &scopes, &x.user_name));
    if (e == ERR_NOT_FOUND)
        return fault(ERR_UNAUTHENTICATED, "bad_token", "unknown, expired or revoked");
    TRY(e);
    x.scopes = scopes_parse(scopes);
    *ret_token = x;
    return OK;
}

/* Which account the token is of is asked of its row: the address may have named another one. */
err request_store_use(struct tx *t, const struct request *r, str result, int status)
{
    int64_t token = r->session.token_id, account_id = 0;
    TRY(db_one(t, NULL,
               "UPDATE api_token SET used_at = $3 WHERE user_id = $1 AND id = $2"
               " RETURNING account_id",
               DB_IN(r->session.user_id, token, tx_now(t)), DB_OUT(&account_id)));
    return db_exec(t,
                   "INSERT INTO api_use (token_id, id, account_id, user_id, at, method, route, ip,"
                   " port, status, result) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   DB_IN(token, id_new(), account_id, r->session.user_id, tx_now(t), method_of(r),
                         str_from(r->route->pattern), r->ip.p ? r->ip : S(""), r->port, status,
                         result));
}
