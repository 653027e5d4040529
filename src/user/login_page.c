/* Log in, second factor, passkeys at the door, log out. */
#include "user/confirm.h"
#include "user/device.h"
#include "user/user_view.h"

#include "base/buf.h"
#include "job/job.h"
#include "notice/notice.h"
#include "user_door.html.h"

static const struct form_field LOGIN[] = {
    FIELD_MOBILE(MSG_user_mobile, "username"),
    FIELD_OWN_PASSWORD,
};
static const struct form_field SECOND[] = {
    {.name = "code",
     .kind = FIELD_CODE,
     .label = MSG_user_totp_code,
     .help = MSG_user_totp_code_help,
     .required = true,
     .min = 6,
     .max = 10},
};

static str with_next(const struct request *r, const char *path)
{
    str next = next_path(r, S(""));
    if (!next.n)
        return str_from(path);
    struct buf b;
    buf_init(&b, r->mem, 4096);
    buf_fmt(&b, "%s?next=", path);
    url_part_add(&b, next);
    return buf_str(&b);
}

/* ---- log in ---- */

static err show_login(struct request *r, int status, struct form *f)
{
    f->submit = MSG_word_log_in;
    struct door_view v = {
        .form = f,
        .links = {{with_next(r, "/signup"), msg(r->lang, MSG_user_no_login), S("")},
                  {S("/reset"), msg(r->lang, MSG_user_forgot), S("")}},
        .passkey = {.r = r,
                    .origin = request_origin(r),
                    .action = with_next(r, "/login/passkey"),
                    .options = S("/login/passkey/options"),
                    .button = msg(r->lang, MSG_user_passkey_log_in)},
    };
    struct page page = {.place = PLACE_PLAIN, .noindex = true, .script = "passkey.js"};
    return REPLY_PAGE_STATUS(r, status, &page, view_door, &v);
}

err page_login(struct request *r)
{
    struct form f;
    form_init(r, LOGIN, LEN(LOGIN), &f);
    bool halfway = r->session.two_factor && !r->session.second_factor;
    if (r->session.user_id && !halfway)
        return reply_redirect(r, next_path(r, S("/me")));
    return show_login(r, 200, &f);
}

struct login_act {
    struct request *r;
    str mobile;
    struct login l;
};

static err tx_find(struct tx *t, void *ctx)
{
    struct login_act *a = ctx;
    return login_find(t, a->r->mem, a->r->site->vault, a->mobile, &a->l);
}

static err tx_failed(struct tx *t, void *ctx)
{
    struct login_act *a = ctx;
    int64_t id = a->l.user.id;
    TRY(login_failed(t, a->r->site->vault, a->mobile, id, &a->l.locked_until));
    TRY(login_event_add(a->r, t, LOGIN_wrong_password, id));
    return a->l.locked_until > tx_now(t) ? login_event_add(a->r, t, LOGIN_locked, id) : OK;
}

static err tx_locked(struct tx *t, void *ctx)
{
    const struct login_act *a = ctx;
    return login_event_add(a->r, t, LOGIN_while_locked, a->l.user.id);
}

/* With a second factor the count of failures is forgotten only after it: who has the password must
 * not get new tries for the code by logging in again. */
static err tx_enter(struct tx *t, void *ctx)
{
    struct login_act *a = ctx;
    TRY(session_start(a->r, t, a->l.user.id, false));
    if (user_two_factor(&a->l.user))
        return OK;
    TRY(user_succeeded(t, a->l.user.id));
    return device_enter(a->r, t, a->l.user.id);
}

static bool password_right(const struct login_act *a, str password)
{
    if (a->l.user.id && a->l.user.password.n)
        return password_verify(a->r->mem, a->l.user.password, password);
    if (!a->l.left.id)
        password_verify_nobody(a->r->mem, password);
    return false;
}

/* Only whoever has its password learns that it is closed. Takes as long as any other login. */
static bool left_right(const struct login_act *a, str password)
{
    const struct user *left = &a->l.left;
    return left->id && left->password.n && password_verify(a->r->mem, left->password, password);
}

