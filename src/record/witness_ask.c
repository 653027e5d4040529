/* The threads that ask witnesses for their cosignatures. */
#include "base/clock.h"
#include "record/witness_impl.h"

#include <stdio.h>
#include <time.h>

enum { LINE_MAX_N = 512, BACKOFF_MAX_S = 60, TRIES = 3 };

struct asked {
    struct witness_line who;
    struct record_log *log;
    pthread_t thread;
    bool running;
    int64_t known;         /* size that it has of this log, as far as we know */
    int64_t size, at;      /* of its newest cosignature */
    char line[LINE_MAX_N]; /* that cosignature */
    char problem[128];
};
struct witnesses {
    witness_post *post;
    void *post_ctx;
    int n, quorum;
    struct asked v[WITNESSES_MAX];
};

err witnesses_open(struct record_log *l, const struct record_log_opts *o)
{
    str text;
    struct witness_policy p;
    TRY(small_file_get(l->mem, o->witnesses, false, &text));
    TRY(witness_policy_parse(l->mem, text, &p));
    ASSERT(o->post);
    struct witnesses *w = NEW(l->mem, struct witnesses);
    *w = (struct witnesses){.post = o->post, .post_ctx = o->post_ctx, .n = p.n, .quorum = p.quorum};
    for (int i = 0; i < p.n; i++) {
        w->v[i].who = p.v[i];
        w->v[i].log = l;
    }
    l->witnesses = w;
    return OK;
}

static err refused(const struct witness_answer *a)
{
    return fault(ERR_IO, "witness_refused", "HTTP %d", a->status);
}

/* Of what a witness sent only its own, valid cosignature over this checkpoint is kept. */
static err cosignature_take(arena *mem, const struct asked *w, str checkpoint, str lines,
                            str *ret_line)
{
    struct note n;
    str text = str_cat(mem, checkpoint, lines);
    if (!str_valid(lines) || note_parse(mem, text, &n) != OK ||
        !note_verified(&n, &w->who.key, NULL))
        return fault(ERR_INVALID, "witness_lies", "no valid cosignature in its answer");
    for (size_t i = 0; i < n.n; i++) {
        const struct note_sig *s = &n.sigs[i];
        if (str_eq(s->name, w->who.key.name) && memcmp(s->id, w->who.key.id, 4) == 0) {
            *ret_line = s->line;
            return s->line.n < LINE_MAX_N ? OK : ERR_INVALID;
        }
    }
    return ERR_INVALID;
}

/* Body and our own signature, without what others added. */
static err own_checkpoint(struct record_log *l, arena *mem, str *ret_text, int64_t *ret_size)
{
    str text;
    struct note n;
    struct checkpoint c;
    TRY(record_log_checkpoint(l, mem, &text));
    TRY(note_parse(mem, text, &n));
    TRY(checkpoint_parse(mem, n.body, &c));
    for (size_t i = 0; i < n.n; i++)
        if (str_eq(n.sigs[i].name, l->signer.key.name))
            *ret_text = str_fmt(mem, "%.*s\n%.*s", FMT(n.body), FMT(n.sigs[i].line));
    *ret_size = c.head.size;
    return OK;
}

static err ask(struct asked *w, arena *mem, str checkpoint, int64_t size, str *ret_line)
{
    const struct witnesses *all = w->log->witnesses;
    for (int i = 0; i < TRIES; i++) {
        struct witness_request r = {.old = w->known, .checkpoint = checkpoint};
        struct witness_answer a = {0};
        struct log_proof_of what = {w->known, size, true};
        TRY(log_prove(w->log, mem, what, &r.path));
        str url = str_fmt(mem, "%.*s/add-checkpoint", FMT(w->who.url));
        TRY(all->post(all->post_ctx, mem, url, witness_request_text(mem, &r), &a));
        int64_t there = 0;
        if (a.status == 200)
            return cosignature_take(mem, w, checkpoint, a.body, ret_line);
        if (a.status != 409 || !str_valid(a.body) || str_int(str_trim(a.body), &there) != OK)
            return refused(&a);
        if (there < 0 || there > size)
            return fault(ERR_CONFLICT, "witness_ahead", "it knows %lld leaves, we have %lld",
                         (long long)there, (long long)size);
        w->known = there;
    }
    return fault(ERR_IO, "witness_refused", "HTTP 409 again and again");
}

