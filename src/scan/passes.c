/* Back-tests and rescans: passes of one rule over what is public. */
#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "finding/finding.h"
#include "scan/steps.h"
#include "text/doc.h"

err pass_start(struct tx *t, arena *mem, struct scan_pass *p)
{
    p->id = id_new();
    TRY(store_public_count(t, str_eq(p->kind, S("trial")), &p->total));
    TRY(store_pass_insert(t, p));
    return job_add(t, &(struct job_in){.kind = SCAN_JOB,
                                       .args = str_fmt(mem, "{\"pass\":%lld}", (long long)p->id)});
}

err pass_trial_of(struct tx *t, arena *mem, const struct scan_entry *e, struct scan_pass *ret_p)
{
    struct scan_pass *v;
    size_t n;
    TRY(scan_pass_list(t, mem, e->r.id, &v, &n));
    *ret_p = (struct scan_pass){0};
    for (size_t i = 0; i < n && !ret_p->id; i++)
        if (v[i].version == e->newest && str_eq(v[i].kind, S("trial")) &&
            str_eq(v[i].state, S("done")))
            *ret_p = v[i];
    return OK;
}

err scan_trial_start(struct tx *t, arena *mem, int64_t rule_id, int64_t by)
{
    struct scan_entry e;
    TRY(scan_rule_load(t, mem, rule_id, 0, &e));
    if (str_eq(e.state, S("live")) || str_eq(e.state, S("retired")))
        return fault(ERR_CONFLICT, "rule_not_waiting", "rule is %.*s", FMT(e.state));
    TRY(rule_act_record(t,
                        &(struct rule_act){RECORD_scan_rule_tried, rule_id, by, e.newest, S("")}));
    return pass_start(t, mem,
                      &(struct scan_pass){.rule_id = rule_id,
                                          .version = e.newest,
                                          .old_version = e.live,
                                          .kind = S("trial"),
                                          .by = by});
}

err scan_pass_cancel(struct tx *t, const struct scan_pass *p, int64_t by)
{
    TRY(store_pass_end(t, p->id, S("cancelled")));
    return rule_act_record(
        t, &(struct rule_act){RECORD_scan_pass_stopped, p->rule_id, by, p->version, S("")});
}

err scan_judge(struct tx *t, arena *mem, const struct scan_judgement *j)
{
    struct scan_pass p;
    int64_t n = 0;
    if (j->verdict.n && !str_eq(j->verdict, S("right")) && !str_eq(j->verdict, S("wrong")))
        return fault_field(ERR_INVALID, "unknown_verdict", "verdict", "%.*s", FMT(j->verdict));
    TRY(store_pass_load(t, mem, j->pass_id, &p));
    TRY(store_sample_judge(t, j, &n));
    if (!n)
        return fault(ERR_NOT_FOUND, "not_found", "no such sample");
    return rule_act_record(
        t, &(struct rule_act){RECORD_scan_sample_judged, p.rule_id, j->by, p.version, j->verdict});
}

struct passing {
    arena *mem;
    int64_t id;
    struct scan_pass p;
    struct scan_entry now, old;
    struct scan_set *set, *old_set;
    struct scan_piece v[SCAN_BATCH];
    size_t n;
    struct scan_found found[SCAN_BATCH];
    size_t found_n;
    int64_t sampled, right, wrong;
};

static err pass_open(struct tx *t, void *ctx)
{
    struct passing *x = ctx;
    TRY(store_pass_load(t, x->mem, x->id, &x->p));
    TRY(scan_rule_load(t, x->mem, x->p.rule_id, x->p.version, &x->now));
    return x->p.old_version ? scan_rule_load(t, x->mem, x->p.rule_id, x->p.old_version, &x->old)
                            : OK;
}

static bool is_trial(const struct passing *x)
{
    return str_eq(x->p.kind, S("trial"));
}

static err batch_read(struct tx *t, void *ctx)
{
    struct passing *x = ctx;
    TRY(store_pass_load(t, x->mem, x->id, &x->p));
    return store_public_after(t, x->mem, &x->p, x->v, &x->n);
}

/* The lowest ranks are the sample: random, and the same when a pass is resumed. */
static int64_t rank_of(arena *mem, int64_t pass_id, const struct scan_piece *s)
{
    str key = str_fmt(mem, "sample/%lld/%lld/%lld", (long long)pass_id, (long long)s->account_id,
                      (long long)s->no);
    struct sha256 h = sha256(str_bytes(key));
    int64_t rank = 0;
    for (int i = 0; i < 7; i++)
        rank = rank << 8 | h.b[i];
    return rank;
}

