/* Rules of licences: filing, deciding, ending. */
#include "licence/licence.h"

#include "account/account.h"
#include "base/clock.h"
#include "base/id.h"
#include "licence/licence_store.h"
#include "notice/notice.h"
#include "record/record.h"
#include "vault/vault.h"

enum { NEWS_MONTHS = 36 };

const struct licence_type LICENCE_TYPES[] = {
#define LICENCE(type, news) {#type, news},
#include "licence/licence.def"
#undef LICENCE
    {NULL, false},
};

static const struct licence_type *type_of(str name)
{
    const struct licence_type *x = LICENCE_TYPES;
    while (x->name && !str_eq(name, str_from(x->name)))
        x++;
    return x;
}

bool licence_live(const struct licence *l, int64_t now)
{
    return str_eq(l->state, S("valid")) && l->valid_from <= now &&
           (!l->valid_to || l->valid_to > now);
}

str licence_status(const struct licence *l, int64_t now)
{
    if (str_eq(l->state, S("valid")))
        return l->valid_to && l->valid_to <= now ? S("expired") : l->state;
    bool waits = str_eq(l->state, S("submitted")) || str_eq(l->state, S("countersign"));
    return waits ? S("waiting") : l->state;
}

/* ---- what every step leaves behind ---- */

static err leave(struct tx *t, arena *mem, const struct licence *l, enum record_kind kind,
                 int64_t actor)
{
    return record_add(t,
                      &(struct record_in){.kind = kind,
                                          .account_id = l->account_id,
                                          .actor = actor,
                                          .subject = str_fmt(mem, "licence/%lld", (long long)l->id),
                                          RECORD_FIELDS(RECORD_TEXT("type", l->type))});
}

static err pages_touch(struct tx *t, arena *mem, const struct licence *l)
{
    str *handles;
    size_t n;
    TRY(store_holder_handles(t, mem, l->registrant_id, &handles, &n));
    for (size_t i = 0; i < n; i++)
        TRY(page_touch(t, str_fmt(mem, "a:%.*s", FMT(handles[i]))));
    return OK;
}

static err tell(struct tx *t, arena *mem, const struct licence *l, const char *kind, str second)
{
    struct licence full;
    TRY(licence_load(t, mem, l->registrant_id, l->id, &full));
    str link = str_fmt(mem, "/console/%.*s/licences", FMT(full.handle));
    return notice_send_account(t, l->account_id, kind, link, 2, (const str[]){l->number, second});
}

/* ---- filing ---- */

err licence_check(struct tx *t, arena *mem, const struct licence *l)
{
    str class = S("");
    int64_t waiting = 0;
    const struct licence_type *type = type_of(l->type);
    if (!type->name)
        return fault_field(ERR_INVALID, "unknown_choice", "type", "%.*s", FMT(l->type));
    TRY(store_holder_class(t, mem, l->registrant_id, &class));
    if (type->news && str_eq(class, S("individual")))
        return fault_field(ERR_INVALID, "licence_organisation", "type", "a person");
    bool long_news =
        type->news &&
        (!l->valid_to || l->valid_to > DAY_MS + clock_add_months(l->valid_from, NEWS_MONTHS));
    if (long_news || (l->valid_to && l->valid_to <= l->valid_from))
        return fault_field(ERR_INVALID, "licence_term", "valid_to", "term");
    if (l->valid_to && l->valid_to <= tx_now(t))
        return fault_field(ERR_INVALID, "licence_over", "valid_to", "over already");
    TRY(store_licence_waiting(t, l->registrant_id, l->type, &waiting));
    return waiting ? fault_field(ERR_CONFLICT, "licence_waiting", "type", "one waits") : OK;
}

err licence_file(struct tx *t, arena *mem, const struct licence_filing *f, int64_t *ret_id)
{
    struct licence l = f->l;
    str class = S("");
    TRY(licence_check(t, mem, &l));
    TRY(store_holder_class(t, mem, l.registrant_id, &class));
    if (str_eq(class, S("individual")))
        l.number = mask_text(mem, MASK_ID, l.number);
    l.id = id_new();
    l.filed_by = f->user_id;
    TRY(store_licence_insert(t, &l));
    TRY(case_open(t, &(struct casefile){.kind = CASE_LICENCE,
                                        .account_id = l.account_id,
                                        .subject = l.id,
                                        .title = l.number,
                                        .opened_by = f->user_id,
                                        .due_at = tx_now(t) + f->review_ms}));
    *ret_id = l.id;
    return leave(t, mem, &l, RECORD_licence_filed, f->user_id);
}

