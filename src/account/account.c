/* Rules of accounts: who may have one, under which name, and how it changes. */
#include "account/account_store.h"

#include "base/id.h"
#include "notice/notice.h"
#include "record/record.h"
#include "registrant/registrant.h"
#include "text/fold.h"

const struct category CATEGORIES[] = {
#define CATEGORY(code, licence) {#code, licence},
#include "account/category.def"
#undef CATEGORY
};
const size_t CATEGORY_COUNT = LEN(CATEGORIES);

/* Words in addresses that would look like the platform itself. */
static const char *const RESERVED_HANDLES[] = {"admin", "api",    "gongqi",   "help",   "login",
                                               "me",    "new",    "official", "root",   "rules",
                                               "staff", "static", "support",  "system", "www"};

bool account_public(const struct account *a)
{
    return str_eq(a->state, S("active")) || str_eq(a->state, S("paused")) ||
           str_eq(a->state, S("suspended"));
}

bool account_left(const struct account *a)
{
    return str_eq(a->state, S("closed")) && str_eq(a->reason, ACCOUNT_LEFT);
}

/* ---- fields ---- */

err account_handle_check(arena *mem, str value, str *ret_value)
{
    str h = str_lower_ascii(mem, str_trim(value));
    if (h.n < HANDLE_MIN || h.n > HANDLE_MAX || h.p[0] == '-' || h.p[h.n - 1] == '-')
        return fault_field(ERR_INVALID, "handle_form", "handle", "3 to 30 characters");
    for (size_t i = 0; i < h.n; i++) {
        char c = h.p[i];
        bool letter = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
        if (!letter && !digit && c != '-')
            return fault_field(ERR_INVALID, "handle_form", "handle", "letter %zu", i);
    }
    for (size_t i = 0; i < LEN(RESERVED_HANDLES); i++)
        if (str_eq(h, str_from(RESERVED_HANDLES[i])))
            return fault_field(ERR_INVALID, "handle_reserved", "handle", "reserved");
    *ret_value = h;
    return OK;
}

static bool category_known(str code)
{
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        if (str_eq(code, str_from(CATEGORIES[i].code)))
            return true;
    return false;
}

err categories_check(str list)
{
    size_t n = 0;
    for (str rest = list; rest.n; n++)
        if (!category_known(str_split(rest, ',', &rest)))
            return fault_field(ERR_INVALID, "category_unknown", "categories", "unknown code");
    if (n < 1 || n > 5)
        return fault_field(ERR_INVALID, "category_number", "categories", "%zu categories", n);
    return OK;
}

/* ---- records and notices ---- */

str account_subject(arena *mem, int64_t account_id)
{
    return str_fmt(mem, "account/%lld", (long long)account_id);
}

str console_link(arena *mem, str handle)
{
    return str_fmt(mem, "/console/%.*s", FMT(handle));
}

err account_page_touch(struct tx *t, arena *mem, str handle)
{
    return page_touch(t, str_cat(mem, S("a:"), handle));
}

err account_touch(struct tx *t, arena *mem, str handle)
{
    return page_touch(t, str_fmt(mem, "a:%.*s home accounts", FMT(handle)));
}

/* ---- application ---- */

err application_check(const struct registrant_facts *f, int cap, int own, int64_t now)
{
    if (!str_eq(f->state, S("verified")) || (f->valid_to && f->valid_to <= now))
        return fault(ERR_DENIED, "identity_required", "registrant is %.*s", FMT(f->state));
    if (f->version == 0 || f->signed_version < f->version)
        return fault(ERR_DENIED, "agreement_required", "signed version %lld of %lld",
                     (long long)f->signed_version, (long long)f->version);
    if (f->used - own >= cap + f->extra)
        return fault(ERR_LIMIT, "subject_limit", "%lld of %lld accounts", (long long)f->used,
                     (long long)cap + f->extra);
    return OK;
}

