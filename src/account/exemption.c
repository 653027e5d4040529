/* Accounts over the cap: asked for, granted for a time, refused. */
#include "account/account_store.h"
#include "account/exemption_store.h"
#include "base/clock.h"
#include "base/id.h"
#include "notice/notice.h"
#include "record/record.h"

static err leave(struct tx *t, arena *mem, const struct exemption *e, str class,
                 enum record_kind kind, int64_t actor)
{
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .actor = actor,
               .subject = str_fmt(mem, "registrant/%lld", (long long)e->registrant_id),
               RECORD_FIELDS(RECORD_TEXT("class", class), RECORD_INT("extra", e->extra),
                             RECORD_INT("until", e->until_at), RECORD_TEXT("reason", e->answer)),
           });
}

err exemption_ask(struct tx *t, arena *mem, const struct exemption_wish *w, int64_t *ret_id)
{
    struct registrant_facts f;
    int64_t waits = 0;
    TRY(store_registrant_facts(t, mem, w->registrant_id, &f));
    if (f.user_id != w->user_id)
        return fault(ERR_NOT_FOUND, "not_found", "not this user's registrant");
    err e = application_check(&f, w->cap, 0, tx_now(t));
    if (e == OK)
        return fault(ERR_CONFLICT, "cap_not_reached", "%lld accounts", (long long)f.used);
    if (e != ERR_LIMIT)
        return e;
    fault_clear();
    TRY(store_exemption_waits(t, f.identity_key, &waits));
    if (waits)
        return fault(ERR_CONFLICT, "exemption_waits", "one is asked for");
    struct exemption x = {.id = id_new(),
                          .registrant_id = w->registrant_id,
                          .asked_by = w->user_id,
                          .extra = w->extra,
                          .months = w->months,
                          .answer = S(""),
                          .reason = w->reason};
    TRY(store_exemption_insert(t, &x, f.identity_key));
    TRY(case_open(t, &(struct casefile){.kind = CASE_EXEMPTION,
                                        .subject = x.id,
                                        .title = f.class,
                                        .opened_by = w->user_id,
                                        .eyes = 2,
                                        .due_at = tx_now(t) + w->review_ms}));
    *ret_id = x.id;
    return leave(t, mem, &x, f.class, RECORD_exemption_asked, w->user_id);
}

err exemption_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                           const struct decision *d)
{
    struct exemption e;
    bool granted = d->verdict == VERDICT_APPROVE;
    TRY(store_exemption_load(t, mem, c->subject, &e));
    e.state = granted ? S("granted") : S("refused");
    e.answer = granted ? S("") : d->reason;
    e.until_at = granted ? clock_add_months(tx_now(t), e.months) : 0;
    TRY(store_exemption_decide(t, &e));
    str args[] = {granted ? str_fmt(mem, "%d", e.extra) : e.answer,
                  granted ? str_sub(clock_china_text(mem, e.until_at), 0, 10) : S("")};
    TRY(notice_send(t, e.asked_by, granted ? "exemption_granted" : "exemption_refused",
                    str_fmt(mem, "/me/registrants/%lld/exemption", (long long)e.registrant_id),
                    granted ? 2 : 1, args));
    return leave(t, mem, &e, c->title,
                 granted ? RECORD_exemption_granted : RECORD_exemption_refused, d->officer);
}
