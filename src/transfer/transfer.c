/* The states of a transfer. */
#include "transfer/transfer.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/rand.h"
#include "leaving/leaving.h"
#include "notice/notice.h"
#include "record/record.h"
#include "registrant/registrant.h"
#include "settings/provider.h"
#include "transfer/transfer_store.h"
#include "web/site.h"

bool transfer_open(const struct transfer *x)
{
    return str_eq(x->state, S("offered")) || str_eq(x->state, S("review")) ||
           str_eq(x->state, S("cooling"));
}

/* ---- what stands against it ---- */

static void stand(struct transfer_stands *s, bool is, const char *reason)
{
    if (is && s->n < TRANSFER_STANDS_MAX)
        s->v[s->n++] = reason;
}

err transfer_stands_of(struct tx *t, arena *mem, int64_t account_id, struct transfer_stands *ret_s)
{
    struct transfer_stands s = {0};
    struct closing_blocks b;
    struct closing closing;
    struct account a;
    TRY(account_load(t, mem, account_id, &a));
    TRY(closing_blocks(t, mem, account_id, &b));
    err e = closing_of(t, mem, account_id, &closing);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    stand(&s, b.findings != 0, "transfer_findings");
    stand(&s, b.appeals != 0, "transfer_appeals");
    stand(&s, b.measures != 0, "transfer_measures");
    stand(&s, e == OK, "closing_asked");
    stand(&s, !str_eq(a.state, S("active")) && !str_eq(a.state, S("paused")), "account_not_active");
    *ret_s = s;
    return OK;
}

static bool same_key(struct bytes a, struct bytes b)
{
    return a.n && a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* Setting transfer_class: the same class; organisations among themselves; any. */
static bool class_allowed(str rule, str from, str to)
{
    bool people = str_eq(from, S("individual")) || str_eq(to, S("individual"));
    return str_eq(from, to) || str_eq(rule, S("any")) ||
           (str_eq(rule, S("organisations")) && !people);
}

/* A licence for each category of the account that needs one. */
static err licences_there(struct tx *t, const struct account *a, int64_t registrant,
                          const struct provider_settings *ps, bool *ret_missing)
{
    *ret_missing = false;
    for (size_t i = 0; i < CATEGORY_COUNT; i++) {
        str field = str_from(CATEGORIES[i].licence), one, rest = a->categories;
        bool has = false, news = str_eq(field, S("news"));
        int64_t n = 0;
        while (rest.n && !has) {
            one = str_split(rest, ',', &rest);
            has = str_eq(one, str_from(CATEGORIES[i].code));
        }
        if (!has || !field.n || (!news && !provider_rule(ps, ps->qualification_rule)))
            continue;
        TRY(store_licences(t, registrant, news ? S("news_editing") : field,
                           news ? S("news_reprint") : field, &n));
        *ret_missing |= n == 0;
    }
    return OK;
}

/* May it have one account more? As a reason; NULL: yes. */
static err room(struct tx *t, arena *mem, int64_t registrant_id, int64_t user_id,
                const char **ret_reason)
{
    err e = account_room(t, mem, registrant_id, user_id);
    *ret_reason = NULL;
    if (e != ERR_DENIED && e != ERR_LIMIT)
        return e;
    *ret_reason = str_z(mem, str_from(fault_of(e).reason));
    fault_clear();
    return OK;
}

err transfer_receiver_stands(struct tx *t, arena *mem, const struct transfer *x,
                             int64_t registrant_id, int64_t user_id, struct transfer_stands *ret_s)
{
    struct transfer_stands s = {0};
    struct provider_settings ps;
    struct registrant reg;
    struct account a;
    const char *none = NULL;
    int64_t measures = 0;
    bool missing = false;
    TRY(account_load(t, mem, x->account_id, &a));
    TRY(registrant_load(t, mem, registrant_id, &reg));
    TRY(provider_settings_load(t, mem, &ps));
    TRY(room(t, mem, registrant_id, user_id, &none));
    stand(&s, none != NULL, none);
    stand(&s, registrant_id == x->from_registrant || same_key(reg.identity_key, a.identity_key),
          "transfer_same");
    stand(&s, !class_allowed(ps.transfer_class, x->from_class, class_name(reg.class)),
          "transfer_class");
    TRY(store_identity_measures(t, reg.identity_key, &measures));
    stand(&s, measures != 0, "transfer_measures_there");
    TRY(licences_there(t, &a, registrant_id, &ps, &missing));
    stand(&s, missing, "licence_required");
    *ret_s = s;
    return OK;
}

static err stands_fault(const struct transfer_stands *s)
{
    return s->n ? fault(ERR_CONFLICT, s->v[0], "%zu reasons against it", s->n) : OK;
}

/* ---- steps: one record and its notices each ---- */

static err tell(struct tx *t, arena *mem, const struct transfer *x, const char *kind)
{
    str link = str_fmt(mem, "/me/transfers/%lld", (long long)x->id);
    str args[] = {x->name, x->answer};
    TRY(notice_send(t, x->asked_by, kind, link, 2, args));
    return x->accepted_by && x->accepted_by != x->asked_by
               ? notice_send(t, x->accepted_by, kind, link, 2, args)
               : OK;
}

static err step(struct tx *t, arena *mem, const struct transfer *x, enum record_kind kind,
                int64_t actor)
{
    TRY(store_transfer_put(t, x));
    TRY(tell(t, mem, x, record_kind_name(kind)));
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = x->account_id,
               .actor = actor,
               .subject = str_fmt(mem, "transfer/%lld", (long long)x->id),
               RECORD_FIELDS(RECORD_TEXT("handle", x->handle), RECORD_TEXT("class", x->from_class),
                             RECORD_TEXT("to_class", x->to_class),
                             RECORD_INT("from", x->from_registrant),
                             RECORD_INT("to", x->to_registrant), RECORD_TEXT("reason", x->answer)),
           });
}

