/* Which articles are in which series (account/series.h), in the order that people gave them, and
 * what stands on top of the account's page. An article is in one series at most. Lists show what is
 * public only, as all lists do; the order stays when an article leaves the public and comes back.
 */
#pragma once
#include "article/article.h"

enum { SEQUEL_MAX = 200 /* articles of a series */, PINS_MAX = 3 };

struct sequel_act {
    int64_t account_id, series, no, user_id;
};
/* At the end. ERR_CONFLICT sequel_taken (it is in a series), series_ended; ERR_LIMIT sequel_many;
 * ERR_NOT_FOUND: no such article, or put away. */
err sequel_add(struct tx *t, arena *mem, const struct sequel_act *act);
err sequel_drop(struct tx *t, arena *mem, const struct sequel_act *act);
/* One place; at the end of the list nothing happens. */
err sequel_move(struct tx *t, arena *mem, const struct sequel_act *act, bool up);

struct sequel_item {
    int64_t no, place;
    str title, state;
    bool minors; /* may affect minors; of neighbours only */
};
/* All of a series in order, of any state. */
err sequel_items(struct tx *t, arena *mem, int64_t account_id, int64_t series,
                 struct sequel_item **ret_v, size_t *ret_n);
/* The newest articles that are in no series, at most 100. */
err sequel_free(struct tx *t, arena *mem, int64_t account_id, struct sequel_item **ret_v,
                size_t *ret_n);

/* Where an article stands in its public series. */
struct sequel {
    int64_t series, at, of;           /* the at-th of so many public ones */
    str title;                        /* of the series */
    struct sequel_item before, after; /* no 0: none */
};
/* ERR_NOT_FOUND: it is in none. */
err sequel_of(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct sequel *ret_s);

/* ---- pinned articles ---- */
/* ERR_CONFLICT not_published; ERR_LIMIT pins_many. Pinning twice is once. */
err pin_set(struct tx *t, arena *mem, const struct sequel_act *act);
err pin_drop(struct tx *t, arena *mem, const struct sequel_act *act);
err pin_has(struct tx *t, int64_t account_id, int64_t no, bool *ret_pinned);
