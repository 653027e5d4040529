/* How emergencies read. */
#include "base/clock.h"
#include "emergency/emergency_view.h"
#include "partials.html.h"

enum { FACTS = 18, LIST_TEXT = 4096 };

str emergency_level(enum lang lang, str level)
{
    AUTO_ARENA(mem);
    return msg_lookup(lang, "emergency.level_", str_z(mem, level), MSG_word_none);
}

str emergency_state_label(enum lang lang, const struct emergency *e, enum tone *ret_tone)
{
    if (str_eq(e->state, S("standing"))) {
        *ret_tone = TONE_BAD;
        return msg(lang, MSG_emergency_state_standing);
    }
    bool ended = str_eq(e->state, S("ended"));
    bool owed = ended && !e->reviewed_at;
    *ret_tone = str_eq(e->state, S("proposed")) || owed ? TONE_WARN : TONE_NEUTRAL;
    return msg(lang, str_eq(e->state, S("proposed")) ? MSG_emergency_state_proposed
                     : owed                          ? MSG_emergency_state_owed
                     : ended                         ? MSG_emergency_state_reviewed
                                                     : MSG_emergency_state_withdrawn);
}

/* Labels of a comma-separated list. */
static str labels(struct request *r, const char *prefix, str list)
{
    struct buf b;
    buf_init(&b, r->mem, LIST_TEXT);
    for (str rest = list; rest.p && list.n;) {
        str one = str_split(rest, ',', &rest);
        if (b.n)
            buf_add(&b, msg(r->lang, MSG_emergency_and));
        buf_add(&b, msg_lookup(r->lang, prefix, str_z(r->mem, one), MSG_word_none));
    }
    return buf_str(&b);
}

static str effects_text(struct request *r, const struct emergency *e)
{
    str list = str_fmt(r->mem, "%s%s%s", e->freeze ? "freeze," : "", e->hold ? "hold," : "",
                       e->quiet ? "quiet," : "");
    return labels(r, "emergency.effect_", str_sub(list, 0, list.n ? list.n - 1 : 0));
}

static void add(struct request *r, struct facts_view *v, struct fact *all, enum msg label, str text)
{
    if (!text.n)
        return;
    all[v->n++] = (struct fact){.label = msg(r->lang, label), .text = text};
}

static str when(struct request *r, int64_t at)
{
    return at ? clock_china_text(r->mem, at) : S("");
}

struct facts_view emergency_facts(struct request *r, const struct emergency *e)
{
    struct fact *all = NEW_N(r->mem, struct fact, FACTS);
    struct facts_view v = {.v = all};
    enum tone tone;
    struct out *o = request_out(r);
    str state = emergency_state_label(r->lang, e, &tone);
    show_status(o, tone, state);
    all[v.n++] = (struct fact){.label = msg(r->lang, MSG_word_status), .body = out_take(o)};
    str plan = str_fmt(r->mem, "%d", e->plan_version);
    add(r, &v, all, MSG_emergency_level, emergency_level(r->lang, e->level));
    add(r, &v, all, MSG_emergency_plan,
        msg_format(r->mem, r->lang, MSG_emergency_plan_version, (const str[]){e->plan_name, plan},
                   2));
    add(r, &v, all, MSG_emergency_facts, e->facts);
    add(r, &v, all, MSG_emergency_effects, effects_text(r, e));
    add(r, &v, all, MSG_emergency_words, e->words);
    bool all_of_it = !e->categories.n && !e->province.n && !e->class.n && !e->handles.n;
    add(r, &v, all, MSG_emergency_scope,
        all_of_it ? msg(r->lang, MSG_emergency_everything) : S(""));
    add(r, &v, all, MSG_emergency_categories, labels(r, "category.", e->categories));
    add(r, &v, all, MSG_emergency_province, labels(r, "province.", e->province));
    add(r, &v, all, MSG_emergency_class, labels(r, "class.", e->class));
    add(r, &v, all, MSG_emergency_handles, e->handles);
    add(r, &v, all, MSG_emergency_found, when(r, e->found_at));
    add(r, &v, all, MSG_emergency_proposed_by, e->proposed_name);
    add(r, &v, all, MSG_emergency_declared_by, e->declared_by ? e->declared_name : S(""));
    add(r, &v, all, MSG_emergency_declared_at, when(r, e->declared_at));
    add(r, &v, all, MSG_emergency_until, when(r, e->until_at));
    add(r, &v, all, MSG_emergency_ended_at, when(r, e->ended_at));
    return v;
}

struct facts_view emergency_review_facts(struct request *r, const struct emergency_review *w)
{
    struct fact *all = NEW_N(r->mem, struct fact, FACTS);
    struct facts_view v = {.v = all};
    add(r, &v, all, MSG_emergency_impact, w->impact);
    add(r, &v, all, MSG_emergency_data, w->data);
    add(r, &v, all, MSG_emergency_cause, w->cause);
    add(r, &v, all, MSG_emergency_measures, w->measures);
    add(r, &v, all, MSG_emergency_trend, w->trend);
    add(r, &v, all, MSG_emergency_lessons, w->lessons);
    add(r, &v, all, MSG_emergency_reviewed_by, w->by_name);
    return v;
}

static enum tone tone_of(str kind)
{
    return str_eq(kind, S("declared")) || str_eq(kind, S("renewed")) ? TONE_BAD
           : str_eq(kind, S("ended")) || str_eq(kind, S("expired"))  ? TONE_OK
                                                                     : TONE_NEUTRAL;
}

struct timeline_view emergency_timeline(struct request *r, const struct emergency_event *v,
                                        size_t n)
{
    struct event *e = NEW_N(r->mem, struct event, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct emergency_event *x = &v[n - 1 - i];
        e[i] = (struct event){
            .at_ms = x->at,
            .tone = tone_of(x->kind),
            .title = msg_lookup(r->lang, "emergency.event_", str_z(r->mem, x->kind), MSG_word_none),
            .text = x->text,
            .who = x->by_user ? x->by_name : msg(r->lang, MSG_emergency_clock)};
    }
    return (struct timeline_view){e, n};
}
