/* Who operates an account: members, invitations by link, and the page that accepts one (A10.1). */
#include "account/console.h"
#include "account_console.html.h"
#include "base/clock.h"
#include "user/user.h"

static const struct form_option ROLES[] = {
    {.value = S_INIT("owner"), .label = MSG_members_role_owner},
    {.value = S_INIT("editor"), .label = MSG_members_role_editor},
    {.value = S_INIT("author"), .label = MSG_members_role_author},
};
static const struct form_field INVITE[] = {
    {.name = "role",
     .kind = FIELD_RADIO,
     .label = MSG_user_invite_roles,
     .required = true,
     .options = ROLES,
     .option_n = LEN(ROLES)},
    {.name = "mobile",
     .kind = FIELD_TEL,
     .label = MSG_user_mobile,
     .help = MSG_members_mobile_help,
     .max = 20,
     .check = mobile_check},
};
static const struct form_field ROLE[] = {
    {.name = "role",
     .kind = FIELD_RADIO,
     .label = MSG_user_invite_roles,
     .required = true,
     .options = ROLES,
     .option_n = LEN(ROLES)},
};

static str role_label(const struct request *r, enum member_role role)
{
    return msg_lookup(r->lang, "member_role.", str_z(r->mem, member_role_name(role)),
                      MSG_member_role_author);
}

/* ---- members and waiting invitations ---- */

static struct table_view members_table(struct console *c)
{
    struct request *r = c->r;
    static const enum msg LABELS[] = {MSG_user_name, MSG_user_invite_roles, MSG_members_since,
                                      MSG_members_responsible};
    struct table_col *cols = NEW_N(r->mem, struct table_col, LEN(LABELS));
    struct table_row *rows = NEW_N(r->mem, struct table_row, c->member_n + 1);
    for (size_t i = 0; i < LEN(LABELS); i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < c->member_n; i++) {
        const struct member *m = &c->members[i];
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LEN(LABELS));
        cells[0].text = m->name;
        cells[1].text = role_label(r, m->role);
        cells[2].at_ms = m->added_at;
        cells[3].text = m->responsible ? msg(r->lang, MSG_members_is_responsible) : S("");
        rows[i] = (struct table_row){str_fmt(r->mem, "/console/%.*s/members/%lld",
                                             FMT(r->member.handle), (long long)m->user_id),
                                     cells};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_console_members),
                               .cols = cols,
                               .col_n = LEN(LABELS),
                               .rows = rows,
                               .row_n = c->member_n};
}

static str invite_whom(const struct request *r, const struct member_invite *i)
{
    return i->mobile_mask.n ? i->mobile_mask : msg(r->lang, MSG_members_anybody);
}

static struct table_view invites_table(struct console *c)
{
    struct request *r = c->r;
    static const enum msg LABELS[] = {MSG_members_whom, MSG_user_invite_roles,
                                      MSG_console_token_until};
    struct table_col *cols = NEW_N(r->mem, struct table_col, LEN(LABELS));
    struct table_row *rows = NEW_N(r->mem, struct table_row, c->invite_n + 1);
    for (size_t i = 0; i < LEN(LABELS); i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < c->invite_n; i++) {
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LEN(LABELS));
        cells[0].text = invite_whom(r, &c->invites[i]);
        cells[1].text = role_label(r, c->invites[i].role);
        cells[2].at_ms = c->invites[i].expires_at;
        rows[i].cells = cells;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_members_waiting),
                               .cols = cols,
                               .col_n = LEN(LABELS),
                               .rows = rows,
                               .row_n = c->invite_n,
                               .empty = {.icon = S("user-plus"),
                                         .title = msg(r->lang, MSG_members_none_waiting),
                                         .text = msg(r->lang, MSG_members_none_text)}};
}

static struct confirm_view *revoke_acts(struct console *c)
{
    struct request *r = c->r;
    struct confirm_view *acts = NEW_N(r->mem, struct confirm_view, c->invite_n + 1);
    for (size_t i = 0; i < c->invite_n; i++) {
        const struct member_invite *v = &c->invites[i];
        struct param *hidden = NEW(r->mem, struct param);
        *hidden = (struct param){S("revoke"), str_fmt(r->mem, "%lld", (long long)v->id)};
        str args[] = {role_label(r, v->role), invite_whom(r, v)};
        str button = msg_format(r->mem, r->lang, MSG_members_revoke, args, LEN(args));
        acts[i] = (struct confirm_view){.id = str_fmt(r->mem, "revoke-%zu", i),
                                        .button = button,
                                        .title = button,
                                        .text = msg(r->lang, MSG_members_revoke_text),
                                        .action = console_here(r, "/members"),
                                        .csrf = r->session.csrf,
                                        .hidden = hidden,
                                        .hidden_n = 1,
                                        .danger = true};
    }
    return acts;
}

