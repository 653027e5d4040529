/* Staff: who holds which roles, invitations, changes of roles. */
#include "base/json.h"
#include "record/record.h"
#include "settings/settings.h"
#include "user/user_view.h"
#include "user_door.html.h"
#include "user_staff.html.h"

static const struct form_field INVITE[] = {
    {.name = "roles",
     .kind = FIELD_MULTI,
     .label = MSG_user_invite_roles,
     .help = MSG_user_roles_help,
     .required = true},
    {.name = "note",
     .kind = FIELD_TEXT,
     .label = MSG_user_invite_note,
     .help = MSG_user_invite_note_help,
     .required = true,
     .max = 100},
};
static const struct form_field PERSON[] = {
    {.name = "roles",
     .kind = FIELD_MULTI,
     .label = MSG_user_invite_roles,
     .help = MSG_user_roles_help},
};

static struct page_link back_link(const struct request *r)
{
    return (struct page_link){S("/desk/staff"), msg(r->lang, MSG_nav_users), S("")};
}

/* ---- list ---- */

struct staff {
    struct request *r;
    struct user *v;
    size_t n;
};

static err tx_staff(struct tx *t, void *ctx)
{
    struct staff *s = ctx;
    return user_staff_list(t, s->r->mem, &s->v, &s->n);
}

static struct table_row staff_row(const struct request *r, const struct user *u)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, 4);
    c[0].text = u->name;
    c[1].text = roles_shown(r, u->roles);
    c[2] =
        (struct table_cell){.text = msg(r->lang, user_two_factor(u) ? MSG_user_on : MSG_user_off),
                            .status = true,
                            .tone = user_two_factor(u) ? TONE_OK : TONE_WARN};
    c[3].at_ms = u->created_at;
    return (struct table_row){str_fmt(r->mem, "/desk/staff/%lld", (long long)u->id), c};
}

