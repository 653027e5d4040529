/* SQL of rulings. */
#include "ruling/ruling_store.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"

enum { MAX_EARLIER = 20, MAX_LIST = 100 };

err store_ruling_insert(struct tx *t, const struct ruling *r)
{
    return db_exec(t,
                   "INSERT INTO ruling (id, case_id, account_id, no, version, title, family,"
                   " severity, measure, functions, days, basis, basis_version, facts, reasoning,"
                   " quote, sources, automation, officer, second_officer, replaces, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
                   " $16, $17, $18, $19, $20, $21, $22)",
                   DB_IN(r->id, r->case_id, r->account_id, r->no, r->version, r->title, r->family,
                         r->severity, r->measure, r->functions, r->days, r->basis, r->basis_version,
                         r->facts, r->reasoning, r->quote, r->sources, r->automation, r->officer,
                         r->second_officer, r->replaces, r->at));
}

err store_statement_insert(struct tx *t, int64_t ruling_id, str json)
{
    return db_exec(t, "INSERT INTO statement (ruling_id, json) VALUES ($1, $2)",
                   DB_IN(ruling_id, json));
}

err statement_load(struct tx *t, arena *mem, int64_t ruling_id, str *ret_json)
{
    return db_one(t, mem, "SELECT json FROM statement WHERE ruling_id = $1", DB_IN(ruling_id),
                  DB_OUT(ret_json));
}

#define COLUMNS                                                                                    \
    "SELECT r.id, r.case_id, r.account_id, r.no, r.version, r.title, r.family, r.severity,"        \
    " r.measure, r.functions, r.days, r.basis, r.basis_version, r.facts, r.reasoning, r.quote,"    \
    " r.sources, r.automation, r.officer, r.second_officer, r.replaces, r.at, a.handle"            \
    " FROM ruling r JOIN account a ON a.id = r.account_id"
#define OUT(x)                                                                                     \
    DB_OUT(&(x).id, &(x).case_id, &(x).account_id, &(x).no, &(x).version, &(x).title, &(x).family, \
           &(x).severity, &(x).measure, &(x).functions, &(x).days, &(x).basis, &(x).basis_version, \
           &(x).facts, &(x).reasoning, &(x).quote, &(x).sources, &(x).automation, &(x).officer,    \
           &(x).second_officer, &(x).replaces, &(x).at, &(x).handle)

err ruling_load(struct tx *t, arena *mem, int64_t id, struct ruling *ret_r)
{
    struct ruling r = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE r.id = $1", DB_IN(id), OUT(r)));
    *ret_r = r;
    return OK;
}

err ruling_of_case(struct tx *t, arena *mem, int64_t case_id, struct ruling *ret_r)
{
    struct ruling r = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE r.case_id = $1 ORDER BY r.id DESC LIMIT 1", DB_IN(case_id),
               OUT(r)));
    *ret_r = r;
    return OK;
}

