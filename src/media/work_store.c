/* SQL of files on their way in. */
#include "base/id.h"
#include "media/work.h"

enum { STALE_MAX = 100 };

#define COLUMNS                                                                                    \
    "account_id, id, created_by, created_at, touched_at, name, size, received, state, progress,"   \
    " reason, hash"
#define OUT(x)                                                                                     \
    DB_OUT(&(x).account_id, &(x).id, &(x).created_by, &(x).created_at, &(x).touched_at, &(x).name, \
           &(x).size, &(x).received, &(x).state, &(x).progress, &(x).reason, &(x).hash)

err work_begin(struct tx *t, const struct media_work *w, const struct media_limits *l,
               int64_t *ret_id)
{
    int64_t max = l->video.bytes > l->audio.bytes ? l->video.bytes : l->audio.bytes;
    int64_t open = 0, id = id_new();
    if (w->size <= 0)
        return fault_field(ERR_INVALID, "media_empty", "size", "no bytes");
    if (w->size > max)
        return fault_field(ERR_TOO_LARGE, "media_too_big", "size", "%lld bytes",
                           (long long)w->size);
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM media_work WHERE account_id = $1"
               " AND state IN ('receiving', 'waiting', 'working')",
               DB_IN(w->account_id), DB_OUT(&open)));
    if (open >= WORK_OPEN_MAX)
        return fault(ERR_LIMIT, "media_too_many", "%lld files on their way", (long long)open);
    TRY(db_exec(t,
                "INSERT INTO media_work (account_id, id, created_by, created_at, touched_at, name,"
                " size, received, state, progress, reason, hash)"
                " VALUES ($1, $2, $3, $4, $4, $5, $6, 0, 'receiving', 0, '', '')",
                DB_IN(w->account_id, id, w->created_by, tx_now(t), w->name, w->size)));
    *ret_id = id;
    return OK;
}

err work_load(struct tx *t, arena *mem, int64_t account_id, int64_t id, struct media_work *ret_w)
{
    struct media_work w = {0};
    TRY(db_one(t, mem, "SELECT " COLUMNS " FROM media_work WHERE account_id = $1 AND id = $2",
               DB_IN(account_id, id), OUT(w)));
    *ret_w = w;
    return OK;
}

err work_list(struct tx *t, arena *mem, int64_t account_id, struct media_work **ret_v,
              size_t *ret_n)
{
    struct media_work *v = NEW_N(mem, struct media_work, WORK_LIST_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM media_work WHERE account_id = $1 AND state <> 'done'"
            " AND state <> 'cancelled' ORDER BY id DESC LIMIT 20",
            DB_IN(account_id), OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err work_received(struct tx *t, const struct media_work *w, int64_t received)
{
    int64_t n = 0;
    TRY(db_exec_n(t,
                  "UPDATE media_work SET received = $3, touched_at = $4 WHERE account_id = $1"
                  " AND id = $2 AND state = 'receiving' AND received = $5",
                  DB_IN(w->account_id, w->id, received, tx_now(t), w->received), &n));
    return n ? OK : fault(ERR_CONFLICT, "media_offset", "another piece came first");
}

err work_finish(struct tx *t, const struct media_work *w)
{
    AUTO_ARENA(mem);
    int64_t n = 0;
    if (w->received != w->size)
        return fault(ERR_CONFLICT, "media_incomplete", "%lld of %lld bytes", (long long)w->received,
                     (long long)w->size);
    TRY(db_exec_n(t,
                  "UPDATE media_work SET state = 'waiting', touched_at = $3 WHERE account_id = $1"
                  " AND id = $2 AND state = 'receiving' AND received = size",
                  DB_IN(w->account_id, w->id, tx_now(t)), &n));
    if (!n)
        return fault(ERR_CONFLICT, "media_not_receiving", "it has ended");
    return job_add(t,
                   &(struct job_in){.kind = MEDIA_JOB,
                                    .args = str_fmt(mem, "{\"account\":%lld,\"id\":%lld}",
                                                    (long long)w->account_id, (long long)w->id)});
}

err work_cancel(struct tx *t, int64_t account_id, int64_t id)
{
    int64_t n = 0;
    TRY(db_exec_n(t,
                  "UPDATE media_work SET state = 'cancelled', touched_at = $3"
                  " WHERE account_id = $1 AND id = $2"
                  " AND state IN ('receiving', 'waiting', 'working')",
                  DB_IN(account_id, id, tx_now(t)), &n));
    return n ? OK : fault(ERR_CONFLICT, "media_not_running", "it has ended");
}

err work_fail(struct tx *t, const struct media_work *w, str reason)
{
    return db_exec(t,
                   "UPDATE media_work SET state = 'failed', reason = $3, touched_at = $4"
                   " WHERE account_id = $1 AND id = $2"
                   " AND state IN ('receiving', 'waiting', 'working')",
                   DB_IN(w->account_id, w->id, reason, tx_now(t)));
}

err work_start(struct tx *t, const struct media_work *w)
{
    return work_progress(t, w, 0);
}

err work_progress(struct tx *t, const struct media_work *w, int thousandths)
{
    int64_t n = 0;
    TRY(db_exec_n(t,
                  "UPDATE media_work SET state = 'working', progress = $3, touched_at = $4"
                  " WHERE account_id = $1 AND id = $2 AND state IN ('waiting', 'working')",
                  DB_IN(w->account_id, w->id, thousandths, tx_now(t)), &n));
    return n ? OK : fault(ERR_CONFLICT, "media_not_running", "cancelled meanwhile");
}

err work_done(struct tx *t, const struct media_work *w, str hash)
{
    int64_t n = 0;
    TRY(db_exec_n(t,
                  "UPDATE media_work SET state = 'done', progress = 1000, hash = $3,"
                  " touched_at = $4 WHERE account_id = $1 AND id = $2 AND state = 'working'",
                  DB_IN(w->account_id, w->id, hash, tx_now(t)), &n));
    return n ? OK : fault(ERR_CONFLICT, "media_not_running", "cancelled meanwhile");
}

err work_stale(struct tx *t, arena *mem, int64_t before, struct media_work **ret_v, size_t *ret_n)
{
    struct media_work *v = NEW_N(mem, struct media_work, STALE_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM media_work WHERE state = 'receiving' AND touched_at < $1"
            " ORDER BY touched_at LIMIT 100",
            DB_IN(before), OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err work_forget(struct tx *t, int64_t before)
{
    return db_exec(t,
                   "DELETE FROM media_work WHERE state IN ('done', 'failed', 'cancelled')"
                   " AND touched_at < $1",
                   DB_IN(before));
}
