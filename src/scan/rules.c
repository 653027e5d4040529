/* The life of rules, and their passes over what is public. */
#include "scan/rules.h"

#include "base/id.h"
#include "base/json.h"
#include "finding/finding.h"
#include "record/record.h"
#include "scan/rules_store.h"
#include "text/doc.h"

/* ---- texts ---- */

static void addresses(const struct node *n, struct buf *b)
{
    for (const struct node *c = n->child; c; c = c->next) {
        if (c->type == NODE_TEXT && c->href.p) {
            buf_add(b, c->href);
            buf_add_char(b, '\n');
        }
        addresses(c, b);
    }
}

/* A digest that was made from the text repeats its beginning: its words would count twice. */
static bool repeats(str digest, str body)
{
    if (str_ends(digest, S("\u2026")))
        digest.n -= 3;
    bool same = digest.n <= body.n;
    for (size_t i = 0; same && i < digest.n; i++) {
        char c = body.p[i] == '\n' || body.p[i] == '\t' ? ' ' : body.p[i];
        same = digest.p[i] == c;
    }
    return same;
}

/* Of article/declaration.h's JSON, which is none of this department's otherwise. */
static err tags_in(arena *mem, str declared, str *ret_tags)
{
    JSON_AUTO *root = NULL;
    *ret_tags = S("");
    if (!str_has(declared, S("\"tags\":")))
        return OK;
    TRY(json_read(declared, &root));
    str tags = json_text(root, "tags");
    if (tags.n)
        *ret_tags = str_cat(mem, S("\n"), tags);
    return OK;
}

err scan_article_of(arena *mem, const struct scan_text *x, struct scan_article *ret_a)
{
    struct buf links;
    str tags, body = doc_text(mem, x->doc, DOC_TEXT_ALL);
    buf_init(&links, mem, DOC_JSON_MAX);
    addresses(x->doc, &links);
    TRY(tags_in(mem, x->declared, &tags));
    *ret_a =
        (struct scan_article){.text = {x->title, repeats(x->digest, body) ? S("") : x->digest,
                                       tags.n ? str_cat(mem, body, tags) : body, buf_str(&links)},
                              .category = x->category,
                              .account_class = S("")};
    return OK;
}

/* Up to so many code points before and behind a hit; from and to are byte offsets. */
enum { AROUND = 24 };

static size_t back(str s, size_t at)
{
    for (int i = 0; i < AROUND && at; i++)
        do
            at--;
        while (at && (s.p[at] & 0xC0) == 0x80);
    return at;
}

static size_t ahead(str s, size_t at)
{
    for (int i = 0; i < AROUND && at < s.n; i++)
        do
            at++;
        while (at < s.n && (s.p[at] & 0xC0) == 0x80);
    return at;
}

/* [{"field":…,"view":…,"altered":…,"from":…,"to":…,"word":…,"before":…,"text":…,"after":…}] */
static str places(arena *mem, const struct scan_article *a, const struct scan_finding *f)
{
    struct jw j;
    jw_init(&j, mem, 1024 * 1024);
    jw_array(&j);
    for (size_t i = 0; i < f->n; i++) {
        const struct scan_hit *h = &f->hits[i];
        str s = a->text[h->field];
        size_t from = back(s, h->from), to = ahead(s, h->to);
        jw_object(&j);
        jw_key_str(&j, "field", str_from(rule_field_name(h->field)));
        jw_key_str(&j, "view", str_from(scan_view_name(h->view)));
        jw_key_bool(&j, "altered", h->altered);
        jw_key_int(&j, "from", (int64_t)h->from);
        jw_key_int(&j, "to", (int64_t)h->to);
        jw_key_str(&j, "word", h->word);
        jw_key_str(&j, "before", str_sub(s, from, h->from - from));
        jw_key_str(&j, "text", str_sub(s, h->from, h->to - h->from));
        jw_key_str(&j, "after", str_sub(s, h->to, to - h->to));
        jw_end(&j);
    }
    jw_end(&j);
    return buf_str(&j.out);
}

struct scan_found scan_found_of(arena *mem, const struct scan_article *a,
                                const struct scan_finding *f, str action)
{
    return (struct scan_found){.rule_id = f->rule,
                               .rule_version = f->version,
                               .rule_name = f->name,
                               .family = f->family,
                               .action = action,
                               .places = places(mem, a, f),
                               .total = (int64_t)f->total};
}

