/* What is learnt from decisions (A5.5): how often a rule of the scan was right, what appeals made
 * of it, where officers disagree, and how officers' decisions fared. A job counts it into snapshot
 * rows; pages read those only. A rule that does badly, beyond what chance explains, goes back into
 * shadow (scan_rule_throttle). */
#pragma once
#include "db/db.h"
#include "job/job.h"

enum { LEARNING_DAYS = 90, LEARNING_RULES_MAX = 500, LEARNING_OFFICERS_MAX = 200 };

struct learning_rule {
    int64_t id, hits, decided, right, appeals, reversed, seconded, disagreed, at;
    int64_t since; /* of its stage, at most LEARNING_DAYS ago */
    int version;
    str name, state;
};
struct learning_officer {
    int64_t id, decided, appeals, upheld, seconded, agreed, at;
    str name;
};
/* Most decided first. at 0 in the first: nothing was counted yet. */
err learning_rules(struct tx *t, arena *mem, struct learning_rule **ret_v, size_t *ret_n);
err learning_officers(struct tx *t, arena *mem, struct learning_officer **ret_v, size_t *ret_n);

struct learning_limits {
    int64_t sample;    /* fewer decisions or appeals throttle nothing */
    int64_t precision; /* per cent: below it, interval and all, a rule is throttled; 0 = never */
    int64_t reversal;  /* per cent of appeals: above it, likewise; 100 = never */
};
/* Counts anew and throttles. Reads outside of the writer's transactions. */
err learning_count(struct db *db, const struct learning_limits *l);
#define LEARNING_JOB "learning"
#define LEARNING_NOW_JOB "learning_now" /* the same, queued by hand */
err learning_job(void *ctx /* struct site */, const struct job *job);
