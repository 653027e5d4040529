/* Differences between two public versions of an article. */
#include "article/render.h"
#include "reader/reader_view.h"
#include "reader_version.html.h"
#include "web/layout.h"

enum { CACHE_SECONDS = 60 };

struct comparing {
    struct request *r;
    int64_t no, version;
    struct article a;
    struct article_version now, before;
};

static err compare_read(struct tx *t, void *ctx)
{
    struct comparing *c = ctx;
    arena *mem = c->r->mem;
    TRY(article_find(t, mem, request_arg(c->r, "handle"), c->no, &c->a));
    if (!str_eq(c->a.state, S("published")) || c->version < 1 || c->version > c->a.version)
        return fault(ERR_NOT_FOUND, "not_found", "no such version");
    int before = 0;
    TRY(article_was_public(t, c->a.account_id, c->no, (int)c->version, &before));
    TRY(article_version_load(t, mem, c->a.account_id, c->no, (int)c->version, &c->now));
    return article_version_load(t, mem, c->a.account_id, c->no, before, &c->before);
}

err page_article_diff(struct request *r)
{
    struct comparing c = {.r = r};
    TRY(request_arg_int(r, "no", &c.no));
    TRY(request_arg_int(r, "version", &c.version));
    TRY(request_read(r, compare_read, &c));
    struct version_diff_view v = {.a = &c.a, .old = c.before.version, .new = c.now.version};
    TRY(article_diff(r->mem, &c.before.text, &c.now.text, &v.diff));
    reply_cache(r, CACHE_SECONDS);
    reply_tag(r, str_cat(r->mem, S("a:"), c.a.handle));
    struct page page = {.place = PLACE_READER, .title = c.a.title, .noindex = true, .wide = true};
    return REPLY_PAGE(r, &page, view_version_diff, &v);
}
