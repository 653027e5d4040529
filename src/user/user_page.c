/* Signing up, logging in, resetting, second factor. */
#include "base/clock.h"
#include "mail/mail.h"
#include "user/user_view.h"
#include "user_forms.html.h"
#include "web/layout.h"

static const struct form_field SIGNUP[] = {
    {.name = "name",
     .label = MSG_user_name,
     .help = MSG_user_name_help,
     .required = true,
     .min = 1,
     .max = 30,
     .autocomplete = "nickname"},
    {.name = "mobile",
     .kind = FIELD_TEL,
     .label = MSG_user_mobile,
     .required = true,
     .max = 20,
     .autocomplete = "tel",
     .check = mobile_check},
    {.name = "code",
     .kind = FIELD_CODE,
     .label = MSG_user_code,
     .help = MSG_user_code_help,
     .required = true,
     .max = 6,
     .autocomplete = "one-time-code"},
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_user_password,
     .help = MSG_user_password_help,
     .required = true,
     .max = 400,
     .autocomplete = "new-password"},
};
static const struct form_field LOGIN[] = {
    {.name = "mobile",
     .kind = FIELD_TEL,
     .label = MSG_user_mobile,
     .required = true,
     .max = 20,
     .autocomplete = "username",
     .check = mobile_check},
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_user_password,
     .required = true,
     .max = 400,
     .autocomplete = "current-password"},
};
static const struct form_field RESET[] = {
    {.name = "mobile",
     .kind = FIELD_TEL,
     .label = MSG_user_mobile,
     .required = true,
     .max = 20,
     .autocomplete = "tel",
     .check = mobile_check},
    {.name = "code",
     .kind = FIELD_CODE,
     .label = MSG_user_code,
     .help = MSG_user_code_help,
     .required = true,
     .max = 6,
     .autocomplete = "one-time-code"},
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_user_new_password,
     .help = MSG_user_password_help,
     .required = true,
     .max = 400,
     .autocomplete = "new-password"},
};
static const struct form_field SECOND[] = {
    {.name = "code",
     .kind = FIELD_CODE,
     .label = MSG_user_totp_code,
     .help = MSG_user_totp_code_help,
     .required = true,
     .max = 10,
     .autocomplete = "one-time-code"},
};

/* ---- pieces ---- */

static err show(struct request *r, struct form *f, struct user_form_view *v)
{
    v->form = f;
    struct page page = {.place = PLACE_PLAIN};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_user_form, v);
}

/* Where to go after logging in: only a path of this site. */
static str next_of(const struct request *r)
{
    str next = request_query(r, "next");
    bool here =
        next.n > 0 && next.p[0] == '/' && !str_starts(next, S("//")) && !str_starts(next, S("/\\"));
    return here ? next : S("/me");
}

struct sending {
    struct request *r;
    str mobile;
    const char *purpose;
};

static err send_code(struct tx *t, void *ctx)
{
    struct sending *s = ctx;
    return mobile_code_send(t, s->r->site->mail, s->mobile, s->purpose);
}

/* The "send code" button: only the number must be right. Everything typed comes back. */
static err code_do(struct request *r, struct form *f, const char *purpose)
{
    struct sending s = {.r = r, .purpose = purpose};
    for (size_t i = 0; i < f->n; i++)
        f->values[i].error = S("");
    f->error = S("");
    f->bad = false;
    err e = mobile_check(r->mem, form_get(f, "mobile"), &s.mobile);
    if (e == OK)
        e = request_tx(r, send_code, &s);
    if (e == OK) {
        job_runner_poke(r->site->jobs);
        f->error = S("");
        return OK;
    }
    return form_take_fault(f, e) ? OK : e;
}

static bool asks_code(const struct request *r)
{
    return str_eq(request_field(r, "act"), S("send"));
}

/* ---- sign up ---- */

static struct user_form_view signup_view(const struct request *r)
{
    return (struct user_form_view){.code_button = true,
                                   .link_href = S("/login"),
                                   .link_label = msg(r->lang, MSG_user_has_login)};
}

err page_signup(struct request *r)
{
    struct form f;
    form_init(r, SIGNUP, LEN(SIGNUP), &f);
    f.submit = MSG_user_sign_up;
    struct user_form_view v = signup_view(r);
    return show(r, &f, &v);
}

