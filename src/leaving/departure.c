/* The states of a departure. */
#include "leaving/departure.h"

#include "account/account.h"
#include "base/clock.h"
#include "base/id.h"
#include "leaving/departure_store.h"
#include "measure/measure.h"
#include "notice/notice.h"
#include "record/record.h"
#include "registrant/registrant.h"
#include "settings/settings.h"
#include "user/user.h"
#include "vault/vault.h"
#include "web/msg.h"
#include "web/site.h"

enum { KEY_HEX = 40 }; /* 160 bits */

const char *departure_block_name(enum departure_block_kind k)
{
    static const char *const NAMES[] = {
#define X(name) [BLOCK_##name] = #name,
        DEPARTURE_BLOCKS(X)
#undef X
    };
    return NAMES[k];
}

/* ---- what stands against it ---- */

struct blocks {
    arena *mem;
    struct departure_block v[DEPARTURE_MAX];
    size_t n;
};

static void add(struct blocks *b, enum departure_block_kind kind, const struct departing_account *a,
                const char *page)
{
    if (b->n < DEPARTURE_MAX)
        b->v[b->n++] = (struct departure_block){
            kind, a ? a->name : S(""),
            a && *page ? str_fmt(b->mem, "/console/%.*s%s", FMT(a->handle), page) : S("")};
}

static err measures_on(struct tx *t, arena *mem, int64_t account_id, bool *ret_yes)
{
    struct measure *v;
    size_t n;
    *ret_yes = false;
    TRY(measure_standing(t, mem, account_id, 0, &v, &n));
    for (size_t i = 0; i < n; i++)
        *ret_yes |= v[i].kind == MEASURE_restrict || v[i].kind == MEASURE_suspend;
    return OK;
}

static err account_check(struct tx *t, struct blocks *b, const struct departing_account *a)
{
    bool open = !str_eq(a->state, S("closed")), measured = false;
    bool waits = str_eq(a->state, S("applied")) || str_eq(a->state, S("returned"));
    if (a->findings)
        add(b, BLOCK_finding, a, "");
    if (a->appeals)
        add(b, BLOCK_appeal, a, "");
    if (!open || str_eq(a->state, S("rejected")))
        return OK;
    TRY(measures_on(t, b->mem, a->id, &measured));
    if (measured)
        add(b, BLOCK_measure, a, "");
    else if (a->cools)
        add(b, BLOCK_cooling, a, "/close");
    else if (a->own)
        add(b, BLOCK_account, a, waits ? "/manage" : "/close");
    else
        add(b, BLOCK_sole_owner, a, "/members");
    return OK;
}

