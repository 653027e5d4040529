/* SQL of posts. */
#include "provider/provider_store.h"

#include "base/id.h"

enum { MAX_POSTS = 100 };

err post_filled(struct tx *t, str post, bool *ret_filled)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM post WHERE post = $1 AND from_at <= $2"
               " AND (until_at IS NULL OR until_at > $2) AND ended_at IS NULL",
               DB_IN(post, tx_now(t)), DB_OUT(&n)));
    *ret_filled = n > 0;
    return OK;
}

err store_post_insert(struct tx *t, struct post *p, int64_t by)
{
    p->id = id_new();
    return db_exec(t,
                   "INSERT INTO post (post, id, user_id, letter, from_at, until_at, appointed_by,"
                   " created_at, deputy, contact) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                   DB_IN(p->post, p->id, p->user_id, p->letter, p->from_at, db_opt(p->until_at), by,
                         tx_now(t), (int)p->deputy, p->contact.p ? p->contact : S("")));
}

err store_post_end(struct tx *t, str post, int64_t id, int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE post SET ended_at = $3 WHERE post = $1 AND id = $2"
                     " AND ended_at IS NULL",
                     DB_IN(post, id, tx_now(t)), ret_changed);
}

err post_list(struct tx *t, arena *mem, str post, struct post **ret_v, size_t *ret_n)
{
    struct post *v = NEW_N(mem, struct post, MAX_POSTS), p = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT p.post, p.id, p.user_id, p.letter, p.from_at, p.until_at, p.ended_at,"
            " p.deputy, p.contact, COALESCE(u.name, '') FROM post p LEFT JOIN users u ON u.id = "
            "p.user_id"
            " WHERE $1 = '' OR p.post = $1 ORDER BY p.from_at DESC, p.id DESC LIMIT 100",
            DB_IN(post),
            DB_OUT(&p.post, &p.id, &p.user_id, &p.letter, &p.from_at, &p.until_at, &p.ended_at,
                   &p.deputy, &p.contact, &p.user_name),
            { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
