/* The way of a registrant: submitted, checked, verified, and what follows from it. */
#include "registrant/registrant_store.h"

#include "base/clock.h"
#include "base/id.h"
#include "notice/notice.h"
#include "record/record.h"
#include "settings/provider.h"

static const str CLASSES[] = {
#define X(id, name) [id] = {#name, sizeof #name - 1},
    CLASS_TABLE(X)
#undef X
};

str class_name(enum registrant_class c)
{
    return CLASSES[c];
}

err class_parse(str name, enum registrant_class *ret_c)
{
    for (int i = 0; i < CLASS_COUNT; i++)
        if (str_eq(CLASSES[i], name)) {
            *ret_c = (enum registrant_class)i;
            return OK;
        }
    return fault_field(ERR_INVALID, "unknown_class", "class", "class %.*s", FMT(name));
}

/* Levels of obligations 3.2: individual, organisation, government, news. */
static str level_of(enum registrant_class c)
{
    return c == CLASS_INDIVIDUAL   ? S("I")
           : c == CLASS_GOVERNMENT ? S("G")
           : c == CLASS_MEDIA      ? S("N")
                                   : S("O");
}

static err registrant_record(struct tx *t, arena *mem, enum record_kind kind,
                             const struct registrant *r, int64_t actor)
{
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .actor = actor,
                             .subject = str_fmt(mem, "registrant/%lld", (long long)r->id),
                             RECORD_FIELDS(RECORD_TEXT("class", class_name(r->class)),
                                           RECORD_TEXT("level", r->level.p ? r->level : S("")),
                                           RECORD_TEXT("reason", r->reason.p ? r->reason : S("")),
                                           RECORD_INT("valid_to", r->valid_to)),
                         });
}

bool registrant_left(const struct registrant *r)
{
    return str_eq(r->state, S("invalid")) && str_eq(r->reason, REGISTRANT_LEFT);
}

err registrant_stays(struct tx *t, arena *mem, int64_t id)
{
    struct registrant r;
    TRY(registrant_load(t, mem, id, &r));
    return registrant_left(&r) ? fault(ERR_DENIED, "identity_restricted", "has left") : OK;
}

static err state_check(const struct registrant *r, int64_t user_id)
{
    if (r->user_id != user_id)
        return fault(ERR_NOT_FOUND, "not_found", "not this user's registrant");
    if (registrant_left(r))
        return fault(ERR_CONFLICT, "registrant_left", "has left");
    if (str_eq(r->state, S("submitted")))
        return fault(ERR_CONFLICT, "in_review", "already submitted");
    if (str_eq(r->state, S("verified")))
        return fault(ERR_CONFLICT, "already_verified", "already verified");
    return OK;
}

/* What others of the house may know: what kind of proof was given, not what it says. */
static err proofs_add(struct tx *t, int64_t id)
{
    static const char *const METHODS[] = {"format", "mobile_code"};
    for (size_t i = 0; i < LEN(METHODS); i++)
        TRY(verification_add(
            t, id, &(struct verification){.method = str_from(METHODS[i]), .verdict = S("pass")}));
    return OK;
}

err registrant_submit(struct tx *t, arena *mem, struct vault *v,
                      const struct registrant_submission *s, int64_t *ret_id)
{
    int64_t fresh = s->new_id ? s->new_id : id_new();
    struct registrant r = {.id = s->id ? s->id : fresh, .user_id = s->user_id};
    if (s->id) {
        TRY(registrant_load(t, mem, s->id, &r));
        TRY(state_check(&r, s->user_id));
    }
    const str *f = s->identity->field;
    str key = str_fmt(mem, "%.*s:%.*s", FMT(f[IDENTITY_DOC_TYPE]), FMT(f[IDENTITY_DOC_NO]));
    r.identity_key = vault_key_of(v, mem, "identity", key);
    r.class = s->class;
    r.province = s->province;
    r.state = S("submitted");
    r.reason = r.level = S("");
    r.valid_to = 0;
    TRY(s->id ? store_registrant_update(t, &r) : store_registrant_insert(t, &r));
    TRY(identity_seal(t, mem, v, r.id, s->identity));
    TRY(proofs_add(t, r.id));
    TRY(case_open(t, &(struct casefile){.kind = CASE_REGISTRANT,
                                        .subject = r.id,
                                        .title = class_name(r.class),
                                        .opened_by = s->user_id,
                                        .due_at = tx_now(t) + s->review_ms}));
    TRY(registrant_record(t, mem, RECORD_registrant_submitted, &r, s->user_id));
    *ret_id = r.id;
    return OK;
}

/* Their public pages show the mark. */
static err pages_touch(struct tx *t, arena *mem, int64_t registrant_id)
{
    str *handles = NULL;
    size_t n = 0;
    TRY(store_handles(t, mem, registrant_id, &handles, &n));
    for (size_t i = 0; i < n; i++)
        TRY(page_touch(t, str_fmt(mem, "a:%.*s home accounts", FMT(handles[i]))));
    return OK;
}

