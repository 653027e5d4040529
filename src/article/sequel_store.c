/* SQL of series' articles and of pinned ones. */
#include "article/sequel_store.h"

enum { MAX_FREE = 100 };

err store_sequel_series(struct tx *t, int64_t account_id, int64_t no, int64_t *ret_series)
{
    return db_one(t, NULL,
                  "SELECT COALESCE(MAX(series_no), 0) FROM series_item WHERE account_id = $1"
                  " AND article_no = $2",
                  DB_IN(account_id, no), DB_OUT(ret_series));
}

err store_sequel_count(struct tx *t, int64_t account_id, int64_t series, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM series_item WHERE account_id = $1 AND series_no = $2",
                  DB_IN(account_id, series), DB_OUT(ret_n));
}

err store_sequel_insert(struct tx *t, const struct sequel_act *act, int64_t place)
{
    return db_exec(t,
                   "INSERT INTO series_item (account_id, article_no, series_no, place, added_by,"
                   " added_at) VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(act->account_id, act->no, act->series, place, act->user_id, tx_now(t)));
}

err store_sequel_delete(struct tx *t, const struct sequel_act *act)
{
    return db_exec(t,
                   "DELETE FROM series_item WHERE account_id = $1 AND article_no = $2"
                   " AND series_no = $3",
                   DB_IN(act->account_id, act->no, act->series));
}

err store_sequel_place(struct tx *t, int64_t account_id, int64_t no, int64_t place)
{
    return db_exec(t, "UPDATE series_item SET place = $3 WHERE account_id = $1 AND article_no = $2",
                   DB_IN(account_id, no, place));
}

err sequel_items(struct tx *t, arena *mem, int64_t account_id, int64_t series,
                 struct sequel_item **ret_v, size_t *ret_n)
{
    struct sequel_item *v = NEW_N(mem, struct sequel_item, SEQUEL_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT a.no, i.place, a.title, a.state FROM series_item i JOIN article a"
            " ON a.account_id = i.account_id AND a.no = i.article_no"
            " WHERE i.account_id = $1 AND i.series_no = $2 ORDER BY i.place LIMIT 200",
            DB_IN(account_id, series), DB_OUT(&x.no, &x.place, &x.title, &x.state),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err sequel_free(struct tx *t, arena *mem, int64_t account_id, struct sequel_item **ret_v,
                size_t *ret_n)
{
    struct sequel_item *v = NEW_N(mem, struct sequel_item, MAX_FREE), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT a.no, a.title, a.state FROM article a WHERE a.account_id = $1"
            " AND a.state NOT IN ('discarded', 'removed') AND NOT EXISTS (SELECT 1 FROM"
            "  series_item i WHERE i.account_id = a.account_id AND i.article_no = a.no)"
            " ORDER BY a.no DESC LIMIT 100",
            DB_IN(account_id), DB_OUT(&x.no, &x.title, &x.state), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

static err may_miss(err e)
{
    return e == ERR_NOT_FOUND ? OK : e;
}

err sequel_of(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct sequel *ret_s)
{
    struct sequel s = {0};
    int64_t place = 0;
    TRY(db_one(t, mem,
               "SELECT i.series_no, i.place, s.title FROM series_item i JOIN series s"
               " ON s.account_id = i.account_id AND s.no = i.series_no WHERE i.account_id = $1"
               " AND i.article_no = $2 AND s.ended_at = 0 AND s.title <> ''",
               DB_IN(account_id, no), DB_OUT(&s.series, &place, &s.title)));
    TRY(db_one(t, NULL,
               "SELECT COUNT(*), COUNT(*) FILTER (WHERE i.place <= $3) FROM series_item i"
               " JOIN article a ON a.account_id = i.account_id AND a.no = i.article_no"
               " WHERE i.account_id = $1 AND i.series_no = $2 AND a.state = 'published'",
               DB_IN(account_id, s.series, place), DB_OUT(&s.of, &s.at)));
    TRY(may_miss(db_one(t, mem,
                        "SELECT a.no, a.title, a.minors FROM series_item i JOIN article a"
                        " ON a.account_id = i.account_id AND a.no = i.article_no"
                        " WHERE i.account_id = $1 AND i.series_no = $2 AND i.place < $3"
                        " AND a.state = 'published' ORDER BY i.place DESC LIMIT 1",
                        DB_IN(account_id, s.series, place),
                        DB_OUT(&s.before.no, &s.before.title, &s.before.minors))));
    TRY(may_miss(db_one(t, mem,
                        "SELECT a.no, a.title, a.minors FROM series_item i JOIN article a"
                        " ON a.account_id = i.account_id AND a.no = i.article_no"
                        " WHERE i.account_id = $1 AND i.series_no = $2 AND i.place > $3"
                        " AND a.state = 'published' ORDER BY i.place LIMIT 1",
                        DB_IN(account_id, s.series, place),
                        DB_OUT(&s.after.no, &s.after.title, &s.after.minors))));
    *ret_s = s;
    return OK;
}

/* ---- pinned articles ---- */

err store_pin_insert(struct tx *t, const struct sequel_act *act)
{
    return db_exec(t,
                   "INSERT INTO article_pin (account_id, no, pinned_by, pinned_at)"
                   " VALUES ($1, $2, $3, $4)",
                   DB_IN(act->account_id, act->no, act->user_id, tx_now(t)));
}

err store_pin_delete(struct tx *t, const struct sequel_act *act, int64_t *ret_changed)
{
    return db_exec_n(t, "DELETE FROM article_pin WHERE account_id = $1 AND no = $2",
                     DB_IN(act->account_id, act->no), ret_changed);
}

err pin_has(struct tx *t, int64_t account_id, int64_t no, bool *ret_pinned)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM article_pin WHERE account_id = $1 AND no = $2",
               DB_IN(account_id, no), DB_OUT(&n)));
    *ret_pinned = n > 0;
    return OK;
}