static err refuse_login(struct login_act *a, struct form *f)
{
    bool locked = a->l.locked_until > a->r->now;
    if (locked)
        form_locked(f, a->l.locked_until);
    else
        (void)!form_refuse(f, "", "login_wrong");
    return show_login(a->r, locked ? 429 : 422, f);
}

err do_login(struct request *r)
{
    struct form f;
    struct login_act a = {.r = r};
    if (form_read(r, LOGIN, LEN(LOGIN), &f) != OK)
        return show_login(r, 422, &f);
    a.mobile = form_get(&f, "mobile");
    TRY(request_read(r, tx_find, &a));
    if (a.l.locked_until > r->now) {
        TRY(request_tx(r, tx_locked, &a));
        return refuse_login(&a, &f);
    }
    if (left_right(&a, form_get(&f, "password"))) {
        (void)!form_refuse(&f, "", "login_left");
        return show_login(r, 422, &f);
    }
    if (!password_right(&a, form_get(&f, "password"))) {
        TRY(request_tx(r, tx_failed, &a));
        return refuse_login(&a, &f);
    }
    TRY(request_tx(r, tx_enter, &a));
    job_runner_poke(r->site->jobs);
    if (user_two_factor(&a.l.user))
        return reply_redirect(r, with_next(r, "/login/second-factor"));
    return reply_redirect(r, next_path(r, home_of(a.l.user.roles)));
}

/* ---- second factor ---- */

static err show_second(struct request *r, int status, struct form *f)
{
    f->submit = MSG_user_go_on;
    bool app = r->session.totp_on, key = r->session.passkey_on;
    struct door_view v = {
        .form = f,
        .lead = msg(r->lang, !key  ? MSG_user_second_lead
                             : app ? MSG_user_second_lead_either
                                   : MSG_user_second_lead_passkey),
        .passkey_first = true,
    };
    if (key)
        v.passkey =
            (struct passkey_ask_view){.r = r,
                                      .origin = request_origin(r),
                                      .action = with_next(r, "/login/second-factor/passkey"),
                                      .options = S("/login/passkey/options"),
                                      .button = msg(r->lang, MSG_user_passkey_use),
                                      .second = true};
    struct page page = {.place = PLACE_PLAIN, .noindex = true, .script = key ? "passkey.js" : NULL};
    return REPLY_PAGE_STATUS(r, status, &page, view_door, &v);
}

err page_second_factor(struct request *r)
{
    struct form f;
    form_init(r, SECOND, LEN(SECOND), &f);
    if (r->session.second_factor || !r->session.two_factor)
        return reply_redirect(r, next_path(r, S("/me")));
    return show_second(r, 200, &f);
}

struct second_act {
    struct request *r;
    str code;
    struct user u;
    bool ok, locked;
};

static err tx_second(struct tx *t, void *ctx)
{
    struct second_act *a = ctx;
    struct request *r = a->r;
    int64_t id = r->session.user_id;
    TRY(user_load(t, r->mem, id, &a->u));
    a->ok = false;
    a->locked = a->u.locked_until > tx_now(t);
    if (a->locked)
        return OK;
    TRY(second_factor_check(t, r->site->vault, id, a->code, &a->ok));
    if (a->ok) {
        TRY(session_start(r, t, id, true));
        return device_enter(r, t, id);
    }
    TRY(login_event_add(r, t, LOGIN_wrong_code, id));
    TRY(user_load(t, r->mem, id, &a->u));
    return a->u.locked_until > tx_now(t) ? login_event_add(r, t, LOGIN_locked, id) : OK;
}

err do_second_factor(struct request *r)
{
    struct form f;
    if (form_read(r, SECOND, LEN(SECOND), &f) != OK)
        return show_second(r, 422, &f);
    struct second_act a = {.r = r, .code = form_get(&f, "code")};
    TRY(request_tx(r, tx_second, &a));
    job_runner_poke(r->site->jobs);
    if (a.ok)
        return reply_redirect(r, next_path(r, home_of(a.u.roles)));
    form_set(&f, "code", S(""));
    if (a.u.locked_until > r->now)
        form_locked(&f, a.u.locked_until);
    else
        (void)!form_refuse(&f, "code", "second_factor_wrong");
    return show_second(r, a.u.locked_until > r->now ? 429 : 422, &f);
}

