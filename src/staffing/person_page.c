/* One of the staff: skills and training records. */
#include "base/clock.h"
#include "ruling/ruling_view.h"
#include "staffing/staffing_view.h"
#include "staffing_desk.html.h"
#include "user/user_view.h"

enum { COLUMNS = 5, MONTHS_USUAL = 12 };

static const struct form_field PROFILE[] = {
    {.name = "families",
     .kind = FIELD_MULTI,
     .label = MSG_staffing_families,
     .help = MSG_staffing_families_help},
    {.name = "languages",
     .label = MSG_staffing_languages,
     .help = MSG_staffing_languages_help,
     .max = STAFF_TEXT_MAX},
    {.name = "note", .kind = FIELD_TEXTAREA, .label = MSG_staffing_note, .max = STAFF_TEXT_MAX},
};
static const struct form_option COURSE_OPTIONS[] = {
#define COURSE(key, roles) {S_INIT(#key), MSG_staffing_course_##key, {0}},
#include "staffing/courses.def"
#undef COURSE
};
static const struct form_field TRAINING[] = {
    {.name = "course",
     .kind = FIELD_SELECT,
     .label = MSG_staffing_course,
     .required = true,
     .options = COURSE_OPTIONS,
     .option_n = LEN(COURSE_OPTIONS)},
    {.name = "title",
     .label = MSG_staffing_course_title,
     .help = MSG_staffing_course_help,
     .max = 100},
    {.name = "held", .kind = FIELD_DATE, .label = MSG_staffing_held, .required = true},
    {.name = "expires",
     .kind = FIELD_DATE,
     .label = MSG_staffing_expires,
     .help = MSG_staffing_expires_help,
     .required = true},
    {.name = "evidence",
     .label = MSG_staffing_evidence,
     .help = MSG_staffing_evidence_help,
     .required = true,
     .max = STAFF_TEXT_MAX},
};

struct keeping {
    struct request *r;
    struct user u;
    struct staff_profile p;
    struct standing s;
    struct training g, *v;
    size_t n;
    int64_t training;
};

static err load(struct tx *t, void *ctx)
{
    struct keeping *x = ctx;
    TRY(user_load(t, x->r->mem, x->u.id, &x->u));
    TRY(staff_profile_load(t, x->r->mem, x->u.id, &x->p));
    TRY(training_standing(t, x->u.id, x->u.roles, &x->s));
    return training_list(t, x->r->mem, x->u.id, &x->v, &x->n);
}

static err open_one(struct request *r, struct keeping *x)
{
    *x = (struct keeping){.r = r};
    TRY(request_arg_int(r, "user", &x->u.id));
    TRY(request_read(r, load, x));
    return x->u.roles & ROLE_STAFF
               ? OK
               : fault(ERR_NOT_FOUND, "not_found", "%lld is not staff", (long long)x->u.id);
}

static str here(const struct keeping *x)
{
    return str_fmt(x->r->mem, "/desk/staffing/%lld", (long long)x->u.id);
}

static str course_label(struct request *r, const struct training *g)
{
    str usual = msg_lookup(r->lang, "staffing.course_", str_z(r->mem, g->course), MSG_word_none);
    return g->title.n ? str_fmt(r->mem, "%.*s · %.*s", FMT(usual), FMT(g->title)) : usual;
}

static str day(struct request *r, int64_t at)
{
    return str_sub(clock_china_text(r->mem, at), 0, 10);
}

static struct table_view trainings_of(struct keeping *x)
{
    static const enum msg LABELS[COLUMNS] = {MSG_staffing_course, MSG_staffing_held,
                                             MSG_staffing_expires, MSG_staffing_evidence,
                                             MSG_word_status};
    struct request *r = x->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        const struct training *g = &x->v[i];
        bool over = g->expires_at <= r->now;
        c[0].text = course_label(r, g);
        c[1].text = day(r, g->held_at);
        c[2].text = day(r, g->expires_at - 1);
        c[3].text = g->evidence;
        c[4] = (struct table_cell){.text = msg(r->lang, g->void_at ? MSG_staffing_struck
                                                        : over     ? MSG_staffing_lapsed
                                                                   : MSG_staffing_holds),
                                   .status = true,
                                   .tone = g->void_at ? TONE_NEUTRAL
                                           : over     ? TONE_BAD
                                                      : TONE_OK};
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_staffing_trainings),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = x->n,
                               .empty = {.icon = S("clipboard-document-check"),
                                         .title = msg(r->lang, MSG_staffing_no_training),
                                         .text = msg(r->lang, MSG_staffing_no_training_text)}};
}

static const struct confirm_view *strikes_of(struct keeping *x, size_t *ret_n)
{
    struct request *r = x->r;
    struct confirm_view *v = NEW_N(r->mem, struct confirm_view, x->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++) {
        const struct training *g = &x->v[i];
        str args[] = {course_label(r, g), day(r, g->held_at)};
        str label = msg_format(r->mem, r->lang, MSG_staffing_strike, args, LEN(args));
        if (g->void_at)
            continue;
        v[n++] = (struct confirm_view){
            .id = str_fmt(r->mem, "strike-%lld", (long long)g->id),
            .button = label,
            .title = label,
            .text = msg(r->lang, MSG_staffing_strike_text),
            .action = str_fmt(r->mem, "%.*s/training/%lld/strike", FMT(here(x)), (long long)g->id),
            .csrf = r->session.csrf,
            .danger = true};
    }
    *ret_n = n;
    return v;
}

