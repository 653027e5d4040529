/* The articles of the demo: composed from the texts of each topic, sent the way of every article,
 * decided by reviewers, and dated back over the last months. */
#include "app/demo.h"
#include "article/article.h"
#include "article/article_store.h"
#include "base/buf.h"
#include "base/clock.h"

enum {
    BATCH = 60,
    HELD = 5,
    RETURNED = 4,
    SPREAD_DAYS = 150,
    QUOTA = 1000,
    MARKDOWN_MAX = 1 << 16
};

struct batch {
    struct demo *d;
    const struct demo_piece *v;
    int from, to;
};

/* Puts text, with {s} replaced by the subject. */
static void put(struct buf *b, const char *text, const char *subject)
{
    for (const char *at; (at = strstr(text, "{s}")); text = at + 3) {
        buf_add(b, (str){text, (size_t)(at - text)});
        buf_add(b, str_from(subject));
    }
    buf_add(b, str_from(text));
}

static void line(struct buf *b, const char *before, const char *text, const char *subject)
{
    buf_add(b, str_from(before));
    put(b, text, subject);
    buf_add(b, S("\n\n"));
}

static void list(struct buf *b, const struct demo_topic *tp, int n, const char *subject)
{
    for (int i = 0; i < 3 + n % 3; i++) {
        buf_add(b, n % 2 ? str_fmt(b->mem, "%d. ", i + 1) : S("- "));
        put(b, tp->items[(n + i) % 5], subject);
        buf_add(b, S("\n"));
    }
    buf_add(b, S("\n"));
}

/* Hills, towns, charts or rings, as the topic suggests; six of each. */
static int picture_for(const struct demo_topic *tp, int n)
{
    static const int KIND[DEMO_TOPICS] = {1, 3, 0, 2, 2, 3, 0, 1, 3, 0, 0};
    return KIND[tp - DEMO_TOPIC] * 6 + n % 6;
}

static str body(struct demo *d, const struct demo_topic *tp, int n, const char *subject)
{
    struct buf b;
    buf_init(&b, d->mem, MARKDOWN_MAX);
    const struct media *m = &d->picture[picture_for(tp, n)].media;
    line(&b, "", tp->leads[n % 3], subject);
    buf_add(&b, str_fmt(d->mem, "![%s](blob:%.*s)\n\n", subject, FMT(m->hash)));
    line(&b, "## ", tp->headings[0], subject);
    line(&b, "", tp->paragraphs[n % 6], subject);
    line(&b, "", tp->paragraphs[(n + 1) % 6], subject);
    if (n % 3 != 2)
        line(&b, "> ", tp->quotes[n % 2], subject);
    line(&b, "## ", tp->headings[1], subject);
    list(&b, tp, n, subject);
    line(&b, "", tp->paragraphs[(n + 2) % 6], subject);
    line(&b, "", tp->paragraphs[(n + 3) % 6], subject);
    if (n % 2 == 0)
        line(&b, "", tp->table, subject);
    if (n % 4 == 1)
        line(&b, "> [!TIP]\n> ", tp->tip, subject);
    line(&b, "### ", tp->headings[2], subject);
    line(&b, "", tp->paragraphs[(n + 4) % 6], subject);
    line(&b, "", tp->paragraphs[(n + 5) % 6], subject);
    return buf_str(&b);
}

/* The one that is removed (demo_cases.c). Its text is its own: articles of a topic are much alike,
 * and would be found as near copies of what was removed. */
enum { ADVERT = 24 * DEMO_TOPICS };
static str advert(struct demo *d)
{
    const struct media *m = &d->picture[picture_for(&DEMO_TOPIC[0], ADVERT)].media;
    return str_fmt(
        d->mem,
        "挤了三个星期的车之后，我终于下定决心换一种方式出门，先说结论：值。\n\n"
        "![车站](blob:%.*s)\n\n"
        "## 市民怎么说\n\n"
        "住在河东的赵阿姨每天送外孙上学，七点十分站在门口，第三辆才上得去。做夜班的小李说，"
        "最怕的是下雨天，伞收不拢，鞋全湿。开店的老钱算过一笔账：一个月迟到四次，全勤奖就没了。\n\n"
        "## 我用的办法\n\n"
        "朋友介绍了一款叫“早座”的拼车服务，包月九十九元，上门接送，座位提前一晚订好。"
        "填我的推荐码，首月立减三十元，连续订三个月再送一张洗车券。名额有限，先到先得。\n\n"
        "- 打开小程序，选好上车的路口\n- 填推荐码，付款\n- 第二天照约定时间下楼\n\n"
        "用了一周，车准点，司机客气，座椅也干净。要是你也受够了等车，不妨试试。\n",
        FMT(m->hash));
}

/* The account of this topic whose turn it is. */
static int account_for(int topic, int n)
{
    int fit[DEMO_ACCOUNTS] = {0}, count = 0;
    for (int i = 0; i < DEMO_ACCOUNTS - DEMO_APPLIED; i++)
        if (DEMO_ACCOUNT[i].topic == topic)
            fit[count++] = i;
    ASSERT(count > 0);
    return fit[n % count];
}

