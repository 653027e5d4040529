/* SQL of the transparency log. */
#include "base/clock.h"
#include "record/log_impl.h"

err log_store_next(struct tx *t, arena *mem, int64_t *ret_idx)
{
    return db_one(t, mem, "SELECT COALESCE(MAX(idx), -1) + 1 FROM record_leaf", DB_IN(),
                  DB_OUT(ret_idx));
}

err log_store_pending(struct tx *t, arena *mem, struct record_stored **ret_v, size_t *ret_n)
{
    struct record_stored *v = NEW_N(mem, struct record_stored, LOG_BATCH), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT r.id, r.kind, r.subject, r.actor, r.at, r.prev, r.body, r.hash"
            " FROM record_pending p JOIN record r ON r.id = p.id ORDER BY p.id LIMIT 1024",
            DB_IN(),
            DB_OUT(&x.row.id, &x.row.kind, &x.row.subject, &x.row.actor, &x.row.at, &x.prev,
                   &x.row.body, &x.row.hash),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

#define ROW(k) v[k].record_id, v[k].entry
/* Eight in a statement: on PostgreSQL each statement is a way there and back. */
err log_store_leaves_add(struct tx *t, const struct leaf_row *v, size_t n)
{
    for (; n >= 8; n -= 8, v += 8)
        TRY(db_exec(
            t,
            "INSERT INTO record_leaf (idx, at, record_id, entry) VALUES"
            " (CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), $4),"
            " ($1 + 1, $2, CAST($5 AS BIGINT), $6),"
            " ($1 + 2, $2, CAST($7 AS BIGINT), $8),"
            " ($1 + 3, $2, CAST($9 AS BIGINT), $10),"
            " ($1 + 4, $2, CAST($11 AS BIGINT), $12),"
            " ($1 + 5, $2, CAST($13 AS BIGINT), $14),"
            " ($1 + 6, $2, CAST($15 AS BIGINT), $16),"
            " ($1 + 7, $2, CAST($17 AS BIGINT), $18)",
            DB_IN(v->idx, v->at, ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7))));
    for (; n > 0; n--, v++)
        TRY(db_exec(t,
                    "INSERT INTO record_leaf (idx, at, record_id, entry) VALUES ($1, $2, $3, $4)",
                    DB_IN(v->idx, v->at, ROW(0))));
    return OK;
}

/* A record that commits later with an id between the two is not in this snapshot, and stays. */
err log_store_sealed(struct tx *t, int64_t first_id, int64_t last_id)
{
    return db_exec(t, "DELETE FROM record_pending WHERE id BETWEEN $1 AND $2",
                   DB_IN(first_id, last_id));
}

err log_store_leaves(struct tx *t, arena *mem, int64_t idx, struct leaf_row **ret_v, size_t *ret_n)
{
    struct leaf_row *v = NEW_N(mem, struct leaf_row, LOG_CHUNK), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT idx, record_id, at, entry FROM record_leaf WHERE idx >= $1 ORDER BY idx"
            " LIMIT 1024",
            DB_IN(idx), DB_OUT(&x.idx, &x.record_id, &x.at, &x.entry), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err log_store_leaf_of(struct tx *t, arena *mem, int64_t record_id, struct leaf_row *ret_row)
{
    struct leaf_row x = {0};
    err e = db_one(t, mem, "SELECT idx, record_id, at, entry FROM record_leaf WHERE record_id = $1",
                   DB_IN(record_id), DB_OUT(&x.idx, &x.record_id, &x.at, &x.entry));
    if (e == ERR_NOT_FOUND)
        return fault(ERR_NOT_FOUND, "not_sealed_yet", "record %lld has no leaf",
                     (long long)record_id);
    *ret_row = x;
    return e;
}

err record_leaf_index(struct tx *t, arena *mem, int64_t record_id, int64_t *ret_idx)
{
    return db_one(t, mem, "SELECT COALESCE(MAX(idx), -1) FROM record_leaf WHERE record_id = $1",
                  DB_IN(record_id), DB_OUT(ret_idx));
}

err record_log_growth(struct tx *t, struct record_log_growth *ret_g)
{
    AUTO_ARENA(mem);
    struct record_log_growth g = {0};
    struct record_log_day x = {0};
    int64_t today = (tx_now(t) + 8 * (int64_t)HOUR_MS) / DAY_MS;
    for (int i = 0; i < 30; i++)
        g.days[i].day = today - 29 + i;
    TRY(db_one(t, mem,
               "SELECT (SELECT COUNT(*) FROM record_pending),"
               " (SELECT COALESCE(MAX(idx), -1) + 1 FROM record_leaf)",
               DB_IN(), DB_OUT(&g.pending, &g.sealed)));
    DB_EACH(t, mem,
            "SELECT (at + 28800000) / 86400000, COUNT(*) FROM record_leaf WHERE at >= $1"
            " GROUP BY (at + 28800000) / 86400000",
            DB_IN((today - 29) * DAY_MS - 8 * (int64_t)HOUR_MS), DB_OUT(&x.day, &x.leaves), {
                int64_t i = x.day - today + 29;
                if (i >= 0 && i < 30)
                    g.days[i].leaves = x.leaves;
            });
    *ret_g = g;
    return OK;
}
