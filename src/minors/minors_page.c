/* One's own age, guardian and minors' mode. */
#include "base/clock.h"
#include "job/job.h"
#include "minors/minors_view.h"
#include "minors_me.html.h"
#include "user/user.h"
#include "user_door.html.h"

enum { FACTS = 4, YEAR_MIN = 1900, YEAR_MAX = 2200 };
static const char PURPOSE[] = "guardian";

static const struct form_field AGE[] = {
    {.name = "birth_year",
     .kind = FIELD_NUMBER,
     .label = MSG_minors_birth_year,
     .help = MSG_minors_birth_year_help,
     .required = true,
     .min = YEAR_MIN,
     .max = YEAR_MAX,
     .autocomplete = "bday-year"},
};
static const struct form_field GUARDIAN[] = {
    {.name = "mobile",
     .kind = FIELD_TEL,
     .label = MSG_minors_guardian_mobile,
     .required = true,
     .max = 20,
     .check = mobile_check},
    {.name = "code",
     .kind = FIELD_CODE,
     .label = MSG_minors_guardian_code,
     .help = MSG_minors_guardian_code_help,
     .required = true,
     .min = 6,
     .max = 6},
};

struct caring {
    struct request *r;
    struct age_standing s;
    struct guardian_in g;
    str code, shown;
    const char *reason;
    int year;
    bool on;
};

static err load(struct tx *t, void *ctx)
{
    struct caring *x = ctx;
    struct request *r = x->r;
    TRY(age_standing(t, r->mem, r->session.user_id, &x->s));
    if (!x->s.guardian)
        return OK;
    str plain;
    TRY(vault_open_text(VAULT_CTX(r->site->vault, t, r->mem),
                        VAULT_REF("guardian_word", "mobile_sealed", r->session.user_id),
                        x->s.guardian_sealed, &plain));
    x->shown = mask_text(r->mem, MASK_MOBILE, plain);
    return OK;
}

static struct facts_view facts_of(const struct caring *x)
{
    static const enum msg BANDS[] = {[AGE_UNKNOWN] = MSG_minors_band_unknown,
                                     [AGE_CHILD] = MSG_minors_band_child,
                                     [AGE_YOUTH] = MSG_minors_band_youth,
                                     [AGE_ADULT] = MSG_minors_band_adult};
    struct request *r = x->r;
    struct fact *f = NEW_N(r->mem, struct fact, FACTS);
    size_t n = 0;
    f[n++] = (struct fact){.label = msg(r->lang, MSG_minors_band),
                           .text = msg(r->lang, BANDS[x->s.band])};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_minors_source),
                           .text = msg(r->lang, x->s.verified     ? MSG_minors_source_identity
                                                : x->s.birth_year ? MSG_minors_source_self
                                                                  : MSG_minors_source_none)};
    if (x->s.band == AGE_CHILD)
        f[n++] =
            (struct fact){.label = msg(r->lang, MSG_minors_guardian),
                          .text = x->s.guardian ? x->shown : msg(r->lang, MSG_minors_no_guardian)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_minors_mode),
                           .text = msg(r->lang, x->s.mode ? MSG_minors_on : MSG_minors_off)};
    return (struct facts_view){f, n};
}

static err show(struct caring *x, struct form *f, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, load, x));
    f->action = S("/me/minors");
    struct minors_view v = {.facts = facts_of(x),
                            .form = f,
                            .csrf = r->session.csrf,
                            .child = x->s.band == AGE_CHILD && !x->s.guardian,
                            .guardian = x->s.guardian,
                            .mode = x->s.mode,
                            .withdraw = {.id = S("guardian-withdraw"),
                                         .button = msg(r->lang, MSG_minors_withdraw),
                                         .title = msg(r->lang, MSG_minors_withdraw),
                                         .text = msg(r->lang, MSG_minors_withdraw_text),
                                         .action = S("/me/minors/withdraw"),
                                         .csrf = r->session.csrf}};
    struct page page = {.place = PLACE_ME, .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_minors, &v);
}

err page_minors(struct request *r)
{
    struct caring x = {.r = r};
    struct form f;
    TRY(request_read(r, load, &x));
    form_init(r, AGE, LEN(AGE), &f);
    if (x.s.birth_year)
        form_set(&f, "birth_year", str_fmt(r->mem, "%d", x.s.birth_year));
    return show(&x, &f, 200);
}