err demo_compose(struct demo *d, int i, struct demo_piece *ret_piece)
{
    int topic = i % DEMO_TOPICS, n = i / DEMO_TOPICS;
    const struct demo_topic *tp = &DEMO_TOPIC[topic];
    const char *subject = tp->subjects[n % 8];
    struct buf title, digest;
    buf_init(&title, d->mem, 1000);
    buf_init(&digest, d->mem, 1000);
    put(&title, tp->titles[n / 8], subject);
    put(&digest, tp->leads[(n + topic) % 3], subject);
    struct node *doc;
    struct declaration says = {.v[DECLARE_tags] = str_fmt(d->mem, "%s，云溪", subject)};
    struct article_text in = {.title = buf_str(&title),
                              .digest =
                                  str_ellipsis(d->mem, buf_str(&digest), ARTICLE_DIGEST_MAX - 1),
                              .cover = S(""),
                              .category = str_from(tp->category)};
    TRY(declaration_json(d->mem, &says, &(struct declaration_rules){.origin = S("")},
                         &in.declared));
    TRY(demo_doc(d, i == ADVERT ? advert(d) : body(d, tp, n + topic, subject), &doc));
    TRY(article_text_check(d->mem, &in, doc, &ret_piece->text));
    ret_piece->account = account_for(topic, n);
    return OK;
}

int64_t demo_author(const struct demo *d, int account)
{
    return d->user[demo_owner(DEMO_ACCOUNT[account].registrant)];
}

/* no 0: a new article; else the next version of that one. */
static err submit(struct tx *t, const struct batch *b, int i, int64_t no,
                  const struct article_text *text, enum article_mode mode,
                  struct article_outcome *ret_o)
{
    const struct demo_piece *p = &b->v[i];
    return article_submit(
        t, b->d->mem,
        &(struct article_submission){.account_id = b->d->account[p->account],
                                     .no = no,
                                     .user_id = demo_author(b->d, p->account),
                                     .text = text,
                                     .rules = &(struct article_rules){mode, QUOTA, 3 * DAY_MS}},
        ret_o);
}

/* Newest last: each later article is a little younger, at a waking hour. */
static int64_t date_of(int i, int64_t now)
{
    int64_t back =
        (int64_t)SPREAD_DAYS * DAY_MS * (DEMO_ARTICLES - HELD - RETURNED - i) / DEMO_ARTICLES;
    int64_t at = now - back + (i * 37 % 11) * 13 * MINUTE_MS;
    return at < now ? at : now - HOUR_MS;
}

static err decide(struct tx *t, const struct batch *b, int i, int64_t no, bool returned)
{
    struct demo *d = b->d;
    return demo_decide(t, d->mem,
                       &(struct demo_verdict){
                           .kind = CASE_ARTICLE,
                           .verdict = returned ? VERDICT_RETURN : VERDICT_APPROVE,
                           .account = d->account[b->v[i].account],
                           .subject = no,
                           .officer = d->user[DEMO_REVIEWER + i % 2],
                           .reason = returned ? S("请注明数据的来源和时间，再提交一次。") : S("")});
}

/* A second version with a correction at its end. */
static err correct(struct tx *t, const struct batch *b, int i, int64_t no)
{
    arena *mem = b->d->mem;
    struct article_text text = b->v[i].text;
    struct article_outcome o;
    struct node *doc;
    TRY(doc_from_json(mem, text.doc, &doc));
    struct node *said = node_add(doc, node_new(mem, NODE_PARAGRAPH));
    node_add(said, node_new(mem, NODE_TEXT))->text =
        S("更正：本文初版有一处数据的年份写错，现已改正。感谢读者指出。");
    TRY(doc_json(mem, doc, &text.doc));
    TRY(submit(t, b, i, no, &text, ARTICLE_REVIEW_AFTER, &o));
    return decide(t, b, i, no, false);
}

static err article_make(struct tx *t, const struct batch *b, int i)
{
    enum { CORRECTED = 12 }; /* one in so many, the newest among them */
    struct demo *d = b->d;
    int left = DEMO_ARTICLES - i;
    bool held = left <= HELD, returned = !held && left <= HELD + RETURNED;
    struct article_outcome o;
    TRY(submit(t, b, i, 0, &b->v[i].text,
               held || returned ? ARTICLE_REVIEW_FIRST : ARTICLE_REVIEW_AFTER, &o));
    if (held)
        return OK;
    int64_t account = d->account[b->v[i].account];
    TRY(decide(t, b, i, o.no, returned));
    if (returned)
        return OK;
    if ((left - HELD - RETURNED - 1) % CORRECTED == 0)
        TRY(correct(t, b, i, o.no));
    return store_backdate(t, account, o.no, date_of(i, tx_now(t)), 20 + i * 7919 % 4000);
}

static err batch_make(struct tx *t, void *ctx)
{
    const struct batch *b = ctx;
    for (int i = b->from; i < b->to; i++)
        TRY(article_make(t, b, i));
    return OK;
}

static err readers_make(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    for (int u = DEMO_STAFF; u < DEMO_USERS; u++)
        for (int a = 0; a < DEMO_ACCOUNTS - DEMO_APPLIED; a++)
            if ((u * 31 + a * 17) % 7 < 1 + a % 4)
                TRY(subscribe(t, d->user[u], d->account[a]));
    return OK;
}

err demo_articles(struct demo *d)
{
    struct demo_piece *v = NEW_N(d->mem, struct demo_piece, DEMO_ARTICLES);
    for (int i = 0; i < DEMO_ARTICLES; i++)
        TRY(demo_compose(d, i, &v[i]));
    for (int from = 0; from < DEMO_ARTICLES; from += BATCH) {
        int to = from + BATCH < DEMO_ARTICLES ? from + BATCH : DEMO_ARTICLES;
        TRY(db_tx(d->site->db, batch_make, &(struct batch){d, v, from, to}));
    }
    return db_tx(d->site->db, readers_make, d);
}
