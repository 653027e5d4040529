/* Rules in force, the job of scheduled articles, and the view of a case. */
#include "article/console.h"

#include "article/console_view.h"
#include "article/render.h"
#include "article_preview.html.h"
#include "base/clock.h"
#include "job/job.h"
#include "settings/provider.h"

enum { MAX_CHANGES = 400 };

void article_rules_now(struct site *site, arena *mem, struct article_rules *ret_rules)
{
    struct provider_settings ps;
    provider_live_get(site->provider, mem, &ps);
    *ret_rules = (struct article_rules){
        .mode = str_eq(ps.review_mode, S("post")) ? ARTICLE_REVIEW_AFTER : ARTICLE_REVIEW_FIRST,
        .daily_quota = (int)ps.daily_quota,
        .review_ms = ps.review_due_days * DAY_MS};
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

/* ---- what a version changes ---- */

struct lines {
    str *v;
    size_t n;
};

static err lines_of(arena *mem, const struct article_version *v, struct lines *ret_l)
{
    struct node *doc;
    TRY(doc_from_json(mem, v->text.doc, &doc));
    str rest = doc_text(mem, doc, DOC_TEXT_READ);
    struct lines l = {.v = NEW_N(mem, str, MAX_CHANGES)};
    while (rest.p && l.n < MAX_CHANGES) {
        str line = str_trim(str_split(rest, '\n', &rest));
        if (line.n)
            l.v[l.n++] = line;
    }
    *ret_l = l;
    return OK;
}

static bool has(const struct lines *l, str line)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->v[i], line))
            return true;
    return false;
}

/* Paragraphs that one version has and the other has not: simple, and enough to look at. */
static err changes(arena *mem, const struct article_version *old, const struct article_version *now,
                   struct article_preview_view *v)
{
    struct lines a, b;
    TRY(lines_of(mem, old, &a));
    TRY(lines_of(mem, now, &b));
    struct article_change *c = NEW_N(mem, struct article_change, a.n + b.n);
    size_t n = 0;
    for (size_t i = 0; i < a.n; i++)
        if (!has(&b, a.v[i]))
            c[n++] = (struct article_change){false, a.v[i]};
    for (size_t i = 0; i < b.n; i++)
        if (!has(&a, b.v[i]))
            c[n++] = (struct article_change){true, b.v[i]};
    v->changes = c;
    v->change_n = n;
    return OK;
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
    struct article_preview_view v = {.title = l.now.text.title, .digest = l.now.text.digest};
    int minutes = 0;
    TRY(article_render(r->mem, &l.now, &v.body, &minutes));
    if (l.old.version)
        TRY(changes(r->mem, &l.old, &l.now, &v));
    struct out *o = request_out(r);
    view_article_preview(o, &v);
    *ret_view = out_take(o);
    return OK;
}
