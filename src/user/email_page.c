/* The address for notices by e-mail: set with a code to it and the password, or removed. */
#include "user/confirm.h"
#include "user/email.h"
#include "user/user_view.h"
#include "user_door.html.h"

static const struct form_field ADDRESS[] = {
    {.name = "email",
     .kind = FIELD_EMAIL,
     .label = MSG_user_email,
     .required = true,
     .max = 254,
     .autocomplete = "email",
     .check = email_check},
    {.name = "code",
     .kind = FIELD_CODE,
     .label = MSG_user_email_code,
     .help = MSG_user_email_code_help,
     .required = true,
     .min = 6,
     .max = 6},
    FIELD_OWN_PASSWORD,
};

struct proving {
    struct request *r;
    str address, code, masked;
    const char *reason;
};

static err load(struct tx *t, void *ctx)
{
    struct proving *p = ctx;
    struct request *r = p->r;
    return email_masked(t, r->mem, r->site->vault, r->session.user_id, &p->masked);
}

static err show(struct request *r, int status, struct form *f, str sent)
{
    struct proving p = {.r = r};
    TRY(request_read(r, load, &p));
    f->submit = MSG_user_email_save;
    struct email_view v = {
        .code = {.form = f, .lead = msg(r->lang, MSG_user_email_lead), .sent = sent, .card = true},
        .masked = p.masked,
        .remove = {.id = S("remove-email"),
                   .button = msg(r->lang, MSG_user_email_remove),
                   .title = msg(r->lang, MSG_user_email_remove),
                   .text = msg(r->lang, MSG_user_email_remove_text),
                   .action = S("/me/security/email/remove"),
                   .csrf = r->session.csrf,
                   .danger = true}};
    struct page page = {.place = PLACE_ME,
                        .back = {S("/me/security"), msg(r->lang, MSG_nav_security), S("")},
                        .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_email, &v);
}

err page_email(struct request *r)
{
    struct form f;
    form_init(r, ADDRESS, LEN(ADDRESS), &f);
    return show(r, 200, &f, S(""));
}

static err send(struct tx *t, void *ctx)
{
    const struct proving *p = ctx;
    return email_code_send(t, p->r->site->mail, &(struct email_code){p->address, p->r->lang});
}

static err send_code(struct request *r)
{
    struct form f;
    struct proving p = {.r = r};
    form_init(r, ADDRESS, LEN(ADDRESS), &f);
    form_keep(&f);
    form_set(&f, "code", S(""));
    err e = email_check(r->mem, str_trim(form_get(&f, "email")), &p.address);
    if (e == OK)
        e = request_tx(r, send, &p);
    if (e != OK)
        return form_take_fault(&f, e) ? show(r, 422, &f, S("")) : e;
    job_runner_poke(r->site->jobs);
    str args[] = {p.address, str_fmt(r->mem, "%d", code_minutes())};
    return show(r, 200, &f, msg_format(r->mem, r->lang, MSG_user_code_sent, args, LEN(args)));
}

static err set(struct tx *t, void *ctx)
{
    struct proving *p = ctx;
    struct vault *v = p->r->site->vault;
    TRY(email_code_check(t, v, p->address, p->code, &p->reason));
    if (p->reason)
        return OK;
    TRY(email_old_told(t, p->r->site->mail, p->r->session.user_id, p->r->lang));
    return email_set(t, v, p->r->session.user_id, p->address);
}

err do_email(struct request *r)
{
    struct form f;
    bool right = false;
    if (str_eq(request_field(r, "act"), S("send")))
        return send_code(r);
    if (form_read(r, ADDRESS, LEN(ADDRESS), &f) != OK)
        return show(r, 422, &f, S(""));
    TRY(password_confirm(r, &f, &right));
    if (!right)
        return show(r, 422, &f, S(""));
    struct proving p = {.r = r, .address = form_get(&f, "email"), .code = form_get(&f, "code")};
    TRY(request_tx(r, set, &p));
    if (p.reason) {
        (void)!form_refuse(&f, "code", p.reason);
        return show(r, 422, &f, S(""));
    }
    reply_flash(r, MSG_user_email_set);
    return reply_redirect(r, S("/me/notices/settings"));
}

static err drop(struct tx *t, void *ctx)
{
    const struct request *r = ctx;
    TRY(email_old_told(t, r->site->mail, r->session.user_id, r->lang));
    return email_drop(t, r->session.user_id);
}

err do_email_remove(struct request *r)
{
    TRY(request_tx(r, drop, r));
    reply_flash(r, MSG_user_email_removed);
    return reply_redirect(r, S("/me/security/email"));
}
