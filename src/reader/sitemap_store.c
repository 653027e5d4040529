/* SQL of the sitemap. */
#include "reader/sitemap.h"

static err next_part(struct tx *t, enum sitemap_kind kind, struct sitemap_key *key)
{
    if (kind == SITEMAP_ARTICLES)
        return db_one(t, NULL,
                      "SELECT published_at, account_id, no FROM article WHERE state = 'published'"
                      " AND limited = 0 AND (published_at, account_id, no) > ($1, $2, $3)"
                      " ORDER BY published_at, account_id, no LIMIT 1 OFFSET $4",
                      DB_IN(key->at, key->id, key->no, SITEMAP_PART - 1),
                      DB_OUT(&key->at, &key->id, &key->no));
    return db_one(t, NULL,
                  "SELECT activated_at, id FROM account WHERE state IN ('active', 'paused',"
                  " 'suspended') AND (activated_at, id) > ($1, $2)"
                  " ORDER BY activated_at, id LIMIT 1 OFFSET $3",
                  DB_IN(key->at, key->id, SITEMAP_PART - 1), DB_OUT(&key->at, &key->id));
}

err sitemap_parts(struct tx *t, arena *mem, enum sitemap_kind kind, struct sitemap_key **ret_v,
                  size_t *ret_n)
{
    struct sitemap_key *v = NEW_N(mem, struct sitemap_key, SITEMAP_PARTS_MAX), key = {0};
    size_t n = 0;
    err e = OK;
    while (e == OK && n < SITEMAP_PARTS_MAX) {
        v[n++] = key;
        e = next_part(t, kind, &key);
    }
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_v = v;
    *ret_n = n;
    return OK;
}

static err articles(struct tx *t, arena *mem, const struct sitemap_key *after,
                    struct sitemap_entry *v, size_t *n)
{
    struct sitemap_entry row = {0};
    DB_EACH(t, mem,
            "SELECT a.published_at, a.account_id, a.no, p.handle,"
            " CASE WHEN v.version > 1 AND v.created_at > a.published_at THEN v.created_at"
            "  ELSE a.published_at END"
            " FROM article a JOIN account p ON p.id = a.account_id"
            " JOIN article_version v ON v.account_id = a.account_id AND v.no = a.no"
            "  AND v.version = a.version"
            " WHERE a.state = 'published' AND a.limited = 0 AND p.state <> 'closed'"
            " AND (a.published_at, a.account_id, a.no) > ($1, $2, $3)"
            " ORDER BY a.published_at, a.account_id, a.no LIMIT $4",
            DB_IN(after->at, after->id, after->no, SITEMAP_PART),
            DB_OUT(&row.key.at, &row.key.id, &row.key.no, &row.handle, &row.updated_at),
            { v[(*n)++] = row; });
    return OK;
}

static err accounts(struct tx *t, arena *mem, const struct sitemap_key *after,
                    struct sitemap_entry *v, size_t *n)
{
    struct sitemap_entry row = {0};
    DB_EACH(t, mem,
            "SELECT activated_at, id, handle, updated_at FROM account WHERE state IN ('active',"
            " 'paused', 'suspended') AND (activated_at, id) > ($1, $2)"
            " ORDER BY activated_at, id LIMIT $3",
            DB_IN(after->at, after->id, SITEMAP_PART),
            DB_OUT(&row.key.at, &row.key.id, &row.handle, &row.updated_at), { v[(*n)++] = row; });
    return OK;
}

err sitemap_part(struct tx *t, arena *mem, enum sitemap_kind kind, const struct sitemap_key *after,
                 struct sitemap_entry **ret_v, size_t *ret_n)
{
    struct sitemap_entry *v = NEW_N(mem, struct sitemap_entry, SITEMAP_PART);
    size_t n = 0;
    TRY(kind == SITEMAP_ARTICLES ? articles(t, mem, after, v, &n) : accounts(t, mem, after, v, &n));
    *ret_v = v;
    *ret_n = n;
    return OK;
}
