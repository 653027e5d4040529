/* One case: what it is about, the evidence, the acts. */
#include "desk/desk_view.h"
#include "desk_case.html.h"

#include "package/package.h"
#include "qa/qa.h"
#include "record/record.h"
#include "staffing/staffing.h"

enum { REASON_MAX = 500, BULK = 5 };

static err kind_allowed(const struct request *r, const struct casefile *c)
{
    return DESK_KINDS[c->kind].roles & r->session.roles
               ? OK
               : fault(ERR_DENIED, "denied", "case %lld is for others", (long long)c->id);
}

/* ---- the case ---- */

struct one {
    struct request *r;
    int64_t id;
    struct casefile c;
    struct decision *done;
    size_t done_n;
    struct decision wish, proposal;
    bool waits;            /* the verdict is the first of two */
    int64_t skip, next_id; /* the case to turn from; the one turned to, 0 = none */
    bool then_next;
    bool can_mark, marked; /* as an example with a known answer */
};

static err load_one(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    TRY(qa_case_load(t, x->r->mem, x->id, x->r->session.user_id, &x->c));
    TRY(qa_marked(t, &x->c, &x->can_mark, &x->marked));
    if (x->c.original)
        return OK;
    TRY(case_proposal(t, x->r->mem, x->id, &x->proposal));
    return case_decisions(t, x->r->mem, x->id, &x->done, &x->done_n);
}

/* Of findings and appeals the verdict says who was right, not what was approved. */
static str verdict_words(const struct request *r, const struct one *x, enum verdict v)
{
    bool yes = v == VERDICT_APPROVE;
    if (x->c.kind == CASE_FINDING)
        return msg(r->lang, yes ? MSG_ruling_cleared : MSG_ruling_confirmed);
    if (x->c.kind == CASE_APPEAL)
        return msg(r->lang, yes ? MSG_appeal_granted : MSG_appeal_uphold);
    return desk_verdict_label(r->lang, v);
}

static struct timeline_view history_of(struct request *r, const struct one *x)
{
    static const enum tone TONES[] = {TONE_OK, TONE_WARN, TONE_BAD};
    struct event *e = NEW_N(r->mem, struct event, x->done_n + 1);
    size_t n = 0;
    for (size_t i = x->done_n; i-- > 0;)
        e[n++] = (struct event){.at_ms = x->done[i].at,
                                .tone = TONES[x->done[i].verdict],
                                .title = verdict_words(r, x, x->done[i].verdict),
                                .text = x->done[i].reason,
                                .who = x->done[i].officer_name};
    e[n++] = (struct event){.at_ms = x->c.opened_at, .title = msg(r->lang, MSG_desk_was_opened)};
    return (struct timeline_view){e, n};
}

static str typed(const struct request *r, const char *name)
{
    str s = request_field(r, name);
    return s.p ? s : S("");
}

/* "Li proposes to approve: …" */
static str proposal_of(const struct request *r, const struct one *x)
{
    const struct decision *p = &x->proposal;
    if (!p->officer || !str_eq(x->c.state, S("open")))
        return S("");
    str args[] = {p->officer_name, verdict_words(r, x, p->verdict), p->reason};
    return msg_format(r->mem, r->lang, p->reason.n ? MSG_desk_proposed_because : MSG_desk_proposed,
                      args, p->reason.n ? 3 : 2);
}

static void fill_acts(struct request *r, const struct one *x, struct desk_case_view *v)
{
    v->open = str_eq(x->c.state, S("open"));
    v->free = x->c.claim_until < r->now;
    v->mine = x->c.claimed_by == r->session.user_id && !v->free;
    v->reason = typed(r, "reason");
    v->reason_key = typed(r, "reason_key");
    v->reason_n = desk_reasons(r->lang, x->c.kind, v->reasons);
    v->then_next = !typed(r, "verdict").n || typed(r, "next").n;
    v->lease_ms = desk_lease_ms(r);
    v->left_ms = v->mine ? x->c.claim_until - r->now : 0;
}

/* Of cases about an article or an account, for those who ask for packages. */
static str package_of(const struct request *r, const struct casefile *c)
{
    bool account = c->kind == CASE_ACCOUNT;
    bool about = account || c->kind == CASE_FINDING || c->kind == CASE_ARTICLE;
    bool may = about && !c->original && (r->session.roles & PACKAGE_ROLES) != 0;
    return may ? package_href(r->mem, c->account_id, account ? 0 : c->subject, c->id) : S("");
}

