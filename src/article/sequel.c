/* Articles in series, and pinned ones: who may be where. */
#include "article/sequel.h"

#include "account/series.h"
#include "article/sequel_store.h"
#include "base/id.h"
#include "record/record.h"
#include "web/request.h"

static err touch(struct tx *t, arena *mem, int64_t account_id)
{
    struct account a;
    TRY(account_load(t, mem, account_id, &a));
    return account_page_touch(t, mem, a.handle);
}

static err open_series(struct tx *t, arena *mem, const struct sequel_act *act)
{
    struct series s;
    TRY(series_load(t, mem, act->account_id, act->series, &s));
    return s.ended_at ? fault(ERR_CONFLICT, "series_ended", "series %lld", (long long)s.no) : OK;
}

err sequel_add(struct tx *t, arena *mem, const struct sequel_act *act)
{
    struct article a;
    int64_t n = 0, in = 0;
    TRY(open_series(t, mem, act));
    TRY(article_load(t, mem, act->account_id, act->no, &a));
    if (str_eq(a.state, S("discarded")) || str_eq(a.state, S("removed")))
        return fault_field(ERR_NOT_FOUND, "not_found", "article", "article is %.*s", FMT(a.state));
    TRY(store_sequel_series(t, act->account_id, act->no, &in));
    if (in)
        return fault_field(ERR_CONFLICT, "sequel_taken", "article", "in series %lld",
                           (long long)in);
    TRY(store_sequel_count(t, act->account_id, act->series, &n));
    if (n >= SEQUEL_MAX)
        return fault_field(ERR_LIMIT, "sequel_many", "article", "%lld articles", (long long)n);
    TRY(store_sequel_insert(t, act, id_new()));
    return touch(t, mem, act->account_id);
}

err sequel_drop(struct tx *t, arena *mem, const struct sequel_act *act)
{
    TRY(store_sequel_delete(t, act));
    return touch(t, mem, act->account_id);
}

err sequel_move(struct tx *t, arena *mem, const struct sequel_act *act, bool up)
{
    struct sequel_item *v;
    size_t n, at = 0;
    TRY(sequel_items(t, mem, act->account_id, act->series, &v, &n));
    while (at < n && v[at].no != act->no)
        at++;
    if (at == n)
        return fault(ERR_NOT_FOUND, "not_found", "not in this series");
    if (up ? at == 0 : at + 1 == n)
        return OK;
    const struct sequel_item *other = &v[up ? at - 1 : at + 1];
    TRY(store_sequel_place(t, act->account_id, act->no, other->place));
    TRY(store_sequel_place(t, act->account_id, other->no, v[at].place));
    return touch(t, mem, act->account_id);
}

/* ---- pinned articles ---- */

static err pin_leave(struct tx *t, arena *mem, enum record_kind kind, const struct sequel_act *act)
{
    TRY(touch(t, mem, act->account_id));
    return record_add(
        t, &(struct record_in){.kind = kind,
                               .account_id = act->account_id,
                               .actor = act->user_id,
                               .subject = str_fmt(mem, "article/%lld/%lld",
                                                  (long long)act->account_id, (long long)act->no)});
}

err pin_set(struct tx *t, arena *mem, const struct sequel_act *act)
{
    struct article a, *pinned;
    struct article_page page = {.account_id = act->account_id, .pinned = true, .limit = PINS_MAX};
    size_t n = 0;
    bool there = false;
    TRY(article_load(t, mem, act->account_id, act->no, &a));
    if (!str_eq(a.state, S("published")))
        return fault(ERR_CONFLICT, "not_published", "article is %.*s", FMT(a.state));
    TRY(pin_has(t, act->account_id, act->no, &there));
    if (there)
        return OK;
    TRY(article_list(t, mem, &page, &pinned, &n)); /* what is withdrawn takes no place */
    if (n >= PINS_MAX)
        return fault(ERR_LIMIT, "pins_many", "%zu pinned", n);
    TRY(store_pin_insert(t, act));
    return pin_leave(t, mem, RECORD_article_pinned, act);
}

err pin_drop(struct tx *t, arena *mem, const struct sequel_act *act)
{
    int64_t changed = 0;
    TRY(store_pin_delete(t, act, &changed));
    return changed ? pin_leave(t, mem, RECORD_article_unpinned, act) : OK;
}
