/* The compiled rules in force, kept as fresh as the database says at each scan. */
#include "scan/rules.h"

#include "base/hash.h"
#include "scan/rules_store.h"

#include <pthread.h>

enum { SMALL, BIG, PARTS };

struct scan_live {
    struct db *db;
    pthread_mutex_t making; /* one thread at a time compiles */
    pthread_rwlock_t lock;  /* of part and epoch */
    struct scan_set *part[PARTS];
    int64_t epoch[PARTS];
};

struct scan_live *scan_live_new(struct db *db)
{
    struct scan_live *l = heap_alloc(sizeof *l);
    l->db = db;
    pthread_mutex_init(&l->making, NULL);
    pthread_rwlock_init(&l->lock, NULL);
    l->epoch[SMALL] = l->epoch[BIG] = -1;
    return l;
}

void scan_live_free(struct scan_live *l)
{
    if (!l)
        return;
    scan_set_free(l->part[SMALL]);
    scan_set_free(l->part[BIG]);
    pthread_mutex_destroy(&l->making);
    pthread_rwlock_destroy(&l->lock);
    heap_free(l);
}

struct looking {
    arena *mem;
    int64_t account_id;
    struct scan_epoch epoch;
    str account_class;
    int part;
    struct scan_rule *v;
    size_t n;
};

struct found {
    struct scan_finding *v;
    size_t n;
};

static err look(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    TRY(store_scan_class(t, x->mem, x->account_id, &x->account_class));
    return store_scan_epoch(t, &x->epoch);
}

static err rules_read(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    TRY(store_scan_epoch(t, &x->epoch));
    return store_scan_live(t, x->mem, x->part == SMALL, &x->v, &x->n);
}

static int64_t epoch_of(const struct scan_epoch *e, int part)
{
    return part == SMALL ? e->small : e->big;
}

static bool is_fresh(struct scan_live *l, int part, int64_t epoch)
{
    pthread_rwlock_rdlock(&l->lock);
    bool fresh = l->epoch[part] >= epoch;
    pthread_rwlock_unlock(&l->lock);
    return fresh;
}

static err make(struct scan_live *l, int part)
{
    AUTO_ARENA(mem);
    struct looking x = {.mem = mem, .part = part};
    TRY(db_read(l->db, rules_read, &x));
    struct scan_set *set = x.n ? scan_set_new(x.v, x.n) : NULL;
    pthread_rwlock_wrlock(&l->lock);
    struct scan_set *old = l->part[part];
    l->part[part] = set;
    l->epoch[part] = epoch_of(&x.epoch, part);
    pthread_rwlock_unlock(&l->lock);
    scan_set_free(old);
    return OK;
}

static err freshen(struct scan_live *l, int part, int64_t epoch)
{
    if (is_fresh(l, part, epoch))
        return OK;
    pthread_mutex_lock(&l->making);
    err e = is_fresh(l, part, epoch) ? OK : make(l, part);
    pthread_mutex_unlock(&l->making);
    return e;
}

/* Is this account one of the share that a canary acts on? The same accounts as long as it lasts,
 * others for another rule. */
static bool in_share(int64_t account_id, const struct scan_finding *f)
{
    enum { PARTS_OF_ALL = 10000 };
    AUTO_ARENA(mem);
    struct sha256 h = sha256(
        str_bytes(str_fmt(mem, "canary/%lld/%lld", (long long)f->rule, (long long)account_id)));
    unsigned part = (unsigned)h.b[0] << 16 | (unsigned)h.b[1] << 8 | h.b[2];
    return part % PARTS_OF_ALL < (unsigned)f->share;
}

/* Where a canary acts, it does so in the place of what is in force; elsewhere it only notes. */
static enum scan_stage stage_for(int64_t account_id, const struct scan_finding *f)
{
    if (f->stage == SCAN_SHADOW || !f->share)
        return f->stage;
    bool inside = in_share(account_id, f);
    return inside == (f->stage == SCAN_CANARY) ? f->stage : SCAN_SHADOW;
}

static void add(arena *mem, struct scan_result *r, const struct looking *x,
                const struct found *found)
{
    const struct scan_finding *v = found->v;
    size_t n = found->n;
    struct scan_finding *all = NEW_N(mem, struct scan_finding, r->n + n);
    if (r->n)
        memcpy(all, r->v, r->n * sizeof *all);
    for (size_t i = 0; i < n; i++) {
        struct scan_finding *f = &all[r->n + i];
        *f = v[i];
        f->stage = stage_for(x->account_id, f);
        bool acts = f->stage != SCAN_SHADOW;
        r->hold = r->hold || (acts && f->action == SCAN_HOLD);
        r->refuse = r->refuse || (acts && f->action == SCAN_REFUSE);
    }
    r->v = all;
    r->n += n;
}

err scan_live_run(struct scan_live *l, arena *mem, int64_t account_id, struct scan_article *a,
                  struct scan_result *ret_r)
{
    struct looking x = {.mem = mem, .account_id = account_id};
    TRY(db_read(l->db, look, &x));
    struct scan_result r = {.epoch = x.epoch, .article = a};
    a->account_class = x.account_class;
    for (int part = 0; part < PARTS; part++)
        TRY(freshen(l, part, epoch_of(&x.epoch, part)));
    pthread_rwlock_rdlock(&l->lock);
    for (int part = 0; part < PARTS; part++) {
        struct found f;
        if (!l->part[part])
            continue;
        scan_run(l->part[part], mem, a, &f.v, &f.n);
        add(mem, &r, &x, &f);
    }
    pthread_rwlock_unlock(&l->lock);
    *ret_r = r;
    return OK;
}

err scan_still(struct tx *t, const struct scan_result *r)
{
    struct scan_epoch now;
    TRY(store_scan_epoch(t, &now));
    bool same = now.small == r->epoch.small && now.big == r->epoch.big;
    return same ? OK : fault(ERR_CONFLICT, "scan_stale", "rules have changed");
}