static err show_case(struct request *r, int64_t id, int status, str error)
{
    struct one x = {.r = r, .id = id};
    TRY(request_read(r, load_one, &x));
    TRY(kind_allowed(r, &x.c));
    struct desk_case_view v = {
        .c = x.c,
        .csrf = r->session.csrf,
        .error = error,
        .kind = desk_kind_label(r->lang, x.c.kind),
        .base = desk_case_href(r->mem, id),
        .title = desk_title(r, &x.c),
        .package = package_of(r, &x.c),
        .proposal = proposal_of(r, &x),
        .two = x.c.eyes > 1,
        .history = history_of(r, &x),
    };
    fill_acts(r, &x, &v);
    v.trail = !x.c.original && !(v.open && v.mine);
    v.can_mark = x.can_mark && (r->session.roles & ROLE_EIC);
    v.marked = x.marked;
    if (DESK_KINDS[x.c.kind].view)
        TRY(DESK_KINDS[x.c.kind].view(r, &x.c, &v.evidence));
    if (DESK_KINDS[x.c.kind].acts && v.open && v.mine)
        TRY(DESK_KINDS[x.c.kind].acts(r, &x.c, &v.acts));
    struct page page = {.place = PLACE_DESK, .title = v.title, .wide = true};
    page.back = (struct page_link){S("/desk/cases"), msg(r->lang, MSG_nav_queue), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_desk_case, &v);
}

err page_desk_case(struct request *r)
{
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    return show_case(r, id, 200, S(""));
}

/* What staff can mend (a lost claim, a missing reason) shows on the case itself. */
err desk_answer(struct request *r, int64_t id, err e)
{
    if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_DENIED)
        return e;
    struct fault f = fault_of(e);
    int status = e == ERR_INVALID ? 422 : e == ERR_CONFLICT ? 409 : 403;
    return show_case(r, id, status, msg_lookup(r->lang, "reason.", f.reason, MSG_reason_invalid));
}

/* Who lacks a training that their roles oblige to may be kept from claiming (A5.2). */
static err trained(struct tx *t, const struct request *r)
{
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    return training_may_claim(t, &ps, r->session.user_id, r->session.roles);
}

/* Part of what is given to reviewers is given twice or draws a known item (qa/). */
static err given(struct tx *t, const struct request *r, int64_t id)
{
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    return qa_sample(t, r->mem,
                     &(struct qa_given){id, r->session.user_id, {ps.qa_known, ps.qa_second}});
}

static err claim(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    TRY(trained(t, x->r));
    int64_t me = x->r->session.user_id, lease = desk_lease_ms(x->r);
    TRY(qa_case_load(t, x->r->mem, x->id, me, &x->c));
    TRY(kind_allowed(x->r, &x->c));
    if (x->c.original)
        return qa_claim(t, x->id, me, lease);
    TRY(case_claim(t, x->id, me, lease));
    return given(t, x->r, x->id);
}

static err release(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    TRY(qa_release(t, x->id, x->r->session.user_id));
    return case_release(t, x->id, x->r->session.user_id);
}

/* Claimed again after a claim ran out: what was typed is still there. */
err do_desk_claim(struct request *r)
{
    struct one x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    err e = request_tx(r, claim, &x);
    if (e != OK)
        return desk_answer(r, x.id, e);
    if (typed(r, "reason").n)
        return show_case(r, x.id, 200, S(""));
    return reply_redirect(r, desk_case_href(r->mem, x.id));
}

err do_desk_release(struct request *r)
{
    struct one x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_tx(r, release, &x));
    return reply_redirect(r, S("/desk/cases"));
}

/* An item of qa/ that waits comes before the queue. */
static err turn_to(struct tx *t, const struct request *r, const struct case_turn *turn,
                   int64_t *ret_id)
{
    err e = qa_turn(t, turn, ret_id);
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(case_turn_next(t, r->mem, turn, ret_id));
    return given(t, r, *ret_id);
}