err ruling_earlier(struct tx *t, arena *mem, const struct casefile *c, struct ruling **ret_v,
                   size_t *ret_n)
{
    struct ruling *v = NEW_N(mem, struct ruling, MAX_EARLIER), r = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            COLUMNS " WHERE r.account_id = $1 AND (r.no = $2 OR r.family = $3) AND r.case_id <> $4"
                    " ORDER BY r.id DESC LIMIT 20",
            DB_IN(c->account_id, c->subject, c->family, c->id), OUT(r), { v[n++] = r; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_policy_version(struct tx *t, str kind, int64_t at, int *ret_version)
{
    return db_one(t, NULL,
                  "SELECT COALESCE(MAX(version), 0) FROM policy WHERE kind = $1"
                  " AND effective_at <= $2",
                  DB_IN(kind, at), DB_OUT(ret_version));
}

/* ---- proposals ---- */

err store_second_insert(struct tx *t, const struct proposal_put *p)
{
    return db_exec(t,
                   "INSERT INTO proposal (case_id, id, officer, wish, at, state)"
                   " VALUES ($1, $2, $3, $4, $5, 'waiting')",
                   DB_IN(p->case_id, id_new(), p->officer, p->wish, tx_now(t)));
}

err store_second_end(struct tx *t, const struct proposal *p, str state, int64_t by, str reason)
{
    int64_t changed = 0;
    TRY(db_exec_n(t,
                  "UPDATE proposal SET state = $3, second = $4, reason = $5, answered_at = $6"
                  " WHERE case_id = $1 AND id = $2 AND state = 'waiting'",
                  DB_IN(p->case_id, p->id, state, by, reason, tx_now(t)), &changed));
    return changed ? OK : fault(ERR_CONFLICT, "proposal_over", "proposal %lld", (long long)p->id);
}

static err wish_read(arena *mem, str json, struct ruling_wish *w)
{
    JSON_AUTO *root = NULL;
    TRY(json_read(json, &root));
    w->measure = str_dup(mem, json_text(root, "measure"));
    w->functions = str_dup(mem, json_text(root, "functions"));
    w->basis = str_dup(mem, json_text(root, "basis"));
    w->facts = str_dup(mem, json_text(root, "facts"));
    w->reasoning = str_dup(mem, json_text(root, "reasoning"));
    w->days = (int)json_number(root, "days", 0);
    w->severity = (int)json_number(root, "severity", 0);
    return OK;
}

#define PROPOSAL                                                                                   \
    "SELECT p.id, p.officer, p.wish, p.at, p.state, p.second, p.reason, p.answered_at,"            \
    " COALESCE(u.name, ''), COALESCE(s.name, '') FROM proposal p LEFT JOIN users u ON u.id ="      \
    " p.officer LEFT JOIN users s ON s.id = p.second WHERE p.case_id = $1"
#define PROPOSAL_OUT(p, wish)                                                                      \
    DB_OUT(&(p).id, &(p).officer, &(wish), &(p).at, &(p).state, &(p).second, &(p).reason,          \
           &(p).answered_at, &(p).officer_name, &(p).second_name)

err proposal_waiting(struct tx *t, arena *mem, int64_t case_id, struct proposal *ret_p)
{
    struct proposal p = {.case_id = case_id};
    str wish = STR_NONE;
    TRY(db_one(t, mem, PROPOSAL " AND p.state = 'waiting'", DB_IN(case_id), PROPOSAL_OUT(p, wish)));
    TRY(wish_read(mem, wish, &p.wish));
    *ret_p = p;
    return OK;
}

err proposal_list(struct tx *t, arena *mem, int64_t case_id, struct proposal **ret_v, size_t *ret_n)
{
    struct proposal *v = NEW_N(mem, struct proposal, MAX_LIST), p = {.case_id = case_id};
    str wish = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem, PROPOSAL " ORDER BY p.id DESC LIMIT 100", DB_IN(case_id), PROPOSAL_OUT(p, wish),
            {
                TRY(wish_read(mem, wish, &p.wish));
                v[n++] = p;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- people ---- */

err store_is_manager(struct tx *t, int64_t account_id, int64_t user_id, bool *ret_yes)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM member WHERE account_id = $1 AND user_id = $2"
               " AND role IN ('owner', 'editor')",
               DB_IN(account_id, user_id), DB_OUT(&n)));
    *ret_yes = n > 0;
    return OK;
}

err store_has_role(struct tx *t, int64_t user_id, str role, bool *ret_yes)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM user_role WHERE user_id = $1 AND role = $2",
               DB_IN(user_id, role), DB_OUT(&n)));
    *ret_yes = n > 0;
    return OK;
}

