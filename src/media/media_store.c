/* SQL of media. */
#include "media/media.h"

err media_blocked(struct tx *t, str hash, bool *ret_blocked)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM media_block WHERE hash = $1", DB_IN(hash),
               DB_OUT(&n)));
    *ret_blocked = n > 0;
    return OK;
}

err media_left(struct tx *t, str hash, bool *ret_left)
{
    int64_t all = 0, open = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*), COALESCE(SUM(CASE WHEN p.state = 'closed' AND p.reason = 'left'"
               " THEN 0 ELSE 1 END), 0) FROM media m JOIN account p ON p.id = m.account_id"
               " WHERE m.hash = $1",
               DB_IN(hash), DB_OUT(&all, &open)));
    *ret_left = all > 0 && open == 0;
    return OK;
}

err media_store_add(struct tx *t, const struct media_in *in, const struct media_stored *m)
{
    const struct media *x = &m->media;
    struct bytes way = {m->pdq.way[0], sizeof m->pdq.way};
    bool blocked = false;
    TRY(media_blocked(t, x->hash, &blocked));
    if (blocked)
        return fault_field(ERR_DENIED, "media_blocked", "file", "hash is blocked");
    TRY(db_exec(t,
                "INSERT INTO media (account_id, hash, mime, width, height, size, alt, created_by,"
                " created_at, name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
                " ON CONFLICT (account_id, hash) DO UPDATE SET deleted_at = 0, alt = CASE"
                "  WHEN excluded.alt = '' THEN media.alt ELSE excluded.alt END",
                DB_IN(in->account_id, x->hash, x->mime, x->width, x->height, x->size, x->alt,
                      in->user_id, tx_now(t), in->name.p ? in->name : S(""))));
    for (size_t i = 0; i < m->n; i++)
        TRY(db_exec(
            t,
            "INSERT INTO media_variant (hash, width, blob, mime, size)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash, width) DO NOTHING",
            DB_IN(x->hash, m->variant[i].width, m->variant[i].blob, x->mime, m->variant[i].size)));
    return db_exec(t,
                   "INSERT INTO media_print (hash, sent, pdq, quality, at)"
                   " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash, sent) DO NOTHING",
                   DB_IN(x->hash, m->sent.p ? m->sent : S(""), way, m->pdq.quality, tx_now(t)));
}

err media_store_file(struct tx *t, const struct media *m, int64_t user_id)
{
    TRY(db_exec(t,
                "INSERT INTO media (account_id, hash, mime, width, height, size, alt, created_by,"
                " created_at, name, poster, duration_ms)"
                " VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10, $11)"
                " ON CONFLICT (account_id, hash) DO UPDATE SET deleted_at = 0",
                DB_IN(m->account_id, m->hash, m->mime, m->width, m->height, m->size, user_id,
                      tx_now(t), m->name, m->poster, m->duration_ms)));
    return db_exec(t,
                   "INSERT INTO media_variant (hash, width, blob, mime, size)"
                   " VALUES ($1, 0, $1, $2, $3) ON CONFLICT (hash, width) DO NOTHING",
                   DB_IN(m->hash, m->mime, m->size));
}

#define COLUMNS                                                                                    \
    "m.hash, m.mime, m.width, m.height, m.size, m.alt, m.name, m.poster, m.duration_ms,"           \
    " m.created_at"
#define OUT(x)                                                                                     \
    DB_OUT(&(x).hash, &(x).mime, &(x).width, &(x).height, &(x).size, &(x).alt, &(x).name,          \
           &(x).poster, &(x).duration_ms, &(x).created_at)

err media_load(struct tx *t, arena *mem, int64_t account_id, str hash, struct media *ret_m)
{
    struct media m = {.account_id = account_id};
    TRY(db_one(t, mem,
               "SELECT " COLUMNS " FROM media m"
               " WHERE m.account_id = $1 AND m.hash = $2 AND m.deleted_at = 0",
               DB_IN(account_id, hash), OUT(m)));
    *ret_m = m;
    return OK;
}

err media_serve(struct tx *t, arena *mem, str hash, int width, str *ret_blob, str *ret_mime)
{
    str blob, mime;
    TRY(db_one(t, mem,
               "SELECT v.blob, v.mime FROM media_variant v WHERE v.hash = $1"
               " AND (v.width = 0 OR ($2 > 0 AND v.width >= $2))"
               " AND EXISTS (SELECT 1 FROM media m WHERE m.hash = $1 AND m.deleted_at = 0)"
               " ORDER BY CASE WHEN v.width = 0 THEN 1000000 ELSE v.width END LIMIT 1",
               DB_IN(hash, width), DB_OUT(&blob, &mime)));
    *ret_blob = blob;
    *ret_mime = mime;
    return OK;
}

