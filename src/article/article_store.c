/* SQL of articles. */
#include "article/article_store.h"

#include "article/tag.h"
#include "base/clock.h"
#include "base/id.h"
#include "emergency/scope.h"

enum { MAX_LIST = 100, MAX_HISTORY = 500, MAX_DUE = 100, MAX_PLANNED = 200 };

static int64_t china_day(int64_t ms)
{
    return (ms + 8 * HOUR_MS) / DAY_MS;
}

err store_next_no(struct tx *t, int64_t account_id, bool counts, bool published, int64_t *ret_no)
{
    return db_one(t, NULL,
                  "UPDATE account SET last_no = last_no + 1, articles = articles + $4,"
                  " quota_used = CASE WHEN quota_day = $2 THEN quota_used + $3 ELSE $3 END,"
                  " quota_day = $2 WHERE id = $1 RETURNING last_no",
                  DB_IN(account_id, china_day(tx_now(t)), counts, published), DB_OUT(ret_no));
}

err store_use_quota(struct tx *t, int64_t account_id)
{
    return db_exec(t,
                   "UPDATE account SET"
                   " quota_used = CASE WHEN quota_day = $2 THEN quota_used + 1 ELSE 1 END,"
                   " quota_day = $2 WHERE id = $1",
                   DB_IN(account_id, china_day(tx_now(t))));
}

err store_count_public(struct tx *t, int64_t account_id, int delta)
{
    return db_exec(t, "UPDATE account SET articles = articles + $2 WHERE id = $1",
                   DB_IN(account_id, delta));
}

err store_changed(struct tx *t, const struct article *a)
{
    return db_exec(t, "INSERT INTO article_change (id, account_id, no) VALUES ($1, $2, $3)",
                   DB_IN(id_new(), a->account_id, a->no));
}

/* What lists know of the declarations. */
static str declared(const struct article_text *x)
{
    return x->declared.p ? x->declared : S("");
}

static bool minors(const struct article_text *x)
{
    return str_has(declared(x), S("\"minors\":"));
}

err store_insert(struct tx *t, const struct article_put *a)
{
    const struct article_text *x = a->text;
    return db_exec(t,
                   "INSERT INTO article (account_id, no, state, kind, category, title, digest,"
                   " cover, version, versions, author_id, created_at, updated_at, published_at,"
                   " publish_at, declared, minors)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, $15,"
                   " $16)",
                   DB_IN(a->account_id, a->no, a->state, x->kind, x->category, x->title, x->digest,
                         x->cover, a->version, a->versions, a->user_id, tx_now(t), a->published_at,
                         a->publish_at, declared(x), minors(x)));
}

err store_insert_version(struct tx *t, const struct article_version *v)
{
    return db_exec(t,
                   "INSERT INTO article_version (account_id, no, version, title, digest, cover,"
                   " category, doc, hash, author_id, created_at, declared)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                   DB_IN(v->account_id, v->no, v->version, v->text.title, v->text.digest,
                         v->text.cover, v->text.category, v->text.doc, v->hash, v->author_id,
                         tx_now(t), declared(&v->text)));
}

err store_event(struct tx *t, const struct article *a, int version, const char *event,
                int64_t actor, str reason)
{
    return db_exec(t,
                   "INSERT INTO article_event (account_id, no, id, version, event, actor, reason,"
                   " at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   DB_IN(a->account_id, a->no, id_new(), version, str_from(event), actor,
                         reason.p ? reason : S(""), tx_now(t)));
}

err store_publish(struct tx *t, const struct article *a, const struct article_version *v, str state,
                  int64_t publish_at)
{
    return db_exec(
        t,
        "UPDATE article SET state = $3, version = $4, kind = $5, category = $6, title = $7,"
        " digest = $8, cover = $9, updated_at = $10, publish_at = $11, reason = '',"
        " declared = $12, minors = $13,"
        " published_at = CASE WHEN published_at = 0 AND $3 = 'published' THEN $10"
        "  ELSE published_at END"
        " WHERE account_id = $1 AND no = $2",
        DB_IN(a->account_id, a->no, state, v->version, v->text.kind, v->text.category,
              v->text.title, v->text.digest, v->text.cover, tx_now(t), publish_at,
              declared(&v->text), minors(&v->text)));
}

err store_state(struct tx *t, const struct article *a, str state, str reason)
{
    return db_exec(t,
                   "UPDATE article SET state = $3, reason = $4, updated_at = $5"
                   " WHERE account_id = $1 AND no = $2",
                   DB_IN(a->account_id, a->no, state, reason, tx_now(t)));
}

