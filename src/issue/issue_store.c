/* SQL of issues. */
#include "issue/issue_store.h"

enum { MAX_FREE = 100, MAX_DUE = 50 };

err store_issue_insert(struct tx *t, int64_t account_id, int64_t user_id, int64_t *ret_no)
{
    return db_one(t, NULL,
                  "INSERT INTO issue (account_id, no, state, made_by, made_at)"
                  " SELECT $1, COALESCE(MAX(no), 0) + 1, 'draft', $2, $3 FROM issue"
                  " WHERE account_id = $1 RETURNING no",
                  DB_IN(account_id, user_id, tx_now(t)), DB_OUT(ret_no));
}

err store_issue_open(struct tx *t, int64_t account_id, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM issue WHERE account_id = $1"
                  " AND state IN ('draft', 'waiting')",
                  DB_IN(account_id), DB_OUT(ret_n));
}

err store_issue_state(struct tx *t, const struct issue *i, str state, int64_t publish_at)
{
    return db_exec(t,
                   "UPDATE issue SET state = $3, publish_at = $4, why = ''"
                   " WHERE account_id = $1 AND no = $2",
                   DB_IN(i->account_id, i->no, state, publish_at));
}

err store_issue_published(struct tx *t, const struct issue *i)
{
    return db_exec(t,
                   "UPDATE issue SET state = 'published', published_at = $3, why = ''"
                   " WHERE account_id = $1 AND no = $2",
                   DB_IN(i->account_id, i->no, tx_now(t)));
}

err store_issue_why(struct tx *t, const struct issue *i, str why)
{
    return db_exec(t, "UPDATE issue SET why = $3 WHERE account_id = $1 AND no = $2",
                   DB_IN(i->account_id, i->no, why));
}

err store_issue_add(struct tx *t, const struct issue_act *act, int64_t place)
{
    return db_exec(t,
                   "INSERT INTO issue_item (account_id, article_no, issue_no, place)"
                   " VALUES ($1, $2, $3, $4)",
                   DB_IN(act->account_id, act->article, act->no, place));
}

err store_issue_place(struct tx *t, int64_t account_id, int64_t article, int64_t place)
{
    return db_exec(t, "UPDATE issue_item SET place = $3 WHERE account_id = $1 AND article_no = $2",
                   DB_IN(account_id, article, place));
}

err store_issue_remove(struct tx *t, const struct issue_act *act)
{
    return db_exec(t,
                   "DELETE FROM issue_item WHERE account_id = $1 AND article_no = $2"
                   " AND issue_no = $3",
                   DB_IN(act->account_id, act->article, act->no));
}

err store_issue_clear(struct tx *t, int64_t account_id, int64_t no)
{
    return db_exec(t, "DELETE FROM issue_item WHERE account_id = $1 AND issue_no = $2",
                   DB_IN(account_id, no));
}

#define ISSUE                                                                                      \
    "SELECT s.account_id, s.no, s.publish_at, s.published_at, s.made_by, s.made_at, s.state,"      \
    " s.why, c.handle,"                                                                            \
    " (SELECT COUNT(*) FROM issue_item i JOIN article a ON a.account_id = i.account_id"            \
    "  AND a.no = i.article_no WHERE i.account_id = s.account_id AND i.issue_no = s.no"            \
    "  AND (s.state <> 'published' OR a.state = 'published')),"                                    \
    " COALESCE((SELECT a.title FROM issue_item i JOIN article a ON a.account_id = i.account_id"    \
    "  AND a.no = i.article_no WHERE i.account_id = s.account_id AND i.issue_no = s.no"            \
    "  AND (s.state <> 'published' OR a.state = 'published') ORDER BY i.place LIMIT 1), '')"       \
    " FROM issue s JOIN account c ON c.id = s.account_id"
#define OUT(x)                                                                                     \
    DB_OUT(&(x).account_id, &(x).no, &(x).publish_at, &(x).published_at, &(x).made_by,             \
           &(x).made_at, &(x).state, &(x).why, &(x).handle, &(x).articles, &(x).title)

