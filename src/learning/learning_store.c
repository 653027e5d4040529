/* SQL of learning. */
#include "learning/learning_store.h"

#include "base/clock.h"
#include "base/id.h"

static int64_t window(const struct tx *t)
{
    return tx_now(t) - LEARNING_DAYS * (int64_t)DAY_MS;
}

err store_learning_subjects(struct tx *t, arena *mem, struct learning_rule **ret_v, size_t *ret_n)
{
    struct learning_rule *v = NEW_N(mem, struct learning_rule, LEARNING_RULES_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, name, state, CASE WHEN live_version > 0 AND trial_version = 0 THEN"
            " live_version WHEN trial_version > 0 THEN trial_version ELSE version END, stage_at"
            " FROM scan_rule WHERE state NOT IN ('draft', 'tested') OR live_version > 0"
            " ORDER BY id LIMIT 500",
            DB_IN(), DB_OUT(&x.id, &x.name, &x.state, &x.version, &x.since), {
                if (x.since < window(t))
                    x.since = window(t);
                v[n++] = x;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* At submission: what the review of that version said afterwards. */
static err hits_figures(struct tx *t, struct learning_rule *x)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*), COUNT(d.id), COUNT(*) FILTER (WHERE d.verdict <> 'approve')"
                  " FROM scan_hit h LEFT JOIN cases c ON c.account_id = h.account_id"
                  "  AND c.kind = 'article' AND c.subject = h.no AND c.version = h.version"
                  "  AND c.state = 'decided'"
                  " LEFT JOIN decision d ON d.case_id = c.id AND d.at >= h.at"
                  " WHERE h.rule_id = $1 AND h.id >= $2 AND h.rule_version = $3"
                  " AND h.action IN ('mark', 'hold', 'refuse')",
                  DB_IN(x->id, id_floor(x->since), x->version),
                  DB_OUT(&x->hits, &x->decided, &x->right));
}

/* Of cases: how they were ruled, and what appeals made of the rulings. */
static err rulings_figures(struct tx *t, str rule, struct learning_rule *x)
{
    int64_t decided = 0, right = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*), COUNT(*) FILTER (WHERE r.measure <> 'none'"
               "  AND COALESCE(o.outcome, '') <> 'reverse'), COUNT(o.outcome),"
               " COUNT(*) FILTER (WHERE o.outcome <> 'uphold') FROM ruling r"
               " LEFT JOIN appeal a ON a.ruling_id = r.id"
               " LEFT JOIN appeal_outcome o ON o.appeal_id = a.id WHERE r.replaces = 0"
               " AND r.case_id IN (SELECT f.case_id FROM finding f WHERE f.rule = $1"
               "  AND f.rule_version = $2 AND f.id >= $3 AND f.rule <> '')",
               DB_IN(rule, x->version, id_floor(x->since)),
               DB_OUT(&decided, &right, &x->appeals, &x->reversed)));
    x->decided += decided;
    x->right += right;
    return db_one(t, NULL,
                  "SELECT COUNT(*), COUNT(*) FILTER (WHERE p.state <> 'approved') FROM proposal p"
                  " WHERE p.state IN ('approved', 'amended', 'refused')"
                  " AND p.case_id IN (SELECT f.case_id FROM finding f WHERE f.rule = $1"
                  "  AND f.rule_version = $2 AND f.id >= $3 AND f.rule <> '')",
                  DB_IN(rule, x->version, id_floor(x->since)), DB_OUT(&x->seconded, &x->disagreed));
}

err store_learning_figures(struct tx *t, struct learning_rule *x)
{
    AUTO_ARENA(mem);
    TRY(hits_figures(t, x));
    return rulings_figures(t, str_fmt(mem, "%lld", (long long)x->id), x);
}