err store_mark(struct tx *t, const struct article *a, bool limited, str label)
{
    return db_exec(t,
                   "UPDATE article SET limited = $3, label = $4 WHERE account_id = $1 AND no = $2",
                   DB_IN(a->account_id, a->no, limited, label));
}

err article_media_shared(struct tx *t, int64_t account_id, int64_t no, str hash, bool *ret_shared)
{
    int64_t others = 0, here = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM media WHERE hash = $1 AND account_id <> $2",
               DB_IN(hash, account_id), DB_OUT(&others)));
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM article a JOIN article_version v"
               " ON v.account_id = a.account_id AND v.no = a.no AND v.version = a.version"
               " WHERE a.account_id = $1 AND a.no <> $2 AND a.state = 'published'"
               " AND (a.cover = $3 OR REPLACE(v.doc, $3, '') <> v.doc)",
               DB_IN(account_id, no, hash), DB_OUT(&here)));
    *ret_shared = others + here > 0;
    return OK;
}

err store_title(struct tx *t, const struct article *a, const struct article_text *x)
{
    return db_exec(
        t,
        "UPDATE article SET title = $3, digest = $4, cover = $5, category = $6,"
        " updated_at = $7 WHERE account_id = $1 AND no = $2",
        DB_IN(a->account_id, a->no, x->title, x->digest, x->cover, x->category, tx_now(t)));
}

err store_plan(struct tx *t, const struct article *a, int64_t publish_at)
{
    return db_exec(t, "UPDATE article SET publish_at = $3 WHERE account_id = $1 AND no = $2",
                   DB_IN(a->account_id, a->no, publish_at));
}

err store_versions_up(struct tx *t, const struct article *a, int versions, str state)
{
    return db_exec(t,
                   "UPDATE article SET versions = $3, state = $4, updated_at = $5"
                   " WHERE account_id = $1 AND no = $2",
                   DB_IN(a->account_id, a->no, versions, state, tx_now(t)));
}

err store_backdate(struct tx *t, int64_t account_id, int64_t no, int64_t at, int64_t reads)
{
    TRY(tags_backdate(t, account_id, no, at));
    return db_exec(t,
                   "UPDATE article SET published_at = $3, created_at = $3, updated_at = $3,"
                   " reads = $4 WHERE account_id = $1 AND no = $2 AND state = 'published'",
                   DB_IN(account_id, no, at, reads));
}

err store_draft_insert(struct tx *t, const struct draft *d)
{
    return db_exec(t,
                   "INSERT INTO draft (account_id, no, title, digest, cover, category, doc,"
                   " base_version, saved_by, saved_at, declared, rev)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
                   DB_IN(d->account_id, d->no, d->text.title, d->text.digest, d->text.cover,
                         d->text.category, d->text.doc, d->base_version, d->saved_by, tx_now(t),
                         declared(&d->text)));
}

err store_draft_update(struct tx *t, const struct draft *d, int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE draft SET title = $3, digest = $4, cover = $5, category = $6,"
                     " doc = $7, saved_by = $8, saved_at = $9, declared = $11, rev = rev + 1"
                     " WHERE account_id = $1 AND no = $2 AND rev = $10",
                     DB_IN(d->account_id, d->no, d->text.title, d->text.digest, d->text.cover,
                           d->text.category, d->text.doc, d->saved_by, tx_now(t), d->rev,
                           declared(&d->text)),
                     ret_changed);
}

err store_draft_base(struct tx *t, int64_t account_id, int64_t no, int base_version)
{
    return db_exec(t,
                   "UPDATE draft SET base_version = $3, returned = ''"
                   " WHERE account_id = $1 AND no = $2",
                   DB_IN(account_id, no, base_version));
}

err store_draft_returned(struct tx *t, int64_t account_id, int64_t no, str reason)
{
    return db_exec(t, "UPDATE draft SET returned = $3 WHERE account_id = $1 AND no = $2",
                   DB_IN(account_id, no, reason));
}

err store_draft_drop(struct tx *t, int64_t account_id, int64_t no, int base_version)
{
    return db_exec(t, "DELETE FROM draft WHERE account_id = $1 AND no = $2 AND base_version = $3",
                   DB_IN(account_id, no, base_version));
}

