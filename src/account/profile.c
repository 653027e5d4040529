/* Changes of an account's profile: the old value stays public until the new one has passed. */
#include "account/account_store.h"
#include "account/series.h"
#include "base/id.h"
#include "measure/measure.h"
#include "notice/notice.h"
#include "record/record.h"

static str *profile_field(struct account *a, str field)
{
    return str_eq(field, S("name"))         ? &a->name
           : str_eq(field, S("intro"))      ? &a->intro
           : str_eq(field, S("avatar"))     ? &a->avatar
           : str_eq(field, S("categories")) ? &a->categories
                                            : NULL;
}

/* What is public now of the field or series that a wish or change is about. */
static err old_value(struct tx *t, arena *mem, struct account *a, str field, int64_t series,
                     str *ret_old)
{
    struct series s;
    const str *old = profile_field(a, field);
    if (!old)
        return fault(ERR_INVALID, "unknown_field", "field %.*s", FMT(field));
    *ret_old = *old;
    if (!series)
        return OK;
    TRY(series_load(t, mem, a->id, series, &s));
    *ret_old = s.title.n ? series_text(mem, s.title, s.intro) : S("");
    return OK;
}

static err change_record(struct tx *t, arena *mem, enum record_kind kind,
                         const struct profile_change_row *c, int64_t actor)
{
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = c->account_id,
               .actor = actor,
               .subject = account_subject(mem, c->account_id),
               RECORD_FIELDS(RECORD_TEXT("field", c->field), RECORD_TEXT("new", c->new_value),
                             RECORD_TEXT("old", c->old_value), RECORD_TEXT("reason", c->reason)),
           });
}

/* A name that was asked for and never shown is free again. */
static err name_unask(struct tx *t, arena *mem, const struct account *a,
                      const struct profile_change_row *c)
{
    bool shown = false;
    if (!str_eq(c->field, S("name")) || str_eq(c->new_value, a->name))
        return OK;
    TRY(store_name_shown(t, a->id, c->new_value, &shown));
    return shown ? OK : name_free(t, mem, c->new_value, a->id);
}

static err change_cancel(struct tx *t, arena *mem, const struct account *a,
                         const struct profile_change_row *c)
{
    TRY(store_change_decide(t, c, S("cancelled"), S("")));
    TRY(case_cancel(t, CASE_PROFILE, a->id, c->id));
    return name_unask(t, mem, a, c);
}

static err value_check(struct tx *t, arena *mem, const struct account *a, str field, str *value)
{
    if (str_eq(field, S("categories")))
        return categories_check(*value);
    if (!str_eq(field, S("name")))
        return OK;
    TRY(account_name_check(mem, *value, value));
    TRY(name_change_allowed(t, mem, a->id));
    return name_take(t, mem, *value, a->id);
}

static bool list_has(str list, str code)
{
    while (list.n)
        if (str_eq(str_split(list, ',', &list), code))
            return true;
    return false;
}

/* Categories are a set: another order of the same ones is no change. */
static bool same_value(str field, str a, str b)
{
    if (!str_eq(field, S("categories")) || a.n != b.n)
        return str_eq(a, b);
    while (a.n)
        if (!list_has(b, str_split(a, ',', &a)))
            return false;
    return true;
}

/* What waits for the field now: kept when it is the same wish, else cancelled with its case. */
static err pending_settle(struct tx *t, arena *mem, const struct account *a,
                          const struct profile_wish *w, bool *ret_same)
{
    struct profile_change_row c;
    struct profile_change_row about = {.account_id = a->id, .field = w->field, .series = w->series};
    err e = store_change_pending(t, mem, &about, &c);
    *ret_same = e == OK && same_value(w->field, c.new_value, w->value);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    return *ret_same ? OK : change_cancel(t, mem, a, &c);
}

err profile_change(struct tx *t, arena *mem, const struct profile_wish *w)
{
    struct account a;
    bool same = false;
    str old;
    TRY(account_load(t, mem, w->account_id, &a));
    TRY(old_value(t, mem, &a, w->field, w->series, &old));
    if (!account_public(&a))
        return fault(ERR_CONFLICT, "account_not_active", "account is %.*s", FMT(a.state));
    if (same_value(w->field, old, w->value))
        return OK;
    TRY(measure_pass(t, a.id, FUNCTION_profile));
    TRY(pending_settle(t, mem, &a, w, &same));
    if (same)
        return OK;
    str value = w->value;
    TRY(value_check(t, mem, &a, w->field, &value));
    struct profile_change_row c = {.account_id = a.id,
                                   .id = id_new(),
                                   .series = w->series,
                                   .field = w->field,
                                   .old_value = old,
                                   .new_value = value,
                                   .reason = S(""),
                                   .asked_by = w->user_id};
    TRY(store_change_insert(t, &c));
    TRY(case_open(t, &(struct casefile){.kind = CASE_PROFILE,
                                        .account_id = a.id,
                                        .subject = c.id,
                                        .title = a.name,
                                        .opened_by = w->user_id,
                                        .due_at = tx_now(t) + w->review_ms}));
    return change_record(t, mem, RECORD_profile_asked, &c, w->user_id);
}

static err change_apply(struct tx *t, struct account *a, const struct profile_change_row *c)
{
    str title, intro;
    str *field = profile_field(a, c->field);
    if (!field)
        return fault(ERR_BUG, "internal", "profile field %.*s", FMT(c->field));
    if (!c->series) {
        *field = c->new_value;
        return store_account_profile(t, a);
    }
    series_text_split(c->new_value, &title, &intro);
    return store_series_text(t, a->id, c->series, title, intro);
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
    change.reason = d->reason;
    if (approved) {
        TRY(change_apply(t, &a, &change));
        TRY(account_touch(t, mem, a.handle));
    } else {
        TRY(name_unask(t, mem, &a, &change));
    }
    TRY(notice_send_account(t, a.id, approved ? "profile_approved" : "profile_rejected",
                            console_link(mem, a.handle), 2, (const str[]){a.name, d->reason}));
    return change_record(t, mem, approved ? RECORD_profile_approved : RECORD_profile_rejected,
                         &change, d->officer);
}
