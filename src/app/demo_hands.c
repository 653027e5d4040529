/* Who has an account in the demo: a version that waits for a second member, a transfer that is
 * being reviewed, wishes for accounts over the cap. */
#include "account/exemption.h"
#include "app/demo.h"
#include "article/release.h"
#include "base/clock.h"
#include "transfer/transfer.h"

enum {
    TRANSIT = 0,
    TELEVISION_SCIENCE = 11,
    DAILY = 10,    /* registrant: takes the account over */
    GARDENER = 12, /* registrants who ask for one account more */
    COOK = 13,
    COLLEAGUE = 14, /* user: edits the first account */
    REVIEW = 3 * DAY_MS,
    MONTHS = 12
};

static err colleague(struct tx *t, struct demo *d)
{
    str token;
    struct member_invite in = {.account_id = d->account[TRANSIT],
                               .role = MEMBER_EDITOR,
                               .mobile = S(""),
                               .created_by = demo_author(d, TRANSIT)};
    TRY(member_invite(t, d->mem, d->site->vault, &in, &token));
    TRY(member_invite_accept(t, d->mem, token, d->user[COLLEAGUE]));
    return release_rule_set(t, d->mem, in.account_id, in.created_by, true);
}

static err two_people(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    struct node *doc;
    struct article_outcome o;
    static const struct article_rules RULES = {ARTICLE_REVIEW_FIRST, 1000, REVIEW};
    struct article_text x = {.title = S("元旦假期公交怎么开"),
                             .digest = S(""),
                             .cover = S(""),
                             .category =
                                 str_from(DEMO_TOPIC[DEMO_ACCOUNT[TRANSIT].topic].category)};
    TRY(colleague(t, d));
    TRY(demo_doc(d, S("三天都按节假日时刻表行车，夜间线路照常。\n\n调整的线路见下表。"), &doc));
    TRY(article_text_check(d->mem, &x, doc, &x));
    return article_submit(t, d->mem,
                          &(struct article_submission){.account_id = d->account[TRANSIT],
                                                       .user_id = d->user[COLLEAGUE],
                                                       .text = &x,
                                                       .rules = &RULES},
                          &o);
}

static err hand_over(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    str token;
    struct transfer_wish w = {.account_id = d->account[TELEVISION_SCIENCE],
                              .user_id = demo_author(d, TELEVISION_SCIENCE),
                              .reason = S("两家单位合并，科普栏目并入报社。")};
    TRY(transfer_ask(t, d->mem, &w, &token));
    return transfer_accept(t, d->mem, token, d->registrant[DAILY], d->user[demo_owner(DAILY)]);
}

static err over_the_cap(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    static const struct {
        int registrant;
        const char *reason;
    } WISHES[] = {{GARDENER, "另开一个只写阳台种花的账号，读者不同。"},
                  {COOK, "想把周末的聚餐菜单分出来。"}};
    int64_t id = 0;
    for (size_t i = 0; i < LEN(WISHES); i++)
        TRY(exemption_ask(
            t, d->mem,
            &(struct exemption_wish){.registrant_id = d->registrant[WISHES[i].registrant],
                                     .user_id = d->user[demo_owner(WISHES[i].registrant)],
                                     .review_ms = REVIEW,
                                     .cap = 1,
                                     .extra = 1,
                                     .months = MONTHS,
                                     .reason = str_from(WISHES[i].reason)},
            &id));
    return OK;
}

err demo_hands(struct demo *d)
{
    TRY(db_tx(d->site->db, two_people, d));
    TRY(db_tx(d->site->db, hand_over, d));
    return db_tx(d->site->db, over_the_cap, d);
}
