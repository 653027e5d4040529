/* Rules in force, the job of scheduled articles, and the view of a case. */
#include "article/console.h"
#include "account/account.h"

#include "article/console_view.h"
#include "article/render.h"
#include "article_preview.html.h"
#include "base/clock.h"
#include "job/job.h"
#include "print/print_view.h"
#include "scan/scan_view.h"
#include "settings/provider.h"

void article_rules_now(struct site *site, arena *mem, struct article_rules *ret_rules)
{
    struct provider_settings ps;
    provider_live_get(site->provider, mem, &ps);
    *ret_rules = (struct article_rules){
        .mode = str_eq(ps.review_mode, S("post")) ? ARTICLE_REVIEW_AFTER : ARTICLE_REVIEW_FIRST,
        .daily_quota = (int)ps.daily_quota,
        .review_ms = review_span(&ps, clock_ms())};
}

static err publish_due(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    return article_publish_due(t, mem, ctx);
}

err article_due_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    int n = 0;
    (void)job;
    return db_tx(s->db, publish_due, &n);
}

err article_scan(struct site *site, arena *mem, int64_t account_id, const struct article_text *text,
                 struct scan_result *ret_scan)
{
    struct scan_article *a = NEW(mem, struct scan_article);
    const struct node *tree = text->tree;
    struct node *read = NULL;
    if (!tree) {
        TRY(doc_from_json(mem, text->doc, &read));
        tree = read;
    }
    struct scan_text x = {text->title, text->digest, text->category, text->declared, tree};
    TRY(scan_article_of(mem, &x, a));
    return scan_live_run(site->scan, mem, account_id, a, ret_scan);
}

err article_prints(struct site *site, arena *mem, const struct article_ref *at,
                   const struct article_text *text, bool fresh, struct print_result *ret_p)
{
    const struct node *tree = text->tree;
    struct node *read = NULL;
    struct scan_article a;
    if (!tree) {
        TRY(doc_from_json(mem, text->doc, &read));
        tree = read;
    }
    struct scan_text x = {text->title, text->digest, text->category, text->declared, tree};
    struct print_thing thing = {.text = &a, .account_id = at->account_id, .no = at->no};
    TRY(scan_article_of(mem, &x, &a));
    thing.media_n = print_pictures(mem, tree, text->cover, &thing.media);
    return print_check(site->prints, mem, &thing, fresh, ret_p);
}

struct refusing {
    const struct request *r;
    const struct article_sending *s;
};

static err keep_refused(struct tx *t, void *ctx)
{
    const struct refusing *x = ctx;
    int64_t account = x->r->member.account_id;
    if (x->s->prints->refuse)
        return print_keep(t, x->r->mem, &(struct print_place){.account_id = account}, x->s->prints);
    return scan_keep(t, x->r->mem, account, x->s->no, 0, x->s->scan);
}

err article_send(struct request *r, const struct article_sending *s)
{
    enum { TRIES = 3 };
    err e = ERR_CONFLICT;
    bool stale = true;
    struct article_ref at = {r->member.account_id, s->no};
    for (int i = 0; i < TRIES && stale; i++) {
        TRY(article_scan(r->site, r->mem, r->member.account_id, s->text, s->scan));
        TRY(article_prints(r->site, r->mem, &at, s->text, i > 0, s->prints));
        e = request_tx(r, s->fn, s->ctx);
        str why = str_from(fault_of(e).reason);
        stale =
            e == ERR_CONFLICT && (str_eq(why, S("scan_stale")) || str_eq(why, S("prints_stale")));
    }
    str reason = str_from(fault_of(e).reason);
    bool refused = str_eq(reason, S("scan_refused")) || str_eq(reason, S("content_listed"));
    if (e != ERR_DENIED || !refused)
        return e;
    struct fault why = fault_of(e);
    TRY(request_tx(r, keep_refused, &(struct refusing){r, s}));
    fault_copy(&why);
    return e;
}

struct looking {
    arena *mem;
    const struct casefile *c;
    struct article a;
    struct article_version now, old;
};

static err look(struct tx *t, void *ctx)
{
    struct looking *l = ctx;
    const struct casefile *c = l->c;
    struct account owner;
    TRY(account_load(t, l->mem, c->account_id, &owner));
    if (account_left(&owner))
        return fault(ERR_DENIED, "content_restricted", "account %lld", (long long)owner.id);
    TRY(article_load(t, l->mem, c->account_id, c->subject, &l->a));
    TRY(article_version_load(t, l->mem, c->account_id, c->subject, c->version, &l->now));
    if (l->a.version && l->a.version != c->version)
        TRY(article_version_load(t, l->mem, c->account_id, c->subject, l->a.version, &l->old));
    return OK;
}

err article_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct looking l = {.mem = r->mem, .c = c};
    TRY(request_read(r, look, &l));
    struct declaration d = declared_of(r->mem, l.now.text.declared);
    struct article_preview_view v = {
        .title = l.now.text.title, .digest = l.now.text.digest, .facts = declared_facts(r, &d)};
    declared_labels(r, &d, false, &v.declared);
    int minutes = 0;
    TRY(article_render(r->mem, &l.now, &v.body, &minutes));
    TRY(scan_cards(r, c->account_id, c->subject, c->version, &v.found));
    TRY(print_case_view(r, c, &v.prints));
    struct diff diff;
    if (l.old.version) {
        TRY(article_diff(r->mem, &l.old.text, &l.now.text, &diff));
        v.diff = &diff;
    }
    struct out *o = request_out(r);
    view_article_preview(o, &v);
    *ret_view = out_take(o);
    return OK;
}
