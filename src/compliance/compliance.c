/* Asking the facts about every duty, and watching for change. */
#include "compliance/compliance.h"

#include "compliance/compliance_store.h"
#include "notice/notice.h"
#include "policy/policy.h"
#include "provider/provider.h"
#include "record/record.h"

const struct duty DUTIES[DUTY_COUNT] = {
#define DUTY(name, obligation, post, kind, arg, href)                                              \
    [DUTY_##name] = {#name, obligation, #post, DUTY_CHECK_##kind, {arg, sizeof(arg) - 1}, href},
#include "compliance/duties.def"
#undef DUTY
};

static const str STATES[] = {S_INIT("met"), S_INIT("vacant"), S_INIT("breached")};

/* ---- checks: how much is wrong ---- */

static err posts_wrong(struct tx *t, arena *mem, str only, int64_t *ret_n)
{
    int64_t n = 0;
    (void)mem;
    for (size_t i = 0; i < POST_COUNT; i++) {
        bool filled = true;
        if (!only.n || str_eq(only, POSTS[i].name))
            TRY(post_filled(t, POSTS[i].name, &filled));
        n += !filled;
    }
    *ret_n = n;
    return OK;
}

static err policy_wrong(struct tx *t, arena *mem, str kind, int64_t *ret_n)
{
    struct policy p;
    err e = policy_in_force(t, mem, kind, tx_now(t), &p);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_n = e == ERR_NOT_FOUND;
    return OK;
}

static err overdue_wrong(struct tx *t, arena *mem, str kind, int64_t *ret_n)
{
    (void)mem;
    return store_overdue(t, kind, ret_n);
}

static err count_wrong(struct tx *t, arena *mem, str what, int64_t *ret_n)
{
    static const struct {
        str what;
        err (*fn)(struct tx *, int64_t *);
    } counts[] = {{S_INIT("second_factor"), store_no_second_factor},
                  {S_INIT("expired"), store_expired_identities},
                  {S_INIT("vault_waiting"), store_vault_waiting},
                  {S_INIT("dead_jobs"), store_dead_jobs},
                  {S_INIT("emergency_review"), store_unreviewed},
                  {S_INIT("untrained"), store_untrained},
                  {S_INIT("capacity"), store_capacity_alarms}};
    (void)mem;
    for (size_t i = 0; i < LEN(counts); i++)
        if (str_eq(what, counts[i].what))
            return counts[i].fn(t, ret_n);
    return fault(ERR_BUG, "internal", "no count %.*s", FMT(what));
}

static err people_in(struct tx *t, arena *mem, str post, struct duty_report *r)
{
    struct post *v;
    size_t n;
    TRY(post_list(t, mem, post, &v, &n));
    r->people = S("");
    r->deputy = true;
    for (size_t i = 0; i < n; i++) {
        if (!post_current(&v[i], tx_now(t)))
            continue;
        r->people = r->people.n ? str_fmt(mem, "%.*s, %.*s", FMT(r->people), FMT(v[i].user_name))
                                : v[i].user_name;
        r->deputy = r->deputy && v[i].deputy;
    }
    r->deputy = r->deputy && r->people.n;
    return OK;
}

err duty_ask(struct tx *t, arena *mem, enum duty_id id, struct duty_report *ret_report)
{
    static err (*const CHECKS[])(struct tx *, arena *, str,
                                 int64_t *) = {[DUTY_CHECK_POSTS] = posts_wrong,
                                               [DUTY_CHECK_POLICY] = policy_wrong,
                                               [DUTY_CHECK_OVERDUE] = overdue_wrong,
                                               [DUTY_CHECK_COUNT] = count_wrong};
    const struct duty *d = &DUTIES[id];
    struct duty_report r = {0};
    str seen = STR_NONE;
    TRY(CHECKS[d->check](t, mem, d->arg, &r.number));
    TRY(people_in(t, mem, str_from(d->post), &r));
    r.state = r.number ? DUTY_BREACHED : (r.people.n ? DUTY_MET : DUTY_VACANT);
    err e = store_duty_state(t, mem, str_from(d->name), &seen, &r.since);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_NOT_FOUND || !str_eq(seen, STATES[r.state]))
        r.since = 0;
    *ret_report = r;
    return OK;
}

/* ---- watching ---- */

static err tell(struct tx *t, arena *mem, const struct duty *d, enum duty_state state)
{
    int64_t *v;
    size_t n;
    TRY(store_told(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(notice_send(t, v[i], state == DUTY_VACANT ? "duty_vacant" : "duty_breached",
                        S("/desk/duties"), 2,
                        (const str[]){str_from(d->obligation), str_from(d->name)}));
    return OK;
}

static err changed(struct tx *t, arena *mem, const struct duty *d, enum duty_state state)
{
    TRY(store_duty_seen(t, str_from(d->name), STATES[state]));
    TRY(record_add(t, &(struct record_in){
                          .kind = RECORD_duty_changed,
                          .subject = str_fmt(mem, "duty/%s", d->name),
                          RECORD_FIELDS(RECORD_TEXT("duty", str_from(d->name)),
                                        RECORD_TEXT("state", STATES[state])),
                      }));
    return state == DUTY_MET ? OK : tell(t, mem, d, state);
}

static err watch(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    (void)ctx;
    for (int i = 0; i < DUTY_COUNT; i++) {
        struct duty_report r;
        TRY(duty_ask(t, mem, (enum duty_id)i, &r));
        if (!r.since)
            TRY(changed(t, mem, &DUTIES[i], r.state));
    }
    return OK;
}

err duty_watch(struct db *db)
{
    return db_tx(db, watch, NULL);
}
