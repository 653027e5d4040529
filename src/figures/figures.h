/* Figures of reading: takes what web/reads.h noted, counts each reader of an article once a day
 * over all processes, and shows it by hour, day and source to the account's people and to staff.
 * Salts and marks of days that are over are deleted: who read what can't be found out afterwards.
 */
#pragma once
#include "db/db.h"
#include "web/reads.h"

struct figures; /* the collector of this process: a thread of its own */
err figures_start(struct db *db, struct reads *reads, struct figures **ret_f);
void figures_stop(struct figures *f); /* writes what waits; accepts NULL */

/* Counts a batch in one transaction; what was counted before is not counted again. */
struct figures_batch {
    const struct read_note *v;
    size_t n;
    int64_t counted; /* out */
};
err figures_count(struct tx *t, struct figures_batch *b);
/* The salt of today, made if there is none; deletes those of days that are over with their marks.
 * 32 bytes. */
err figures_salt(struct tx *t, arena *mem, struct bytes *ret_salt);

enum { FIGURES_DAYS_MAX = 366, FIGURES_TOP = 20 };
/* Days since 1970 in China. */
int64_t figures_day(int64_t ms);

struct day_figures {
    int64_t reads, ends, gained, lost, articles;
};
struct top_article {
    int64_t no, reads, ends, published_at;
    str title;
};
/* Of an account, or of one of its articles (no > 0; then no subscribers): the days
 * [first_day, first_day + days), each 0 where nothing happened. */
struct figures_question {
    int64_t account_id, no, first_day;
    int days;
};
struct figures_answer {
    struct day_figures *day; /* days of them */
    int64_t source[READ_SOURCE_COUNT], hour[24];
    struct day_figures sum;
    struct top_article *top; /* of an account only */
    size_t top_n;
};
err figures_of_account(struct tx *t, arena *mem, const struct figures_question *q,
                       struct figures_answer *ret_a);

struct site_day {
    int64_t reads, articles, accounts, users, reviews;
};
/* The whole site, day by day. */
err figures_of_site(struct tx *t, arena *mem, int64_t first_day, int days, struct site_day **ret_v);
