/* What the demo's desk has to decide and has decided: findings that wait, a proposal that waits for
 * a second officer, rulings with their measures, an appeal, a report to the authority. Neutral
 * samples only (advertising, faked figures). */
#include "app/demo.h"
#include "base/clock.h"
#include "job/job.h"
#include "ruling/ruling.h"

enum { ARTICLES = 4, READER = DEMO_STAFF + DEMO_OPERATORS };

enum { RULINGS = 3 };
struct cases {
    struct demo *d;
    int64_t ruling[RULINGS];
    struct measure *measure[RULINGS];
    struct article *v; /* of the first account, newest first */
    size_t n;
};

static err finding(struct tx *t, const struct cases *c, struct finding f)
{
    return finding_raise(t, c->d->mem, &f);
}

/* Those that wait. */
static err open_ones(struct tx *t, const struct cases *c)
{
    struct demo *d = c->d;
    TRY(finding(t, c,
                (struct finding){.account_id = c->v[1].account_id,
                                 .no = c->v[1].no,
                                 .source = FINDING_REPORT,
                                 .family = S("advertising"),
                                 .quote = c->v[1].title,
                                 .note = S("文中像是在推销某个产品，却没有标明是广告。"),
                                 .by = d->user[READER]}));
    TRY(finding(t, c,
                (struct finding){.account_id = c->v[1].account_id,
                                 .no = c->v[1].no,
                                 .source = FINDING_REPORT,
                                 .family = S("advertising"),
                                 .note = S("同上，疑似软文。")}));
    TRY(finding(t, c,
                (struct finding){.account_id = c->v[3].account_id,
                                 .no = c->v[3].no,
                                 .source = FINDING_STAFF,
                                 .family = S("source"),
                                 .note = S("引用的数字没有注明来源和时间。"),
                                 .by = d->user[DEMO_COMPLIANCE]}));
    return finding(t, c,
                   (struct finding){.account_id = d->account[6],
                                    .source = FINDING_REPORT,
                                    .family = S("impersonation"),
                                    .note = S("名称容易与另一家机构混淆。"),
                                    .by = d->user[READER + 1]});
}

static err rule(struct tx *t, const struct cases *c, struct finding f, const struct ruling_wish *w,
                int64_t *ret_id)
{
    struct demo *d = c->d;
    TRY(finding_raise(t, d->mem, &f));
    TRY(case_claim(t, f.case_id, d->user[DEMO_REVIEWER], HOUR_MS));
    return ruling_make(t, d->mem, f.case_id, d->user[DEMO_REVIEWER], w, ret_id);
}

/* An article removed and appealed, one limited, an account warned; a suspension proposed. */
static err decided_ones(struct tx *t, struct cases *c)
{
    struct demo *d = c->d;
    int64_t none = 0;
    struct ruling_wish w = {.measure = S("remove"),
                            .functions = S(""),
                            .basis = S("rules"),
                            .severity = 4,
                            .facts = S("第二节推荐了一款收费服务并附购买办法，全文没有广告标识。"),
                            .reasoning = S("未标识的广告违反管理规则关于广告须显著标明的要求。")};
    struct finding f = {.account_id = c->v[0].account_id,
                        .no = c->v[0].no,
                        .source = FINDING_REPORT,
                        .family = S("advertising"),
                        .quote = c->v[0].title,
                        .by = d->user[READER]};
    TRY(rule(t, c, f, &w, &c->ruling[0]));
    struct appeal a = {.ruling_id = c->ruling[0],
                       .user_id = demo_author(d, 0),
                       .text = S("文中的服务是公益项目，不收费，请复核。"),
                       .media = S("")};
    TRY(appeal_file(t, d->mem, &a, 30 * (int64_t)DAY_MS));
    w.measure = S("limit");
    w.basis = S("ecology_7");
    w.severity = 3;
    w.facts = S("标题所说的结论在正文中没有依据。");
    w.reasoning = S("标题与内容不符，属于应防范和抵制的不良信息。");
    f.no = c->v[2].no;
    f.family = S("clickbait");
    TRY(rule(t, c, f, &w, &c->ruling[1]));
    w.measure = S("warn");
    w.severity = 2;
    w.basis = S("agreement");
    w.facts = S("多篇文章的阅读量在一小时内异常增长。");
    w.reasoning = S("疑似刷量，违反服务协议关于真实数据的约定。");
    f = (struct finding){.account_id = d->account[5],
                         .source = FINDING_STAFF,
                         .family = S("traffic"),
                         .by = d->user[DEMO_COMPLIANCE]};
    TRY(rule(t, c, f, &w, &c->ruling[2]));
    w.measure = S("suspend");
    w.days = 60;
    f.account_id = d->account[7];
    return rule(t, c, f, &w, &none);
}

/* Read back here, where nobody waits for it, and not when the site is first served. */
static err measures_read(struct tx *t, void *ctx)
{
    struct cases *c = ctx;
    for (int i = 0; i < RULINGS; i++) {
        size_t n;
        TRY(measure_of(t, c->d->mem, c->ruling[i], &c->measure[i], &n));
        ASSERT(n == 1);
    }
    return OK;
}

static err measures_verify(struct cases *c)
{
    TRY(db_read(c->d->site->db, measures_read, c));
    for (int i = 0; i < RULINGS; i++) {
        const struct measure *m = c->measure[i];
        str args = str_fmt(c->d->mem, "{\"account\":%lld,\"measure\":%lld}",
                           (long long)m->account_id, (long long)m->id);
        if (MEASURES[m->kind].is_read_back)
            TRY(measure_verify_job(c->d->site, &(struct job){.args = args, .mem = c->d->mem}));
    }
    return OK;
}

static err cases_make(struct tx *t, void *ctx)
{
    struct cases *c = ctx;
    struct article_page p = {.account_id = c->d->account[0], .limit = ARTICLES};
    TRY(article_list(t, c->d->mem, &p, &c->v, &c->n));
    ASSERT(c->n == ARTICLES);
    TRY(open_ones(t, c));
    return decided_ones(t, c);
}

err demo_cases(struct demo *d)
{
    struct cases c = {.d = d};
    TRY(db_tx(d->site->db, cases_make, &c));
    return measures_verify(&c);
}
