/* Asking for packages, allowing the identity, cancelling, and what is left of them in the end. */
#include "package/package.h"

#include "account/account.h"
#include "article/article.h"
#include "base/id.h"
#include "blob/blob.h"
#include "leaving/leaving.h"
#include "notice/notice.h"
#include "package/package_store.h"
#include "record/record.h"

static err leave(struct tx *t, arena *mem, const struct package *p, enum record_kind kind,
                 int64_t actor)
{
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .account_id = p->account_id,
                             .actor = actor,
                             .subject = str_fmt(mem, "package/%lld", (long long)p->id),
                             RECORD_FIELDS(RECORD_INT("no", p->no), RECORD_TEXT("basis", p->basis),
                                           RECORD_TEXT("number", p->number),
                                           RECORD_INT("identity", p->recipient.n > 0)),
                         });
}

err package_queue(struct tx *t, arena *mem, int64_t id)
{
    str args = str_fmt(mem, "{\"id\":%lld}", (long long)id);
    return job_add(t, &(struct job_in){.kind = PACKAGE_JOB, .args = args, .dedup = args});
}

/* The case must be one about this thing: a package is no way around restricted storage. */
static err case_about(struct tx *t, arena *mem, const struct package *p)
{
    int64_t id = 0, *v = NULL;
    size_t n = 0;
    if (str_int(p->number, &id) == OK)
        TRY(store_package_cases(t, mem, p, &v, &n));
    for (size_t i = 0; i < n; i++)
        if (v[i] == id)
            return OK;
    return fault_field(ERR_INVALID, "case_unknown", "number", "no case about it has this number");
}

static err text_check(str text, const char *field, const char *reason, size_t max)
{
    size_t n = str_count(str_trim(text));
    return n && n <= max ? OK : fault_field(ERR_INVALID, reason, field, "1 to %zu characters", max);
}

static err ask_check(struct tx *t, arena *mem, const struct package *p)
{
    struct bytes key;
    bool by_case = str_eq(p->basis, S("case"));
    if (!by_case && !str_eq(p->basis, S("order")))
        return fault_field(ERR_INVALID, "bad_choice", "basis", "case or order");
    TRY(text_check(p->number, "number", "number_required", PACKAGE_NUMBER_MAX));
    TRY(text_check(p->reason, "reason", "reason_required", PACKAGE_REASON_MAX));
    if (by_case)
        TRY(case_about(t, mem, p));
    if (!p->recipient.n)
        return p->identity_reason.n
                   ? fault_field(ERR_INVALID, "recipient_key", "recipient", "whose key")
                   : OK;
    TRY(package_key_parse(mem, p->recipient, &key));
    return text_check(p->identity_reason, "identity_reason", "identity_reason_required",
                      PACKAGE_REASON_MAX);
}

err package_ask(struct tx *t, arena *mem, struct package *p)
{
    struct account a;
    struct article x;
    TRY(account_load(t, mem, p->account_id, &a));
    if (p->no)
        TRY(article_load(t, mem, p->account_id, p->no, &x));
    TRY(ask_check(t, mem, p));
    p->id = id_new();
    p->asked_at = tx_now(t);
    p->state = p->recipient.n ? S("asked") : S("waiting");
    if (account_left(&a)) {
        struct restricted_look look = {.account_id = a.id,
                                       .reader_id = p->asked_by,
                                       .no = p->no,
                                       .basis = str_eq(p->basis, S("case")) ? S("case")
                                                                            : S("inspection"),
                                       .number = p->number,
                                       .reason = p->reason};
        TRY(restricted_note(t, mem, &look));
    }
    TRY(store_package_insert(t, p));
    return leave(t, mem, p, RECORD_package_asked, p->asked_by);
}

err package_second(struct tx *t, arena *mem, const struct package_answer *a)
{
    struct package p;
    TRY(package_load(t, mem, a->id, &p));
    if (p.asked_by == a->by)
        return fault(ERR_DENIED, "second_person_required", "package %lld", (long long)p.id);
    if (!str_eq(p.state, S("asked")))
        return fault(ERR_CONFLICT, "already_decided", "package %lld", (long long)p.id);
    TRY(store_package_step(t, &(struct package_step){p.id, S("asked"), S(""),
                                                     a->allow ? S("waiting") : S("refused")}));
    TRY(store_package_second(t, a));
    TRY(leave(t, mem, &p, a->allow ? RECORD_package_allowed : RECORD_package_refused, a->by));
    if (a->allow)
        return package_queue(t, mem, p.id);
    str link = str_fmt(mem, "/desk/packages/%lld", (long long)p.id);
    return notice_send(t, p.asked_by, "package_refused", link, 1, (str[]){p.title});
}

err package_cancel(struct tx *t, arena *mem, int64_t id, int64_t by)
{
    struct package p;
    TRY(package_load(t, mem, id, &p));
    bool asked = str_eq(p.state, S("asked"));
    TRY(store_package_step(t,
                           &(struct package_step){id, asked ? S("asked") : S("waiting"),
                                                  asked ? S("") : S("working"), S("cancelled")}));
    return leave(t, mem, &p, RECORD_package_cancelled, by);
}

err package_open(struct site *site, const struct package *p, int *ret_fd, int64_t *ret_size)
{
    err e = str_eq(p->state, S("done")) ? blob_open(site->blobs, p->blob, ret_fd, ret_size)
                                        : ERR_NOT_FOUND;
    return e == ERR_NOT_FOUND
               ? fault(ERR_NOT_FOUND, "package_gone", "package %lld", (long long)p->id)
               : e;
}

str package_href(arena *mem, int64_t account_id, int64_t no, int64_t case_id)
{
    return str_fmt(mem, "/desk/packages/new?account=%lld&no=%lld&number=%lld",
                   (long long)account_id, (long long)no, (long long)case_id);
}

/* ---- the end ---- */

struct sweeping {
    arena *mem;
    struct package *v;
    size_t n, i;
};

static err over_read(struct tx *t, void *ctx)
{
    struct sweeping *s = ctx;
    return store_package_over(t, s->mem, &s->v, &s->n);
}

static err over_note(struct tx *t, void *ctx)
{
    const struct sweeping *s = ctx;
    return store_package_forgotten(t, s->v[s->i].id);
}

err package_sweep_job(void *ctx, const struct job *job)
{
    const struct site *site = ctx;
    struct sweeping s = {.mem = job->mem};
    TRY(db_read(site->db, over_read, &s));
    for (s.i = 0; s.i < s.n; s.i++) {
        err e = blob_remove(site->blobs, s.v[s.i].blob);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        TRY(db_tx(site->db, over_note, &s));
    }
    return OK;
}
