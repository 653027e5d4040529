/* A person's accounts and the application for one. */
#include "account/console.h"
#include "account_list.html.h"
#include "account_new.html.h"

#include "base/clock.h"
#include "registrant/registrant.h"
#include "settings/provider.h"

enum { LIST_COLUMNS = 3 };

static const struct form_field FIELDS[] = {
    {.name = "registrant",
     .kind = FIELD_SELECT,
     .label = MSG_account_registrant,
     .help = MSG_account_cap_help,
     .required = true},
    {.name = "name",
     .kind = FIELD_TEXT,
     .label = MSG_account_name,
     .help = MSG_account_name_help,
     .required = true,
     .max = ACCOUNT_NAME_MAX,
     .check = account_name_check},
    {.name = "handle",
     .kind = FIELD_TEXT,
     .label = MSG_account_handle,
     .help = MSG_account_handle_help,
     .required = true,
     .max = HANDLE_MAX,
     .check = account_handle_check},
    ACCOUNT_PROFILE_FIELDS,
};

/* ---- mine ---- */

struct mine {
    struct request *r;
    struct membership *v;
    size_t n;
};

static err load_mine(struct tx *t, void *ctx)
{
    struct mine *m = ctx;
    return account_memberships(t, m->r->mem, m->r->session.user_id, &m->v, &m->n);
}

static struct table_row mine_row(struct request *r, const struct membership *m)
{
    bool active = str_eq(m->state, S("active"));
    struct table_cell *cells = NEW_N(r->mem, struct table_cell, LIST_COLUMNS);
    cells[0] = (struct table_cell){.text = m->name};
    cells[1] = (struct table_cell){
        .text = msg_lookup(r->lang, "account_state.", str_z(r->mem, m->state), MSG_word_none),
        .status = true,
        .tone = active ? TONE_OK : TONE_WARN};
    cells[2] = (struct table_cell){.text = msg_lookup(r->lang, "member_role.",
                                                      str_z(r->mem, member_role_name(m->role)),
                                                      MSG_word_none)};
    return (struct table_row){str_fmt(r->mem, "/console/%.*s", FMT(m->handle)), cells};
}

err page_my_accounts(struct request *r)
{
    struct mine m = {.r = r};
    TRY(request_read(r, load_mine, &m));
    struct table_col cols[LIST_COLUMNS] = {{.label = msg(r->lang, MSG_account_name)},
                                           {.label = msg(r->lang, MSG_word_status)},
                                           {.label = msg(r->lang, MSG_account_role)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, m.n + 1);
    for (size_t i = 0; i < m.n; i++)
        rows[i] = mine_row(r, &m.v[i]);
    struct account_list_view v = {.table = {.caption = msg(r->lang, MSG_nav_accounts),
                                            .cols = cols,
                                            .col_n = LIST_COLUMNS,
                                            .rows = rows,
                                            .row_n = m.n,
                                            .empty = {.icon = S("square-2-stack"),
                                                      .title = msg(r->lang, MSG_account_none),
                                                      .text = msg(r->lang, MSG_account_none_text),
                                                      .href = S("/me/accounts/new"),
                                                      .action = msg(r->lang, MSG_account_apply)}}};
    struct page page = {.place = PLACE_ME};
    page.action = (struct page_link){S("/me/accounts/new"), msg(r->lang, MSG_account_apply), S("")};
    return REPLY_PAGE(r, &page, view_account_list, &v);
}

/* ---- application ---- */

struct apply {
    struct request *r;
    struct form form;
    struct form_option *options;
    size_t n;
    struct account_application in;
    struct media_in picture_in;
    struct media_stored *picture; /* NULL: none was sent */
};

/* "Zhang* (1 of 1 accounts)": what the cap leaves is seen before anything is filled in. */
static err registrant_choice(struct tx *t, struct apply *x, const struct registrant *reg,
                             str *ret_text)
{
    struct request *r = x->r;
    struct registrant_facts f;
    struct provider_settings ps;
    str name;
    provider_live_get(r->site->provider, r->mem, &ps);
    TRY(store_registrant_facts(t, r->mem, reg->id, &f));
    TRY(registrant_masked_name(t, r->mem, r->site->vault, reg->id, &name));
    str args[] = {name, str_fmt(r->mem, "%lld", (long long)f.used),
                  str_fmt(r->mem, "%lld", (long long)account_cap(&ps, f.class) + f.extra)};
    *ret_text = msg_format(r->mem, r->lang, MSG_account_choice, args, LEN(args));
    return OK;
}

/* Only verified registrants of this person can be chosen. */
static err load_registrants(struct tx *t, void *ctx)
{
    struct apply *x = ctx;
    struct request *r = x->r;
    struct registrant *v = NULL;
    size_t n = 0;
    TRY(registrant_list(t, r->mem, r->session.user_id, &v, &n));
    x->options = NEW_N(r->mem, struct form_option, n + 1);
    x->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(v[i].state, S("verified")))
            continue;
        struct form_option *o = &x->options[x->n++];
        *o = (struct form_option){.value = str_fmt(r->mem, "%lld", (long long)v[i].id)};
        TRY(registrant_choice(t, x, &v[i], &o->text));
    }
    return OK;
}

