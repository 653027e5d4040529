/* Emergencies at the desk: the list, proposing one, and one with its acts, timeline and review. */
#include "account/account.h"
#include "base/clock.h"
#include "emergency/emergency_view.h"
#include "emergency_desk.html.h"
#include "registrant/registrant.h"
#include "settings/provider.h"
#include "text/idcode.h"

enum { PER_PAGE = 30, COLUMNS = 5, PLANS_MAX = 100 };

struct looking {
    struct request *r;
    struct emergency e, *v;
    struct emergency_plan *plans;
    struct emergency_event *events;
    struct emergency_shift *shifts;
    struct emergency_review review;
    size_t n, plan_n, event_n, shift_n;
    int64_t id, before;
    str act, text;
    enum msg done;
    bool has_review;
};

static str href(struct request *r, int64_t id)
{
    return str_fmt(r->mem, "/desk/emergency/%lld", (long long)id);
}

/* ---- the list ---- */

static err load_list(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    TRY(emergency_shifts(t, x->r->mem, &x->shifts, &x->shift_n));
    return emergency_list(t, x->r->mem, x->before, PER_PAGE + 1, &x->v, &x->n);
}

static struct table_row row_of(struct request *r, const struct emergency *e)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    c[0].text = e->title;
    c[1].status = true;
    c[1].text = emergency_state_label(r->lang, e, &c[1].tone);
    c[2].text = emergency_level(r->lang, e->level);
    c[3].at_ms = e->proposed_at;
    if (e->until_at)
        c[4].text = clock_china_text(r->mem, e->ended_at ? e->ended_at : e->until_at);
    return (struct table_row){href(r, e->id), c};
}

static str on_duty(const struct looking *x)
{
    struct buf b;
    buf_init(&b, x->r->mem, 4096);
    for (size_t i = 0; i < x->shift_n; i++) {
        if (x->shifts[i].from_at > x->r->now)
            continue;
        if (b.n)
            buf_add(&b, msg(x->r->lang, MSG_emergency_and));
        buf_add(&b, x->shifts[i].user_name);
    }
    return buf_str(&b);
}

err page_emergencies(struct request *r)
{
    struct looking x = {.r = r};
    str before = request_query(r, "before");
    if (before.n && str_int(before, &x.before) != OK)
        return fault(ERR_NOT_FOUND, "not_found", "no such page");
    TRY(request_read(r, load_list, &x));
    const struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_emergency_title)},
                                            {.label = msg(r->lang, MSG_word_status)},
                                            {.label = msg(r->lang, MSG_emergency_level)},
                                            {.label = msg(r->lang, MSG_emergency_proposed_at)},
                                            {.label = msg(r->lang, MSG_emergency_until)}};
    size_t n = x.n > PER_PAGE ? PER_PAGE : x.n;
    struct table_row *rows = NEW_N(r->mem, struct table_row, n + 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(r, &x.v[i]);
    struct emergencies_view v = {
        .table = {.caption = msg(r->lang, MSG_emergency_page),
                  .cols = cols,
                  .col_n = COLUMNS,
                  .rows = rows,
                  .row_n = n,
                  .empty = {.icon = S("exclamation-triangle"),
                            .title = msg(r->lang, MSG_emergency_none),
                            .text = msg(r->lang, MSG_emergency_none_text)}},
        .links = {{S("/desk/emergency/plans"), msg(r->lang, MSG_emergency_plans), S("")},
                  {S("/desk/emergency/roster"), msg(r->lang, MSG_emergency_roster), S("")},
                  {S("/desk/emergency/drills"), msg(r->lang, MSG_emergency_drills), S("")}},
        .on_duty = on_duty(&x)};
    if (x.n > PER_PAGE)
        v.table.pager.next =
            str_fmt(r->mem, "/desk/emergency?before=%lld", (long long)x.v[n - 1].id);
    struct page page = {.place = PLACE_DESK};
    bool may = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE | ROLE_REVIEWER);
    if (may)
        page.action = (struct page_link){S("/desk/emergency/new"), msg(r->lang, MSG_emergency_new),
                                         S("plus")};
    return REPLY_PAGE(r, &page, view_emergencies, &v);
}

