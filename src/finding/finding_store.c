/* SQL of findings. */
#include "finding/finding_store.h"

enum { MAX_LIST = 200 };

err store_finding_thing(struct tx *t, arena *mem, const struct finding *f,
                        struct finding_thing *ret_thing)
{
    struct finding_thing x = {0};
    if (f->no)
        TRY(db_one(t, mem,
                   "SELECT v.title, a.reads, p.handle, v.version FROM article a"
                   " JOIN account p ON p.id = a.account_id"
                   " JOIN article_version v ON v.account_id = a.account_id AND v.no = a.no"
                   "  AND v.version = CASE WHEN $3 > 0 THEN $3 WHEN a.version > 0 THEN a.version"
                   "   ELSE a.versions END"
                   " WHERE a.account_id = $1 AND a.no = $2",
                   DB_IN(f->account_id, f->no, f->version),
                   DB_OUT(&x.title, &x.reach, &x.handle, &x.version)));
    else
        TRY(db_one(t, mem, "SELECT name, subscribers, handle FROM account WHERE id = $1",
                   DB_IN(f->account_id), DB_OUT(&x.title, &x.reach, &x.handle)));
    *ret_thing = x;
    return OK;
}

err store_finding_again(struct tx *t, const struct finding *f, int64_t *ret_case, int64_t *ret_n)
{
    return db_one(
        t, NULL,
        "SELECT COUNT(*), COALESCE(MAX(case_id), 0) FROM finding WHERE account_id = $1"
        " AND no = $2 AND version = $3 AND source = 'rule' AND family = $4"
        " AND rule = $5 AND rule_version = $6 AND from_at = $7",
        DB_IN(f->account_id, f->no, f->version, f->family, f->rule, f->rule_version, f->from),
        DB_OUT(ret_n, ret_case));
}

err store_finding_count(struct tx *t, int64_t case_id, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM finding WHERE case_id = $1", DB_IN(case_id),
                  DB_OUT(ret_n));
}

err store_finding_insert(struct tx *t, const struct finding *f)
{
    return db_exec(t,
                   "INSERT INTO finding (case_id, id, account_id, no, version, source, family,"
                   " severity, quote, from_at, to_at, rule, rule_version, note, raised_by,"
                   " receipt, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
                   " $14, $15, $16, $17)",
                   DB_IN(f->case_id, f->id, f->account_id, f->no, f->version,
                         finding_source_name(f->source), f->family, f->severity, f->quote, f->from,
                         f->to, f->rule, f->rule_version, f->note, f->by, f->receipt, f->at));
}

err finding_list(struct tx *t, arena *mem, int64_t case_id, struct finding **ret_v, size_t *ret_n)
{
    struct finding *v = NEW_N(mem, struct finding, MAX_LIST), f = {.case_id = case_id};
    str source = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, account_id, no, version, source, family, severity, quote, from_at, to_at,"
            " rule, rule_version, note, at FROM finding WHERE case_id = $1 ORDER BY id LIMIT 200",
            DB_IN(case_id),
            DB_OUT(&f.id, &f.account_id, &f.no, &f.version, &source, &f.family, &f.severity,
                   &f.quote, &f.from, &f.to, &f.rule, &f.rule_version, &f.note, &f.at),
            {
                TRY(finding_source_parse(source, &f.source));
                v[n++] = f;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err finding_by_receipt(struct tx *t, arena *mem, str receipt, struct finding_fate *ret_f)
{
    struct finding_fate f = {0};
    TRY(db_one(t, mem,
               "SELECT f.at, f.family, c.title, CASE WHEN c.state = 'decided' THEN c.decided_at"
               "  ELSE 0 END, COALESCE((SELECT d.verdict FROM decision d"
               "  WHERE d.case_id = c.id ORDER BY d.id DESC LIMIT 1), '')"
               " FROM finding f JOIN cases c ON c.id = f.case_id"
               " WHERE f.receipt = $1 AND f.receipt <> ''",
               DB_IN(receipt), DB_OUT(&f.at, &f.family, &f.title, &f.decided_at, &f.verdict)));
    *ret_f = f;
    return OK;
}