err departure_blocks(struct tx *t, arena *mem, const struct departure_wish *w,
                     struct departure_block **ret_v, size_t *ret_n)
{
    struct blocks *b = NEW(mem, struct blocks);
    struct departing_account *v;
    size_t n;
    bool post = false;
    b->mem = mem;
    TRY(store_departing_accounts(t, mem, w, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(account_check(t, b, &v[i]));
    if (!w->registrant_id)
        TRY(store_has_post(t, w->user_id, &post));
    if (post)
        add(b, BLOCK_staff, NULL, "");
    *ret_v = b->v;
    *ret_n = b->n;
    return OK;
}

/* ---- asking, and taking it back ---- */

static err note(struct tx *t, arena *mem, const struct departure *d, enum record_kind kind)
{
    return record_add(
        t, &(struct record_in){.kind = kind,
                               .actor = d->user_id,
                               .subject = str_fmt(mem, "departure/%lld", (long long)d->id),
                               RECORD_FIELDS(RECORD_INT("user", d->user_id),
                                             RECORD_INT("registrant", d->registrant_id),
                                             RECORD_INT("due_at", d->due_at))});
}

static err tell(struct tx *t, arena *mem, const struct departure *d, const char *kind)
{
    return notice_send(t, d->user_id, kind, str_fmt(mem, "/me/leave/%lld", (long long)d->id), 0,
                       NULL);
}

static err own_check(struct tx *t, arena *mem, const struct departure_wish *w)
{
    struct registrant r;
    if (!w->registrant_id)
        return OK;
    TRY(registrant_load(t, mem, w->registrant_id, &r));
    if (r.user_id != w->user_id)
        return fault(ERR_NOT_FOUND, "not_found", "not this user's registrant");
    if (registrant_left(&r))
        return fault(ERR_CONFLICT, "registrant_left", "has left already");
    return OK;
}

err departure_ask(struct tx *t, arena *mem, const struct departure_wish *w, int64_t *ret_id)
{
    struct departure_block *v;
    struct departure old;
    size_t n;
    TRY(own_check(t, mem, w));
    err e = departure_of(t, mem, w->user_id, w->registrant_id, &old);
    if (e != ERR_NOT_FOUND)
        return e == OK ? fault(ERR_CONFLICT, "departure_asked", "departure %lld", (long long)old.id)
                       : e;
    TRY(departure_blocks(t, mem, w, &v, &n));
    if (n)
        return fault(ERR_CONFLICT, "departure_blocked", "%s first", departure_block_name(v->kind));
    struct departure d = {.user_id = w->user_id,
                          .id = id_new(),
                          .registrant_id = w->registrant_id,
                          .asked_at = tx_now(t),
                          .due_at = tx_now(t) + w->days * (int64_t)DAY_MS};
    TRY(store_departure_insert(t, &d));
    TRY(note(t, mem, &d, RECORD_departure_asked));
    TRY(tell(t, mem, &d, "departure_asked"));
    *ret_id = d.id;
    return OK;
}

err departure_take_back(struct tx *t, arena *mem, int64_t user_id, int64_t id)
{
    struct departure d;
    err e = departure_load(t, mem, id, &d);
    if (e != OK)
        return e;
    if (d.user_id != user_id)
        return fault(ERR_NOT_FOUND, "not_found", "somebody else's");
    if (!str_eq(d.state, S("cooling")))
        return fault(ERR_CONFLICT, "not_departing", "departure is %.*s", FMT(d.state));
    TRY(store_departure_end(t, id, S("taken_back")));
    TRY(note(t, mem, &d, RECORD_departure_taken_back));
    return tell(t, mem, &d, "departure_taken_back");
}

/* ---- the end ---- */

static err registrants_leave(struct tx *t, arena *mem, const struct departure *d)
{
    struct registrant *v;
    size_t n;
    if (d->registrant_id)
        return registrant_leave(t, mem, d->registrant_id, d->user_id);
    TRY(registrant_list(t, mem, d->user_id, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(registrant_leave(t, mem, v[i].id, d->user_id));
    return OK;
}

static err places_leave(struct tx *t, arena *mem, int64_t user_id)
{
    int64_t *v;
    size_t n;
    do {
        TRY(store_memberships(t, mem, user_id, &v, &n));
        for (size_t i = 0; i < n; i++)
            TRY(member_remove(t, v[i], user_id, user_id));
    } while (n == DEPARTURE_MAX);
    do {
        TRY(store_subscriptions(t, mem, user_id, &v, &n));
        for (size_t i = 0; i < n; i++)
            TRY(unsubscribe(t, user_id, v[i]));
    } while (n == DEPARTURE_MAX);
    return OK;
}

static err login_leave(struct tx *t, arena *mem, const struct departure_end *e, int64_t user_id)
{
    struct user u;
    str at = str_cat(mem, e->origin, departure_path(e->mail->vault, mem, e->id));
    TRY(user_load(t, mem, user_id, &u));
    enum lang lang = str_eq(u.lang, S("en")) ? LANG_EN : LANG_ZH;
    TRY(user_tell(t, mem, e->mail, user_id, msg_format(mem, lang, MSG_leaving_sms, &at, 1)));
    TRY(places_leave(t, mem, user_id));
    TRY(store_private_erase(t, user_id));
    return user_close(t, user_id);
}

static err hold(struct tx *t, arena *mem, const struct departure *d)
{
    if (d->held)
        return OK;
    TRY(store_departure_held(t, d->id));
    return tell(t, mem, d, "departure_held");
}

/* A member's place that would be left without owner is a block, so member_remove does not refuse.
 */
err departure_finish(struct tx *t, arena *mem, const struct departure_end *end, bool *ret_done)
{
    struct departure d;
    struct departure_block *v;
    size_t n;
    *ret_done = false;
    TRY(departure_load(t, mem, end->id, &d));
    if (!str_eq(d.state, S("cooling")) || d.due_at > tx_now(t))
        return OK;
    struct departure_wish w = {d.user_id, d.registrant_id, 0};
    TRY(departure_blocks(t, mem, &w, &v, &n));
    if (n)
        return hold(t, mem, &d);
    TRY(registrants_leave(t, mem, &d));
    TRY(store_departure_end(t, d.id, S("done")));
    TRY(note(t, mem, &d, RECORD_departure_done));
    if (d.registrant_id)
        TRY(tell(t, mem, &d, "departure_done"));
    else
        TRY(login_leave(t, mem, end, d.user_id));
    *ret_done = true;
    return OK;
}

struct due {
    arena *mem;
    struct departure_end end;
    int64_t *v;
    size_t n, i;
    bool any;
};

static err due_read(struct tx *t, void *ctx)
{
    struct due *d = ctx;
    return store_departures_due(t, d->mem, &d->v, &d->n);
}

static err due_one(struct tx *t, void *ctx)
{
    struct due *d = ctx;
    d->end.id = d->v[d->i];
    return departure_finish(t, d->mem, &d->end, &d->any);
}

err departure_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    struct due d = {.mem = job->mem, .end = {.mail = s->mail, .origin = s->settings->public_url}};
    TRY(db_read(s->db, due_read, &d));
    for (d.i = 0; d.i < d.n; d.i++)
        TRY(db_tx(s->db, due_one, &d));
    return OK;
}

/* ---- the address that needs no login ---- */

static str key_of(const struct vault *v, arena *mem, int64_t id)
{
    str text = str_fmt(mem, "%lld", (long long)id);
    return str_sub(hex(mem, vault_key_of(v, mem, "departure", text)), 0, KEY_HEX);
}

str departure_path(const struct vault *v, arena *mem, int64_t id)
{
    return str_fmt(mem, "/left/%lld/%.*s", (long long)id, FMT(key_of(v, mem, id)));
}

bool departure_key_right(const struct vault *v, arena *mem, int64_t id, str key)
{
    return key.n == KEY_HEX && same_bytes(str_bytes(key), str_bytes(key_of(v, mem, id)));
}
