/* What editors chose for the front page (regulation 2017 art. 4; A4.1): a human decision with
 * reason, beginning and end, in the editors' order, recorded when it is made and when it is taken
 * back. Shows only what is public: a withdrawn article is gone from the front page at once. */
#pragma once
#include "article/article.h"

enum { CHOICES_SHOWN = 6, CHOICE_REASON_MAX = 200, CHOICE_DAYS_MAX = 90 };

struct choice {
    int64_t id, account_id, no, place, from_at, until_at, chosen_by, chosen_at;
    int64_t removed_at, removed_by; /* 0: not taken down */
    str reason, removed_reason;
    str handle, title, account_name, article_state, chosen_name, removed_name; /* out */
};
/* Reads account_id, no, from_at, until_at, reason, chosen_by. ERR_CONFLICT choice_not_public,
 * choice_twice (it is chosen already); ERR_INVALID choice_dates. */
err choice_make(struct tx *t, const struct choice *c, int64_t *ret_id);
/* One place up or down among what is not over; at the end of the list nothing happens. */
err choice_move(struct tx *t, int64_t id, bool up, int64_t by);
/* ERR_CONFLICT choice_over when it has ended or was taken down. */
err choice_remove(struct tx *t, int64_t id, str reason, int64_t by);
/* What the front page shows now, in order, at most CHOICES_SHOWN. */
err choice_shown(struct tx *t, arena *mem, struct article **ret_v, size_t *ret_n);
/* Shown now or later, in order. */
err choice_current(struct tx *t, arena *mem, struct choice **ret_v, size_t *ret_n);
/* Ended or taken down, newest first; before 0 = from the newest; limit at most 100. */
err choice_past(struct tx *t, arena *mem, int64_t before, int limit, struct choice **ret_v,
                size_t *ret_n);