err store_learning_rules_put(struct tx *t, const struct learning_rule *v, size_t n)
{
    TRY(db_exec(t, "DELETE FROM learning_rule WHERE rule_id > 0", DB_IN()));
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(t,
                    "INSERT INTO learning_rule (rule_id, version, hits, decided, right_n, appeals,"
                    " reversed, seconded, disagreed, at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    DB_IN(v[i].id, v[i].version, v[i].hits, v[i].decided, v[i].right, v[i].appeals,
                          v[i].reversed, v[i].seconded, v[i].disagreed, tx_now(t))));
    return OK;
}

err learning_rules(struct tx *t, arena *mem, struct learning_rule **ret_v, size_t *ret_n)
{
    struct learning_rule *v = NEW_N(mem, struct learning_rule, LEARNING_RULES_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT l.rule_id, r.name, r.state, l.version, l.hits, l.decided, l.right_n, l.appeals,"
            " l.reversed, l.seconded, l.disagreed, l.at FROM learning_rule l"
            " JOIN scan_rule r ON r.id = l.rule_id ORDER BY l.decided DESC, l.rule_id LIMIT 500",
            DB_IN(),
            DB_OUT(&x.id, &x.name, &x.state, &x.version, &x.hits, &x.decided, &x.right, &x.appeals,
                   &x.reversed, &x.seconded, &x.disagreed, &x.at),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- officers ---- */

err store_learning_people(struct tx *t, arena *mem, struct learning_officer **ret_v, size_t *ret_n)
{
    struct learning_officer *v = NEW_N(mem, struct learning_officer, LEARNING_OFFICERS_MAX),
                            x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT d.officer, d.n, COALESCE(a.n, 0), COALESCE(a.upheld, 0), COALESCE(p.n, 0),"
            " COALESCE(p.agreed, 0) FROM (SELECT d.officer, COUNT(*) AS n FROM cases c"
            "  JOIN decision d ON d.case_id = c.id WHERE c.state = 'decided' AND c.decided_at >= $1"
            "  GROUP BY d.officer) d"
            " LEFT JOIN (SELECT r.officer, COUNT(*) AS n, COUNT(*) FILTER (WHERE o.outcome ="
            "  'uphold') AS upheld FROM appeal_outcome o JOIN appeal a ON a.id = o.appeal_id"
            "  JOIN ruling r ON r.id = a.ruling_id WHERE o.at >= $1 GROUP BY r.officer) a"
            "  ON a.officer = d.officer"
            " LEFT JOIN (SELECT officer, COUNT(*) AS n, COUNT(*) FILTER (WHERE state = 'approved')"
            "  AS agreed FROM proposal WHERE state IN ('approved', 'amended', 'refused')"
            "  AND answered_at >= $1 GROUP BY officer) p ON p.officer = d.officer"
            " ORDER BY d.n DESC, d.officer LIMIT 200",
            DB_IN(window(t)),
            DB_OUT(&x.id, &x.decided, &x.appeals, &x.upheld, &x.seconded, &x.agreed),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_learning_people_put(struct tx *t, const struct learning_officer *v, size_t n)
{
    TRY(db_exec(t, "DELETE FROM learning_officer WHERE user_id > 0", DB_IN()));
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(t,
                    "INSERT INTO learning_officer (user_id, decided, appeals, upheld, seconded,"
                    " agreed, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    DB_IN(v[i].id, v[i].decided, v[i].appeals, v[i].upheld, v[i].seconded,
                          v[i].agreed, tx_now(t))));
    return OK;
}

err learning_officers(struct tx *t, arena *mem, struct learning_officer **ret_v, size_t *ret_n)
{
    struct learning_officer *v = NEW_N(mem, struct learning_officer, LEARNING_OFFICERS_MAX),
                            x = {0};
    size_t n = 0;
    DB_EACH(
        t, mem,
        "SELECT l.user_id, COALESCE(u.name, ''), l.decided, l.appeals, l.upheld, l.seconded,"
        " l.agreed, l.at FROM learning_officer l LEFT JOIN users u ON u.id = l.user_id"
        " ORDER BY l.decided DESC, l.user_id LIMIT 200",
        DB_IN(),
        DB_OUT(&x.id, &x.name, &x.decided, &x.appeals, &x.upheld, &x.seconded, &x.agreed, &x.at),
        { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
