/* The acts on cases of findings and appeals: rule, answer a proposal, decide an appeal. */
#include "desk/desk_view.h"
#include "job/job.h"
#include "qa/qa.h"
#include "ruling/ruling_view.h"

struct act {
    struct request *r;
    int64_t id, ruling;
    struct ruling_wish wish;
    struct proposal_answer answer;
    struct appeal_verdict verdict;
};

static str typed(const struct request *r, const char *name)
{
    str s = request_field(r, name);
    return s.p ? str_trim(s) : S("");
}

/* Measures are carried out and read back at once, not at the job runner's next look. */
static err done(struct request *r, str path, enum msg said)
{
    job_runner_poke(r->site->jobs);
    reply_flash(r, said);
    return reply_redirect(r, path);
}

static str ruling_href(struct request *r, int64_t id)
{
    return str_fmt(r->mem, "/desk/rulings/%lld", (long long)id);
}

static err rule(struct tx *t, void *ctx)
{
    struct act *x = ctx;
    struct casefile c;
    const struct ruling_wish *w = &x->wish;
    TRY(qa_case_load(t, x->r->mem, x->id, x->r->session.user_id, &c));
    if (c.original) {
        TRY(ruling_wish_check(w, c.subject));
        return qa_answer(
            t, x->r->mem,
            &(struct qa_answer){x->id, x->r->session.user_id, w->measure, w->basis, w->reasoning});
    }
    return ruling_make(t, x->r->mem, x->id, x->r->session.user_id, &x->wish, &x->ruling);
}

err do_desk_rule(struct request *r)
{
    struct act x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    wish_of(r, &x.wish);
    err e = request_tx(r, rule, &x);
    if (e != OK)
        return desk_answer(r, x.id, e);
    bool two = ruling_needs_two(&x.wish);
    return x.ruling
               ? done(r, ruling_href(r, x.ruling), MSG_ruling_made)
               : done(r, desk_case_href(r->mem, x.id), two ? MSG_proposal_made : MSG_desk_done);
}

static err second(struct tx *t, void *ctx)
{
    struct act *x = ctx;
    return proposal_answer(t, x->r->mem, &x->answer, &x->ruling);
}

err do_desk_second(struct request *r)
{
    struct act x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    x.answer =
        (struct proposal_answer){x.id, r->session.user_id, typed(r, "answer"), typed(r, "reason")};
    err e = request_tx(r, second, &x);
    if (e != OK)
        return desk_answer(r, x.id, e);
    return x.ruling ? done(r, ruling_href(r, x.ruling), MSG_ruling_made)
                    : done(r, desk_case_href(r->mem, x.id), MSG_proposal_answered);
}

static err appeal(struct tx *t, void *ctx)
{
    struct act *x = ctx;
    return appeal_decide(t, x->r->mem, &x->verdict);
}

err do_desk_appeal(struct request *r)
{
    struct act x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    x.verdict = (struct appeal_verdict){
        .case_id = x.id,
        .officer = r->session.user_id,
        .outcome = typed(r, "outcome"),
        .reasons = typed(r, "reasons"),
    };
    wish_of(r, &x.verdict.wish);
    err e = request_tx(r, appeal, &x);
    if (e != OK)
        return desk_answer(r, x.id, e);
    return done(r, desk_case_href(r->mem, x.id), MSG_appeal_done);
}
