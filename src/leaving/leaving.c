/* The states of a closing, and looks into restricted storage. */
#include "article/article.h"
#include "base/clock.h"
#include "base/id.h"
#include "leaving/leaving_store.h"
#include "measure/measure.h"
#include "notice/notice.h"
#include "record/record.h"
#include "web/site.h"

enum { FEW = 10000, MANY = 100000 }; /* subscribers; obligations 2.17 */

int64_t closing_days(const struct provider_settings *ps, int64_t subscribers)
{
    return subscribers < FEW    ? ps->closing_days_small
           : subscribers < MANY ? ps->closing_days_middle
                                : ps->closing_days_large;
}

bool closing_blocked(const struct closing_blocks *b)
{
    return b->findings || b->appeals || b->measures;
}

err closing_blocks(struct tx *t, arena *mem, int64_t account_id, struct closing_blocks *ret_b)
{
    struct closing_blocks b = {0};
    struct measure *v;
    size_t n;
    TRY(store_open_cases(t, account_id, &b));
    TRY(measure_standing(t, mem, account_id, 0, &v, &n));
    for (size_t i = 0; i < n; i++)
        b.measures += v[i].kind == MEASURE_restrict || v[i].kind == MEASURE_suspend ||
                      v[i].kind == MEASURE_close;
    *ret_b = b;
    return OK;
}

/* One record and one notice for each step. */
static err leave(struct tx *t, arena *mem, const struct closing *c, enum record_kind kind,
                 int64_t actor)
{
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = c->account_id,
               .actor = actor,
               .subject = str_fmt(mem, "closing/%lld", (long long)c->id),
               RECORD_FIELDS(RECORD_TEXT("handle", c->handle), RECORD_INT("due_at", c->due_at)),
           });
}

static err tell(struct tx *t, arena *mem, const struct closing *c, const char *kind)
{
    return notice_send_account(t, c->account_id, kind,
                               str_fmt(mem, "/me/closings/%lld", (long long)c->id), 1, &c->name);
}

static err unsubmit_all(struct tx *t, arena *mem, int64_t account_id, int64_t user_id)
{
    int64_t *v;
    size_t n;
    do {
        TRY(store_waiting_articles(t, mem, account_id, &v, &n));
        for (size_t i = 0; i < n; i++)
            TRY(article_unsubmit(t, account_id, v[i], user_id));
    } while (n == CLOSING_LIST_MAX);
    return OK;
}

err closing_ask(struct tx *t, arena *mem, const struct closing_wish *w, int64_t *ret_id)
{
    struct account a;
    struct closing_blocks b;
    struct closing old;
    TRY(account_load(t, mem, w->account_id, &a));
    err e = closing_of(t, mem, a.id, &old);
    if (e != ERR_NOT_FOUND)
        return e == OK ? fault(ERR_CONFLICT, "closing_asked", "closing %lld", (long long)old.id)
                       : e;
    TRY(closing_blocks(t, mem, a.id, &b));
    if (closing_blocked(&b))
        return fault(ERR_CONFLICT, "closing_blocked", "account %lld", (long long)a.id);
    if (!str_eq(a.state, S("active")) && !str_eq(a.state, S("paused")))
        return fault(ERR_CONFLICT, "account_not_active", "account is %.*s", FMT(a.state));
    struct closing c = {.account_id = a.id,
                        .id = id_new(),
                        .asked_by = w->user_id,
                        .asked_at = tx_now(t),
                        .due_at = tx_now(t) + w->days * (int64_t)DAY_MS,
                        .handle = a.handle,
                        .name = a.name};
    TRY(unsubmit_all(t, mem, a.id, w->user_id));
    TRY(store_closing_insert(t, &c));
    if (!str_eq(a.state, S("paused")))
        TRY(account_measured(t, mem, a.id, S("paused"), S(""), w->user_id));
    TRY(leave(t, mem, &c, RECORD_closing_asked, w->user_id));
    TRY(tell(t, mem, &c, "closing_asked"));
    *ret_id = c.id;
    return OK;
}