static err handle_take(struct tx *t, str handle, int64_t account_id)
{
    err e = store_handle_insert(t, handle, account_id);
    return e == ERR_CONFLICT
               ? fault_field(ERR_CONFLICT, "handle_taken", "handle", "handle in use or kept")
               : e;
}

static err review_open(struct tx *t, const struct account *a, int64_t user_id, int64_t review_ms)
{
    return case_open(t, &(struct casefile){.kind = CASE_ACCOUNT,
                                           .account_id = a->id,
                                           .subject = a->id,
                                           .title = a->name,
                                           .opened_by = user_id,
                                           .due_at = tx_now(t) + review_ms});
}

static err account_record(struct tx *t, arena *mem, enum record_kind kind, const struct account *a,
                          int64_t actor)
{
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = a->id,
               .actor = actor,
               .subject = account_subject(mem, a->id),
               RECORD_FIELDS(RECORD_TEXT("handle", a->handle), RECORD_TEXT("class", a->class),
                             RECORD_TEXT("name", a->name), RECORD_TEXT("categories", a->categories),
                             RECORD_TEXT("reason", a->reason),
                             RECORD_INT("registrant", a->registrant_id)),
           });
}

err account_apply(struct tx *t, arena *mem, const struct account_application *in, int64_t *ret_id)
{
    struct registrant_facts f;
    TRY(store_registrant_facts(t, mem, in->registrant_id, &f));
    if (f.user_id != in->user_id)
        return fault(ERR_NOT_FOUND, "not_found", "not this user's registrant");
    TRY(application_check(&f, in->cap, 0, tx_now(t)));
    TRY(categories_check(in->categories));
    struct account a = {.id = id_new(),
                        .registrant_id = in->registrant_id,
                        .identity_key = f.identity_key,
                        .class = f.class,
                        .reason = S(""),
                        .name = in->name,
                        .intro = in->intro,
                        .avatar = in->avatar,
                        .categories = in->categories};
    TRY(account_handle_check(mem, in->handle, &a.handle));
    TRY(account_name_check(mem, in->name, &a.name));
    TRY(handle_take(t, a.handle, a.id));
    TRY(name_take(t, mem, a.name, a.id));
    TRY(store_account_insert(t, &a));
    struct member owner = {.user_id = in->user_id, .role = MEMBER_OWNER};
    TRY(member_put(t, a.id, &owner, in->user_id));
    TRY(review_open(t, &a, in->user_id, in->review_ms));
    TRY(account_record(t, mem, RECORD_account_applied, &a, in->user_id));
    *ret_id = a.id;
    return OK;
}

err account_reapply(struct tx *t, arena *mem, const struct account_application *in,
                    int64_t account_id)
{
    struct account a;
    struct registrant_facts f;
    TRY(account_load(t, mem, account_id, &a));
    if (!str_eq(a.state, S("returned")))
        return fault(ERR_CONFLICT, "not_returned", "account is %.*s", FMT(a.state));
    TRY(store_registrant_facts(t, mem, a.registrant_id, &f));
    TRY(application_check(&f, in->cap, 1, tx_now(t)));
    TRY(categories_check(in->categories));
    str was = a.name;
    TRY(account_name_check(mem, in->name, &a.name));
    TRY(name_take(t, mem, a.name, a.id));
    if (!str_eq(text_fold(mem, was), text_fold(mem, a.name)))
        TRY(name_free(t, mem, was, a.id));
    a.reason = S("");
    a.intro = in->intro;
    a.categories = in->categories;
    if (in->avatar.n)
        a.avatar = in->avatar;
    TRY(store_account_resubmit(t, &a));
    TRY(review_open(t, &a, in->user_id, in->review_ms));
    return account_record(t, mem, RECORD_account_applied, &a, in->user_id);
}

