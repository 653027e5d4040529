/* Two-person publishing: what waits, what a second member says of it, and the rule itself. */
#include "article/release.h"

#include "account/account.h"
#include "article/article_store.h"
#include "article/going.h"
#include "article/release_store.h"
#include "notice/notice.h"
#include "record/record.h"

static err tell_others(struct tx *t, arena *mem, int64_t account_id, int64_t but, const char *kind,
                       str link, size_t arg_n, const str *args)
{
    int64_t *v;
    size_t n;
    TRY(store_release_able(t, mem, account_id, but, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(notice_send(t, v[i], kind, link, arg_n, args));
    return OK;
}

static str page_link(arena *mem, const struct article *a)
{
    return str_fmt(mem, "/console/%.*s/releases/%lld", FMT(a->handle), (long long)a->no);
}

err release_open(struct tx *t, arena *mem, const struct article *a, const struct release *in)
{
    struct release r = *in;
    r.account_id = a->account_id;
    r.no = a->no;
    TRY(release_drop(t, a->account_id, a->no));
    TRY(store_release_insert(t, &r));
    return tell_others(t, mem, a->account_id, r.asked_by, "release_waits", page_link(mem, a), 1,
                       &a->title);
}

/* ---- what a second member says ---- */

static err waiting_load(struct tx *t, arena *mem, const struct release_act *act,
                        struct release *ret_r)
{
    struct release r;
    err e = release_of(t, mem, act->account_id, act->no, &r);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_NOT_FOUND || !str_eq(r.state, S("waiting")))
        return fault(ERR_CONFLICT, "not_waiting", "article %lld", (long long)act->no);
    if (r.version != act->version)
        return fault(ERR_CONFLICT, "release_other_version", "version %d waits", r.version);
    if (r.asked_by == act->user_id)
        return fault(ERR_DENIED, "release_own", "version %d", r.version);
    r.decided_by = act->user_id;
    *ret_r = r;
    return OK;
}

static err leave(struct tx *t, arena *mem, const struct article *a, const struct release *r,
                 enum record_kind kind, str reason)
{
    bool released = kind == RECORD_article_released;
    str link = str_fmt(mem, "/console/%.*s/articles/%lld", FMT(a->handle), (long long)a->no);
    TRY(store_release_decide(t, r, released ? S("released") : S("returned"), reason));
    TRY(store_event(t, a, r->version, released ? "released" : "release_returned", r->decided_by,
                    reason));
    TRY(notice_send(t, r->asked_by, released ? "release_done" : "release_returned", link, 2,
                    (const str[]){r->title, reason}));
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = a->account_id,
               .actor = r->decided_by,
               .subject =
                   str_fmt(mem, "article/%lld/%lld", (long long)a->account_id, (long long)a->no),
               RECORD_FIELDS(RECORD_INT("version", r->version), RECORD_INT("author", r->asked_by),
                             RECORD_TEXT("reason", reason)),
           });
}

/* Rules of the scan, emergencies and removals may have come while it waited. */
static err rules_now(struct tx *t, arena *mem, const struct release_act *act,
                     const struct release *r, const struct article_version *v,
                     struct article_rules *ret_rules)
{
    struct gate_question q;
    struct gate_answer gate;
    bool holds = false;
    *ret_rules = *act->rules;
    TRY(version_question(mem, v, &q));
    q.listed = act->prints && act->prints->refuse;
    TRY(gate_pass(t, mem, &q, &gate));
    if (act->prints) {
        TRY(print_still(act->prints, gate.prints));
        holds |= act->prints->hold;
    }
    if (gate.emergency_hold && !holds)
        TRY(emergency_asks(t, mem, v->account_id, &v->text, &holds));
    if (act->scan) {
        TRY(scan_still(t, act->scan));
        if (act->scan->refuse)
            return fault(ERR_DENIED, "scan_refused", "a rule of the scan refuses it");
        holds |= act->scan->hold;
    }
    if (holds || r->review_first)
        ret_rules->mode = ARTICLE_REVIEW_FIRST;
    return OK;
}

static err let_go(struct tx *t, arena *mem, const struct release_act *act, const struct release *r,
                  struct article *a)
{
    struct article_version v;
    struct article_rules rules;
    str state;
    TRY(article_version_load(t, mem, a->account_id, a->no, r->version, &v));
    TRY(leave(t, mem, a, r, RECORD_article_released, S("")));
    TRY(rules_now(t, mem, act, r, &v, &rules));
    a->title = v.text.title;
    TRY(article_go_on(t, mem, &(struct going){a, &v, &rules, a->publish_at, act->user_id, false},
                      &state));
    struct print_place at = {a->account_id, a->no, r->version, false, S("")};
    return act->prints && act->prints->n ? print_keep(t, mem, &at, act->prints) : OK;
}

static err send_back(struct tx *t, arena *mem, const struct release_act *act,
                     const struct release *r, const struct article *a)
{
    str reason = str_trim(act->reason);
    if (!reason.n)
        return fault_field(ERR_INVALID, "reason_required", "reason", "no reason given");
    if (str_eq(a->state, S("held")))
        TRY(store_state(t, a, S("draft"), reason));
    TRY(draft_restore(t, mem, a, r->version, reason));
    return leave(t, mem, a, r, RECORD_article_release_returned, reason);
}

err release_decide(struct tx *t, arena *mem, const struct release_act *act)
{
    struct release r;
    struct article a;
    TRY(waiting_load(t, mem, act, &r));
    TRY(article_load(t, mem, act->account_id, act->no, &a));
    return act->release ? let_go(t, mem, act, &r, &a) : send_back(t, mem, act, &r, &a);
}

/* ---- the rule ---- */

static err rule_leave(struct tx *t, arena *mem, int64_t account_id, int64_t user_id,
                      enum record_kind kind)
{
    struct account a;
    TRY(account_load(t, mem, account_id, &a));
    TRY(tell_others(t, mem, account_id, user_id, record_kind_name(kind),
                    str_fmt(mem, "/console/%.*s/releases", FMT(a.handle)), 1, &a.name));
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .account_id = account_id,
                             .actor = user_id,
                             .subject = str_fmt(mem, "account/%lld", (long long)account_id),
                             RECORD_FIELDS(RECORD_TEXT("handle", a.handle)),
                         });
}

static err rule_off(struct tx *t, arena *mem, int64_t account_id, int64_t user_id,
                    const struct release_rule *r)
{
    struct release *v;
    size_t n;
    TRY(release_waiting(t, mem, account_id, &v, &n));
    if (n)
        return fault(ERR_CONFLICT, "release_waits", "%zu versions", n);
    if (r->off_asked == user_id)
        return fault(ERR_CONFLICT, "second_agrees", "asked by the same member");
    bool agreed = r->off_asked != 0;
    TRY(store_two_person(t, account_id, !agreed, agreed ? 0 : user_id));
    return rule_leave(t, mem, account_id, user_id,
                      agreed ? RECORD_two_person_off : RECORD_two_person_off_asked);
}

err release_rule_set(struct tx *t, arena *mem, int64_t account_id, int64_t user_id, bool on)
{
    struct release_rule r;
    TRY(release_rule_load(t, mem, account_id, &r));
    if (!on)
        return r.on ? rule_off(t, mem, account_id, user_id, &r) : OK;
    if (r.able < 2)
        return fault(ERR_CONFLICT, "second_member_missing", "%lld able", (long long)r.able);
    if (r.on && !r.off_asked)
        return OK;
    TRY(store_two_person(t, account_id, true, 0));
    return rule_leave(t, mem, account_id, user_id, RECORD_two_person_on);
}
