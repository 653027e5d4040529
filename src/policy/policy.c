/* Publishing and signing policies. */
#include "policy/policy_store.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "job/job.h"
#include "notice/notice.h"
#include "policy/policy_texts.h"
#include "record/record.h"
#include "text/doc.h"

enum { TELL_ARGS = 256 };

const str POLICY_KIND[POLICY_KINDS] = {
#define POLICY(name, is_public) [POLICY_IS_##name] = {#name, sizeof #name - 1},
#include "policy/kinds.def"
#undef POLICY
};
static const bool PUBLIC[POLICY_KINDS] = {
#define POLICY(name, is_public) [POLICY_IS_##name] = is_public,
#include "policy/kinds.def"
#undef POLICY
};

bool policy_kind_known(str kind)
{
    for (size_t i = 0; i < POLICY_KINDS; i++)
        if (str_eq(kind, POLICY_KIND[i]))
            return true;
    return false;
}

bool policy_kind_public(str kind)
{
    for (size_t i = 0; i < POLICY_KINDS; i++)
        if (str_eq(kind, POLICY_KIND[i]))
            return PUBLIC[i];
    return false;
}

static str policy_subject(arena *mem, str kind)
{
    return str_fmt(mem, "policy/%.*s", FMT(kind));
}

static err policy_record(struct tx *t, enum record_kind kind, const struct policy *p, int64_t actor,
                         int64_t registrant_id)
{
    AUTO_ARENA(mem);
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .actor = actor,
               .subject = registrant_id ? str_fmt(mem, "registrant/%lld", (long long)registrant_id)
                                        : policy_subject(mem, p->kind),
               RECORD_FIELDS(RECORD_TEXT("policy", p->kind), RECORD_INT("version", p->version),
                             RECORD_TEXT("sha256", hex(mem, p->hash)),
                             RECORD_INT("effective_at", p->effective_at)),
           });
}

/* ---- publishing ---- */

struct policy_terms policy_terms_of(const struct provider_settings *s)
{
    return (struct policy_terms){s->policy_notice_days * DAY_MS, s->agreement_days * DAY_MS};
}

static err post_check(struct tx *t)
{
    bool filled;
    TRY(store_editor_in_chief(t, &filled));
    return filled ? OK : fault(ERR_DENIED, "post_vacant", "no editor-in-chief in office");
}

static err notice_check(const struct policy_terms *terms, const struct policy *p, int last,
                        int64_t now)
{
    int64_t least = now - DAY_MS + terms->notice_ms; /* days, so today counts from its midnight */
    if (!last || !terms->notice_ms || !policy_kind_public(p->kind) || p->effective_at >= least)
        return OK;
    return fault_field(ERR_INVALID, "policy_notice", "effective", "before the notice period ends");
}

static err tell_queue(struct tx *t, str kind, int version, int64_t after)
{
    AUTO_ARENA(mem);
    struct jw j;
    jw_init(&j, mem, TELL_ARGS);
    jw_object(&j);
    jw_key_str(&j, "kind", kind);
    jw_key_int(&j, "version", version);
    jw_key_int(&j, "after", after);
    jw_end(&j);
    return job_add(t, &(struct job_in){.kind = POLICY_TELL_JOB, .args = buf_str(&j.out)});
}

err policy_publish(struct tx *t, const struct policy_terms *terms, struct policy *p, int64_t by)
{
    TRY(post_check(t));
    int last = 0;
    TRY(store_policy_last(t, p->kind, &last));
    TRY(notice_check(terms, p, last, tx_now(t)));
    struct sha256 hash = sha256(str_bytes(p->doc));
    p->version = last + 1;
    p->hash = (struct bytes){hash.b, sizeof hash.b};
    p->sign_by = last ? p->effective_at + terms->sign_ms : p->effective_at;
    err e = store_policy_insert(t, p, by);
    if (e == OK)
        e = policy_record(t, RECORD_policy_published, p, by, 0);
    if (e == OK && last && policy_kind_public(p->kind))
        e = tell_queue(t, p->kind, p->version, 0);
    p->hash = (struct bytes){0}; /* it pointed at this stack */
    return e == OK ? page_touch(t, S("rules")) : e;
}

err policy_from_markdown(arena *mem, str markdown, str *ret_title, str *ret_doc)
{
    struct node *doc = NULL;
    str title = STR_NONE, body = markdown;
    if (str_starts(markdown, S("# "))) {
        title = str_trim(str_split(body, '\n', &body));
        title = str_trim(str_sub(title, 2, title.n));
    }
    TRY(doc_from_markdown(mem, body.p ? body : S(""), NULL, NULL, &doc));
    TRY(doc_json(mem, doc, ret_doc));
    *ret_title = title;
    return OK;
}