err store_due(struct tx *t, arena *mem, struct article_ref **ret_v, size_t *ret_n)
{
    struct article_ref *v = NEW_N(mem, struct article_ref, MAX_DUE), row = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT account_id, no FROM article WHERE state = 'scheduled' AND publish_at <= $1"
            " ORDER BY publish_at LIMIT 100",
            DB_IN(tx_now(t)), DB_OUT(&row.account_id, &row.no), { v[n++] = row; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "a.account_id, a.no, a.author_id, a.created_at, a.updated_at, a.published_at, a.publish_at,"   \
    " a.reads, p.handle, p.name, p.class, p.avatar, p.verified, a.state, a.kind, a.category,"      \
    " a.title, a.digest, a.cover, a.reason, a.version, a.versions, a.limited, a.label,"            \
    " a.declared, CASE WHEN p.state = 'closed' THEN 1 ELSE 0 END"
#define JOIN " JOIN account p ON p.id = a.account_id "
#define OUT(x)                                                                                     \
    DB_OUT(&(x).account_id, &(x).no, &(x).author_id, &(x).created_at, &(x).updated_at,             \
           &(x).published_at, &(x).publish_at, &(x).reads, &(x).handle, &(x).account_name,         \
           &(x).account_class, &(x).account_avatar, &(x).account_verified, &(x).state, &(x).kind,  \
           &(x).category, &(x).title, &(x).digest, &(x).cover, &(x).reason, &(x).version,          \
           &(x).versions, &(x).limited, &(x).label, &(x).declared, &(x).account_closed)
#define BEFORE "(a.published_at, a.account_id, a.no) < ($1, $2, $3)"
/* What is spread beyond the account's own page. */
#define SPREAD "a.limited = 0 AND p.state <> 'closed'"
#define LATEST " ORDER BY a.published_at DESC, a.account_id DESC, a.no DESC LIMIT $4"

err article_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct article *ret_a)
{
    struct article a = {0};
    TRY(db_one(t, mem,
               "SELECT " COLUMNS " FROM article a" JOIN "WHERE a.account_id = $1 AND a.no = $2",
               DB_IN(account_id, no), OUT(a)));
    *ret_a = a;
    return OK;
}

err article_find(struct tx *t, arena *mem, str handle, int64_t no, struct article *ret_a)
{
    struct article a = {0};
    TRY(db_one(t, mem,
               "SELECT " COLUMNS " FROM account_handle h JOIN article a ON a.account_id ="
               " h.account_id" JOIN "WHERE h.handle = $1 AND a.no = $2",
               DB_IN(handle, no), OUT(a)));
    if (a.account_closed && str_eq(a.state, S("published"))) {
        a.state = S("removed");
        a.reason = S("account_closed");
    }
    *ret_a = a;
    return OK;
}

err article_version_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, int version,
                         struct article_version *ret_v)
{
    struct article_version v = {.account_id = account_id, .no = no, .version = version};
    TRY(db_one(t, mem,
               "SELECT v.title, v.digest, v.cover, v.category, v.doc, v.hash, v.author_id,"
               " v.created_at, v.declared, a.kind FROM article_version v JOIN article a"
               " ON a.account_id = v.account_id AND a.no = v.no"
               " WHERE v.account_id = $1 AND v.no = $2 AND v.version = $3",
               DB_IN(account_id, no, version),
               DB_OUT(&v.text.title, &v.text.digest, &v.text.cover, &v.text.category, &v.text.doc,
                      &v.hash, &v.author_id, &v.created_at, &v.text.declared, &v.text.kind)));
    *ret_v = v;
    return OK;
}

/* A version without its document, as lists show it. */
#define LISTED                                                                                     \
    "SELECT version, title, digest, cover, category, hash, author_id, created_at"                  \
    " FROM article_version v WHERE account_id = $1 AND no = $2"
#define LISTED_OUT(x)                                                                              \
    DB_OUT(&(x).version, &(x).text.title, &(x).text.digest, &(x).text.cover, &(x).text.category,   \
           &(x).hash, &(x).author_id, &(x).created_at)