err account_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                         const struct decision *d)
{
    static const struct {
        const char *state, *notice;
        enum record_kind record;
    } EFFECTS[] = {
        [VERDICT_APPROVE] = {"active", "account_approved", RECORD_account_approved},
        [VERDICT_RETURN] = {"returned", "account_returned", RECORD_account_returned},
        [VERDICT_REJECT] = {"rejected", "account_rejected", RECORD_account_rejected},
    };
    struct account a;
    TRY(account_load(t, mem, c->subject, &a));
    TRY(store_account_state(t, a.id, str_from(EFFECTS[d->verdict].state), d->reason,
                            d->verdict == VERDICT_APPROVE));
    a.reason = d->reason;
    if (d->verdict == VERDICT_REJECT)
        TRY(name_free(t, mem, a.name, a.id));
    TRY(notice_send_account(t, a.id, EFFECTS[d->verdict].notice, console_link(mem, a.handle), 2,
                            (const str[]){a.name, d->reason}));
    TRY(account_touch(t, mem, a.handle));
    return account_record(t, mem, EFFECTS[d->verdict].record, &a, d->officer);
}

/* ---- what its owner may do ---- */

static err owner_act(struct tx *t, arena *mem, const struct account *a, int64_t user_id,
                     enum record_kind kind)
{
    TRY(account_touch(t, mem, a->handle));
    return account_record(t, mem, kind, a, user_id);
}

err account_pause(struct tx *t, arena *mem, int64_t account_id, int64_t user_id, bool pause)
{
    struct account a;
    TRY(account_load(t, mem, account_id, &a));
    if (!str_eq(a.state, pause ? S("active") : S("paused")))
        return fault(ERR_CONFLICT, "account_not_active", "account is %.*s", FMT(a.state));
    bool leaving = false;
    TRY(store_account_leaving(t, a.id, &leaving));
    if (leaving)
        return fault(ERR_CONFLICT, "closing_asked", "account %lld", (long long)a.id);
    TRY(store_account_state(t, a.id, pause ? S("paused") : S("active"), S(""), false));
    return owner_act(t, mem, &a, user_id, pause ? RECORD_account_paused : RECORD_account_resumed);
}

err account_withdraw(struct tx *t, arena *mem, int64_t account_id, int64_t user_id)
{
    struct account a;
    TRY(account_load(t, mem, account_id, &a));
    if (!str_eq(a.state, S("applied")) && !str_eq(a.state, S("returned")))
        return fault(ERR_CONFLICT, "not_waiting", "account is %.*s", FMT(a.state));
    TRY(case_cancel(t, CASE_ACCOUNT, a.id, a.id));
    TRY(store_account_state(t, a.id, S("closed"), S(""), false));
    TRY(name_free(t, mem, a.name, a.id));
    return owner_act(t, mem, &a, user_id, RECORD_account_withdrawn);
}

err account_measured(struct tx *t, arena *mem, int64_t account_id, str state, str reason,
                     int64_t actor)
{
    struct account a;
    TRY(account_load(t, mem, account_id, &a));
    TRY(store_account_state(t, a.id, state, reason, false));
    for (str rest = a.categories; rest.n;) {
        str one = str_split(rest, ',', &rest);
        TRY(page_touch(t, str_cat(mem, S("c:"), one)));
    }
    return owner_act(t, mem, &a, actor,
                     str_eq(state, S("suspended")) ? RECORD_account_suspended
                     : str_eq(state, S("closed"))  ? RECORD_account_closed
                     : str_eq(state, S("paused"))  ? RECORD_account_paused
                                                   : RECORD_account_resumed);
}

err account_real_name(struct tx *t, arena *mem, const struct real_name_wish *w)
{
    struct account a;
    struct identity id;
    TRY(account_load(t, mem, w->account_id, &a));
    if (!str_eq(a.class, S("individual")))
        return fault(ERR_CONFLICT, "real_name_individual", "class %.*s", FMT(a.class));
    if (w->show == (a.real_name.n > 0))
        return OK;
    if (w->show)
        TRY(identity_open(t, mem, w->vault, a.registrant_id, &id));
    TRY(store_account_real_name(t, a.id, w->show ? id.field[IDENTITY_NAME] : S("")));
    return owner_act(t, mem, &a, w->user_id,
                     w->show ? RECORD_real_name_shown : RECORD_real_name_hidden);
}
