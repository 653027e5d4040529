/* SQL of series. */
#include "account/account_store.h"
#include "account/series.h"

err store_series_insert(struct tx *t, const struct series *s, int64_t *ret_no)
{
    return db_one(t, NULL,
                  "INSERT INTO series (account_id, no, title, intro, made_by, made_at)"
                  " SELECT $1, COALESCE(MAX(no), 0) + 1, '', '', $2, $3 FROM series"
                  " WHERE account_id = $1 RETURNING no",
                  DB_IN(s->account_id, s->made_by, tx_now(t)), DB_OUT(ret_no));
}

err store_series_text(struct tx *t, int64_t account_id, int64_t no, str title, str intro)
{
    return db_exec(t, "UPDATE series SET title = $3, intro = $4 WHERE account_id = $1 AND no = $2",
                   DB_IN(account_id, no, title, intro));
}

err store_series_end(struct tx *t, int64_t account_id, int64_t no)
{
    TRY(db_exec(t, "UPDATE series SET ended_at = $3 WHERE account_id = $1 AND no = $2",
                DB_IN(account_id, no, tx_now(t))));
    return db_exec(t, "DELETE FROM series_item WHERE account_id = $1 AND series_no = $2",
                   DB_IN(account_id, no));
}

#define SERIES                                                                                     \
    "SELECT s.account_id, s.no, s.made_by, s.made_at, s.ended_at, s.title, s.intro,"               \
    " (SELECT COUNT(*) FROM series_item i JOIN article a ON a.account_id = i.account_id"           \
    "  AND a.no = i.article_no WHERE i.account_id = s.account_id AND i.series_no = s.no"           \
    "  AND a.state = 'published'),"                                                                \
    " COALESCE((SELECT MAX(c.new_value) FROM profile_change c WHERE c.account_id = s.account_id"   \
    "  AND c.series_no = s.no AND c.state = 'pending'), '') FROM series s WHERE s.account_id = $1"
#define SERIES_OUT(x)                                                                              \
    DB_OUT(&(x).account_id, &(x).no, &(x).made_by, &(x).made_at, &(x).ended_at, &(x).title,        \
           &(x).intro, &(x).articles, &(x).asked)

err series_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct series *ret_s)
{
    struct series s = {0};
    TRY(db_one(t, mem, SERIES " AND s.no = $2", DB_IN(account_id, no), SERIES_OUT(s)));
    *ret_s = s;
    return OK;
}

err series_list(struct tx *t, arena *mem, int64_t account_id, bool seen, struct series **ret_v,
                size_t *ret_n)
{
    struct series *v = NEW_N(mem, struct series, SERIES_MAX), s = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            SERIES " AND s.ended_at = 0 AND ($2 = 0 OR s.title <> '') ORDER BY s.no DESC LIMIT 50",
            DB_IN(account_id, seen), SERIES_OUT(s), { v[n++] = s; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