struct signing_up {
    struct request *r;
    struct user_new user;
    str code;
    const char *reason;
};

static err sign_up(struct tx *t, void *ctx)
{
    struct signing_up *s = ctx;
    struct vault *vault = s->r->site->vault;
    TRY(mobile_code_check(t, vault, s->user.mobile, "signup", s->code, &s->reason));
    if (s->reason)
        return OK;
    int64_t id = 0;
    TRY(user_create(t, vault, &s->user, &id));
    return session_start(s->r, t, id, false);
}

static err signup_run(struct request *r, struct form *f)
{
    str mobile = form_get(f, "mobile"), password = form_get(f, "password");
    TRY(password_check(password, mobile));
    struct signing_up s = {.r = r,
                           .user = {.name = form_get(f, "name"),
                                    .mobile = mobile,
                                    .password_hash = password_hash(r->mem, password),
                                    .lang = r->lang == LANG_EN ? S("en") : S("zh")},
                           .code = form_get(f, "code")};
    TRY(request_tx(r, sign_up, &s));
    return s.reason ? fault_field(ERR_INVALID, s.reason, "code", "code refused") : OK;
}

err do_signup(struct request *r)
{
    struct form f;
    struct user_form_view v = signup_view(r);
    err e = form_read(r, SIGNUP, LEN(SIGNUP), &f);
    f.submit = MSG_user_sign_up;
    if (asks_code(r)) {
        TRY(code_do(r, &f, "signup"));
        v.intro = f.bad ? S("") : msg(r->lang, MSG_user_code_sent);
        return show(r, &f, &v);
    }
    if (e == OK)
        e = signup_run(r, &f);
    if (e == OK)
        return reply_redirect(r, next_of(r));
    if (!f.bad && !form_take_fault(&f, e))
        return e;
    return show(r, &f, &v);
}

/* ---- log in ---- */

static struct user_form_view login_view(const struct request *r)
{
    return (struct user_form_view){.link_href = S("/signup"),
                                   .link_label = msg(r->lang, MSG_user_no_login),
                                   .link2_href = S("/reset"),
                                   .link2_label = msg(r->lang, MSG_user_forgot)};
}

err page_login(struct request *r)
{
    struct form f;
    form_init(r, LOGIN, LEN(LOGIN), &f);
    f.submit = MSG_user_log_in;
    struct user_form_view v = login_view(r);
    return show(r, &f, &v);
}

struct logging_in {
    struct request *r;
    struct user u;
    str mobile;
    bool found, right;
};