/* ---- deciding ---- */

/* News: the editor-in-chief decides as well, and is somebody else (obligations A5.3, 3.2). */
static err countersign(struct tx *t, arena *mem, const struct casefile *c, const struct licence *l,
                       const struct decision *d)
{
    TRY(store_licence_state(t, l, S("countersign"), S("")));
    TRY(case_open(t, &(struct casefile){.kind = CASE_NEWS_LICENCE,
                                        .account_id = l->account_id,
                                        .subject = l->id,
                                        .title = l->number,
                                        .opened_by = d->officer,
                                        .due_at = d->at + (c->due_at - c->opened_at)}));
    return leave(t, mem, l, RECORD_licence_examined, d->officer);
}

err licence_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                         const struct decision *d)
{
    static const struct {
        const char *state, *notice;
        enum record_kind record;
    } EFFECTS[] = {
        [VERDICT_APPROVE] = {"valid", "licence_valid", RECORD_licence_granted},
        [VERDICT_RETURN] = {"returned", "licence_returned", RECORD_licence_returned},
        [VERDICT_REJECT] = {"rejected", "licence_rejected", RECORD_licence_rejected},
    };
    struct account a;
    struct licence l;
    TRY(account_load(t, mem, c->account_id, &a));
    TRY(licence_load(t, mem, a.registrant_id, c->subject, &l));
    if (d->verdict == VERDICT_APPROVE && c->kind == CASE_LICENCE && type_of(l.type)->news)
        return countersign(t, mem, c, &l, d);
    TRY(store_licence_state(t, &l, str_from(EFFECTS[d->verdict].state), d->reason));
    TRY(pages_touch(t, mem, &l));
    TRY(tell(t, mem, &l, EFFECTS[d->verdict].notice, d->reason.p ? d->reason : S("")));
    return leave(t, mem, &l, EFFECTS[d->verdict].record, d->officer);
}

err licence_end(struct tx *t, arena *mem, const struct licence *l, int64_t by, str reason)
{
    if (!str_eq(l->state, S("valid")))
        return fault(ERR_CONFLICT, "licence_not_valid", "licence is %.*s", FMT(l->state));
    if (!str_trim(reason).n)
        return fault_field(ERR_INVALID, "reason_required", "reason", "no reason given");
    TRY(store_licence_state(t, l, S("ended"), reason));
    TRY(pages_touch(t, mem, l));
    TRY(tell(t, mem, l, "licence_ended", reason));
    return leave(t, mem, l, RECORD_licence_ended, by);
}

/* ---- the end of a term ---- */

static err over(struct tx *t, arena *mem, const struct licence *l, str day)
{
    int64_t *staff;
    size_t n;
    TRY(store_reviewers(t, mem, &staff, &n));
    for (size_t i = 0; i < n; i++)
        TRY(notice_send(t, staff[i], "licence_over_staff", S("/desk/licences?status=expired"), 2,
                        (const str[]){l->number, day}));
    TRY(pages_touch(t, mem, l));
    return leave(t, mem, l, RECORD_licence_expired, 0);
}

static err ending_tell(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    size_t *left = ctx, n = 0;
    struct licence_ending *v = NULL;
    TRY(store_licence_ending(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++) {
        const struct licence *l = &v[i].l;
        str day = str_sub(clock_china_text(mem, l->valid_to - 1), 0, 10);
        TRY(store_licence_told(t, &v[i]));
        TRY(tell(t, mem, l, v[i].days ? "licence_ends" : "licence_over", day));
        if (!v[i].days)
            TRY(over(t, mem, l, day));
    }
    *left = n;
    return OK;
}

err licence_expiry_job(struct db *db)
{
    size_t left = 1;
    while (left)
        TRY(db_tx(db, ending_tell, &left));
    return OK;
}