err page_staff(struct request *r)
{
    struct staff s = {.r = r};
    TRY(request_read(r, tx_staff, &s));
    struct table_col cols[] = {{.label = msg(r->lang, MSG_user_name)},
                               {.label = msg(r->lang, MSG_user_invite_roles)},
                               {.label = msg(r->lang, MSG_user_second_factor)},
                               {.label = msg(r->lang, MSG_user_since)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, s.n);
    for (size_t i = 0; i < s.n; i++)
        rows[i] = staff_row(r, &s.v[i]);
    struct table_view v = {.caption = msg(r->lang, MSG_nav_users),
                           .cols = cols,
                           .col_n = LEN(cols),
                           .rows = rows,
                           .row_n = s.n};
    struct page page = {
        .place = PLACE_DESK,
        .action = {S("/desk/staff/invite"), msg(r->lang, MSG_user_invite), S("user-plus")}};
    return REPLY_PAGE(r, &page, view_staff, &v);
}

/* ---- invite ---- */

static void with_roles(struct form *f)
{
    size_t n = 0;
    const struct form_option *roles = role_options(&n);
    form_options(f, "roles", roles, n);
}

static err roles_known(struct request *r, const struct form_field *fields, size_t n, struct form *f)
{
    struct form_field *own = NEW_N(r->mem, struct form_field, n);
    memcpy(own, fields, n * sizeof *own);
    own[0].options = role_options(&own[0].option_n);
    return form_read(r, own, n, f);
}

static err show_invite_form(struct request *r, int status, struct form *f)
{
    f->submit = MSG_user_invite_make;
    struct door_view v = {.form = f, .lead = msg(r->lang, MSG_user_invite_form_lead), .card = true};
    struct page page = {.place = PLACE_DESK, .back = back_link(r)};
    return REPLY_PAGE_STATUS(r, status, &page, view_door, &v);
}

err page_staff_invite(struct request *r)
{
    struct form f;
    form_init(r, INVITE, LEN(INVITE), &f);
    with_roles(&f);
    return show_invite_form(r, 200, &f);
}

struct inviting {
    struct request *r;
    struct invite i;
    str token;
};

static err tx_make(struct tx *t, void *ctx)
{
    struct inviting *i = ctx;
    return user_invite(t, i->r->mem, &i->i, &i->token);
}

err do_staff_invite(struct request *r)
{
    struct form f;
    if (roles_known(r, INVITE, LEN(INVITE), &f) != OK)
        return show_invite_form(r, 422, &f);
    struct inviting i = {.r = r,
                         .i = {.note = form_get(&f, "note"), .created_by = r->session.user_id}};
    err e = roles_parse(form_get(&f, "roles"), &i.i.roles);
    if (e == OK)
        e = request_tx(r, tx_make, &i);
    if (e != OK) {
        if (form_take_fault(&f, e))
            return show_invite_form(r, 422, &f);
        return e;
    }
    struct link_view v = {.link = str_fmt(r->mem, "%s://%.*s/invite/%.*s",
                                          r->site->https ? "https" : "http", FMT(r->host),
                                          FMT(i.token)),
                          .roles = roles_shown(r, i.i.roles),
                          .hours = (int)(user_limits()->invite_ttl_ms / HOUR_MS)};
    struct page page = {.place = PLACE_DESK, .back = back_link(r), .noindex = true};
    page.title = msg(r->lang, MSG_user_invite_ready);
    return REPLY_PAGE(r, &page, view_link, &v);
}

/* ---- one person ---- */

struct person {
    struct request *r;
    int64_t id;
    struct user u;
    str mobile;
    unsigned roles;
    struct record_row *history;
    size_t history_n;
};

static err tx_person(struct tx *t, void *ctx)
{
    struct person *p = ctx;
    struct request *r = p->r;
    TRY(user_load(t, r->mem, p->id, &p->u));
    TRY(user_masked_mobile(t, r->mem, r->site->vault, p->id, &p->mobile));
    str subject = str_fmt(r->mem, "user/%lld", (long long)p->id);
    return record_list(t, r->mem, subject, &p->history, &p->history_n);
}

/* The role that a record names, in words. */
static str role_of(const struct request *r, str body)
{
    JSON_AUTO *json = NULL;
    unsigned role = 0;
    if (json_read(body, &json) != OK)
        return S("");
    const char *name = json_string_value(json_object_get(json_object_get(json, "data"), "role"));
    return name && *name && roles_parse(str_from(name), &role) == OK ? roles_shown(r, role) : S("");
}

static struct timeline_view history_of(const struct person *p)
{
    const struct request *r = p->r;
    struct event *v = NEW_N(r->mem, struct event, p->history_n);
    for (size_t i = 0; i < p->history_n; i++) {
        const struct record_row *row = &p->history[p->history_n - 1 - i];
        bool granted = str_eq(row->kind, S("role_granted"));
        bool revoked = str_eq(row->kind, S("role_revoked"));
        v[i] = (struct event){.at_ms = row->at,
                              .tone = granted   ? TONE_OK
                                      : revoked ? TONE_WARN
                                                : TONE_NEUTRAL,
                              .title = msg(r->lang, granted   ? MSG_user_role_granted
                                                    : revoked ? MSG_user_role_revoked
                                                              : MSG_user_act_signup),
                              .text = role_of(r, row->body)};
    }
    return (struct timeline_view){v, p->history_n};
}

static err show_person(struct person *p, int status, struct form *f)
{
    struct request *r = p->r;
    const struct fact facts[] = {
        {.label = msg(r->lang, MSG_user_mobile), .text = p->mobile},
        {.label = msg(r->lang, MSG_user_invite_roles), .text = roles_shown(r, p->u.roles)},
        {.label = msg(r->lang, MSG_user_second_factor),
         .text = msg(r->lang, user_two_factor(&p->u) ? MSG_user_on : MSG_user_off)},
        {.label = msg(r->lang, MSG_user_since), .text = clock_china_text(r->mem, p->u.created_at)},
    };
    bool own = p->id == r->session.user_id;
    struct person_view v = {.form = own ? NULL : f,
                            .why = msg(r->lang, MSG_reason_own_roles),
                            .facts = {facts, LEN(facts)},
                            .history = history_of(p)};
    struct page page = {.place = PLACE_DESK, .title = p->u.name, .back = back_link(r)};
    return REPLY_PAGE_STATUS(r, status, &page, view_person, &v);
}

err page_person(struct request *r)
{
    struct person p = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "id", &p.id));
    TRY(request_read(r, tx_person, &p));
    form_init(r, PERSON, LEN(PERSON), &f);
    with_roles(&f);
    form_set(&f, "roles", roles_text(r->mem, p.u.roles));
    return show_person(&p, 200, &f);
}

/* Whose rights changed logs in again. */
static err tx_roles(struct tx *t, void *ctx)
{
    struct person *p = ctx;
    TRY(user_roles_set(t, p->id, p->roles, p->r->session.user_id));
    return session_revoke_all(t, p->id, 0);
}

err do_person(struct request *r)
{
    struct person p = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "id", &p.id));
    TRY(request_read(r, tx_person, &p));
    err e = roles_known(r, PERSON, LEN(PERSON), &f);
    if (e == OK && form_get(&f, "roles").n)
        e = roles_parse(form_get(&f, "roles"), &p.roles);
    if (e == OK && p.id == r->session.user_id)
        return fault(ERR_DENIED, "own_roles", "nobody changes their own roles");
    if (e == OK)
        e = request_tx(r, tx_roles, &p);
    if (e != OK) {
        if (f.bad || form_take_fault(&f, e))
            return show_person(&p, 422, &f);
        return e;
    }
    reply_flash(r, MSG_word_saved);
    return reply_redirect(r, str_fmt(r->mem, "/desk/staff/%lld", (long long)p.id));
}
