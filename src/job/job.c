/* The runner: threads that claim what is due. */
#include "job/job.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "job/job_store.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { THREADS_MAX = 64, KINDS_MAX = 64, DEFAULT_TRIES = 10, DEFAULT_POLL_MS = 500 };

struct job_runner {
    struct job_runner_opts opts;
    char holder[80];
    pthread_t threads[THREADS_MAX];
    int n_threads;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    uint64_t pokes;
    bool stop;
    int running[KINDS_MAX]; /* of each kind */
};

int64_t job_backoff_ms(int tries)
{
    int shift = tries < 1 ? 0 : tries > 13 ? 12 : tries - 1;
    int64_t base = (int64_t)SECOND_MS << shift;
    if (base > HOUR_MS)
        base = HOUR_MS;
    return base / 2 + (int64_t)rand_below((uint32_t)base + 1);
}

/* ---- one job ---- */

struct attempt {
    struct job_runner *r;
    const struct job_kind *kind;
    arena *mem;
    struct job_claimed job;
    str holder; /* of this attempt alone, so that threads of one node keep apart */
    bool got;
    struct job_failure failure;
};

static struct attempt attempt_new(struct job_runner *r, const struct job_kind *kind, arena *mem)
{
    str random = rand_token(mem, 6);
    return (struct attempt){.r = r,
                            .kind = kind,
                            .mem = mem,
                            .holder = str_fmt(mem, "%s/%.*s", r->holder, FMT(random))};
}

static int64_t lease_of(const struct job_kind *k)
{
    return k->timeout_ms ? k->timeout_ms : MINUTE_MS;
}

static int tries_of(const struct job_kind *k)
{
    return k->max_tries ? k->max_tries : DEFAULT_TRIES;
}

static err claim_tx(struct tx *t, void *ctx)
{
    struct attempt *a = ctx;
    struct job_claim c = {
        .kind = str_from(a->kind->name), .holder = a->holder, .lease_ms = lease_of(a->kind)};
    err e = job_store_claim(t, a->mem, &c, &a->job);
    a->got = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err done_tx(struct tx *t, void *ctx)
{
    const struct attempt *a = ctx;
    return job_store_done(t, a->job.id, a->holder);
}

static err failed_tx(struct tx *t, void *ctx)
{
    struct attempt *a = ctx;
    a->failure.run_at = tx_now(t) + job_backoff_ms(a->job.tries);
    return job_store_failed(t, &a->failure);
}

static err job_failed(struct attempt *a, err e)
{
    struct fault f = fault_of(e);
    bool dead = e == ERR_INVALID || a->job.tries >= tries_of(a->kind);
    a->failure = (struct job_failure){
        .id = a->job.id,
        .holder = a->holder,
        .error = str_fmt(a->mem, "%s: %s", f.reason, f.text),
        .dead = dead,
    };
    log_line(dead ? LOG_ERROR : LOG_WARN, dead ? "job_dead" : "job_failed",
             LOG_TEXT("kind", str_from(a->kind->name)), LOG_INT("id", a->job.id),
             LOG_INT("tries", a->job.tries), LOG_TEXT("error", a->failure.error));
    return db_tx(a->r->opts.db, failed_tx, a);
}

static err run_claimed(struct attempt *a)
{
    struct job job = {.id = a->job.id,
                      .kind = str_from(a->kind->name),
                      .args = a->job.args,
                      .tries = a->job.tries,
                      .mem = a->mem,
                      .attempt = a};
    fault_clear();
    err e = ERR_BUG;
    /* It came back from a node that died during its last try. */
    if (job.tries > tries_of(a->kind))
        e = fault(ERR_BUG, "job_lost", "its node died during the last try");
    else
        e = a->kind->fn(a->r->opts.ctx, &job);
    return e == OK ? db_tx(a->r->opts.db, done_tx, a) : job_failed(a, e);
}

struct renewal {
    const struct attempt *a;
    int64_t kept;
};
static err renew_tx(struct tx *t, void *ctx)
{
    struct renewal *x = ctx;
    struct job_claim c = {.holder = x->a->holder, .lease_ms = lease_of(x->a->kind)};
    return job_store_renew(t, &x->a->job, &c, &x->kept);
}

static bool stopping(struct job_runner *r)
{
    pthread_mutex_lock(&r->lock);
    bool stop = r->stop;
    pthread_mutex_unlock(&r->lock);
    return stop;
}

err job_renew(const struct job *job)
{
    if (!job->attempt)
        return OK;
    if (stopping(job->attempt->r))
        return fault(ERR_RETRY, "stopping", "this node is about to end");
    struct renewal x = {.a = job->attempt};
    TRY(db_tx(job->attempt->r->opts.db, renew_tx, &x));
    return x.kept ? OK : fault(ERR_CONFLICT, "job_lost", "another node has it");
}

static bool turn_take(struct job_runner *r, const struct job_kind *kind)
{
    int *running = &r->running[kind - r->opts.kinds];
    pthread_mutex_lock(&r->lock);
    bool mine = !kind->at_once || *running < kind->at_once;
    *running += mine;
    pthread_mutex_unlock(&r->lock);
    return mine;
}

static void turn_give(struct job_runner *r, const struct job_kind *kind)
{
    pthread_mutex_lock(&r->lock);
    r->running[kind - r->opts.kinds]--;
    pthread_mutex_unlock(&r->lock);
}

static err run_one(struct job_runner *r, const struct job_kind *kind, bool *ret_ran)
{
    AUTO_ARENA(mem);
    struct attempt a = attempt_new(r, kind, mem);
    TRY(db_tx(r->opts.db, claim_tx, &a));
    if (a.got)
        TRY(run_claimed(&a));
    *ret_ran = a.got;
    return OK;
}

/* ---- one periodic run ---- */

static err period_tx(struct tx *t, void *ctx)
{
    struct attempt *a = ctx;
    str kind = str_from(a->kind->name);
    a->got = false;
    TRY(job_store_period_add(t, kind));
    err e = job_store_period(t, a->mem, kind, a->kind->every_ms);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    /* A long run on another node still holds the lease: then this turn is left out. */
    return lease_take(t, str_fmt(a->mem, "job:%.*s", FMT(kind)), a->holder, lease_of(a->kind),
                      &a->got);
}

static err period_drop_tx(struct tx *t, void *ctx)
{
    struct attempt *a = ctx;
    return lease_drop(t, str_fmt(a->mem, "job:%s", a->kind->name), a->holder);
}

struct due {
    const struct job_kind *kind;
    arena *mem;
    bool due;
};
static err due_read(struct tx *t, void *ctx)
{
    struct due *d = ctx;
    return job_store_due(t, d->mem, d->kind, &d->due);
}

static err run_period(struct job_runner *r, const struct job_kind *kind, bool *ret_ran)
{
    AUTO_ARENA(mem);
    struct attempt a = attempt_new(r, kind, mem);
    TRY(db_tx(r->opts.db, period_tx, &a));
    *ret_ran = a.got;
    if (!a.got)
        return OK;
    struct job job = {.kind = str_from(kind->name), .args = S("{}"), .tries = 1, .mem = mem};
    fault_clear();
    err e = kind->fn(r->opts.ctx, &job);
    if (e != OK) {
        struct fault f = fault_of(e);
        log_line(LOG_ERROR, "job_failed", LOG_TEXT("kind", job.kind),
                 LOG_TEXT("error", str_fmt(mem, "%s: %s", f.reason, f.text)));
    }
    return db_tx(r->opts.db, period_drop_tx, &a);
}

/* A look without writing first, so that an idle runner costs the writer nothing. */
static err run_kind(struct job_runner *r, const struct job_kind *kind, bool *ret_ran)
{
    AUTO_ARENA(mem);
    struct due d = {.kind = kind, .mem = mem};
    TRY(db_read(r->opts.db, due_read, &d));
    *ret_ran = false;
    if (!d.due || !turn_take(r, kind))
        return OK;
    err e = kind->every_ms ? run_period(r, kind, ret_ran) : run_one(r, kind, ret_ran);
    turn_give(r, kind);
    return e;
}

/* ---- the threads ---- */

err job_runner_once(struct job_runner *r, int *ret_n)
{
    int n = 0;
    for (size_t i = 0; i < r->opts.n_kinds; i++)
        for (bool ran = true; ran && !stopping(r);) {
            TRY(run_kind(r, &r->opts.kinds[i], &ran));
            n += ran;
            ran = ran && !r->opts.kinds[i].every_ms;
        }
    *ret_n = n;
    return OK;
}

static void sleep_until_poked(struct job_runner *r, uint64_t seen)
{
    int64_t ms = r->opts.poll_ms ? r->opts.poll_ms : DEFAULT_POLL_MS;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms * 1000000;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&r->lock);
    while (!r->stop && r->pokes == seen)
        if (pthread_cond_timedwait(&r->wake, &r->lock, &until) != 0)
            break;
    pthread_mutex_unlock(&r->lock);
}