static err show_members(struct request *r, struct console *c, struct form *f)
{
    f->submit = MSG_members_make_link;
    struct members_view v = {.members = members_table(c),
                             .invites = invites_table(c),
                             .acts = revoke_acts(c),
                             .act_n = c->invite_n,
                             .form = f};
    if (c->token.n) {
        v.link = str_fmt(r->mem, "%s://%.*s/join/%.*s", r->site->https ? "https" : "http",
                         FMT(r->host), FMT(c->token));
        str args[] = {role_label(r, c->invite.role),
                      str_fmt(r->mem, "%lld", (long long)(user_limits()->invite_ttl_ms / HOUR_MS))};
        v.link_for = msg_format(r->mem, r->lang, MSG_members_link_for, args, LEN(args));
    }
    struct page page = {.place = PLACE_CONSOLE, .noindex = true};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_members, &v);
}

err page_members(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    form_init(r, INVITE, LEN(INVITE), &f);
    return show_members(r, &c, &f);
}

static err invite(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    return member_invite(t, c->r->mem, c->r->site->vault, &c->invite, &c->token);
}

static err revoke(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    const struct request *r = c->r;
    return member_invite_revoke(t, r->member.account_id, c->revoke, r->session.user_id);
}

err do_members(struct request *r)
{
    struct console c;
    struct form f;
    TRY(console_read(r, &c));
    str id = request_field(r, "revoke");
    if (id.n) {
        TRY(str_int(id, &c.revoke));
        TRY(request_tx(r, revoke, &c));
        reply_flash(r, MSG_members_revoked);
        return reply_redirect(r, console_here(r, "/members"));
    }
    err e = form_read(r, INVITE, LEN(INVITE), &f);
    if (e == OK) {
        c.invite = (struct member_invite){.account_id = r->member.account_id,
                                          .created_by = r->session.user_id,
                                          .mobile = form_get(&f, "mobile")};
        TRY(member_role_parse(form_get(&f, "role"), &c.invite.role));
        e = request_tx(r, invite, &c);
    }
    if (e != OK && !f.bad && !form_take_fault(&f, e))
        return e;
    if (e == OK) {
        TRY(request_read(r, console_load, &c));
        form_init(r, INVITE, LEN(INVITE), &f);
    }
    return show_members(r, &c, &f);
}

/* ---- one member ---- */

static err member_find(struct console *c)
{
    for (size_t i = 0; i < c->member_n; i++)
        if (c->members[i].user_id == c->user) {
            c->one = c->members[i];
            return OK;
        }
    return fault(ERR_NOT_FOUND, "not_found", "not a member");
}

static str member_path(const struct console *c)
{
    return str_fmt(c->r->mem, "/console/%.*s/members/%lld", FMT(c->r->member.handle),
                   (long long)c->user);
}

static struct confirm_view member_act(struct console *c, const char *act, enum msg button,
                                      enum msg text)
{
    struct request *r = c->r;
    const struct member *m = &c->one;
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("act"), str_from(act)};
    str title = msg_format(r->mem, r->lang, button, &m->name, 1);
    return (struct confirm_view){.id = str_fmt(r->mem, "act-%s", act),
                                 .button = title,
                                 .title = title,
                                 .text = msg(r->lang, text),
                                 .action = member_path(c),
                                 .csrf = r->session.csrf,
                                 .hidden = hidden,
                                 .hidden_n = 1};
}

static err show_member(struct console *c, struct form *f)
{
    struct request *r = c->r;
    const struct member *m = &c->one;
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_user_name), .text = m->name},
        {.label = msg(r->lang, MSG_user_invite_roles), .text = role_label(r, m->role)},
        {.label = msg(r->lang, MSG_members_since), .text = clock_china_text(r->mem, m->added_at)},
        {.label = msg(r->lang, MSG_members_responsible),
         .text = msg(r->lang,
                     m->responsible ? MSG_members_is_responsible : MSG_members_not_responsible)},
    };
    struct confirm_view acts[2];
    size_t n = 0;
    if (!m->responsible)
        acts[n++] = member_act(c, "responsible", MSG_members_name_responsible,
                               MSG_members_responsible_text);
    acts[n] = member_act(c, "remove", MSG_members_remove, MSG_members_remove_text);
    acts[n++].danger = true;
    struct member_view v = {.facts = {facts, LEN(facts)}, .form = f, .acts = acts, .act_n = n};
    struct page page = {.place = PLACE_CONSOLE, .title = m->name, .noindex = true};
    page.back =
        (struct page_link){console_here(r, "/members"), msg(r->lang, MSG_console_members), S("")};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_member, &v);
}

