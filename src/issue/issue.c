/* Issues: putting them together, sending, and publishing them whole. */
#include "issue/issue_store.h"

#include "account/account.h"
#include "article/together.h"
#include "base/id.h"
#include "notice/notice.h"
#include "record/record.h"
#include "web/request.h"

static err leave(struct tx *t, arena *mem, enum record_kind kind, const struct issue *i,
                 int64_t actor, str reason)
{
    return record_add(
        t, &(struct record_in){.kind = kind,
                               .account_id = i->account_id,
                               .actor = actor,
                               .subject = str_fmt(mem, "account/%lld", (long long)i->account_id),
                               RECORD_FIELDS(RECORD_INT("issue", i->no),
                                             RECORD_INT("articles", i->articles),
                                             RECORD_TEXT("reason", reason))});
}

static err in_state(const struct issue *i, str state)
{
    return str_eq(i->state, state)
               ? OK
               : fault(ERR_CONFLICT, "issue_state", "issue is %.*s", FMT(i->state));
}

/* ---- putting together ---- */

err issue_make(struct tx *t, arena *mem, int64_t account_id, int64_t user_id, int64_t *ret_no)
{
    struct account a;
    int64_t n = 0;
    TRY(account_load(t, mem, account_id, &a));
    if (!account_public(&a))
        return fault(ERR_CONFLICT, "account_not_active", "account is %.*s", FMT(a.state));
    TRY(store_issue_open(t, account_id, &n));
    if (n >= ISSUES_OPEN_MAX)
        return fault(ERR_LIMIT, "issue_many", "%lld issues", (long long)n);
    return store_issue_insert(t, account_id, user_id, ret_no);
}

static err draft_only(const struct article *a)
{
    return str_eq(a->state, S("draft")) && !a->published_at
               ? OK
               : fault_field(ERR_CONFLICT, "issue_not_draft", "article", "article is %.*s",
                             FMT(a->state));
}

err issue_add(struct tx *t, arena *mem, const struct issue_act *act)
{
    struct issue i;
    struct article a;
    TRY(issue_load(t, mem, act->account_id, act->no, &i));
    TRY(in_state(&i, S("draft")));
    TRY(article_load(t, mem, act->account_id, act->article, &a));
    TRY(draft_only(&a));
    if (i.articles >= ISSUE_MAX)
        return fault_field(ERR_LIMIT, "issue_full", "article", "%lld", (long long)i.articles);
    err e = store_issue_add(t, act, id_new());
    return e == ERR_CONFLICT
               ? fault_field(ERR_CONFLICT, "issue_taken", "article", "in an issue already")
               : e;
}

err issue_move(struct tx *t, arena *mem, const struct issue_act *act, bool up)
{
    struct issue i;
    struct issue_item *v;
    size_t n, at = 0;
    TRY(issue_load(t, mem, act->account_id, act->no, &i));
    TRY(in_state(&i, S("draft")));
    TRY(issue_items(t, mem, act->account_id, act->no, &v, &n));
    while (at < n && v[at].no != act->article)
        at++;
    if (at == n)
        return fault(ERR_NOT_FOUND, "not_found", "not in this issue");
    if (up ? at == 0 : at + 1 == n)
        return OK;
    const struct issue_item *other = &v[up ? at - 1 : at + 1];
    TRY(store_issue_place(t, act->account_id, act->article, other->place));
    return store_issue_place(t, act->account_id, other->no, v[at].place);
}

/* What waits for a review or its time is a draft again; what was sent back or removed stays so. */
static err unsubmit(struct tx *t, const struct issue_act *act, const struct issue_item *item)
{
    bool waits = str_eq(item->state, S("held")) || str_eq(item->state, S("scheduled"));
    return waits ? article_unsubmit(t, act->account_id, item->no, act->user_id) : OK;
}

