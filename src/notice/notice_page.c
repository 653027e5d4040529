/* What the platform told a person. */
#include "notice/notice_view.h"
#include "notice_list.html.h"

enum { PER_PAGE = 30 };

struct notices {
    struct request *r;
    int64_t before;
    struct notice *v;
    size_t n;
};

static err load(struct tx *t, void *ctx)
{
    struct notices *x = ctx;
    return notice_list(t, x->r->mem, x->r->session.user_id, x->before, PER_PAGE, &x->v, &x->n);
}

err page_notices(struct request *r)
{
    struct notices x = {.r = r};
    str before = request_query(r, "before");
    if (before.n)
        TRY(str_int(before, &x.before));
    TRY(request_read(r, load, &x));
    struct notice_item *items = NEW_N(r->mem, struct notice_item, x.n);
    struct notices_view v = {.items = items,
                             .n = x.n,
                             .csrf = r->session.csrf,
                             .next = x.n == PER_PAGE ? str_fmt(r->mem, "/me/notices?before=%lld",
                                                               (long long)x.v[x.n - 1].id)
                                                     : S(""),
                             .empty = {.icon = S("bell"),
                                       .title = msg(r->lang, MSG_notices_empty),
                                       .text = msg(r->lang, MSG_notices_empty_text)}};
    for (size_t i = 0; i < x.n; i++) {
        enum msg m = MSG_notices_other;
        (void)msg_find(str_cat(r->mem, S("notice."), x.v[i].kind), &m);
        items[i] = (struct notice_item){&x.v[i],
                                        msg_format(r->mem, r->lang, m, x.v[i].args, x.v[i].arg_n)};
        v.unread |= x.v[i].read_at == 0;
    }
    struct page page = {.place = PLACE_ME};
    return REPLY_PAGE(r, &page, view_notices, &v);
}

static err mark(struct tx *t, void *ctx)
{
    const struct request *r = ctx;
    return notice_mark_read(t, r->session.user_id, INT64_MAX);
}

err do_notices(struct request *r)
{
    TRY(request_tx(r, mark, r));
    return reply_redirect(r, S("/me/notices"));
}