err issue_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct issue *ret_i)
{
    struct issue x = {0};
    TRY(db_one(t, mem, ISSUE " WHERE s.account_id = $1 AND s.no = $2", DB_IN(account_id, no),
               OUT(x)));
    *ret_i = x;
    return OK;
}

err issue_list(struct tx *t, arena *mem, int64_t account_id, bool seen, struct issue **ret_v,
               size_t *ret_n)
{
    struct issue *v = NEW_N(mem, struct issue, ISSUES_LISTED), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            ISSUE " WHERE s.account_id = $1 AND s.state <> 'dropped' AND ($2 = 0 OR"
                  " (s.state = 'published' AND EXISTS (SELECT 1 FROM issue_item i JOIN article a"
                  "  ON a.account_id = i.account_id AND a.no = i.article_no"
                  "  WHERE i.account_id = s.account_id AND i.issue_no = s.no"
                  "  AND a.state = 'published')))"
                  " ORDER BY s.no DESC LIMIT $3",
            DB_IN(account_id, seen, seen ? ISSUES_RECENT : ISSUES_LISTED), OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err issue_items(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct issue_item **ret_v,
                size_t *ret_n)
{
    struct issue_item *v = NEW_N(mem, struct issue_item, ISSUE_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT a.no, i.place, a.version, a.title, a.digest, a.cover, a.state, a.reason,"
            " a.minors,"
            " CASE WHEN EXISTS (SELECT 1 FROM article_release r WHERE r.account_id = a.account_id"
            "  AND r.no = a.no AND r.state = 'waiting') THEN 1 ELSE 0 END"
            " FROM issue_item i JOIN article a"
            " ON a.account_id = i.account_id AND a.no = i.article_no"
            " WHERE i.account_id = $1 AND i.issue_no = $2 ORDER BY i.place LIMIT 8",
            DB_IN(account_id, no),
            DB_OUT(&x.no, &x.place, &x.version, &x.title, &x.digest, &x.cover, &x.state, &x.reason,
                   &x.minors, &x.second),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err issue_free(struct tx *t, arena *mem, int64_t account_id, struct issue_item **ret_v,
               size_t *ret_n)
{
    struct issue_item *v = NEW_N(mem, struct issue_item, MAX_FREE), x = {0};
    size_t n = 0;
    DB_EACH(
        t, mem,
        "SELECT a.no, a.title, a.state FROM article a WHERE a.account_id = $1"
        " AND a.state = 'draft' AND a.published_at = 0 AND NOT EXISTS (SELECT 1 FROM issue_item i"
        "  WHERE i.account_id = a.account_id AND i.article_no = a.no)"
        " ORDER BY a.no DESC LIMIT 100",
        DB_IN(account_id), DB_OUT(&x.no, &x.title, &x.state), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* Those that can go out now; what a closed gate has kept once comes last, so that it keeps nobody
 * else waiting. */
err store_issue_due(struct tx *t, arena *mem, struct issue **ret_v, size_t *ret_n)
{
    struct issue *v = NEW_N(mem, struct issue, MAX_DUE), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            ISSUE " WHERE s.state = 'waiting' AND s.publish_at <= $1"
                  " AND NOT EXISTS (SELECT 1 FROM issue_item w JOIN article b"
                  "  ON b.account_id = w.account_id AND b.no = w.article_no"
                  "  WHERE w.account_id = s.account_id AND w.issue_no = s.no"
                  "  AND b.state <> 'scheduled')"
                  " ORDER BY CASE WHEN s.why = '' THEN 0 ELSE 1 END, s.publish_at, s.account_id,"
                  " s.no LIMIT 200",
            DB_IN(tx_now(t)), OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_issue_of(struct tx *t, int64_t account_id, int64_t article, int64_t *ret_no)
{
    return db_one(t, NULL,
                  "SELECT COALESCE(MAX(s.no), 0) FROM issue_item i JOIN issue s"
                  " ON s.account_id = i.account_id AND s.no = i.issue_no"
                  " WHERE i.account_id = $1 AND i.article_no = $2 AND s.state = 'published'",
                  DB_IN(account_id, article), DB_OUT(ret_no));
}
