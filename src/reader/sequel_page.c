/* The public page of a series. */
#include "account/account.h"
#include "reader/pieces.h"
#include "reader_article.html.h"
#include "web/layout.h"

enum { CACHE_SECONDS = 60 };

struct series_load {
    const struct request *r;
    struct account a;
    struct series s;
    struct article_page page;
    struct article *v;
    size_t n;
};

static err load(struct tx *t, void *ctx)
{
    struct series_load *l = ctx;
    arena *mem = l->r->mem;
    TRY(request_arg_int(l->r, "no", &l->page.series));
    TRY(account_find(t, mem, request_arg(l->r, "handle"), &l->a));
    if (!account_public(&l->a) || l->page.series < 1)
        return fault(ERR_NOT_FOUND, "not_found", "account is %.*s", FMT(l->a.state));
    TRY(series_load(t, mem, l->a.id, l->page.series, &l->s));
    if (!series_public(&l->s))
        return fault(ERR_NOT_FOUND, "not_found", "series %lld", (long long)l->s.no);
    l->page.account_id = l->a.id;
    return article_list(t, mem, &l->page, &l->v, &l->n);
}

err page_sequel(struct request *r)
{
    struct series_load l = {.r = r, .page = {.limit = PER_PAGE}};
    page_key(r, &l.page);
    TRY(request_read(r, load, &l));
    struct sequel_view v = {.a = &l.a,
                            .s = &l.s,
                            .mark = mark_of(r, l.a.class, l.a.verified),
                            .feed = feed_of(r, l.v, l.n)};
    v.feed.own = true;
    reply_cache(r, CACHE_SECONDS);
    reply_tag(r, str_cat(r->mem, S("a:"), l.a.handle));
    struct page page = {.place = PLACE_READER,
                        .title = l.s.title,
                        .description = l.s.intro,
                        .canonical = r->path,
                        .feed = str_cat(r->mem, S("/a/"), l.a.handle)};
    return REPLY_PAGE(r, &page, view_sequel, &v);
}