err policy_seed(struct tx *t, int64_t by)
{
    for (size_t i = 0; i < POLICY_KINDS; i++) {
        AUTO_ARENA(mem);
        struct policy p = {.kind = POLICY_KIND[i], .effective_at = tx_now(t), .material = true};
        int last = 0;
        if (!PUBLIC[i])
            continue;
        TRY(store_policy_last(t, p.kind, &last));
        if (last)
            continue;
        TRY(policy_from_markdown(mem, str_from(POLICY_TEXTS[i]), &p.title, &p.doc));
        TRY(policy_publish(t, &(struct policy_terms){0}, &p, by));
    }
    return OK;
}

/* ---- proposals ---- */

err policy_propose(struct tx *t, const struct policy *p, int64_t due_at, int64_t *ret_id)
{
    int64_t waiting = 0;
    TRY(store_proposal_waiting(t, p->kind, &waiting));
    if (waiting) {
        TRY(store_proposal_decide(t, waiting, S("returned"), S("")));
        TRY(case_cancel(t, CASE_POLICY, 0, waiting));
    }
    struct policy_proposal row = {.id = id_new(), .policy = *p};
    TRY(store_proposal_insert(t, &row));
    struct casefile c = {.kind = CASE_POLICY,
                         .subject = row.id,
                         .title = p->title,
                         .opened_by = p->proposed_by,
                         .due_at = due_at};
    TRY(case_open(t, &c));
    AUTO_ARENA(mem);
    TRY(record_add(
        t, &(struct record_in){
               .kind = RECORD_policy_proposed,
               .actor = p->proposed_by,
               .subject = policy_subject(mem, p->kind),
               RECORD_FIELDS(RECORD_TEXT("policy", p->kind), RECORD_INT("proposal", row.id)),
           }));
    *ret_id = row.id;
    return OK;
}

static err proposer_tell(struct tx *t, arena *mem, const struct policy_proposal *p,
                         const char *kind, str reason)
{
    str link = str_fmt(mem, "/desk/policies/%.*s/propose", FMT(p->policy.kind));
    return notice_send(t, p->policy.proposed_by, kind, link, 2,
                       (const str[]){p->policy.title, reason});
}

/* The terms in force are those of the provider settings at the time of the decision. */
static err terms_now(struct tx *t, arena *mem, struct policy_terms *ret_terms)
{
    struct provider_settings s;
    TRY(provider_settings_load(t, mem, &s));
    *ret_terms = policy_terms_of(&s);
    return OK;
}

err policy_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                        const struct decision *d)
{
    struct policy_proposal p;
    struct policy_terms terms;
    TRY(policy_proposal_load(t, mem, c->subject, &p));
    if (d->verdict != VERDICT_APPROVE) {
        bool back = d->verdict == VERDICT_RETURN;
        TRY(store_proposal_decide(t, p.id, back ? S("returned") : S("rejected"), d->reason));
        return proposer_tell(t, mem, &p, back ? "policy_returned" : "policy_rejected", d->reason);
    }
    TRY(terms_now(t, mem, &terms));
    TRY(store_proposal_decide(t, p.id, S("published"), S("")));
    TRY(policy_publish(t, &terms, &p.policy, d->officer));
    return proposer_tell(t, mem, &p, "policy_approved", S(""));
}

/* ---- signing ---- */

err policy_sign(struct tx *t, arena *mem, const struct signature *s)
{
    struct policy p;
    TRY(policy_in_force(t, mem, s->kind, tx_now(t), &p));
    if (!same_bytes(p.hash, s->hash))
        return fault(ERR_CONFLICT, "agreement_changed", "version %d is in force", p.version);
    struct signature row = *s;
    row.version = p.version;
    TRY(store_signature_insert(t, &row));
    return policy_record(t, RECORD_agreement_signed, &p, s->user_id, s->registrant_id);
}

err policy_sign_due(struct tx *t, int signed_version, int64_t *ret_by)
{
    struct sign_facts f;
    TRY(store_sign_facts(t, signed_version, &f));
    if (!f.in_force || (signed_version && signed_version >= f.must))
        *ret_by = f.in_force ? f.next_by : 0;
    else
        *ret_by = 1;
    return OK;
}
