/* SQL of licences and news sources. */
#include "licence/licence_store.h"

#include "base/clock.h"
#include "base/id.h"

enum { MAX_LIST = 100, MAX_TOLD = 100, MAX_ENDING = 200 };

#define COLUMNS                                                                                    \
    "l.registrant_id, l.id, l.account_id, l.type, l.number, l.issuer, l.valid_from, l.valid_to,"   \
    " l.evidence_id, l.state, l.reason, l.filed_by, l.filed_at, l.decided_at, a.handle, a.name"
#define FROM " FROM licence l JOIN account a ON a.id = l.account_id"
#define OUT(x)                                                                                     \
    DB_OUT(&(x).registrant_id, &(x).id, &(x).account_id, &(x).type, &(x).number, &(x).issuer,      \
           &(x).valid_from, &(x).valid_to, &(x).evidence_id, &(x).state, &(x).reason,              \
           &(x).filed_by, &(x).filed_at, &(x).decided_at, &(x).handle, &(x).account_name)

err store_licence_insert(struct tx *t, const struct licence *l)
{
    return db_exec(t,
                   "INSERT INTO licence (registrant_id, id, account_id, type, number, issuer,"
                   " valid_from, valid_to, evidence_id, state, filed_by, filed_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'submitted', $10, $11)",
                   DB_IN(l->registrant_id, l->id, l->account_id, l->type, l->number, l->issuer,
                         l->valid_from, l->valid_to, l->evidence_id, l->filed_by, tx_now(t)));
}

err store_licence_state(struct tx *t, const struct licence *l, str state, str reason)
{
    return db_exec(t,
                   "UPDATE licence SET state = $3, reason = $4, decided_at = $5"
                   " WHERE registrant_id = $1 AND id = $2",
                   DB_IN(l->registrant_id, l->id, state, reason.p ? reason : S(""), tx_now(t)));
}

err store_licence_waiting(struct tx *t, int64_t registrant_id, str type, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM licence WHERE registrant_id = $1 AND type = $2"
                  " AND state IN ('submitted', 'countersign')",
                  DB_IN(registrant_id, type), DB_OUT(ret_n));
}

err licence_load(struct tx *t, arena *mem, int64_t registrant_id, int64_t id, struct licence *ret_l)
{
    struct licence l = {0};
    TRY(db_one(t, mem, "SELECT " COLUMNS FROM " WHERE l.registrant_id = $1 AND l.id = $2",
               DB_IN(registrant_id, id), OUT(l)));
    *ret_l = l;
    return OK;
}

