/* The public page of a topic: every article that is public and has the tag, newest first. */
#include "article/tag.h"
#include "reader/pieces.h"
#include "reader_topic.html.h"
#include "web/layout.h"

enum { CACHE_SECONDS = 60 };

struct topic_load {
    arena *mem;
    struct article_page page;
    struct article *v;
    size_t n;
};

static err load(struct tx *t, void *ctx)
{
    struct topic_load *l = ctx;
    return article_list(t, l->mem, &l->page, &l->v, &l->n);
}

err page_topic(struct request *r)
{
    struct topic_load l = {.mem = r->mem, .page = {.limit = PER_PAGE}};
    page_key(r, &l.page);
    l.page.topic = tag_fold(r->mem, request_arg(r, "tag"));
    if (!l.page.topic.n)
        return fault(ERR_NOT_FOUND, "not_found", "no tag");
    TRY(request_read(r, load, &l));
    reply_cache(r, CACHE_SECONDS);
    topic_tags(r, l.page.topic);
    if (!l.n) /* a topic is what its articles are: without one it has no name */
        return fault(ERR_NOT_FOUND, "not_found", "no article has this tag");
    struct topic_view v = {.name = topic_name(r, &l.v[0], l.page.topic),
                           .feed = feed_of(r, l.v, l.n)};
    v.feed.wide = true;
    str path = topic_path(r, v.name);
    struct page page = {.place = PLACE_READER,
                        .title = str_cat(r->mem, S("#"), v.name),
                        .canonical = path,
                        .wide = true,
                        .feed = path};
    return REPLY_PAGE(r, &page, view_topic, &v);
}
