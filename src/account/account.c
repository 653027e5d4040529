/* Rules of accounts: who may have one, under which name, and how it changes. */
#include "account/account_store.h"

#include "base/hash.h"
#include "base/id.h"
#include "base/rand.h"
#include "notice/notice.h"
#include "record/record.h"
#include "text/fold.h"

const struct category CATEGORIES[] = {
#define CATEGORY(code, licensed) {#code, licensed},
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

err account_name_check(arena *mem, str value, str *ret_value)
{
    size_t n = str_count(value);
    if (n < ACCOUNT_NAME_MIN || n > ACCOUNT_NAME_MAX)
        return fault_field(ERR_INVALID, "name_length", "name", "%zu code points", n);
    if (!text_clean_line(value) || text_fold(mem, value).n == 0)
        return fault_field(ERR_INVALID, "name_characters", "name", "characters");
    *ret_value = value;
    return OK;
}

static bool category_known(str code)
{
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        if (str_eq(code, str_from(CATEGORIES[i].code)))
            return true;
    return false;
}

static err categories_check(str list)
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

static str subject_of(arena *mem, int64_t account_id)
{
    return str_fmt(mem, "account/%lld", (long long)account_id);
}

static str console_link(arena *mem, str handle)
{
    return str_fmt(mem, "/console/%.*s", FMT(handle));
}

static err touch(struct tx *t, arena *mem, str handle)
{
    return page_touch(t, str_fmt(mem, "a:%.*s home accounts", FMT(handle)));
}

/* ---- application ---- */

static err application_check(const struct registrant_facts *f, const struct account_application *a,
                             int64_t now)
{
    if (f->user_id != a->user_id)
        return fault(ERR_NOT_FOUND, "not_found", "not this user's registrant");
    if (!str_eq(f->state, S("verified")) || (f->valid_to && f->valid_to <= now))
        return fault(ERR_DENIED, "identity_required", "registrant is %.*s", FMT(f->state));
    if (f->version == 0 || f->signed_version < f->version)
        return fault(ERR_DENIED, "agreement_required", "signed version %lld of %lld",
                     (long long)f->signed_version, (long long)f->version);
    if (f->used >= a->cap)
        return fault(ERR_LIMIT, "subject_limit", "%lld of %d accounts", (long long)f->used, a->cap);
    return OK;
}

static err name_take(struct tx *t, arena *mem, str name, int64_t account_id)
{
    str fold = text_fold(mem, name);
    int64_t owner = 0;
    TRY(store_name_owner(t, fold, &owner));
    if (owner && owner != account_id)
        return fault_field(ERR_CONFLICT, "name_taken", "name", "name in use or kept");
    return owner ? OK : store_name_insert(t, fold, account_id);
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
               .subject = subject_of(mem, a->id),
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
    TRY(application_check(&f, in, tx_now(t)));
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
    TRY(store_member_put(t, a.id, &owner, in->user_id));
    TRY(review_open(t, &a, in->user_id, in->review_ms));
    TRY(account_record(t, mem, RECORD_account_applied, &a, in->user_id));
    *ret_id = a.id;
    return OK;
}

err account_reapply(struct tx *t, arena *mem, const struct account_application *in,
                    int64_t account_id)
{
    struct account a;
    TRY(account_load(t, mem, account_id, &a));
    if (!str_eq(a.state, S("returned")))
        return fault(ERR_CONFLICT, "not_returned", "account is %.*s", FMT(a.state));
    TRY(categories_check(in->categories));
    TRY(account_name_check(mem, in->name, &a.name));
    TRY(name_take(t, mem, a.name, a.id));
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
    TRY(notice_send_account(t, a.id, EFFECTS[d->verdict].notice, console_link(mem, a.handle), 2,
                            (const str[]){a.name, d->reason}));
    TRY(touch(t, mem, a.handle));
    return account_record(t, mem, EFFECTS[d->verdict].record, &a, d->officer);
}

/* ---- profile changes ---- */

static str *profile_field(struct account *a, str field)
{
    return str_eq(field, S("name"))         ? &a->name
           : str_eq(field, S("intro"))      ? &a->intro
           : str_eq(field, S("avatar"))     ? &a->avatar
           : str_eq(field, S("categories")) ? &a->categories
                                            : NULL;
}

err profile_change(struct tx *t, arena *mem, const struct profile_wish *w)
{
    struct account a;
    TRY(account_load(t, mem, w->account_id, &a));
    const str *old = profile_field(&a, w->field);
    if (!old)
        return fault(ERR_INVALID, "unknown_field", "field %.*s", FMT(w->field));
    if (str_eq(*old, w->value))
        return OK;
    str value = w->value;
    if (str_eq(w->field, S("name"))) {
        TRY(account_name_check(mem, w->value, &value));
        TRY(name_take(t, mem, value, a.id));
    }
    if (str_eq(w->field, S("categories")))
        TRY(categories_check(value));
    struct profile_change_row c = {.account_id = a.id,
                                   .id = id_new(),
                                   .field = w->field,
                                   .old_value = *old,
                                   .new_value = value,
                                   .asked_by = w->user_id};
    TRY(store_change_cancel(t, a.id, w->field));
    TRY(store_change_insert(t, &c));
    TRY(case_open(t, &(struct casefile){.kind = CASE_PROFILE,
                                        .account_id = a.id,
                                        .subject = c.id,
                                        .title = a.name,
                                        .opened_by = w->user_id,
                                        .due_at = tx_now(t) + w->review_ms}));
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_profile_asked,
               .account_id = a.id,
               .actor = w->user_id,
               .subject = subject_of(mem, a.id),
               RECORD_FIELDS(RECORD_TEXT("field", c.field), RECORD_TEXT("new", c.new_value),
                             RECORD_TEXT("old", c.old_value)),
           });
}