err registrant_settle(struct tx *t, arena *mem, const struct registrant_result *in)
{
    static const struct {
        const char *state, *notice, *verdict;
        enum record_kind record;
    } EFFECTS[] = {
        [VERDICT_APPROVE] = {"verified", "registrant_verified", "pass", RECORD_registrant_verified},
        [VERDICT_RETURN] = {"returned", "registrant_returned", "pending",
                            RECORD_registrant_returned},
        [VERDICT_REJECT] = {"failed", "registrant_failed", "fail", RECORD_registrant_failed},
    };
    struct registrant r;
    struct provider_settings ps;
    TRY(provider_settings_load(t, mem, &ps));
    TRY(registrant_load(t, mem, in->id, &r));
    bool pass = in->verdict == VERDICT_APPROVE;
    r.state = str_from(EFFECTS[in->verdict].state);
    r.level = pass ? level_of(r.class) : S("");
    r.valid_to = pass ? clock_add_months(tx_now(t), (int)ps.verification_months) : 0;
    r.reason = in->reason.p ? in->reason : S("");
    TRY(verification_add(t, r.id,
                         &(struct verification){.method = str_from(in->method),
                                                .verdict = str_from(EFFECTS[in->verdict].verdict),
                                                .level = r.level,
                                                .verifier = in->verifier,
                                                .reason = r.reason,
                                                .evidence_ref = in->evidence_ref,
                                                .valid_to = r.valid_to}));
    TRY(store_registrant_state(t, &r));
    TRY(store_accounts_verified(t, r.id, pass));
    TRY(pages_touch(t, mem, r.id));
    TRY(notice_send(t, r.user_id, EFFECTS[in->verdict].notice, S("/me/registrants"), 1,
                    (const str[]){r.reason}));
    return registrant_record(t, mem, EFFECTS[in->verdict].record, &r, in->verifier);
}

err registrant_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                            const struct decision *d)
{
    return registrant_settle(t, mem,
                             &(struct registrant_result){.id = c->subject,
                                                         .verifier = d->officer,
                                                         .method = "manual",
                                                         .verdict = d->verdict,
                                                         .reason = d->reason});
}

err registrant_seed(struct tx *t, arena *mem, struct vault *v, const struct registrant_seed *s,
                    int64_t *ret_id)
{
    int64_t id = 0;
    TRY(registrant_submit(t, mem, v,
                          &(struct registrant_submission){.user_id = s->user_id,
                                                          .class = s->class,
                                                          .province = s->province,
                                                          .identity = &s->identity},
                          &id));
    TRY(case_cancel(t, CASE_REGISTRANT, 0, id));
    TRY(registrant_settle(
        t, mem,
        &(struct registrant_result){
            .id = id, .verifier = s->officer, .method = "manual", .verdict = VERDICT_APPROVE}));
    *ret_id = id;
    return OK;
}

err registrant_leave(struct tx *t, arena *mem, int64_t id, int64_t actor)
{
    struct registrant r;
    TRY(registrant_load(t, mem, id, &r));
    if (registrant_left(&r))
        return OK;
    r.state = S("invalid");
    r.reason = REGISTRANT_LEFT;
    r.level = S("");
    TRY(case_cancel(t, CASE_REGISTRANT, 0, id));
    TRY(store_registrant_state(t, &r));
    TRY(store_accounts_verified(t, id, false));
    return registrant_record(t, mem, RECORD_registrant_invalid, &r, actor);
}

/* ---- the end of a verification ---- */

bool registrant_may_renew(const struct registrant *r, int64_t now)
{
    return str_eq(r->state, S("verified")) && r->valid_to > now &&
           r->valid_to <= now + (int64_t)RENEW_DAYS * DAY_MS;
}

static err verification_over(struct tx *t, arena *mem, int64_t id)
{
    struct registrant r;
    TRY(registrant_load(t, mem, id, &r));
    r.state = S("invalid");
    TRY(store_registrant_state(t, &r));
    TRY(store_accounts_verified(t, id, false));
    TRY(pages_touch(t, mem, id));
    return registrant_record(t, mem, RECORD_registrant_invalid, &r, 0);
}

static err expiring_tell(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    size_t *left = ctx, n = 0;
    struct expiring *v = NULL;
    TRY(store_expiring(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++) {
        bool over = v[i].days == 0;
        str day = str_sub(clock_china_text(mem, v[i].valid_to), 0, 10);
        TRY(store_expiring_told(t, &v[i]));
        TRY(notice_send(t, v[i].user_id, over ? "verification_over" : "verification_ends",
                        str_fmt(mem, "/me/registrants/%lld", (long long)v[i].id), 1, &day));
        if (over)
            TRY(verification_over(t, mem, v[i].id));
    }
    *left = n;
    return OK;
}

err registrant_expiry_job(struct db *db)
{
    size_t left = 1;
    while (left)
        TRY(db_tx(db, expiring_tell, &left));
    return OK;
}

err registrant_renew(struct tx *t, arena *mem, int64_t user_id, int64_t id, int64_t review_ms)
{
    struct registrant r;
    struct casefile c;
    TRY(registrant_load(t, mem, id, &r));
    if (r.user_id != user_id)
        return fault(ERR_NOT_FOUND, "not_found", "not this user's registrant");
    if (!registrant_may_renew(&r, tx_now(t)))
        return fault(ERR_CONFLICT, "renew_early", "%.*s until %lld", FMT(r.state),
                     (long long)r.valid_to);
    err e = case_of(t, mem, CASE_REGISTRANT, 0, id, &c);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == OK && str_eq(c.state, S("open")))
        return fault(ERR_CONFLICT, "in_review", "asked already");
    TRY(case_open(t, &(struct casefile){.kind = CASE_REGISTRANT,
                                        .subject = id,
                                        .title = class_name(r.class),
                                        .opened_by = user_id,
                                        .due_at = tx_now(t) + review_ms}));
    return registrant_record(t, mem, RECORD_registrant_renewal, &r, user_id);
}