static err show_apply(struct request *r, int status, struct apply *x)
{
    TRY(request_read(r, load_registrants, x));
    form_options(&x->form, "registrant", x->options, x->n);
    x->form.submit = MSG_account_apply;
    struct account_new_view v = {
        .form = x->n ? &x->form : NULL,
        .missing = {.icon = S("identification"),
                    .title = msg(r->lang, MSG_account_no_registrant),
                    .text = msg(r->lang, MSG_account_no_registrant_text),
                    .href = S("/me/registrants"),
                    .action = msg(r->lang, MSG_nav_registrant)},
    };
    struct page page = {.place = PLACE_ME};
    page.back = (struct page_link){S("/me/accounts"), msg(r->lang, MSG_nav_accounts), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_account_new, &v);
}

err page_account_new(struct request *r)
{
    struct apply x = {.r = r};
    form_init(r, FIELDS, LEN(FIELDS), &x.form);
    return show_apply(r, 200, &x);
}

static err apply(struct tx *t, void *ctx)
{
    struct apply *x = ctx;
    struct request *r = x->r;
    struct provider_settings ps;
    struct registrant reg;
    int64_t id = 0;
    provider_live_get(r->site->provider, r->mem, &ps);
    TRY(registrant_load(t, r->mem, x->in.registrant_id, &reg));
    if (!ps.applications_open)
        return fault(ERR_DENIED, "applications_closed", "not open");
    x->in.cap = account_cap(&ps, class_name(reg.class));
    x->in.review_ms = review_span(&ps, x->r->now);
    TRY(account_apply(t, r->mem, &x->in, &id));
    x->picture_in.account_id = id;
    return x->picture ? media_store_add(t, &x->picture_in, x->picture) : OK;
}

err do_account_new(struct request *r)
{
    struct apply x = {.r = r};
    TRY(request_read(r, load_registrants, &x));
    struct form_field *fields = NEW_N(r->mem, struct form_field, LEN(FIELDS));
    memcpy(fields, FIELDS, sizeof FIELDS);
    fields[0].options = x.options; /* what may be chosen is known at run time only */
    fields[0].option_n = x.n;
    err e = form_read(r, fields, LEN(FIELDS), &x.form);
    if (e == ERR_INVALID)
        return show_apply(r, 422, &x);
    TRY(e);
    if (avatar_take(r, &x.form, &x.picture_in, &x.picture) != OK)
        return show_apply(r, 422, &x);
    x.in = (struct account_application){.registrant_id = form_int(&x.form, "registrant"),
                                        .user_id = r->session.user_id,
                                        .handle = form_get(&x.form, "handle"),
                                        .name = form_get(&x.form, "name"),
                                        .intro = form_get(&x.form, "intro"),
                                        .avatar = x.picture ? x.picture->media.hash : S(""),
                                        .categories = form_get(&x.form, "categories")};
    e = request_tx(r, apply, &x);
    if (form_take_fault(&x.form, e))
        return show_apply(r, 422, &x);
    TRY(e);
    reply_flash(r, MSG_account_applied);
    return reply_redirect(r, S("/me/accounts"));
}