/* What the roles oblige to and is not there. */
static str owed(struct keeping *x)
{
    struct request *r = x->r;
    str out = S("");
    for (size_t i = 0; i < COURSE_COUNT; i++) {
        str one = msg(r->lang, COURSE_OPTIONS[i].label);
        if ((x->s.missing | x->s.lapsed) & 1U << i)
            out = out.n ? str_fmt(r->mem, "%.*s, %.*s", FMT(out), FMT(one)) : one;
    }
    return out.n ? out : msg(r->lang, MSG_staffing_owes_nothing);
}

static void profile_fill(struct keeping *x, struct form *f)
{
    form_init(x->r, PROFILE, LEN(PROFILE), f);
    form_set(f, "families", x->p.families);
    form_set(f, "languages", x->p.languages);
    form_set(f, "note", x->p.note);
}

static void training_fill(struct keeping *x, struct form *f)
{
    struct date today = clock_china(x->r->now).date;
    int64_t year = clock_add_months(date_china_ms(today), MONTHS_USUAL);
    form_init(x->r, TRAINING, LEN(TRAINING), f);
    form_set(f, "held", date_text(x->r->mem, today));
    form_set(f, "expires", date_text(x->r->mem, clock_china(year).date));
}

/* NULL: the form as it is now. */
static err show(struct keeping *x, struct form *profile, struct form *training, int status)
{
    struct request *r = x->r;
    struct form own_profile, own_training;
    size_t n = 0;
    if (!profile)
        profile_fill(x, profile = &own_profile);
    if (!training)
        training_fill(x, training = &own_training);
    const struct form_option *families = family_options(r, FAMILY_ARTICLE | FAMILY_ACCOUNT, &n);
    form_options(profile, "families", families, n);
    profile->action = str_fmt(r->mem, "%.*s/skills", FMT(here(x)));
    training->action = str_fmt(r->mem, "%.*s/training", FMT(here(x)));
    training->submit = MSG_staffing_training_add;
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_staffing_roles), .text = roles_shown(r, x->u.roles)},
        {.label = msg(r->lang, MSG_staffing_owed), .text = owed(x)}};
    struct staffer_view v = {.facts = {facts, LEN(facts)},
                             .profile = profile,
                             .training = training,
                             .trainings = trainings_of(x)};
    v.strikes = strikes_of(x, &v.strike_n);
    struct page page = {.place = PLACE_DESK, .title = x->u.name};
    page.back = (struct page_link){S("/desk/staffing"), msg(r->lang, MSG_staffing_page), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_staffing_person, &v);
}

err page_staffing_person(struct request *r)
{
    struct keeping x;
    TRY(open_one(r, &x));
    return show(&x, NULL, NULL, 200);
}

static err write_profile(struct tx *t, void *ctx)
{
    struct keeping *x = ctx;
    return staff_profile_write(t, x->r->mem, &x->p);
}

err do_staffing_skills(struct request *r)
{
    struct keeping x;
    struct form f;
    struct form_field fields[LEN(PROFILE)];
    TRY(open_one(r, &x));
    memcpy(fields, PROFILE, sizeof fields);
    fields[0].options = family_options(r, FAMILY_ARTICLE | FAMILY_ACCOUNT, &fields[0].option_n);
    err e = form_read(r, fields, LEN(fields), &f);
    x.p = (struct staff_profile){.user_id = x.u.id,
                                 .families = form_get(&f, "families"),
                                 .languages = form_get(&f, "languages"),
                                 .note = form_get(&f, "note"),
                                 .written_by = r->session.user_id};
    if (e == OK)
        e = request_tx(r, write_profile, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(&x, &f, NULL, 422);
    TRY(e);
    reply_flash(r, MSG_staffing_skills_done);
    return reply_redirect(r, here(&x));
}

static err add_training(struct tx *t, void *ctx)
{
    struct keeping *x = ctx;
    return training_add(t, &x->g);
}

static err training_take(struct keeping *x, struct form *f)
{
    struct date held, expires;
    TRY(date_parse(form_get(f, "held"), &held));
    TRY(date_parse(form_get(f, "expires"), &expires));
    x->g = (struct training){.user_id = x->u.id,
                             .course = form_get(f, "course"),
                             .title = form_get(f, "title"),
                             .held_at = date_china_ms(held),
                             .expires_at = date_china_ms(expires) + DAY_MS, /* that day included */
                             .evidence = form_get(f, "evidence"),
                             .added_by = x->r->session.user_id};
    return request_tx(x->r, add_training, x);
}

err do_staffing_training(struct request *r)
{
    struct keeping x;
    struct form f;
    TRY(open_one(r, &x));
    err e = form_read(r, TRAINING, LEN(TRAINING), &f);
    if (e == OK)
        e = training_take(&x, &f);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(&x, NULL, &f, 422);
    TRY(e);
    reply_flash(r, MSG_staffing_training_done);
    return reply_redirect(r, here(&x));
}

static err strike(struct tx *t, void *ctx)
{
    struct keeping *x = ctx;
    return training_void(t, x->u.id, x->training, x->r->session.user_id);
}

err do_staffing_strike(struct request *r)
{
    struct keeping x;
    TRY(open_one(r, &x));
    TRY(request_arg_int(r, "training", &x.training));
    TRY(request_tx(r, strike, &x));
    reply_flash(r, MSG_staffing_struck_done);
    return reply_redirect(r, here(&x));
}
