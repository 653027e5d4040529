/* SQL of two-person publishing. */
#include "article/release_store.h"

enum { LIST_MAX = 200, ABLE_MAX = 100 };

err store_release_insert(struct tx *t, const struct release *r)
{
    return db_exec(
        t,
        "INSERT INTO article_release (account_id, no, version, state, review_first,"
        " asked_by, asked_at) VALUES ($1, $2, $3, 'waiting', $4, $5, $6)",
        DB_IN(r->account_id, r->no, r->version, r->review_first, r->asked_by, tx_now(t)));
}

err store_release_decide(struct tx *t, const struct release *r, str state, str reason)
{
    return db_exec(
        t,
        "UPDATE article_release SET state = $4, reason = $5, decided_by = $6,"
        " decided_at = $7 WHERE account_id = $1 AND no = $2 AND version = $3",
        DB_IN(r->account_id, r->no, r->version, state, reason, r->decided_by, tx_now(t)));
}

err release_drop(struct tx *t, int64_t account_id, int64_t no)
{
    return db_exec(t,
                   "UPDATE article_release SET state = 'void', decided_at = $3"
                   " WHERE account_id = $1 AND no = $2 AND state = 'waiting'",
                   DB_IN(account_id, no, tx_now(t)));
}

#define COLUMNS                                                                                    \
    "SELECT r.account_id, r.no, r.version, r.state, r.review_first, r.asked_by, r.asked_at,"       \
    " r.decided_by, r.decided_at, r.reason, v.title, COALESCE(u.name, ''), COALESCE(d.name, '')"   \
    " FROM article_release r JOIN article_version v ON v.account_id = r.account_id"                \
    " AND v.no = r.no AND v.version = r.version LEFT JOIN users u ON u.id = r.asked_by"            \
    " LEFT JOIN users d ON d.id = r.decided_by"
#define OUT(r)                                                                                     \
    DB_OUT(&(r).account_id, &(r).no, &(r).version, &(r).state, &(r).review_first, &(r).asked_by,   \
           &(r).asked_at, &(r).decided_by, &(r).decided_at, &(r).reason, &(r).title,               \
           &(r).asked_name, &(r).decided_name)

err release_waiting(struct tx *t, arena *mem, int64_t account_id, struct release **ret_v,
                    size_t *ret_n)
{
    struct release *v = NEW_N(mem, struct release, LIST_MAX), r = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            COLUMNS " WHERE r.account_id = $1 AND r.state = 'waiting'"
                    " ORDER BY r.asked_at, r.no LIMIT 200",
            DB_IN(account_id), OUT(r), { v[n++] = r; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err release_of(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct release *ret_r)
{
    struct release r = {0};
    TRY(db_one(t, mem,
               COLUMNS " WHERE r.account_id = $1 AND r.no = $2 ORDER BY r.version DESC LIMIT 1",
               DB_IN(account_id, no), OUT(r)));
    *ret_r = r;
    return OK;
}

err store_release_able(struct tx *t, arena *mem, int64_t account_id, int64_t but, int64_t **ret_v,
                       size_t *ret_n)
{
    int64_t *v = NEW_N(mem, int64_t, ABLE_MAX), id = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT user_id FROM member WHERE account_id = $1 AND role IN ('owner', 'editor')"
            " AND user_id <> $2 ORDER BY user_id LIMIT 100",
            DB_IN(account_id, but), DB_OUT(&id), { v[n++] = id; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_two_person(struct tx *t, int64_t account_id, bool on, int64_t off_asked)
{
    return db_exec(t, "UPDATE account SET two_person = $2, two_person_off = $3 WHERE id = $1",
                   DB_IN(account_id, on, off_asked));
}

err release_rule_load(struct tx *t, arena *mem, int64_t account_id, struct release_rule *ret_r)
{
    struct release_rule r = {0};
    TRY(db_one(t, mem,
               "SELECT a.two_person, a.two_person_off, COALESCE(u.name, ''),"
               " (SELECT COUNT(*) FROM member m WHERE m.account_id = a.id"
               "  AND m.role IN ('owner', 'editor'))"
               " FROM account a LEFT JOIN users u ON u.id = a.two_person_off WHERE a.id = $1",
               DB_IN(account_id), DB_OUT(&r.on, &r.off_asked, &r.off_name, &r.able)));
    *ret_r = r;
    return OK;
}
