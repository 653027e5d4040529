/* Appeals: filed by the operator within the window, decided by somebody else (obligations 3.8). */
#include "base/id.h"
#include "notice/notice.h"
#include "record/record.h"
#include "ruling/steps.h"

enum { REASON_MAX = 500 };

static err leave(struct tx *t, arena *mem, const struct appeal *a, enum record_kind kind,
                 int64_t actor)
{
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = a->account_id,
               .actor = actor,
               .subject = str_fmt(mem, "case/%lld", (long long)a->case_id),
               RECORD_FIELDS(RECORD_INT("appeal", a->id), RECORD_INT("ruling", a->ruling_id),
                             RECORD_TEXT("outcome", a->outcome.p ? a->outcome : S(""))),
           });
}

static err file_check(struct tx *t, arena *mem, const struct appeal *a, const struct ruling *r,
                      int64_t window_ms)
{
    struct appeal filed;
    if (!str_trim(a->text).n)
        return fault_field(ERR_INVALID, "required", "text", "no text");
    if (str_count(a->text) > APPEAL_TEXT_MAX)
        return fault_field(ERR_INVALID, "too_long", "text", "over %d", APPEAL_TEXT_MAX);
    if (r->replaces)
        return fault(ERR_DENIED, "appeal_final", "ruling %lld came of an appeal", (long long)r->id);
    if (tx_now(t) > r->at + window_ms)
        return fault(ERR_DENIED, "appeal_too_late", "ruling %lld", (long long)r->id);
    err e = appeal_of_ruling(t, mem, r->id, &filed);
    if (e == OK && filed.user_id)
        return fault(ERR_CONFLICT, "appeal_filed", "ruling %lld", (long long)r->id);
    return e == ERR_NOT_FOUND ? OK : e;
}

err appeal_begin(struct tx *t, struct appeal *a, const struct ruling *r, int64_t opened_by)
{
    bool strong = str_eq(r->measure, S("close")) || str_eq(r->measure, S("suspend"));
    struct casefile c = {.kind = CASE_APPEAL,
                         .account_id = r->account_id,
                         .subject = r->case_id,
                         .version = r->version,
                         .title = r->title,
                         .opened_by = opened_by,
                         .due_at = tx_now(t) +
                                   clock_line_ms(strong ? CLOCK_appeal_strong : CLOCK_appeal)};
    TRY(case_open(t, &c));
    a->id = id_new();
    a->case_id = c.id;
    a->account_id = r->account_id;
    a->at = tx_now(t);
    a->media = a->media.p ? a->media : S("");
    return store_appeal_insert(t, a);
}

err appeal_file(struct tx *t, arena *mem, struct appeal *a, int64_t window_ms)
{
    struct ruling r;
    TRY(ruling_for_member(t, mem, a->ruling_id, a->user_id, &r));
    TRY(file_check(t, mem, a, &r, window_ms));
    TRY(appeal_begin(t, a, &r, a->user_id));
    return leave(t, mem, a, RECORD_appeal_filed, a->user_id);
}

/* ---- deciding ---- */

static int level_of(str measure)
{
    enum measure_kind kind;
    return measure_kind_parse(measure, &kind) == OK ? MEASURES[kind].level : 0;
}

static err verdict_check(const struct appeal_verdict *v, const struct ruling *old, bool changed)
{
    static const str OUTCOMES[] = {S_INIT("uphold"), S_INIT("partly"), S_INIT("reverse"),
                                   S_INIT("replace")};
    bool known = false;
    for (size_t i = 0; i < LEN(OUTCOMES); i++)
        known = known || str_eq(v->outcome, OUTCOMES[i]);
    if (!known)
        return fault_field(ERR_INVALID, "unknown_verdict", "outcome", "no such outcome");
    if (!str_trim(v->reasons).n)
        return fault_field(ERR_INVALID, "reason_required", "reasons", "no reasons");
    if (!changed)
        return OK;
    TRY(ruling_wish_check(&v->wish, old->no));
    if (ruling_needs_two(&v->wish))
        return fault_field(ERR_INVALID, "needs_two_officers", "measure", "takes a case of its own");
    if (level_of(v->wish.measure) < 1)
        return fault_field(ERR_INVALID, "measure_required", "measure", "no measure");
    /* Whoever appeals is never worse off. */
    if (level_of(v->wish.measure) > level_of(old->measure) ||
        (str_eq(v->wish.measure, old->measure) && old->days &&
         (!v->wish.days || v->wish.days > old->days)))
        return fault_field(ERR_INVALID, "appeal_needs_lighter", "measure", "not lighter");
    return OK;
}

/* The new ruling in the old one's place; of the same thing and evidence. */
static err put_in_place(struct tx *t, arena *mem, const struct appeal_verdict *v,
                        const struct ruling *old, const struct decision *d)
{
    struct ruling r = *old;
    r.id = d->id;
    r.case_id = v->case_id;
    r.officer = v->officer;
    r.second_officer = 0;
    r.replaces = old->id;
    r.at = d->at;
    r.measure = v->wish.measure;
    r.functions = str_eq(r.measure, S("restrict")) ? v->wish.functions : S("");
    r.days = v->wish.days;
    r.severity = v->wish.severity;
    r.basis = v->wish.basis;
    r.basis_version = 0;
    r.facts = v->wish.facts;
    r.reasoning = v->wish.reasoning;
    return ruling_write(t, mem, &r);
}

static err carry_out(struct tx *t, arena *mem, const struct appeal_verdict *v,
                     const struct ruling *old, const struct decision *d)
{
    if (str_eq(v->outcome, S("uphold")))
        return OK;
    TRY(effect_undo(t, mem, old->id, v->officer));
    TRY(report_correct(t, old->id));
    return str_eq(v->outcome, S("reverse")) ? OK : put_in_place(t, mem, v, old, d);
}

/* A second look that nobody asked for and that changes nothing is nothing to tell. */
static err tell(struct tx *t, arena *mem, const struct appeal *a, const struct ruling *old)
{
    bool changes = !str_eq(a->outcome, S("uphold"));
    if (a->user_id || changes)
        TRY(notice_send_account(t, a->account_id,
                                a->user_id ? "appeal_decided" : "ruling_rechecked",
                                ruling_link(mem, old->id), 1, (const str[]){old->title}));
    return changes ? sweep_tell(t, mem, old) : OK;
}

err appeal_decide(struct tx *t, arena *mem, const struct appeal_verdict *v)
{
    struct appeal a;
    struct ruling old;
    TRY(appeal_of_case(t, mem, v->case_id, &a));
    TRY(ruling_load(t, mem, a.ruling_id, &old));
    bool uphold = str_eq(v->outcome, S("uphold"));
    bool changed = str_eq(v->outcome, S("partly")) || str_eq(v->outcome, S("replace"));
    TRY(verdict_check(v, &old, changed));
    struct decision d = {.verdict = uphold ? VERDICT_REJECT : VERDICT_APPROVE,
                         .officer = v->officer,
                         .reason_key = v->outcome,
                         .reason = str_ellipsis(mem, v->reasons, REASON_MAX)};
    TRY(case_decide(t, mem, v->case_id, &d));
    TRY(carry_out(t, mem, v, &old, &d));
    a.outcome = v->outcome;
    a.reasons = v->reasons;
    a.new_ruling = changed ? d.id : 0;
    TRY(store_outcome_insert(t, &a, v->officer));
    TRY(tell(t, mem, &a, &old));
    return leave(t, mem, &a, RECORD_appeal_decided, v->officer);
}
