/* Drawing the sample, and what an officer makes of it. */
#include "patrol/patrol.h"

#include "base/id.h"
#include "base/rand.h"
#include "finding/finding.h"
#include "patrol/patrol_store.h"
#include "record/record.h"

enum { CLASSES_MAX = 16 };

struct taken {
    str class;
    int n;
};

static struct taken *of_class(struct taken *v, str class)
{
    for (size_t i = 0; i < CLASSES_MAX; i++) {
        if (!v[i].class.p)
            v[i].class = class;
        if (str_eq(v[i].class, class))
            return &v[i];
    }
    return NULL;
}

static void shuffle(struct patrol_task *v, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = rand_below((uint32_t)i);
        struct patrol_task swap = v[i - 1];
        v[i - 1] = v[k];
        v[k] = swap;
    }
}

err patrol_draw(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    struct patrol_draw *d = ctx;
    struct patrol_task *v;
    size_t n;
    struct taken taken[CLASSES_MAX] = {0};
    d->drawn = 0;
    TRY(store_patrol_candidates(t, mem, &v, &n));
    shuffle(v, n);
    for (size_t i = 0; i < n; i++) {
        struct taken *of = of_class(taken, v[i].class);
        if (!of || of->n >= d->per_class)
            continue;
        of->n++;
        d->drawn++;
        v[i].id = id_new();
        TRY(store_patrol_insert(t, &v[i]));
    }
    if (!d->drawn)
        return OK;
    return record_add(t, &(struct record_in){.kind = RECORD_patrol_drawn,
                                             .subject = S("patrol"),
                                             RECORD_FIELDS(RECORD_INT("count", d->drawn))});
}

static err clean(struct tx *t, arena *mem, const struct patrol_task *p)
{
    return record_add(t, &(struct record_in){
                             .kind = RECORD_patrol_clean,
                             .account_id = p->account_id,
                             .actor = p->officer,
                             .subject = str_fmt(mem, "article/%lld/%lld", (long long)p->account_id,
                                                (long long)p->no),
                             RECORD_FIELDS(RECORD_INT("version", p->version)),
                         });
}

static err raised(struct tx *t, arena *mem, struct patrol_task *p, const struct patrol_verdict *v)
{
    struct finding f = {.account_id = p->account_id,
                        .no = p->no,
                        .version = p->version,
                        .source = FINDING_STAFF,
                        .family = v->family,
                        .note = v->note,
                        .by = v->officer};
    TRY(finding_raise(t, mem, &f));
    p->case_id = f.case_id;
    return OK;
}

err patrol_decide(struct tx *t, arena *mem, const struct patrol_verdict *v, int64_t *ret_case)
{
    struct patrol_task p;
    int64_t n = 0;
    TRY(patrol_load(t, mem, v->id, &p));
    if (!str_eq(p.state, S("open")))
        return fault(ERR_CONFLICT, "patrol_done", "task is %.*s", FMT(p.state));
    p.officer = v->officer;
    p.state = v->family.n ? S("raised") : S("clean");
    TRY(v->family.n ? raised(t, mem, &p, v) : clean(t, mem, &p));
    TRY(store_patrol_done(t, &p, &n));
    *ret_case = p.case_id;
    return n ? OK : fault(ERR_CONFLICT, "patrol_done", "somebody was faster");
}
