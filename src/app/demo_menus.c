/* Menus of the demo's accounts, one of them in review; an issue that is public, one that is being
 * put together. */
#include "account/series.h"
#include "app/demo.h"
#include "base/clock.h"
#include "issue/issue.h"
#include "menu/menu.h"

enum { PAPER = 10, LIBRARY = 1, ARTICLES = 4 };

static const struct {
    enum menu_kind kind;
    bool sub;
    const char *label, *target; /* article "": the newest; series "": the newest */
} ENTRIES[] = {
    {MENU_group, false, "往期好文", ""},
    {MENU_article, true, "最新一篇", ""},
    {MENU_series, true, "合集精选", ""},
    {MENU_topic, true, "云溪话题", "云溪"},
    {MENU_text, false, "关于我们",
     "我们把看到的、问到的写下来，写错了就改。\n\n转载请注明出处，照片请一并注明作者。"},
    {MENU_link, false, "更多资料", "https://example.org/reading"},
};

/* What an entry of the table leads to in this account. */
static err target_of(struct tx *t, struct demo *d, int64_t account, size_t i, str *ret_target)
{
    int64_t no = 0;
    *ret_target = str_from(ENTRIES[i].target);
    if (ENTRIES[i].kind == MENU_article) {
        struct article *v;
        size_t n;
        TRY(article_list(t, d->mem, &(struct article_page){.account_id = account, .limit = 1}, &v,
                         &n));
        no = n ? v[0].no : 0;
    } else if (ENTRIES[i].kind == MENU_series) {
        struct series *v;
        size_t n;
        TRY(series_list(t, d->mem, account, true, &v, &n));
        no = n ? v[0].no : 0;
    }
    if (no)
        *ret_target = str_fmt(d->mem, "%lld", (long long)no);
    return OK;
}

static err menu_of(struct tx *t, struct demo *d, int account, bool passed)
{
    int64_t id = d->account[account], author = demo_author(d, account), group = 0;
    struct menu m;
    struct menu_version v;
    TRY(menu_draft_load(t, d->mem, id, &m));
    for (size_t i = 0; i < LEN(ENTRIES); i++) {
        struct menu_item item = {ENTRIES[i].kind, ENTRIES[i].sub, 0, str_from(ENTRIES[i].label),
                                 STR_NONE};
        TRY(target_of(t, d, id, i, &item.target));
        TRY(menu_item_check(d->mem, &item));
        TRY(menu_add(&m, &item, item.sub ? group : 0));
        if (item.kind == MENU_group)
            group = (int64_t)m.n;
    }
    TRY(menu_draft_save(t, d->mem, &(struct menu_save){id, author, &m}));
    TRY(menu_draft_load(t, d->mem, id, &m));
    TRY(menu_send(t, d->mem, &(struct menu_wish){id, author, 2 * (int64_t)DAY_MS, m.rev, NULL}));
    TRY(menu_version_newest(t, d->mem, id, S("pending"), &v));
    return passed ? demo_decide(t, d->mem,
                                &(struct demo_verdict){.kind = CASE_MENU,
                                                       .verdict = VERDICT_APPROVE,
                                                       .account = id,
                                                       .subject = v.version,
                                                       .officer = d->user[DEMO_REVIEWER]})
                  : OK;
}

static const char *const PIECES[ARTICLES][2] = {
    {"春天的第一次涨水", "桥下的刻度比昨天高了两指。水是清的，带着上游的草籽。"},
    {"岸边多了一排新柳", "去年插下的枝条都活了。护岸的石头之间，也长出了绿。"},
    {"白鹭回来的日子", "比去年早了四天。它们先在浅滩站了一上午，像在确认这里没有变。"},
    {"夏天想写的几件事", "先记下题目：夜里的蛙声，水闸的开合，以及一位老船工。"},
};

/* The first n pieces from `from` as drafts of an issue; sent when it is to be public. */
static err issue_of(struct tx *t, struct demo *d, size_t from, size_t n, bool sent)
{
    static const struct article_rules RULES = {ARTICLE_REVIEW_AFTER, 1000, 3 * DAY_MS};
    struct issue_part *parts = NEW_N(d->mem, struct issue_part, ISSUE_MAX);
    struct issue_act act = {.account_id = d->account[PAPER], .user_id = demo_author(d, PAPER)};
    str state;
    TRY(issue_make(t, d->mem, act.account_id, act.user_id, &act.no));
    for (size_t i = 0; i < n; i++) {
        struct node *doc;
        struct draft draft;
        struct article_text x = {.title = str_from(PIECES[from + i][0]),
                                 .digest = S(""),
                                 .cover = d->picture[(from + i) % DEMO_PICTURES].media.hash,
                                 .category =
                                     str_from(DEMO_TOPIC[DEMO_ACCOUNT[PAPER].topic].category)};
        TRY(demo_doc(d, str_from(PIECES[from + i][1]), &doc));
        TRY(article_text_check(d->mem, &x, doc, &x));
        TRY(article_create(t, act.account_id, act.user_id, &x, &act.article));
        TRY(issue_add(t, d->mem, &act));
        TRY(draft_load(t, d->mem, act.account_id, act.article, &draft));
        parts[i] = (struct issue_part){.no = act.article, .rev = draft.rev, .text = x};
    }
    if (!sent)
        return OK;
    struct issue_wish w = {.account_id = act.account_id,
                           .no = act.no,
                           .user_id = act.user_id,
                           .rules = &RULES,
                           .parts = parts,
                           .n = n};
    return issue_send(t, d->mem, &w, &state);
}

static err make(struct tx *t, void *ctx)
{
    TRY(issue_of(t, ctx, 0, 3, true));
    TRY(issue_of(t, ctx, 3, 1, false));
    TRY(menu_of(t, ctx, PAPER, true));
    return menu_of(t, ctx, LIBRARY, false);
}

err demo_menus(struct demo *d)
{
    return db_tx(d->site->db, make, d);
}
