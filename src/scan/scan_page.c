/* Rules on the desk: the list, one rule with its passes, and its way into force. */
#include "base/clock.h"
#include "finding/finding.h"
#include "scan/scan_view.h"
#include "scan_desk.html.h"
#include "scan_parts.html.h"
#include "settings/provider.h"
#include "user/user.h"

enum { PER_CENT = SCAN_SHARE_ALL / 100 };

static str number(struct request *r, int64_t n)
{
    return str_fmt(r->mem, "%lld", (long long)n);
}

static str state_label(const struct request *r, str state)
{
    return msg_lookup(r->lang, "scan.state_", str_z(r->mem, state), MSG_scan_state_draft);
}

static enum tone state_tone(str state)
{
    if (str_eq(state, S("live")))
        return TONE_OK;
    if (str_eq(state, S("throttled")))
        return TONE_BAD;
    if (str_eq(state, S("canary")))
        return TONE_WARN;
    bool rests = str_eq(state, S("draft")) || str_eq(state, S("retired"));
    return rests ? TONE_NEUTRAL : TONE_INFO;
}

/* ---- the list ---- */

struct listing {
    struct request *r;
    struct scan_entry *v;
    size_t n;
};

static err list_read(struct tx *t, void *ctx)
{
    struct listing *x = ctx;
    return scan_rule_list(t, x->r->mem, &x->v, &x->n);
}

enum { COLUMNS = 6 };

static struct table_row list_row(struct request *r, const struct scan_entry *e)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    str action = scan_action_name(e->r.action);
    c[0].text = e->r.name;
    c[1] = (struct table_cell){
        .text = state_label(r, e->state), .status = true, .tone = state_tone(e->state)};
    c[2].text = msg_format(r->mem, r->lang, MSG_scan_does,
                           (const str[]){family_label(r->lang, e->r.family),
                                         msg_lookup(r->lang, "scan.action_", str_z(r->mem, action),
                                                    MSG_scan_action_hold)},
                           2);
    c[3].text = number(r, e->words_n);
    c[4].text = number(r, e->hits);
    c[5].at_ms = e->updated_at;
    return (struct table_row){str_fmt(r->mem, "/desk/scan/%lld", (long long)e->r.id), c};
}

err page_scan_rules(struct request *r)
{
    struct listing x = {.r = r};
    TRY(request_read(r, list_read, &x));
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n);
    for (size_t i = 0; i < x.n; i++)
        rows[i] = list_row(r, &x.v[i]);
    const struct table_col cols[COLUMNS] = {
        {.label = msg(r->lang, MSG_scan_name)},
        {.label = msg(r->lang, MSG_scan_state)},
        {.label = msg(r->lang, MSG_scan_effect)},
        {.label = msg(r->lang, MSG_scan_words_n), .number = true},
        {.label = msg(r->lang, MSG_scan_hits), .number = true},
        {.label = msg(r->lang, MSG_scan_changed)},
    };
    struct scan_list_view v = {
        .table = {.caption = msg(r->lang, MSG_scan_title),
                  .cols = cols,
                  .col_n = COLUMNS,
                  .rows = rows,
                  .row_n = x.n,
                  .empty = {S("funnel"), msg(r->lang, MSG_scan_empty), msg(r->lang, MSG_scan_intro),
                            S("/desk/scan/new"), msg(r->lang, MSG_scan_new)}}};
    struct page page = {.place = PLACE_DESK,
                        .action = {S("/desk/scan/new"), msg(r->lang, MSG_scan_new), S("plus")}};
    return REPLY_PAGE(r, &page, view_scan_list, &v);
}

/* ---- one rule ---- */

static const struct form_field RETIRE[] = {
    {.name = "reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_scan_reason,
     .required = true,
     .max = SCAN_NOTE_MAX},
};

struct showing {
    struct request *r;
    int64_t id, pass_id;
    struct scan_entry e;
    struct scan_pass *v;
    struct scan_found *found;
    struct scan_shown shown;
    struct form retire;
};

static err show_read(struct tx *t, void *ctx)
{
    struct showing *x = ctx;
    TRY(scan_rule_load(t, x->r->mem, x->id, 0, &x->e));
    struct scan_shown *s = &x->shown;
    TRY(scan_pass_list(t, x->r->mem, x->id, &x->v, &s->n));
    s->v = x->v;
    s->chosen = s->n ? &x->v[0] : NULL;
    for (size_t i = 0; i < s->n; i++)
        if (x->v[i].id == x->pass_id)
            s->chosen = &x->v[i];
    if (!s->chosen)
        return OK;
    TRY(scan_judged(t, s->chosen->id, &s->right, &s->wrong));
    TRY(scan_found_pass(t, x->r->mem, s->chosen, &x->found, &s->found_n));
    s->found = x->found;
    return OK;
}

