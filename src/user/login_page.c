/* Log in, second factor, log out. */
#include "user/user_view.h"

#include "base/buf.h"
#include "user_door.html.h"

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
     .max = PASSWORD_MAX,
     .autocomplete = "current-password"},
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
    };
    struct page page = {.place = PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_door, &v);
}

err page_login(struct request *r)
{
    struct form f;
    form_init(r, LOGIN, LEN(LOGIN), &f);
    bool halfway = r->session.totp_on && !r->session.second_factor;
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
    return login_failed(t, a->r->site->vault, a->mobile, a->l.user.id, &a->l.locked_until);
}

/* With a second factor the count of failures is forgotten only after it: who has the password must
 * not get new tries for the code by logging in again. */
static err tx_enter(struct tx *t, void *ctx)
{
    struct login_act *a = ctx;
    if (!a->l.user.totp_on)
        TRY(user_succeeded(t, a->l.user.id));
    return session_start(a->r, t, a->l.user.id, false);
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
    if (a.l.locked_until > r->now)
        return refuse_login(&a, &f);
    if (left_right(&a, form_get(&f, "password"))) {
        (void)!form_refuse(&f, "", "login_left");
        return show_login(r, 422, &f);
    }
    if (!password_right(&a, form_get(&f, "password"))) {
        TRY(request_tx(r, tx_failed, &a));
        return refuse_login(&a, &f);
    }
    TRY(request_tx(r, tx_enter, &a));
    if (a.l.user.totp_on)
        return reply_redirect(r, with_next(r, "/login/second-factor"));
    return reply_redirect(r, next_path(r, home_of(a.l.user.roles)));
}

/* ---- second factor ---- */

static err show_second(struct request *r, int status, struct form *f)
{
    f->submit = MSG_user_go_on;
    struct door_view v = {.form = f, .lead = msg(r->lang, MSG_user_second_lead)};
    struct page page = {.place = PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_door, &v);
}

err page_second_factor(struct request *r)
{
    struct form f;
    form_init(r, SECOND, LEN(SECOND), &f);
    if (r->session.second_factor || !r->session.totp_on)
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
    return a->ok ? session_start(r, t, id, true) : user_load(t, r->mem, id, &a->u);
}

err do_second_factor(struct request *r)
{
    struct form f;
    if (form_read(r, SECOND, LEN(SECOND), &f) != OK)
        return show_second(r, 422, &f);
    struct second_act a = {.r = r, .code = form_get(&f, "code")};
    TRY(request_tx(r, tx_second, &a));
    if (a.ok)
        return reply_redirect(r, next_path(r, home_of(a.u.roles)));
    form_set(&f, "code", S(""));
    if (a.u.locked_until > r->now)
        form_locked(&f, a.u.locked_until);
    else
        (void)!form_refuse(&f, "code", "second_factor_wrong");
    return show_second(r, a.u.locked_until > r->now ? 429 : 422, &f);
}

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
