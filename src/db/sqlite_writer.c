/* The one writer of a SQLite database: closures of all threads, many per commit. Who waits is woken
 * when the commit that holds their closure is on the disk. Closures run without savepoints, which
 * would copy each page they change; when one fails after it has written, the batch is rolled back
 * and runs again with savepoints. A second thread copies the WAL back, so that nobody waits for it.
 */
#include "base/clock.h"
#include "db/sqlite_impl.h"

#include <semaphore.h>
#include <signal.h>

enum {
    BATCH_MAX = 64,
    BATCH_US = 5000,
    CHECKPOINT_PAGES = 4000, /* 16 MB of WAL: the sweeper copies it back */
    /* 60 MB: wait for readers too, so that the WAL begins anew. The file keeps its length (see
     * journal_size_limit): to write over blocks costs much less than to append them. */
    RESTART_PAGES = 15000,
    RESTART_WAIT_MS = 10,
};

struct job {
    struct tx_call *call;
    err e;
    struct fault fault;
    sem_t done;
    struct job *next;
};

struct sq_writer {
    struct sq_conn *conn;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct job *first, **last;
    bool stop;
    const struct sqlite *sqlite;
    pthread_t sweeper;
    pthread_cond_t sweep;
    bool sweep_now;
    int wal_pages, wal_checked; /* as of the last commit; at the last checkpoint */
};

static void job_fail(struct job *j, err e)
{
    j->e = e;
    j->fault = fault_of(e);
}

static struct job *queue_pop(struct sq_writer *w)
{
    pthread_mutex_lock(&w->lock);
    struct job *j = w->first;
    if (j) {
        w->first = j->next;
        if (!w->first)
            w->last = &w->first;
    }
    pthread_mutex_unlock(&w->lock);
    return j;
}

/* A job failed after it had written: the batch runs again, with savepoints. */
struct batch {
    struct job *first, **last;
    bool careful, again;
};

static err job_run_careful(struct sq_writer *w, struct job *j)
{
    struct sq_conn *c = w->conn;
    TRY(sq_step(c, c->save));
    j->e = tx_run(j->call, c);
    if (j->e != OK) {
        job_fail(j, j->e);
        if (sqlite3_get_autocommit(c->h)) { /* the engine gave the whole transaction up */
            fault_copy(&j->fault);
            return j->e;
        }
        TRY(sq_step(c, c->back));
    }
    return sq_step(c, c->release);
}

/* Not OK: the transaction itself cannot go on. */
static err job_run(struct sq_writer *w, struct batch *b, struct job *j)
{
    struct sq_conn *c = w->conn;
    if (b->careful)
        return job_run_careful(w, j);
    int64_t before = sqlite3_total_changes64(c->h);
    c->scripted = false;
    j->e = tx_run(j->call, c);
    if (j->e == OK)
        return OK;
    job_fail(j, j->e);
    if (sqlite3_get_autocommit(c->h)) {
        fault_copy(&j->fault);
        return j->e;
    }
    b->again = c->scripted || sqlite3_total_changes64(c->h) != before;
    return OK;
}

static err batch_fill(struct sq_writer *w, struct batch *b)
{
    int64_t end = clock_mono_us() + BATCH_US;
    for (int n = 0; n < BATCH_MAX && !b->again && (n == 0 || clock_mono_us() < end); n++) {
        struct job *j = queue_pop(w);
        if (!j)
            break;
        j->next = NULL;
        *b->last = j;
        b->last = &j->next;
        TRY(job_run(w, b, j));
    }
    return OK;
}

static err batch_again(struct sq_writer *w, struct batch *b)
{
    TRY(sq_step(w->conn, w->conn->rollback));
    TRY(sq_step(w->conn, w->conn->begin));
    b->careful = true;
    for (struct job *j = b->first; j; j = j->next)
        TRY(job_run(w, b, j));
    return OK;
}

static int sweep(struct sq_conn *c, int how)
{
    return sqlite3_wal_checkpoint_v2(c->h, NULL, how, NULL, NULL);
}

static void *sweeper_main(void *ctx)
{
    struct sq_writer *w = ctx;
    struct sq_conn *c = NULL; /* opened when it is first needed */
    for (;;) {
        pthread_mutex_lock(&w->lock);
        while (!w->sweep_now && !w->stop)
            pthread_cond_wait(&w->sweep, &w->lock);
        bool over = w->stop;
        w->sweep_now = false;
        pthread_mutex_unlock(&w->lock);
        if (over)
            break;
        if (!c && sq_conn_open(w->sqlite->path, true, w->sqlite->busy_ms, &c) != OK)
            continue; /* the writer does it when the WAL is long */
        (void)sweep(c, SQLITE_CHECKPOINT_PASSIVE);
    }
    if (c)
        sq_conn_close(c);
    return NULL;
}

