/* One's own security: second factor, recovery codes, sessions. */
#include "user/user_view.h"
#include "user_forms.html.h"
#include "web/layout.h"

#include <qrencode.h>

static const struct form_field CONFIRM[] = {
    {.name = "code",
     .kind = FIELD_CODE,
     .label = MSG_user_totp_code,
     .required = true,
     .max = 6,
     .autocomplete = "one-time-code"},
};

struct security {
    struct request *r;
    struct session_row *rows;
    size_t n;
    str mobile;
};

static err load_security(struct tx *t, void *ctx)
{
    struct security *s = ctx;
    int64_t id = s->r->session.user_id;
    TRY(user_masked_mobile(t, s->r->mem, s->r->site->vault, id, &s->mobile));
    return session_list(t, s->r->mem, id, &s->rows, &s->n);
}

err page_security(struct request *r)
{
    struct security s = {.r = r};
    TRY(request_read(r, load_security, &s));
    struct session_item *items = NEW_N(r->mem, struct session_item, s.n);
    for (size_t i = 0; i < s.n; i++)
        items[i] = (struct session_item){&s.rows[i], s.rows[i].id == r->session.id};
    struct security_view v = {.sessions = items,
                              .n = s.n,
                              .csrf = r->session.csrf,
                              .mobile = s.mobile,
                              .totp_on = r->session.totp_on,
                              .staff = r->session.roles != 0};
    struct page page = {.place = PLACE_ME};
    return REPLY_PAGE(r, &page, view_security, &v);
}

struct revoking {
    struct request *r;
    int64_t session;
};

static err revoke(struct tx *t, void *ctx)
{
    struct revoking *v = ctx;
    return session_revoke(t, v->r->session.user_id, v->session);
}

err do_sessions(struct request *r)
{
    struct revoking v = {.r = r};
    TRY(str_int(request_field(r, "session"), &v.session));
    TRY(request_tx(r, revoke, &v));
    reply_flash(r, MSG_user_revoked);
    return reply_redirect(r, S("/me/security"));
}

/* ---- setting up the second factor ---- */

/* The dark squares as one path: M x y h1 v1 h-1 z for each. */
static err qr_path(struct request *r, str text, struct totp_view *v)
{
    QRcode *qr = QRcode_encodeString(str_z(r->mem, text), 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!qr)
        return fault(ERR_BUG, "internal", "QR code of %zu bytes", text.n);
    struct buf b;
    buf_init(&b, r->mem, 256 * 1024);
    for (int y = 0; y < qr->width; y++)
        for (int x = 0; x < qr->width; x++)
            if (qr->data[y * qr->width + x] & 1)
                buf_fmt(&b, "M%d %dh1v1h-1z", x + 2, y + 2);
    v->size = qr->width + 4;
    v->path = buf_str(&b);
    QRcode_free(qr);
    return OK;
}

struct setting_up {
    struct request *r;
    struct bytes secret;
    str code, codes[RECOVERY_CODES];
    bool ok;
};

static err begin(struct tx *t, void *ctx)
{
    struct setting_up *s = ctx;
    return totp_begin(t, s->r->mem, s->r->site->vault, s->r->session.user_id, &s->secret);
}

static err pending(struct tx *t, void *ctx)
{
    struct setting_up *s = ctx;
    return totp_pending(t, s->r->mem, s->r->site->vault, s->r->session.user_id, &s->secret);
}

static err show_setup(struct request *r, struct form *f, struct bytes secret)
{
    struct site_profile profile;
    TRY(r->site->profile(r->site, r->mem, &profile));
    struct totp_view v = {.form = f, .secret = totp_secret_text(r->mem, secret)};
    TRY(qr_path(r, totp_uri(r->mem, secret, S("gongqi"), S("login")), &v));
    f->submit = MSG_user_totp_confirm;
    struct page page = {.place = PLACE_ME,
                        .back = {S("/me/security"), msg(r->lang, MSG_user_security), STR_NONE}};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_totp, &v);
}

/* A GET that makes a secret when there is none yet: nothing is switched on by it. */
err page_totp(struct request *r)
{
    struct setting_up s = {.r = r};
    struct form f;
    if (r->session.totp_on)
        return reply_redirect(r, S("/me/security"));
    err e = request_read(r, pending, &s);
    if (e == ERR_NOT_FOUND)
        e = request_tx(r, begin, &s);
    TRY(e);
    form_init(r, CONFIRM, LEN(CONFIRM), &f);
    return show_setup(r, &f, s.secret);
}

static err confirm(struct tx *t, void *ctx)
{
    struct setting_up *s = ctx;
    int64_t id = s->r->session.user_id;
    TRY(second_factor_check(t, s->r->site->vault, id, s->code, &s->ok));
    if (!s->ok)
        return OK;
    TRY(totp_enable(t, id));
    TRY(recovery_codes_make(t, s->r->mem, id, s->codes));
    return session_start(s->r, t, id, true);
}

err do_totp(struct request *r)
{
    struct form f;
    struct setting_up s = {.r = r};
    err e = form_read(r, CONFIRM, LEN(CONFIRM), &f);
    s.code = form_get(&f, "code");
    if (e == OK)
        TRY(request_tx(r, confirm, &s));
    if (s.ok) {
        struct codes_view v = {s.codes, RECOVERY_CODES};
        struct page page = {.place = PLACE_ME, .title = msg(r->lang, MSG_user_codes)};
        return REPLY_PAGE(r, &page, view_codes, &v);
    }
    TRY(request_read(r, pending, &s));
    if (!f.bad)
        (void)!form_refuse(&f, "code", "second_factor_wrong");
    return show_setup(r, &f, s.secret);
}
