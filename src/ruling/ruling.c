/* Making rulings, alone or by two. */
#include "ruling/ruling.h"

#include "base/json.h"
#include "notice/notice.h"
#include "record/record.h"
#include "ruling/steps.h"

enum { WISH_JSON_MAX = 64 * 1024, REASON_MAX = 500 };

const struct citation CITATIONS[] = {
#define CITE(id, kind) {.key = #id, .policy = (kind)},
#include "ruling/citations.def"
#undef CITE
};
const size_t CITATION_COUNT = LEN(CITATIONS);

static const struct citation *citation_find(str key)
{
    for (size_t i = 0; i < CITATION_COUNT; i++)
        if (str_eq(key, str_from(CITATIONS[i].key)))
            return &CITATIONS[i];
    return NULL;
}

static str label_of(enum lang lang, str prefix, str key)
{
    AUTO_ARENA(mem);
    enum msg m;
    return msg_find(str_cat(mem, prefix, key), &m) ? msg(lang, m) : key;
}

str citation_label(enum lang lang, str key)
{
    return label_of(lang, S("cite."), key);
}

str measure_label(enum lang lang, str measure)
{
    return label_of(lang, S("measure."), measure);
}

str ruling_link(arena *mem, int64_t id)
{
    return str_fmt(mem, "/me/rulings/%lld", (long long)id);
}

/* ---- what is asked for ---- */

static err text_check(const char *field, str text)
{
    if (!str_trim(text).n)
        return fault_field(ERR_INVALID, "required", field, "empty");
    if (str_count(text) > RULING_FACTS_MAX)
        return fault_field(ERR_INVALID, "too_long", field, "over %d", RULING_FACTS_MAX);
    return OK;
}

static err term_check(const struct ruling_wish *w, const struct measure_rule *rule)
{
    if (w->days < 0 || w->days > RULING_DAYS_MAX)
        return fault_field(ERR_INVALID, "days_range", "days", "%d days", w->days);
    if (rule->ends && !w->days)
        return fault_field(ERR_INVALID, "end_required", "days", "%s needs an end", rule->name);
    return OK;
}

err ruling_wish_check(const struct ruling_wish *w, int64_t no)
{
    TRY(text_check("reasoning", w->reasoning));
    if (str_eq(w->measure, S("none")))
        return OK;
    enum measure_kind kind;
    TRY(measure_kind_parse(w->measure, &kind));
    const struct measure_rule *rule = &MEASURES[kind];
    if (!no && !(rule->things & FAMILY_ACCOUNT))
        return fault_field(ERR_INVALID, "measure_of_articles", "measure", "no article");
    TRY(text_check("facts", w->facts));
    if (!citation_find(w->basis))
        return fault_field(ERR_INVALID, "basis_required", "basis", "basis %.*s", FMT(w->basis));
    if (w->severity < 1 || w->severity > 4)
        return fault_field(ERR_INVALID, "severity_range", "severity", "severity %d", w->severity);
    TRY(term_check(w, rule));
    return kind == MEASURE_restrict ? measure_functions_check(w->functions) : OK;
}

bool ruling_needs_two(const struct ruling_wish *w)
{
    return str_eq(w->measure, S("close")) ||
           (str_eq(w->measure, S("suspend")) && w->days > RULING_ALONE_DAYS);
}

/* ---- one ruling ---- */

static err ruling_record(struct tx *t, arena *mem, const struct ruling *r, str statement)
{
    struct sha256 h = sha256(str_bytes(statement));
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_ruling_made,
               .account_id = r->account_id,
               .actor = r->officer,
               .subject = str_fmt(mem, "case/%lld", (long long)r->case_id),
               RECORD_FIELDS(RECORD_INT("ruling", r->id), RECORD_TEXT("family", r->family),
                             RECORD_TEXT("measure", r->measure), RECORD_INT("no", r->no),
                             RECORD_INT("version", r->version), RECORD_INT("severity", r->severity),
                             RECORD_INT("days", r->days), RECORD_TEXT("basis", r->basis),
                             RECORD_INT("second_officer", r->second_officer),
                             RECORD_TEXT("sha256", sha256_hex(mem, h))),
           });
}

err ruling_write(struct tx *t, arena *mem, struct ruling *r)
{
    str json = S("");
    if (str_eq(r->measure, S("none"))) {
        TRY(store_ruling_insert(t, r));
        return ruling_record(t, mem, r, json);
    }
    const struct citation *cited = citation_find(r->basis);
    ASSERT(cited); /* ruling_wish_check has seen it */
    if (cited->policy[0])
        TRY(store_policy_version(t, str_from(cited->policy), r->at, &r->basis_version));
    TRY(store_ruling_insert(t, r));
    TRY(ruling_load(t, mem, r->id, r)); /* with the account's handle */
    TRY(statement_make(mem, r, &json));
    TRY(store_statement_insert(t, r->id, json));
    TRY(effect_begin(t, mem, r));
    TRY(report_draft(t, r));
    TRY(notice_send_account(t, r->account_id, "ruling", ruling_link(mem, r->id), 1,
                            (const str[]){r->title}));
    return ruling_record(t, mem, r, json);
}