static void *run_thread(void *arg)
{
    struct job_runner *r = arg;
    while (!stopping(r)) {
        pthread_mutex_lock(&r->lock);
        uint64_t seen = r->pokes;
        pthread_mutex_unlock(&r->lock);
        int n = 0;
        err e = job_runner_once(r, &n);
        if (e != OK)
            log_line(LOG_WARN, "jobs_unavailable",
                     LOG_TEXT("reason", str_from(fault_last()->reason)),
                     LOG_TEXT("text", str_from(fault_last()->text)));
        sleep_until_poked(r, seen);
    }
    return NULL;
}

err job_runner_start(const struct job_runner_opts *opts, struct job_runner **ret_runner)
{
    ASSERT(opts->threads >= 0 && opts->threads <= THREADS_MAX && opts->n_kinds <= KINDS_MAX);
    struct job_runner *r = heap_alloc(sizeof *r);
    memset(r, 0, sizeof *r);
    r->opts = *opts;
    if (opts->holder) {
        snprintf(r->holder, sizeof r->holder, "%s", opts->holder);
    } else {
        char host[48] = "";
        (void)gethostname(host, sizeof host - 1);
        snprintf(r->holder, sizeof r->holder, "%s/%d/%08x", host, (int)getpid(),
                 rand_below(UINT32_MAX));
    }
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->wake, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&r->lock, NULL);
    for (; r->n_threads < opts->threads; r->n_threads++)
        ASSERT(pthread_create(&r->threads[r->n_threads], NULL, run_thread, r) == 0);
    *ret_runner = r;
    return OK;
}

void job_runner_poke(struct job_runner *r)
{
    pthread_mutex_lock(&r->lock);
    r->pokes++;
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

void job_runner_stop(struct job_runner *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
    for (int i = 0; i < r->n_threads; i++)
        pthread_join(r->threads[i], NULL);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    heap_free(r);
}
