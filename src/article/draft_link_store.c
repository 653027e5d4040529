/* SQL of links to drafts. */
#include "article/draft_link_store.h"

enum { MAX_LIST = 50 };

#define LINK                                                                                       \
    "SELECT l.account_id, l.id, l.no, l.made_by, l.made_at, l.expires_at, l.revoked_at, l.views,"  \
    " l.seen_at, COALESCE(u.name, '') FROM draft_link l LEFT JOIN users u ON u.id = l.made_by"
#define LINK_OUT(x)                                                                                \
    DB_OUT(&(x).account_id, &(x).id, &(x).no, &(x).made_by, &(x).made_at, &(x).expires_at,         \
           &(x).revoked_at, &(x).views, &(x).seen_at, &(x).made_name)

err store_draft_link_insert(struct tx *t, const struct draft_link *l, struct bytes token_hash)
{
    return db_exec(
        t,
        "INSERT INTO draft_link (account_id, id, no, token_hash, made_by, made_at,"
        " expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        DB_IN(l->account_id, l->id, l->no, token_hash, l->made_by, tx_now(t), l->expires_at));
}

err store_draft_link_load(struct tx *t, arena *mem, int64_t account_id, int64_t id,
                          struct draft_link *ret_l)
{
    struct draft_link l = {0};
    TRY(db_one(t, mem, LINK " WHERE l.account_id = $1 AND l.id = $2", DB_IN(account_id, id),
               LINK_OUT(l)));
    *ret_l = l;
    return OK;
}

err store_draft_link_find(struct tx *t, arena *mem, struct bytes token_hash,
                          struct draft_link *ret_l)
{
    struct draft_link l = {0};
    TRY(db_one(t, mem, LINK " WHERE l.token_hash = $1", DB_IN(token_hash), LINK_OUT(l)));
    *ret_l = l;
    return OK;
}

err store_draft_link_revoke(struct tx *t, int64_t account_id, int64_t id)
{
    return db_exec(t, "UPDATE draft_link SET revoked_at = $3 WHERE account_id = $1 AND id = $2",
                   DB_IN(account_id, id, tx_now(t)));
}

err store_draft_link_seen(struct tx *t, int64_t account_id, int64_t id)
{
    return db_exec(t,
                   "UPDATE draft_link SET views = views + 1, seen_at = $3"
                   " WHERE account_id = $1 AND id = $2",
                   DB_IN(account_id, id, tx_now(t)));
}

err draft_link_list(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                    struct draft_link **ret_v, size_t *ret_n)
{
    struct draft_link *v = NEW_N(mem, struct draft_link, MAX_LIST), l = {0};
    size_t n = 0;
    DB_EACH(t, mem, LINK " WHERE l.account_id = $1 AND l.no = $2 ORDER BY l.id DESC LIMIT 50",
            DB_IN(account_id, no), LINK_OUT(l), { v[n++] = l; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
