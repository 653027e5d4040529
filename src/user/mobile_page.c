/* Another mobile number: correction of what a login is found by. Proved by a code to the new number
 * and the password; the old number is told. */
#include "user/confirm.h"
#include "user/user_view.h"
#include "user_door.html.h"

#include "job/job.h"

static const struct form_field MOBILE[] = {
    FIELD_MOBILE(MSG_user_new_mobile, "tel"),
    FIELD_SMS_CODE,
    FIELD_OWN_PASSWORD,
};
static const char PURPOSE[] = "mobile";

struct changing {
    struct request *r;
    str mobile, code;
    const char *reason;
};

static err show(struct request *r, int status, struct form *f, str sent)
{
    f->submit = MSG_user_change_mobile;
    struct code_view v = {
        .form = f, .lead = msg(r->lang, MSG_user_mobile_lead), .sent = sent, .card = true};
    struct page page = {.place = PLACE_ME,
                        .back = {S("/me/security"), msg(r->lang, MSG_nav_security), S("")},
                        .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_code, &v);
}

err page_mobile(struct request *r)
{
    struct form f;
    form_init(r, MOBILE, LEN(MOBILE), &f);
    return show(r, 200, &f, S(""));
}

/* A number that somebody has gets no code, and nobody learns that. */
static err send(struct tx *t, void *ctx)
{
    const struct changing *c = ctx;
    const struct request *r = c->r;
    struct user u = {0};
    err e = user_find_mobile(t, r->mem, r->site->vault, c->mobile, &u);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == OK && str_eq(u.state, S("active")))
        return mobile_code_pretend(t, r->site->vault, c->mobile, PURPOSE);
    return mobile_code_send(t, r->site->mail, c->mobile, PURPOSE);
}

static err send_code(struct request *r)
{
    struct form f;
    struct changing c = {.r = r};
    form_init(r, MOBILE, LEN(MOBILE), &f);
    form_keep(&f);
    form_set(&f, "code", S(""));
    err e = mobile_check(r->mem, form_get(&f, "mobile"), &c.mobile);
    if (e == OK)
        e = request_tx(r, send, &c);
    if (e != OK)
        return form_take_fault(&f, e) ? show(r, 422, &f, S("")) : e;
    job_runner_poke(r->site->jobs);
    str args[] = {c.mobile, str_fmt(r->mem, "%d", code_minutes())};
    return show(r, 200, &f, msg_format(r->mem, r->lang, MSG_user_code_sent, args, LEN(args)));
}

static err change(struct tx *t, void *ctx)
{
    struct changing *c = ctx;
    struct request *r = c->r;
    int64_t id = r->session.user_id;
    TRY(mobile_code_check(t, r->site->vault, c->mobile, PURPOSE, c->code, &c->reason));
    if (c->reason)
        return OK;
    str shown = mask_text(r->mem, MASK_MOBILE, c->mobile);
    TRY(user_tell(t, r->mem, r->site->mail, id,
                  msg_format(r->mem, r->lang, MSG_user_mobile_sms, &shown, 1)));
    TRY(user_set_mobile(t, r->site->vault, id, c->mobile));
    TRY(session_revoke_all(t, id, r->session.id));
    return session_start(r, t, id, r->session.second_factor);
}

err do_mobile(struct request *r)
{
    struct form f;
    bool right = false;
    if (str_eq(request_field(r, "act"), S("send")))
        return send_code(r);
    if (form_read(r, MOBILE, LEN(MOBILE), &f) != OK)
        return show(r, 422, &f, S(""));
    TRY(password_confirm(r, &f, &right));
    if (!right)
        return show(r, 422, &f, S(""));
    struct changing c = {.r = r, .mobile = form_get(&f, "mobile"), .code = form_get(&f, "code")};
    err e = request_tx(r, change, &c);
    if (e != OK && !form_take_fault(&f, e))
        return e;
    if (c.reason)
        (void)!form_refuse(&f, "code", c.reason);
    if (f.bad)
        return show(r, 422, &f, S(""));
    job_runner_poke(r->site->jobs);
    reply_flash(r, MSG_user_mobile_changed);
    return reply_redirect(r, S("/me/security"));
}
