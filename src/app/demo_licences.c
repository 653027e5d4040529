/* Licences, reprints and declared articles of the demo. */
#include "app/demo.h"
#include "article/article_store.h"
#include "article/permit.h"
#include "base/clock.h"
#include "licence/licence.h"
#include "vault/vault.h"

#include <sys/mman.h>
#include <unistd.h>

enum {
    TRANSIT = 0,
    SCHOOL_CLUB = 19, /* its qualification ends soon, and the renewal waits */
    DAILY = 10,       /* may write news */
    TELEVISION = 11,  /* may reprint news */
    BICYCLES = 21,
    RIVERS = 9,
    SOON_DAYS = 20,
    QUOTA = 1000,
    REVIEW = 3 * DAY_MS
};

struct paper {
    struct demo *d;
    const char *type;
    int account, days; /* days: until it ends */
    bool waits;
    struct evidence file;
};

static int64_t registrant_of(const struct demo *d, int account)
{
    return d->registrant[DEMO_ACCOUNT[account].registrant];
}

static err document(struct paper *p)
{
    static const char PDF[] = "%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n";
    struct demo *d = p->d;
    int fd = memfd_create("licence", MFD_CLOEXEC);
    if (fd < 0 || write(fd, PDF, sizeof PDF - 1) != (ssize_t)sizeof PDF - 1)
        return fault(ERR_IO, "memfd", "can't make a document");
    struct vault_files f = {d->site->vault, d->site->blobs, d->mem};
    p->file = (struct evidence){.kind = str_from(p->type),
                                .mime = S("application/pdf"),
                                .size = sizeof PDF - 1,
                                .created_by = demo_author(d, p->account)};
    err e = vault_seal_file(f, VAULT_REF("evidence", p->type, registrant_of(d, p->account)), fd,
                            &p->file.blob);
    close(fd);
    return e;
}

static err decide(struct tx *t, const struct paper *p, enum case_kind kind, int64_t id, int officer)
{
    return demo_decide(t, p->d->mem,
                       &(struct demo_verdict){.kind = kind,
                                              .verdict = VERDICT_APPROVE,
                                              .account = p->d->account[p->account],
                                              .subject = id,
                                              .officer = p->d->user[officer]});
}

static err paper_file(struct tx *t, void *ctx)
{
    struct paper *p = ctx;
    struct demo *d = p->d;
    int64_t id = 0, day = date_china_ms(clock_china(tx_now(t)).date);
    TRY(evidence_add(t, registrant_of(d, p->account), &p->file));
    struct licence_filing f = {
        .user_id = demo_author(d, p->account),
        .review_ms = REVIEW,
        .l = {.registrant_id = registrant_of(d, p->account),
              .account_id = d->account[p->account],
              .type = str_from(p->type),
              .number = str_fmt(d->mem, "演示-%d-%02d%03d", 2024, p->account, p->days),
              .issuer = S("云溪市主管部门（演示）"),
              .valid_from = day - 365 * (int64_t)DAY_MS,
              .valid_to = day + (p->days + 1) * (int64_t)DAY_MS,
              .evidence_id = p->file.id}};
    TRY(licence_file(t, d->mem, &f, &id));
    if (p->waits)
        return OK;
    TRY(decide(t, p, CASE_LICENCE, id, DEMO_REVIEWER));
    return str_starts(f.l.type, S("news")) ? decide(t, p, CASE_NEWS_LICENCE, id, DEMO_EIC) : OK;
}

static err paper_make(struct demo *d, int account, const char *type, int days, bool waits)
{
    struct paper p = {.d = d, .account = account, .type = type, .days = days, .waits = waits};
    TRY(document(&p));
    return db_tx(d->site->db, paper_file, &p);
}

/* The first approved account of a registrant that writes in this category files for all. */
static bool first_of(int account)
{
    for (int i = 0; i < account; i++)
        if (DEMO_ACCOUNT[i].registrant == DEMO_ACCOUNT[account].registrant &&
            DEMO_ACCOUNT[i].topic == DEMO_ACCOUNT[account].topic)
            return false;
    return true;
}

static const char *field_of(int account)
{
    const char *category = DEMO_TOPIC[DEMO_ACCOUNT[account].topic].category;
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        if (strcmp(CATEGORIES[i].code, category) == 0)
            return CATEGORIES[i].licence;
    return "";
}

static err sources_make(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    const struct news_source v[] = {
        {.name = S("云溪新闻网（演示）"), .host = S("news.example.cn")},
        {.name = S("山海日报（演示）"), .host = S("")},
        {.name = S("四方通讯社（演示）"), .host = S("wire.example.org")}};
    for (size_t i = 0; i < LEN(v); i++)
        TRY(news_source_add(t, d->mem, &v[i], d->user[DEMO_COMPLIANCE]));
    return permit_add(t, d->mem, d->account[TRANSIT], str_from(DEMO_ACCOUNT[BICYCLES].handle),
                      demo_author(d, TRANSIT));
}

err demo_licences(struct demo *d)
{
    for (int i = 0; i < DEMO_ACCOUNTS - DEMO_APPLIED; i++)
        if (*field_of(i) && first_of(i))
            TRY(paper_make(d, i, field_of(i), i == SCHOOL_CLUB ? SOON_DAYS : 700, false));
    TRY(paper_make(d, SCHOOL_CLUB, "education", 1000, true));
    TRY(paper_make(d, DAILY, "news_editing", 600, false));
    TRY(paper_make(d, TELEVISION, "news_reprint", 500, false));
    TRY(paper_make(d, DAILY, "news_platform", 640, true));
    return db_tx(d->site->db, sources_make, d);
}

/* ---- articles of each kind ---- */

