/* SQL of rules, passes and hits. */
#include "scan/rules_store.h"

#include "base/id.h"

/* ---- rules ---- */

err store_scan_rule_insert(struct tx *t, const struct scan_entry *e)
{
    return db_exec(t,
                   "INSERT INTO scan_rule (id, name, state, version, created_at, updated_at)"
                   " VALUES ($1, $2, 'draft', 1, $3, $3)",
                   DB_IN(e->r.id, e->r.name, tx_now(t)));
}

err store_scan_rule_next(struct tx *t, const struct scan_entry *e, int64_t *ret_changed)
{
    return db_exec_n(
        t,
        "UPDATE scan_rule SET name = $3, state = 'draft', version = $2,"
        " trial_version = 0, share = 0, updated_at = $4 WHERE id = $1 AND version = $2 - 1",
        DB_IN(e->r.id, e->r.version, e->r.name, tx_now(t)), ret_changed);
}

err store_scan_version_insert(struct tx *t, const struct scan_entry *e, const struct scan_size *s)
{
    return db_exec(t,
                   "INSERT INTO scan_rule_version (rule_id, version, family, action, words,"
                   " exceptions, condition, sound, urgent, words_n, cost, note, author, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                   DB_IN(e->r.id, e->r.version, e->r.family, scan_action_name(e->r.action),
                         e->r.words, e->r.exceptions, e->r.condition, (int)e->r.sound,
                         (int)e->urgent, s->words, s->cost, e->note, e->author, tx_now(t)));
}

err store_scan_place(struct tx *t, const struct scan_place *p)
{
    return db_exec(t,
                   "UPDATE scan_rule SET state = $2, live_version = $3, trial_version = $4,"
                   " before_version = $5, share = $6, stage_by = $7, young_until = $8,"
                   " hour_max = $9, day_max = $10, stage_at = $11, updated_at = $11 WHERE id = $1",
                   DB_IN(p->id, p->state, p->live, p->trial, p->before, p->share, p->by,
                         p->young_until, p->hour_max, p->day_max, tx_now(t)));
}

err store_scan_tested(struct tx *t, int64_t id, int version)
{
    return db_exec(t,
                   "UPDATE scan_rule SET state = 'tested' WHERE id = $1 AND version = $2"
                   " AND state = 'draft'",
                   DB_IN(id, version));
}

err store_scan_hits_up(struct tx *t, int64_t id, int64_t more, int64_t in_shadow)
{
    return db_exec(t,
                   "UPDATE scan_rule SET hits = hits + $2, shadow_hits = shadow_hits + $3"
                   " WHERE id = $1",
                   DB_IN(id, more, in_shadow));
}

err store_scan_young(struct tx *t, int64_t rule_id, int version, struct scan_young *ret_y)
{
    struct scan_young y = {0};
    err e = db_one(t, NULL,
                   "SELECT young_until, stage_at, hour_max, day_max FROM scan_rule WHERE id = $1"
                   " AND version = $2 AND state IN ('canary', 'live')",
                   DB_IN(rule_id, version), DB_OUT(&y.until, &y.since, &y.hour_max, &y.day_max));
    *ret_y = y;
    return e == ERR_NOT_FOUND ? OK : e;
}

err store_scan_acted(struct tx *t, int64_t rule_id, int version, int64_t since, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM scan_hit WHERE rule_id = $1 AND id >= $2"
                  " AND rule_version = $3 AND run_id = 0 AND action <> 'shadow'",
                  DB_IN(rule_id, id_floor(since), version), DB_OUT(ret_n));
}

err store_scan_epoch(struct tx *t, struct scan_epoch *ret_e)
{
    struct scan_epoch e = {0};
    TRY(db_one(t, NULL, "SELECT small, big FROM scan_epoch WHERE id = 1", DB_IN(),
               DB_OUT(&e.small, &e.big)));
    *ret_e = e;
    return OK;
}

err store_scan_epoch_up(struct tx *t, int small, int big)
{
    return db_exec(t, "UPDATE scan_epoch SET small = small + $1, big = big + $2 WHERE id = 1",
                   DB_IN(small, big));
}

