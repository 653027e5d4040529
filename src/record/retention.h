/* Retention: nothing is forgotten before its time (regulation 2017 art. 16: six months at least)
 * and nothing kept for ever. What is erased when stands in retention.def; this is the only code
 * that erases rows of those tables (the lint checks it; the engine refuses everybody else).
 *
 * A row may go when clock_add_months(its time, months) has passed, unless a legal hold covers it.
 * It goes in batches; each batch's transaction also writes the certificate, a record (and so a
 * leaf) retention_purged with count, times, and the SHA-256 of "id at\n" of each row (media: hash
 * instead of id; articles: their number; an account that left: 0). */
#pragma once
#include "db/db.h"

enum retention_class {
#define X(name, ...) RETENTION_##name,
#include "record/retention.def"
#undef X
    RETENTION_CLASSES
};
const char *retention_name(enum retention_class c);
int retention_floor(enum retention_class c); /* calendar months */

/* Rows of this time and older may go: the latest at with clock_add_months(at, months) <= now. */
int64_t retention_cutoff(int64_t now, int months);

struct retention_plan {
    int months[RETENTION_CLASSES];
};
struct retention_due {
    int64_t cutoff, rows; /* rows: that would go now */
    int64_t kept;         /* as old, but on hold */
};
/* A dry run. ERR_INVALID "retention_floor" when months are below the floor. */
err retention_look(struct tx *t, const struct retention_plan *plan,
                   struct retention_due ret_due[RETENTION_CLASSES]);
/* Erases what is due. */
err retention_purge(struct db *db, const struct retention_plan *plan, int64_t *ret_rows);

/* Files whose rows were erased, by hash after the last one, at most 500. Remove the bytes of those
 * that are not used again, then forget them all. */
struct retention_file {
    str hash;
    bool used;
};
err retention_files(struct tx *t, arena *mem, str after, struct retention_file **ret_v,
                    size_t *ret_n);
err retention_file_gone(struct tx *t, str hash);

struct hold {
    int64_t id, ref, placed_by, placed_at, lifted_by, lifted_at;
    str kind, reason; /* kind: user, account, everything (ref 0) */
};
/* Fills id and placed_at. ERR_INVALID: reason_required, or a kind that does not fit its ref. */
err hold_place(struct tx *t, struct hold *h);
err hold_lift(struct tx *t, int64_t id, int64_t by); /* ERR_NOT_FOUND when not in force */
err hold_list(struct tx *t, arena *mem, struct hold **ret_v, size_t *ret_n); /* newest 200 */
