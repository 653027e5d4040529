/* SQL of jobs. */
#include "job/job_store.h"

#include "base/clock.h"
#include "base/id.h"

enum { LIST_MAX = 200 };

err job_add(struct tx *t, const struct job_in *in)
{
    return db_exec(t,
                   "INSERT INTO job (id, kind, dedup, args, state, run_at, created_at)"
                   " VALUES ($1, $2, $3, $4, 'waiting', $5, $6)"
                   " ON CONFLICT (dedup) WHERE state = 'waiting' DO NOTHING",
                   DB_IN(id_new(), str_from(in->kind), in->dedup, in->args.p ? in->args : S("{}"),
                         in->run_at ? in->run_at : tx_now(t), tx_now(t)));
}

/* A job whose last try lost its lease comes back here with its tries counted, so that a job that
 * kills its node dies too. The guard stands outside again, or PostgreSQL claims twice. */
err job_store_claim(struct tx *t, arena *mem, const struct job_claim *c,
                    struct job_claimed *ret_job)
{
    struct job_claimed j = {0};
    TRY(db_one(t, mem,
               "UPDATE job SET lease_by = $1, lease_until = $2, tries = tries + 1"
               " WHERE state = 'waiting' AND run_at <= $3 AND lease_until <= $3 AND id ="
               " (SELECT n.id FROM job n WHERE n.state = 'waiting' AND n.kind = $4"
               " AND n.run_at <= $3 AND n.lease_until <= $3 ORDER BY n.run_at, n.id LIMIT 1)"
               " RETURNING id, args, tries",
               DB_IN(c->holder, tx_now(t) + c->lease_ms, tx_now(t), c->kind),
               DB_OUT(&j.id, &j.args, &j.tries)));
    *ret_job = j;
    return OK;
}

err job_store_renew(struct tx *t, const struct job_claimed *j, const struct job_claim *c,
                    int64_t *ret_n)
{
    return db_exec_n(t, "UPDATE job SET lease_until = $1 WHERE id = $2 AND lease_by = $3",
                     DB_IN(tx_now(t) + c->lease_ms, j->id, c->holder), ret_n);
}

err job_store_done(struct tx *t, int64_t id, str holder)
{
    return db_exec(t,
                   "UPDATE job SET state = 'done', done_at = $1, lease_by = '', lease_until = 0,"
                   " error = '' WHERE id = $2 AND lease_by = $3",
                   DB_IN(tx_now(t), id, holder));
}

err job_store_failed(struct tx *t, const struct job_failure *f)
{
    return db_exec(t,
                   "UPDATE job SET state = $1, run_at = $2, error = $3, lease_by = '',"
                   " lease_until = 0, done_at = $4 WHERE id = $5 AND lease_by = $6",
                   DB_IN(f->dead ? S("dead") : S("waiting"), f->run_at, f->error,
                         f->dead ? tx_now(t) : (int64_t)0, f->id, f->holder));
}

err job_store_period(struct tx *t, arena *mem, str kind, int64_t every_ms)
{
    str taken;
    return db_one(t, mem,
                  "UPDATE schedule SET next_at = $1 WHERE kind = $2 AND next_at <= $3"
                  " RETURNING kind",
                  DB_IN(tx_now(t) + every_ms, kind, tx_now(t)), DB_OUT(&taken));
}

err job_store_period_add(struct tx *t, str kind)
{
    return db_exec(t,
                   "INSERT INTO schedule (kind, next_at) VALUES ($1, $2)"
                   " ON CONFLICT (kind) DO NOTHING",
                   DB_IN(kind, tx_now(t)));
}

err job_store_due(struct tx *t, arena *mem, const struct job_kind *kind, bool *ret_due)
{
    int64_t n = 0;
    str name = str_from(kind->name);
    if (kind->every_ms) {
        TRY(db_one(t, mem, "SELECT COUNT(*) FROM schedule WHERE kind = $1 AND next_at > $2",
                   DB_IN(name, tx_now(t)), DB_OUT(&n)));
        *ret_due = n == 0;
        return *ret_due && kind->wanted ? kind->wanted(t, ret_due) : OK;
    }
    TRY(db_one(t, mem,
               "SELECT COUNT(*) FROM (SELECT id FROM job WHERE state = 'waiting' AND kind = $1"
               " AND run_at <= $2 AND lease_until <= $2 LIMIT 1) AS due",
               DB_IN(name, tx_now(t)), DB_OUT(&n)));
    *ret_due = n > 0;
    return OK;
}

