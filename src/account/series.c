/* Series: what they are called. */
#include "account/series.h"

#include "account/account_store.h"
#include "record/record.h"

bool series_public(const struct series *s)
{
    return s->title.n > 0 && !s->ended_at;
}

str series_text(arena *mem, str title, str intro)
{
    return str_fmt(mem, "%.*s\n%.*s", FMT(title), FMT(intro));
}

void series_text_split(str text, str *ret_title, str *ret_intro)
{
    str intro = S("");
    *ret_title = str_split(text, '\n', &intro);
    *ret_intro = intro.p ? intro : S("");
}

static err text_check(str text)
{
    str title, intro;
    series_text_split(text, &title, &intro);
    if (!title.n || str_count(title) > SERIES_TITLE_MAX)
        return fault_field(ERR_INVALID, "series_title", "title", "1 to %d", SERIES_TITLE_MAX);
    if (str_count(intro) > SERIES_INTRO_MAX)
        return fault_field(ERR_INVALID, "series_intro", "intro", "over %d", SERIES_INTRO_MAX);
    return OK;
}

static err leave(struct tx *t, arena *mem, enum record_kind kind, const struct series *s,
                 int64_t by)
{
    return record_add(t, &(struct record_in){.kind = kind,
                                             .account_id = s->account_id,
                                             .actor = by,
                                             .subject = account_subject(mem, s->account_id),
                                             RECORD_FIELDS(RECORD_INT("series", s->no))});
}

err series_make(struct tx *t, arena *mem, const struct profile_wish *w, int64_t *ret_no)
{
    struct series *all, s = {.account_id = w->account_id, .made_by = w->user_id};
    size_t n = 0;
    TRY(text_check(w->value));
    TRY(series_list(t, mem, w->account_id, false, &all, &n));
    if (n >= SERIES_MAX)
        return fault(ERR_LIMIT, "series_many", "%zu series", n);
    TRY(store_series_insert(t, &s, &s.no));
    struct profile_wish wish = *w;
    wish.series = s.no;
    TRY(leave(t, mem, RECORD_series_made, &s, w->user_id));
    *ret_no = s.no;
    return series_ask(t, mem, &wish);
}

err series_ask(struct tx *t, arena *mem, const struct profile_wish *w)
{
    struct series s;
    TRY(text_check(w->value));
    TRY(series_load(t, mem, w->account_id, w->series, &s));
    if (s.ended_at)
        return fault(ERR_CONFLICT, "series_ended", "series %lld", (long long)s.no);
    struct profile_wish wish = *w;
    wish.field = S("intro");
    return profile_change(t, mem, &wish);
}

err series_end(struct tx *t, arena *mem, int64_t account_id, int64_t no, int64_t by)
{
    struct series s;
    struct account a;
    struct profile_change_row c;
    TRY(account_load(t, mem, account_id, &a));
    TRY(series_load(t, mem, account_id, no, &s));
    if (s.ended_at)
        return OK;
    err e = store_change_pending(
        t, mem,
        &(struct profile_change_row){.account_id = account_id, .field = S("intro"), .series = no},
        &c);
    if (e == OK) {
        TRY(store_change_decide(t, &c, S("cancelled"), S("")));
        TRY(case_cancel(t, CASE_PROFILE, account_id, c.id));
    } else if (e != ERR_NOT_FOUND) {
        return e;
    }
    TRY(store_series_end(t, account_id, no));
    TRY(account_touch(t, mem, a.handle));
    return leave(t, mem, RECORD_series_ended, &s, by);
}