static err member_read(struct request *r, struct console *c)
{
    TRY(console_read(r, c));
    TRY(request_arg_int(r, "user", &c->user));
    return member_find(c);
}

err page_member(struct request *r)
{
    struct console c;
    struct form f;
    TRY(member_read(r, &c));
    form_init(r, ROLE, LEN(ROLE), &f);
    form_set(&f, "role", member_role_name(c.one.role));
    return show_member(&c, &f);
}

static err save_member(struct tx *t, void *ctx)
{
    struct console *c = ctx;
    const struct request *r = c->r;
    int64_t account = r->member.account_id, by = r->session.user_id;
    if (str_eq(c->act, S("remove")))
        return member_remove(t, account, c->user, by);
    if (str_eq(c->act, S("responsible")))
        return member_responsible(t, account, c->user, by);
    struct member m = {.user_id = c->user};
    TRY(member_role_parse(form_get(c->form, "role"), &m.role));
    return member_set(t, account, &m, by);
}

err do_member(struct request *r)
{
    struct console c;
    struct form f;
    TRY(member_read(r, &c));
    c.form = &f;
    c.act = request_field(r, "act");
    form_init(r, ROLE, LEN(ROLE), &f);
    form_set(&f, "role", member_role_name(c.one.role));
    err e = c.act.n ? OK : form_read(r, ROLE, LEN(ROLE), &f);
    if (e == OK)
        e = request_tx(r, save_member, &c);
    if (e == OK) {
        bool own = c.user == r->session.user_id;
        reply_flash(r, MSG_console_members_saved);
        return reply_redirect(r, own ? S("/me/accounts") : console_here(r, "/members"));
    }
    if (!f.bad && !form_take_fault(&f, e))
        return e;
    return show_member(&c, &f);
}

/* ---- accepting ---- */

struct joining {
    struct request *r;
    str token;
    struct member_invite i;
};

static err find(struct tx *t, void *ctx)
{
    struct joining *j = ctx;
    return member_invite_find(t, j->r->mem, j->token, &j->i);
}

static err join_read(struct request *r, struct joining *j)
{
    *j = (struct joining){.r = r, .token = request_arg(r, "token")};
    err e = request_read(r, find, j);
    if (e == ERR_NOT_FOUND)
        return fault(ERR_NOT_FOUND, "invite_unknown", "no such invitation");
    TRY(e);
    const char *dead = member_invite_dead(&j->i, r->now);
    return dead ? fault(ERR_CONFLICT, dead, "dead invitation") : OK;
}

static err show_join(struct joining *j, int status, str error)
{
    struct request *r = j->r;
    str role = member_role_name(j->i.role);
    struct join_view v = {
        .r = r,
        .account = j->i.name,
        .by = j->i.by_name,
        .role = role_label(r, j->i.role),
        .may = msg_lookup(r->lang, "members.may_", str_z(r->mem, role), MSG_members_may_author),
        .expires_at = j->i.expires_at,
        .error = error};
    struct page page = {.place = PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_join, &v);
}

err page_join(struct request *r)
{
    struct joining j;
    TRY(join_read(r, &j));
    return show_join(&j, 200, S(""));
}

static err accept(struct tx *t, void *ctx)
{
    struct joining *j = ctx;
    return member_invite_accept(t, j->r->mem, j->token, j->r->session.user_id);
}

err do_join(struct request *r)
{
    struct joining j;
    TRY(join_read(r, &j));
    err e = request_tx(r, accept, &j);
    if (e == ERR_CONFLICT || e == ERR_DENIED)
        return show_join(&j, 422,
                         msg_lookup(r->lang, "reason.", fault_of(e).reason, MSG_reason_internal));
    TRY(e);
    reply_flash(r, MSG_members_joined);
    return reply_redirect(r, str_fmt(r->mem, "/console/%.*s", FMT(j.i.handle)));
}
