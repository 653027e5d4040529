/* The sealer: gives records their places, writes the tree, signs. */
#include "record/log.h"

#include "base/clock.h"
#include "base/rand.h"
#include "record/log_impl.h"
#include "record/witness_impl.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    LEASE_MS = 5000,
    PAUSE_MS = 350, /* between two passes: many commits share a checkpoint */
    POLL_MS = 500,  /* commits of other nodes are not heard */
    BATCHES = 8,    /* of LOG_BATCH records in a pass */
};

/* ---- giving places ---- */

struct assigning {
    struct record_log *l;
    arena *mem; /* of the leaves; emptied when the closure runs again */
    bool mine;
    struct leaf_row *leaf;
    size_t n;
};

/* The database holds what was signed, or it is older than that. */
static err signed_leaves_there(struct tx *t, arena *mem, const struct log_state *s, int64_t next)
{
    if (next < s->head.size)
        return fault(ERR_CONFLICT, "log_restored",
                     "the database has %lld leaves, but %lld were signed: it is older than the log."
                     " Nothing is signed; see docs/sysadmin.md, \"The log does not sign\"",
                     (long long)next, (long long)s->head.size);
    if (s->head.size == 0)
        return OK;
    struct leaf_row *v;
    size_t n = 0;
    TRY(log_store_leaves(t, mem, s->head.size - 1, &v, &n));
    if (n == 0 || !tree_same(tree_leaf(str_bytes(v[0].entry)), s->last))
        return fault(ERR_CONFLICT, "log_forked",
                     "leaf %lld of the database is not the one that was signed. Nothing is signed;"
                     " see docs/sysadmin.md, \"The log does not sign\"",
                     (long long)s->head.size - 1);
    return OK;
}

static err assign(struct tx *t, void *ctx)
{
    struct assigning *a = ctx;
    struct record_log *l = a->l;
    AUTO_ARENA(mem);
    int64_t next = 0;
    struct record_stored *v;
    TRY(lease_take(t, S("sealer"), str_from(l->holder), LEASE_MS, &a->mine));
    arena_reset(a->mem);
    a->n = 0;
    if (!a->mine)
        return OK;
    l->sealed = true;
    TRY(log_store_next(t, mem, &next));
    TRY(signed_leaves_there(t, mem, &l->state, next));
    TRY(log_store_pending(t, mem, &v, &a->n));
    if (a->n == 0)
        return OK;
    a->leaf = NEW_N(a->mem, struct leaf_row, a->n);
    for (size_t i = 0; i < a->n; i++) {
        a->leaf[i] =
            (struct leaf_row){.idx = next + (int64_t)i, .record_id = v[i].row.id, .at = tx_now(t)};
        TRY(leaf_entry(a->mem, &l->pseudonyms, &v[i], &a->leaf[i].entry));
    }
    TRY(log_store_leaves_add(t, a->leaf, a->n));
    return log_store_sealed(t, v[0].row.id, v[a->n - 1].row.id);
}

/* ---- writing ---- */

struct reading {
    arena *mem;
    int64_t from;
    struct leaf_row *v;
    size_t n;
};
static err leaves_read(struct tx *t, void *ctx)
{
    struct reading *r = ctx;
    return log_store_leaves(t, r->mem, r->from, &r->v, &r->n);
}

/* Leaves of the database behind the edge, at most up to limit of them in the tree. */
static err write_leaves(struct record_log *l, int64_t limit)
{
    AUTO_ARENA(mem);
    struct reading r = {.mem = mem};
    do {
        arena_reset(mem);
        r.from = l->edge.tree.size;
        TRY(db_read(l->db, leaves_read, &r));
        for (size_t i = 0; i < r.n && l->edge.tree.size < limit; i++) {
            if (r.v[i].idx != l->edge.tree.size)
                return fault(ERR_CONFLICT, "log_forked", "leaf %lld is missing in the database",
                             (long long)l->edge.tree.size);
            TRY(edge_add(&l->edge, &l->files, r.v[i].entry));
        }
    } while (r.n == LOG_CHUNK && l->edge.tree.size < limit);
    return edge_flush(&l->edge, &l->files);
}

