/* SQL of the editors' choice. */
#include "reader/choice_store.h"
#include "emergency/scope.h"

enum { MAX_CURRENT = 50 };

err store_choice_insert(struct tx *t, const struct choice *c)
{
    return db_exec(t,
                   "INSERT INTO home_choice (id, account_id, no, place, from_at, until_at, reason,"
                   " chosen_by, chosen_at) VALUES ($1, $2, $3, $1, $4, $5, $6, $7, $8)",
                   DB_IN(c->id, c->account_id, c->no, c->from_at, c->until_at, c->reason,
                         c->chosen_by, tx_now(t)));
}

#define SELECT                                                                                     \
    "SELECT h.id, h.account_id, h.no, h.place, h.from_at, h.until_at, h.chosen_by, h.chosen_at,"   \
    " h.removed_at, h.removed_by, h.reason, h.removed_reason, p.handle, a.title, p.name, a.state," \
    " COALESCE(u.name, ''), COALESCE(w.name, '') FROM home_choice h"                               \
    " JOIN article a ON a.account_id = h.account_id AND a.no = h.no"                               \
    " JOIN account p ON p.id = h.account_id LEFT JOIN users u ON u.id = h.chosen_by"               \
    " LEFT JOIN users w ON w.id = h.removed_by "
#define OUT(x)                                                                                     \
    DB_OUT(&(x).id, &(x).account_id, &(x).no, &(x).place, &(x).from_at, &(x).until_at,             \
           &(x).chosen_by, &(x).chosen_at, &(x).removed_at, &(x).removed_by, &(x).reason,          \
           &(x).removed_reason, &(x).handle, &(x).title, &(x).account_name, &(x).article_state,    \
           &(x).chosen_name, &(x).removed_name)

err store_choice_load(struct tx *t, arena *mem, int64_t id, struct choice *ret_c)
{
    struct choice c = {0};
    TRY(db_one(t, mem, SELECT "WHERE h.id = $1", DB_IN(id), OUT(c)));
    *ret_c = c;
    return OK;
}

err store_choice_has(struct tx *t, int64_t account_id, int64_t no, bool *ret_has)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM home_choice WHERE account_id = $1 AND no = $2"
               " AND removed_at = 0 AND until_at > $3",
               DB_IN(account_id, no, tx_now(t)), DB_OUT(&n)));
    *ret_has = n > 0;
    return OK;
}

err store_choice_beside(struct tx *t, arena *mem, const struct choice *c, bool up,
                        struct choice *ret_c)
{
    struct choice x = {0};
    TRY(up ? db_one(t, mem,
                    SELECT "WHERE h.removed_at = 0 AND h.until_at > $1 AND h.place < $2"
                           " ORDER BY h.place DESC LIMIT 1",
                    DB_IN(tx_now(t), c->place), OUT(x))
           : db_one(t, mem,
                    SELECT "WHERE h.removed_at = 0 AND h.until_at > $1 AND h.place > $2"
                           " ORDER BY h.place LIMIT 1",
                    DB_IN(tx_now(t), c->place), OUT(x)));
    *ret_c = x;
    return OK;
}

err store_choice_place(struct tx *t, int64_t id, int64_t place)
{
    return db_exec(t, "UPDATE home_choice SET place = $2 WHERE id = $1", DB_IN(id, place));
}

err store_choice_removed(struct tx *t, const struct choice *c)
{
    return db_exec(t,
                   "UPDATE home_choice SET removed_at = $2, removed_by = $3, removed_reason = $4"
                   " WHERE id = $1",
                   DB_IN(c->id, tx_now(t), c->removed_by, c->removed_reason));
}

err store_choice_shown(struct tx *t, arena *mem, struct choice **ret_v, size_t *ret_n)
{
    struct choice *v = NEW_N(mem, struct choice, CHOICES_SHOWN), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT h.account_id, h.no FROM home_choice h JOIN article a"
            " ON a.account_id = h.account_id AND a.no = h.no JOIN account p ON p.id = h.account_id"
            " WHERE h.removed_at = 0 AND h.until_at > $1 AND h.from_at <= $1"
            " AND a.state = 'published' AND NOT EXISTS (SELECT 1 FROM emergency e"
            "  WHERE e.quiets = 1 AND " EMERGENCY_REACHES("$1", "p",
                                                          "a.category") ")"
                                                                        " ORDER BY h.place LIMIT 6",
            DB_IN(tx_now(t)), DB_OUT(&x.account_id, &x.no), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err choice_current(struct tx *t, arena *mem, struct choice **ret_v, size_t *ret_n)
{
    struct choice *v = NEW_N(mem, struct choice, MAX_CURRENT), x = {0};
    size_t n = 0;
    DB_EACH(t, mem, SELECT "WHERE h.removed_at = 0 AND h.until_at > $1 ORDER BY h.place LIMIT 50",
            DB_IN(tx_now(t)), OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err choice_past(struct tx *t, arena *mem, int64_t before, int limit, struct choice **ret_v,
                size_t *ret_n)
{
    struct choice *v = NEW_N(mem, struct choice, (size_t)limit), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            SELECT "WHERE (h.removed_at > 0 OR h.until_at <= $1) AND h.id < $2"
                   " ORDER BY h.id DESC LIMIT $3",
            DB_IN(tx_now(t), before ? before : INT64_MAX, limit), OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