static const struct {
    int account;
    const char *category, *title, *text;
    struct declaration declared;
} PIECES[] = {
    {RIVERS,
     "society",
     "清晨的河面上，我们数到十一只白鹭",
     "这是我们自己走出来的一篇：沿河六公里，用了两个小时。",
     {.v = {[DECLARE_origin] = S_INIT("original")}}},
    {RIVERS,
     "society",
     "转载：城市湿地为什么要留白",
     "湿地不是公园的一部分，而是城市的一部分。留白，是为了让水有地方去。",
     {.v = {[DECLARE_origin] = S_INIT("reprint"),
            [DECLARE_source] = S_INIT("湿地通讯（演示）"),
            [DECLARE_source_url] = S_INIT("https://wetland.example.org/2026/11"),
            [DECLARE_source_title] = S_INIT("给水留一点地方"),
            [DECLARE_source_author] = S_INIT("湿地通讯编辑部"),
            [DECLARE_source_licence] = S_INIT("CC BY 4.0")}}},
    {BICYCLES,
     "society",
     "转载：早高峰的路口，他们跟了一周",
     "云溪出行的这篇观察，骑车的人也值得读一读。",
     {.v = {[DECLARE_origin] = S_INIT("reprint"),
            [DECLARE_source] = S_INIT("云溪出行"),
            [DECLARE_source_url] = S_INIT("/a/yunxi-transit/1")}}},
    {RIVERS,
     "society",
     "用几句话画出一条河：我们试了试机器作图",
     "这一组说明文字由程序生成，编辑只改了错字。",
     {.v = {[DECLARE_ai] = S_INIT("generated")}}},
    {BICYCLES,
     "society",
     "骑行路线整理：机器列清单，人来试骑",
     "我们请程序列出三十条路线，然后一条一条骑过。",
     {.v = {[DECLARE_ai] = S_INIT("assisted")}}},
    {BICYCLES,
     "life",
     "入冬换胎，三家店的价目",
     "本文由三家车店提供赞助，价格以门店为准。",
     {.v = {[DECLARE_ad] = S_INIT("1")}}},
    {RIVERS,
     "life",
     "如果河会写信",
     "我从山里来，带着一点凉意。你们叫我云溪，我叫你们岸上的人。",
     {.v = {[DECLARE_fiction] = S_INIT("1"), [DECLARE_origin] = S_INIT("original")}}},
    {BICYCLES,
     "life",
     "下坡要慢：一次摔车的记录",
     "照片和文字记录了受伤的过程，请不要模仿。",
     {.v = {[DECLARE_minors] = S_INIT("conduct")}}},
    {DAILY,
     "news",
     "云溪站扩建工程今日通过验收",
     "记者从市交通运输局获悉，云溪站扩建工程通过竣工验收，月底投入使用。",
     {.v = {[DECLARE_origin] = S_INIT("original"),
            [DECLARE_place] = S_INIT("云溪市"),
            [DECLARE_happened] = S_INIT("2026-11-20")}}},
    {TELEVISION,
     "news",
     "省内三条河流完成冬季清淤",
     "据云溪新闻网消息，省内三条河流的冬季清淤已经完成。",
     {.v = {[DECLARE_origin] = S_INIT("reprint"),
            [DECLARE_source] = S_INIT("云溪新闻网（演示）"),
            [DECLARE_source_url] = S_INIT("https://news.example.cn/a/1"),
            [DECLARE_source_title] = S_INIT("三条河流冬季清淤完成"),
            [DECLARE_source_author] = S_INIT("本站记者"),
            [DECLARE_place] = S_INIT("浙江"),
            [DECLARE_happened] = S_INIT("2026-11-18")}}},
};

static err piece_make(struct tx *t, struct demo *d, size_t i)
{
    int account = PIECES[i].account;
    struct node *doc;
    struct article_outcome o;
    struct declaration_rules rules = {.origin = S(""), .minors = true};
    struct article_text x = {.title = str_from(PIECES[i].title),
                             .digest = S(""),
                             .cover = S(""),
                             .category = str_from(PIECES[i].category)};
    TRY(declaration_json(d->mem, &PIECES[i].declared, &rules, &x.declared));
    str picture = d->picture[(i * 7 + 2) % DEMO_PICTURES].media.hash;
    TRY(demo_doc(
        d,
        str_fmt(d->mem, "%s\n\n![%s](blob:%.*s)\n", PIECES[i].text, PIECES[i].title, FMT(picture)),
        &doc));
    TRY(article_text_check(d->mem, &x, doc, &x));
    TRY(article_submit(t, d->mem,
                       &(struct article_submission){
                           .account_id = d->account[account],
                           .user_id = demo_author(d, account),
                           .text = &x,
                           .rules = &(struct article_rules){ARTICLE_REVIEW_AFTER, QUOTA, REVIEW}},
                       &o));
    TRY(demo_decide(t, d->mem,
                    &(struct demo_verdict){.kind = CASE_ARTICLE,
                                           .verdict = VERDICT_APPROVE,
                                           .account = d->account[account],
                                           .subject = o.no,
                                           .officer = d->user[DEMO_REVIEWER]}));
    int64_t at = tx_now(t) - DAY_MS - (int64_t)(i + 1) * 5 * HOUR_MS;
    return store_backdate(t, d->account[account], o.no, at, 40 + (int64_t)i * 31);
}

static err pieces_make(struct tx *t, void *ctx)
{
    for (size_t i = 0; i < LEN(PIECES); i++)
        TRY(piece_make(t, ctx, i));
    return OK;
}

err demo_declared(struct demo *d)
{
    return db_tx(d->site->db, pieces_make, d);
}
