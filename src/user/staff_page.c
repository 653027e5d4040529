/* Staff: who holds which roles, invitations, changes. */
#include "user/user_view.h"
#include "user_forms.html.h"
#include "web/layout.h"

static const struct form_option ROLES[] = {
#define X(name, id, bit) {.value = S_INIT(#name), .label = MSG_role_##name},
    ROLE_TABLE(X)
#undef X
};
static const struct form_field INVITE[] = {
    {.name = "roles",
     .kind = FIELD_MULTI,
     .label = MSG_user_invite_roles,
     .required = true,
     .min = 1,
     .max = LEN(ROLES),
     .options = ROLES,
     .option_n = LEN(ROLES)},
    {.name = "note", .label = MSG_user_invite_note, .help = MSG_user_invite_note_help, .max = 100},
};
static const struct form_field ROLES_FORM[] = {
    {.name = "roles",
     .kind = FIELD_MULTI,
     .label = MSG_user_invite_roles,
     .max = LEN(ROLES),
     .options = ROLES,
     .option_n = LEN(ROLES)},
};

static str roles_label(const struct request *r, unsigned roles)
{
    struct buf b;
    buf_init(&b, r->mem, 2048);
    for (size_t i = 0; i < LEN(ROLES); i++) {
        unsigned one = 0;
        if (roles_parse(ROLES[i].value, &one) != OK || !(roles & one))
            continue;
        if (b.n)
            buf_add(&b, r->lang == LANG_EN ? S(", ") : S("\xE3\x80\x81"));
        buf_add(&b, msg(r->lang, ROLES[i].label));
    }
    return buf_str(&b);
}

struct staff {
    struct request *r;
    struct user *v;
    size_t n;
};

static err load_staff(struct tx *t, void *ctx)
{
    struct staff *s = ctx;
    return user_staff_list(t, s->r->mem, &s->v, &s->n);
}

static err show_staff(struct request *r, struct form *f, str link)
{
    struct staff s = {.r = r};
    TRY(request_read(r, load_staff, &s));
    struct table_col cols[] = {{.label = msg(r->lang, MSG_user_name)},
                               {.label = msg(r->lang, MSG_user_invite_roles)},
                               {.label = msg(r->lang, MSG_user_second_factor)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, s.n);
    for (size_t i = 0; i < s.n; i++) {
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LEN(cols));
        bool on = s.v[i].totp_on;
        cells[0].text = s.v[i].name;
        cells[1].text = roles_label(r, s.v[i].roles);
        cells[2] =
            (struct table_cell){.text = msg(r->lang, on ? MSG_user_totp_on : MSG_user_totp_off),
                                .status = true,
                                .tone = on ? TONE_OK : TONE_WARN};
        rows[i] =
            (struct table_row){str_fmt(r->mem, "/desk/staff/%lld", (long long)s.v[i].id), cells};
    }
    f->submit = MSG_user_invite_make;
    struct staff_view v = {
        .table = {.caption = msg(r->lang, MSG_user_staff),
                  .cols = cols,
                  .col_n = LEN(cols),
                  .rows = rows,
                  .row_n = s.n,
                  .empty = {.icon = S("users"), .title = msg(r->lang, MSG_user_staff_empty)}},
        .form = f,
        .link = link};
    struct page page = {.place = PLACE_DESK};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_staff, &v);
}

err page_staff(struct request *r)
{
    struct form f;
    form_init(r, INVITE, LEN(INVITE), &f);
    return show_staff(r, &f, S(""));
}

struct inviting {
    struct request *r;
    struct invite invite;
    str token;
};

static err invite_make(struct tx *t, void *ctx)
{
    struct inviting *i = ctx;
    return user_invite(t, i->r->mem, &i->invite, &i->token);
}