err article_versions(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                     struct article_version **ret_v, size_t *ret_n)
{
    struct article_version *v = NEW_N(mem, struct article_version, MAX_HISTORY);
    struct article_version row = {.account_id = account_id, .no = no};
    size_t n = 0;
    DB_EACH(t, mem, LISTED " ORDER BY version DESC LIMIT 500", DB_IN(account_id, no),
            LISTED_OUT(row), { v[n++] = row; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err article_public_versions(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                            struct article_version **ret_v, size_t *ret_n)
{
    struct article_version *v = NEW_N(mem, struct article_version, MAX_HISTORY);
    struct article_version row = {.account_id = account_id, .no = no};
    size_t n = 0;
    DB_EACH(t, mem,
            LISTED " AND EXISTS (SELECT 1 FROM article_event e WHERE e.account_id = $1"
                   "  AND e.no = $2 AND e.version = v.version"
                   "  AND e.event IN ('published', 'updated')) ORDER BY version DESC LIMIT 500",
            DB_IN(account_id, no), LISTED_OUT(row), { v[n++] = row; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err article_was_public(struct tx *t, int64_t account_id, int64_t no, int version, int *ret_before)
{
    int64_t was = 0;
    int before = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FILTER (WHERE version = $3),"
               " COALESCE(MAX(version) FILTER (WHERE version < $3), 0) FROM article_event"
               " WHERE account_id = $1 AND no = $2 AND event IN ('published', 'updated')",
               DB_IN(account_id, no, version), DB_OUT(&was, &before)));
    if (!was)
        return fault(ERR_NOT_FOUND, "not_found", "version %d was never public", version);
    *ret_before = before;
    return OK;
}

err article_events(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                   struct article_event **ret_v, size_t *ret_n)
{
    struct article_event *v = NEW_N(mem, struct article_event, MAX_HISTORY), row = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT e.id, e.actor, e.at, e.version, e.event, e.reason, COALESCE(u.name, '')"
            " FROM article_event e LEFT JOIN users u ON u.id = e.actor"
            " WHERE e.account_id = $1 AND e.no = $2 ORDER BY e.id DESC LIMIT 500",
            DB_IN(account_id, no),
            DB_OUT(&row.id, &row.actor, &row.at, &row.version, &row.event, &row.reason,
                   &row.actor_name),
            { v[n++] = row; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err draft_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct draft *ret_d)
{
    struct draft d = {.account_id = account_id, .no = no};
    TRY(db_one(t, mem,
               "SELECT d.title, d.digest, d.cover, d.category, d.doc, d.declared, d.base_version,"
               " d.rev, d.saved_by, d.saved_at, d.returned, COALESCE(u.name, '')"
               " FROM draft d LEFT JOIN users u ON u.id = d.saved_by"
               " WHERE d.account_id = $1 AND d.no = $2",
               DB_IN(account_id, no),
               DB_OUT(&d.text.title, &d.text.digest, &d.text.cover, &d.text.category, &d.text.doc,
                      &d.text.declared, &d.base_version, &d.rev, &d.saved_by, &d.saved_at,
                      &d.returned, &d.saved_by_name)));
    *ret_d = d;
    return OK;
}

struct list {
    struct article *v, row;
    size_t n;
};
#define ADD(l)                                                                                     \
    {                                                                                              \
        (l)->v[(l)->n++] = (l)->row;                                                               \
    }

static err list_latest(struct tx *t, arena *mem, const struct article_page *p, struct list *l)
{
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM article a" JOIN
            "WHERE a.state = 'published' AND a.minors = 0 AND " SPREAD " AND " BEFORE
            " AND NOT EXISTS (SELECT 1 FROM emergency e WHERE e.quiets = 1 AND " EMERGENCY_REACHES(
                "$5", "p", "a.category") ")" LATEST,
            DB_IN(p->before_at, p->before_account, p->before_no, p->limit, tx_now(t)), OUT(l->row),
            ADD(l));
    return OK;
}

static err list_account(struct tx *t, arena *mem, const struct article_page *p, struct list *l)
{
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM article a" JOIN
            "WHERE a.account_id = $1 AND a.state = 'published' AND p.state <> 'closed'"
            " AND (a.limited = 0 OR $5 = 0)"
            " AND (a.published_at, a.no) < ($2, $3)"
            " ORDER BY a.published_at DESC, a.no DESC LIMIT $4",
            DB_IN(p->account_id, p->before_at, p->before_no, p->limit, p->spread), OUT(l->row),
            ADD(l));
    return OK;
}

static err list_category(struct tx *t, arena *mem, const struct article_page *p, struct list *l)
{
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM article a" JOIN
            "WHERE a.category = $5 AND a.state = 'published' AND " SPREAD " AND " BEFORE LATEST,
            DB_IN(p->before_at, p->before_account, p->before_no, p->limit, p->category),
            OUT(l->row), ADD(l));
    return OK;
}

static err list_topic(struct tx *t, arena *mem, const struct article_page *p, struct list *l)
{
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM article_tag g JOIN article a ON a.account_id = g.account_id"
            " AND a.no = g.no" JOIN "WHERE g.fold = $5 AND a.state = 'published' AND " SPREAD
            " AND (g.published_at, g.account_id, g.no) < ($1, $2, $3)"
            " ORDER BY g.published_at DESC, g.account_id DESC, g.no DESC LIMIT $4",
            DB_IN(p->before_at, p->before_account, p->before_no, p->limit, p->topic), OUT(l->row),
            ADD(l));
    return OK;
}

/* What account s.account_id or h.id published before the key, the newest first. */
#define FEED_OF(account)                                                                           \
    "SELECT x.published_at FROM article x WHERE x.account_id = " account                           \
    " AND x.state = 'published' AND x.limited = 0"                                                 \
    " AND (x.published_at, x.account_id, x.no) < ($1, $2, $3)"                                     \
    " ORDER BY x.published_at DESC, x.no DESC LIMIT 1"

/* Who follows much of what there is finds a page among the newest articles of all (near of them).
 * Joined crosswise, because SQLite keeps that order: down the index until the page is full. */
static err list_feed_near(struct tx *t, arena *mem, const struct article_page *p, int64_t near,
                          struct list *l)
{
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM article a CROSS JOIN subscription s CROSS JOIN account p"
            " WHERE a.state = 'published' AND (a.published_at, a.account_id, a.no) < ($1, $2, $3)"
            " AND a.published_at >= (SELECT MIN(e.published_at) FROM"
            "  (SELECT x.published_at FROM article x WHERE x.state = 'published'"
            "   AND (x.published_at, x.account_id, x.no) < ($1, $2, $3)"
            "   ORDER BY x.published_at DESC, x.account_id DESC, x.no DESC LIMIT $6) e)"
            " AND s.user_id = $5 AND s.account_id = a.account_id AND p.id = a.account_id"
            " AND " SPREAD LATEST,
            DB_IN(p->before_at, p->before_account, p->before_no, p->limit, p->reader_id, near),
            OUT(l->row), ADD(l));
    return OK;
}