static void checkpoint(struct sq_writer *w)
{
    if (w->wal_pages < w->wal_checked)
        w->wal_checked = 0; /* the WAL began anew */
    if (w->wal_pages - w->wal_checked < CHECKPOINT_PAGES)
        return;
    w->wal_checked = w->wal_pages;
    if (w->wal_pages < RESTART_PAGES) {
        pthread_mutex_lock(&w->lock);
        w->sweep_now = true;
        pthread_cond_signal(&w->sweep);
        pthread_mutex_unlock(&w->lock);
        return;
    }
    int busy_ms = w->conn->busy_ms;
    w->conn->busy_ms = RESTART_WAIT_MS;
    int rc = sweep(w->conn, SQLITE_CHECKPOINT_RESTART);
    w->conn->busy_ms = busy_ms;
    /* Not finished (readers, a full disk): tried again when the WAL has grown by as much. */
    if (rc == SQLITE_OK)
        w->wal_checked = w->wal_pages = 0;
}

static void batch_run(struct sq_writer *w)
{
    struct sq_conn *c = w->conn;
    struct batch b = {.last = &b.first};
    err e = sq_step(c, c->begin);
    bool begun = e == OK;
    if (begun)
        e = batch_fill(w, &b);
    else
        b.first = queue_pop(w);
    struct job *done = b.first;
    if (!begun && done)
        done->next = NULL;
    if (e == OK && b.again)
        e = batch_again(w, &b);
    if (e == OK)
        e = sq_step(c, c->commit);
    struct fault why = fault_of(e);
    if (!sqlite3_get_autocommit(c->h) && sq_step(c, c->rollback) != OK)
        ASSERT(sqlite3_get_autocommit(c->h));
    while (done) {
        struct job *j = done;
        done = j->next;
        if (e != OK && j->e == OK) {
            j->e = e;
            j->fault = why;
        }
        sem_post(&j->done); /* j lives on the caller's stack: gone now */
    }
    checkpoint(w);
}

static int wal_grew(void *ctx, sqlite3 *h, const char *name, int pages)
{
    (void)h;
    (void)name;
    ((struct sq_writer *)ctx)->wal_pages = pages;
    return SQLITE_OK;
}

static void *writer_main(void *ctx)
{
    struct sq_writer *w = ctx;
    for (;;) {
        pthread_mutex_lock(&w->lock);
        while (!w->first && !w->stop)
            pthread_cond_wait(&w->work, &w->lock);
        bool over = !w->first;
        pthread_mutex_unlock(&w->lock);
        if (over)
            return NULL;
        batch_run(w);
    }
}

err sq_writer_start(struct sqlite *s, struct sq_writer **ret_w)
{
    struct sq_conn *c = NULL;
    TRY(sq_conn_open(s->path, true, s->busy_ms, &c));
    struct sq_writer *w = heap_alloc(sizeof *w);
    w->conn = c;
    w->last = &w->first;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->work, NULL);
    pthread_cond_init(&w->sweep, NULL);
    w->sqlite = s;
    sqlite3_wal_hook(c->h, wal_grew, w);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the main thread */
    int rc = pthread_create(&w->thread, NULL, writer_main, w);
    ASSERT(rc == 0 && pthread_create(&w->sweeper, NULL, sweeper_main, w) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *ret_w = w;
    return OK;
}

void sq_writer_stop(struct sq_writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->work);
    pthread_cond_signal(&w->sweep);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_join(w->sweeper, NULL);
    sq_conn_close(w->conn);
    heap_free(w);
}

err sq_writer_run(struct sq_writer *w, struct tx_call *call)
{
    struct job j = {.call = call};
    sem_init(&j.done, 0, 0);
    pthread_mutex_lock(&w->lock);
    ASSERT(!w->stop);
    bool idle = !w->first;
    *w->last = &j;
    /* cppcheck-suppress autoVariables ; this thread waits until the writer is done with j */
    w->last = &j.next;
    if (idle)
        pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
    while (sem_wait(&j.done) != 0)
        continue;
    sem_destroy(&j.done);
    if (j.e != OK)
        fault_copy(&j.fault);
    return j.e;
}
