/* Sign up, new password, invitations of staff. */
#include "consent/consent.h"
#include "settings/provider.h"
#include "user/confirm.h"
#include "user/device.h"
#include "user/user_view.h"
#include "user_door.html.h"

#include "job/job.h"

static const struct form_field SIGNUP[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .label = MSG_user_name,
     .help = MSG_user_name_help,
     .required = true,
     .max = 30,
     .autocomplete = "nickname"},
    {.name = "mobile",
     .kind = FIELD_TEL,
     .label = MSG_user_mobile,
     .help = MSG_user_mobile_help,
     .required = true,
     .max = 20,
     .autocomplete = "tel",
     .check = mobile_check},
    FIELD_SMS_CODE,
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_user_password,
     .help = MSG_user_password_help,
     .required = true,
     .max = 1000,
     .autocomplete = "new-password"},
};
/* The same without the name. */
#define RESET (SIGNUP + 1)
enum { RESET_N = LEN(SIGNUP) - 1 };

struct act {
    struct request *r;
    struct form *f;
    str mobile, hash, name; /* name: "" at a reset, where nobody says whose it is */
    const char *reason;
    int64_t user_id;
    struct user u;
};

/* ---- the button that sends a code ---- */

static err tx_send_signup(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return mobile_code_send(t, a->r->site->mail, a->mobile, "signup");
}

static err tx_send_reset(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct login l;
    TRY(login_find(t, a->r->mem, a->r->site->vault, a->mobile, &l));
    if (l.user.id)
        return mobile_code_send(t, a->r->site->mail, a->mobile, "reset");
    return mobile_code_pretend(t, a->r->site->vault, a->mobile, "reset");
}

/* *ret_sent: what to show; empty when the form has the error. */
static err send_code(struct request *r, struct form *f, tx_fn *fn, str *ret_sent)
{
    struct act a = {.r = r, .f = f};
    form_keep(f);
    form_set(f, "code", S(""));
    *ret_sent = S("");
    err e = mobile_check(r->mem, form_get(f, "mobile"), &a.mobile);
    if (e == OK)
        e = request_tx(r, fn, &a);
    if (e != OK)
        return form_take_fault(f, e) ? OK : e;
    job_runner_poke(r->site->jobs);
    str args[] = {a.mobile, str_fmt(r->mem, "%d", code_minutes())};
    *ret_sent = msg_format(r->mem, r->lang, MSG_user_code_sent, args, LEN(args));
    return OK;
}

static bool is_send(const struct request *r)
{
    return str_eq(request_field(r, "act"), S("send"));
}

/* ---- sign up ---- */

static err show_signup(struct request *r, int status, struct form *f, str sent)
{
    f->submit = MSG_word_sign_up;
    struct code_view v = {.form = f,
                          .sent = sent,
                          .note = {S("/rules/privacy"), msg(r->lang, MSG_consent_signup), S("")},
                          .link = {S("/login"), msg(r->lang, MSG_user_has_login), S("")}};
    struct page page = {.place = PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_code, &v);
}

struct invited {
    struct request *r;
    str token;
    struct invite i;
};

static err tx_invite(struct tx *t, void *ctx)
{
    struct invited *i = ctx;
    return invite_find(t, i->r->mem, i->token, &i->i);
}

/* People with an invitation may sign up although the site takes nobody else. */
static err signup_allowed(struct request *r)
{
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    str next = next_path(r, S(""));
    struct invited i = {.r = r, .token = str_sub(next, 8, next.n)};
    if (ps.signup_open)
        return OK;
    if (str_starts(next, S("/invite/")) && request_read(r, tx_invite, &i) == OK)
        return OK;
    return fault(ERR_DENIED, "signup_closed", "sign-up is closed");
}

err page_signup(struct request *r)
{
    struct form f;
    form_init(r, SIGNUP, LEN(SIGNUP), &f);
    if (r->session.user_id)
        return reply_redirect(r, next_path(r, S("/me")));
    TRY(signup_allowed(r));
    return show_signup(r, 200, &f, S(""));
}

static err tx_signup(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct request *r = a->r;
    struct user_new n = {.name = form_get(a->f, "name"),
                         .mobile = a->mobile,
                         .password_hash = a->hash,
                         .lang = r->lang == LANG_EN ? S("en") : S("zh")};
    TRY(mobile_code_check(t, r->site->vault, a->mobile, "signup", form_get(a->f, "code"),
                          &a->reason));
    if (a->reason)
        return OK;
    TRY(user_create(t, r->site->vault, &n, &a->user_id));
    TRY(consent_notice_shown(t, a->user_id));
    TRY(session_start(r, t, a->user_id, false));
    return device_enter(r, t, a->user_id);
}

/* Form, password and code of both pages; *ret_done false: the form says why. */
static err act_run(struct act *a, tx_fn *fn, bool *ret_done)
{
    struct form *f = a->f;
    *ret_done = false;
    a->mobile = form_get(f, "mobile");
    struct password_about about = password_about(a->r, a->mobile, a->name);
    err e = password_check(form_get(f, "password"), &about);
    if (e == OK) {
        a->hash = password_hash(a->r->mem, form_get(f, "password"));
        e = request_tx(a->r, fn, a);
    }
    if (e != OK)
        return form_take_fault(f, e) ? OK : e;
    if (a->reason)
        (void)!form_refuse(f, "code", a->reason);
    else
        *ret_done = true;
    return OK;
}

