/* What the provider of the demo did: chose for the front page, confirmed public bodies, answered
 * questions. */
#include "app/demo.h"
#include "base/clock.h"
#include "figures/figures.h"
#include "reader/choice.h"
#include "reader/directory.h"
#include "support/support.h"

static const struct {
    int topic;
    const char *reason;
    int from, days; /* from: days from today */
} CHOICES[] = {
    {1, "开放夜间自习，和很多读者有关", -1, 4},
    {3, "换季健康提示，来源可靠", -2, 5},
    {0, "早高峰绕行，时效强", 0, 2},
    {9, "周末活动预告", 1, 3},
};
static const struct {
    int account;
    const char *kind, *field, *reason;
} LISTED[] = {
    {0, "government", "public_service", "市交通部门官方账号，授权书在案"},
    {1, "public_service", "culture", "市图书馆官方账号，授权书在案"},
    {3, "public_service", "health", "公立医院官方账号，授权书在案"},
    {7, "government", "law", "司法行政部门官方账号，授权书在案"},
    {8, "public_service", "education", "公办学校官方账号，授权书在案"},
    {18, "public_service", "law", "法律援助机构，授权书在案"},
    {20, "government", "environment", "生态环境部门官方账号，授权书在案"},
    {24, "public_service", "health", "疾控中心官方账号，授权书在案"},
};
static const struct {
    int user; /* in .user */
    const char *category, *subject, *body, *answer, *again;
    int rating;
} TICKETS[] = {
    {DEMO_STAFF, "publishing", "修路通知能不能定时到早上六点",
     "我们每天凌晨确定绕行方案，希望六点整自动发布，免得有人值守。",
     "可以。提交时填写“定时发布”，审核通过后到点自动公开；到点前还会再核对一次账号状态。",
     "试过了，很好用。", 5},
    {DEMO_STAFF + 1, "technical", "批量导入时图片说明丢失",
     "用接口导入二十篇旧文，图片都在，但是说明没有了。请看附件里的样例。", NULL, NULL, 0},
    {DEMO_STAFF + DEMO_OPERATORS, "account", "换了手机号，收不到验证码",
     "旧号码已经停用，登录时验证码还是发到旧号码。",
     "请在“登录与安全”里修改号码；如果已经不能登录，"
     "请带身份证件到前台，我们当场核对后修改。",
     NULL, 0},
    {DEMO_STAFF + DEMO_OPERATORS + 1, "other", "希望夜间模式再暗一点",
     "晚上躺着看还是有点亮，能不能再暗一档？", NULL, NULL, 0},
};

/* A corrected article shows readers the history of versions; else the third newest. */
static const struct article *worth(const struct article *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].version > 1)
            return &v[i];
    return &v[2];
}

static err choose(struct tx *t, struct demo *d)
{
    int64_t today = date_china_ms(clock_china(tx_now(t)).date), id = 0;
    for (size_t i = 0; i < LEN(CHOICES); i++) {
        struct article *v = NULL;
        size_t n = 0;
        int64_t from = today + CHOICES[i].from * (int64_t)DAY_MS;
        TRY(article_list(
            t, d->mem,
            &(struct article_page){.limit = 40,
                                   .category = str_from(DEMO_TOPIC[CHOICES[i].topic].category)},
            &v, &n));
        if (n < 3)
            continue;
        TRY(choice_make(t,
                        &(struct choice){.account_id = worth(v, n)->account_id,
                                         .no = worth(v, n)->no,
                                         .from_at = from,
                                         .until_at = from + CHOICES[i].days * (int64_t)DAY_MS,
                                         .reason = str_from(CHOICES[i].reason),
                                         .chosen_by = d->user[DEMO_EIC]},
                        &id));
        if (i == 1) /* one that was taken down again */
            TRY(choice_remove(t, id, S("活动已取消，避免误导"), d->user[DEMO_EIC]));
    }
    return OK;
}