err media_visible(struct tx *t, const struct media_viewer *who, str hash, bool *ret_visible,
                  bool *ret_public)
{
    int64_t is_public = 0, mine = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM media_use u"
               " JOIN media m ON m.account_id = u.account_id AND m.hash = u.hash"
               " JOIN article a ON a.account_id = u.account_id AND a.no = u.no"
               " JOIN article_event e ON e.account_id = u.account_id AND e.no = u.no"
               "  AND e.version = u.version"
               " WHERE u.hash = $1 AND m.deleted_at = 0 AND a.state = 'published'"
               " AND e.event IN ('published', 'updated')",
               DB_IN(hash), DB_OUT(&is_public)));
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM media m JOIN member b ON b.account_id = m.account_id"
               " WHERE m.hash = $1 AND m.deleted_at = 0 AND b.user_id = $2",
               DB_IN(hash, who->user_id), DB_OUT(&mine)));
    *ret_public = is_public > 0;
    *ret_visible = is_public > 0 || who->staff || mine > 0;
    return OK;
}

err media_used_by(struct tx *t, int64_t account_id, int64_t no, int version, str hash)
{
    return db_exec(t,
                   "INSERT INTO media_use (account_id, hash, no, version) VALUES ($1, $2, $3, $4)"
                   " ON CONFLICT (account_id, hash, no, version) DO NOTHING",
                   DB_IN(account_id, hash, no, version));
}

/* ---- the library ---- */

err media_list(struct tx *t, arena *mem, const struct media_query *q, struct media **ret_v,
               size_t *ret_n)
{
    ASSERT(q->limit > 0);
    struct media *v = NEW_N(mem, struct media, (size_t)q->limit), x = {.account_id = q->account_id};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM media m WHERE m.account_id = $1 AND m.deleted_at = 0"
            " AND m.mime IN ('image/webp', 'video/mp4', 'audio/mp4')"
            " AND ($2 = '' OR m.mime = $2)"
            " AND ($3 = '' OR REPLACE(m.name, $3, '') <> m.name OR REPLACE(m.alt, $3, '') <> m.alt)"
            " AND (m.created_at, m.hash) < ($4, $5)"
            " AND NOT EXISTS (SELECT 1 FROM media p WHERE p.account_id = $1 AND p.poster = m.hash)"
            " ORDER BY m.created_at DESC, m.hash DESC LIMIT $6",
            DB_IN(q->account_id, q->mime, q->find, q->before_at ? q->before_at : INT64_MAX,
                  q->before_at ? q->before_hash : S(""), q->limit),
            OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err media_users(struct tx *t, int64_t account_id, str hash, int64_t *ret_no)
{
    int64_t no = 0, avatar = 0, poster = 0;
    TRY(db_one(t, NULL,
               "SELECT COALESCE(MAX(no), 0) FROM"
               " (SELECT v.no FROM article_version v WHERE v.account_id = $1"
               "   AND (v.cover = $2 OR v.doc LIKE '%' || $2 || '%')"
               "  UNION ALL SELECT d.no FROM draft d WHERE d.account_id = $1"
               "   AND (d.cover = $2 OR d.doc LIKE '%' || $2 || '%')) AS uses",
               DB_IN(account_id, hash), DB_OUT(&no)));
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM account WHERE id = $1 AND avatar = $2",
               DB_IN(account_id, hash), DB_OUT(&avatar)));
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM media"
               " WHERE account_id = $1 AND poster = $2 AND deleted_at = 0",
               DB_IN(account_id, hash), DB_OUT(&poster)));
    *ret_no = no ? no : avatar ? -1 : poster ? -2 : 0;
    return OK;
}

err media_delete(struct tx *t, int64_t account_id, str hash)
{
    int64_t no = 0, n = 0;
    TRY(media_users(t, account_id, hash, &no));
    if (no)
        return fault(ERR_CONFLICT, "media_in_use", "used in %lld", (long long)no);
    TRY(db_exec_n(t,
                  "UPDATE media SET deleted_at = $3"
                  " WHERE account_id = $1 AND hash = $2 AND deleted_at = 0",
                  DB_IN(account_id, hash, tx_now(t)), &n));
    return n ? OK : fault(ERR_NOT_FOUND, "not_found", "no such file");
}
