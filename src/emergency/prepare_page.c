/* What is prepared before an emergency: plans with their versions, drills, the roster. */
#include "base/clock.h"
#include "emergency/emergency_view.h"
#include "emergency_desk.html.h"
#include "user/user.h"

enum {
    PLAN_COLUMNS = 4,
    VERSION_COLUMNS = 3,
    DRILL_COLUMNS = 4,
    SHIFT_COLUMNS = 4,
    FIELDS_MAX = 5
};

struct preparing {
    struct request *r;
    struct emergency_plan p, *plans;
    struct emergency_drill d, *drills;
    struct emergency_shift s, *shifts;
    struct user *staff;
    size_t n, staff_n;
    int64_t id;
};

static struct table_col *columns(struct request *r, const enum msg *labels, size_t n)
{
    struct table_col *v = NEW_N(r->mem, struct table_col, n);
    for (size_t i = 0; i < n; i++)
        v[i].label = msg(r->lang, labels[i]);
    return v;
}

static err show(struct request *r, const struct emergency_form_view *v, int status)
{
    struct page page = {.place = PLACE_DESK,
                        .back = {S("/desk/emergency"), msg(r->lang, MSG_emergency_page), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_emergency_form, v);
}

/* ---- plans ---- */

static const struct form_option LEVELS[] = {
    {.value = S_INIT("general"), .label = MSG_emergency_level_general},
    {.value = S_INIT("larger"), .label = MSG_emergency_level_larger},
    {.value = S_INIT("major"), .label = MSG_emergency_level_major},
    {.value = S_INIT("grave"), .label = MSG_emergency_level_grave},
};
static const struct form_option EFFECTS[] = {
    {.value = S_INIT("freeze"), .label = MSG_emergency_effect_freeze},
    {.value = S_INIT("hold"), .label = MSG_emergency_effect_hold},
    {.value = S_INIT("quiet"), .label = MSG_emergency_effect_quiet},
};
static const struct form_field PLAN[] = {
    {.name = "name",
     .label = MSG_emergency_plan_name,
     .required = true,
     .max = EMERGENCY_TITLE_MAX},
    {.name = "level",
     .kind = FIELD_SELECT,
     .label = MSG_emergency_level,
     .required = true,
     .options = LEVELS,
     .option_n = LEN(LEVELS)},
    {.name = "effects",
     .kind = FIELD_MULTI,
     .label = MSG_emergency_effects,
     .required = true,
     .options = EFFECTS,
     .option_n = LEN(EFFECTS),
     .max = LEN(EFFECTS)},
    {.name = "hours",
     .kind = FIELD_NUMBER,
     .label = MSG_emergency_hours,
     .help = MSG_emergency_hours_help,
     .required = true,
     .min = 1,
     .max = EMERGENCY_HOURS},
    {.name = "guide",
     .kind = FIELD_TEXTAREA,
     .label = MSG_emergency_guide,
     .help = MSG_emergency_guide_help,
     .required = true,
     .max = EMERGENCY_TEXT_MAX},
};

static err load_plans(struct tx *t, void *ctx)
{
    struct preparing *x = ctx;
    return emergency_plans(t, x->r->mem, &x->plans, &x->n);
}

err page_emergency_plans(struct request *r)
{
    static const enum msg LABELS[PLAN_COLUMNS] = {MSG_emergency_plan_name, MSG_emergency_level,
                                                  MSG_emergency_version, MSG_emergency_written};
    struct preparing x = {.r = r};
    TRY(request_read(r, load_plans, &x));
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n + 1);
    for (size_t i = 0; i < x.n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, PLAN_COLUMNS);
        c[0].text = x.plans[i].name;
        c[1].text = emergency_level(r->lang, x.plans[i].level);
        c[2].text = str_fmt(r->mem, "%d", x.plans[i].version);
        c[3].at_ms = x.plans[i].at;
        rows[i] = (struct table_row){
            str_fmt(r->mem, "/desk/emergency/plans/%lld", (long long)x.plans[i].id), c};
    }
    struct emergency_form_view v = {
        .intro = msg(r->lang, MSG_emergency_plans_intro),
        .has_table = true,
        .table = {.caption = msg(r->lang, MSG_emergency_plans),
                  .cols = columns(r, LABELS, PLAN_COLUMNS),
                  .col_n = PLAN_COLUMNS,
                  .rows = rows,
                  .row_n = x.n,
                  .empty = {.icon = S("document-text"),
                            .title = msg(r->lang, MSG_emergency_plans_none)}}};
    struct page page = {.place = PLACE_DESK,
                        .back = {S("/desk/emergency"), msg(r->lang, MSG_emergency_page), S("")}};
    bool may = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE);
    if (may)
        page.action = (struct page_link){S("/desk/emergency/plans/new"),
                                         msg(r->lang, MSG_emergency_plan_new), S("plus")};
    return REPLY_PAGE(r, &page, view_emergency_form, &v);
}

