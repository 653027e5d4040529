/* Work for later: a queue in the database with leases, retries and a schedule. A job runs at least
 * once; its function must bear being run again (a node that dies loses its lease, and another takes
 * over). Several nodes may run jobs of one database. */
#pragma once
#include "db/db.h"

struct job {
    int64_t id;              /* 0 for periodic runs */
    str kind, args;          /* args: JSON */
    int tries;               /* this one included */
    arena *mem;              /* of this run */
    struct attempt *attempt; /* for job_renew; NULL for periodic runs */
};

struct job_kind {
    const char *name;
    /* OK: done. ERR_INVALID: dead at once (trying again is useless). Anything else: tried again
     * after a growing pause. Runs outside any transaction. */
    err (*fn)(void *ctx, const struct job *job);
    int64_t every_ms; /* > 0: periodic, not queued; runs on one node at a time */
    /* Periodic, optional: whether there is anything to do, by a read; without it an idle site
     * would write twice a period. */
    err (*wanted)(struct tx *t, bool *ret_wanted);
    int max_tries;      /* 0 = 10 */
    int64_t timeout_ms; /* lease; 0 = one minute. fn must end well before, or renew it */
    int at_once;        /* most at a time on this node, so that long work leaves threads; 0 = any */
};
/* For work that takes long: has the lease run anew from now. ERR_RETRY "stopping" when this node
 * is about to end (give up, another try follows); ERR_CONFLICT "job_lost" when another node took
 * the job over. */
err job_renew(const struct job *job);

/* ---- queueing ---- */
struct job_in {
    const char *kind;
    str args;       /* JSON; STR_NONE = {} */
    str dedup;      /* at most one waiting job per value; STR_NONE = no limit */
    int64_t run_at; /* 0 = now */
};
/* With a dedup value that waits already, does nothing. */
err job_add(struct tx *t, const struct job_in *in);

/* ---- running ---- */
struct job_runner;
struct job_runner_opts {
    struct db *db;
    const struct job_kind *kinds;
    size_t n_kinds;
    void *ctx;          /* handed to each fn */
    int threads;        /* 0 = none: only job_runner_once runs things (tests, commands) */
    int64_t poll_ms;    /* 0 = 500 */
    const char *holder; /* this node's name for leases; NULL = host, pid and random digits */
};
err job_runner_start(const struct job_runner_opts *opts, struct job_runner **ret_runner);
void job_runner_stop(struct job_runner *r); /* waits for jobs in flight; accepts NULL */
/* Something was queued: look now instead of at the next poll. Call it after the commit. */
void job_runner_poke(struct job_runner *r);
/* Runs what is due now on this thread; *ret_n = how many ran. */
err job_runner_once(struct job_runner *r, int *ret_n);

/* Pause before try n + 1: 1 s, 2 s, 4 s … at most one hour, times 0.5 to 1.5. */
int64_t job_backoff_ms(int tries);

/* ---- the page of jobs ---- */
struct job_row {
    int64_t id, run_at, created_at, done_at;
    str kind, args, error;
    int tries;
};
err job_dead_list(struct tx *t, arena *mem, struct job_row **ret_v, size_t *ret_n); /* newest 200 */
/* state "waiting" or "dead", newest first; before 0 = from the newest. */
struct job_query {
    str state;
    int64_t before;
    int limit; /* 1 to 200 */
};
err job_list(struct tx *t, arena *mem, const struct job_query *q, struct job_row **ret_v,
             size_t *ret_n);
/* One job, *ret_state as stored (waiting, done, dead). */
err job_load(struct tx *t, arena *mem, int64_t id, struct job_row *ret_row, str *ret_state);
/* A dead job that nobody needs any more counts as done; its error stays until the sweep.
 * ERR_CONFLICT "job_not_dead". */
err job_put_away(struct tx *t, int64_t id);
/* Waiting again, with its tries forgotten. ERR_NOT_FOUND when it is not dead; ERR_CONFLICT
 * "job_waits" when a job of the same dedup value waits already. */
err job_requeue(struct tx *t, int64_t id);
struct job_counts {
    int64_t waiting, overdue, dead; /* overdue: due for more than a minute */
};
err job_count(struct tx *t, struct job_counts *ret_counts);
/* Forgets done jobs older than so long (a queue is no record). */
err job_sweep(struct tx *t, int64_t older_ms, int64_t *ret_n);