err scan_keep(struct tx *t, arena *mem, int64_t account_id, int64_t no, int version,
              const struct scan_result *r)
{
    for (size_t i = 0; i < r->n; i++) {
        struct scan_found f =
            scan_found_of(mem, r->article, &r->v[i], scan_action_name(r->v[i].action));
        f.account_id = account_id;
        f.no = no;
        f.version = version;
        TRY(store_hit_insert(t, &f, 0));
        TRY(store_scan_hits_up(t, f.rule_id, 1));
        TRY(record_add(
            t,
            &(struct record_in){
                .kind = RECORD_scan_hit,
                .account_id = account_id,
                .subject = str_fmt(mem, "article/%lld/%lld", (long long)account_id, (long long)no),
                RECORD_FIELDS(RECORD_INT("rule", f.rule_id),
                              RECORD_INT("rule_version", f.rule_version),
                              RECORD_TEXT("family", f.family), RECORD_TEXT("action", f.action),
                              RECORD_INT("version", version)),
            }));
    }
    return OK;
}

/* ---- life ---- */

struct act {
    enum record_kind kind;
    int64_t rule_id, by;
    int version;
    str reason;
};

static err act_record(struct tx *t, const struct act *a)
{
    AUTO_ARENA(mem);
    return record_add(
        t, &(struct record_in){
               .kind = a->kind,
               .actor = a->by,
               .subject = str_fmt(mem, "scan_rule/%lld", (long long)a->rule_id),
               RECORD_FIELDS(RECORD_INT("rule", a->rule_id), RECORD_INT("version", a->version),
                             RECORD_TEXT("reason", a->reason)),
           });
}

err scan_rule_write(struct tx *t, struct scan_entry *e, const struct scan_size *size)
{
    int64_t changed = 1;
    if (!family_find(e->r.family))
        return fault_field(ERR_INVALID, "choice", "family", "family %.*s", FMT(e->r.family));
    bool is_new = !e->r.id;
    e->r.version++;
    if (is_new) {
        e->r.id = id_new();
        e->r.version = 1;
    }
    err r = is_new ? store_scan_rule_insert(t, e) : store_scan_rule_next(t, e, &changed);
    if (r == ERR_CONFLICT)
        return fault_field(ERR_CONFLICT, "rule_name_taken", "name", "name %.*s", FMT(e->r.name));
    TRY(r);
    if (!changed)
        return fault(ERR_CONFLICT, "edited_elsewhere", "newer than %d", e->r.version);
    TRY(store_scan_version_insert(t, e, size));
    return act_record(
        t, &(struct act){RECORD_scan_rule_written, e->r.id, e->author, e->r.version, e->note});
}

static err pass_start(struct tx *t, arena *mem, struct scan_pass *p)
{
    p->id = id_new();
    TRY(store_public_count(t, &p->total));
    TRY(store_pass_insert(t, p));
    return job_add(t, &(struct job_in){.kind = SCAN_JOB,
                                       .args = str_fmt(mem, "{\"pass\":%lld}", (long long)p->id)});
}

err scan_trial_start(struct tx *t, arena *mem, int64_t rule_id, int64_t by)
{
    struct scan_entry e;
    TRY(scan_rule_load(t, mem, rule_id, 0, &e));
    if (!str_eq(e.state, S("draft")) && !str_eq(e.state, S("tested")))
        return fault(ERR_CONFLICT, "rule_not_waiting", "rule is %.*s", FMT(e.state));
    TRY(act_record(t, &(struct act){RECORD_scan_rule_tried, rule_id, by, e.newest, S("")}));
    return pass_start(t, mem,
                      &(struct scan_pass){.rule_id = rule_id,
                                          .version = e.newest,
                                          .old_version = e.live,
                                          .kind = S("trial"),
                                          .by = by});
}

/* The newest finished back-test of the version. */
static err trial_of(struct tx *t, arena *mem, const struct scan_entry *e, struct scan_pass *ret_p)
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