static struct facts_view facts(struct request *r, const struct scan_entry *e)
{
    str action = scan_action_name(e->r.action);
    struct fact *v = NEW_N(r->mem, struct fact, 14);
    size_t n = 0;
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_version), .text = number(r, e->newest)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_live),
                           .text = e->live ? number(r, e->live) : S("–")};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_family),
                           .text = family_label(r->lang, e->r.family)};
    v[n++] = (struct fact){
        .label = msg(r->lang, MSG_scan_action),
        .text = msg_lookup(r->lang, "scan.action_", str_z(r->mem, action), MSG_scan_action_hold)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_words_n), .text = number(r, e->words_n)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_sound),
                           .text = msg(r->lang, e->r.sound ? MSG_word_yes : MSG_word_no)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_cost), .text = number(r, e->cost)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_hits), .text = number(r, e->hits)};
    if (e->trial || e->shadow_hits)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_shadow_hits),
                               .text = number(r, e->shadow_hits)};
    if (e->r.share)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_share),
                               .text = str_fmt(r->mem, "%d\u00a0%%", e->r.share / PER_CENT)};
    if (e->stage_at) {
        struct out *o = request_out(r);
        scan_ago(o, e->stage_at);
        v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_since), .body = out_take(o)};
    }
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_author), .text = e->author_name};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_note), .text = e->note};
    return (struct facts_view){v, n};
}

static void show_running(struct request *r, const struct showing *x, struct scan_rule_view *v)
{
    const struct scan_pass *p = x->shown.n ? &x->v[0] : NULL;
    v->running = p && str_eq(p->state, S("running"));
    if (!v->running)
        return;
    v->done = p->done;
    v->total = p->total ? p->total : 1;
    v->progress =
        msg_format(r->mem, r->lang, MSG_scan_progress,
                   (const str[]){number(r, p->done), number(r, p->total), number(r, p->hits)}, 3);
    v->cancel_href = str_fmt(r->mem, "%.*s/cancel/%lld", FMT(v->base), (long long)p->id);
}

/* What comes next, and what that means. */
static const struct {
    const char *stage;
    enum msg button, title, text;
} STEPS[] = {
    {"shadow", MSG_scan_to_shadow, MSG_scan_to_shadow_title, MSG_scan_to_shadow_text},
    {"canary", MSG_scan_to_canary, MSG_scan_to_canary_title, MSG_scan_to_canary_text},
    {"live", MSG_scan_approve, MSG_scan_approve_title, MSG_scan_approve_text},
};

static struct confirm_view step_confirm(struct request *r, const struct scan_entry *e, str base)
{
    str next = scan_next_stage(e);
    size_t i = LEN(STEPS) - 1; /* of what is not ready: the first step, which says so */
    while (i && !str_eq(next, str_from(STEPS[i].stage)))
        i--;
    return (struct confirm_view){.id = S("approve"),
                                 .button = msg(r->lang, STEPS[i].button),
                                 .title = msg(r->lang, STEPS[i].title),
                                 .text = msg(r->lang, STEPS[i].text),
                                 .action = str_cat(r->mem, base, S("/approve")),
                                 .csrf = r->session.csrf};
}

static err show(struct showing *x, int status)
{
    struct request *r = x->r;
    const struct scan_entry *e = &x->e;
    bool waits = !str_eq(e->state, S("live")) && !str_eq(e->state, S("retired"));
    bool chief = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE);
    bool own = e->author == r->session.user_id;
    struct scan_rule_view v = {
        .csrf = r->session.csrf,
        .base = str_fmt(r->mem, "/desk/scan/%lld", (long long)x->id),
        .facts = facts(r, e),
        .condition = str_trim(e->r.condition).n ? e->r.condition : S("any(words)"),
        .can_try = waits,
        .can_approve = waits && chief && !own,
        .reported = x->shown.chosen && str_eq(x->shown.chosen->kind, S("trial")),
        .can_retire = chief && !str_eq(e->state, S("retired")),
        .can_edit = true,
        .own = waits && own ? msg(r->lang, MSG_scan_own) : S(""),
        .retire = &x->retire};
    x->shown.base = v.base;
    v.passes = scan_passes(r, &x->shown);
    if (v.reported)
        v.report = scan_report(r, &x->shown);
    v.words_href = e->words_n ? str_fmt(r->mem, "%.*s/words.txt", FMT(v.base)) : S("");
    v.approve = step_confirm(r, e, v.base);
    show_running(r, x, &v);
    TRY(scan_sample(r, &x->shown, &v.sample));
    struct out *aside = request_out(r);
    scan_status(aside, state_tone(e->state), state_label(r, e->state));
    struct page page = {.place = PLACE_DESK,
                        .title = e->r.name,
                        .aside = out_take(aside),
                        .back = {S("/desk/scan"), msg(r->lang, MSG_scan_title), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_scan_rule, &v);
}