static err ended(struct tx *t, arena *mem, struct transfer *x, enum record_kind kind, int64_t actor,
                 str answer)
{
    x->state = kind == RECORD_transfer_stopped ? S("stopped") : S("refused");
    x->answer = answer;
    x->ended_at = tx_now(t);
    TRY(case_cancel(t, CASE_TRANSFER, x->account_id, x->id));
    return step(t, mem, x, kind, actor);
}

/* A link that nobody used in time is dead; the row ends when the next is asked for. */
static bool lapsed(const struct transfer *x, int64_t now)
{
    return str_eq(x->state, S("offered")) && x->offer_until <= now;
}

static err none_open(struct tx *t, arena *mem, int64_t account_id)
{
    struct transfer old;
    err e = transfer_of(t, mem, account_id, &old);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    if (!transfer_open(&old))
        return OK;
    if (!lapsed(&old, tx_now(t)))
        return fault(ERR_CONFLICT, "transfer_asked", "transfer %lld", (long long)old.id);
    return ended(t, mem, &old, RECORD_transfer_stopped, old.asked_by, S(""));
}

err transfer_ask(struct tx *t, arena *mem, const struct transfer_wish *w, str *ret_token)
{
    struct account a;
    struct registrant reg;
    struct transfer_stands s;
    TRY(account_load(t, mem, w->account_id, &a));
    TRY(registrant_load(t, mem, a.registrant_id, &reg));
    if (reg.user_id != w->user_id)
        return fault(ERR_NOT_FOUND, "not_found", "not this user's registrant");
    TRY(none_open(t, mem, a.id));
    TRY(transfer_stands_of(t, mem, a.id, &s));
    TRY(stands_fault(&s));
    str token = rand_token(mem, 32);
    struct sha256 hash = sha256(str_bytes(token));
    struct transfer x = {.account_id = a.id,
                         .id = id_new(),
                         .from_registrant = a.registrant_id,
                         .evidence_id = w->evidence_id,
                         .asked_by = w->user_id,
                         .offer_until = tx_now(t) + TRANSFER_OFFER_DAYS * (int64_t)DAY_MS,
                         .state = S("offered"),
                         .from_class = a.class,
                         .from_name = S(""),
                         .to_class = S(""),
                         .reason = w->reason,
                         .answer = S(""),
                         .handle = a.handle,
                         .name = a.name};
    TRY(store_transfer_insert(t, &x, (struct bytes){hash.b, sizeof hash.b}));
    *ret_token = token;
    return step(t, mem, &x, RECORD_transfer_asked, w->user_id);
}

err transfer_find(struct tx *t, arena *mem, str token, struct transfer *ret_x)
{
    struct sha256 hash = sha256(str_bytes(token));
    return store_transfer_by_token(t, mem, (struct bytes){hash.b, sizeof hash.b}, ret_x);
}

/* Government, media and news are looked at by two officers. */
static int eyes_of(const struct transfer *x, const struct account *a)
{
    const str classes[] = {x->from_class, x->to_class};
    bool two = false;
    for (size_t i = 0; i < LEN(classes); i++)
        two |= str_eq(classes[i], S("government")) || str_eq(classes[i], S("media"));
    for (str rest = a->categories; rest.n;)
        two |= str_eq(str_split(rest, ',', &rest), S("news"));
    return two ? 2 : 1;
}

err transfer_accept(struct tx *t, arena *mem, str token, int64_t registrant_id, int64_t user_id)
{
    struct transfer x;
    struct account a;
    struct registrant reg;
    struct transfer_stands s;
    struct provider_settings ps;
    TRY(transfer_find(t, mem, token, &x));
    if (!str_eq(x.state, S("offered")) || lapsed(&x, tx_now(t)))
        return fault(ERR_CONFLICT, "transfer_not_offered", "transfer is %.*s", FMT(x.state));
    TRY(transfer_stands_of(t, mem, x.account_id, &s));
    TRY(stands_fault(&s));
    TRY(transfer_receiver_stands(t, mem, &x, registrant_id, user_id, &s));
    TRY(stands_fault(&s));
    TRY(account_load(t, mem, x.account_id, &a));
    TRY(registrant_load(t, mem, registrant_id, &reg));
    TRY(provider_settings_load(t, mem, &ps));
    x.state = S("review");
    x.to_registrant = registrant_id;
    x.to_class = class_name(reg.class);
    x.accepted_by = user_id;
    x.accepted_at = tx_now(t);
    TRY(case_open(t, &(struct casefile){.kind = CASE_TRANSFER,
                                        .account_id = a.id,
                                        .subject = x.id,
                                        .title = a.name,
                                        .opened_by = user_id,
                                        .eyes = eyes_of(&x, &a),
                                        .due_at = tx_now(t) + review_span(&ps, tx_now(t))}));
    return step(t, mem, &x, RECORD_transfer_accepted, user_id);
}