/* What this pass says of a piece: an action, or "fresh", "same", "lost", or nothing. */
static err piece_scan(struct passing *x, const struct scan_piece *s)
{
    struct scan_article a;
    struct scan_finding *now, *old = NULL;
    size_t n, old_n = 0;
    struct node *doc;
    TRY(doc_from_json(x->mem, s->doc, &doc));
    struct scan_text text = {s->title, s->digest, s->category, s->declared, doc};
    TRY(scan_article_of(x->mem, &text, &a));
    a.account_class = s->account_class;
    scan_run(x->set, x->mem, &a, &now, &n);
    if (x->old_set)
        scan_run(x->old_set, x->mem, &a, &old, &old_n);
    x->p.done++;
    x->p.hits += n > 0;
    x->p.fresh += n && !old_n;
    x->p.lost += !n && old_n;
    if (!n && !old_n)
        return OK;
    str change = n && old_n ? S("same") : n ? S("fresh") : S("lost");
    struct scan_found *f = &x->found[x->found_n++];
    *f = scan_found_of(x->mem, &a, n ? now : old,
                       is_trial(x) ? change : scan_action_name(x->now.r.action));
    f->account_id = s->account_id;
    f->no = s->no;
    f->version = s->version;
    f->rank = rank_of(x->mem, x->p.id, s);
    x->p.recent += n && s->published_at >= clock_ms() - SCAN_RECENT_DAYS * (int64_t)DAY_MS;
    x->p.accounts +=
        n && (x->found_n == 1 ? x->sampled != s->account_id : f[-1].account_id != s->account_id);
    return OK;
}

static str quote_of(arena *mem, str places_json)
{
    JSON_AUTO *root = NULL;
    if (json_read(places_json, &root) != OK)
        return S("");
    const json_t *first = json_array_get(root, 0);
    return first ? str_fmt(mem, "%.*s%.*s%.*s", FMT(json_text(first, "before")),
                           FMT(json_text(first, "text")), FMT(json_text(first, "after")))
                 : S("");
}

static err raise(struct tx *t, const struct passing *x, const struct scan_found *f)
{
    struct finding g = {.account_id = f->account_id,
                        .no = f->no,
                        .version = f->version,
                        .source = FINDING_RULE,
                        .family = f->family,
                        .quote = quote_of(x->mem, f->places),
                        .rule = str_fmt(x->mem, "%lld", (long long)f->rule_id),
                        .rule_version = f->rule_version,
                        .note = f->rule_name};
    TRY(store_scan_hits_up(t, f->rule_id, 1, 0));
    return finding_raise(t, x->mem, &g);
}

/* What officers had decided of what was found. */
static err labels_read(struct tx *t, void *ctx)
{
    struct passing *x = ctx;
    x->right = x->wrong = 0;
    for (size_t i = 0; i < x->found_n; i++) {
        enum scan_label label;
        if (str_eq(x->found[i].action, S("lost")))
            continue;
        TRY(store_label(t, &x->found[i], &label));
        x->right += label == SCAN_LABEL_RIGHT;
        x->wrong += label == SCAN_LABEL_WRONG;
    }
    return OK;
}

static err sample_write(struct tx *t, const struct passing *x)
{
    int64_t limit;
    bool more = false;
    TRY(store_sample_limit(t, x->p.id, &limit));
    for (size_t i = 0; i < x->found_n; i++)
        if (x->found[i].rank < limit) {
            TRY(store_sample_insert(t, x->p.id, &x->found[i]));
            more = true;
        }
    return more ? store_sample_trim(t, x->p.id) : OK;
}

static err findings_write(struct tx *t, const struct passing *x)
{
    for (size_t i = 0; i < x->found_n; i++) {
        TRY(store_hit_insert(t, &x->found[i], x->p.id));
        TRY(raise(t, x, &x->found[i]));
    }
    return OK;
}

static err batch_write(struct tx *t, void *ctx)
{
    struct passing *x = ctx;
    TRY(is_trial(x) ? sample_write(t, x) : findings_write(t, x));
    if (x->n)
        TRY(store_pass_step(t, &x->p));
    if (x->n == SCAN_BATCH)
        return OK;
    TRY(store_pass_end(t, x->p.id, S("done")));
    return is_trial(x) ? store_scan_tested(t, x->p.rule_id, x->p.version) : OK;
}

/* One batch; *ret_more: there is another. */
static err batch(struct db *db, struct passing *x, bool *ret_more)
{
    AUTO_ARENA(mem);
    int64_t last = x->p.at_account;
    x->mem = mem;
    x->found_n = 0;
    TRY(db_read(db, batch_read, x));
    x->sampled = last;
    *ret_more = str_eq(x->p.state, S("running"));
    if (!*ret_more)
        return OK;
    for (size_t i = 0; i < x->n; i++) {
        TRY(piece_scan(x, &x->v[i]));
        x->p.at_account = x->v[i].account_id;
        x->p.at_no = x->v[i].no;
    }
    *ret_more = x->n == SCAN_BATCH;
    if (is_trial(x) && x->found_n) {
        TRY(db_read(db, labels_read, x));
        x->p.right_n += x->right;
        x->p.wrong_n += x->wrong;
    }
    return db_tx(db, batch_write, x);
}

err scan_pass_job(struct db *db, const struct job *job)
{
    JSON_AUTO *args = NULL;
    TRY(json_read(job->args, &args));
    struct passing *x = NEW(job->mem, struct passing);
    x->mem = job->mem;
    x->id = json_number(args, "pass", 0);
    TRY(db_read(db, pass_open, x));
    x->set = scan_set_new(&x->now.r, 1);
    if (x->p.old_version)
        x->old_set = scan_set_new(&x->old.r, 1);
    bool more = true;
    err e = OK;
    while (e == OK && more)
        e = batch(db, x, &more);
    scan_set_free(x->set);
    scan_set_free(x->old_set);
    return e;
}
