/* My password, second factor, sessions and log; my name and language. */
#include "record/oplog.h"
#include "settings/provider.h"
#include "user/confirm.h"
#include "user/device.h"
#include "user/email.h"
#include "user/user_view.h"

#include "base/buf.h"
#include "user_door.html.h"
#include "user_security.html.h"

static const struct form_field PASSWORDS[] = {
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_user_password_now,
     .required = true,
     .max = PASSWORD_MAX,
     .autocomplete = "current-password"},
    {.name = "new_password",
     .kind = FIELD_PASSWORD,
     .label = MSG_user_new_password,
     .help = MSG_user_password_help,
     .required = true,
     .max = 1000,
     .autocomplete = "new-password"},
};
static const struct form_field CONFIRM[] = {
    {.name = "code",
     .kind = FIELD_CODE,
     .label = MSG_user_totp_code,
     .required = true,
     .min = 6,
     .max = 6},
};
static const struct form_option LANGS[] = {
    {{"zh", 2}, MSG_lang_zh, {NULL, 0}},
    {{"en", 2}, MSG_lang_en, {NULL, 0}},
};
static const struct form_field SETTINGS_FORM[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .label = MSG_user_name,
     .help = MSG_user_name_help,
     .required = true,
     .max = 30,
     .autocomplete = "nickname"},
    {.name = "lang",
     .kind = FIELD_RADIO,
     .label = MSG_user_lang,
     .required = true,
     .options = LANGS,
     .option_n = LEN(LANGS)},
};
enum { LOG_ROWS = 30 };

static struct page_link back_link(const struct request *r)
{
    return (struct page_link){S("/me/security"), msg(r->lang, MSG_nav_security), S("")};
}

/* ---- overview ---- */

struct overview {
    struct request *r;
    str mobile, email;
    struct session_row *sessions;
    size_t session_n;
    struct device *devices;
    size_t device_n;
    struct passkey *passkeys;
    size_t passkey_n;
    struct oplog_row *log;
    size_t log_n;
};

static err tx_overview(struct tx *t, void *ctx)
{
    struct overview *o = ctx;
    struct request *r = o->r;
    int64_t id = r->session.user_id;
    struct oplog_query q = {.user_id = id, .limit = LOG_ROWS};
    TRY(user_masked_mobile(t, r->mem, r->site->vault, id, &o->mobile));
    TRY(email_masked(t, r->mem, r->site->vault, id, &o->email));
    TRY(session_list(r, t, &o->sessions, &o->session_n));
    TRY(device_list(r, t, &o->devices, &o->device_n));
    TRY(passkey_list(t, r->mem, id, &o->passkeys, &o->passkey_n));
    return oplog_list(t, r->mem, &q, &o->log, &o->log_n);
}

static struct table_view session_table(const struct overview *o)
{
    struct request *r = o->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, 4);
    static const enum msg HEADS[] = {MSG_user_device, MSG_user_address, MSG_user_seen,
                                     MSG_word_actions};
    for (size_t i = 0; i < 4; i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    struct table_row *rows = NEW_N(r->mem, struct table_row, o->session_n);
    for (size_t i = 0; i < o->session_n; i++) {
        const struct session_row *s = &o->sessions[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, 4);
        struct out *act = request_out(r);
        view_session_act(act, r, s->id, s->id == r->session.id);
        c[0].text = device_name(r->mem, s->user_agent);
        c[1].text = s->ip;
        c[2].at_ms = s->seen_at;
        c[3].body = out_take(act);
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_user_sessions),
                               .cols = cols,
                               .col_n = 4,
                               .rows = rows,
                               .row_n = o->session_n};
}

