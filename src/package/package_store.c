/* SQL of packages, and of what goes into them. */
#include "package/package_store.h"

enum { OVER_MAX = 100, CASES_MAX = 500, RULINGS_MAX = 50, NOTICES_MAX = 1000 };

err store_package_insert(struct tx *t, const struct package *p)
{
    return db_exec(t,
                   "INSERT INTO evidence_package (id, account_id, no, basis, number, reason,"
                   " asked_by, asked_at, recipient, identity_reason, state)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   DB_IN(p->id, p->account_id, p->no, p->basis, p->number, p->reason, p->asked_by,
                         p->asked_at, p->recipient, p->identity_reason, p->state));
}

err store_package_step(struct tx *t, const struct package_step *s)
{
    int64_t n = 0;
    TRY(db_exec_n(t, "UPDATE evidence_package SET state = $2 WHERE id = $1 AND state IN ($3, $4)",
                  DB_IN(s->id, s->to, s->from, s->from2), &n));
    return n ? OK
             : fault(ERR_CONFLICT, "package_over", "package %lld is not %.*s", (long long)s->id,
                     FMT(s->from));
}

err store_package_second(struct tx *t, const struct package_answer *a)
{
    return db_exec(t, "UPDATE evidence_package SET second_by = $2, second_at = $3 WHERE id = $1",
                   DB_IN(a->id, a->by, tx_now(t)));
}

err store_package_progress(struct tx *t, const struct package *p, bool *ret_working)
{
    int64_t n = 0;
    TRY(db_exec_n(t,
                  "UPDATE evidence_package SET parts = $2, parts_done = $3 WHERE id = $1"
                  " AND state = 'working'",
                  DB_IN(p->id, p->parts, p->parts_done), &n));
    *ret_working = n > 0;
    return OK;
}

err store_package_failed(struct tx *t, int64_t id, str reason)
{
    return db_exec(t,
                   "UPDATE evidence_package SET state = 'failed', fail = $2 WHERE id = $1"
                   " AND state IN ('waiting', 'working')",
                   DB_IN(id, reason));
}

err store_package_done(struct tx *t, const struct package *p)
{
    return db_exec(
        t,
        "UPDATE evidence_package SET state = 'done', blob = $2, size = $3,"
        " missing = $4, files = $5, manifest = $6, record_id = $7, made_at = $8,"
        " parts_done = parts WHERE id = $1",
        DB_IN(p->id, p->blob, p->size, p->missing, p->files, p->manifest, p->record_id, tx_now(t)));
}

#define COLUMNS                                                                                    \
    "SELECT p.id, p.account_id, p.no, p.basis, p.number, p.reason, p.asked_by, p.asked_at,"        \
    " p.recipient, p.identity_reason, p.second_by, p.second_at, p.state, p.parts, p.parts_done,"   \
    " p.fail, p.missing, p.files, p.blob, p.size, p.manifest, p.record_id, p.made_at, a.handle,"   \
    " CASE WHEN p.no = 0 THEN a.name ELSE COALESCE((SELECT x.title FROM article x"                 \
    "  WHERE x.account_id = p.account_id AND x.no = p.no), '') END, COALESCE(u.name, ''),"         \
    " COALESCE(s.name, '') FROM evidence_package p JOIN account a ON a.id = p.account_id"          \
    " LEFT JOIN users u ON u.id = p.asked_by LEFT JOIN users s ON s.id = p.second_by"
#define OUT(p)                                                                                     \
    DB_OUT(&(p).id, &(p).account_id, &(p).no, &(p).basis, &(p).number, &(p).reason, &(p).asked_by, \
           &(p).asked_at, &(p).recipient, &(p).identity_reason, &(p).second_by, &(p).second_at,    \
           &(p).state, &(p).parts, &(p).parts_done, &(p).fail, &(p).missing, &(p).files,           \
           &(p).blob, &(p).size, &(p).manifest, &(p).record_id, &(p).made_at, &(p).handle,         \
           &(p).title, &(p).asked_name, &(p).second_name)

