/* The sweep after a reversal: decisions that share its mistake are looked at again
 * (obligations 3.8, trust-safety.md 4.3). A second look is an appeal that nobody filed (user_id 0):
 * somebody else than the decider decides it, with everything an appeal can do, and the operator's
 * own appeal stays theirs. */
#include "notice/notice.h"
#include "record/record.h"
#include "ruling/steps.h"

static str sweep_link(arena *mem, int64_t ruling_id)
{
    return str_fmt(mem, "/desk/rulings/%lld/sweep", (long long)ruling_id);
}

err sweep_tell(struct tx *t, arena *mem, const struct ruling *r)
{
    struct sweep_item *v;
    int64_t *who;
    size_t n, who_n;
    TRY(sweep_list(t, mem, r->id, &v, &n));
    if (!n)
        return OK;
    TRY(store_role_holders(t, mem, S("editor_in_chief"), S("editor_in_chief"), &who, &who_n));
    const str args[] = {r->title, str_fmt(mem, "%zu", n)};
    for (size_t i = 0; i < who_n; i++)
        TRY(notice_send(t, who[i], "sweep_open", sweep_link(mem, r->id), LEN(args), args));
    return OK;
}

err ruling_reopen(struct tx *t, arena *mem, const struct sweep_ask *ask, int64_t ruling_id)
{
    struct ruling r;
    TRY(ruling_load(t, mem, ruling_id, &r));
    struct appeal a = {.ruling_id = ruling_id, .text = ask->text};
    TRY(appeal_begin(t, &a, &r, ask->officer));
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_ruling_reopened,
               .account_id = r.account_id,
               .actor = ask->officer,
               .subject = str_fmt(mem, "case/%lld", (long long)r.case_id),
               RECORD_FIELDS(RECORD_INT("ruling", ruling_id), RECORD_INT("because", ask->ruling_id),
                             RECORD_INT("case", a.case_id)),
           });
}

err sweep_reopen(struct tx *t, arena *mem, const struct sweep_ask *ask)
{
    struct sweep_item *v;
    struct appeal a;
    size_t n, found = 0;
    err e = appeal_of_ruling(t, mem, ask->ruling_id, &a);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_NOT_FOUND || !a.outcome.n || str_eq(a.outcome, S("uphold")))
        return fault(ERR_CONFLICT, "not_reversed", "ruling %lld", (long long)ask->ruling_id);
    if (!ask->n)
        return fault(ERR_INVALID, "nothing_chosen", "no ruling chosen");
    TRY(sweep_list(t, mem, ask->ruling_id, &v, &n));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < ask->n; k++)
            if (v[i].id == ask->v[k]) {
                TRY(ruling_reopen(t, mem, ask, v[i].id));
                found++;
            }
    return found == ask->n ? OK : fault(ERR_CONFLICT, "sweep_changed", "%zu of %zu", found, ask->n);
}