/* ---- proposing ---- */

static const struct form_field NEW_FIELDS[] = {
    {.name = "plan",
     .kind = FIELD_SELECT,
     .label = MSG_emergency_plan,
     .help = MSG_emergency_plan_help,
     .required = true},
    {.name = "title", .label = MSG_emergency_title, .required = true, .max = EMERGENCY_TITLE_MAX},
    {.name = "facts",
     .kind = FIELD_TEXTAREA,
     .label = MSG_emergency_facts,
     .help = MSG_emergency_facts_help,
     .required = true,
     .max = EMERGENCY_TEXT_MAX},
    {.name = "found",
     .label = MSG_emergency_found,
     .help = MSG_emergency_time_help,
     .required = true,
     .max = 16},
    {.name = "categories",
     .kind = FIELD_MULTI,
     .label = MSG_emergency_categories,
     .help = MSG_emergency_scope_help,
     .max = 100},
    {.name = "class", .kind = FIELD_SELECT, .label = MSG_emergency_class},
    {.name = "province", .kind = FIELD_SELECT, .label = MSG_emergency_province},
    {.name = "handles",
     .label = MSG_emergency_handles,
     .help = MSG_emergency_handles_help,
     .max = EMERGENCY_LIST_MAX},
    {.name = "words",
     .label = MSG_emergency_words,
     .help = MSG_emergency_words_help,
     .max = EMERGENCY_LIST_MAX},
};

static err load_plans(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    return emergency_plans(t, x->r->mem, &x->plans, &x->plan_n);
}

static void scope_options(struct request *r, struct form *f)
{
    struct form_option *c = NEW_N(r->mem, struct form_option, CATEGORY_COUNT);
    struct form_option *k = NEW_N(r->mem, struct form_option, CLASS_COUNT);
    struct form_option *p = NEW_N(r->mem, struct form_option, PROVINCE_COUNT);
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        c[i] = (struct form_option){
            .value = str_from(CATEGORIES[i].code),
            .text = msg_lookup(r->lang, "category.", CATEGORIES[i].code, MSG_word_none)};
    for (int i = 0; i < CLASS_COUNT; i++) {
        str name = class_name((enum registrant_class)i);
        k[i] = (struct form_option){.value = name,
                                    .text = msg_lookup(r->lang, "class.", name.p, MSG_word_none)};
    }
    for (size_t i = 0; i < PROVINCE_COUNT; i++)
        p[i] = (struct form_option){
            .value = str_from(PROVINCES[i].code),
            .text = msg_lookup(r->lang, "province.", PROVINCES[i].code, MSG_word_none)};
    form_options(f, "categories", c, CATEGORY_COUNT);
    form_options(f, "class", k, CLASS_COUNT);
    form_options(f, "province", p, PROVINCE_COUNT);
}

static err show_new(struct looking *x, struct form *f, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, load_plans, x));
    struct form_option *o = NEW_N(r->mem, struct form_option, x->plan_n + 1);
    for (size_t i = 0; i < x->plan_n; i++)
        o[i] = (struct form_option){
            .value = str_fmt(r->mem, "%lld", (long long)x->plans[i].id),
            .text = msg_format(
                r->mem, r->lang, MSG_emergency_with_level,
                (const str[]){x->plans[i].name, emergency_level(r->lang, x->plans[i].level)}, 2)};
    form_options(f, "plan", o, x->plan_n);
    scope_options(r, f);
    f->submit = MSG_emergency_propose;
    struct emergency_form_view v = {.form = f, .intro = msg(r->lang, MSG_emergency_new_intro)};
    struct page page = {.place = PLACE_DESK,
                        .back = {S("/desk/emergency"), msg(r->lang, MSG_emergency_page), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_emergency_form, &v);
}

err page_emergency_new(struct request *r)
{
    struct looking x = {.r = r};
    struct form f;
    form_init(r, NEW_FIELDS, LEN(NEW_FIELDS), &f);
    form_set(&f, "found", clock_china_text(r->mem, r->now));
    return show_new(&x, &f, 200);
}