/* Everybody's cosignatures of this size. */
static err merge(struct record_log *l, arena *mem, str checkpoint, int64_t size)
{
    const struct witnesses *all = l->witnesses;
    str lines = S("");
    int n = 0;
    pthread_mutex_lock(&l->lock);
    for (int i = 0; i < all->n; i++) {
        if (all->v[i].size != size || !all->v[i].at)
            continue;
        lines = str_cat(mem, lines, str_from(all->v[i].line));
        n++;
    }
    pthread_mutex_unlock(&l->lock);
    return log_publish_cosigned(l, checkpoint, lines, n >= all->quorum);
}

static err once(struct asked *w)
{
    AUTO_ARENA(mem);
    str checkpoint = STR_NONE, line = STR_NONE;
    int64_t size = 0;
    TRY(own_checkpoint(w->log, mem, &checkpoint, &size));
    if (size == 0 || size == w->size)
        return OK;
    TRY(ask(w, mem, checkpoint, size, &line));
    pthread_mutex_lock(&w->log->lock);
    w->known = w->size = size;
    w->at = clock_ms();
    snprintf(w->line, sizeof w->line, "%.*s", FMT(line));
    pthread_mutex_unlock(&w->log->lock);
    return merge(w->log, mem, checkpoint, size);
}

static void *ask_thread(void *ctx)
{
    struct asked *w = ctx;
    struct record_log *l = w->log;
    int failed = 0;
    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        pthread_mutex_unlock(&l->lock);
        err e = once(w);
        struct fault f = fault_of(e);
        pthread_mutex_lock(&l->lock);
        if (e == ERR_NOT_FOUND)
            e = OK; /* no checkpoint yet */
        snprintf(w->problem, sizeof w->problem, "%s", e == OK ? "" : f.reason);
        failed = e == OK ? 0 : failed + 1;
        int64_t s = failed == 0 ? 1 : failed > 6 ? BACKOFF_MAX_S : (int64_t)1 << (failed - 1);
        struct timespec at;
        (void)clock_gettime(CLOCK_MONOTONIC, &at);
        at.tv_sec += s;
        while (!l->stop && pthread_cond_timedwait(&l->wake, &l->lock, &at) == 0) {
        }
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

void witnesses_start(struct record_log *l)
{
    struct witnesses *w = l->witnesses;
    for (int i = 0; w && i < w->n; i++) {
        w->v[i].running = pthread_create(&w->v[i].thread, NULL, ask_thread, &w->v[i]) == 0;
        ASSERT(w->v[i].running);
    }
}

void witnesses_stop(struct record_log *l)
{
    struct witnesses *w = l->witnesses;
    for (int i = 0; w && i < w->n; i++)
        if (w->v[i].running)
            pthread_join(w->v[i].thread, NULL);
}

size_t record_log_witnesses(struct record_log *l, arena *mem, struct witness_status **ret_v,
                            int *ret_quorum)
{
    const struct witnesses *all = l->witnesses;
    *ret_quorum = all ? all->quorum : 0;
    *ret_v = NEW_N(mem, struct witness_status, WITNESSES_MAX);
    pthread_mutex_lock(&l->lock);
    for (int i = 0; all && i < all->n; i++) {
        const struct asked *w = &all->v[i];
        (*ret_v)[i] = (struct witness_status){w->who.key.name, w->who.url, w->size, w->at,
                                              str_dup(mem, str_from(w->problem))};
    }
    pthread_mutex_unlock(&l->lock);
    return all ? (size_t)all->n : 0;
}
