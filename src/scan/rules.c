/* Writing rules, and keeping what they find. */
#include "scan/rules.h"

#include "base/id.h"
#include "base/json.h"
#include "finding/finding.h"
#include "scan/steps.h"
#include "settings/provider.h"
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

static err hit_record(struct tx *t, arena *mem, const struct scan_found *f)
{
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_scan_hit,
               .account_id = f->account_id,
               .subject =
                   str_fmt(mem, "article/%lld/%lld", (long long)f->account_id, (long long)f->no),
               RECORD_FIELDS(RECORD_INT("rule", f->rule_id),
                             RECORD_INT("rule_version", f->rule_version),
                             RECORD_TEXT("family", f->family), RECORD_TEXT("action", f->action),
                             RECORD_INT("version", f->version)),
           });
}

err scan_keep(struct tx *t, arena *mem, int64_t account_id, int64_t no, int version,
              const struct scan_result *r)
{
    for (size_t i = 0; i < r->n; i++) {
        bool quiet = r->v[i].stage == SCAN_SHADOW;
        str action = quiet ? S("shadow") : scan_action_name(r->v[i].action);
        struct scan_found f = scan_found_of(mem, r->article, &r->v[i], action);
        f.account_id = account_id;
        f.no = no;
        f.version = version;
        TRY(store_hit_insert(t, &f, 0));
        TRY(store_scan_hits_up(t, f.rule_id, !quiet, quiet));
        TRY(hit_record(t, mem, &f));
        if (!quiet)
            TRY(rule_watch(t, mem, f.rule_id, f.rule_version));
    }
    return OK;
}

/* ---- life ---- */

err rule_act_record(struct tx *t, const struct rule_act *a)
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

err rule_touch(struct tx *t, const struct scan_entry *e)
{
    bool small = e->words_n <= SCAN_SHORT_LIST;
    return store_scan_epoch_up(t, small, !small);
}

/* A new version ends the trial of the one before. */
static err trial_end(struct tx *t, const struct scan_entry *e)
{
    AUTO_ARENA(mem);
    struct scan_entry old;
    TRY(scan_rule_load(t, mem, e->r.id, 0, &old));
    return old.trial ? rule_touch(t, &old) : OK;
}

err scan_rule_write(struct tx *t, struct scan_entry *e, const struct scan_size *size)
{
    int64_t changed = 1;
    if (!family_find(e->r.family))
        return fault_field(ERR_INVALID, "choice", "family", "family %.*s", FMT(e->r.family));
    bool is_new = !e->r.id;
    if (!is_new)
        TRY(trial_end(t, e));
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
    return rule_act_record(
        t, &(struct rule_act){RECORD_scan_rule_written, e->r.id, e->author, e->r.version, e->note});
}

void scan_limits_of(const struct provider_settings *ps, struct scan_limits *ret_l)
{
    *ret_l = (struct scan_limits){.canary_percent = (int)ps->scan_canary_percent,
                                  .shadow_hours = (int)ps->scan_shadow_hours,
                                  .young_hours = (int)ps->scan_young_hours,
                                  .hour_max = (int)ps->scan_hour_max,
                                  .surprise = (int)ps->scan_surprise};
}
