/* The life of rules: draft, tested over what is published, shadow (hits are noted, nothing
 * happens), canary (acts on a share of the accounts), live, throttled (back in shadow, by the
 * machine), retired; what the rules in force find at submission; and the passes over what is
 * public. Whoever wrote a version does not take it a step further. A version never changes, a
 * change is a new one, and ends the trial of the one before; every step is a record. */
#pragma once
#include "db/db.h"
#include "job/job.h"
#include "scan/scan.h"

enum { SCAN_SHARE_ALL = 10000, SCAN_RECENT_DAYS = 30 };
enum { SCAN_NAME_MAX = 40, SCAN_NOTE_MAX = 300, SCAN_TRIAL_SAMPLE = 50, SCAN_BROAD_MIN = 20 };

/* A rule with one of its versions. */
struct scan_entry {
    struct scan_rule r; /* id, version, name, and what the version says */
    str state, note, author_name;
    int newest, live, trial, before; /* trial: in shadow or canary; before: live before it */
    bool urgent;
    int64_t words_n, cost, hits, shadow_hits, author, at, updated_at;
    int64_t stage_by, stage_at, young_until; /* r.share: of the accounts, in canary */
};
/* Newest change first; without words, exceptions and condition. At most 500. */
err scan_rule_list(struct tx *t, arena *mem, struct scan_entry **ret_v, size_t *ret_n);
/* version 0: the newest. ERR_NOT_FOUND. */
err scan_rule_load(struct tx *t, arena *mem, int64_t id, int version, struct scan_entry *ret_e);
/* A new rule (r.id 0) or the next version of one (r.version: the newest that the author saw;
 * ERR_CONFLICT "edited_elsewhere" when there is a newer one). size: of scan_rule_check, asked
 * before. ERR_CONFLICT "rule_name_taken". Sets r.id and r.version. */
err scan_rule_write(struct tx *t, struct scan_entry *e, const struct scan_size *size);
/* Starts the back-test of the newest version, or of what is live the pass over what is public. */
err scan_trial_start(struct tx *t, arena *mem, int64_t rule_id, int64_t by);
struct scan_limits {        /* from the provider's settings */
    int canary_percent;     /* of the accounts */
    int shadow_hours;       /* at least, before the canary */
    int young_hours;        /* watched after each step */
    int hour_max, surprise; /* hits an hour; times what was foretold for a day; 0 = any */
};
struct provider_settings;
void scan_limits_of(const struct provider_settings *ps, struct scan_limits *ret_l);
struct scan_step {
    int64_t rule_id, by;
    struct scan_limits limits;
};
/* The stage after the newest version's: shadow, canary, live (urgent: at once); "" = none. */
str scan_next_stage(const struct scan_entry *e);
/* Takes the newest version to its next stage. ERR_DENIED "own_rule" for its author; ERR_CONFLICT
 * "rule_not_tested" (unless urgent), "rule_too_broad" when the back-test found more than half of at
 * least SCAN_BROAD_MIN articles, "rule_shadow_short", "rule_not_waiting". Into force: begins the
 * pass over what is public. */
err scan_rule_approve(struct tx *t, arena *mem, const struct scan_step *s);
struct scan_brake {
    int64_t rule_id;
    str why;            /* hour, foretold, precision, appeals */
    int64_t seen, most; /* hits; precision, appeals: per cent */
};
/* Takes a rule that acts back into shadow, and tells its author and who approved it; what it had
 * replaced comes back while it is young. Does nothing to others. */
err scan_rule_throttle(struct tx *t, arena *mem, const struct scan_brake *b);
/* Takes it out of force, or gives a draft up. A reason is needed. */
err scan_rule_retire(struct tx *t, arena *mem, int64_t rule_id, int64_t by, str reason);

struct scan_pass {
    int64_t id, rule_id, total, done, hits, fresh, lost, accounts, at_account, at_no, by;
    int64_t started_at, ended_at;
    int64_t recent; /* trial: found among what was published in SCAN_RECENT_DAYS */
    int64_t right_n,
        wrong_n; /* trial: found, and officers had ruled against it, or found it clean */
    int version, old_version;
    str kind, state;
};
/* Of a rule, newest first, at most 20. */
err scan_pass_list(struct tx *t, arena *mem, int64_t rule_id, struct scan_pass **ret_v,
                   size_t *ret_n);
err scan_pass_cancel(struct tx *t, const struct scan_pass *p /* id, rule_id, version */,
                     int64_t by);
#define SCAN_JOB "scan_pass"
/* Runs the pass {"pass": id} to its end, in batches, from where it stopped. */
err scan_pass_job(struct db *db, const struct job *job);

/* ---- what was found ---- */
struct scan_found {
    int64_t account_id, no, id, rule_id, total, at;
    int version, rule_version;
    str rule_name, family, action, places, title, handle;
    int64_t rank; /* in the sample of a back-test */
    str verdict;  /* of whoever judged it: "", right, wrong */
};
err scan_found_article(struct tx *t, arena *mem, int64_t account_id, int64_t no, int version,
                       struct scan_found **ret_v, size_t *ret_n);
/* At most SCAN_TRIAL_SAMPLE: of a rescan the first, of a back-test drawn at random. */
err scan_found_pass(struct tx *t, arena *mem, const struct scan_pass *p, struct scan_found **ret_v,
                    size_t *ret_n);
/* verdict right or wrong, "" takes it back: ERR_INVALID "unknown_verdict", ERR_NOT_FOUND. */
struct scan_judgement {
    int64_t pass_id, rank, by;
    str verdict;
};
err scan_judge(struct tx *t, arena *mem, const struct scan_judgement *j);
err scan_judged(struct tx *t, int64_t pass_id, int64_t *ret_right, int64_t *ret_wrong);

/* ---- the rules in force ---- */
struct scan_epoch {
    int64_t small, big;
};
struct scan_live;
struct scan_live *scan_live_new(struct db *db);
void scan_live_free(struct scan_live *l); /* accepts NULL */
struct scan_result {
    struct scan_epoch epoch;
    struct scan_finding *v;
    size_t n;
    bool hold, refuse;
    const struct scan_article *article;
};
/* Scans with what is in force now: short lists and long ones are compiled apart, so that a new
 * short one is in force at once. Outside of any transaction. a.account_class is read here. */
err scan_live_run(struct scan_live *l, arena *mem, int64_t account_id, struct scan_article *a,
                  struct scan_result *ret_r);
/* Within the transaction that the result is for: ERR_CONFLICT "scan_stale" when rules changed
 * since. */
err scan_still(struct tx *t, const struct scan_result *r);
/* One finding as it is stored: its places as JSON. */
struct scan_found scan_found_of(arena *mem, const struct scan_article *a,
                                const struct scan_finding *f, str action);
/* Writes what was found in a version (no, version 0: refused). */
err scan_keep(struct tx *t, arena *mem, int64_t account_id, int64_t no, int version,
              const struct scan_result *r);
struct node; /* text/doc.h */
/* Title, digest, body (with the tags behind it) and addresses of a stored or new text. */
struct scan_text {
    str title, digest, category, declared;
    const struct node *doc;
};
err scan_article_of(arena *mem, const struct scan_text *x, struct scan_article *ret_a);