err package_load(struct tx *t, arena *mem, int64_t id, struct package *ret_p)
{
    struct package p = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE p.id = $1", DB_IN(id), OUT(p)));
    *ret_p = p;
    return OK;
}

err package_list(struct tx *t, arena *mem, const struct package_query *q, struct package **ret_v,
                 size_t *ret_n)
{
    ASSERT(q->limit > 0 && q->limit <= PACKAGE_LIST_MAX);
    struct package *v = NEW_N(mem, struct package, (size_t)q->limit), p = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            COLUMNS " WHERE ($1 = 0 OR p.id < $1) AND ($2 = '' OR p.state = $2)"
                    " ORDER BY p.id DESC LIMIT $3",
            DB_IN(q->before, q->state, q->limit), OUT(p), { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_package_over(struct tx *t, arena *mem, struct package **ret_v, size_t *ret_n)
{
    struct package *v = NEW_N(mem, struct package, OVER_MAX), p = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, blob FROM evidence_package WHERE state = 'expired' AND blob <> ''"
            " ORDER BY id LIMIT 100",
            DB_IN(), DB_OUT(&p.id, &p.blob), { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_package_forgotten(struct tx *t, int64_t id)
{
    return db_exec(t, "UPDATE evidence_package SET blob = '' WHERE id = $1 AND state = 'expired'",
                   DB_IN(id));
}

#define IDS(most, sql, ...)                                                                        \
    do {                                                                                           \
        int64_t *v = NEW_N(mem, int64_t, most), id_ = 0;                                           \
        size_t n = 0;                                                                              \
        DB_EACH(t, mem, sql, DB_IN(__VA_ARGS__), DB_OUT(&id_), { v[n++] = id_; });                 \
        *ret_v = v;                                                                                \
        *ret_n = n;                                                                                \
        return OK;                                                                                 \
    } while (0)

err store_package_cases(struct tx *t, arena *mem, const struct package *p, int64_t **ret_v,
                        size_t *ret_n)
{
    IDS(CASES_MAX,
        "SELECT c.id FROM cases c WHERE c.account_id = $1"
        " AND ((c.kind = 'finding' AND c.subject = $2)"
        "  OR (c.kind = 'article' AND $2 <> 0 AND c.subject = $2)"
        "  OR (c.kind = 'account' AND $2 = 0)"
        "  OR (c.kind = 'appeal' AND EXISTS (SELECT 1 FROM appeal a JOIN ruling r"
        "   ON r.id = a.ruling_id WHERE a.case_id = c.id AND r.no = $2)))"
        " ORDER BY c.id LIMIT 500",
        p->account_id, p->no);
}

err store_case_rulings(struct tx *t, arena *mem, int64_t case_id, int64_t **ret_v, size_t *ret_n)
{
    IDS(RULINGS_MAX, "SELECT id FROM ruling WHERE case_id = $1 ORDER BY id LIMIT 50", case_id);
}

err store_package_notices(struct tx *t, arena *mem, const struct package *p,
                          struct package_notice **ret_v, size_t *ret_n)
{
    struct package_notice *v = NEW_N(mem, struct package_notice, NOTICES_MAX), x = {0};
    size_t n = 0;
    str link = p->no ? str_fmt(mem, "/console/%.*s/articles/%lld", FMT(p->handle), (long long)p->no)
                     : str_cat(mem, S("/console/"), p->handle);
    str below = str_cat(mem, link, S("/"));
    DB_EACH(t, mem,
            "SELECT n.user_id, n.at, COALESCE(n.read_at, 0), n.kind, n.args, n.link FROM notice n"
            " WHERE n.user_id IN (SELECT m.user_id FROM member m WHERE m.account_id = $1)"
            " AND (n.link = $2 OR substr(n.link, 1, length($3)) = $3 OR n.link IN"
            "  (SELECT '/me/rulings/' || r.id FROM ruling r WHERE r.account_id = $1"
            "   AND r.no = $4)) ORDER BY n.at, n.id LIMIT 1000",
            DB_IN(p->account_id, link, below, p->no),
            DB_OUT(&x.user_id, &x.at, &x.read_at, &x.kind, &x.args, &x.link), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_package_media(struct tx *t, arena *mem, str hash, struct package_media *ret_m)
{
    struct package_media m = {.hash = hash};
    TRY(db_one(t, mem, "SELECT blob, mime FROM media_variant WHERE hash = $1 AND width = 0",
               DB_IN(hash), DB_OUT(&m.blob, &m.mime)));
    *ret_m = m;
    return OK;
}

#define OPERATION                                                                                  \
    "SELECT o.id, o.at, o.user_id, o.account_id, o.method, o.route, o.object, o.result, o.status," \
    " o.ip, o.port, o.user_agent, o.content_hash FROM oplog o WHERE o.id > $1"
#define OPERATION_OUT(x)                                                                           \
    DB_OUT(&(x).id, &(x).at, &(x).user_id, &(x).account_id, &(x).method, &(x).route, &(x).object,  \
           &(x).result, &(x).status, &(x).ip, &(x).port, &(x).user_agent, &(x).content_hash)
#define AT_OR_BELOW(place, slash)                                                                  \
    "(o.object = " place " OR substr(o.object, 1, length(" slash ")) = " slash ")"

/* A new article has no number yet in the address that made it: it is known by the time that its
 * event and the row share, both written in one transaction. */
err store_operations(struct tx *t, arena *mem, const struct package *p, int64_t after,
                     struct oplog_row **ret_v, size_t *ret_n)
{
    struct oplog_row *v = NEW_N(mem, struct oplog_row, PACKAGE_BATCH), x = {0};
    size_t n = 0;
    str page = str_fmt(mem, "/console/%.*s/articles/%lld", FMT(p->handle), (long long)p->no);
    str api = str_fmt(mem, "/api/v1/accounts/%.*s/articles/%lld", FMT(p->handle), (long long)p->no);
    DB_EACH(
        t, mem,
        OPERATION
        " AND o.account_id = $2 AND ($3 = 0 OR " AT_OR_BELOW("$4", "$5") " OR " AT_OR_BELOW(
            "$6",
            "$7") " OR EXISTS (SELECT 1 FROM article_event e"
                  " WHERE e.account_id = $2 AND e.no = $3 AND e.at = o.at AND e.actor = o.user_id))"
                  " ORDER BY o.id LIMIT 200",
        DB_IN(after, p->account_id, p->no, page, str_cat(mem, page, S("/")), api,
              str_cat(mem, api, S("/"))),
        OPERATION_OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_case_operations(struct tx *t, arena *mem, const struct case_operations *q,
                          struct oplog_row **ret_v, size_t *ret_n)
{
    struct oplog_row *v = NEW_N(mem, struct oplog_row, PACKAGE_BATCH), x = {0};
    size_t n = 0;
    str page = str_fmt(mem, "/desk/cases/%lld", (long long)q->case_id);
    DB_EACH(t, mem,
            OPERATION
            " AND o.user_id IN (SELECT d.officer FROM decision d WHERE d.case_id = $2"
            " UNION SELECT d.second_officer FROM decision d WHERE d.case_id = $2"
            " UNION SELECT c.officer FROM proposal c WHERE c.case_id = $2) AND o.user_id <> 0"
            " AND " AT_OR_BELOW("$3", "$4") " ORDER BY o.id LIMIT 200",
            DB_IN(q->after, q->case_id, page, str_cat(mem, page, S("/"))), OPERATION_OUT(x),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_records(struct tx *t, arena *mem, const struct record_after *q,
                  struct package_record **ret_v, size_t *ret_n)
{
    struct package_record *v = NEW_N(mem, struct package_record, PACKAGE_BATCH), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, salt, body FROM record WHERE subject = $1 AND id > $2 ORDER BY id"
            " LIMIT 200",
            DB_IN(q->subject, q->id), DB_OUT(&x.id, &x.salt, &x.body), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
