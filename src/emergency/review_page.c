/* The review after an emergency, and the package for those who ask (obligations 4.9). */
#include "base/clock.h"
#include "emergency/emergency_view.h"
#include "emergency_desk.html.h"
#include "settings/provider.h"

struct reviewing {
    struct request *r;
    int64_t id;
    struct emergency e;
    struct emergency_event *events;
    size_t n;
    struct emergency_review w;
    struct emergency_unit unit;
    str json;
    bool has_review;
};

#define REVIEW_FIELD(key, words)                                                                   \
    {                                                                                              \
        .name = (key), .kind = FIELD_TEXTAREA, .label = (words), .required = true,                 \
        .max = EMERGENCY_TEXT_MAX                                                                  \
    }
static const struct form_field REVIEW[] = {
    REVIEW_FIELD("impact", MSG_emergency_impact), REVIEW_FIELD("data", MSG_emergency_data),
    REVIEW_FIELD("cause", MSG_emergency_cause),   REVIEW_FIELD("measures", MSG_emergency_measures),
    REVIEW_FIELD("trend", MSG_emergency_trend),   REVIEW_FIELD("lessons", MSG_emergency_lessons),
};

static str href(struct request *r, int64_t id)
{
    return str_fmt(r->mem, "/desk/emergency/%lld", (long long)id);
}

static err load(struct tx *t, void *ctx)
{
    struct reviewing *x = ctx;
    arena *mem = x->r->mem;
    TRY(emergency_load(t, mem, x->id, &x->e));
    TRY(emergency_events(t, mem, x->id, &x->events, &x->n));
    err e = emergency_review_load(t, mem, x->id, &x->w);
    x->has_review = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err show_review(struct reviewing *x, struct form *f, int status)
{
    struct request *r = x->r;
    bool open = str_eq(x->e.state, S("ended")) && !x->has_review;
    f->submit = MSG_emergency_review_write;
    struct emergency_form_view v = {
        .form = open ? f : NULL,
        .intro = msg(r->lang, open ? MSG_emergency_review_intro : MSG_reason_emergency_state)};
    struct page page = {.place = PLACE_DESK, .back = {href(r, x->id), x->e.title, S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_emergency_form, &v);
}

err page_emergency_review(struct request *r)
{
    struct reviewing x = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, load, &x));
    form_init(r, REVIEW, LEN(REVIEW), &f);
    return show_review(&x, &f, 200);
}

static err write_review(struct tx *t, void *ctx)
{
    struct reviewing *x = ctx;
    return emergency_review_write(t, x->r->mem, &x->w);
}

err do_emergency_review(struct request *r)
{
    struct reviewing x = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, load, &x));
    err e = form_read(r, REVIEW, LEN(REVIEW), &f);
    x.w = (struct emergency_review){.emergency_id = x.id,
                                    .impact = form_get(&f, "impact"),
                                    .data = form_get(&f, "data"),
                                    .cause = form_get(&f, "cause"),
                                    .measures = form_get(&f, "measures"),
                                    .trend = form_get(&f, "trend"),
                                    .lessons = form_get(&f, "lessons"),
                                    .by_user = r->session.user_id};
    if (e == OK)
        e = request_tx(r, write_review, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show_review(&x, &f, 422);
    TRY(e);
    reply_flash(r, MSG_emergency_review_done);
    return reply_redirect(r, href(r, x.id));
}

/* ---- the package ---- */

static void unit_of(struct reviewing *x)
{
    struct provider_settings s;
    provider_live_get(x->r->site->provider, x->r->mem, &s);
    str contact = str_fmt(x->r->mem, "%.*s %.*s", FMT(s.contact_phone), FMT(s.contact_email));
    x->unit = (struct emergency_unit){s.provider_name, str_trim(contact),
                                      s.site_name.n ? s.site_name : msg(x->r->lang, MSG_site_name)};
}

static err load_package(struct tx *t, void *ctx)
{
    struct reviewing *x = ctx;
    TRY(load(t, ctx));
    return emergency_package(t, x->r->mem, x->id, &x->unit, &x->json);
}

err page_emergency_package_json(struct request *r)
{
    struct reviewing x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    unit_of(&x);
    TRY(request_read(r, load_package, &x));
    str name = str_fmt(r->mem, "attachment; filename=\"emergency-%lld.json\"", (long long)x.id);
    reply_header(r, "Content-Disposition", name);
    return reply_json(r, 200, x.json);
}

err page_emergency_package(struct request *r)
{
    struct reviewing x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    unit_of(&x);
    TRY(request_read(r, load, &x));
    struct fact unit[] = {
        {.label = msg(r->lang, MSG_emergency_unit_name), .text = x.unit.name},
        {.label = msg(r->lang, MSG_emergency_unit_system), .text = x.unit.system},
        {.label = msg(r->lang, MSG_emergency_unit_contact), .text = x.unit.contact}};
    struct package_view v = {.e = &x.e,
                             .unit = {unit, LEN(unit)},
                             .facts = emergency_facts(r, &x.e),
                             .events = emergency_timeline(r, x.events, x.n),
                             .json = str_cat(r->mem, href(r, x.id), S("/package.json")),
                             .has_review = x.has_review};
    if (x.has_review)
        v.review = emergency_review_facts(r, &x.w);
    struct page page = {.place = PLACE_DESK, .back = {href(r, x.id), x.e.title, S("")}};
    return REPLY_PAGE(r, &page, view_emergency_package, &v);
}