err profile_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                         const struct decision *d)
{
    struct account a;
    struct profile_change_row change;
    TRY(account_load(t, mem, c->account_id, &a));
    TRY(store_change_load(t, mem, c->account_id, c->subject, &change));
    bool approved = d->verdict == VERDICT_APPROVE;
    TRY(store_change_decide(t, &change, approved ? S("approved") : S("rejected"), d->reason));
    if (approved) {
        str *field = profile_field(&a, change.field);
        if (!field)
            return fault(ERR_BUG, "internal", "profile field %.*s", FMT(change.field));
        *field = change.new_value;
        TRY(store_account_profile(t, &a));
        TRY(touch(t, mem, a.handle));
    }
    TRY(notice_send_account(t, a.id, approved ? "profile_approved" : "profile_rejected",
                            console_link(mem, a.handle), 2, (const str[]){a.name, d->reason}));
    return record_add(t, &(struct record_in){
                             .kind = approved ? RECORD_profile_approved : RECORD_profile_rejected,
                             .account_id = a.id,
                             .actor = d->officer,
                             .subject = subject_of(mem, a.id),
                             RECORD_FIELDS(RECORD_TEXT("field", change.field),
                                           RECORD_TEXT("new", change.new_value),
                                           RECORD_TEXT("reason", d->reason)),
                         });
}

/* ---- members and tokens ---- */

static err member_record(struct tx *t, enum record_kind kind, int64_t account_id, int64_t by,
                         const struct member *m)
{
    AUTO_ARENA(mem);
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = account_id,
               .actor = by,
               .subject = subject_of(mem, account_id),
               RECORD_FIELDS(RECORD_INT("user", m->user_id),
                             RECORD_TEXT("role", m->role ? member_role_name(m->role) : S(""))),
           });
}

static err owner_left_check(struct tx *t, int64_t account_id, int64_t user_id)
{
    int64_t others = 0;
    TRY(store_other_owners(t, account_id, user_id, &others));
    return others ? OK : fault(ERR_CONFLICT, "last_owner", "account would have no owner");
}

err member_set(struct tx *t, int64_t account_id, const struct member *m, int64_t by)
{
    if (m->role != MEMBER_OWNER)
        TRY(owner_left_check(t, account_id, m->user_id));
    TRY(store_member_put(t, account_id, m, by));
    return member_record(t, RECORD_member_added, account_id, by, m);
}

err member_remove(struct tx *t, int64_t account_id, int64_t user_id, int64_t by)
{
    TRY(owner_left_check(t, account_id, user_id));
    int64_t changed = 0;
    TRY(store_member_drop(t, account_id, user_id, &changed));
    if (!changed)
        return fault(ERR_NOT_FOUND, "not_found", "not a member");
    return member_record(t, RECORD_member_removed, account_id, by,
                         &(struct member){.user_id = user_id});
}

err api_token_make(struct tx *t, arena *mem, const struct api_token_new *n, str *ret_token)
{
    str token = str_cat(mem, S("gq_"), rand_token(mem, 32));
    struct sha256 hash = sha256(str_bytes(token));
    TRY(store_token_insert(t, &(struct token_row){.hash = {hash.b, sizeof hash.b},
                                                  .account_id = n->account_id,
                                                  .user_id = n->user_id,
                                                  .name = n->name,
                                                  .expires_at = n->expires_at}));
    TRY(member_record(t, RECORD_token_made, n->account_id, n->user_id,
                      &(struct member){.user_id = n->user_id}));
    *ret_token = token;
    return OK;
}