err do_staff(struct request *r)
{
    struct form f;
    struct inviting i = {.r = r, .invite = {.created_by = r->session.user_id}};
    err e = form_read(r, INVITE, LEN(INVITE), &f);
    if (e == OK)
        e = roles_parse(form_get(&f, "roles"), &i.invite.roles);
    i.invite.note = form_get(&f, "note");
    if (e == OK)
        e = request_tx(r, invite_make, &i);
    if (e != OK && !f.bad && !form_take_fault(&f, e))
        return e;
    str link = e == OK ? str_fmt(r->mem, "%s://%.*s/invite/%.*s", r->site->https ? "https" : "http",
                                 FMT(r->host), FMT(i.token))
                       : S("");
    return show_staff(r, &f, link);
}

/* ---- one person's roles ---- */

struct one {
    struct request *r;
    int64_t id;
    struct user u;
    unsigned roles;
};

static err load_one(struct tx *t, void *ctx)
{
    struct one *o = ctx;
    return user_load(t, o->r->mem, o->id, &o->u);
}

static err show_one(struct request *r, struct form *f, const struct one *o)
{
    f->submit = MSG_user_save_roles;
    struct staff_one_view v = {f, o->u.name};
    struct page page = {.place = PLACE_DESK,
                        .back = {S("/desk/staff"), msg(r->lang, MSG_user_staff), STR_NONE}};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_staff_one, &v);
}

err page_staff_one(struct request *r)
{
    struct one o = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "user", &o.id));
    TRY(request_read(r, load_one, &o));
    form_init(r, ROLES_FORM, LEN(ROLES_FORM), &f);
    form_set(&f, "roles", roles_text(r->mem, o.u.roles));
    return show_one(r, &f, &o);
}

static err set_roles(struct tx *t, void *ctx)
{
    struct one *o = ctx;
    if (o->id == o->r->session.user_id)
        return fault(ERR_DENIED, "own_roles", "own roles");
    return user_roles_set(t, o->id, o->roles, o->r->session.user_id);
}

err do_staff_one(struct request *r)
{
    struct one o = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "user", &o.id));
    TRY(request_read(r, load_one, &o));
    err e = form_read(r, ROLES_FORM, LEN(ROLES_FORM), &f);
    if (e == OK && form_get(&f, "roles").n)
        e = roles_parse(form_get(&f, "roles"), &o.roles);
    if (e == OK)
        e = request_tx(r, set_roles, &o);
    if (e == OK) {
        reply_flash(r, MSG_user_roles_saved);
        return reply_redirect(r, S("/desk/staff"));
    }
    if (!f.bad && !form_take_fault(&f, e))
        return e;
    return show_one(r, &f, &o);
}

/* ---- accepting an invitation ---- */

struct accepting {
    struct request *r;
    struct invite invite;
};

static err find_invite(struct tx *t, void *ctx)
{
    struct accepting *a = ctx;
    err e = invite_find(t, a->r->mem, request_arg(a->r, "token"), &a->invite);
    return e == ERR_NOT_FOUND ? fault(ERR_NOT_FOUND, "invite_used", "used or expired") : e;
}

err page_invite(struct request *r)
{
    struct accepting a = {.r = r};
    struct form f;
    TRY(request_read(r, find_invite, &a));
    form_init(r, NULL, 0, &f);
    f.submit = MSG_user_invite_accept;
    str roles = roles_label(r, a.invite.roles);
    struct user_form_view v = {
        .form = &f, .intro = msg_format(r->mem, r->lang, MSG_user_invite_intro, &roles, 1)};
    struct page page = {.place = PLACE_PLAIN};
    return REPLY_PAGE(r, &page, view_user_form, &v);
}

static err accept(struct tx *t, void *ctx)
{
    struct request *r = ctx;
    return invite_accept(t, r->mem, request_arg(r, "token"), r->session.user_id);
}

err do_invite(struct request *r)
{
    TRY(request_tx(r, accept, r));
    reply_flash(r, MSG_user_invite_done);
    return reply_redirect(r, S("/me/security"));
}
