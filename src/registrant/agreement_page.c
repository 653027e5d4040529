/* Signing the service agreement for a registrant, and the copy to keep (A5.9). */
#include "agreement.html.h"
#include "agreement_copy.html.h"
#include "policy/policy.h"
#include "registrant/registrant_view.h"
#include "user/user.h"
#include "web/document.h"

static const struct form_field FIELDS[] = {
    {.name = "hash", .kind = FIELD_HIDDEN, .required = true, .max = 64},
    {.name = "agree", .kind = FIELD_CHECKBOX, .label = MSG_agreement_agree, .required = true},
};

struct signing {
    struct request *r;
    struct registrant reg;
    struct policy policy;
    struct signature signature;
    int64_t due; /* policy_sign_due */
    str signer;
    struct form form;
};

static err signing_load(struct tx *t, void *ctx)
{
    struct signing *s = ctx;
    TRY(registrant_own(s->r, t, &s->reg));
    TRY(policy_in_force(t, s->r->mem, POLICY_AGREEMENT, s->r->now, &s->policy));
    err e = signature_load(t, s->r->mem, s->reg.id, POLICY_AGREEMENT, &s->signature);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    return policy_sign_due(t, s->signature.version, &s->due);
}

static err signing_show(struct signing *s, int status)
{
    struct request *r = s->r;
    struct policy *p = &s->policy;
    bool done = s->signature.version == p->version;
    struct agreement_view v = {.form = done ? NULL : &s->form,
                               .title = p->title,
                               .hash = hex(r->mem, p->hash),
                               .version = p->version,
                               .effective_at = p->effective_at,
                               .signed_at = done ? s->signature.at : 0,
                               .due = s->due > 1 ? s->due : 0,
                               .overdue = s->due == 1 && s->signature.version,
                               .note = s->signature.version && !done ? p->note : S(""),
                               .diff = s->signature.version && !done
                                           ? str_fmt(r->mem, "/rules/%.*s/%d/diff?with=%d",
                                                     FMT(p->kind), p->version, s->signature.version)
                                           : S("")};
    TRY(document_html(r->mem, p->doc, &v.text));
    if (s->signature.version)
        v.download = str_fmt(r->mem, "/me/registrants/%lld/agreement/copy", (long long)s->reg.id);
    struct page page = {.place = PLACE_ME, .title = p->title, .noindex = true};
    page.back = (struct page_link){str_fmt(r->mem, "/me/registrants/%lld", (long long)s->reg.id),
                                   msg(r->lang, MSG_nav_registrant), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_agreement, &v);
}

static err signing_open(struct request *r, struct signing *ret_s)
{
    *ret_s = (struct signing){.r = r};
    err e = request_read(r, signing_load, ret_s);
    if (e == ERR_NOT_FOUND && ret_s->reg.id)
        return fault(ERR_CONFLICT, "no_agreement", "no version is in force");
    return e;
}

err page_agreement(struct request *r)
{
    struct signing s;
    TRY(signing_open(r, &s));
    form_init(r, FIELDS, LEN(FIELDS), &s.form);
    form_set(&s.form, "hash", hex(r->mem, s.policy.hash));
    s.form.submit = MSG_agreement_sign;
    return signing_show(&s, 200);
}

static err sign(struct tx *t, void *ctx)
{
    struct signing *s = ctx;
    struct request *r = s->r;
    struct signature row = {.registrant_id = s->reg.id,
                            .user_id = r->session.user_id,
                            .at = tx_now(t),
                            .kind = POLICY_AGREEMENT,
                            .ip = r->ip,
                            .port = r->port,
                            .user_agent = r->user_agent.p ? r->user_agent : S("")};
    TRY(hex_parse(r->mem, form_get(&s->form, "hash"), &row.hash));
    return policy_sign(t, r->mem, &row);
}

err do_agreement(struct request *r)
{
    struct signing s;
    TRY(signing_open(r, &s));
    err e = form_read(r, FIELDS, LEN(FIELDS), &s.form);
    s.form.submit = MSG_agreement_sign;
    if (e == OK) {
        e = request_tx(r, sign, &s);
        if (e != OK && !form_take_fault(&s.form, e))
            return e;
    }
    if (e != OK) {
        /* The text may be a new one: what is signed next is what is shown now. */
        form_set(&s.form, "hash", hex(r->mem, s.policy.hash));
        form_set(&s.form, "agree", S(""));
        return signing_show(&s, e == ERR_CONFLICT ? 409 : 422);
    }
    reply_flash(r, MSG_agreement_signed);
    return reply_redirect(r, str_fmt(r->mem, "/me/registrants/%lld", (long long)s.reg.id));
}

static err copy_load(struct tx *t, void *ctx)
{
    struct signing *s = ctx;
    struct user u;
    TRY(registrant_own(s->r, t, &s->reg));
    TRY(signature_load(t, s->r->mem, s->reg.id, POLICY_AGREEMENT, &s->signature));
    TRY(policy_version(t, s->r->mem, POLICY_AGREEMENT, s->signature.version, &s->policy));
    TRY(user_load(t, s->r->mem, s->signature.user_id, &u));
    s->signer = u.name;
    return OK;
}

err page_agreement_copy(struct request *r)
{
    struct signing s = {.r = r};
    TRY(request_read(r, copy_load, &s));
    struct signed_copy v = {.title = s.policy.title,
                            .hash = hex(r->mem, s.signature.hash),
                            .ip = s.signature.ip,
                            .user_agent = s.signature.user_agent,
                            .signer = s.signer,
                            .class_label = class_label(r->lang, s.reg.class),
                            .version = s.signature.version,
                            .port = s.signature.port,
                            .at = s.signature.at,
                            .registrant_id = s.reg.id,
                            .lang = lang_tag(r->lang)};
    str page;
    TRY(document_html(r->mem, s.policy.doc, &v.text));
    struct out *o = request_out(r);
    view_agreement_copy(o, &v);
    TRY(out_finish(o, &page));
    reply_header(r, "Content-Disposition",
                 str_fmt(r->mem, "attachment; filename=\"agreement-%lld-v%d.html\"",
                         (long long)s.reg.id, s.signature.version));
    return reply_text(r, 200, S("text/html; charset=utf-8"), page);
}
