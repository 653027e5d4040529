/* Support (A4.3): anybody with a login asks, staff answer, both in one thread. Tickets of public
 * bodies (members of their accounts, holders of their registrants) stand first and have the shorter
 * clock. The clock runs while the asker waits for an answer; a late answer is counted.
 *     open (staff's turn) -> answered (asker's turn) -> open … -> closed; an answer to a closed one
 * opens it again. */
#pragma once
#include "db/db.h"

enum {
    TICKET_SUBJECT_MAX = 80,
    TICKET_BODY_MAX = 5000,
    TICKET_OPEN_MAX = 10, /* of one person at once */
    TICKET_CATEGORIES = 6,
};
extern const char *const TICKET_CATEGORY[TICKET_CATEGORIES];

struct ticket_terms { /* provider settings, working days */
    int days, priority_days;
};
struct ticket {
    int64_t id, user_id, opened_at, due_at, waits_since, claimed_by, first_answer_at, closed_at;
    int64_t updated_at;
    str category, subject, state;
    bool priority;
    int late, rating;
    str user_name, claimed_name; /* out */
};
struct ticket_message {
    int64_t ticket_id, id, author, size, at;
    bool staff;
    str body, blob, mime; /* blob "": no attachment */
    str author_name;      /* out */
};

/* Reads user_id, category, subject of the ticket and body, blob, mime, size of the message.
 * ERR_LIMIT tickets_open. */
err ticket_open(struct tx *t, const struct ticket_terms *terms, const struct ticket *in,
                const struct ticket_message *m, int64_t *ret_id);
/* By the asker (staff false) or by staff, who thereby claim it. The other side is told. */
err ticket_say(struct tx *t, const struct ticket_terms *terms, const struct ticket_message *m);
/* Staff take it or, with 0, put it back. ERR_CONFLICT ticket_claimed when somebody else has it. */
err ticket_claim(struct tx *t, int64_t id, int64_t user_id, bool take);
/* By either side. ERR_CONFLICT ticket_closed. */
err ticket_close(struct tx *t, int64_t id, int64_t by);
/* The asker says how satisfied they are (1 to 5) once it is closed. ERR_CONFLICT ticket_rated. */
err ticket_rate(struct tx *t, int64_t id, int rating);

err ticket_load(struct tx *t, arena *mem, int64_t id, struct ticket *ret_t);
err ticket_messages(struct tx *t, arena *mem, int64_t id, struct ticket_message **ret_v,
                    size_t *ret_n);
/* One person's, newest first, at most 100. */
err ticket_own(struct tx *t, arena *mem, int64_t user_id, struct ticket **ret_v, size_t *ret_n);
/* Staff's queue. Open: the priority lane first, then by due time; others newest first. */
struct ticket_filter {
    str state;       /* open, answered, closed */
    int64_t claimed; /* only those of this officer; 0 = all */
    int limit;       /* at most 200 */
};
err ticket_queue(struct tx *t, arena *mem, const struct ticket_filter *f, struct ticket **ret_v,
                 size_t *ret_n);
struct ticket_counts {
    int64_t open, priority, overdue, answered, rated, stars; /* stars: sum of ratings */
};
err ticket_count(struct tx *t, struct ticket_counts *ret_c);
