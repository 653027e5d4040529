/* More articles than a person would read: for trying a site of the size that one expects. */
#include "app/demo.h"
#include "article/release.h"
#include "base/clock.h"
#include "user/user.h"

#include <stdio.h>

enum { BATCH = 500, OPEN_EACH = 40, QUOTA = 1 << 30, SAY_EACH = 100000 };

struct more {
    struct demo *d;
    struct demo_piece *v;
    int64_t have, from, to;
    bool writes[DEMO_ACCOUNTS]; /* false: it has left, or its versions wait for a second member */
};

static err count(struct tx *t, void *ctx)
{
    struct more *m = ctx;
    struct demo *d = m->d;
    AUTO_ARENA(mem);
    m->have = 0;
    for (int i = 0; i < DEMO_ACCOUNTS; i++) {
        struct account a;
        struct release_rule rule;
        TRY(account_find(t, mem, str_from(DEMO_ACCOUNT[i].handle), &a));
        d->account[i] = a.id;
        TRY(release_rule_load(t, mem, a.id, &rule));
        m->writes[i] = str_eq(a.state, S("active")) && !rule.on;
        m->have += a.articles;
    }
    for (int i = 0; i < DEMO_USERS; i++) {
        struct user u;
        TRY(user_find_mobile(t, mem, d->site->vault, demo_mobile(mem, i), &u));
        d->user[i] = u.id;
    }
    return OK;
}

static err one(struct tx *t, arena *mem, const struct more *m, int64_t i)
{
    struct demo *d = m->d;
    int64_t piece = i;
    while (!m->writes[m->v[piece % DEMO_ARTICLES].account])
        piece++; /* its account has left */
    const struct demo_piece *p = &m->v[piece % DEMO_ARTICLES];
    struct article_text text = p->text;
    struct article_outcome o;
    text.declared = S(""); /* without tags: what the benches measured before */
    text.title = str_fmt(mem, "%.*s（%lld）", FMT(p->text.title), (long long)(i / DEMO_ARTICLES));
    TRY(article_submit(
        t, mem,
        &(struct article_submission){
            .account_id = d->account[p->account],
            .user_id = demo_author(d, p->account),
            .text = &text,
            .rules = &(struct article_rules){ARTICLE_REVIEW_AFTER, QUOTA, 3 * DAY_MS}},
        &o));
    if (i % OPEN_EACH == 0)
        return OK;
    return demo_decide(t, mem,
                       &(struct demo_verdict){.kind = CASE_ARTICLE,
                                              .verdict = VERDICT_APPROVE,
                                              .account = d->account[p->account],
                                              .subject = o.no,
                                              .officer = d->user[DEMO_REVIEWER + i % 2]});
}

static err some(struct tx *t, void *ctx)
{
    const struct more *m = ctx;
    AUTO_ARENA(mem);
    for (int64_t i = m->from; i < m->to; i++) {
        TRY(one(t, mem, m, i));
        arena_reset(mem);
    }
    return OK;
}

err demo_more(struct demo *d, int64_t articles)
{
    struct more m = {.d = d, .v = NEW_N(d->mem, struct demo_piece, DEMO_ARTICLES)};
    TRY(db_read(d->site->db, count, &m));
    for (int i = 0; i < DEMO_ARTICLES; i++)
        TRY(demo_compose(d, i, &m.v[i]));
    int64_t start = clock_mono_us();
    for (m.from = m.have; m.from < articles; m.from = m.to) {
        m.to = m.from + BATCH < articles ? m.from + BATCH : articles;
        TRY(db_tx(d->site->db, some, &m));
        if (m.to / SAY_EACH != m.from / SAY_EACH)
            fprintf(stderr, "%lld articles\n", (long long)m.to);
    }
    double s = (double)(clock_mono_us() - start) / 1e6;
    int64_t n = articles > m.have ? articles - m.have : 0;
    printf("%lld more articles in %.1f s (%.0f a second)\n\n", (long long)n, s,
           s > 0 ? (double)n / s : 0);
    return OK;
}
