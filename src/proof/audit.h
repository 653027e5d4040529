/* The audit: recomputes what tables keep ready (counters, states, the queue) from the rows that
 * are only inserted, the hashes of all records, and the tree of the public record, and reports
 * every difference. It changes nothing but its own record (record_audited, with the counts). */
#pragma once
#include "db/db.h"

struct record_log;

struct audit_difference {
    str what; /* "account subscribers" … */
    int64_t owner, id;
    str kept, computed;
};
enum { AUDIT_SHOWN = 200 };
struct audit {
    int64_t records, rows, differences; /* rows: of projections looked at */
    struct audit_difference v[AUDIT_SHOWN];
    size_t n; /* of v */
};
/* log may be NULL: then the tree is left out. Texts live in mem. OK also with differences. */
err audit_run(struct db *db, struct record_log *log, arena *mem, struct audit *ret_a);
/* Writes the result as a record. */
err audit_note(struct db *db, const struct audit *a);
