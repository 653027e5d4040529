/* SQL of imports. */
#include "intake/intake_store.h"

err store_import_there(struct tx *t, const struct import_item *i, bool *ret_there)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM import_item WHERE account_id = $1 AND source = $2"
               " AND item = $3",
               DB_IN(i->account_id, i->source, i->item), DB_OUT(&n)));
    *ret_there = n > 0;
    return OK;
}

err store_import_add(struct tx *t, const struct import_item *i)
{
    return db_exec(
        t,
        "INSERT INTO import_item (account_id, source, item, link, no, published, stage,"
        " at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
        DB_IN(i->account_id, i->source, i->item, i->link, i->no, i->published, tx_now(t)));
}

err store_import_stage(struct tx *t, const struct import_item *i)
{
    return db_exec(t,
                   "UPDATE import_item SET stage = $1 WHERE account_id = $2 AND source = $3"
                   " AND item = $4",
                   DB_IN(i->stage, i->account_id, i->source, i->item));
}

err store_import_next(struct tx *t, arena *mem, const struct import_next *q,
                      struct import_item *ret_i)
{
    struct import_item i = {.account_id = q->account_id, .source = q->source};
    err e = db_one(t, mem,
                   "SELECT no, item, link, published, stage FROM import_item"
                   " WHERE account_id = $1 AND source = $2 AND stage = $3 AND no > $4"
                   " AND published >= $5 ORDER BY no LIMIT 1",
                   DB_IN(q->account_id, q->source, q->stage, q->after, q->published),
                   DB_OUT(&i.no, &i.item, &i.link, &i.published, &i.stage));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_i = i;
    return OK;
}

err store_import_link(struct tx *t, int64_t account_id, str link, int64_t *ret_no)
{
    *ret_no = 0;
    err e = db_one(t, NULL,
                   "SELECT no FROM import_item WHERE account_id = $1 AND link = $2"
                   " ORDER BY no LIMIT 1",
                   DB_IN(account_id, link), DB_OUT(ret_no));
    return e == ERR_NOT_FOUND ? OK : e;
}

err store_import_post(struct tx *t, const struct import_item *i, int64_t *ret_no)
{
    *ret_no = 0;
    err e = db_one(t, NULL,
                   "SELECT no FROM import_item WHERE account_id = $1 AND source = $2"
                   " AND item = $3",
                   DB_IN(i->account_id, i->source, i->item), DB_OUT(ret_no));
    return e == ERR_NOT_FOUND ? OK : e;
}

err store_picture_find(struct tx *t, arena *mem, struct import_picture *p)
{
    return db_one(
        t, mem,
        "SELECT p.media, p.width, p.height FROM import_picture p"
        " JOIN media m ON m.account_id = p.account_id AND m.hash = p.media AND m.deleted_at = 0"
        " WHERE p.account_id = $1 AND p.address = $2",
        DB_IN(p->account_id, p->address), DB_OUT(&p->media, &p->width, &p->height));
}

err store_picture_add(struct tx *t, const struct import_picture *p)
{
    return db_exec(t,
                   "INSERT INTO import_picture (account_id, address, media, width, height, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, address)"
                   " DO UPDATE SET media = excluded.media, width = excluded.width,"
                   " height = excluded.height, at = excluded.at",
                   DB_IN(p->account_id, p->address, p->media, p->width, p->height, tx_now(t)));
}