err issue_drop(struct tx *t, arena *mem, const struct issue_act *act)
{
    struct issue i;
    struct issue_item *v;
    size_t n, at = 0;
    TRY(issue_load(t, mem, act->account_id, act->no, &i));
    bool waits = str_eq(i.state, S("waiting"));
    if (!waits)
        TRY(in_state(&i, S("draft")));
    TRY(issue_items(t, mem, act->account_id, act->no, &v, &n));
    while (at < n && v[at].no != act->article)
        at++;
    if (at == n)
        return fault(ERR_NOT_FOUND, "not_found", "not in this issue");
    if (waits && n <= ISSUE_MIN)
        return fault(ERR_INVALID, "issue_few", "%zu articles", n);
    TRY(store_issue_remove(t, act));
    if (!waits)
        return OK;
    TRY(unsubmit(t, act, &v[at]));
    i.articles--;
    return leave(t, mem, RECORD_issue_dropped_one, &i, act->user_id, S(""));
}

err issue_end(struct tx *t, arena *mem, const struct issue_act *act)
{
    struct issue i;
    TRY(issue_load(t, mem, act->account_id, act->no, &i));
    TRY(in_state(&i, S("draft")));
    TRY(store_issue_clear(t, act->account_id, act->no));
    return store_issue_state(t, &i, S("dropped"), 0);
}

/* ---- publishing ---- */

/* All have passed and the gate is open: all are public. Else it says why not, once per reason. */
static err publish(struct tx *t, arena *mem, struct issue *i, const struct issue_item *v, size_t n)
{
    struct article_ref refs[ISSUE_MAX];
    int64_t which = 0;
    str why = STR_NONE,
        link = str_fmt(mem, "/console/%.*s/issues/%lld", FMT(i->handle), (long long)i->no);
    struct account a;
    for (size_t k = 0; k < n; k++)
        refs[k] = (struct article_ref){i->account_id, v[k].no};
    TRY(account_load(t, mem, i->account_id, &a));
    TRY(article_together(t, mem, refs, n, &which, &why));
    str args[] = {a.name, str_fmt(mem, "%lld", (long long)i->no), why};
    if (!why.n) {
        TRY(store_issue_published(t, i));
        TRY(account_page_touch(t, mem, i->handle));
        i->state = S("published");
        TRY(notice_send_account(t, i->account_id, "issue_published", link, 2, args));
        return leave(t, mem, RECORD_issue_published, i, 0, S(""));
    }
    why = str_fmt(mem, "%lld: %.*s", (long long)which, FMT(why));
    if (str_eq(why, i->why))
        return OK;
    TRY(store_issue_why(t, i, why));
    TRY(notice_send_account(t, i->account_id, "issue_gate_closed", link, 3, args));
    return leave(t, mem, RECORD_issue_waits, i, 0, why);
}

static err publish_if_due(struct tx *t, arena *mem, struct issue *i)
{
    struct issue_item *v;
    size_t n;
    TRY(issue_items(t, mem, i->account_id, i->no, &v, &n));
    bool ready = n >= ISSUE_MIN && i->publish_at <= tx_now(t);
    for (size_t k = 0; k < n; k++)
        ready = ready && str_eq(v[k].state, S("scheduled"));
    return ready ? publish(t, mem, i, v, n) : OK;
}