err log_edge_at(struct record_log *l, const struct tree_head *head)
{
    err e = edge_load(&l->edge, &l->files, head->size);
    if (e != OK || !tree_same(tree_root(&l->edge.tree), head->root)) {
        edge_done(&l->edge);
        TRY(write_leaves(l, head->size));
    }
    if (l->edge.tree.size == head->size && tree_same(tree_root(&l->edge.tree), head->root))
        return OK;
    return fault(ERR_CONFLICT, "log_forked",
                 "neither tiles nor database have the %lld leaves that were signed. Nothing is "
                 "signed; see docs/sysadmin.md, \"The log does not sign\"",
                 (long long)head->size);
}

static err state_first(struct record_log *l)
{
    AUTO_ARENA(mem);
    struct reading r = {.mem = mem};
    struct bytes b;
    TRY(db_read(l->db, leaves_read, &r));
    err e = log_files_get(&l->files, mem, "checkpoint", &b);
    if (r.n || e == OK)
        return fault(ERR_CONFLICT, "log_state_missing",
                     "%s is missing though the log has leaves. Nothing is signed; see "
                     "docs/sysadmin.md, \"The log does not sign\"",
                     l->state_file);
    if (e != ERR_NOT_FOUND)
        return e;
    struct tree empty = {0};
    l->state = (struct log_state){.head = {0, tree_root(&empty)}};
    return log_state_write(l->state_file, l->signer.key.name, &l->state);
}

/* Moves the edge to what another node showed, when that tree grew out of the one of our state. */
static err follow(struct record_log *l, struct tree_head ours, struct tree_head shown)
{
    AUTO_ARENA(mem);
    struct proof path = {0};
    struct log_proof_of what = {.from = ours.size, .size = shown.size, .consistency = true};
    TRY(log_edge_at(l, &shown));
    if (log_prove(l, mem, what, &path) != OK) { /* tiles are missing */
        edge_done(&l->edge);
        TRY(write_leaves(l, shown.size));
        TRY(log_prove(l, mem, what, &path));
    }
    if (tree_consistent(ours, shown, path))
        return OK;
    return fault(ERR_CONFLICT, "log_forked",
                 "the checkpoint of %lld leaves has not grown out of the %lld that %s says were "
                 "signed. Nothing is signed; see docs/sysadmin.md, \"The log does not sign\"",
                 (long long)shown.size, (long long)ours.size, l->state_file);
}

/* What was signed last: the state file of this node, and the checkpoint that all nodes show, where
 * another node that does not share the file signed it. */
static err load(struct record_log *l)
{
    struct log_state s = {0};
    TRY(log_files_try(&l->files));
    err e = log_state_read(l->state_file, l->signer.key.name, &s);
    if (e == ERR_NOT_FOUND) {
        TRY(state_first(l));
        s = l->state;
    } else if (e != OK) {
        return e;
    }
    struct tree_head shown;
    TRY(log_shown(l, &shown));
    bool same = s.head.size == l->state.head.size && tree_same(s.head.root, l->state.head.root);
    if (l->loaded && (same || s.head.size < l->state.head.size) && shown.size <= l->state.head.size)
        return OK;
    l->loaded = false;
    if (shown.size <= s.head.size) {
        TRY(log_edge_at(l, &s.head));
    } else {
        TRY(follow(l, s.head, shown));
        s = (struct log_state){shown, l->edge.last};
    }
    l->state = s;
    l->loaded = true;
    return OK;
}

/* What was just committed, without reading it again; what lies before it is still to be read. */
static err given_add(struct record_log *l, const struct assigning *a)
{
    if (a->n == 0 || a->leaf[0].idx != l->edge.tree.size)
        return OK;
    for (size_t i = 0; i < a->n; i++)
        TRY(edge_add(&l->edge, &l->files, a->leaf[i].entry));
    return OK;
}