static err load_plan(struct tx *t, void *ctx)
{
    struct preparing *x = ctx;
    TRY(emergency_plan_load(t, x->r->mem, x->id, 0, &x->p));
    return emergency_plan_versions(t, x->r->mem, x->id, &x->plans, &x->n);
}

static struct table_view versions_of(struct preparing *x)
{
    static const enum msg LABELS[VERSION_COLUMNS] = {MSG_emergency_version, MSG_emergency_guide,
                                                     MSG_emergency_written};
    struct request *r = x->r;
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n + 1);
    for (size_t i = 0; i < x->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, VERSION_COLUMNS);
        c[0].text = str_fmt(r->mem, "%d", x->plans[i].version);
        c[1].text = x->plans[i].guide;
        c[2].text = str_fmt(r->mem, "%.*s %.*s", FMT(clock_china_text(r->mem, x->plans[i].at)),
                            FMT(x->plans[i].by_name));
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_emergency_plan_versions),
                               .cols = columns(r, LABELS, VERSION_COLUMNS),
                               .col_n = VERSION_COLUMNS,
                               .rows = rows,
                               .row_n = x->n};
}

static err show_plan(struct preparing *x, struct form *f, int status)
{
    struct request *r = x->r;
    bool may = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE);
    f->submit = MSG_emergency_plan_write;
    struct emergency_form_view v = {
        .form = may ? f : NULL,
        .intro = msg(r->lang, MSG_emergency_plan_intro),
        .title = msg(r->lang, x->id ? MSG_emergency_plan_next : MSG_emergency_plan_new),
        .has_table = x->id != 0};
    if (x->id)
        v.table = versions_of(x);
    return show(r, &v, status);
}

err page_emergency_plan_new(struct request *r)
{
    struct preparing x = {.r = r};
    struct form f;
    form_init(r, PLAN, LEN(PLAN), &f);
    form_set(&f, "hours", S("24"));
    return show_plan(&x, &f, 200);
}

err page_emergency_plan(struct request *r)
{
    struct preparing x = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, load_plan, &x));
    form_init(r, PLAN, LEN(PLAN), &f);
    form_set(&f, "name", x.p.name);
    form_set(&f, "level", x.p.level);
    form_set(&f, "effects", x.p.effects);
    form_set(&f, "hours", str_fmt(r->mem, "%d", x.p.hours));
    form_set(&f, "guide", x.p.guide);
    return show_plan(&x, &f, 200);
}

static err write_plan(struct tx *t, void *ctx)
{
    struct preparing *x = ctx;
    x->p.id = x->id;
    return emergency_plan_write(t, &x->p);
}

static err post_plan(struct preparing *x)
{
    struct request *r = x->r;
    struct form f;
    err e = form_read(r, PLAN, LEN(PLAN), &f);
    x->p = (struct emergency_plan){.name = form_get(&f, "name"),
                                   .level = form_get(&f, "level"),
                                   .effects = form_get(&f, "effects"),
                                   .hours = (int)form_int(&f, "hours"),
                                   .guide = form_get(&f, "guide"),
                                   .written_by = r->session.user_id};
    if (e == OK)
        e = request_tx(r, write_plan, x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show_plan(x, &f, 422);
    TRY(e);
    reply_flash(r, MSG_emergency_plan_done);
    return reply_redirect(r, S("/desk/emergency/plans"));
}

err do_emergency_plan_new(struct request *r)
{
    struct preparing x = {.r = r};
    return post_plan(&x);
}

err do_emergency_plan(struct request *r)
{
    struct preparing x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, load_plan, &x));
    return post_plan(&x);
}

/* ---- drills ---- */

static const struct form_field DRILL[] = {
    {.name = "plan", .kind = FIELD_SELECT, .label = MSG_emergency_plan, .required = true},
    {.name = "held",
     .label = MSG_emergency_held,
     .help = MSG_emergency_time_help,
     .required = true,
     .max = 16},
    {.name = "people", .label = MSG_emergency_people, .required = true, .max = EMERGENCY_LIST_MAX},
    {.name = "result",
     .kind = FIELD_TEXTAREA,
     .label = MSG_emergency_result,
     .help = MSG_emergency_result_help,
     .required = true,
     .max = EMERGENCY_TEXT_MAX},
};