/* A page of $4 needs only the $4 accounts that published last (top), and of their articles none
 * older than the edge: where $4 accounts have their newest one, or one account its $4-th. So a page
 * reads a row of each subscription and at most $4 squared articles, however many there are. */
static err list_feed_far(struct tx *t, arena *mem, const struct article_page *p, struct list *l)
{
    DB_EACH(t, mem,
            "WITH head AS (SELECT s.account_id AS id, (" FEED_OF(
                "s.account_id") ") AS at"
                                "  FROM subscription s WHERE s.user_id = $5),"
                                " top AS MATERIALIZED (SELECT h.id, h.at FROM head h JOIN account "
                                "p ON p.id = h.id"
                                "  WHERE h.at > 0 AND p.state <> 'closed' ORDER BY h.at DESC, h.id "
                                "DESC LIMIT $4),"
                                " edge AS MATERIALIZED (SELECT MAX(at) AS at FROM (SELECT CASE "
                                "WHEN COUNT(*) = $4"
                                "  THEN MIN(at) ELSE 0 END AS at FROM top UNION ALL"
                                "  SELECT (" FEED_OF(
                                    "h.id") " OFFSET $4 - 1) FROM top h) y)"
                                            " SELECT " COLUMNS
                                            " FROM edge CROSS JOIN top h CROSS JOIN article a" JOIN
                                            "WHERE a.account_id = h.id AND a.state = 'published' "
                                            "AND a.published_at >= edge.at"
                                            " AND a.limited = 0 AND " BEFORE LATEST,
            DB_IN(p->before_at, p->before_account, p->before_no, p->limit, p->reader_id),
            OUT(l->row), ADD(l));
    return OK;
}

/* The near look costs less than the far one that may follow it: a row of an index for each instead
 * of half a dozen for each account. */
static err list_feed(struct tx *t, arena *mem, const struct article_page *p, struct list *l)
{
    enum { FEW = 50, MOST = 1000, PER_FOLLOWED = 2 };
    int64_t follows = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM (SELECT 1 FROM subscription WHERE user_id = $1 LIMIT $2) x",
               DB_IN(p->reader_id, MOST), DB_OUT(&follows)));
    if (follows >= FEW)
        TRY(list_feed_near(t, mem, p, follows * PER_FOLLOWED, l));
    if (l->n == (size_t)p->limit)
        return OK;
    l->n = 0;
    return list_feed_far(t, mem, p, l);
}