static err pass(struct record_log *l, bool *ret_more)
{
    AUTO_ARENA(mem);
    struct assigning a = {.l = l, .mem = mem, .n = LOG_BATCH};
    TRY(load(l));
    for (int i = 0; i < BATCHES && a.n == LOG_BATCH; i++) {
        TRY(db_tx(l->db, assign, &a));
        if (!a.mine)
            return OK;
        TRY(given_add(l, &a));
    }
    *ret_more = a.n == LOG_BATCH;
    TRY(write_leaves(l, INT64_MAX));
    return log_publish(l);
}

err record_log_seal(struct record_log *l, bool *ret_more)
{
    bool more = false;
    pthread_mutex_lock(&l->pass);
    err e = pass(l, &more);
    struct fault f = fault_of(e);
    if (e != OK) {
        l->loaded = false; /* the edge may be ahead of the files */
        log_files_abandon(&l->files);
    }
    pthread_mutex_unlock(&l->pass);
    pthread_mutex_lock(&l->lock);
    bool changed = l->status.state != e;
    l->status.state = e;
    snprintf(l->status.reason, sizeof l->status.reason, "%s", e == OK ? "" : f.reason);
    snprintf(l->status.text, sizeof l->status.text, "%s", e == OK ? "" : f.text);
    pthread_mutex_unlock(&l->lock);
    if (changed && l->report)
        l->report(e);
    if (e != OK)
        fault_copy(&f);
    *ret_more = more;
    return e;
}

/* ---- the thread ---- */

static void deadline_in(struct timespec *at, int64_t ms)
{
    (void)clock_gettime(CLOCK_MONOTONIC, at);
    at->tv_nsec += (ms % 1000) * 1000000;
    at->tv_sec += ms / 1000 + at->tv_nsec / 1000000000;
    at->tv_nsec %= 1000000000;
}

/* Until the time is over or, when one may wake, something was committed; seen: commits before. */
static void wait_for(struct record_log *l, bool may_wake, int64_t seen, int64_t ms)
{
    struct timespec at;
    deadline_in(&at, ms);
    while (!l->stop && !(may_wake && l->signals != seen) &&
           pthread_cond_timedwait(&l->wake, &l->lock, &at) == 0) {
    }
}

static void *seal_thread(void *ctx)
{
    struct record_log *l = ctx;
    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        int64_t seen = l->signals;
        bool more = false;
        pthread_mutex_unlock(&l->lock);
        err e = record_log_seal(l, &more);
        pthread_mutex_lock(&l->lock);
        if (e == OK && more)
            continue;
        wait_for(l, false, seen, PAUSE_MS); /* gathers what comes meanwhile */
        wait_for(l, true, seen, POLL_MS - PAUSE_MS);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void heard(void *ctx, str key)
{
    struct record_log *l = ctx;
    if (!str_eq(key, S("record")))
        return;
    pthread_mutex_lock(&l->lock);
    l->signals++;
    pthread_cond_broadcast(&l->wake);
    pthread_mutex_unlock(&l->lock);
}

void record_log_start(struct record_log *l)
{
    ASSERT(!l->running);
    l->running = pthread_create(&l->sealer, NULL, seal_thread, l) == 0;
    ASSERT(l->running);
    witnesses_start(l);
}

/* ---- opening ---- */

static err key_make(struct record_log *l, str origin)
{
    struct bytes b;
    if (log_files_get(&l->files, l->mem, "checkpoint", &b) == OK)
        return fault(ERR_IO, "log_key_unreadable",
                     "%s is missing though the log exists; put it back from its safe copy",
                     l->key_file);
    TRY(note_signer_new(l->mem, origin, NOTE_ED25519, &l->signer));
    str text = str_cat(l->mem, note_signer_text(l->mem, &l->signer), S("\n"));
    return small_file_put(l->key_file, str_bytes(text));
}

static err key_load(struct record_log *l, str origin)
{
    str text;
    err e = small_file_get(l->mem, l->key_file, true, &text);
    LOG_LOCK(lock); /* nodes that start together must not make two keys */
    if (e == ERR_NOT_FOUND) {
        TRY(log_files_lock(&l->files, &lock));
        e = small_file_get(l->mem, l->key_file, true, &text);
    }
    if (e == ERR_NOT_FOUND)
        e = key_make(l, origin);
    else if (e == OK)
        e = note_signer_parse(l->mem, text, &l->signer);
    if (e != OK)
        return e;
    if (l->signer.key.type != NOTE_ED25519)
        return fault(ERR_INVALID, "bad_key", "%s is no key of a log", l->key_file);
    struct sha256 h = hmac_sha256((struct bytes){l->signer.seed, 32},
                                  str_bytes(S("gongqi pseudonyms of leaves v1")));
    memcpy(l->pseudonyms.b, h.b, sizeof h.b);
    return OK;
}

static void sync_init(struct record_log *l)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&l->wake, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&l->lock, NULL);
    pthread_mutex_init(&l->pass, NULL);
}