err transfer_stop(struct tx *t, arena *mem, int64_t id, int64_t user_id)
{
    struct transfer x;
    TRY(store_transfer_load(t, mem, id, &x));
    if (user_id != x.asked_by && user_id != x.accepted_by)
        return fault(ERR_DENIED, "transfer_not_party", "transfer %lld", (long long)id);
    if (!transfer_open(&x))
        return fault(ERR_CONFLICT, "transfer_over", "transfer is %.*s", FMT(x.state));
    return ended(t, mem, &x, RECORD_transfer_stopped, user_id, S(""));
}

err transfer_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                          const struct decision *d)
{
    struct transfer x;
    struct provider_settings ps;
    TRY(store_transfer_load(t, mem, c->subject, &x));
    if (d->verdict != VERDICT_APPROVE)
        return ended(t, mem, &x, RECORD_transfer_refused, d->officer, d->reason);
    TRY(provider_settings_load(t, mem, &ps));
    x.state = S("cooling");
    x.due_at = tx_now(t) + ps.transfer_days * (int64_t)DAY_MS;
    return step(t, mem, &x, RECORD_transfer_approved, d->officer);
}

/* ---- the end ---- */

static err hold(struct tx *t, arena *mem, struct transfer *x)
{
    if (x->held)
        return OK;
    x->held = true;
    TRY(store_transfer_put(t, x));
    return tell(t, mem, x, "transfer_held");
}

static err hand_over(struct tx *t, arena *mem, struct transfer *x)
{
    struct account a;
    TRY(account_load(t, mem, x->account_id, &a));
    x->from_name = a.real_name;
    x->state = S("done");
    x->ended_at = tx_now(t);
    TRY(account_hand_over(
        t, mem,
        &(struct handover_act){x->account_id, x->to_registrant, x->accepted_by, x->asked_by}));
    return step(t, mem, x, RECORD_transfer_done, x->asked_by);
}

err transfer_finish(struct tx *t, arena *mem, int64_t id, bool *ret_done)
{
    struct transfer x;
    struct account a;
    struct transfer_stands s;
    *ret_done = false;
    TRY(store_transfer_load(t, mem, id, &x));
    if (!str_eq(x.state, S("cooling")) || x.due_at > tx_now(t))
        return OK;
    TRY(account_load(t, mem, x.account_id, &a));
    if (str_eq(a.state, S("closed")))
        return ended(t, mem, &x, RECORD_transfer_refused, x.asked_by, S("account_not_active"));
    TRY(transfer_stands_of(t, mem, x.account_id, &s));
    if (s.n)
        return hold(t, mem, &x);
    TRY(transfer_receiver_stands(t, mem, &x, x.to_registrant, x.accepted_by, &s));
    if (s.n)
        return ended(t, mem, &x, RECORD_transfer_refused, x.asked_by, str_from(s.v[0]));
    TRY(hand_over(t, mem, &x));
    *ret_done = true;
    return OK;
}

/* ---- the job ---- */

struct working {
    arena *mem;
    int64_t *v, untold;
    size_t n, i;
};

static err look(struct tx *t, void *ctx)
{
    struct working *w = ctx;
    TRY(store_transfer_untold(t, &w->untold));
    return store_transfer_due(t, w->mem, &w->v, &w->n);
}

static err finish_one(struct tx *t, void *ctx)
{
    const struct working *w = ctx;
    bool done = false;
    return transfer_finish(t, w->mem, w->v[w->i], &done);
}

static err tell_some(struct tx *t, void *ctx)
{
    struct working *w = ctx;
    struct transfer x;
    int64_t *v;
    size_t n;
    TRY(store_transfer_load(t, w->mem, w->untold, &x));
    TRY(store_transfer_subscribers(t, w->mem, x.id, &v, &n));
    str link = str_fmt(w->mem, "/a/%.*s", FMT(x.handle));
    for (size_t i = 0; i < n; i++)
        TRY(notice_send(t, v[i], "account_transferred", link, 1, &x.name));
    return store_transfer_told(t, x.id, n ? v[n - 1] : 0, n < TRANSFER_TELL);
}

err transfer_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    struct working w = {.mem = job->mem};
    TRY(db_read(s->db, look, &w));
    for (w.i = 0; w.i < w.n; w.i++)
        TRY(db_tx(s->db, finish_one, &w));
    return w.untold ? db_tx(s->db, tell_some, &w) : OK;
}