err closing_take_back(struct tx *t, arena *mem, int64_t account_id, int64_t user_id)
{
    struct closing c;
    struct account a;
    err e = closing_of(t, mem, account_id, &c);
    if (e != OK)
        return e == ERR_NOT_FOUND ? fault(ERR_CONFLICT, "not_closing", "nothing cools") : e;
    TRY(account_load(t, mem, account_id, &a));
    TRY(store_closing_end(t, c.id, S("taken_back")));
    if (str_eq(a.state, S("paused")))
        TRY(account_measured(t, mem, a.id, S("active"), S(""), user_id));
    TRY(leave(t, mem, &c, RECORD_closing_taken_back, user_id));
    return tell(t, mem, &c, "closing_taken_back");
}

static err hold(struct tx *t, arena *mem, const struct closing *c)
{
    if (c->held)
        return OK;
    TRY(store_closing_held(t, c->id));
    return tell(t, mem, c, "closing_held");
}

static err finish(struct tx *t, arena *mem, const struct closing *c)
{
    int64_t *v;
    size_t n;
    TRY(unsubmit_all(t, mem, c->account_id, c->asked_by));
    TRY(store_waiting_changes(t, mem, c->account_id, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(case_cancel(t, CASE_PROFILE, c->account_id, v[i]));
    TRY(account_measured(t, mem, c->account_id, S("closed"), ACCOUNT_LEFT, c->asked_by));
    TRY(store_closing_end(t, c->id, S("closed")));
    TRY(leave(t, mem, c, RECORD_closing_done, c->asked_by));
    return tell(t, mem, c, "closing_done");
}

err closing_finish(struct tx *t, arena *mem, int64_t id, bool *ret_done)
{
    struct closing c;
    struct account a;
    struct closing_blocks b;
    *ret_done = false;
    TRY(store_closing_load(t, mem, id, &c));
    if (!str_eq(c.state, S("cooling")) || c.due_at > tx_now(t))
        return OK;
    TRY(account_load(t, mem, c.account_id, &a));
    if (str_eq(a.state, S("closed")))
        return store_closing_end(t, c.id, S("void"));
    TRY(closing_blocks(t, mem, c.account_id, &b));
    if (closing_blocked(&b))
        return hold(t, mem, &c);
    TRY(finish(t, mem, &c));
    *ret_done = true;
    return OK;
}

/* ---- the job: each closing in a transaction of its own ---- */

struct due {
    arena *mem;
    int64_t *v;
    size_t n, i;
};

static err due_read(struct tx *t, void *ctx)
{
    struct due *d = ctx;
    return store_closing_due(t, d->mem, &d->v, &d->n);
}

static err due_one(struct tx *t, void *ctx)
{
    const struct due *d = ctx;
    bool done = false;
    return closing_finish(t, d->mem, d->v[d->i], &done);
}

err closing_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    struct due d = {.mem = job->mem};
    TRY(db_read(s->db, due_read, &d));
    for (d.i = 0; d.i < d.n; d.i++)
        TRY(db_tx(s->db, due_one, &d));
    return OK;
}

/* ---- restricted storage ---- */

static err case_known(struct tx *t, arena *mem, str number)
{
    struct casefile c;
    int64_t id = 0;
    err e = str_int(number, &id) == OK ? case_load(t, mem, id, &c) : ERR_NOT_FOUND;
    return e == ERR_NOT_FOUND ? fault_field(ERR_INVALID, "case_unknown", "number", "no such case")
                              : e;
}

err restricted_note(struct tx *t, arena *mem, struct restricted_look *l)
{
    struct account a;
    TRY(account_load(t, mem, l->account_id, &a));
    if (!account_left(&a))
        return fault(ERR_NOT_FOUND, "not_found", "account %lld did not leave", (long long)a.id);
    if (str_eq(l->basis, S("case")))
        TRY(case_known(t, mem, l->number));
    l->id = id_new();
    l->at = tx_now(t);
    TRY(store_look_insert(t, l));
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_restricted_read,
               .account_id = l->account_id,
               .actor = l->reader_id,
               .subject = str_fmt(mem, "restricted/%lld", (long long)l->account_id),
               RECORD_FIELDS(RECORD_TEXT("basis", l->basis), RECORD_TEXT("number", l->number),
                             RECORD_INT("look", l->id), RECORD_INT("no", l->no)),
           });
}