static err propose(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    return emergency_propose(t, x->r->mem, &x->e);
}

/* Every value is one that the form offers. */
static bool offered(const struct form *f)
{
    for (str rest = form_get(f, "categories"); rest.p && rest.n;) {
        str one = str_split(rest, ',', &rest);
        bool known = false;
        for (size_t i = 0; i < CATEGORY_COUNT; i++)
            known |= str_eq(one, str_from(CATEGORIES[i].code));
        if (!known)
            return false;
    }
    enum registrant_class c;
    return !form_get(f, "class").n || class_parse(form_get(f, "class"), &c) == OK;
}

static err propose_from(struct looking *x, struct form *f)
{
    struct request *r = x->r;
    if (!offered(f))
        return form_refuse(f, "categories", "bad_choice");
    x->e = (struct emergency){.title = form_get(f, "title"),
                              .facts = form_get(f, "facts"),
                              .categories = form_get(f, "categories"),
                              .class = form_get(f, "class"),
                              .province = form_get(f, "province"),
                              .handles = form_get(f, "handles"),
                              .words = form_get(f, "words"),
                              .proposed_by = r->session.user_id};
    if (str_int(form_get(f, "plan"), &x->e.plan_id) != OK)
        return form_refuse(f, "plan", "bad_choice");
    if (clock_china_read(form_get(f, "found"), &x->e.found_at) != OK)
        return form_refuse(f, "found", "bad_time");
    err e = request_tx(r, propose, x);
    return e != OK && form_take_fault(f, e) ? ERR_INVALID : e;
}

err do_emergency_new(struct request *r)
{
    struct looking x = {.r = r};
    struct form f;
    err e = form_read(r, NEW_FIELDS, LEN(NEW_FIELDS), &f);
    if (e == OK)
        e = propose_from(&x, &f);
    if (e == ERR_INVALID && f.bad)
        return show_new(&x, &f, 422);
    TRY(e);
    reply_flash(r, MSG_emergency_proposed_done);
    return reply_redirect(r, href(r, x.e.id));
}

/* ---- one ---- */

static const struct form_field NOTE[] = {
    {.name = "act", .kind = FIELD_HIDDEN},
    {.name = "note",
     .kind = FIELD_TEXTAREA,
     .label = MSG_emergency_note,
     .required = true,
     .max = EMERGENCY_TEXT_MAX},
};
static const struct form_field END[] = {
    {.name = "act", .kind = FIELD_HIDDEN},
    {.name = "reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_emergency_end_reason,
     .required = true,
     .max = EMERGENCY_TEXT_MAX},
};

static err load_one(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    arena *mem = x->r->mem;
    TRY(emergency_load(t, mem, x->id, &x->e));
    TRY(emergency_events(t, mem, x->id, &x->events, &x->event_n));
    err e = emergency_review_load(t, mem, x->id, &x->review);
    x->has_review = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static struct confirm_view button(struct looking *x, const char *act, enum msg label, enum msg text)
{
    struct request *r = x->r;
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("act"), str_from(act)};
    return (struct confirm_view){.id = str_from(act),
                                 .button = msg(r->lang, label),
                                 .title = x->e.title,
                                 .text = msg(r->lang, text),
                                 .action = href(r, x->id),
                                 .csrf = r->session.csrf,
                                 .hidden = hidden,
                                 .hidden_n = 1,
                                 .danger = true};
}

static void acts_of(struct looking *x, struct emergency_view *v)
{
    struct request *r = x->r;
    bool may = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE | ROLE_REVIEWER);
    bool proposed = str_eq(x->e.state, S("proposed")), stands = str_eq(x->e.state, S("standing"));
    int64_t me = r->session.user_id;
    v->can_declare = may && proposed && x->e.proposed_by != me;
    v->can_withdraw = may && proposed;
    v->can_renew = may && stands && x->e.renew_by != me;
    if (may && proposed && x->e.proposed_by == me)
        v->wait = msg(r->lang, MSG_emergency_wait_declare);
    if (may && stands && x->e.renew_by)
        v->wait = msg(r->lang,
                      x->e.renew_by == me ? MSG_emergency_wait_renew : MSG_emergency_renew_asked);
    v->declare = button(x, "declare", MSG_emergency_declare, MSG_emergency_declare_text);
    v->withdraw = button(x, "withdraw", MSG_emergency_withdraw, MSG_emergency_withdraw_text);
    v->renew = button(x, "renew", MSG_emergency_renew, MSG_emergency_renew_text);
    v->needs_review = str_eq(x->e.state, S("ended")) && !x->has_review;
}