static err find_login(struct tx *t, void *ctx)
{
    struct logging_in *l = ctx;
    err e = user_find_mobile(t, l->r->mem, l->r->site->vault, l->mobile, &l->u);
    l->found = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err log_in(struct tx *t, void *ctx)
{
    struct logging_in *l = ctx;
    if (!l->right)
        return user_failed(t, l->u.id);
    TRY(user_succeeded(t, l->u.id));
    return session_start(l->r, t, l->u.id, false);
}

static err login_run(struct request *r, struct form *f, struct logging_in *l)
{
    str password = form_get(f, "password");
    l->mobile = form_get(f, "mobile");
    TRY(request_read(r, find_login, l));
    if (!l->found) {
        password_verify_nobody(r->mem, password);
        return fault(ERR_INVALID, "login_wrong", "no such login");
    }
    if (l->u.locked_until > r->now) {
        str until = clock_china_text(r->mem, l->u.locked_until);
        f->error = msg_format(r->mem, r->lang, MSG_reason_login_locked, &until, 1);
        f->bad = true;
        return ERR_LIMIT;
    }
    l->right = password_verify(r->mem, l->u.password, password);
    TRY(request_tx(r, log_in, l));
    return l->right ? OK : fault(ERR_INVALID, "login_wrong", "wrong password");
}

err do_login(struct request *r)
{
    struct form f;
    struct logging_in l = {.r = r};
    struct user_form_view v = login_view(r);
    err e = form_read(r, LOGIN, LEN(LOGIN), &f);
    f.submit = MSG_user_log_in;
    if (e == OK)
        e = login_run(r, &f, &l);
    if (e == OK && l.u.totp_on) {
        str next = request_query(r, "next");
        struct buf b;
        buf_init(&b, r->mem, 8192);
        buf_add(&b, S("/login/second-factor?next="));
        url_part_add(&b, next.n ? next : S("/me"));
        return reply_redirect(r, buf_str(&b));
    }
    if (e == OK)
        return reply_redirect(r, next_of(r));
    if (!f.bad && !form_take_fault(&f, e))
        return e;
    return show(r, &f, &v);
}

static err log_out(struct tx *t, void *ctx)
{
    return session_end(ctx, t);
}

err do_logout(struct request *r)
{
    TRY(request_tx(r, log_out, r));
    return reply_redirect(r, S("/"));
}

/* ---- second factor ---- */

err page_second_factor(struct request *r)
{
    struct form f;
    form_init(r, SECOND, LEN(SECOND), &f);
    f.submit = MSG_user_log_in;
    struct user_form_view v = {0};
    return show(r, &f, &v);
}

struct second {
    struct request *r;
    str code;
    bool ok, locked;
};

static err check_second(struct tx *t, void *ctx)
{
    struct second *s = ctx;
    struct user u;
    int64_t id = s->r->session.user_id;
    TRY(user_load(t, s->r->mem, id, &u));
    s->locked = u.locked_until > s->r->now;
    if (s->locked)
        return OK;
    TRY(second_factor_check(t, s->r->site->vault, id, s->code, &s->ok));
    return s->ok ? session_start(s->r, t, id, true) : OK;
}

err do_second_factor(struct request *r)
{
    struct form f;
    err e = form_read(r, SECOND, LEN(SECOND), &f);
    f.submit = MSG_user_log_in;
    struct second s = {.r = r, .code = form_get(&f, "code")};
    if (e == OK)
        TRY(request_tx(r, check_second, &s));
    if (s.ok)
        return reply_redirect(r, next_of(r));
    if (!f.bad)
        (void)!form_refuse(&f, "code", s.locked ? "too_many" : "second_factor_wrong");
    struct user_form_view v = {0};
    return show(r, &f, &v);
}

/* ---- reset ---- */

err page_reset(struct request *r)
{
    struct form f;
    form_init(r, RESET, LEN(RESET), &f);
    f.submit = MSG_user_reset;
    struct user_form_view v = {
        .code_button = true, .link_href = S("/login"), .link_label = msg(r->lang, MSG_user_log_in)};
    return show(r, &f, &v);
}

struct resetting {
    struct request *r;
    str mobile, code, hash;
    const char *reason;
};

static err reset(struct tx *t, void *ctx)
{
    struct resetting *s = ctx;
    struct vault *vault = s->r->site->vault;
    TRY(mobile_code_check(t, vault, s->mobile, "reset", s->code, &s->reason));
    if (s->reason)
        return OK;
    struct user u;
    err e = user_find_mobile(t, s->r->mem, vault, s->mobile, &u);
    if (e == ERR_NOT_FOUND)
        return OK; /* nobody learns whether a number has a login */
    TRY(e);
    TRY(user_set_password(t, u.id, s->hash));
    return session_revoke_all(t, u.id, 0);
}

static err reset_run(struct request *r, struct form *f)
{
    struct resetting s = {.r = r, .mobile = form_get(f, "mobile"), .code = form_get(f, "code")};
    TRY(password_check(form_get(f, "password"), s.mobile));
    s.hash = password_hash(r->mem, form_get(f, "password"));
    TRY(request_tx(r, reset, &s));
    return s.reason ? fault_field(ERR_INVALID, s.reason, "code", "code refused") : OK;
}

err do_reset(struct request *r)
{
    struct form f;
    struct user_form_view v = {.code_button = true};
    err e = form_read(r, RESET, LEN(RESET), &f);
    f.submit = MSG_user_reset;
    if (asks_code(r)) {
        TRY(code_do(r, &f, "reset"));
        v.intro = f.bad ? S("") : msg(r->lang, MSG_user_code_sent);
        return show(r, &f, &v);
    }
    if (e == OK)
        e = reset_run(r, &f);
    if (e == OK) {
        reply_flash(r, MSG_user_password_changed);
        return reply_redirect(r, S("/login"));
    }
    if (!f.bad && !form_take_fault(&f, e))
        return e;
    return show(r, &f, &v);
}
