/* Evidence packages of the demo: one that is made as soon as the site is served, and one that waits
 * for the second person. */
#include "app/demo.h"
#include "package/package.h"

enum { CITY = 0, OTHER = 6 };

static err packages(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    struct article_own_page own = {
        .account_id = d->account[CITY], .state = S("removed"), .find = S(""), .limit = 1};
    struct article *v;
    size_t n;
    TRY(article_list_own(t, d->mem, &own, &v, &n));
    ASSERT(n == 1);
    struct package p = {.account_id = d->account[CITY],
                        .no = v[0].no,
                        .basis = S("order"),
                        .number = S("演示调取〔2026〕1 号"),
                        .reason = S("核对被下架文章的内容和发布时间。"),
                        .recipient = S(""),
                        .identity_reason = S(""),
                        .asked_by = d->user[DEMO_COMPLIANCE]};
    TRY(package_ask(t, d->mem, &p));
    TRY(package_queue(t, d->mem, p.id));
    p = (struct package){.account_id = d->account[OTHER],
                         .basis = S("order"),
                         .number = S("演示调取〔2026〕2 号"),
                         .reason = S("核对账号的注册主体。"),
                         .recipient =
                             S("gongqi-x25519-nVaewno0rmnfyHtfoz-bzEOtz84WbhTVIrk5gcEpQsw"),
                         .identity_reason = S("文书要求提供主体的真实身份。"),
                         .asked_by = d->user[DEMO_COMPLIANCE]};
    return package_ask(t, d->mem, &p);
}

err demo_packages(struct demo *d)
{
    return db_tx(d->site->db, packages, d);
}
