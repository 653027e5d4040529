/* Rules in force, the job of scheduled articles, and the view of a case. */
#include "article/console.h"

#include "article/console_view.h"
#include "article/render.h"
#include "article_preview.html.h"
#include "base/clock.h"
#include "job/job.h"
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