static err list_series(struct tx *t, arena *mem, const struct article_page *p, struct list *l)
{
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM series_item i JOIN article a ON a.account_id = i.account_id"
            " AND a.no = i.article_no" JOIN "WHERE i.account_id = $1 AND i.series_no = $2"
            " AND a.state = 'published' AND p.state <> 'closed' AND i.place > COALESCE((SELECT"
            "  k.place FROM series_item k WHERE k.account_id = $1 AND k.article_no = $3), 0)"
            " ORDER BY i.place LIMIT $4",
            DB_IN(p->account_id, p->series, p->before_at == INT64_MAX ? 0 : p->before_no, p->limit),
            OUT(l->row), ADD(l));
    return OK;
}

/* CROSS JOIN: SQLite would begin with all articles of the account. */
static err list_pinned(struct tx *t, arena *mem, const struct article_page *p, struct list *l)
{
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM article_pin i CROSS JOIN article a" JOIN
            "WHERE i.account_id = $1 AND a.account_id = i.account_id AND a.no = i.no"
            " AND a.state = 'published'"
            " AND p.state <> 'closed' ORDER BY i.pinned_at DESC, i.no DESC LIMIT $2",
            DB_IN(p->account_id, p->limit), OUT(l->row), ADD(l));
    return OK;
}

static err list_own(struct tx *t, arena *mem, const struct article_page *p, struct list *l)
{
    return p->series   ? list_series(t, mem, p, l)
           : p->pinned ? list_pinned(t, mem, p, l)
                       : list_account(t, mem, p, l);
}

err article_list(struct tx *t, arena *mem, const struct article_page *p, struct article **ret_v,
                 size_t *ret_n)
{
    ASSERT(p->limit > 0 && p->limit <= MAX_LIST);
    struct article_page from = *p;
    if (!from.before_at)
        from.before_at = from.before_account = from.before_no = INT64_MAX;
    struct list l = {.v = NEW_N(mem, struct article, (size_t)p->limit)};
    TRY(from.reader_id    ? list_feed(t, mem, &from, &l)
        : from.account_id ? list_own(t, mem, &from, &l)
        : from.category.n ? list_category(t, mem, &from, &l)
        : from.topic.n    ? list_topic(t, mem, &from, &l)
                          : list_latest(t, mem, &from, &l));
    *ret_v = l.v;
    *ret_n = l.n;
    return OK;
}

err article_planned(struct tx *t, arena *mem, int64_t account_id, int64_t from, int64_t until,
                    struct article **ret_v, size_t *ret_n)
{
    struct list l = {.v = NEW_N(mem, struct article, MAX_PLANNED)};
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM article a" JOIN
            "WHERE a.account_id = $1 AND a.publish_at > 0 AND a.publish_at >= $2"
            " AND a.publish_at < $3 AND a.state IN ('scheduled', 'held')"
            " ORDER BY a.publish_at, a.no LIMIT 200",
            DB_IN(account_id, from, until), OUT(l.row), ADD(&l));
    *ret_v = l.v;
    *ret_n = l.n;
    return OK;
}

err article_list_own(struct tx *t, arena *mem, const struct article_own_page *p,
                     struct article **ret_v, size_t *ret_n)
{
    ASSERT(p->limit > 0 && p->limit <= MAX_LIST);
    struct list l = {.v = NEW_N(mem, struct article, (size_t)p->limit)};
    int64_t at = p->before_at ? p->before_at : INT64_MAX;
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM article a" JOIN
            "WHERE a.account_id = $1 AND a.state <> 'discarded' AND ($2 = '' OR a.state = $2)"
            " AND ($3 = '' OR REPLACE(a.title, $3, '') <> a.title)"
            " AND (a.updated_at, a.no) < ($4, $5)"
            " ORDER BY a.updated_at DESC, a.no DESC LIMIT $6",
            DB_IN(p->account_id, p->state.p ? p->state : S(""), p->find.p ? p->find : S(""), at,
                  p->before_no ? p->before_no : INT64_MAX, p->limit),
            OUT(l.row), ADD(&l));
    *ret_v = l.v;
    *ret_n = l.n;
    return OK;
}
