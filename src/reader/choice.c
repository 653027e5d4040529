/* The editors' choice for the front page. */
#include "reader/choice.h"

#include "base/clock.h"
#include "base/id.h"
#include "reader/choice_store.h"
#include "record/record.h"
#include "web/request.h"

static err leave(struct tx *t, enum record_kind kind, const struct choice *c, int64_t by,
                 str reason)
{
    AUTO_ARENA(mem);
    TRY(record_add(t, &(struct record_in){
                          .kind = kind,
                          .account_id = c->account_id,
                          .actor = by,
                          .subject = str_fmt(mem, "article/%lld/%lld", (long long)c->account_id,
                                             (long long)c->no),
                          RECORD_FIELDS(RECORD_INT("choice", c->id), RECORD_TEXT("reason", reason),
                                        RECORD_INT("from_at", c->from_at),
                                        RECORD_INT("until_at", c->until_at)),
                      }));
    return page_touch(t, S("home"));
}

err choice_make(struct tx *t, const struct choice *c, int64_t *ret_id)
{
    AUTO_ARENA(mem);
    struct article a;
    struct choice row = *c;
    bool twice = false;
    TRY(article_load(t, mem, c->account_id, c->no, &a));
    if (!str_eq(a.state, S("published")))
        return fault_field(ERR_CONFLICT, "choice_not_public", "article", "article is %.*s",
                           FMT(a.state));
    if (c->until_at <= c->from_at || c->until_at <= tx_now(t) ||
        c->until_at - c->from_at > (int64_t)CHOICE_DAYS_MAX * DAY_MS)
        return fault_field(ERR_INVALID, "choice_dates", "until", "dates");
    TRY(store_choice_has(t, c->account_id, c->no, &twice));
    if (twice)
        return fault_field(ERR_CONFLICT, "choice_twice", "article", "chosen already");
    row.id = id_new();
    TRY(store_choice_insert(t, &row));
    TRY(leave(t, RECORD_choice_made, &row, row.chosen_by, row.reason));
    *ret_id = row.id;
    return OK;
}

static err load_open(struct tx *t, arena *mem, int64_t id, struct choice *ret_c)
{
    TRY(store_choice_load(t, mem, id, ret_c));
    return ret_c->removed_at || ret_c->until_at <= tx_now(t)
               ? fault(ERR_CONFLICT, "choice_over", "ended or taken down")
               : OK;
}

err choice_move(struct tx *t, int64_t id, bool up, int64_t by)
{
    AUTO_ARENA(mem);
    struct choice c, other;
    TRY(load_open(t, mem, id, &c));
    err e = store_choice_beside(t, mem, &c, up, &other);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    TRY(store_choice_place(t, c.id, other.place));
    TRY(store_choice_place(t, other.id, c.place));
    return leave(t, RECORD_choice_moved, &c, by, up ? S("up") : S("down"));
}

err choice_remove(struct tx *t, int64_t id, str reason, int64_t by)
{
    AUTO_ARENA(mem);
    struct choice c;
    TRY(load_open(t, mem, id, &c));
    c.removed_by = by;
    c.removed_reason = reason;
    TRY(store_choice_removed(t, &c));
    return leave(t, RECORD_choice_removed, &c, by, reason);
}

err choice_shown(struct tx *t, arena *mem, struct article **ret_v, size_t *ret_n)
{
    struct choice *c = NULL;
    size_t n = 0;
    TRY(store_choice_shown(t, mem, &c, &n));
    struct article *v = NEW_N(mem, struct article, n);
    for (size_t i = 0; i < n; i++)
        TRY(article_load(t, mem, c[i].account_id, c[i].no, &v[i]));
    *ret_v = v;
    *ret_n = n;
    return OK;
}
