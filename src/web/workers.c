/* The worker pool: threads with an arena each, and a queue of suspended requests. */
#include "web/server_impl.h"

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct exchange *first, **last;
    int waiting, max, n;
    bool stop;
    work_fn *fn;
    struct stats *stats;
    pthread_t threads[];
};

static struct exchange *take(struct workers *w)
{
    (void)pthread_mutex_lock(&w->lock);
    while (!w->first && !w->stop)
        (void)pthread_cond_wait(&w->wake, &w->lock);
    struct exchange *x = w->first;
    if (x) {
        w->first = x->next;
        if (!w->first)
            w->last = &w->first;
        w->stats->queued = --w->waiting;
    }
    (void)pthread_mutex_unlock(&w->lock);
    return x;
}

static void *worker_main(void *arg)
{
    struct workers *w = arg;
    AUTO_ARENA(mem);
    for (struct exchange *x = take(w); x; x = take(w)) {
        w->stats->busy++;
        w->fn(x, mem);
        w->stats->busy--;
        arena_reset(mem);
    }
    return NULL;
}

struct workers *workers_start(struct stats *stats, int n, int queue_max, work_fn *fn)
{
    struct workers *w = heap_alloc(sizeof *w + (size_t)n * sizeof *w->threads);
    w->last = &w->first;
    w->max = queue_max;
    w->fn = fn;
    w->stats = stats;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->wake, NULL);
    for (; w->n < n; w->n++)
        ASSERT(pthread_create(&w->threads[w->n], NULL, worker_main, w) == 0);
    return w;
}

bool workers_put(struct workers *w, struct exchange *x)
{
    (void)pthread_mutex_lock(&w->lock);
    bool room = w->waiting < w->max && !w->stop;
    if (room) {
        x->next = NULL;
        *w->last = x;
        w->last = &x->next;
        w->stats->queued = ++w->waiting;
        (void)pthread_cond_signal(&w->wake);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return room;
}

void workers_stop(struct workers *w)
{
    (void)pthread_mutex_lock(&w->lock);
    w->stop = true;
    (void)pthread_cond_broadcast(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->n; i++)
        (void)pthread_join(w->threads[i], NULL);
    (void)pthread_mutex_destroy(&w->lock);
    (void)pthread_cond_destroy(&w->wake);
    heap_free(w);
}