static err declare(struct tx *t, void *ctx)
{
    struct caring *x = ctx;
    return age_declare(t, x->r->session.user_id, x->year);
}

err do_minors(struct request *r)
{
    struct caring x = {.r = r};
    struct form f;
    err e = form_read(r, AGE, LEN(AGE), &f);
    x.year = (int)form_int(&f, "birth_year");
    if (e == OK)
        e = request_tx(r, declare, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(&x, &f, 422);
    TRY(e);
    reply_flash(r, MSG_minors_noted);
    return reply_redirect(r, S("/me/minors"));
}

static err set_mode(struct tx *t, void *ctx)
{
    struct caring *x = ctx;
    return minors_mode_set(t, x->r->session.user_id, x->on);
}

err do_minors_mode(struct request *r)
{
    struct caring x = {.r = r, .on = str_eq(request_field(r, "act"), S("on"))};
    TRY(request_tx(r, set_mode, &x));
    reply_flash(r, MSG_minors_noted);
    return reply_redirect(r, S("/me/minors"));
}

static err take_back(struct tx *t, void *ctx)
{
    struct caring *x = ctx;
    return guardian_withdraw(t, x->r->session.user_id);
}

err do_guardian_withdraw(struct request *r)
{
    struct caring x = {.r = r};
    TRY(request_tx(r, take_back, &x));
    reply_flash(r, MSG_minors_noted);
    return reply_redirect(r, S("/me/minors"));
}

/* ---- the guardian's consent ---- */

static err show_guardian(struct request *r, int status, struct form *f, str sent)
{
    f->submit = MSG_minors_guardian_submit;
    struct code_view v = {.form = f,
                          .lead = msg(r->lang, MSG_minors_guardian_lead),
                          .sent = sent,
                          .note = {S("/rules/minors"), msg(r->lang, MSG_minors_rules), S("")},
                          .card = true};
    struct page page = {.place = PLACE_ME,
                        .back = {S("/me/minors"), msg(r->lang, MSG_minors_page), S("")},
                        .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_code, &v);
}

err page_guardian(struct request *r)
{
    struct form f;
    form_init(r, GUARDIAN, LEN(GUARDIAN), &f);
    return show_guardian(r, 200, &f, S(""));
}

static err send(struct tx *t, void *ctx)
{
    struct caring *x = ctx;
    TRY(guardian_check(t, x->r->mem, &x->g));
    return mobile_code_send(t, x->r->site->mail, x->g.mobile, PURPOSE);
}

static err send_code(struct request *r)
{
    struct caring x = {.r = r, .g = {r->site->vault, r->session.user_id, S("")}};
    struct form f;
    form_init(r, GUARDIAN, LEN(GUARDIAN), &f);
    form_keep(&f);
    form_set(&f, "code", S(""));
    err e = mobile_check(r->mem, form_get(&f, "mobile"), &x.g.mobile);
    if (e == OK)
        e = request_tx(r, send, &x);
    if (e != OK)
        return form_take_fault(&f, e) ? show_guardian(r, 422, &f, S("")) : e;
    job_runner_poke(r->site->jobs);
    str args[] = {x.g.mobile, str_fmt(r->mem, "%d", code_minutes())};
    return show_guardian(r, 200, &f,
                         msg_format(r->mem, r->lang, MSG_user_code_sent, args, LEN(args)));
}

static err consent(struct tx *t, void *ctx)
{
    struct caring *x = ctx;
    TRY(mobile_code_check(t, x->r->site->vault, x->g.mobile, PURPOSE, x->code, &x->reason));
    return x->reason ? OK : guardian_consent(t, x->r->mem, &x->g);
}

err do_guardian(struct request *r)
{
    struct form f;
    if (str_eq(request_field(r, "act"), S("send")))
        return send_code(r);
    if (form_read(r, GUARDIAN, LEN(GUARDIAN), &f) != OK)
        return show_guardian(r, 422, &f, S(""));
    struct caring x = {.r = r,
                       .g = {r->site->vault, r->session.user_id, form_get(&f, "mobile")},
                       .code = form_get(&f, "code")};
    err e = request_tx(r, consent, &x);
    if (e != OK && !form_take_fault(&f, e))
        return e;
    if (x.reason)
        (void)!form_refuse(&f, "code", x.reason);
    if (f.bad)
        return show_guardian(r, 422, &f, S(""));
    reply_flash(r, MSG_minors_guardian_done);
    return reply_redirect(r, S("/me/minors"));
}