/* ---- passkeys ---- */

struct passkey_act {
    struct request *r;
    struct passkey_ask ask;
    str challenge;
    struct passkey *v;
    size_t n;
    struct passkey_answer answer;
    struct passkey p;
    const char *reason;
    struct user u;
};

static struct passkey_ask asked(const struct request *r, bool second)
{
    if (!second)
        return (struct passkey_ask){.purpose = PASSKEY_LOGIN};
    return (struct passkey_ask){PASSKEY_SECOND, r->session.user_id, r->session.id};
}

static err tx_ask(struct tx *t, void *ctx)
{
    struct passkey_act *a = ctx;
    if (a->ask.user_id)
        TRY(passkey_list(t, a->r->mem, a->ask.user_id, &a->v, &a->n));
    return passkey_ask(t, a->r->mem, &a->ask, &a->challenge);
}

err do_login_passkey_options(struct request *r)
{
    bool second = r->session.user_id && str_eq(request_field(r, "purpose"), S("second"));
    struct passkey_act a = {.r = r, .ask = asked(r, second)};
    TRY(request_tx(r, tx_ask, &a));
    return reply_json(r, 200, passkey_request_json(r, a.challenge, a.v, a.n));
}

static err refused(struct passkey_act *a, struct tx *t)
{
    bool copied = strcmp(a->reason, "passkey_copied") == 0;
    TRY(login_event_add(a->r, t, copied ? LOGIN_copied_passkey : LOGIN_wrong_passkey,
                        a->p.user_id));
    if (!copied)
        return OK;
    return notice_send(t, a->p.user_id, "passkey_copied", S("/me/security/passkeys"), 0, NULL);
}

static err tx_passkey(struct tx *t, void *ctx)
{
    struct passkey_act *a = ctx;
    struct request *r = a->r;
    TRY(passkey_check(t, r->mem, &a->answer, &a->p, &a->reason));
    if (!a->reason) {
        TRY(user_load(t, r->mem, a->p.user_id, &a->u));
        if (!str_eq(a->u.state, S("active")))
            a->reason = "passkey_unknown";
    }
    if (a->reason)
        return refused(a, t);
    if (a->ask.purpose == PASSKEY_SECOND) /* the password was right, too */
        TRY(user_succeeded(t, a->u.id));
    TRY(session_start(r, t, a->u.id, true));
    return device_enter(r, t, a->u.id);
}

static err passkey_enter(struct request *r, bool second, struct passkey_act *a)
{
    *a = (struct passkey_act){.r = r, .ask = asked(r, second)};
    passkey_fields(r, &a->answer);
    a->answer.to = a->ask;
    TRY(request_tx(r, tx_passkey, a));
    job_runner_poke(r->site->jobs);
    return a->reason ? OK : reply_redirect(r, next_path(r, home_of(a->u.roles)));
}

err do_login_passkey(struct request *r)
{
    struct passkey_act a;
    struct form f;
    TRY(passkey_enter(r, false, &a));
    if (!a.reason)
        return OK;
    form_init(r, LOGIN, LEN(LOGIN), &f);
    (void)!form_refuse(&f, "", a.reason);
    return show_login(r, 422, &f);
}

err do_second_passkey(struct request *r)
{
    struct passkey_act a;
    struct form f;
    TRY(passkey_enter(r, true, &a));
    if (!a.reason)
        return OK;
    form_init(r, SECOND, LEN(SECOND), &f);
    (void)!form_refuse(&f, "", a.reason);
    return show_second(r, 422, &f);
}

/* ---- log out ---- */

static err tx_logout(struct tx *t, void *ctx)
{
    return session_end(ctx, t);
}

err do_logout(struct request *r)
{
    TRY(request_tx(r, tx_logout, r));
    reply_flash(r, MSG_user_logged_out);
    return reply_redirect(r, S("/"));
}
