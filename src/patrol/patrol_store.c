/* SQL of the patrol. */
#include "patrol/patrol_store.h"

#include "base/clock.h"

enum { MAX_CANDIDATES = 2000, MAX_LIST = 100, WEEK_DAYS = 7, MONTH_DAYS = 30 };

err patrol_wanted(struct tx *t, bool *ret_wanted)
{
    int64_t drawn = 0, open = 0, today = date_china_ms(clock_china(tx_now(t)).date);
    TRY(db_one(t, NULL,
               "SELECT (SELECT COUNT(*) FROM patrol_task WHERE drawn_at >= $1),"
               " (SELECT COUNT(*) FROM patrol_task WHERE state = 'open')",
               DB_IN(today), DB_OUT(&drawn, &open)));
    *ret_wanted = drawn == 0 && open < PATROL_OPEN_MAX;
    return OK;
}

err store_patrol_candidates(struct tx *t, arena *mem, struct patrol_task **ret_v, size_t *ret_n)
{
    struct patrol_task *v = NEW_N(mem, struct patrol_task, MAX_CANDIDATES), p = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT a.account_id, a.no, a.version, p.class FROM article a JOIN account p"
            " ON p.id = a.account_id WHERE a.state = 'published' AND a.published_at > $1"
            " AND NOT EXISTS (SELECT 1 FROM patrol_task k WHERE k.account_id = a.account_id"
            "  AND k.no = a.no AND k.version = a.version)"
            " ORDER BY a.published_at DESC, a.account_id DESC, a.no DESC LIMIT 2000",
            DB_IN(tx_now(t) - WEEK_DAYS * (int64_t)DAY_MS),
            DB_OUT(&p.account_id, &p.no, &p.version, &p.class), { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_patrol_insert(struct tx *t, const struct patrol_task *p)
{
    return db_exec(t,
                   "INSERT INTO patrol_task (account_id, no, version, id, class, drawn_at, state)"
                   " VALUES ($1, $2, $3, $4, $5, $6, 'open')",
                   DB_IN(p->account_id, p->no, p->version, p->id, p->class, tx_now(t)));
}

err store_patrol_done(struct tx *t, const struct patrol_task *p, int64_t *ret_n)
{
    return db_exec_n(
        t,
        "UPDATE patrol_task SET state = $4, officer = $5, case_id = $6, done_at = $7"
        " WHERE account_id = $1 AND no = $2 AND version = $3 AND state = 'open'",
        DB_IN(p->account_id, p->no, p->version, p->state, p->officer, p->case_id, tx_now(t)),
        ret_n);
}

#define SELECT                                                                                     \
    "SELECT k.account_id, k.no, k.id, k.drawn_at, k.officer, k.case_id, k.done_at, k.version,"     \
    " k.class, k.state, v.title, p.handle, p.name, COALESCE(u.name, '') FROM patrol_task k"        \
    " JOIN account p ON p.id = k.account_id JOIN article_version v ON v.account_id = k.account_id" \
    " AND v.no = k.no AND v.version = k.version LEFT JOIN users u ON u.id = k.officer "
#define OUT(x)                                                                                     \
    DB_OUT(&(x).account_id, &(x).no, &(x).id, &(x).drawn_at, &(x).officer, &(x).case_id,           \
           &(x).done_at, &(x).version, &(x).class, &(x).state, &(x).title, &(x).handle,            \
           &(x).account_name, &(x).officer_name)

err patrol_load(struct tx *t, arena *mem, int64_t id, struct patrol_task *ret_p)
{
    struct patrol_task p = {0};
    TRY(db_one(t, mem, SELECT "WHERE k.id = $1", DB_IN(id), OUT(p)));
    *ret_p = p;
    return OK;
}

err patrol_list(struct tx *t, arena *mem, str state, struct patrol_task **ret_v, size_t *ret_n)
{
    struct patrol_task *v = NEW_N(mem, struct patrol_task, MAX_LIST), p = {0};
    size_t n = 0;
    if (str_eq(state, S("open")))
        DB_EACH(t, mem, SELECT "WHERE k.state = 'open' ORDER BY k.id LIMIT 100", DB_IN(), OUT(p),
                { v[n++] = p; });
    else
        DB_EACH(t, mem, SELECT "WHERE k.state IN ('clean', 'raised') ORDER BY k.id DESC LIMIT 100",
                DB_IN(), OUT(p), { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err patrol_count(struct tx *t, struct patrol_counts *ret_c)
{
    struct patrol_counts c = {0};
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FILTER (WHERE state = 'open'),"
               " COUNT(*) FILTER (WHERE state = 'clean' AND done_at > $1),"
               " COUNT(*) FILTER (WHERE state = 'raised' AND done_at > $1) FROM patrol_task",
               DB_IN(tx_now(t) - MONTH_DAYS * (int64_t)DAY_MS),
               DB_OUT(&c.open, &c.clean, &c.raised)));
    *ret_c = c;
    return OK;
}