static err list(struct tx *t, struct demo *d)
{
    for (size_t i = 0; i < LEN(LISTED); i++)
        TRY(directory_confirm(t,
                              &(struct directory_entry){.account_id = d->account[LISTED[i].account],
                                                        .kind = str_from(LISTED[i].kind),
                                                        .field = str_from(LISTED[i].field),
                                                        .province = S("33"),
                                                        .reason = str_from(LISTED[i].reason),
                                                        .confirmed_by = d->user[DEMO_EIC]}));
    return OK;
}

static err say(struct tx *t, int64_t id, int64_t author, bool staff, const char *text)
{
    static const struct ticket_terms TERMS = {3, 1};
    return ticket_say(t, &TERMS,
                      &(struct ticket_message){.ticket_id = id,
                                               .author = author,
                                               .staff = staff,
                                               .body = str_from(text),
                                               .blob = S(""),
                                               .mime = S("")});
}

static err ask(struct tx *t, struct demo *d)
{
    static const struct ticket_terms TERMS = {3, 1};
    for (size_t i = 0; i < LEN(TICKETS); i++) {
        int64_t id = 0, user = d->user[TICKETS[i].user];
        struct ticket k = {.user_id = user,
                           .category = str_from(TICKETS[i].category),
                           .subject = str_from(TICKETS[i].subject)};
        TRY(ticket_open(t, &TERMS, &k,
                        &(struct ticket_message){
                            .body = str_from(TICKETS[i].body), .blob = S(""), .mime = S("")},
                        &id));
        if (TICKETS[i].answer)
            TRY(say(t, id, d->user[DEMO_COMPLIANCE], true, TICKETS[i].answer));
        if (TICKETS[i].again)
            TRY(say(t, id, user, false, TICKETS[i].again));
        if (!TICKETS[i].rating)
            continue;
        TRY(ticket_close(t, id, user));
        TRY(ticket_rate(t, id, TICKETS[i].rating));
    }
    return OK;
}

/* A month of readers: more in the evening, for new articles and for those of some accounts. */
static err reads(struct tx *t, void *ctx)
{
    enum { N = 6000, DAYS = 30, LATEST = 100 };
    static const uint8_t HOURS[] = {7, 8, 8, 12, 12, 13, 18, 19, 20, 20, 21, 21, 22, 23};
    struct demo *d = ctx;
    struct article *v = NULL;
    struct read_note *notes = NEW_N(d->mem, struct read_note, 2 * N);
    size_t n = 0, articles = 0;
    int64_t today = date_china_ms(clock_china(tx_now(t)).date);
    TRY(article_list(t, d->mem, &(struct article_page){.limit = LATEST}, &v, &articles));
    for (uint32_t i = 0; i < N && articles; i++) {
        uint32_t x = i * 2654435761U;
        const struct article *a = &v[(x >> 16) % articles * ((x >> 9) % 97) / 97];
        struct read_note note = {
            .source = (uint8_t)(x >> 13) % READ_SOURCE_COUNT, .no = a->no, .mark = {1}};
        memcpy(note.mark + 1, &i, sizeof i);
        memcpy(note.handle, a->handle.p, a->handle.n < READ_HANDLE ? a->handle.n : 0);
        note.at = today - (int64_t)((x >> 5) % DAYS) * DAY_MS +
                  HOURS[(x >> 21) % LEN(HOURS)] * (int64_t)HOUR_MS;
        if (note.at < a->published_at || note.at > tx_now(t))
            continue;
        notes[n++] = note;
        if (x % 5 < 3) { /* to the end */
            note.mark[0] = 2;
            note.end = true;
            notes[n++] = note;
        }
    }
    return figures_count(t, &(struct figures_batch){notes, n, 0});
}

static err make(struct tx *t, void *ctx)
{
    TRY(choose(t, ctx));
    TRY(list(t, ctx));
    return ask(t, ctx);
}

err demo_provider(struct demo *d)
{
    TRY(db_tx(d->site->db, make, d));
    return db_tx(d->site->db, reads, d);
}
