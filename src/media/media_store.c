/* SQL of media. */
#include "media/media.h"

err media_store_add(struct tx *t, const struct media_in *in, const struct media_stored *m)
{
    const struct media *x = &m->media;
    TRY(db_exec(t,
                "INSERT INTO media (account_id, hash, mime, width, height, size, alt, created_by,"
                " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                " ON CONFLICT (account_id, hash) DO UPDATE SET alt = CASE WHEN excluded.alt = ''"
                "  THEN media.alt ELSE excluded.alt END",
                DB_IN(in->account_id, x->hash, x->mime, x->width, x->height, x->size, x->alt,
                      in->user_id, tx_now(t))));
    for (size_t i = 0; i < m->n; i++)
        TRY(db_exec(
            t,
            "INSERT INTO media_variant (hash, width, blob, mime, size)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash, width) DO NOTHING",
            DB_IN(x->hash, m->variant[i].width, m->variant[i].blob, x->mime, m->variant[i].size)));
    return OK;
}

err media_load(struct tx *t, arena *mem, int64_t account_id, str hash, struct media *ret_m)
{
    struct media m = {.account_id = account_id, .hash = hash};
    TRY(db_one(t, mem,
               "SELECT mime, width, height, size, alt FROM media"
               " WHERE account_id = $1 AND hash = $2",
               DB_IN(account_id, hash), DB_OUT(&m.mime, &m.width, &m.height, &m.size, &m.alt)));
    *ret_m = m;
    return OK;
}

err media_serve(struct tx *t, arena *mem, str hash, int width, str *ret_blob, str *ret_mime)
{
    str blob, mime;
    TRY(db_one(t, mem,
               "SELECT blob, mime FROM media_variant WHERE hash = $1"
               " AND (width = 0 OR ($2 > 0 AND width >= $2))"
               " ORDER BY CASE WHEN width = 0 THEN 1000000 ELSE width END LIMIT 1",
               DB_IN(hash, width), DB_OUT(&blob, &mime)));
    *ret_blob = blob;
    *ret_mime = mime;
    return OK;
}