/* To the next case; ret 0 when there is none. */
static err turn(struct tx *t, struct one *x, int64_t done, int64_t *ret_id)
{
    struct case_turn turn = {.kinds = desk_kinds_of(x->r->session.roles),
                             .user_id = x->r->session.user_id,
                             .lease_ms = desk_lease_ms(x->r),
                             .done = done};
    int64_t id = 0;
    err e = trained(t, x->r);
    if (e == ERR_DENIED && done) /* what was decided stands */
        e = ERR_NOT_FOUND;
    if (e == OK)
        e = turn_to(t, x->r, &turn, &id);
    *ret_id = e == OK ? id : 0;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err next(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    TRY(trained(t, x->r));
    return turn(t, x, x->skip, &x->next_id);
}

static err bulk(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    struct request *r = x->r;
    TRY(trained(t, r));
    for (int i = 0; i < BULK; i++) {
        err e = case_next(t, desk_kinds_of(r->session.roles), r->session.user_id, desk_lease_ms(r),
                          &x->next_id);
        if (e == ERR_NOT_FOUND)
            return OK;
        TRY(e);
        TRY(given(t, r, x->next_id));
    }
    return OK;
}

static err reply_next(struct request *r, int64_t id, str otherwise)
{
    if (id)
        return reply_redirect(r, desk_case_href(r->mem, id));
    return reply_redirect(r, otherwise);
}

err do_desk_next(struct request *r)
{
    struct one x = {.r = r};
    str skip = request_field(r, "skip");
    if (skip.n)
        TRY(str_int(skip, &x.skip));
    TRY(request_tx(r, next, &x));
    if (!x.next_id)
        reply_flash(r, MSG_desk_empty);
    return reply_next(r, x.next_id, S("/desk"));
}

err do_desk_bulk(struct request *r)
{
    struct one x = {.r = r};
    TRY(request_tx(r, bulk, &x));
    if (!x.next_id)
        reply_flash(r, MSG_desk_empty);
    return reply_redirect(r, x.next_id ? S("/desk/cases?show=mine") : S("/desk/cases"));
}

/* A reason chosen and nothing written: the words of the reason are what the person is told. */
static err reason_fill(const struct request *r, const struct casefile *c, struct decision *d)
{
    struct desk_reason reason;
    if (d->verdict == VERDICT_APPROVE)
        d->reason_key = S("");
    if (!d->reason_key.n)
        return OK;
    TRY(desk_reason_find(r->lang, c->kind, d->reason_key, &reason));
    if (!d->reason.n)
        d->reason = reason.words;
    return OK;
}

static err decide_case(struct tx *t, struct one *x, struct decision *d)
{
    struct request *r = x->r;
    bool final = false;
    TRY(case_agree(t, r->mem, &x->c, d, &final));
    x->waits = !final;
    if (final) {
        TRY(case_decide(t, r->mem, x->id, d));
        TRY(DESK_KINDS[x->c.kind].decided(t, r->mem, &x->c, d));
    }
    return record_add(t, &(struct record_in){
                             .kind = final ? RECORD_case_decided : RECORD_case_proposed,
                             .account_id = x->c.account_id,
                             .actor = r->session.user_id,
                             .subject = str_fmt(r->mem, "case/%lld", (long long)x->id),
                             RECORD_FIELDS(RECORD_INT("case", x->id),
                                           RECORD_TEXT("verdict", verdict_name(d->verdict)),
                                           RECORD_TEXT("reason_key", d->reason_key)),
                         });
}

/* The answer changes nothing for anybody. */
static err answer_item(struct tx *t, struct one *x, const struct decision *d)
{
    if (d->verdict != VERDICT_APPROVE && !str_trim(d->reason).n)
        return fault_field(ERR_INVALID, "reason_required", "reason", "no reason given");
    return qa_answer(
        t, x->r->mem,
        &(struct qa_answer){x->id, d->officer, verdict_name(d->verdict), d->reason_key, d->reason});
}

static err decide(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    struct request *r = x->r;
    struct decision d = x->wish;
    TRY(qa_case_load(t, r->mem, x->id, d.officer, &x->c));
    TRY(kind_allowed(r, &x->c));
    if (!DESK_KINDS[x->c.kind].decided)
        return fault(ERR_DENIED, "decided_elsewhere", "case %lld needs a ruling", (long long)x->id);
    TRY(reason_fill(r, &x->c, &d));
    if (x->c.original)
        TRY(answer_item(t, x, &d));
    else
        TRY(decide_case(t, x, &d));
    return x->then_next ? turn(t, x, x->id, &x->next_id) : OK;
}

err do_desk_decide(struct request *r)
{
    struct one x = {.r = r, .then_next = typed(r, "next").n > 0};
    TRY(request_arg_int(r, "id", &x.id));
    x.wish = (struct decision){.officer = r->session.user_id,
                               .reason = str_trim(typed(r, "reason")),
                               .reason_key = typed(r, "reason_key")};
    err e = verdict_parse(typed(r, "verdict"), &x.wish.verdict);
    if (e == OK && str_count(x.wish.reason) > REASON_MAX)
        e = fault_field(ERR_INVALID, "reason_too_long", "reason", "over %d", REASON_MAX);
    if (e == OK)
        e = request_tx(r, decide, &x);
    if (e != OK)
        return desk_answer(r, x.id, e);
    reply_flash(r, x.waits                     ? MSG_desk_proposed_now
                   : x.then_next && !x.next_id ? MSG_desk_done_all
                                               : MSG_desk_done);
    return reply_next(r, x.next_id, S("/desk"));
}
