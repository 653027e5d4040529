/* Series of an account: a name, an introduction and a number of its own (/a/<handle>/series/<no>).
 * What the public reads of one goes the way of the rest of the profile: it waits for its review
 * while the old text stays public (A7.1), and a series is not public before its first approval.
 * Which articles are in it, in what order: article/sequel.h. */
#pragma once
#include "account/account.h"

enum { SERIES_TITLE_MAX = 30, SERIES_INTRO_MAX = 120, SERIES_MAX = 50 /* of an account */ };

struct series {
    int64_t account_id, no, made_by, made_at, ended_at, articles /* public ones */;
    str title, intro; /* what is public; title "" = not approved yet */
    str asked;        /* what waits, in the form of series_text; "" = nothing */
};
/* "title\nintro": as a profile change carries it. */
str series_text(arena *mem, str title, str intro);
void series_text_split(str text, str *ret_title, str *ret_intro);

/* Makes one and asks for its text; w.value is a series_text. ERR_LIMIT series_many. */
err series_make(struct tx *t, arena *mem, const struct profile_wish *w, int64_t *ret_no);
/* Asks for another text; w.series says which. ERR_CONFLICT series_ended. */
err series_ask(struct tx *t, arena *mem, const struct profile_wish *w);
/* Takes it from the public for good; its articles stay. */
err series_end(struct tx *t, arena *mem, int64_t account_id, int64_t no, int64_t by);
err series_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct series *ret_s);
/* Not ended, newest first; seen: only what the public sees. At most SERIES_MAX. */
err series_list(struct tx *t, arena *mem, int64_t account_id, bool seen, struct series **ret_v,
                size_t *ret_n);
bool series_public(const struct series *s);