/* ---- the dead-letter page ---- */

err job_dead_list(struct tx *t, arena *mem, struct job_row **ret_v, size_t *ret_n)
{
    struct job_row *v = NEW_N(mem, struct job_row, LIST_MAX), x = {0};
    size_t n = 0;
    DB_EACH(
        t, mem,
        "SELECT id, run_at, created_at, done_at, kind, args, error, tries FROM job"
        " WHERE state = 'dead' ORDER BY id DESC LIMIT 200",
        DB_IN(),
        DB_OUT(&x.id, &x.run_at, &x.created_at, &x.done_at, &x.kind, &x.args, &x.error, &x.tries),
        { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err job_list(struct tx *t, arena *mem, const struct job_query *q, struct job_row **ret_v,
             size_t *ret_n)
{
    ASSERT(q->limit > 0 && q->limit <= LIST_MAX);
    struct job_row *v = NEW_N(mem, struct job_row, LIST_MAX), x = {0};
    size_t n = 0;
    DB_EACH(
        t, mem,
        "SELECT id, run_at, created_at, done_at, kind, args, error, tries FROM job"
        " WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        DB_IN(q->state, q->before ? q->before : INT64_MAX, q->limit),
        DB_OUT(&x.id, &x.run_at, &x.created_at, &x.done_at, &x.kind, &x.args, &x.error, &x.tries),
        { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err job_load(struct tx *t, arena *mem, int64_t id, struct job_row *ret_row, str *ret_state)
{
    struct job_row x = {.id = id};
    str state = STR_NONE;
    TRY(db_one(t, mem,
               "SELECT run_at, created_at, done_at, kind, args, error, tries, state FROM job"
               " WHERE id = $1",
               DB_IN(id),
               DB_OUT(&x.run_at, &x.created_at, &x.done_at, &x.kind, &x.args, &x.error, &x.tries,
                      &state)));
    *ret_row = x;
    *ret_state = state;
    return OK;
}

err job_put_away(struct tx *t, int64_t id)
{
    int64_t n = 0;
    TRY(db_exec_n(t, "UPDATE job SET state = 'done', done_at = $1 WHERE id = $2 AND state = 'dead'",
                  DB_IN(tx_now(t), id), &n));
    return n ? OK : fault(ERR_CONFLICT, "job_not_dead", "no dead job %lld", (long long)id);
}

err job_requeue(struct tx *t, int64_t id)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM job w JOIN job d ON d.dedup = w.dedup"
               " WHERE d.id = $1 AND w.state = 'waiting'",
               DB_IN(id), DB_OUT(&n)));
    if (n)
        return fault(ERR_CONFLICT, "job_waits", "job %lld waits already", (long long)id);
    TRY(db_exec_n(t,
                  "UPDATE job SET state = 'waiting', tries = 0, run_at = $1, done_at = 0,"
                  " lease_by = '', lease_until = 0 WHERE id = $2 AND state = 'dead'",
                  DB_IN(tx_now(t), id), &n));
    return n ? OK : fault(ERR_NOT_FOUND, "not_found", "no dead job %lld", (long long)id);
}

err job_count(struct tx *t, struct job_counts *ret_counts)
{
    AUTO_ARENA(mem);
    struct job_counts c = {0};
    TRY(db_one(t, mem,
               "SELECT COUNT(*) FILTER (WHERE state = 'waiting'),"
               " COUNT(*) FILTER (WHERE state = 'waiting' AND run_at < $1),"
               " COUNT(*) FILTER (WHERE state = 'dead') FROM job WHERE state <> 'done'",
               DB_IN(tx_now(t) - MINUTE_MS), DB_OUT(&c.waiting, &c.overdue, &c.dead)));
    *ret_counts = c;
    return OK;
}

err job_sweep(struct tx *t, int64_t older_ms, int64_t *ret_n)
{
    return db_exec_n(t, "DELETE FROM job WHERE state = 'done' AND done_at < $1",
                     DB_IN(tx_now(t) - older_ms), ret_n);
}