/* What its findings say: where they came from, the first passage, and whether a machine found it.
 */
static err findings_take(struct tx *t, arena *mem, struct ruling *r)
{
    struct finding *v;
    size_t n;
    TRY(finding_list(t, mem, r->case_id, &v, &n));
    bool seen[FINDING_SOURCES] = {0};
    r->sources = r->quote = S("");
    r->automation = S("none");
    for (size_t i = 0; i < n; i++) {
        if (!r->quote.n)
            r->quote = v[i].quote;
        if (v[i].source == FINDING_RULE)
            r->automation = S("detection");
        if (!seen[v[i].source])
            r->sources = str_fmt(mem, "%.*s%s%.*s", FMT(r->sources), r->sources.n ? "," : "",
                                 FMT(finding_source_name(v[i].source)));
        seen[v[i].source] = true;
    }
    return OK;
}

struct signers {
    int64_t officer, second;
};

static err conclude(struct tx *t, arena *mem, const struct casefile *c, struct signers who,
                    const struct ruling_wish *w, int64_t *ret_id)
{
    bool clear = str_eq(w->measure, S("none"));
    struct decision d = {.verdict = clear ? VERDICT_APPROVE : VERDICT_REJECT,
                         .officer = who.officer,
                         .second_officer = who.second,
                         .reason_key = c->family,
                         .reason = str_ellipsis(mem, w->reasoning, REASON_MAX)};
    struct ruling r = {.case_id = c->id,
                       .account_id = c->account_id,
                       .no = c->subject,
                       .version = c->version,
                       .title = c->title,
                       .family = c->family,
                       .severity = clear ? c->severity : w->severity,
                       .measure = w->measure,
                       .functions = str_eq(w->measure, S("restrict")) ? w->functions : S(""),
                       .days = clear ? 0 : w->days,
                       .basis = clear ? S("") : w->basis,
                       .facts = clear ? S("") : w->facts,
                       .reasoning = w->reasoning,
                       .officer = who.officer,
                       .second_officer = who.second};
    TRY(case_decide(t, mem, c->id, &d));
    TRY(findings_take(t, mem, &r));
    r.id = d.id;
    r.at = d.at;
    TRY(ruling_write(t, mem, &r));
    *ret_id = r.id;
    return record_add(t, &(struct record_in){
                             .kind = RECORD_case_decided,
                             .account_id = c->account_id,
                             .actor = who.officer,
                             .subject = str_fmt(mem, "case/%lld", (long long)c->id),
                             RECORD_FIELDS(RECORD_INT("case", c->id),
                                           RECORD_TEXT("verdict", verdict_name(d.verdict)),
                                           RECORD_TEXT("reason_key", c->family)),
                         });
}

/* ---- two officers ---- */

static err wish_json(arena *mem, const struct ruling_wish *w, str *ret_json)
{
    struct jw j;
    jw_init(&j, mem, WISH_JSON_MAX);
    jw_object(&j);
    jw_key_str(&j, "measure", w->measure);
    jw_key_str(&j, "functions", w->functions);
    jw_key_str(&j, "basis", w->basis);
    jw_key_str(&j, "facts", w->facts);
    jw_key_str(&j, "reasoning", w->reasoning);
    jw_key_int(&j, "days", w->days);
    jw_key_int(&j, "severity", w->severity);
    jw_end(&j);
    return buf_take(&j.out, ret_json);
}

static err claim_check(struct tx *t, const struct casefile *c, int64_t user_id)
{
    if (!str_eq(c->state, S("open")))
        return fault(ERR_CONFLICT, "case_decided", "case %lld", (long long)c->id);
    if (c->claimed_by != user_id || c->claim_until < tx_now(t))
        return fault(ERR_CONFLICT, "claim_lost", "case %lld", (long long)c->id);
    return OK;
}

static err propose(struct tx *t, arena *mem, const struct casefile *c, int64_t officer,
                   const struct ruling_wish *w)
{
    struct proposal_put p = {.case_id = c->id, .officer = officer};
    TRY(wish_json(mem, w, &p.wish));
    TRY(store_second_insert(t, &p));
    TRY(case_proposed(t, c->id, officer));
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_ruling_proposed,
               .account_id = c->account_id,
               .actor = officer,
               .subject = str_fmt(mem, "case/%lld", (long long)c->id),
               RECORD_FIELDS(RECORD_TEXT("measure", w->measure), RECORD_INT("days", w->days)),
           });
}