err do_signup(struct request *r)
{
    struct form f;
    str sent;
    bool done = false;
    TRY(signup_allowed(r));
    if (is_send(r)) {
        form_init(r, SIGNUP, LEN(SIGNUP), &f);
        TRY(send_code(r, &f, tx_send_signup, &sent));
        return show_signup(r, f.bad ? 422 : 200, &f, sent);
    }
    if (form_read(r, SIGNUP, LEN(SIGNUP), &f) != OK)
        return show_signup(r, 422, &f, S(""));
    struct act a = {.r = r, .f = &f, .name = form_get(&f, "name")};
    TRY(act_run(&a, tx_signup, &done));
    if (!done)
        return show_signup(r, 422, &f, S(""));
    reply_flash(r, MSG_user_welcome);
    return reply_redirect(r, next_path(r, S("/me")));
}

/* ---- new password ---- */

static err show_reset(struct request *r, int status, struct form *f, str sent)
{
    f->submit = MSG_user_reset_submit;
    struct code_view v = {.form = f,
                          .lead = msg(r->lang, MSG_user_reset_lead),
                          .sent = sent,
                          .link = {S("/login"), msg(r->lang, MSG_user_has_login), S("")}};
    struct page page = {.place = PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_code, &v);
}

err page_reset(struct request *r)
{
    struct form f;
    form_init(r, RESET, RESET_N, &f);
    return show_reset(r, 200, &f, S(""));
}

static err tx_reset(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct login l;
    TRY(mobile_code_check(t, a->r->site->vault, a->mobile, "reset", form_get(a->f, "code"),
                          &a->reason));
    TRY(login_find(t, a->r->mem, a->r->site->vault, a->mobile, &l));
    if (!a->reason && !l.user.id)
        a->reason = "code_wrong";
    if (a->reason)
        return OK;
    TRY(user_set_password(t, l.user.id, a->hash));
    return session_revoke_all(t, l.user.id, 0);
}

err do_reset(struct request *r)
{
    struct form f;
    str sent;
    bool done = false;
    if (is_send(r)) {
        form_init(r, RESET, RESET_N, &f);
        TRY(send_code(r, &f, tx_send_reset, &sent));
        return show_reset(r, f.bad ? 422 : 200, &f, sent);
    }
    if (form_read(r, RESET, RESET_N, &f) != OK)
        return show_reset(r, 422, &f, S(""));
    struct act a = {.r = r, .f = &f};
    TRY(act_run(&a, tx_reset, &done));
    if (!done)
        return show_reset(r, 422, &f, S(""));
    reply_flash(r, MSG_user_password_changed);
    return reply_redirect(r, S("/login"));
}

/* ---- invitation ---- */

static err show_invite(struct request *r, int status, const struct invited *i, str error)
{
    struct invite_view v = {.r = r,
                            .roles = roles_shown(r, i->i.roles),
                            .note = i->i.note,
                            .expires_at = i->i.expires_at,
                            .error = error};
    if (!r->session.user_id) {
        v.login = str_fmt(r->mem, "/login?next=/invite/%.*s", FMT(i->token));
        v.signup = str_fmt(r->mem, "/signup?next=/invite/%.*s", FMT(i->token));
    }
    struct page page = {.place = PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_invite, &v);
}

err page_invite(struct request *r)
{
    struct invited i = {.r = r, .token = request_arg(r, "token")};
    err e = request_read(r, tx_invite, &i);
    if (e == ERR_NOT_FOUND)
        return fault(ERR_NOT_FOUND, "invite_used", "no such invitation");
    TRY(e);
    return show_invite(r, 200, &i, S(""));
}

static err tx_accept(struct tx *t, void *ctx)
{
    struct invited *i = ctx;
    struct request *r = i->r;
    TRY(invite_accept(t, r->mem, i->token, r->session.user_id));
    return session_start(r, t, r->session.user_id, r->session.second_factor);
}

err do_invite(struct request *r)
{
    struct invited i = {.r = r, .token = request_arg(r, "token")};
    err e = request_read(r, tx_invite, &i);
    if (e == ERR_NOT_FOUND)
        return fault(ERR_NOT_FOUND, "invite_used", "no such invitation");
    TRY(e);
    e = request_tx(r, tx_accept, &i);
    if (e == ERR_CONFLICT || e == ERR_DENIED) {
        str why = msg_lookup(r->lang, "reason.", fault_of(e).reason, MSG_reason_internal);
        return show_invite(r, 422, &i, why);
    }
    TRY(e);
    reply_flash(r, MSG_user_invite_done);
    return reply_redirect(r, i.i.roles & ROLE_STAFF       ? S("/desk")
                             : i.i.roles & ROLE_REGULATOR ? S("/oversight")
                                                          : S("/industry"));
}
