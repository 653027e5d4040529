/* Secret links to a draft. */
#include "article/draft_link.h"

#include "account/account.h"
#include "article/draft_link_store.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/rand.h"
#include "record/record.h"

bool draft_link_works(const struct draft_link *l, int64_t now)
{
    return !l->revoked_at && l->expires_at > now && l->views < DRAFT_LINK_VIEWS_MAX;
}

static err leave(struct tx *t, arena *mem, enum record_kind kind, const struct draft_link *l,
                 int64_t by)
{
    return record_add(
        t, &(struct record_in){.kind = kind,
                               .account_id = l->account_id,
                               .actor = by,
                               .subject = str_fmt(mem, "article/%lld/%lld",
                                                  (long long)l->account_id, (long long)l->no),
                               RECORD_FIELDS(RECORD_INT("link", l->id))});
}

static bool closed(const struct article *a)
{
    return str_eq(a->state, S("removed")) || str_eq(a->state, S("discarded"));
}

err draft_link_make(struct tx *t, arena *mem, const struct draft_link *in, str *ret_token)
{
    struct draft_link row = *in, *v;
    struct article a;
    size_t n, live = 0;
    TRY(article_load(t, mem, in->account_id, in->no, &a));
    if (closed(&a))
        return fault(ERR_CONFLICT, "draft_link_closed", "article is %.*s", FMT(a.state));
    int64_t term = in->expires_at - tx_now(t);
    if (term <= 0 || term > (int64_t)DRAFT_LINK_DAYS_MAX * DAY_MS)
        return fault_field(ERR_INVALID, "draft_link_days", "days", "1 to %d", DRAFT_LINK_DAYS_MAX);
    TRY(draft_link_list(t, mem, in->account_id, in->no, &v, &n));
    for (size_t i = 0; i < n; i++)
        live += draft_link_works(&v[i], tx_now(t));
    if (live >= DRAFT_LINKS_MAX)
        return fault(ERR_LIMIT, "draft_links_many", "%zu links", live);
    str token = rand_token(mem, 32);
    struct sha256 h = sha256(str_bytes(token));
    row.id = id_new();
    TRY(store_draft_link_insert(t, &row, (struct bytes){h.b, sizeof h.b}));
    TRY(leave(t, mem, RECORD_draft_link_made, &row, in->made_by));
    *ret_token = token;
    return OK;
}

err draft_link_revoke(struct tx *t, arena *mem, int64_t account_id, int64_t id, int64_t by)
{
    struct draft_link l;
    TRY(store_draft_link_load(t, mem, account_id, id, &l));
    if (l.revoked_at)
        return OK;
    TRY(store_draft_link_revoke(t, account_id, id));
    return leave(t, mem, RECORD_draft_link_revoked, &l, by);
}

/* The draft, or what was handed in last when there is none. */
static err text_of(struct tx *t, arena *mem, const struct article *a, struct article_text *ret_text)
{
    struct draft d;
    struct article_version v;
    err e = draft_load(t, mem, a->account_id, a->no, &d);
    if (e == OK)
        *ret_text = d.text;
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(article_version_load(t, mem, a->account_id, a->no, a->versions, &v));
    *ret_text = v.text;
    return OK;
}

static err over(void)
{
    return fault(ERR_NOT_FOUND, "draft_link_over", "no such link, or it is over");
}

err draft_link_open(struct tx *t, arena *mem, str token, struct draft_shown *ret_s)
{
    struct draft_shown s;
    struct account account;
    struct sha256 h = sha256(str_bytes(token));
    err e = store_draft_link_find(t, mem, (struct bytes){h.b, sizeof h.b}, &s.link);
    if (e != OK)
        return e == ERR_NOT_FOUND ? over() : e;
    TRY(account_load(t, mem, s.link.account_id, &account));
    TRY(article_load(t, mem, s.link.account_id, s.link.no, &s.a));
    bool shut = !account_public(&account) || str_eq(account.state, S("suspended"));
    if (shut || closed(&s.a) || !draft_link_works(&s.link, tx_now(t)))
        return over();
    TRY(text_of(t, mem, &s.a, &s.text));
    TRY(store_draft_link_seen(t, s.link.account_id, s.link.id));
    *ret_s = s;
    return OK;
}