static err load_drills(struct tx *t, void *ctx)
{
    struct preparing *x = ctx;
    size_t plans = 0;
    TRY(emergency_drills(t, x->r->mem, &x->drills, &x->n));
    TRY(emergency_plans(t, x->r->mem, &x->plans, &plans));
    x->staff_n = plans;
    return OK;
}

static struct table_view drills_of(struct preparing *x)
{
    static const enum msg LABELS[DRILL_COLUMNS] = {MSG_emergency_held, MSG_emergency_plan,
                                                   MSG_emergency_people, MSG_emergency_result};
    struct request *r = x->r;
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n + 1);
    for (size_t i = 0; i < x->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, DRILL_COLUMNS);
        str version = str_fmt(r->mem, "%d", x->drills[i].plan_version);
        c[0].text = clock_china_text(r->mem, x->drills[i].held_at);
        c[1].text = msg_format(r->mem, r->lang, MSG_emergency_plan_version,
                               (const str[]){x->drills[i].plan_name, version}, 2);
        c[2].text = x->drills[i].people;
        c[3].text = x->drills[i].result;
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_emergency_drills),
                               .cols = columns(r, LABELS, DRILL_COLUMNS),
                               .col_n = DRILL_COLUMNS,
                               .rows = rows,
                               .row_n = x->n,
                               .empty = {.icon = S("clipboard-document-check"),
                                         .title = msg(r->lang, MSG_emergency_drills_none)}};
}

static err show_drills(struct preparing *x, struct form *f, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, load_drills, x));
    struct form_option *o = NEW_N(r->mem, struct form_option, x->staff_n + 1);
    for (size_t i = 0; i < x->staff_n; i++)
        o[i] = (struct form_option){.value = str_fmt(r->mem, "%lld", (long long)x->plans[i].id),
                                    .text = x->plans[i].name};
    form_options(f, "plan", o, x->staff_n);
    f->submit = MSG_emergency_drill_add;
    struct emergency_form_view v = {.form =
                                        r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE) ? f : NULL,
                                    .intro = msg(r->lang, MSG_emergency_drills_intro),
                                    .title = msg(r->lang, MSG_emergency_drill_add),
                                    .has_table = true,
                                    .table = drills_of(x)};
    return show(r, &v, status);
}

err page_emergency_drills(struct request *r)
{
    struct preparing x = {.r = r};
    struct form f;
    form_init(r, DRILL, LEN(DRILL), &f);
    return show_drills(&x, &f, 200);
}

static err note_drill(struct tx *t, void *ctx)
{
    struct preparing *x = ctx;
    return emergency_drill_note(t, &x->d);
}

static err drill_take(struct preparing *x, struct form *f)
{
    x->d = (struct emergency_drill){.people = form_get(f, "people"),
                                    .result = form_get(f, "result"),
                                    .by_user = x->r->session.user_id};
    if (str_int(form_get(f, "plan"), &x->d.plan_id) != OK)
        return form_refuse(f, "plan", "bad_choice");
    if (clock_china_read(form_get(f, "held"), &x->d.held_at) != OK)
        return form_refuse(f, "held", "bad_time");
    return request_tx(x->r, note_drill, x);
}

err do_emergency_drills(struct request *r)
{
    struct preparing x = {.r = r};
    struct form f;
    err e = form_read(r, DRILL, LEN(DRILL), &f);
    if (e == OK)
        e = drill_take(&x, &f);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show_drills(&x, &f, 422);
    TRY(e);
    reply_flash(r, MSG_emergency_drill_done);
    return reply_redirect(r, S("/desk/emergency/drills"));
}

/* ---- the roster ---- */

static const struct form_field SHIFT[] = {
    {.name = "user", .kind = FIELD_SELECT, .label = MSG_emergency_shift_user, .required = true},
    {.name = "from",
     .label = MSG_emergency_shift_from,
     .help = MSG_emergency_time_help,
     .required = true,
     .max = 16},
    {.name = "until",
     .label = MSG_emergency_shift_until,
     .help = MSG_emergency_time_help,
     .required = true,
     .max = 16},
    {.name = "note", .label = MSG_emergency_shift_note, .max = 200},
};

static err load_shifts(struct tx *t, void *ctx)
{
    struct preparing *x = ctx;
    TRY(emergency_shifts(t, x->r->mem, &x->shifts, &x->n));
    return user_staff_list(t, x->r->mem, &x->staff, &x->staff_n);
}

