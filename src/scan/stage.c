/* The way of a version from its back-test into force, and back when it surprises. */
#include "base/clock.h"
#include "notice/notice.h"
#include "scan/steps.h"

enum { MONTH_DAYS = 30, SURPRISE_MIN = 20 /* hits a day that surprise nobody */ };

static bool is(const struct scan_entry *e, const char *state)
{
    return str_eq(e->state, str_from(state));
}

str scan_next_stage(const struct scan_entry *e)
{
    if (is(e, "draft") || is(e, "tested"))
        return e->urgent ? S("live") : is(e, "tested") ? S("shadow") : S("");
    if (is(e, "shadow") || is(e, "throttled"))
        return S("canary");
    return is(e, "canary") ? S("live") : S("");
}

static err step_check(struct tx *t, const struct scan_entry *e, const struct scan_step *s,
                      const struct scan_pass *trial)
{
    if (e->author == s->by)
        return fault(ERR_DENIED, "own_rule", "the author does not approve");
    if (is(e, "live") || is(e, "retired"))
        return fault(ERR_CONFLICT, "rule_not_waiting", "rule is %.*s", FMT(e->state));
    if (!trial->id && !e->urgent)
        return fault(ERR_CONFLICT, "rule_not_tested", "no back-test of version %d", e->newest);
    if (trial->id && trial->done >= SCAN_BROAD_MIN && trial->hits > trial->done / 2)
        return fault(ERR_CONFLICT, "rule_too_broad", "%lld of %lld", (long long)trial->hits,
                     (long long)trial->done);
    int64_t ready = e->stage_at + s->limits.shadow_hours * (int64_t)HOUR_MS;
    if ((is(e, "shadow") || is(e, "throttled")) && tx_now(t) < ready)
        return fault(ERR_CONFLICT, "rule_shadow_short", "since %lld", (long long)e->stage_at);
    return OK;
}

/* What the back-test foretold for a day, times what is not yet a surprise. */
static int64_t day_max(const struct scan_pass *trial, const struct scan_limits *l, int share)
{
    if (!trial->id || !l->surprise)
        return 0;
    int64_t n = (trial->recent * l->surprise + MONTH_DAYS - 1) / MONTH_DAYS;
    if (share)
        n = n * share / SCAN_SHARE_ALL;
    return n > SURPRISE_MIN ? n : SURPRISE_MIN;
}

static err stage_put(struct tx *t, const struct scan_entry *e, const struct scan_step *s,
                     const struct scan_pass *trial)
{
    str stage = scan_next_stage(e);
    bool live = str_eq(stage, S("live")), canary = str_eq(stage, S("canary"));
    struct scan_place p = {.id = e->r.id,
                           .state = stage,
                           .live = live ? e->newest : e->live,
                           .before = live ? e->live : 0,
                           .trial = live ? 0 : e->newest,
                           .by = s->by,
                           .young_until = tx_now(t) + s->limits.young_hours * (int64_t)HOUR_MS,
                           .hour_max = s->limits.hour_max};
    p.share = canary ? s->limits.canary_percent * SCAN_SHARE_ALL / 100 : 0;
    p.day_max = day_max(trial, &s->limits, p.share);
    return store_scan_place(t, &p);
}

err scan_rule_approve(struct tx *t, arena *mem, const struct scan_step *s)
{
    struct scan_entry e, old = {0};
    struct scan_pass trial;
    TRY(scan_rule_load(t, mem, s->rule_id, 0, &e));
    TRY(pass_trial_of(t, mem, &e, &trial));
    TRY(step_check(t, &e, s, &trial));
    str stage = scan_next_stage(&e);
    bool live = str_eq(stage, S("live"));
    TRY(stage_put(t, &e, s, &trial));
    TRY(rule_touch(t, &e));
    if (live && e.live) {
        TRY(scan_rule_load(t, mem, s->rule_id, e.live, &old));
        TRY(rule_touch(t, &old));
    }
    enum record_kind kind = live                         ? RECORD_scan_rule_live
                            : str_eq(stage, S("canary")) ? RECORD_scan_rule_canary
                                                         : RECORD_scan_rule_shadow;
    TRY(rule_act_record(t, &(struct rule_act){kind, s->rule_id, s->by, e.newest, e.note}));
    if (!live)
        return OK;
    return pass_start(
        t, mem,
        &(struct scan_pass){
            .rule_id = s->rule_id, .version = e.newest, .kind = S("rescan"), .by = s->by});
}