static err show_one(struct looking *x, int status, struct form *note, struct form *end)
{
    struct request *r = x->r;
    bool may = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE | ROLE_REVIEWER);
    struct emergency_view v = {.e = &x->e,
                               .facts = emergency_facts(r, &x->e),
                               .events = emergency_timeline(r, x->events, x->event_n),
                               .r = r,
                               .base = href(r, x->id),
                               .has_review = x->has_review,
                               .wait = S("")};
    acts_of(x, &v);
    if (x->has_review)
        v.review = emergency_review_facts(r, &x->review);
    note->action = end->action = v.base;
    form_set(note, "act", S("note"));
    form_set(end, "act", S("end"));
    note->submit = MSG_emergency_note_add;
    end->submit = MSG_emergency_end;
    v.note = may ? note : NULL;
    v.end = may && str_eq(x->e.state, S("standing")) ? end : NULL;
    struct page page = {.place = PLACE_DESK,
                        .title = x->e.title,
                        .back = {S("/desk/emergency"), msg(r->lang, MSG_emergency_page), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_emergency, &v);
}

err page_emergency(struct request *r)
{
    struct looking x = {.r = r};
    struct form note, end;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, load_one, &x));
    form_init(r, NOTE, LEN(NOTE), &note);
    form_init(r, END, LEN(END), &end);
    return show_one(&x, 200, &note, &end);
}

static err act_tx(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    arena *mem = x->r->mem;
    int64_t me = x->r->session.user_id;
    bool renewed = false;
    if (str_eq(x->act, S("declare"))) {
        x->done = MSG_emergency_declared_done;
        return emergency_declare(t, mem, x->id, me);
    }
    if (str_eq(x->act, S("withdraw"))) {
        x->done = MSG_emergency_withdrawn_done;
        return emergency_withdraw(t, mem, x->id, me);
    }
    if (str_eq(x->act, S("end"))) {
        x->done = MSG_emergency_ended_done;
        return emergency_end(t, mem, x->id, me, x->text);
    }
    if (str_eq(x->act, S("note"))) {
        x->done = MSG_emergency_noted_done;
        return emergency_note(t, mem, x->id, me, x->text);
    }
    TRY(emergency_renew(t, mem, x->id, me, &renewed));
    x->done = renewed ? MSG_emergency_renewed_done : MSG_emergency_renewal_done;
    return OK;
}

/* The acts without a form of their own come back as an error page, those with one filled in. */
static err act(struct looking *x)
{
    struct request *r = x->r;
    struct form note, end;
    bool is_end = str_eq(x->act, S("end")), is_note = str_eq(x->act, S("note"));
    form_init(r, NOTE, LEN(NOTE), &note);
    form_init(r, END, LEN(END), &end);
    struct form *f = is_end ? &end : &note;
    err e = OK;
    if (is_end || is_note) {
        e = form_read(r, f->fields, f->n, f);
        x->text = form_get(f, is_end ? "reason" : "note");
    }
    if (e == OK)
        e = request_tx(r, act_tx, x);
    if (e != OK && (is_end || is_note) && (f->bad || form_take_fault(f, e)))
        return show_one(x, 422, &note, &end);
    TRY(e);
    reply_flash(r, x->done);
    return reply_redirect(r, href(r, x->id));
}

err do_emergency(struct request *r)
{
    static const char *const ACTS[] = {"declare", "withdraw", "renew", "end", "note"};
    struct looking x = {.r = r, .act = request_field(r, "act")};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, load_one, &x));
    for (size_t i = 0; i < LEN(ACTS); i++)
        if (str_eq(x.act, str_from(ACTS[i])))
            return act(&x);
    return fault(ERR_INVALID, "bad_choice", "no such act");
}
