/* Telling operators about new versions, and about signatures that are due (A5.8, A5.9). */
#include "policy/policy_store.h"

#include "base/clock.h"
#include "base/json.h"
#include "notice/notice.h"

enum { BATCH = 200 };
static const int REMIND_DAYS[] = {7, 3, 1};

struct telling {
    arena *mem;
    str kind;
    int version;
    int64_t after, by;
    bool remind; /* only those who have not signed */
    size_t told;
};

static err tell_one(struct tx *t, const struct telling *x, const struct policy *p,
                    const struct policy_reader *to)
{
    long long id = (long long)to->registrant_id;
    bool sign = str_eq(p->kind, POLICY_AGREEMENT) && p->material;
    if (to->again && !sign) /* nothing in it is about one registrant */
        return OK;
    str day = date_text(x->mem, clock_china(x->remind ? x->by : p->effective_at).date);
    str link = sign ? str_fmt(x->mem, "/me/registrants/%lld/agreement", id)
                    : str_fmt(x->mem, "/rules/%.*s/%d", FMT(p->kind), p->version);
    const char *kind = x->remind ? "policy_sign_due" : (sign ? "policy_new_sign" : "policy_new");
    return notice_send(t, to->user_id, kind, link, 2, (const str[]){p->title, day});
}

static err tell_batch(struct tx *t, void *ctx)
{
    struct telling *x = ctx;
    struct policy p;
    struct policy_reader v[BATCH];
    TRY(policy_version(t, x->mem, x->kind, x->version, &p));
    TRY(store_readers(t, x->after, x->remind ? x->version : 0, v, BATCH, &x->told));
    for (size_t i = 0; i < x->told; i++)
        TRY(tell_one(t, x, &p, &v[i]));
    if (x->told)
        x->after = v[x->told - 1].registrant_id;
    return OK;
}

/* A batch that ran again after a fault tells its people once: it is one transaction, and `after`
 * moves only when it is done. What a job that died told before, it tells again; better twice than
 * not at all. */
static err tell_all(struct db *db, struct telling *x)
{
    do {
        struct telling batch = *x;
        batch.mem = arena_new();
        err e = db_tx(db, tell_batch, &batch);
        arena_free(batch.mem);
        TRY(e);
        x->after = batch.after;
        x->told = batch.told;
    } while (x->told == BATCH);
    return OK;
}

err policy_tell_job(struct db *db, str args)
{
    JSON_AUTO *root = NULL;
    TRY(json_read(args, &root));
    str kind = json_text(root, "kind");
    if (!policy_kind_known(kind))
        return fault(ERR_INVALID, "bad_job", "no such kind of policy");
    struct telling x = {.kind = kind,
                        .version = (int)json_number(root, "version", 0),
                        .after = json_number(root, "after", 0)};
    return tell_all(db, &x);
}

struct deadline {
    int64_t from, to;
    struct telling x;
};

static err deadline_find(struct tx *t, void *ctx)
{
    struct deadline *d = ctx;
    return store_sign_deadline(t, d->from, d->to, &d->x.version, &d->x.by);
}

err policy_remind_job(struct db *db)
{
    int64_t now = clock_ms();
    for (size_t i = 0; i < LEN(REMIND_DAYS); i++) {
        struct deadline d = {.from = now + (REMIND_DAYS[i] - 1) * DAY_MS,
                             .to = now + REMIND_DAYS[i] * DAY_MS,
                             .x = {.kind = POLICY_AGREEMENT, .remind = true}};
        err e = db_read(db, deadline_find, &d);
        if (e == OK)
            e = tell_all(db, &d.x);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
    }
    return OK;
}
