/* Publishing and signing policies. */
#include "policy/policy_store.h"

#include "base/hash.h"
#include "policy/policy_texts.h"
#include "record/record.h"
#include "text/doc.h"

const str POLICY_KIND[POLICY_KINDS] = {S_INIT("service_agreement"), S_INIT("rules"),
                                       S_INIT("convention"), S_INIT("privacy")};

bool policy_kind_known(str kind)
{
    for (size_t i = 0; i < POLICY_KINDS; i++)
        if (str_eq(kind, POLICY_KIND[i]))
            return true;
    return false;
}

static err post_check(struct tx *t)
{
    bool filled;
    TRY(store_editor_in_chief(t, &filled));
    return filled ? OK : fault(ERR_DENIED, "post_vacant", "no editor-in-chief in office");
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
                                        : str_fmt(mem, "policy/%.*s", FMT(p->kind)),
               RECORD_FIELDS(RECORD_TEXT("policy", p->kind), RECORD_INT("version", p->version),
                             RECORD_TEXT("sha256", hex(mem, p->hash)),
                             RECORD_INT("effective_at", p->effective_at)),
           });
}

err policy_publish(struct tx *t, struct policy *p, int64_t by)
{
    TRY(post_check(t));
    int last = 0;
    TRY(store_policy_last(t, p->kind, &last));
    struct sha256 hash = sha256(str_bytes(p->doc));
    p->version = last + 1;
    p->hash = (struct bytes){hash.b, sizeof hash.b};
    err e = store_policy_insert(t, p, by);
    if (e == OK)
        e = policy_record(t, RECORD_policy_published, p, by, 0);
    p->hash = (struct bytes){0}; /* it pointed at this stack */
    return e;
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
        struct policy p = {.kind = POLICY_KIND[i], .effective_at = tx_now(t)};
        int last = 0;
        TRY(store_policy_last(t, p.kind, &last));
        if (last)
            continue;
        TRY(policy_from_markdown(mem, str_from(POLICY_TEXTS[i]), &p.title, &p.doc));
        TRY(policy_publish(t, &p, by));
    }
    return OK;
}

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
