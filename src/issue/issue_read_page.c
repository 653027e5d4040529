/* The public page of an issue. */
#include "account/account.h"
#include "base/clock.h"
#include "issue/issue_view.h"
#include "issue_pages.html.h"

enum { CACHE_SECONDS = 60 };

struct reading_issue {
    struct request *r;
    struct account a;
    struct issue i;
    struct issue_item *v;
    size_t n;
};

static err read(struct tx *t, void *ctx)
{
    struct reading_issue *x = ctx;
    arena *mem = x->r->mem;
    int64_t no = 0;
    TRY(request_arg_int(x->r, "no", &no));
    TRY(account_find(t, mem, request_arg(x->r, "handle"), &x->a));
    if (!account_public(&x->a))
        return fault(ERR_NOT_FOUND, "not_found", "account is %.*s", FMT(x->a.state));
    TRY(issue_load(t, mem, x->a.id, no, &x->i));
    if (!str_eq(x->i.state, S("published")))
        return fault(ERR_NOT_FOUND, "not_found", "issue is %.*s", FMT(x->i.state));
    TRY(issue_items(t, mem, x->a.id, no, &x->v, &x->n));
    x->n = issue_seen(x->v, x->n, x->r->session.minor);
    return x->n ? OK : fault(ERR_NOT_FOUND, "not_found", "nothing of it is public");
}

err page_issue(struct request *r)
{
    struct reading_issue x = {.r = r};
    TRY(request_read(r, read, &x));
    str no = str_fmt(r->mem, "%lld", (long long)x.i.no), n = str_fmt(r->mem, "%zu", x.n);
    str title = msg_format(r->mem, r->lang, MSG_issue_one, &no, 1);
    struct issue_view v = {
        .name = x.a.name,
        .handle = x.a.handle,
        .title = title,
        .count = str_fmt(r->mem, "%.*s \u00b7 %.*s",
                         FMT(msg_format(r->mem, r->lang, MSG_issue_count, &n, 1)),
                         FMT(clock_china_text(r->mem, x.i.published_at))),
        .shown = {.handle = x.a.handle, .no = x.i.no, .v = x.v, .n = x.n, .linked = true}};
    reply_cache(r, CACHE_SECONDS);
    reply_tag(r, str_cat(r->mem, S("a:"), x.a.handle));
    struct page page = {.place = PLACE_READER,
                        .title = str_fmt(r->mem, "%.*s \u00b7 %.*s", FMT(x.a.name), FMT(title)),
                        .canonical = r->path};
    return REPLY_PAGE(r, &page, view_issue, &v);
}