err issue_due(struct tx *t, arena *mem, int *ret_published)
{
    struct issue *v;
    size_t n;
    int published = 0;
    TRY(store_issue_due(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(publish_if_due(t, mem, &v[i]));
        published += str_eq(v[i].state, S("published"));
    }
    *ret_published = published;
    return OK;
}

/* ---- sending ---- */

static err send_one(struct tx *t, arena *mem, const struct issue_wish *w, struct issue_part *p,
                    int64_t at)
{
    struct article a;
    struct article_outcome o;
    struct draft d;
    TRY(article_load(t, mem, w->account_id, p->no, &a));
    TRY(draft_only(&a));
    TRY(draft_load(t, mem, w->account_id, p->no, &d));
    if (d.rev != p->rev)
        return fault(ERR_CONFLICT, "issue_state", "draft %d is not %d", d.rev, p->rev);
    return article_submit(t, mem,
                          &(struct article_submission){.account_id = w->account_id,
                                                       .no = p->no,
                                                       .user_id = w->user_id,
                                                       .publish_at = at,
                                                       .text = &p->text,
                                                       .rules = w->rules,
                                                       .scan = p->scanned ? &p->scan : NULL,
                                                       .prints = p->scanned ? &p->prints : NULL},
                          &o);
}

/* The parts are still what is in the issue, in its order. */
static err same_parts(const struct issue_wish *w, const struct issue_item *v, size_t n)
{
    bool same = n == w->n;
    for (size_t i = 0; same && i < n; i++)
        same = v[i].no == w->parts[i].no;
    return same ? OK : fault(ERR_CONFLICT, "issue_state", "other articles");
}

err issue_send(struct tx *t, arena *mem, struct issue_wish *w, str *ret_state)
{
    struct issue i;
    struct issue_item *v;
    size_t n;
    w->failed = 0;
    TRY(issue_load(t, mem, w->account_id, w->no, &i));
    TRY(in_state(&i, S("draft")));
    TRY(issue_items(t, mem, w->account_id, w->no, &v, &n));
    TRY(same_parts(w, v, n));
    if (n < ISSUE_MIN || n > ISSUE_MAX)
        return fault(ERR_INVALID, "issue_few", "%zu articles", n);
    if (w->publish_at && w->publish_at <= tx_now(t))
        return fault_field(ERR_INVALID, "time_past", "publish_at", "in the past");
    i.publish_at = w->publish_at ? w->publish_at : tx_now(t);
    TRY(store_issue_state(t, &i, S("waiting"), i.publish_at)); /* from here on they are planned */
    for (size_t k = 0; k < n; k++) {
        w->failed = w->parts[k].no;
        TRY(send_one(t, mem, w, &w->parts[k], i.publish_at));
    }
    w->failed = 0;
    TRY(leave(t, mem, RECORD_issue_sent, &i, w->user_id, S("")));
    i.state = S("waiting");
    TRY(publish_if_due(t, mem, &i));
    *ret_state = i.state;
    return OK;
}

err issue_recall(struct tx *t, arena *mem, const struct issue_act *act)
{
    struct issue i;
    struct issue_item *v;
    size_t n;
    TRY(issue_load(t, mem, act->account_id, act->no, &i));
    TRY(in_state(&i, S("waiting")));
    TRY(issue_items(t, mem, act->account_id, act->no, &v, &n));
    for (size_t k = 0; k < n; k++)
        TRY(unsubmit(t, act, &v[k]));
    TRY(store_issue_state(t, &i, S("draft"), 0));
    return leave(t, mem, RECORD_issue_recalled, &i, act->user_id, S(""));
}

/* ---- reading ---- */

size_t issue_seen(struct issue_item *v, size_t n, bool minor)
{
    size_t seen = 0;
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].state, S("published")) && !(minor && v[i].minors))
            v[seen++] = v[i];
    return seen;
}

err issue_beside(struct tx *t, arena *mem, int64_t account_id, int64_t article,
                 struct issue_beside *ret_b)
{
    struct issue_item *v;
    size_t n;
    struct issue_beside b = {0};
    TRY(store_issue_of(t, account_id, article, &b.no));
    if (!b.no)
        return fault(ERR_NOT_FOUND, "not_found", "in no issue");
    TRY(issue_items(t, mem, account_id, b.no, &v, &n));
    for (size_t i = 0; i < n; i++)
        if (v[i].no != article && str_eq(v[i].state, S("published")))
            b.v[b.n++] = v[i];
    *ret_b = b;
    return OK;
}
