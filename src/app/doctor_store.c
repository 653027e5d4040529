/* SQL of `gongqi doctor`. */
#include "app/doctor.h"
#include "base/clock.h"

err store_doctor_counts(struct tx *t, struct doctor_counts *ret_c)
{
    struct doctor_counts c = {0};
    int64_t week = tx_now(t) - (int64_t)7 * DAY_MS;
    TRY(db_one(t, NULL,
               "SELECT (SELECT COUNT(*) FROM job WHERE state = 'waiting'),"
               " (SELECT COALESCE(MIN(run_at), 0) FROM job WHERE state = 'waiting'"
               " AND run_at <= $1 AND lease_until <= $1),"
               " (SELECT COUNT(*) FROM job WHERE state = 'dead'),"
               " (SELECT COUNT(*) FROM outbox WHERE state = 'queued'),"
               " (SELECT COUNT(*) FROM outbox WHERE state = 'failed' AND created_at >= $2),"
               " (SELECT COALESCE(MIN(created_at), 0) FROM outbox WHERE state = 'queued'),"
               " (SELECT COALESCE(MAX(at), 0) FROM record"
               " WHERE id = (SELECT MAX(id) FROM record))",
               DB_IN(tx_now(t), week),
               DB_OUT(&c.waiting, &c.oldest_due, &c.dead, &c.queued, &c.failed, &c.oldest_mail,
                      &c.newest_record)));
    *ret_c = c;
    return OK;
}

err store_doctor_blobs(struct tx *t, arena *mem, str from, int limit, struct doctor_blob **ret_v,
                       size_t *ret_n)
{
    struct doctor_blob *v = NEW_N(mem, struct doctor_blob, (size_t)limit), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT blob, size FROM media_variant WHERE hash >= $1 ORDER BY hash, width LIMIT $2",
            DB_IN(from, limit), DB_OUT(&x.blob, &x.size), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
