/* Rows of tags. */
#include "article/tag.h"

err tags_put(struct tx *t, arena *mem, const struct tagging *x)
{
    struct tags tags = tags_of(mem, x->declared);
    TRY(db_exec(t, "DELETE FROM article_tag WHERE account_id = $1 AND no = $2",
                DB_IN(x->account_id, x->no)));
    for (size_t i = 0; i < tags.n; i++)
        TRY(db_exec(t,
                    "INSERT INTO article_tag (account_id, no, fold, published_at)"
                    " VALUES ($1, $2, $3, $4) ON CONFLICT (account_id, no, fold) DO NOTHING",
                    DB_IN(x->account_id, x->no, tag_fold(mem, tags.v[i]), x->at)));
    return OK;
}

err tags_backdate(struct tx *t, int64_t account_id, int64_t no, int64_t at)
{
    return db_exec(t, "UPDATE article_tag SET published_at = $3 WHERE account_id = $1 AND no = $2",
                   DB_IN(account_id, no, at));
}