static struct table_view shifts_of(struct preparing *x)
{
    static const enum msg LABELS[SHIFT_COLUMNS] = {
        MSG_emergency_shift_user, MSG_emergency_shift_from, MSG_emergency_shift_until,
        MSG_emergency_shift_note};
    struct request *r = x->r;
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n + 1);
    for (size_t i = 0; i < x->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, SHIFT_COLUMNS);
        c[0].text = x->shifts[i].user_name;
        c[1].text = clock_china_text(r->mem, x->shifts[i].from_at);
        c[2].text = clock_china_text(r->mem, x->shifts[i].until_at);
        c[3].text = x->shifts[i].note;
        rows[i].cells = c;
    }
    return (struct table_view){
        .caption = msg(r->lang, MSG_emergency_roster),
        .cols = columns(r, LABELS, SHIFT_COLUMNS),
        .col_n = SHIFT_COLUMNS,
        .rows = rows,
        .row_n = x->n,
        .empty = {.icon = S("users"), .title = msg(r->lang, MSG_emergency_roster_none)}};
}

static const struct confirm_view *drops_of(struct preparing *x)
{
    struct request *r = x->r;
    struct confirm_view *v = NEW_N(r->mem, struct confirm_view, x->n + 1);
    for (size_t i = 0; i < x->n; i++) {
        long long id = (long long)x->shifts[i].id;
        str words[] = {x->shifts[i].user_name, clock_china_text(r->mem, x->shifts[i].from_at)};
        str label = msg_format(r->mem, r->lang, MSG_emergency_shift_drop, words, LEN(words));
        v[i] =
            (struct confirm_view){.id = str_fmt(r->mem, "drop-%lld", id),
                                  .button = label,
                                  .title = label,
                                  .text = msg(r->lang, MSG_emergency_shift_drop_text),
                                  .action = str_fmt(r->mem, "/desk/emergency/roster/%lld/drop", id),
                                  .csrf = r->session.csrf};
    }
    return v;
}

static err show_roster(struct preparing *x, struct form *f, int status)
{
    struct request *r = x->r;
    bool may = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE);
    TRY(request_read(r, load_shifts, x));
    struct form_option *o = NEW_N(r->mem, struct form_option, x->staff_n + 1);
    for (size_t i = 0; i < x->staff_n; i++)
        o[i] = (struct form_option){.value = str_fmt(r->mem, "%lld", (long long)x->staff[i].id),
                                    .text = x->staff[i].name};
    form_options(f, "user", o, x->staff_n);
    f->submit = MSG_emergency_shift_add;
    struct roster_view v = {.f = {.form = may ? f : NULL,
                                  .intro = msg(r->lang, MSG_emergency_roster_intro),
                                  .title = msg(r->lang, MSG_emergency_shift_add),
                                  .has_table = true,
                                  .table = shifts_of(x)}};
    if (may) {
        v.drops = drops_of(x);
        v.drop_n = x->n;
    }
    struct page page = {.place = PLACE_DESK,
                        .back = {S("/desk/emergency"), msg(r->lang, MSG_emergency_page), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_emergency_roster, &v);
}

err page_emergency_roster(struct request *r)
{
    struct preparing x = {.r = r};
    struct form f;
    form_init(r, SHIFT, LEN(SHIFT), &f);
    return show_roster(&x, &f, 200);
}

static err add_shift(struct tx *t, void *ctx)
{
    struct preparing *x = ctx;
    return emergency_shift_add(t, &x->s);
}

static err shift_take(struct preparing *x, struct form *f)
{
    x->s = (struct emergency_shift){.note = form_get(f, "note"), .added_by = x->r->session.user_id};
    if (str_int(form_get(f, "user"), &x->s.user_id) != OK)
        return form_refuse(f, "user", "bad_choice");
    if (clock_china_read(form_get(f, "from"), &x->s.from_at) != OK)
        return form_refuse(f, "from", "bad_time");
    if (clock_china_read(form_get(f, "until"), &x->s.until_at) != OK)
        return form_refuse(f, "until", "bad_time");
    return request_tx(x->r, add_shift, x);
}

err do_emergency_roster(struct request *r)
{
    struct preparing x = {.r = r};
    struct form f;
    err e = form_read(r, SHIFT, LEN(SHIFT), &f);
    if (e == OK)
        e = shift_take(&x, &f);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show_roster(&x, &f, 422);
    TRY(e);
    reply_flash(r, MSG_emergency_shift_done);
    return reply_redirect(r, S("/desk/emergency/roster"));
}

static err drop_shift(struct tx *t, void *ctx)
{
    struct preparing *x = ctx;
    return emergency_shift_drop(t, x->id, x->r->session.user_id);
}

err do_emergency_shift_drop(struct request *r)
{
    struct preparing x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_tx(r, drop_shift, &x));
    reply_flash(r, MSG_emergency_shift_dropped);
    return reply_redirect(r, S("/desk/emergency/roster"));
}
