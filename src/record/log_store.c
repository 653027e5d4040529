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
            " FROM record_pending p JOIN record r ON r.id = p.id ORDER BY p.id LIMIT 512",
            DB_IN(),
            DB_OUT(&x.row.id, &x.row.kind, &x.row.subject, &x.row.actor, &x.row.at, &x.prev,
                   &x.row.body, &x.row.hash),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err log_store_leaf(struct tx *t, const struct leaf_row *row)
{
    return db_exec(t, "INSERT INTO record_leaf (idx, record_id, entry, at) VALUES ($1, $2, $3, $4)",
                   DB_IN(row->idx, row->record_id, row->entry, row->at));
}

err log_store_sealed(struct tx *t, int64_t idx)
{
    return db_exec(t,
                   "DELETE FROM record_pending WHERE id IN (SELECT l.record_id FROM record_leaf l"
                   " WHERE l.idx >= $1)",
                   DB_IN(idx));
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
