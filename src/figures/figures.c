/* The collector: a thread that takes the notes of this process every few seconds. */
#include "figures/figures.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "figures/figures_store.h"

#include <pthread.h>

enum { ROUND_MS = 3000, SALT_N = 32, CHINA_MS = 8 * HOUR_MS };

struct figures {
    struct db *db;
    struct reads *reads;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    int64_t salt_day;
    size_t n; /* taken and not yet written */
    struct read_note v[READS_BATCH];
};

int64_t figures_day(int64_t ms)
{
    return (ms + CHINA_MS) / DAY_MS;
}

err figures_salt(struct tx *t, arena *mem, struct bytes *ret_salt)
{
    int64_t day = figures_day(tx_now(t));
    err e = store_salt(t, mem, day, ret_salt);
    if (e != ERR_NOT_FOUND)
        return e;
    uint8_t salt[SALT_N];
    rand_bytes(salt, sizeof salt);
    TRY(store_salt_put(t, day, (struct bytes){salt, sizeof salt}));
    TRY(store_forget(t, day));
    return store_salt(t, mem, day, ret_salt);
}

/* ---- counting ---- */

static int order(const void *a, const void *b)
{
    const struct read_sum *x = a, *y = b;
    const int64_t by[][2] = {
        {x->account_id, y->account_id}, {x->no, y->no}, {x->hour, y->hour}, {x->source, y->source}};
    for (size_t i = 0; i < LEN(by); i++)
        if (by[i][0] != by[i][1])
            return by[i][0] < by[i][1] ? -1 : 1;
    return 0;
}

static bool same(const struct read_sum *x, const struct read_sum *y)
{
    return order(x, y) == 0;
}

static err take_one(struct tx *t, const struct read_note *note, struct read_sum *ret_sum,
                    bool *ret_new)
{
    int64_t account = 0;
    bool new = false;
    err e = store_account_of(t, str_from(note->handle), &account);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    TRY(store_seen(t, figures_day(note->at), (struct bytes){note->mark, READ_MARK}, &new));
    *ret_sum = (struct read_sum){account,      note->no,   (note->at + CHINA_MS) / HOUR_MS,
                                 note->source, !note->end, note->end};
    *ret_new = new;
    return OK;
}

err figures_count(struct tx *t, struct figures_batch *b)
{
    AUTO_ARENA(mem);
    struct read_sum *sums = NEW_N(mem, struct read_sum, b->n);
    size_t n = 0, from = 0;
    for (size_t i = 0; i < b->n; i++) {
        bool new = false;
        TRY(take_one(t, &b->v[i], &sums[n], &new));
        n += new;
    }
    qsort(sums, n, sizeof *sums, order);
    for (size_t i = 1; i <= n; i++) {
        if (i < n && same(&sums[i], &sums[from])) {
            sums[from].reads += sums[i].reads;
            sums[from].ends += sums[i].ends;
            continue;
        }
        TRY(store_sum(t, &sums[from]));
        from = i;
    }
    b->counted = (int64_t)n;
    return OK;
}

/* ---- the thread ---- */

static err count_tx(struct tx *t, void *ctx)
{
    return figures_count(t, ctx);
}

struct salting {
    arena *mem;
    struct bytes salt;
};

static err salt_tx(struct tx *t, void *ctx)
{
    struct salting *s = ctx;
    return figures_salt(t, s->mem, &s->salt);
}

static void report(const char *what)
{
    struct fault f = fault_of(ERR_IO);
    log_line(LOG_WARN, what, LOG_TEXT("reason", str_from(f.reason)),
             LOG_TEXT("cause", str_from(f.text)));
    fault_clear();
}

static void salt_look(struct figures *f)
{
    int64_t day = figures_day(clock_ms());
    AUTO_ARENA(mem);
    struct salting s = {.mem = mem};
    if (day == f->salt_day)
        return;
    if (db_tx(f->db, salt_tx, &s) != OK || s.salt.n != SALT_N) {
        report("read_salt_failed");
        return;
    }
    reads_salt(f->reads, s.salt.p);
    f->salt_day = day;
}

/* What could not be written stays for the next round; what comes meanwhile waits with its notes. */
static void write_down(struct figures *f)
{
    if (!f->n)
        f->n = reads_take(f->reads, f->v);
    struct figures_batch b = {f->v, f->n, 0};
    if (!f->n)
        return;
    if (db_tx(f->db, count_tx, &b) == OK)
        f->n = 0;
    else
        report("reads_wait");
}

static bool rest(struct figures *f)
{
    int64_t until = clock_ms() + ROUND_MS;
    struct timespec at = {.tv_sec = until / 1000, .tv_nsec = (until % 1000) * 1000000};
    (void)pthread_mutex_lock(&f->lock);
    while (!f->stop && clock_ms() < until)
        (void)pthread_cond_timedwait(&f->wake, &f->lock, &at);
    bool stop = f->stop;
    (void)pthread_mutex_unlock(&f->lock);
    return !stop;
}

static void *collect(void *arg)
{
    struct figures *f = arg;
    do {
        salt_look(f);
        write_down(f);
    } while (rest(f));
    write_down(f);
    return NULL;
}

err figures_start(struct db *db, struct reads *reads, struct figures **ret_f)
{
    struct figures *f = heap_alloc(sizeof *f);
    f->db = db;
    f->reads = reads;
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_cond_init(&f->wake, NULL);
    ASSERT(pthread_create(&f->thread, NULL, collect, f) == 0);
    *ret_f = f;
    return OK;
}

void figures_stop(struct figures *f)
{
    if (!f)
        return;
    (void)pthread_mutex_lock(&f->lock);
    f->stop = true;
    (void)pthread_cond_signal(&f->wake);
    (void)pthread_mutex_unlock(&f->lock);
    (void)pthread_join(f->thread, NULL);
    (void)pthread_mutex_destroy(&f->lock);
    (void)pthread_cond_destroy(&f->wake);
    heap_free(f);
}