err store_role_holders(struct tx *t, arena *mem, str role, str other, int64_t **ret_v,
                       size_t *ret_n)
{
    int64_t *v = NEW_N(mem, int64_t, MAX_LIST), id = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT DISTINCT user_id FROM user_role WHERE role IN ($1, $2) ORDER BY user_id"
            " LIMIT 100",
            DB_IN(role, other), DB_OUT(&id), { v[n++] = id; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err ruling_readers(struct tx *t, arena *mem, const struct ruling *r, struct ruling_reader **ret_v,
                   size_t *ret_n)
{
    struct ruling_reader *v = NEW_N(mem, struct ruling_reader, MAX_LIST), x = {0};
    str link = str_fmt(mem, "/me/rulings/%lld", (long long)r->id);
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT u.name, n.at, n.read_at FROM member m JOIN users u ON u.id = m.user_id"
            " JOIN notice n ON n.user_id = m.user_id AND n.link = $2 AND n.kind = 'ruling'"
            " WHERE m.account_id = $1 ORDER BY n.id LIMIT 100",
            DB_IN(r->account_id, link), DB_OUT(&x.name, &x.sent_at, &x.read_at), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_notice_read(struct tx *t, int64_t user_id, str link)
{
    return db_exec(t,
                   "UPDATE notice SET read_at = $3 WHERE user_id = $1 AND link = $2"
                   " AND read_at IS NULL",
                   DB_IN(user_id, link, tx_now(t)));
}

/* ---- appeals ---- */

err store_appeal_insert(struct tx *t, const struct appeal *a)
{
    return db_exec(t,
                   "INSERT INTO appeal (id, ruling_id, case_id, account_id, user_id, text, media,"
                   " at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   DB_IN(a->id, a->ruling_id, a->case_id, a->account_id, a->user_id, a->text,
                         a->media, a->at));
}

err store_outcome_insert(struct tx *t, const struct appeal *a, int64_t officer)
{
    return db_exec(t,
                   "INSERT INTO appeal_outcome (appeal_id, outcome, reasons, officer, new_ruling,"
                   " at) VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(a->id, a->outcome, a->reasons, officer, a->new_ruling, tx_now(t)));
}

#define APPEAL                                                                                     \
    "SELECT a.id, a.ruling_id, a.case_id, a.account_id, a.user_id, a.at, COALESCE(o.at, 0),"       \
    " COALESCE(o.new_ruling, 0), a.text, a.media, COALESCE(o.outcome, ''), COALESCE(o.reasons,"    \
    " '') FROM appeal a LEFT JOIN appeal_outcome o ON o.appeal_id = a.id"
#define APPEAL_OUT(a)                                                                              \
    DB_OUT(&(a).id, &(a).ruling_id, &(a).case_id, &(a).account_id, &(a).user_id, &(a).at,          \
           &(a).decided_at, &(a).new_ruling, &(a).text, &(a).media, &(a).outcome, &(a).reasons)

err appeal_of_ruling(struct tx *t, arena *mem, int64_t ruling_id, struct appeal *ret_a)
{
    struct appeal a = {0};
    TRY(db_one(t, mem, APPEAL " WHERE a.ruling_id = $1 ORDER BY a.user_id DESC LIMIT 1",
               DB_IN(ruling_id), APPEAL_OUT(a)));
    *ret_a = a;
    return OK;
}

err appeal_of_case(struct tx *t, arena *mem, int64_t case_id, struct appeal *ret_a)
{
    struct appeal a = {0};
    TRY(db_one(t, mem, APPEAL " WHERE a.case_id = $1", DB_IN(case_id), APPEAL_OUT(a)));
    *ret_a = a;
    return OK;
}

/* What shares a version of a rule, or the very words of the reasoning. */
err sweep_list(struct tx *t, arena *mem, int64_t ruling_id, struct sweep_item **ret_v,
               size_t *ret_n)
{
    enum { MAX_SWEEP = 200 };
    struct sweep_item *v = NEW_N(mem, struct sweep_item, MAX_SWEEP), x = {0};
    struct ruling r;
    size_t n = 0;
    TRY(ruling_load(t, mem, ruling_id, &r));
    DB_EACH(t, mem,
            "SELECT id, at, title, measure, same_rule FROM (SELECT q.id, q.at, q.title, q.measure,"
            "  q.reasoning, CASE WHEN q.case_id IN (SELECT f.case_id FROM finding f JOIN finding g"
            "   ON g.rule = f.rule AND g.rule_version = f.rule_version"
            "   WHERE g.case_id = $2 AND g.rule <> '' AND f.rule <> '') THEN 1 ELSE 0 END"
            "  AS same_rule FROM ruling q WHERE q.id >= $3 AND q.id <> $1 AND q.measure <> 'none'"
            "  AND q.replaces = 0 AND NOT EXISTS (SELECT 1 FROM appeal a WHERE a.ruling_id = q.id)"
            "  AND EXISTS (SELECT 1 FROM measure m WHERE m.decision_id = q.id"
            "   AND m.lifted_at IS NULL)) s"
            " WHERE same_rule = 1 OR reasoning = $4 ORDER BY id DESC LIMIT 200",
            DB_IN(ruling_id, r.case_id, id_floor(r.at - SWEEP_DAYS * (int64_t)DAY_MS), r.reasoning),
            DB_OUT(&x.id, &x.at, &x.title, &x.measure, &x.same_rule), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- reports ---- */

err store_report_insert(struct tx *t, int64_t ruling_id, str kind, int64_t due_at)
{
    return db_exec(t,
                   "INSERT INTO authority_report (id, ruling_id, kind, created_at, due_at, state)"
                   " VALUES ($1, $2, $3, $4, $5, 'draft')",
                   DB_IN(id_new(), ruling_id, kind, tx_now(t), due_at));
}

err store_report_had(struct tx *t, int64_t ruling_id, bool *ret_had)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM authority_report WHERE ruling_id = $1",
               DB_IN(ruling_id), DB_OUT(&n)));
    *ret_had = n > 0;
    return OK;
}

#define REPORT                                                                                     \
    "SELECT q.id, q.ruling_id, q.created_at, q.due_at, q.submitted_at, q.kind, q.state,"           \
    " q.channel, q.receipt, q.warned, r.title, r.family FROM authority_report q"                   \
    " JOIN ruling r ON r.id = q.ruling_id"
#define REPORT_OUT(q)                                                                              \
    DB_OUT(&(q).id, &(q).ruling_id, &(q).created_at, &(q).due_at, &(q).submitted_at, &(q).kind,    \
           &(q).state, &(q).channel, &(q).receipt, &(q).warned, &(q).title, &(q).family)

err report_list(struct tx *t, arena *mem, struct authority_report **ret_v, size_t *ret_n)
{
    struct authority_report *v = NEW_N(mem, struct authority_report, MAX_LIST), q = {0};
    size_t n = 0;
    DB_EACH(t, mem, REPORT " ORDER BY q.state, q.due_at, q.id LIMIT 100", DB_IN(), REPORT_OUT(q),
            { v[n++] = q; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_report_open(struct tx *t, arena *mem, struct authority_report **ret_v, size_t *ret_n)
{
    struct authority_report *v = NEW_N(mem, struct authority_report, MAX_LIST), q = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            REPORT " WHERE q.state = 'draft' AND q.warned < 100 ORDER BY q.due_at, q.id LIMIT 100",
            DB_IN(), REPORT_OUT(q), { v[n++] = q; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err report_load(struct tx *t, arena *mem, int64_t id, struct authority_report *ret_r)
{
    struct authority_report q = {0};
    TRY(db_one(t, mem, REPORT " WHERE q.id = $1", DB_IN(id), REPORT_OUT(q)));
    *ret_r = q;
    return OK;
}

err store_report_warned(struct tx *t, int64_t id, int percent)
{
    return db_exec(t, "UPDATE authority_report SET warned = $2 WHERE id = $1", DB_IN(id, percent));
}

err store_report_submitted(struct tx *t, const struct authority_report *r, int64_t by,
                           int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE authority_report SET state = 'submitted', channel = $2, receipt = $3,"
                     " submitted_by = $4, submitted_at = $5 WHERE id = $1 AND state = 'draft'",
                     DB_IN(r->id, r->channel, r->receipt, by, tx_now(t)), ret_changed);
}
