/* Reading the public surfaces back after a measure. Each is asked in the process, by the very
 * function that its page, feed or API answers from; the page cache is outdated by the tags that the
 * measure's own transaction touched. */
#include "account/account.h"
#include "article/article.h"
#include "article/tag.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "job/job.h"
#include "media/media.h"
#include "notice/notice.h"
#include "reader/search.h"
#include "reader/sitemap.h"
#include "ruling/steps.h"

enum { LEFT_MAX = 200, SEARCH_WORDS = 40 };

struct check {
    struct tx *t;
    arena *mem;
    const struct measure *m;
    struct article a;
    struct buf left;
};

static void left_on(struct check *c, const char *surface, bool shows)
{
    if (!shows)
        return;
    if (c->left.n)
        buf_add(&c->left, S(","));
    buf_add(&c->left, str_from(surface));
}

/* Is the article the first of the list that begins at its own key? */
static err in_list(struct check *c, const char *surface, struct article_page p)
{
    struct article *v;
    size_t n;
    p.before_at = c->a.published_at;
    p.before_account = c->a.account_id;
    p.before_no = c->a.no + 1;
    p.limit = 1;
    TRY(article_list(c->t, c->mem, &p, &v, &n));
    left_on(c, surface, n && v[0].account_id == c->a.account_id && v[0].no == c->a.no);
    return OK;
}

static err in_search(struct check *c)
{
    struct search_answer answer;
    struct search_query q = {.words = str_ellipsis(c->mem, c->a.title, SEARCH_WORDS),
                             .account_id = c->a.account_id,
                             .category = S(""),
                             .kind = S(""),
                             .now = tx_now(c->t)};
    bool shows = false;
    TRY(search_find(c->t, c->mem, &q, &answer));
    for (size_t i = 0; i < answer.n; i++)
        shows = shows || answer.v[i].a.no == c->a.no;
    left_on(c, "search", shows);
    return OK;
}

static err in_sitemap(struct check *c)
{
    struct sitemap_key after = {c->a.published_at, c->a.account_id, c->a.no - 1};
    struct sitemap_entry *v;
    size_t n;
    TRY(sitemap_part(c->t, c->mem, SITEMAP_ARTICLES, &after, &v, &n));
    left_on(c, "sitemap", n && v[0].key.id == c->a.account_id && v[0].key.no == c->a.no);
    return OK;
}

static err in_media(struct check *c)
{
    str *v;
    size_t n;
    bool shows = false;
    TRY(article_media(c->t, c->mem, c->a.account_id, c->a.no, &v, &n));
    for (size_t i = 0; i < n; i++) {
        bool blocked = false, shared = false;
        TRY(media_blocked(c->t, v[i], &blocked));
        if (!blocked) /* left on purpose: somebody else shows it too */
            TRY(article_media_shared(c->t, c->a.account_id, c->a.no, v[i], &shared));
        shows = shows || (!blocked && !shared);
    }
    left_on(c, "media", shows);
    return OK;
}

static err in_topics(struct check *c)
{
    struct tags tags = tags_of(c->mem, c->a.declared);
    for (size_t i = 0; i < tags.n; i++)
        TRY(in_list(c, "topics", (struct article_page){.topic = tag_fold(c->mem, tags.v[i])}));
    return OK;
}

static err spread_check(struct check *c)
{
    TRY(in_topics(c));
    TRY(in_list(c, "home", (struct article_page){0}));
    TRY(in_list(c, "category", (struct article_page){.category = c->a.category}));
    TRY(in_list(c, "feeds", (struct article_page){.account_id = c->a.account_id, .spread = true}));
    TRY(in_search(c));
    return in_sitemap(c);
}

static err article_check(struct check *c)
{
    struct article shown;
    TRY(article_load(c->t, c->mem, c->m->account_id, c->m->no, &c->a));
    if (c->m->kind == MEASURE_label) {
        left_on(c, "page", !c->a.label.n);
        return OK;
    }
    TRY(spread_check(c));
    if (c->m->kind == MEASURE_limit)
        return OK;
    TRY(article_find(c->t, c->mem, c->a.handle, c->a.no, &shown)); /* page, versions, API, oEmbed */
    left_on(c, "page", str_eq(shown.state, S("published")));
    TRY(in_list(c, "account", (struct article_page){.account_id = c->a.account_id}));
    return in_media(c);
}

static err account_check(struct check *c)
{
    struct account a;
    struct article *v;
    size_t n;
    struct article_page p = {.account_id = c->m->account_id, .limit = 1};
    TRY(account_load(c->t, c->mem, c->m->account_id, &a));
    left_on(c, "page", account_public(&a));
    TRY(article_list(c->t, c->mem, &p, &v, &n));
    left_on(c, "account", n > 0);
    return OK;
}

struct verifying {
    arena *mem;
    int64_t account_id, id;
    struct measure m;
    str left;
    int64_t gone_ms;
    bool done; /* was found gone before */
};

static err look(struct tx *t, void *ctx)
{
    struct verifying *v = ctx;
    TRY(measure_load(t, v->mem, v->account_id, v->id, &v->m));
    struct check c = {.t = t, .mem = v->mem, .m = &v->m};
    buf_init(&c.left, v->mem, LEFT_MAX);
    v->done = v->m.checked_at && !v->m.left_on.n;
    if (!v->m.lifted_at && !v->done)
        TRY(v->m.no ? article_check(&c) : account_check(&c));
    v->left = buf_str(&c.left);
    return OK;
}

static err alarm(struct tx *t, struct verifying *v)
{
    int64_t *who;
    size_t n;
    str link = str_fmt(v->mem, "/desk/rulings/%lld", (long long)v->m.decision_id);
    TRY(store_role_holders(t, v->mem, S("editor_in_chief"), S("sysadmin"), &who, &n));
    for (size_t i = 0; i < n; i++)
        TRY(notice_send(t, who[i], "measure_left", link, 1, (const str[]){v->left}));
    return OK;
}

static err note(struct tx *t, void *ctx)
{
    struct verifying *v = ctx;
    TRY(measure_checked(t, &v->m, v->left, v->gone_ms));
    return v->left.n ? alarm(t, v) : OK;
}

err measure_verify_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    JSON_AUTO *args = NULL;
    TRY(json_read(job->args, &args));
    struct verifying v = {.mem = job->mem,
                          .account_id = json_number(args, "account", 0),
                          .id = json_number(args, "measure", 0)};
    TRY(db_read(s->db, look, &v));
    if (v.done)
        return OK;
    v.gone_ms = clock_ms() - v.m.start_at;
    TRY(db_tx(s->db, note, &v));
    return v.left.n ? fault(ERR_IO, "measure_left", "measure %lld still on %.*s", (long long)v.id,
                            FMT(v.left))
                    : OK;
}