err store_scan_live(struct tx *t, arena *mem, bool small, struct scan_rule **ret_v, size_t *ret_n)
{
    enum { MAX = 500 };
    struct scan_rule *v = NEW_N(mem, struct scan_rule, MAX), r = {.name = S("")};
    size_t n = 0;
    str action = S("");
    bool trial = false;
    DB_EACH(t, mem,
            "SELECT r.id, v.version, r.name, v.family, v.action, v.words, v.exceptions,"
            " v.condition, v.sound, r.share, CASE WHEN v.version = r.trial_version THEN 1 ELSE 0"
            " END FROM scan_rule r JOIN scan_rule_version v ON v.rule_id = r.id"
            " AND v.version IN (r.live_version, r.trial_version)"
            " WHERE CASE WHEN v.words_n <= $2 THEN 1 ELSE 0 END = $1"
            " ORDER BY r.id, v.version LIMIT 500",
            DB_IN((int)small, (int)SCAN_SHORT_LIST),
            DB_OUT(&r.id, &r.version, &r.name, &r.family, &action, &r.words, &r.exceptions,
                   &r.condition, &r.sound, &r.share, &trial),
            {
                r.stage = !trial ? SCAN_LIVE : r.share ? SCAN_CANARY : SCAN_SHADOW;
                TRY(scan_action_parse(action, &r.action));
                v[n++] = r;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_scan_class(struct tx *t, arena *mem, int64_t account_id, str *ret_class)
{
    return db_one(t, mem, "SELECT class FROM account WHERE id = $1", DB_IN(account_id),
                  DB_OUT(ret_class));
}

err scan_rule_list(struct tx *t, arena *mem, struct scan_entry **ret_v, size_t *ret_n)
{
    enum { MAX = 500 };
    struct scan_entry *v = NEW_N(mem, struct scan_entry, MAX), e = {.note = S("")};
    size_t n = 0;
    str action = S("");
    DB_EACH(t, mem,
            "SELECT r.id, r.name, r.state, r.version, r.live_version, r.trial_version, r.hits,"
            " r.shadow_hits, r.updated_at, v.version, v.family, v.action, v.words_n, v.author"
            " FROM scan_rule r JOIN scan_rule_version v ON v.rule_id = r.id"
            " AND v.version = r.version ORDER BY r.updated_at DESC, r.id LIMIT 500",
            DB_IN(),
            DB_OUT(&e.r.id, &e.r.name, &e.state, &e.newest, &e.live, &e.trial, &e.hits,
                   &e.shadow_hits, &e.updated_at, &e.r.version, &e.r.family, &action, &e.words_n,
                   &e.author),
            {
                TRY(scan_action_parse(action, &e.r.action));
                v[n++] = e;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err scan_rule_load(struct tx *t, arena *mem, int64_t id, int version, struct scan_entry *ret_e)
{
    struct scan_entry e = {.note = S("")};
    str action = S("");
    TRY(db_one(t, mem,
               "SELECT r.id, r.name, r.state, r.version, r.live_version, r.hits, r.updated_at,"
               " v.version, v.family, v.action, v.words, v.exceptions, v.condition, v.sound,"
               " v.urgent, v.words_n, v.cost, v.note, v.author, v.at, COALESCE(u.name, ''),"
               " r.trial_version, r.before_version, r.share, r.stage_by, r.stage_at,"
               " r.young_until, r.shadow_hits"
               " FROM scan_rule r JOIN scan_rule_version v ON v.rule_id = r.id"
               " LEFT JOIN users u ON u.id = v.author"
               " WHERE r.id = $1 AND v.version = CASE WHEN $2 = 0 THEN r.version ELSE $2 END",
               DB_IN(id, version),
               DB_OUT(&e.r.id, &e.r.name, &e.state, &e.newest, &e.live, &e.hits, &e.updated_at,
                      &e.r.version, &e.r.family, &action, &e.r.words, &e.r.exceptions,
                      &e.r.condition, &e.r.sound, &e.urgent, &e.words_n, &e.cost, &e.note,
                      &e.author, &e.at, &e.author_name, &e.trial, &e.before, &e.r.share,
                      &e.stage_by, &e.stage_at, &e.young_until, &e.shadow_hits)));
    TRY(scan_action_parse(action, &e.r.action));
    *ret_e = e;
    return OK;
}

/* ---- passes ---- */

err store_pass_insert(struct tx *t, const struct scan_pass *p)
{
    return db_exec(
        t,
        "INSERT INTO scan_run (id, rule_id, version, old_version, kind, state, total,"
        " by_user, started_at) VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8)",
        DB_IN(p->id, p->rule_id, p->version, p->old_version, p->kind, p->total, p->by, tx_now(t)));
}

#define PASS                                                                                       \
    "SELECT id, rule_id, version, old_version, kind, state, total, done, hits, fresh, lost,"       \
    " accounts, at_account, at_no, by_user, started_at, ended_at, recent, right_n, wrong_n"        \
    " FROM scan_run"
#define PASS_OUT(p)                                                                                \
    DB_OUT(&(p).id, &(p).rule_id, &(p).version, &(p).old_version, &(p).kind, &(p).state,           \
           &(p).total, &(p).done, &(p).hits, &(p).fresh, &(p).lost, &(p).accounts,                 \
           &(p).at_account, &(p).at_no, &(p).by, &(p).started_at, &(p).ended_at, &(p).recent,      \
           &(p).right_n, &(p).wrong_n)

err store_pass_load(struct tx *t, arena *mem, int64_t id, struct scan_pass *ret_p)
{
    struct scan_pass p = {.kind = S("")};
    TRY(db_one(t, mem, PASS " WHERE id = $1", DB_IN(id), PASS_OUT(p)));
    *ret_p = p;
    return OK;
}

err scan_pass_list(struct tx *t, arena *mem, int64_t rule_id, struct scan_pass **ret_v,
                   size_t *ret_n)
{
    enum { MAX = 20 };
    struct scan_pass *v = NEW_N(mem, struct scan_pass, MAX), p = {.kind = S("")};
    size_t n = 0;
    DB_EACH(t, mem, PASS " WHERE rule_id = $1 ORDER BY id DESC LIMIT 20", DB_IN(rule_id),
            PASS_OUT(p), { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_pass_step(struct tx *t, const struct scan_pass *p)
{
    return db_exec(t,
                   "UPDATE scan_run SET done = $2, hits = $3, fresh = $4, lost = $5,"
                   " accounts = $6, at_account = $7, at_no = $8, recent = $9, right_n = $10,"
                   " wrong_n = $11 WHERE id = $1",
                   DB_IN(p->id, p->done, p->hits, p->fresh, p->lost, p->accounts, p->at_account,
                         p->at_no, p->recent, p->right_n, p->wrong_n));
}

err store_pass_end(struct tx *t, int64_t id, str state)
{
    return db_exec(t,
                   "UPDATE scan_run SET state = $2, ended_at = $3 WHERE id = $1"
                   " AND state = 'running'",
                   DB_IN(id, state, tx_now(t)));
}

err store_public_count(struct tx *t, bool trial, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM article WHERE state IN ('published', 'scheduled')"
                  " OR ($1 = 1 AND state = 'removed' AND version > 0)",
                  DB_IN((int)trial), DB_OUT(ret_n));
}

err store_public_after(struct tx *t, arena *mem, const struct scan_pass *p,
                       struct scan_piece ret_v[SCAN_BATCH], size_t *ret_n)
{
    struct scan_piece x = {.title = S("")};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT a.account_id, a.no, v.version, v.title, v.digest, v.category, v.doc, p.class,"
            " v.declared, CASE WHEN a.state = 'published' THEN a.published_at ELSE 0 END"
            " FROM article a JOIN article_version v ON v.account_id = a.account_id"
            " AND v.no = a.no AND v.version = a.version JOIN account p ON p.id = a.account_id"
            " WHERE (a.account_id, a.no) > ($1, $2) AND (a.state IN ('published', 'scheduled')"
            "  OR ($3 = 1 AND a.state = 'removed'))"
            " ORDER BY a.account_id, a.no LIMIT 100",
            DB_IN(p->at_account, p->at_no, (int)str_eq(p->kind, S("trial"))),
            DB_OUT(&x.account_id, &x.no, &x.version, &x.title, &x.digest, &x.category, &x.doc,
                   &x.account_class, &x.declared, &x.published_at),
            { ret_v[n++] = x; });
    *ret_n = n;
    return OK;
}

/* ---- hits ---- */

err store_hit_insert(struct tx *t, const struct scan_found *f, int64_t run_id)
{
    return db_exec(t,
                   "INSERT INTO scan_hit (account_id, no, version, id, run_id, rule_id,"
                   " rule_version, rule_name, family, action, places, total, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                   DB_IN(f->account_id, f->no, f->version, id_new(), run_id, f->rule_id,
                         f->rule_version, f->rule_name, f->family, f->action, f->places, f->total,
                         tx_now(t)));
}

#define FOUND                                                                                      \
    "SELECT h.account_id, h.no, h.version, h.id, h.rule_id, h.rule_version, h.rule_name,"          \
    " h.family, h.action, h.places, h.total, h.at, COALESCE(a.title, ''), COALESCE(p.handle, '')"  \
    " FROM scan_hit h LEFT JOIN article a ON a.account_id = h.account_id AND a.no = h.no"          \
    " LEFT JOIN account p ON p.id = h.account_id"
#define FOUND_OUT(f)                                                                               \
    DB_OUT(&(f).account_id, &(f).no, &(f).version, &(f).id, &(f).rule_id, &(f).rule_version,       \
           &(f).rule_name, &(f).family, &(f).action, &(f).places, &(f).total, &(f).at, &(f).title, \
           &(f).handle)

err scan_found_article(struct tx *t, arena *mem, int64_t account_id, int64_t no, int version,
                       struct scan_found **ret_v, size_t *ret_n)
{
    enum { MAX = 100 };
    struct scan_found *v = NEW_N(mem, struct scan_found, MAX), f = {.title = S("")};
    size_t n = 0;
    DB_EACH(t, mem,
            FOUND " WHERE h.account_id = $1 AND h.no = $2 AND h.version = $3"
                  " AND h.action IN ('mark', 'hold', 'refuse') ORDER BY h.id LIMIT 100",
            DB_IN(account_id, no, version), FOUND_OUT(f), { v[n++] = f; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

static err sample_list(struct tx *t, arena *mem, const struct scan_pass *p, struct scan_found *v,
                       size_t *n)
{
    struct scan_found f = {.rule_id = p->rule_id, .rule_version = p->version};
    DB_EACH(t, mem,
            "SELECT h.account_id, h.no, h.version, h.rank, h.change, h.places, h.total, h.verdict,"
            " COALESCE(a.title, ''), COALESCE(p.handle, '') FROM scan_sample h"
            " LEFT JOIN article a ON a.account_id = h.account_id AND a.no = h.no"
            " LEFT JOIN account p ON p.id = h.account_id"
            " WHERE h.run_id = $1 ORDER BY h.rank LIMIT 50",
            DB_IN(p->id),
            DB_OUT(&f.account_id, &f.no, &f.version, &f.rank, &f.action, &f.places, &f.total,
                   &f.verdict, &f.title, &f.handle),
            { v[(*n)++] = f; });
    return OK;
}

err scan_found_pass(struct tx *t, arena *mem, const struct scan_pass *p, struct scan_found **ret_v,
                    size_t *ret_n)
{
    struct scan_found *v = NEW_N(mem, struct scan_found, SCAN_TRIAL_SAMPLE), f = {.title = S("")};
    size_t n = 0;
    if (str_eq(p->kind, S("trial")))
        TRY(sample_list(t, mem, p, v, &n));
    else
        DB_EACH(t, mem, FOUND " WHERE h.run_id = $1 ORDER BY h.id LIMIT 50", DB_IN(p->id),
                FOUND_OUT(f), { v[n++] = f; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- the sample of a back-test ---- */

err store_label(struct tx *t, const struct scan_found *f, enum scan_label *ret_label)
{
    str measure = S("");
    AUTO_ARENA(mem);
    err e = db_one(t, mem,
                   "SELECT CASE WHEN o.outcome = 'reverse' THEN 'none' ELSE r.measure END"
                   " FROM ruling r LEFT JOIN appeal a ON a.ruling_id = r.id"
                   " LEFT JOIN appeal_outcome o ON o.appeal_id = a.id"
                   " WHERE r.account_id = $1 AND r.no = $2 AND r.family = $3"
                   " ORDER BY r.id DESC LIMIT 1",
                   DB_IN(f->account_id, f->no, f->family), DB_OUT(&measure));
    if (e == OK)
        *ret_label = str_eq(measure, S("none")) ? SCAN_LABEL_WRONG : SCAN_LABEL_RIGHT;
    if (e == ERR_NOT_FOUND)
        *ret_label = SCAN_LABEL_NONE;
    return e == ERR_NOT_FOUND ? OK : e;
}

err store_sample_limit(struct tx *t, int64_t run_id, int64_t *ret_limit)
{
    int64_t n = 0, last = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*), COALESCE(MAX(rank), 0) FROM scan_sample WHERE run_id = $1",
               DB_IN(run_id), DB_OUT(&n, &last)));
    *ret_limit = n < SCAN_TRIAL_SAMPLE ? INT64_MAX : last;
    return OK;
}

err store_sample_insert(struct tx *t, int64_t run_id, const struct scan_found *f)
{
    return db_exec(
        t,
        "INSERT INTO scan_sample (run_id, rank, account_id, no, version, change, places,"
        " total) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        DB_IN(run_id, f->rank, f->account_id, f->no, f->version, f->action, f->places, f->total));
}

err store_sample_trim(struct tx *t, int64_t run_id)
{
    return db_exec(t,
                   "DELETE FROM scan_sample WHERE run_id = $1 AND rank NOT IN (SELECT rank FROM"
                   " scan_sample WHERE run_id = $1 ORDER BY rank LIMIT $2)",
                   DB_IN(run_id, (int)SCAN_TRIAL_SAMPLE));
}

err store_sample_judge(struct tx *t, const struct scan_judgement *j, int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE scan_sample SET verdict = $3, judged_by = $4, judged_at = $5"
                     " WHERE run_id = $1 AND rank = $2",
                     DB_IN(j->pass_id, j->rank, j->verdict, j->by, tx_now(t)), ret_changed);
}

err scan_judged(struct tx *t, int64_t pass_id, int64_t *ret_right, int64_t *ret_wrong)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FILTER (WHERE verdict = 'right'),"
                  " COUNT(*) FILTER (WHERE verdict = 'wrong') FROM scan_sample WHERE run_id = $1",
                  DB_IN(pass_id), DB_OUT(ret_right, ret_wrong));
}