static html device_act(struct request *r, const struct device *d)
{
    struct out *o = request_out(r);
    str id = str_fmt(r->mem, "%lld", (long long)d->id);
    if (d->here) {
        view_session_act(o, r, 0, true);
        return out_take(o);
    }
    struct confirm_view v = {
        .id = str_cat(r->mem, S("device-"), id),
        .button = msg(r->lang, MSG_user_disown),
        .title = msg(r->lang, MSG_user_disown_title),
        .text = msg(r->lang, MSG_user_disown_text),
        .action = str_fmt(r->mem, "/me/security/devices/%.*s/disown", FMT(id)),
        .csrf = r->session.csrf,
        .danger = true,
    };
    show_confirm(o, &v);
    return out_take(o);
}

static struct table_view device_table(const struct overview *o)
{
    struct request *r = o->r;
    static const enum msg HEADS[] = {MSG_user_device, MSG_user_address, MSG_user_device_first,
                                     MSG_user_device_last, MSG_word_actions};
    struct table_col *cols = NEW_N(r->mem, struct table_col, LEN(HEADS));
    for (size_t i = 0; i < LEN(HEADS); i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    struct table_row *rows = NEW_N(r->mem, struct table_row, o->device_n + 1);
    for (size_t i = 0; i < o->device_n; i++) {
        const struct device *d = &o->devices[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, LEN(HEADS));
        c[0].text = device_name(r->mem, d->user_agent);
        c[1].text = d->ip;
        c[2].at_ms = d->created_at;
        c[3].at_ms = d->seen_at;
        c[4].body = device_act(r, d);
        rows[i].cells = c;
    }
    return (struct table_view){
        .caption = msg(r->lang, MSG_user_devices),
        .cols = cols,
        .col_n = LEN(HEADS),
        .rows = rows,
        .row_n = o->device_n,
        .empty = {.icon = S("computer-desktop"), .title = msg(r->lang, MSG_user_devices_none)}};
}

static str act_name(const struct request *r, const struct oplog_row *row)
{
    static const struct {
        const char *route;
        enum msg text;
    } KNOWN[] = {
        {"/login", MSG_user_act_login},
        {"/login/second-factor", MSG_user_act_second},
        {"/logout", MSG_user_act_logout},
        {"/signup", MSG_user_act_signup},
        {"/me/security/password", MSG_user_act_password},
        {"/me/security/totp", MSG_user_act_totp},
        {"/me/security", MSG_user_act_session},
        {"/invite/:token", MSG_user_act_invite},
        {"/login/passkey", MSG_user_act_passkey_login},
        {"/login/second-factor/passkey", MSG_user_act_passkey_login},
        {"/login/passkey/options", MSG_user_act_passkey_asked},
        {"/me/security/passkeys/options", MSG_user_act_passkey_asked},
        {"/me/security/passkeys", MSG_user_act_passkey_add},
        {"/me/security/passkeys/:id", MSG_user_act_passkey_rename},
        {"/me/security/passkeys/:id/remove", MSG_user_act_passkey_remove},
        {"/me/security/devices/:id/disown", MSG_user_act_disown},
    };
    for (size_t i = 0; i < LEN(KNOWN); i++)
        if (str_eq(row->route, str_from(KNOWN[i].route)))
            return msg(r->lang, KNOWN[i].text);
    return str_fmt(r->mem, "%.*s %.*s", FMT(row->method), FMT(row->route));
}

static struct table_view log_table(const struct overview *o)
{
    struct request *r = o->r;
    static const enum msg HEADS[] = {MSG_word_time, MSG_user_act, MSG_user_result, MSG_user_address,
                                     MSG_user_device};
    struct table_col *cols = NEW_N(r->mem, struct table_col, LEN(HEADS));
    for (size_t i = 0; i < LEN(HEADS); i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    struct table_row *rows = NEW_N(r->mem, struct table_row, o->log_n);
    for (size_t i = 0; i < o->log_n; i++) {
        const struct oplog_row *l = &o->log[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, LEN(HEADS));
        bool fine = str_eq(l->result, S("ok"));
        c[0].at_ms = l->at;
        c[1].text = act_name(r, l);
        c[2] = (struct table_cell){.text = msg(r->lang, fine ? MSG_user_done : MSG_user_refused),
                                   .status = true,
                                   .tone = fine ? TONE_OK : TONE_WARN};
        c[3].text = str_fmt(r->mem, "%.*s:%d", FMT(l->ip), l->port);
        c[4].text = device_name(r->mem, l->user_agent);
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_user_log),
                               .cols = cols,
                               .col_n = LEN(HEADS),
                               .rows = rows,
                               .row_n = o->log_n};
}

err page_security(struct request *r)
{
    struct overview o = {.r = r};
    TRY(request_read(r, tx_overview, &o));
    struct security_view v = {.r = r,
                              .mobile = o.mobile,
                              .email = o.email,
                              .totp_on = r->session.totp_on,
                              .forced = second_factor_needed(r),
                              .passkeys = o.passkey_n ? str_fmt(r->mem, "%zu", o.passkey_n) : S(""),
                              .sessions = session_table(&o),
                              .devices = device_table(&o),
                              .log = log_table(&o),
                              .session_n = o.session_n};
    struct page page = {.place = PLACE_ME};
    return REPLY_PAGE(r, &page, view_security, &v);
}

static err tx_revoke(struct tx *t, void *ctx)
{
    struct request *r = ctx;
    int64_t id = 0;
    if (str_eq(request_field(r, "act"), S("revoke_others")))
        return session_revoke_all(t, r->session.user_id, r->session.id);
    TRY(str_int(request_field(r, "session"), &id));
    return session_revoke(t, r->session.user_id, id);
}

err do_security(struct request *r)
{
    TRY(request_tx(r, tx_revoke, r));
    reply_flash(r, MSG_user_revoked);
    return reply_redirect(r, S("/me/security"));
}

static err tx_disown(struct tx *t, void *ctx)
{
    struct request *r = ctx;
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    return device_disown(r, t, id);
}

err do_disown(struct request *r)
{
    TRY(request_tx(r, tx_disown, r));
    reply_flash(r, MSG_user_disowned);
    return reply_redirect(r, S("/reset"));
}

/* ---- asking for the password again ---- */

struct again {
    struct request *r;
    struct user u;
    str hash, mobile;
};

static err tx_me(struct tx *t, void *ctx)
{
    struct again *a = ctx;
    return user_load(t, a->r->mem, a->r->session.user_id, &a->u);
}

static err tx_wrong(struct tx *t, void *ctx)
{
    struct again *a = ctx;
    TRY(user_failed(t, a->u.id));
    TRY(login_event_add(a->r, t, LOGIN_wrong_password, a->u.id));
    return user_load(t, a->r->mem, a->u.id, &a->u);
}

/* *ret_right false: the form says why. Wrong ones count as at the door. */
static err password_again(struct again *a, struct form *f, bool *ret_right)
{
    *ret_right = false;
    TRY(request_read(a->r, tx_me, a));
    bool locked = a->u.locked_until > a->r->now;
    if (!locked && password_verify(a->r->mem, a->u.password, form_get(f, "password"))) {
        *ret_right = true;
        return OK;
    }
    if (!locked)
        TRY(request_tx(a->r, tx_wrong, a));
    if (a->u.locked_until > a->r->now)
        form_locked(f, a->u.locked_until);
    else
        (void)!form_refuse(f, "password", "password_wrong");
    return OK;
}

static err show_form_page(struct request *r, int status, struct form *f)
{
    struct door_view v = {.form = f, .card = true};
    struct page page = {.place = PLACE_ME, .back = back_link(r)};
    return REPLY_PAGE_STATUS(r, status, &page, view_door, &v);
}

err password_confirm(struct request *r, struct form *f, bool *ret_right)
{
    return password_again(&(struct again){.r = r}, f, ret_right);
}

err page_password(struct request *r)
{
    struct form f;
    form_init(r, PASSWORDS, LEN(PASSWORDS), &f);
    return show_form_page(r, 200, &f);
}

static err tx_about(struct tx *t, void *ctx)
{
    struct again *a = ctx;
    struct request *r = a->r;
    TRY(user_load(t, r->mem, r->session.user_id, &a->u));
    return user_mobile(t, r->mem, r->site->vault, a->u.id, &a->mobile);
}

static err tx_password(struct tx *t, void *ctx)
{
    struct again *a = ctx;
    TRY(user_set_password(t, a->u.id, a->hash));
    TRY(session_revoke_all(t, a->u.id, a->r->session.id));
    return session_start(a->r, t, a->u.id, a->r->session.second_factor);
}

err do_password(struct request *r)
{
    struct form f;
    struct again a = {.r = r};
    bool right = false;
    if (form_read(r, PASSWORDS, LEN(PASSWORDS), &f) != OK)
        return show_form_page(r, 422, &f);
    TRY(request_read(r, tx_about, &a));
    struct password_about about = password_about(r, a.mobile, a.u.name);
    err e = password_check(form_get(&f, "new_password"), &about);
    if (e != OK) {
        (void)!form_refuse(&f, "new_password", fault_of(e).reason);
        return show_form_page(r, 422, &f);
    }
    TRY(password_again(&a, &f, &right));
    if (!right)
        return show_form_page(r, 422, &f);
    a.hash = password_hash(r->mem, form_get(&f, "new_password"));
    TRY(request_tx(r, tx_password, &a));
    reply_flash(r, MSG_user_password_saved);
    return reply_redirect(r, S("/me/security"));
}

/* ---- second factor ---- */

struct totp_act {
    struct request *r;
    struct bytes secret;
    str mobile, code;
    str codes[RECOVERY_CODES];
    bool begun, ok;
};

static err tx_pending(struct tx *t, void *ctx)
{
    struct totp_act *a = ctx;
    struct request *r = a->r;
    err e = totp_pending(t, r->mem, r->site->vault, r->session.user_id, &a->secret);
    a->begun = e == OK;
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    return user_masked_mobile(t, r->mem, r->site->vault, r->session.user_id, &a->mobile);
}

static str issuer(struct request *r)
{
    struct buf b;
    buf_init(&b, r->mem, 2048);
    url_part_add(&b, site_called(r));
    return buf_str(&b);
}

static err show_totp(struct request *r, int status, struct form *f)
{
    struct totp_act a = {.r = r};
    TRY(request_read(r, tx_pending, &a));
    f->submit = r->session.totp_on ? MSG_user_totp_begin : MSG_user_totp_confirm;
    struct totp_view v = {.r = r, .form = f, .on = r->session.totp_on, .begun = a.begun};
    if (a.begun && !v.on) {
        str label = str_sub(a.mobile, a.mobile.n > 4 ? a.mobile.n - 4 : 0, 4);
        TRY(qr_path(r->mem, totp_uri(r->mem, a.secret, issuer(r), label), &v.qr, &v.qr_n));
        v.secret = totp_secret_text(r->mem, a.secret);
    }
    struct page page = {.place = PLACE_ME, .back = back_link(r), .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_totp, &v);
}

static void totp_form(struct request *r, struct form *f)
{
    if (r->session.totp_on)
        form_init(r, PASSWORDS, 1, f);
    else
        form_init(r, CONFIRM, LEN(CONFIRM), f);
}

static err tx_begin(struct tx *t, void *ctx)
{
    struct totp_act *a = ctx;
    struct request *r = a->r;
    return totp_begin(t, r->mem, r->site->vault, r->session.user_id, &a->secret);
}

static err do_totp_begin(struct request *r)
{
    struct totp_act a = {.r = r};
    TRY(request_tx(r, tx_begin, &a));
    return reply_redirect(r, S("/me/security/totp"));
}

/* A GET that makes a secret when there is none yet: nothing is switched on by it. */
err page_totp(struct request *r)
{
    struct form f;
    struct totp_act a = {.r = r};
    if (!r->session.totp_on) {
        TRY(request_read(r, tx_pending, &a));
        if (!a.begun)
            TRY(request_tx(r, tx_begin, &a));
    }
    totp_form(r, &f);
    return show_totp(r, 200, &f);
}

/* A new phone: only with the password. */
static err do_totp_again(struct request *r)
{
    struct form f;
    struct again a = {.r = r};
    bool right = false;
    if (form_read(r, PASSWORDS, 1, &f) != OK)
        return show_totp(r, 422, &f);
    TRY(password_again(&a, &f, &right));
    return right ? do_totp_begin(r) : show_totp(r, 422, &f);
}

static err tx_confirm(struct tx *t, void *ctx)
{
    struct totp_act *a = ctx;
    struct request *r = a->r;
    int64_t id = r->session.user_id;
    TRY(second_factor_check(t, r->site->vault, id, a->code, &a->ok));
    if (!a->ok)
        return OK;
    TRY(totp_enable(t, id));
    TRY(recovery_codes_make(t, r->mem, id, a->codes));
    return session_start(r, t, id, true);
}

err show_recovery_codes(struct request *r, const str codes[RECOVERY_CODES])
{
    struct buf all;
    buf_init(&all, r->mem, 1024);
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        buf_fmt(&all, "%.*s ", FMT(codes[i]));
    struct codes_view v = {
        .r = r, .codes = codes, .all = str_trim(buf_str(&all)), .next = home_of(r->session.roles)};
    struct page page = {.place = PLACE_ME, .title = msg(r->lang, MSG_user_codes), .noindex = true};
    return REPLY_PAGE(r, &page, view_codes, &v);
}

err do_totp(struct request *r)
{
    struct form f;
    if (r->session.totp_on)
        return do_totp_again(r);
    if (form_read(r, CONFIRM, LEN(CONFIRM), &f) != OK)
        return show_totp(r, 422, &f);
    struct totp_act a = {.r = r, .code = form_get(&f, "code")};
    TRY(request_tx(r, tx_confirm, &a));
    if (a.ok)
        return show_recovery_codes(r, a.codes);
    form_set(&f, "code", S(""));
    (void)!form_refuse(&f, "code", "second_factor_wrong");
    return show_totp(r, 422, &f);
}

/* The codes that the page just showed, as a file: they are nowhere else. */
err do_recovery_file(struct request *r)
{
    str codes = request_field(r, "codes");
    struct buf b;
    buf_init(&b, r->mem, 1024);
    for (size_t i = 0; i < codes.n; i++) {
        if (codes.p[i] != ' ' && (codes.p[i] < '0' || codes.p[i] > '9'))
            return fault(ERR_INVALID, "invalid", "not recovery codes");
        buf_add_char(&b, codes.p[i] == ' ' ? '\n' : codes.p[i]);
    }
    buf_add_char(&b, '\n');
    str text;
    TRY(buf_take(&b, &text));
    reply_header(r, "Content-Disposition", S("attachment; filename=\"recovery-codes.txt\""));
    return reply_text(r, 200, S("text/plain; charset=utf-8"), text);
}

/* ---- name and language ---- */

err page_settings(struct request *r)
{
    struct form f;
    struct again a = {.r = r};
    TRY(request_read(r, tx_me, &a));
    form_init(r, SETTINGS_FORM, LEN(SETTINGS_FORM), &f);
    form_set(&f, "name", a.u.name);
    form_set(&f, "lang", a.u.lang);
    return show_form_page(r, 200, &f);
}

static err tx_settings(struct tx *t, void *ctx)
{
    struct form *f = ctx;
    TRY(user_set_name(t, f->r->session.user_id, form_get(f, "name")));
    return user_set_lang(t, f->r->session.user_id, form_get(f, "lang"));
}

err do_settings(struct request *r)
{
    struct form f;
    if (form_read(r, SETTINGS_FORM, LEN(SETTINGS_FORM), &f) != OK)
        return show_form_page(r, 422, &f);
    TRY(request_tx(r, tx_settings, &f));
    reply_cookie(r, S("lang"), form_get(&f, "lang"), (int64_t)365 * DAY_MS / SECOND_MS);
    reply_flash(r, MSG_word_saved);
    return reply_redirect(r, S("/me/settings"));
}
