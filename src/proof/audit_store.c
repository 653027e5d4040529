/* SQL of the audit: projections against the rows that they are made of. */
#include "proof/audit_store.h"

static void found(struct audit_found *f, struct audit_difference d)
{
    f->a->differences++;
    if (f->a->n < AUDIT_SHOWN)
        f->a->v[f->a->n++] = d;
}

static str number(const struct audit_found *f, int64_t n)
{
    return str_fmt(f->mem, "%lld", (long long)n);
}

err audit_store_subscribers(struct tx *t, struct audit_found *f)
{
    int64_t id = 0, kept = 0, real = 0;
    DB_EACH(t, f->mem,
            "SELECT a.id, a.subscribers, (SELECT COUNT(*) FROM subscription s WHERE"
            " s.account_id = a.id) FROM account a WHERE a.subscribers <> (SELECT COUNT(*) FROM"
            " subscription s WHERE s.account_id = a.id) ORDER BY a.id LIMIT 1000",
            DB_IN(), DB_OUT(&id, &kept, &real), {
                found(f, (struct audit_difference){S("account subscribers"), 0, id, number(f, kept),
                                                   number(f, real)});
            });
    return OK;
}

err audit_store_articles(struct tx *t, struct audit_found *f)
{
    int64_t id = 0, kept = 0, real = 0;
    DB_EACH(t, f->mem,
            "SELECT a.id, a.articles, (SELECT COUNT(*) FROM article x WHERE x.account_id = a.id"
            " AND x.state = 'published') FROM account a WHERE a.articles <> (SELECT COUNT(*)"
            " FROM article x WHERE x.account_id = a.id AND x.state = 'published')"
            " ORDER BY a.id LIMIT 1000",
            DB_IN(), DB_OUT(&id, &kept, &real), {
                found(f, (struct audit_difference){S("account articles"), 0, id, number(f, kept),
                                                   number(f, real)});
            });
    return OK;
}

err audit_store_versions(struct tx *t, struct audit_found *f)
{
    int64_t account = 0, no = 0, kept = 0, real = 0;
    DB_EACH(t, f->mem,
            "SELECT a.account_id, a.no, a.versions, (SELECT COUNT(*) FROM article_version v"
            " WHERE v.account_id = a.account_id AND v.no = a.no) FROM article a"
            " WHERE a.versions <> (SELECT COUNT(*) FROM article_version v"
            " WHERE v.account_id = a.account_id AND v.no = a.no)"
            " ORDER BY a.account_id, a.no LIMIT 1000",
            DB_IN(), DB_OUT(&account, &no, &kept, &real), {
                found(f, (struct audit_difference){S("article versions"), account, no,
                                                   number(f, kept), number(f, real)});
            });
    return OK;
}

/* What was last said in public about an article is what the public sees. */
err audit_store_article_state(struct tx *t, struct audit_found *f)
{
    int64_t account = 0, no = 0;
    str kept, event;
    DB_EACH(
        t, f->mem,
        "WITH last AS (SELECT a.account_id, a.no, a.state, (SELECT e.event FROM article_event"
        " e WHERE e.account_id = a.account_id AND e.no = a.no AND e.event IN ('published',"
        " 'updated', 'withdrawn', 'removed', 'restored', 'erased') ORDER BY e.id DESC LIMIT 1) AS "
        "event"
        " FROM article a) SELECT account_id, no, state, COALESCE(event, 'never') FROM last"
        " WHERE (state = 'published') <> (COALESCE(event, 'never') IN ('published', 'updated',"
        " 'restored')) OR (state IN ('withdrawn', 'removed') AND state <> COALESCE(event, 'never'))"
        " ORDER BY account_id, no LIMIT 1000",
        DB_IN(), DB_OUT(&account, &no, &kept, &event), {
            found(f, (struct audit_difference){S("article state"), account, no, kept, event});
        });
    return OK;
}

err audit_store_account_state(struct tx *t, struct audit_found *f)
{
    int64_t id = 0;
    str kept, said;
    DB_EACH(t, f->mem,
            "WITH last AS (SELECT a.id, a.state, (SELECT CASE r.kind"
            " WHEN 'account_approved' THEN 'active' WHEN 'account_resumed' THEN 'active'"
            " WHEN 'account_paused' THEN 'paused' WHEN 'account_closed' THEN 'closed'"
            " WHEN 'account_suspended' THEN 'suspended' WHEN 'account_returned' THEN 'returned'"
            " WHEN 'account_rejected' THEN 'rejected' ELSE 'applied' END FROM record r"
            " WHERE r.subject = 'account/' || a.id AND r.kind IN ('account_applied',"
            " 'account_approved', 'account_returned', 'account_rejected', 'account_paused',"
            " 'account_resumed', 'account_closed', 'account_suspended')"
            " ORDER BY r.id DESC LIMIT 1) AS said FROM account a)"
            " SELECT id, state, COALESCE(said, 'never') FROM last"
            " WHERE state <> COALESCE(said, 'never') ORDER BY id LIMIT 1000",
            DB_IN(), DB_OUT(&id, &kept, &said), {
                found(f, (struct audit_difference){S("account state"), 0, id, kept, said});
            });
    return OK;
}

err audit_store_queue(struct tx *t, struct audit_found *f)
{
    int64_t id = 0, n = 0;
    str kept;
    DB_EACH(t, f->mem,
            "WITH told AS (SELECT c.id, c.state, (SELECT COUNT(*) FROM decision d"
            " WHERE d.case_id = c.id) AS n FROM cases c) SELECT id, state, n FROM told"
            " WHERE (state = 'decided') <> (n > 0) ORDER BY id LIMIT 1000",
            DB_IN(), DB_OUT(&id, &kept, &n), {
                found(f, (struct audit_difference){S("case state"), 0, id, kept,
                                                   n ? S("decided") : S("no decision")});
            });
    return OK;
}

/* Every record has its leaf or waits for it. */
err audit_store_leaves(struct tx *t, struct audit_found *f)
{
    int64_t id = 0;
    DB_EACH(t, f->mem,
            "SELECT r.id FROM record r WHERE NOT EXISTS (SELECT 1 FROM record_leaf l"
            " WHERE l.record_id = r.id) AND NOT EXISTS (SELECT 1 FROM record_pending p"
            " WHERE p.id = r.id) ORDER BY r.id LIMIT 1000",
            DB_IN(), DB_OUT(&id), {
                found(f, (struct audit_difference){S("record leaf"), 0, id, S("none"), S("one")});
            });
    return OK;
}

err audit_store_rows(struct tx *t, struct audit_found *f)
{
    return db_one(t, f->mem,
                  "SELECT (SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM article)"
                  " + (SELECT COUNT(*) FROM cases)",
                  DB_IN(), DB_OUT(&f->a->rows));
}
