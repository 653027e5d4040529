/* Asking the outside verifier, and what follows from its answer. */
#include "registrant/verify_http.h"

#include "base/json.h"
#include "mail/fetch.h"
#include "registrant/registrant.h"

enum { ASK_MAX = 64 * 1024, ANSWER_MAX = 16 * 1024, REF_MAX = 100, REASON_MAX = 300 };

err verify_queue(struct tx *t, const struct settings *s, int64_t registrant_id)
{
    AUTO_ARENA(mem);
    if (!s || !s->verifier_url.n)
        return OK;
    return job_add(
        t, &(struct job_in){.kind = VERIFY_JOB,
                            .args = str_fmt(mem, "{\"id\":%lld}", (long long)registrant_id)});
}

struct asking {
    struct site *site;
    arena *mem;
    struct registrant reg;
    struct identity identity;
    str verdict, ref, reason;
    int64_t id;
    bool waiting; /* still submitted: there is something to verify */
    bool last_try;
};

static err asking_load(struct tx *t, void *ctx)
{
    struct asking *a = ctx;
    TRY(registrant_load(t, a->mem, a->id, &a->reg));
    a->waiting = str_eq(a->reg.state, S("submitted"));
    return identity_open(t, a->mem, a->site->vault, a->id, &a->identity);
}

static err asking_body(const struct asking *a, str *ret_body)
{
    struct jw j;
    jw_init(&j, a->mem, ASK_MAX);
    jw_object(&j);
    jw_key_str(&j, "id", str_fmt(a->mem, "%lld", (long long)a->id));
    jw_key_str(&j, "class", class_name(a->reg.class));
    for (int f = 0; f < IDENTITY_FIELDS; f++)
        if (a->identity.field[f].n)
            jw_key_str(&j, identity_field_name((enum identity_field)f), a->identity.field[f]);
    jw_end(&j);
    return buf_take(&j.out, ret_body);
}

static str known_verdict(str v)
{
    if (str_eq(v, S("pass")))
        return S("pass");
    return str_eq(v, S("fail")) ? S("fail") : S("pending");
}

static err ask(struct asking *a)
{
    const struct settings *s = a->site->settings;
    struct fetch_in in = {.url = s->verifier_url,
                          .allow = s->fetch_allow,
                          .timeout_ms = s->fetch_timeout * SECOND_MS,
                          .max = ANSWER_MAX};
    struct fetch_out out;
    JSON_AUTO *root = NULL;
    TRY(asking_body(a, &in.body));
    TRY(fetch_signed(a->mem, &in, s->verifier_secret, &out));
    if (out.status != 200 || !str_valid(out.body))
        return fault(ERR_IO, "verifier_refused", "status %d", out.status);
    TRY(json_read(out.body, &root));
    str ref = json_text(root, "ref"), reason = json_text(root, "reason");
    a->verdict = known_verdict(json_text(root, "verdict"));
    a->ref = ref.p ? str_ellipsis(a->mem, str_dup(a->mem, ref), REF_MAX) : S("");
    a->reason = reason.p ? str_ellipsis(a->mem, str_dup(a->mem, reason), REASON_MAX) : S("");
    return OK;
}

/* Seen again inside the transaction: staff may have decided meanwhile. */
static err answer_save(struct tx *t, void *ctx)
{
    struct asking *a = ctx;
    struct registrant now;
    TRY(registrant_load(t, a->mem, a->id, &now));
    if (!str_eq(now.state, S("submitted")) || now.rev != a->reg.rev)
        return OK;
    if (!str_eq(a->verdict, S("pass")))
        return verification_add(t, a->id,
                                &(struct verification){.method = S("http"),
                                                       .verdict = a->verdict,
                                                       .reason = a->reason,
                                                       .evidence_ref = a->ref});
    TRY(case_cancel(t, CASE_REGISTRANT, 0, a->id));
    return registrant_settle(
        t, a->mem,
        &(struct registrant_result){
            .id = a->id, .method = "http", .verdict = VERDICT_APPROVE, .evidence_ref = a->ref});
}

err verify_run(struct site *site, const struct job *job)
{
    struct asking a = {.site = site, .mem = job->mem, .ref = S(""), .reason = S("")};
    JSON_AUTO *root = NULL;
    TRY(json_read(job->args, &root));
    a.id = json_number(root, "id", 0);
    TRY(db_read(site->db, asking_load, &a));
    if (!a.waiting)
        return OK;
    err e = ask(&a);
    struct fault was = fault_of(e);
    if (e != OK && job->tries > 1)
        return e;
    if (e != OK) {
        a.verdict = S("pending");
        a.reason = str_from(was.reason);
    }
    TRY(db_tx(site->db, answer_save, &a));
    fault_copy(&was);
    return e;
}
