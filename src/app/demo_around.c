/* Around the articles of the demo: series in an order, pinned articles, a link to a draft. */
#include "account/series.h"
#include "app/demo.h"
#include "article/draft_link.h"
#include "article/sequel.h"
#include "base/clock.h"

enum { IN_SERIES = 5, LINK_DAYS = 7, PLAN_DAYS = 3 };

static const struct {
    int account;
    const char *title, *intro;
    int pins;
    bool plans; /* has one more that waits for its time, of today's quota */
} SERIES[] = {
    {0, "出行这件事", "从修路到公交，一条线路是怎样定下来的。按先后读，更明白。", 2, false},
    {1, "馆员荐书", "馆员读过、想说几句的书，一篇一本。", 1, false},
    {9, "一条河的四季", "同一段河，春夏秋冬各走一遍。", 3, true},
    {10, "城事笔记", "记者在路上记下的小事，慢慢写下去。", 0, true},
    {20, "看得懂的数据", "空气、水和土壤的数字，一次讲清一个。", 1, false},
};

/* The reviewer passes what the account just asked for. */
static err pass(struct tx *t, struct demo *d, int64_t account)
{
    struct casefile *v;
    const struct casefile *newest = NULL; /* an older wish of the account still waits */
    size_t n;
    TRY(case_list(t, d->mem, &(struct case_filter){.kind = CASE_PROFILE, .limit = 100}, &v, &n));
    for (size_t i = 0; i < n; i++)
        if (v[i].account_id == account && (!newest || v[i].id > newest->id))
            newest = &v[i];
    if (!newest)
        return fault(ERR_NOT_FOUND, "not_found", "no case of account %lld", (long long)account);
    return demo_decide(t, d->mem,
                       &(struct demo_verdict){.kind = CASE_PROFILE,
                                              .verdict = VERDICT_APPROVE,
                                              .account = account,
                                              .subject = newest->subject,
                                              .officer = d->user[DEMO_REVIEWER_2]});
}

static err series_of(struct tx *t, struct demo *d, size_t i)
{
    struct sequel_act act = {.account_id = d->account[SERIES[i].account],
                             .user_id = demo_author(d, SERIES[i].account)};
    struct article *v;
    size_t n;
    TRY(series_make(t, d->mem,
                    &(struct profile_wish){.account_id = act.account_id,
                                           .user_id = act.user_id,
                                           .review_ms = DAY_MS,
                                           .value = series_text(d->mem, str_from(SERIES[i].title),
                                                                str_from(SERIES[i].intro))},
                    &act.series));
    TRY(pass(t, d, act.account_id));
    TRY(article_list(t, d->mem,
                     &(struct article_page){.account_id = act.account_id, .limit = 2 * IN_SERIES},
                     &v, &n));
    for (size_t k = n < IN_SERIES ? n : IN_SERIES; k-- > 0;) { /* the oldest first */
        act.no = v[k].no;
        TRY(sequel_add(t, d->mem, &act));
    }
    for (size_t k = 0; k < (size_t)SERIES[i].pins && k < n; k++) {
        act.no = v[n - 1 - k].no;
        TRY(pin_set(t, d->mem, &act));
    }
    return OK;
}

/* To the first draft that there is. */
static err link_of(struct tx *t, struct demo *d, int account)
{
    struct article *v;
    size_t n;
    str token;
    TRY(article_list_own(t, d->mem,
                         &(struct article_own_page){.account_id = d->account[account], .limit = 1},
                         &v, &n));
    if (!n)
        return OK;
    return draft_link_make(
        t, d->mem,
        &(struct draft_link){.account_id = d->account[account],
                             .no = v[0].no,
                             .made_by = demo_author(d, account),
                             .expires_at = tx_now(t) + LINK_DAYS * (int64_t)DAY_MS},
        &token);
}

/* One that was passed and waits for its time, for the calendar. */
static err plan_of(struct tx *t, struct demo *d, int account)
{
    static const struct article_rules RULES = {ARTICLE_REVIEW_AFTER, 1000, 3 * DAY_MS};
    struct node *doc;
    struct article_outcome o;
    struct article_text x = {.title = S("下周的安排，先写在这里"),
                             .digest = S(""),
                             .cover = S(""),
                             .category =
                                 str_from(DEMO_TOPIC[DEMO_ACCOUNT[account].topic].category)};
    TRY(demo_doc(d, S("到点才会公开。在那之前，可以改时间，也可以取消。"), &doc));
    TRY(article_text_check(d->mem, &x, doc, &x));
    TRY(article_submit(t, d->mem,
                       &(struct article_submission){.account_id = d->account[account],
                                                    .user_id = demo_author(d, account),
                                                    .publish_at = tx_now(t) + PLAN_DAYS * DAY_MS,
                                                    .text = &x,
                                                    .rules = &RULES},
                       &o));
    return demo_decide(t, d->mem,
                       &(struct demo_verdict){.kind = CASE_ARTICLE,
                                              .verdict = VERDICT_APPROVE,
                                              .account = d->account[account],
                                              .subject = o.no,
                                              .officer = d->user[DEMO_REVIEWER]});
}

static err make(struct tx *t, void *ctx)
{
    for (size_t i = 0; i < LEN(SERIES); i++) {
        TRY(series_of(t, ctx, i));
        if (SERIES[i].plans)
            TRY(plan_of(t, ctx, SERIES[i].account));
        TRY(link_of(t, ctx, SERIES[i].account));
    }
    return OK;
}

err demo_around(struct demo *d)
{
    return db_tx(d->site->db, make, d);
}