static err open_all(struct record_log *l, const struct record_log_opts *o)
{
    TRY(log_files_open(str_z(l->mem, str_from(o->dir)), o->s3, &l->files));
    TRY(key_load(l, str_from(o->origin)));
    if (o->witnesses && *o->witnesses)
        TRY(witnesses_open(l, o));
    status_load(l);
    return OK;
}

err record_log_open(const struct record_log_opts *o, struct record_log **ret_log)
{
    struct record_log *l = heap_alloc(sizeof *l);
    memset(l, 0, sizeof *l);
    l->mem = arena_new();
    l->db = o->db;
    l->key_file = str_z(l->mem, str_from(o->key_file));
    l->state_file = str_z(l->mem, str_from(o->state_file));
    l->private_entries = o->private_entries;
    l->s3 = o->s3;
    l->report = o->report;
    char host[48] = "";
    (void)gethostname(host, sizeof host - 1);
    snprintf(l->holder, sizeof l->holder, "%s/%d/%08x", host, (int)getpid(),
             rand_below(UINT32_MAX));
    sync_init(l);
    err e = open_all(l, o);
    if (e != OK) {
        record_log_close(l);
        return e;
    }
    db_listen(l->db, heard, l);
    *ret_log = l;
    return OK;
}

static err lease_give(struct tx *t, void *ctx)
{
    struct record_log *l = ctx;
    return lease_drop(t, S("sealer"), str_from(l->holder));
}

void record_log_close(struct record_log *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->wake);
    pthread_mutex_unlock(&l->lock);
    if (l->running) {
        pthread_join(l->sealer, NULL);
        witnesses_stop(l);
    }
    if (l->sealed && db_tx(l->db, lease_give, l) != OK)
        l->sealed = false; /* the lease ends by itself */
    db_unlisten(l->db, l);
    log_files_close(&l->files);
    s3_close(l->s3);
    edge_done(&l->edge);
    pthread_mutex_destroy(&l->lock);
    pthread_mutex_destroy(&l->pass);
    pthread_cond_destroy(&l->wake);
    arena_free(l->mem);
    heap_free(l);
}

err record_log_compare(struct record_log *l, int64_t *ret_differs)
{
    AUTO_ARENA(mem);
    struct record_log_status s;
    struct reading r = {.mem = mem};
    struct tree t = {0};
    status_load(l);
    record_log_status(l, &s);
    do {
        arena_reset(mem);
        r.from = t.size;
        TRY(db_read(l->db, leaves_read, &r));
        for (size_t i = 0; i < r.n && t.size < s.size; i++)
            tree_append(&t, tree_leaf(str_bytes(r.v[i].entry)));
    } while (r.n == LOG_CHUNK && t.size < s.size);
    *ret_differs =
        t.size == s.size && (s.size == 0 || tree_same(tree_root(&t), s.root)) ? -1 : t.size;
    return OK;
}

bool record_log_private(const struct record_log *l)
{
    return l->private_entries;
}

const struct note_key *record_log_key(const struct record_log *l)
{
    return &l->signer.key;
}