static err open(struct request *r, struct showing *ret_x)
{
    *ret_x = (struct showing){.r = r};
    TRY(request_arg_int(r, "id", &ret_x->id));
    str pass = request_query(r, "pass");
    if (pass.n)
        TRY(str_int(pass, &ret_x->pass_id));
    TRY(request_read(r, show_read, ret_x));
    form_init(r, RETIRE, LEN(RETIRE), &ret_x->retire);
    ret_x->retire.action = str_fmt(r->mem, "/desk/scan/%lld/retire", (long long)ret_x->id);
    ret_x->retire.submit = MSG_scan_retire;
    return OK;
}

err page_scan_rule(struct request *r)
{
    struct showing x;
    TRY(open(r, &x));
    return show(&x, 200);
}

static err words_read(struct tx *t, void *ctx)
{
    struct showing *x = ctx;
    return scan_rule_load(t, x->r->mem, x->id, 0, &x->e);
}

err page_scan_words(struct request *r)
{
    struct showing x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, words_read, &x));
    reply_header(
        r, "Content-Disposition",
        str_fmt(r->mem, "attachment; filename=\"words-%lld-%d.txt\"", (long long)x.id, x.e.newest));
    return reply_text(r, 200, S("text/plain; charset=utf-8"), x.e.r.words);
}

/* ---- acts ---- */

static err trial(struct tx *t, void *ctx)
{
    struct showing *x = ctx;
    return scan_trial_start(t, x->r->mem, x->id, x->r->session.user_id);
}

static err approve(struct tx *t, void *ctx)
{
    struct showing *x = ctx;
    struct provider_settings ps;
    struct scan_step s = {.rule_id = x->id, .by = x->r->session.user_id};
    provider_live_get(x->r->site->provider, x->r->mem, &ps);
    scan_limits_of(&ps, &s.limits);
    return scan_rule_approve(t, x->r->mem, &s);
}

static err retire(struct tx *t, void *ctx)
{
    struct showing *x = ctx;
    return scan_rule_retire(t, x->r->mem, x->id, x->r->session.user_id,
                            form_get(&x->retire, "reason"));
}

static err cancel(struct tx *t, void *ctx)
{
    struct showing *x = ctx;
    struct scan_pass p = {.id = x->pass_id, .rule_id = x->id, .version = x->e.newest};
    return scan_pass_cancel(t, &p, x->r->session.user_id);
}

static err act(struct showing *x, tx_fn *fn, enum msg done)
{
    struct request *r = x->r;
    err e = request_tx(r, fn, x);
    if (e == OK) {
        job_runner_poke(r->site->jobs);
        reply_flash(r, done);
        return reply_redirect(r, str_fmt(r->mem, "/desk/scan/%lld", (long long)x->id));
    }
    return form_take_fault(&x->retire, e) ? show(x, err_http(e)) : e;
}

err do_scan_trial(struct request *r)
{
    struct showing x;
    TRY(open(r, &x));
    return act(&x, trial, MSG_scan_trial_started);
}

err do_scan_approve(struct request *r)
{
    struct showing x;
    TRY(open(r, &x));
    bool live = str_eq(scan_next_stage(&x.e), S("live"));
    return act(&x, approve, live ? MSG_scan_approved : MSG_scan_stepped);
}

err do_scan_retire(struct request *r)
{
    struct showing x;
    TRY(open(r, &x));
    str action = x.retire.action;
    err e = form_read(r, RETIRE, LEN(RETIRE), &x.retire);
    x.retire.action = action;
    x.retire.submit = MSG_scan_retire;
    return e == OK ? act(&x, retire, MSG_scan_retired) : show(&x, 422);
}

err do_scan_cancel(struct request *r)
{
    struct showing x;
    TRY(open(r, &x));
    TRY(request_arg_int(r, "pass", &x.pass_id));
    return act(&x, cancel, MSG_scan_cancelled);
}