static err proposal_end(struct tx *t, arena *mem, const struct proposal *p,
                        const struct proposal_answer *a)
{
    TRY(store_second_end(t, p, a->answer, a->user_id, a->reason));
    return record_add(t, &(struct record_in){
                             .kind = RECORD_proposal_answered,
                             .actor = a->user_id,
                             .subject = str_fmt(mem, "case/%lld", (long long)p->case_id),
                             RECORD_FIELDS(RECORD_TEXT("answer", a->answer)),
                         });
}

/* Somebody else's proposal that waits is overridden, which stays on record. */
static err amend(struct tx *t, arena *mem, int64_t case_id, int64_t officer)
{
    struct proposal p;
    err e = proposal_waiting(t, mem, case_id, &p);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    struct proposal_answer a = {case_id, officer, S("amended"), S("")};
    return proposal_end(t, mem, &p, &a);
}

err ruling_make(struct tx *t, arena *mem, int64_t case_id, int64_t officer,
                const struct ruling_wish *w, int64_t *ret_id)
{
    struct casefile c;
    *ret_id = 0;
    TRY(case_load(t, mem, case_id, &c));
    if (c.kind != CASE_FINDING)
        return fault(ERR_INVALID, "not_a_finding", "case %lld", (long long)case_id);
    TRY(ruling_wish_check(w, c.subject));
    TRY(claim_check(t, &c, officer));
    TRY(amend(t, mem, case_id, officer));
    if (ruling_needs_two(w))
        return propose(t, mem, &c, officer, w);
    TRY(conclude(t, mem, &c, (struct signers){officer, 0}, w, ret_id));
    return OK;
}

static err editor_among(struct tx *t, int64_t one, int64_t other)
{
    bool is = false;
    TRY(store_has_role(t, one, S("editor_in_chief"), &is));
    if (!is)
        TRY(store_has_role(t, other, S("editor_in_chief"), &is));
    return is ? OK : fault(ERR_DENIED, "editor_in_chief_required", "neither is editor-in-chief");
}

static err cancel(struct tx *t, arena *mem, const struct proposal *p,
                  const struct proposal_answer *a)
{
    if (p->officer != a->user_id)
        return fault(ERR_DENIED, "not_yours", "proposal of somebody else");
    struct proposal_answer said = {a->case_id, a->user_id, S("cancelled"), a->reason};
    TRY(proposal_end(t, mem, p, &said));
    return case_proposed(t, a->case_id, 0);
}

err proposal_answer(struct tx *t, arena *mem, const struct proposal_answer *a, int64_t *ret_id)
{
    struct casefile c;
    struct proposal p;
    *ret_id = 0;
    TRY(case_load(t, mem, a->case_id, &c));
    err e = proposal_waiting(t, mem, a->case_id, &p);
    if (e == ERR_NOT_FOUND)
        return fault(ERR_CONFLICT, "proposal_over", "nothing waits");
    TRY(e);
    if (str_eq(a->answer, S("cancel")))
        return cancel(t, mem, &p, a);
    if (p.officer == a->user_id)
        return fault(ERR_DENIED, "own_proposal", "case %lld", (long long)c.id);
    TRY(claim_check(t, &c, a->user_id));
    if (str_eq(a->answer, S("refuse"))) {
        if (!str_trim(a->reason).n)
            return fault_field(ERR_INVALID, "reason_required", "reason", "no reason");
        struct proposal_answer said = {a->case_id, a->user_id, S("refused"), a->reason};
        TRY(proposal_end(t, mem, &p, &said));
        return case_proposed(t, a->case_id, 0);
    }
    if (!str_eq(a->answer, S("approve")))
        return fault_field(ERR_INVALID, "unknown_verdict", "answer", "no such answer");
    TRY(editor_among(t, p.officer, a->user_id));
    struct proposal_answer said = {a->case_id, a->user_id, S("approved"), a->reason};
    TRY(proposal_end(t, mem, &p, &said));
    return conclude(t, mem, &c, (struct signers){p.officer, a->user_id}, &p.wish, ret_id);
}

err ruling_for_member(struct tx *t, arena *mem, int64_t ruling_id, int64_t user_id,
                      struct ruling *ret_r)
{
    struct ruling r;
    bool yes = false;
    TRY(ruling_load(t, mem, ruling_id, &r));
    TRY(store_is_manager(t, r.account_id, user_id, &yes));
    if (!yes || str_eq(r.measure, S("none")))
        return fault(ERR_NOT_FOUND, "not_found", "not for this user");
    *ret_r = r;
    return OK;
}
