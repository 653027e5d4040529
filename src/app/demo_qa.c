/* Second looks and known items that reviewers of the demo have answered. Most agree; two do not. */
#include "app/demo.h"
#include "base/clock.h"
#include "qa/qa.h"

enum { LATEST = 200, DOUBLES = 24, EXAMPLES = 6 };

struct looks {
    struct demo *d;
    struct casefile *v;
    size_t n;
};

static err first_of(struct tx *t, const struct looks *x, int64_t case_id, struct decision *ret_d)
{
    struct decision *v;
    size_t n;
    TRY(case_decisions(t, x->d->mem, case_id, &v, &n));
    if (!n)
        return fault(ERR_NOT_FOUND, "not_found", "case %lld", (long long)case_id);
    *ret_d = v[0];
    return OK;
}

/* As if this reviewer had turned to the next case. */
static err respond(struct tx *t, const struct looks *x, int64_t user, bool differs)
{
    struct case_turn turn = {.kinds = 1U << CASE_ARTICLE, .user_id = user, .lease_ms = HOUR_MS};
    struct qa_answer a = {.user_id = user, .template = S(""), .reason = S("")};
    struct decision first = {0};
    struct casefile c;
    err e = qa_turn(t, &turn, &a.id);
    if (e == ERR_NOT_FOUND) /* theirs already, or of an account of theirs */
        return OK;
    TRY(e);
    TRY(qa_case_load(t, x->d->mem, a.id, user, &c));
    TRY(first_of(t, x, c.original, &first));
    a.answer = verdict_name(first.verdict);
    if (differs) {
        a.answer = S("return");
        a.template = S("source");
        a.reason = S("文中引用的数字没有写明来源和时间，应先补充。");
    }
    return qa_answer(t, x->d->mem, &a);
}

/* The newest decided reviews of articles. */
static err newest_reviews(struct tx *t, struct looks *x)
{
    struct casefile *v;
    size_t n, kept = 0;
    struct case_filter f = {.kind = -1, .decided = true, .limit = LATEST};
    TRY(case_list(t, x->d->mem, &f, &v, &n));
    for (size_t i = 0; i < n && kept < DOUBLES; i++)
        if (v[i].kind == CASE_ARTICLE)
            v[kept++] = v[i];
    x->v = v;
    x->n = kept;
    return OK;
}

static err look(struct tx *t, void *ctx)
{
    struct looks *x = ctx;
    const int64_t *user = x->d->user;
    TRY(newest_reviews(t, x));
    for (size_t i = 0; i < EXAMPLES && i < x->n; i++)
        TRY(qa_mark(t, x->d->mem, x->v[i].id, user[DEMO_EIC], true));
    for (size_t i = 0; i < x->n; i++) {
        struct qa_rates rates =
            i < EXAMPLES ? (struct qa_rates){100, 0} : (struct qa_rates){0, 100};
        struct decision first = {0};
        TRY(first_of(t, x, x->v[i].id, &first));
        int64_t a = user[DEMO_REVIEWER], b = user[DEMO_REVIEWER_2];
        int64_t other = first.officer == a ? b : a;
        int64_t given = i < EXAMPLES ? other : first.officer;
        TRY(qa_sample(t, x->d->mem, &(struct qa_given){x->v[i].id, given, rates}));
        TRY(respond(t, x, other, i == 2 || i == 9));
    }
    return OK;
}

err demo_qa(struct demo *d)
{
    return db_tx(d->site->db, look, &(struct looks){.d = d});
}