err licence_list(struct tx *t, arena *mem, int64_t registrant_id, struct licence **ret_v,
                 size_t *ret_n)
{
    struct licence *v = NEW_N(mem, struct licence, MAX_LIST), l = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS FROM " WHERE l.registrant_id = $1 ORDER BY l.id DESC LIMIT 100",
            DB_IN(registrant_id), OUT(l), { v[n++] = l; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err licence_public(struct tx *t, arena *mem, int64_t registrant_id, struct licence **ret_v,
                   size_t *ret_n)
{
    struct licence *v = NEW_N(mem, struct licence, MAX_LIST), l = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS FROM " WHERE l.registrant_id = $1 AND l.state = 'valid'"
            " AND l.valid_from <= $2 AND (l.valid_to = 0 OR l.valid_to > $2)"
            " ORDER BY l.id LIMIT 100",
            DB_IN(registrant_id, tx_now(t)), OUT(l), { v[n++] = l; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err licence_page_of(struct tx *t, arena *mem, const struct licence_page *p, struct licence **ret_v,
                    size_t *ret_n)
{
    ASSERT(p->limit > 0 && p->limit <= MAX_LIST);
    struct licence *v = NEW_N(mem, struct licence, (size_t)p->limit), l = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS FROM
            " WHERE l.id < $2 AND ($1 = '' OR ($1 = l.state AND $1 <> 'valid')"
            "  OR ($1 = 'waiting' AND l.state IN ('submitted', 'countersign'))"
            "  OR ($1 = 'valid' AND l.state = 'valid' AND (l.valid_to = 0 OR l.valid_to > $3))"
            "  OR ($1 = 'expired' AND l.state = 'valid' AND l.valid_to > 0 AND l.valid_to <= $3)"
            "  OR ($1 = 'ending' AND l.state = 'valid' AND l.valid_to > $3 AND l.valid_to <= $4))"
            " ORDER BY l.id DESC LIMIT $5",
            DB_IN(p->status, p->before ? p->before : INT64_MAX, tx_now(t),
                  tx_now(t) + (int64_t)30 * DAY_MS, p->limit),
            OUT(l), { v[n++] = l; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* One that a later one of the same type takes over from needs no word. */
err store_licence_ending(struct tx *t, arena *mem, struct licence_ending **ret_v, size_t *ret_n)
{
    struct licence_ending *v = NEW_N(mem, struct licence_ending, MAX_ENDING), e = {0};
    size_t n = 0;
    int64_t now = tx_now(t);
    DB_EACH(t, mem,
            "SELECT e.registrant_id, e.id, e.account_id, e.type, e.number, e.valid_to, e.filed_by,"
            " e.days FROM (SELECT l.registrant_id, l.id, l.account_id, l.type, l.number,"
            "  l.valid_to, l.filed_by, CASE WHEN l.valid_to <= $1 THEN 0 WHEN l.valid_to <= $2"
            "   THEN 1 WHEN l.valid_to <= $3 THEN 7 ELSE 30 END AS days FROM licence l"
            "  WHERE l.state = 'valid' AND l.valid_to > 0 AND l.valid_to <= $4) e"
            " WHERE NOT EXISTS (SELECT 1 FROM licence_notice n WHERE n.registrant_id ="
            "   e.registrant_id AND n.licence_id = e.id AND n.days = e.days)"
            "  AND NOT EXISTS (SELECT 1 FROM licence o WHERE o.registrant_id = e.registrant_id"
            "   AND o.type = e.type AND o.state = 'valid'"
            "   AND (o.valid_to = 0 OR o.valid_to > e.valid_to))"
            " ORDER BY e.id LIMIT 200",
            DB_IN(now, now + DAY_MS, now + 7 * DAY_MS, now + (int64_t)30 * DAY_MS),
            DB_OUT(&e.l.registrant_id, &e.l.id, &e.l.account_id, &e.l.type, &e.l.number,
                   &e.l.valid_to, &e.l.filed_by, &e.days),
            { v[n++] = e; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_licence_told(struct tx *t, const struct licence_ending *e)
{
    return db_exec(t,
                   "INSERT INTO licence_notice (registrant_id, licence_id, days, at)"
                   " VALUES ($1, $2, $3, $4)",
                   DB_IN(e->l.registrant_id, e->l.id, e->days, tx_now(t)));
}

err store_reviewers(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n)
{
    int64_t *v = NEW_N(mem, int64_t, MAX_TOLD), id = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT DISTINCT user_id FROM user_role WHERE role IN ('reviewer', 'editor_in_chief')"
            " ORDER BY user_id LIMIT 100",
            DB_IN(), DB_OUT(&id), { v[n++] = id; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_holder_class(struct tx *t, arena *mem, int64_t registrant_id, str *ret_class)
{
    return db_one(t, mem, "SELECT class FROM registrant WHERE id = $1", DB_IN(registrant_id),
                  DB_OUT(ret_class));
}

err store_holder_handles(struct tx *t, arena *mem, int64_t registrant_id, str **ret_v,
                         size_t *ret_n)
{
    str *v = NEW_N(mem, str, MAX_LIST), handle = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem, "SELECT handle FROM account WHERE registrant_id = $1 ORDER BY id LIMIT 100",
            DB_IN(registrant_id), DB_OUT(&handle), { v[n++] = handle; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