err scan_rule_retire(struct tx *t, arena *mem, int64_t rule_id, int64_t by, str reason)
{
    struct scan_entry e;
    TRY(scan_rule_load(t, mem, rule_id, 0, &e));
    if (!str_trim(reason).n)
        return fault_field(ERR_INVALID, "reason_required", "reason", "no reason given");
    if (is(&e, "retired"))
        return fault(ERR_CONFLICT, "rule_not_waiting", "rule is retired");
    TRY(store_scan_place(t, &(struct scan_place){.id = rule_id, .state = S("retired"), .by = by}));
    TRY(store_scan_epoch_up(t, 1, 1));
    return rule_act_record(
        t, &(struct rule_act){RECORD_scan_rule_retired, rule_id, by, e.newest, reason});
}

/* ---- the throttle ---- */

static err throttle_tell(struct tx *t, arena *mem, const struct scan_entry *e,
                         const struct scan_brake *b)
{
    const str args[] = {e->r.name, str_fmt(mem, "%lld", (long long)b->seen),
                        str_fmt(mem, "%lld", (long long)b->most)};
    const char *kind = str_z(mem, str_cat(mem, S("scan_throttled_"), b->why));
    str link = str_fmt(mem, "/desk/scan/%lld", (long long)e->r.id);
    TRY(notice_send(t, e->author, kind, link, LEN(args), args));
    return e->stage_by && e->stage_by != e->author
               ? notice_send(t, e->stage_by, kind, link, LEN(args), args)
               : OK;
}

err scan_rule_throttle(struct tx *t, arena *mem, const struct scan_brake *b)
{
    struct scan_entry e, old;
    TRY(scan_rule_load(t, mem, b->rule_id, 0, &e));
    bool live = is(&e, "live");
    if (!live && !is(&e, "canary"))
        return OK;
    /* While it was young, what it replaced comes back; a canary replaced nothing. */
    bool young = tx_now(t) < e.young_until;
    int back = live ? (young ? e.before : 0) : e.live;
    struct scan_place p = {.id = b->rule_id,
                           .state = S("throttled"),
                           .live = back,
                           .trial = e.newest,
                           .by = e.stage_by};
    TRY(store_scan_place(t, &p));
    TRY(rule_touch(t, &e));
    if (back) {
        TRY(scan_rule_load(t, mem, b->rule_id, back, &old));
        TRY(rule_touch(t, &old));
    }
    TRY(throttle_tell(t, mem, &e, b));
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_scan_rule_throttled,
               .subject = str_fmt(mem, "scan_rule/%lld", (long long)b->rule_id),
               RECORD_FIELDS(RECORD_INT("rule", b->rule_id), RECORD_INT("version", e.newest),
                             RECORD_TEXT("reason", b->why), RECORD_INT("seen", b->seen),
                             RECORD_INT("most", b->most), RECORD_INT("back_to", back)),
           });
}

err rule_watch(struct tx *t, arena *mem, int64_t rule_id, int version)
{
    struct scan_young y;
    int64_t hour = 0, all = 0, now = tx_now(t);
    TRY(store_scan_young(t, rule_id, version, &y));
    if (now >= y.until)
        return OK;
    if (y.hour_max)
        TRY(store_scan_acted(t, rule_id, version, now - HOUR_MS, &hour));
    if (y.day_max)
        TRY(store_scan_acted(t, rule_id, version, y.since, &all));
    int64_t most = y.day_max * (1 + (now - y.since) / DAY_MS);
    bool fast = y.hour_max && hour > y.hour_max;
    if (!fast && (!y.day_max || all <= most))
        return OK;
    struct scan_brake b = {rule_id, fast ? S("hour") : S("foretold"), fast ? hour : all,
                           fast ? y.hour_max : most};
    return scan_rule_throttle(t, mem, &b);
}