err scan_rule_approve(struct tx *t, arena *mem, int64_t rule_id, int64_t by)
{
    struct scan_entry e;
    struct scan_pass trial;
    TRY(scan_rule_load(t, mem, rule_id, 0, &e));
    if (e.author == by)
        return fault(ERR_DENIED, "own_rule", "the author does not approve");
    if (!str_eq(e.state, S("draft")) && !str_eq(e.state, S("tested")))
        return fault(ERR_CONFLICT, "rule_not_waiting", "rule is %.*s", FMT(e.state));
    TRY(trial_of(t, mem, &e, &trial));
    if (!trial.id && !e.urgent)
        return fault(ERR_CONFLICT, "rule_not_tested", "no back-test of version %d", e.newest);
    if (trial.id && trial.done >= SCAN_BROAD_MIN && trial.hits > trial.done / 2)
        return fault(ERR_CONFLICT, "rule_too_broad", "%lld of %lld", (long long)trial.hits,
                     (long long)trial.done);
    struct scan_entry old = {.words_n = 0};
    if (e.live)
        TRY(scan_rule_load(t, mem, rule_id, e.live, &old));
    bool small = e.words_n <= SCAN_SHORT_LIST, was_small = old.words_n <= SCAN_SHORT_LIST;
    TRY(store_scan_state(t, rule_id, S("live"), e.newest, small));
    TRY(store_scan_epoch_up(t, small || (e.live && was_small), !small || (e.live && !was_small)));
    TRY(act_record(t, &(struct act){RECORD_scan_rule_live, rule_id, by, e.newest, e.note}));
    return pass_start(t, mem,
                      &(struct scan_pass){
                          .rule_id = rule_id, .version = e.newest, .kind = S("rescan"), .by = by});
}

err scan_rule_retire(struct tx *t, arena *mem, int64_t rule_id, int64_t by, str reason)
{
    struct scan_entry e;
    TRY(scan_rule_load(t, mem, rule_id, 0, &e));
    if (!str_trim(reason).n)
        return fault_field(ERR_INVALID, "reason_required", "reason", "no reason given");
    if (str_eq(e.state, S("retired")))
        return fault(ERR_CONFLICT, "rule_not_waiting", "rule is retired");
    TRY(store_scan_state(t, rule_id, S("retired"), 0, true));
    TRY(store_scan_epoch_up(t, 1, 1));
    return act_record(t, &(struct act){RECORD_scan_rule_retired, rule_id, by, e.newest, reason});
}

/* ---- passes ---- */

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
    int64_t sampled;
};

static err pass_open(struct tx *t, void *ctx)
{
    struct passing *x = ctx;
    TRY(store_pass_load(t, x->mem, x->id, &x->p));
    TRY(scan_rule_load(t, x->mem, x->p.rule_id, x->p.version, &x->now));
    return x->p.old_version ? scan_rule_load(t, x->mem, x->p.rule_id, x->p.old_version, &x->old)
                            : OK;
}

static err batch_read(struct tx *t, void *ctx)
{
    struct passing *x = ctx;
    TRY(store_pass_load(t, x->mem, x->id, &x->p));
    return store_public_after(t, x->mem, &x->p, x->v, &x->n);
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
    bool trial = str_eq(x->p.kind, S("trial"));
    str change = n && old_n ? S("same") : n ? S("fresh") : S("lost");
    struct scan_found *f = &x->found[x->found_n++];
    *f = scan_found_of(x->mem, &a, n ? now : old,
                       trial ? change : scan_action_name(x->now.r.action));
    f->account_id = s->account_id;
    f->no = s->no;
    f->version = s->version;
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
    TRY(store_scan_hits_up(t, f->rule_id, 1));
    return finding_raise(t, x->mem, &g);
}

static err batch_write(struct tx *t, void *ctx)
{
    struct passing *x = ctx;
    bool trial = str_eq(x->p.kind, S("trial"));
    int64_t before = x->p.hits + x->p.lost - (int64_t)x->found_n;
    for (size_t i = 0; i < x->found_n; i++) {
        if (!trial || before + (int64_t)i < SCAN_TRIAL_SAMPLE)
            TRY(store_hit_insert(t, &x->found[i], x->p.id));
        if (!trial)
            TRY(raise(t, x, &x->found[i]));
    }
    if (x->n)
        TRY(store_pass_step(t, &x->p));
    if (x->n == SCAN_BATCH)
        return OK;
    TRY(store_pass_end(t, x->p.id, S("done")));
    return trial ? store_scan_tested(t, x->p.rule_id, x->p.version) : OK;
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
