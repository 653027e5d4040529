/* How well reviewers agree (A5.5, trust-safety.md 4.3): of the cases given to reviewers a fixed
 * share draws a known item (a decided case whose decision stood on appeal or that a lead marked),
 * and another is given to a second reviewer who does not see what the first decided. Both look like
 * cases and have numbers like cases; an answer to them changes nothing for anybody: no decision, no
 * measure, no notice. Where two answers differ, a lead who gave neither settles it.
 *
 * Which case draws what is fixed by its number, so it can be checked: the first eight bytes of
 * SHA-256 of "gongqi qa N" (N in decimal) as a big-endian number, modulo 100; below `known` it
 * draws a known item, below `known` + `second` a second look. Reviews of articles and findings
 * about articles take part: what they show is a version, which never changes. */
#pragma once
#include "base/kappa.h"
#include "casework/casework.h"

enum { QA_DAYS = 14 /* an item waits so long for its reviewer */, QA_REASON_MAX = 1000 };

struct qa_rates {
    int64_t known, second; /* per cent */
};
enum qa_drawn { QA_NONE, QA_KNOWN, QA_DOUBLE };
enum qa_drawn qa_drawn_by(int64_t case_id, const struct qa_rates *rates);

struct qa_given {
    int64_t case_id, user_id; /* user_id has just been given case_id */
    struct qa_rates rates;
};
/* Draws the item that this case calls for, once. */
err qa_sample(struct tx *t, arena *mem, const struct qa_given *g);
/* Claims the item that waits longest for this reviewer. ERR_NOT_FOUND when none does. */
err qa_turn(struct tx *t, const struct case_turn *turn, int64_t *ret_id);

/* case_load, also of an item that this user holds or answered: c.original is then the case whose
 * evidence it shows, and c looks like that case undecided. */
err qa_case_load(struct tx *t, arena *mem, int64_t id, int64_t user_id, struct casefile *ret_c);
/* Renews one's own claim. ERR_CONFLICT "case_claimed", "case_decided". */
err qa_claim(struct tx *t, int64_t id, int64_t user_id, int64_t lease_ms);
err qa_release(struct tx *t, int64_t id, int64_t user_id);
/* Adds the items that this user holds to their claims, as far as there is room for `max`. */
err qa_mine(struct tx *t, arena *mem, int64_t user_id, size_t max, struct casefile **v, size_t *n);

struct qa_answer {
    int64_t id, user_id;
    str answer, template, reason;
};
/* ERR_CONFLICT "claim_lost" or "case_decided". Writes a record. */
err qa_answer(struct tx *t, arena *mem, const struct qa_answer *a);

/* Marks a decided case as an example with a known answer, or ends that. ERR_INVALID "not_reference"
 * for kinds that take no part. */
err qa_mark(struct tx *t, arena *mem, int64_t case_id, int64_t user_id, bool on);
/* Is this a case that a lead could mark (*ret_can), and is it marked? */
err qa_marked(struct tx *t, const struct casefile *c, bool *ret_can, bool *ret_on);

/* ---- figures ---- */
enum { QA_GROUPS_MAX = 200, QA_PAIRS_MAX = 20000, QA_FIGURE_DAYS = 365 };
enum qa_by { QA_BY_REVIEWER, QA_BY_POLICY, QA_BY_TEMPLATE, QA_BY_MONTH, QA_BYS };
struct qa_group {
    str key;              /* user name, family or "article", reason or basis, "2026-11" */
    int64_t user_id;      /* QA_BY_REVIEWER */
    int64_t known, right; /* known items answered, and as decided */
    struct kappa_table table;
    struct kappa kappa; /* of the pairs of answers */
};
/* Of what was answered in the last QA_FIGURE_DAYS (the newest QA_PAIRS_MAX); most answers first,
 * months newest first. */
err qa_figures(struct tx *t, arena *mem, enum qa_by by, struct qa_group **ret_v, size_t *ret_n);

/* ---- two answers that differ ---- */
enum { QA_DISSENTS_MAX = 100 };
struct qa_dissent {
    int64_t id, case_id, account_id, no, first, second, at, settled_at, opened;
    enum case_kind kind;
    int version;
    str title, family, handle, first_name, second_name, lead_name;
    str first_answer, first_reason, second_answer, second_reason;
    str held, reason; /* of the settlement; "" = none yet */
};
/* Those that wait, oldest first, then settled ones, newest first. */
err qa_dissents(struct tx *t, arena *mem, struct qa_dissent **ret_v, size_t *ret_n);
err qa_dissent(struct tx *t, arena *mem, int64_t id, struct qa_dissent *ret_d);
struct qa_settle {
    int64_t id, user_id;
    str held, reason;
};
/* A finding whose decision did not hold is opened again in the usual way: as a second look that
 * nobody filed when there is a measure, as a new finding when there is none; *ret_case is that case
 * or 0. ERR_DENIED "conflict_of_interest" for whoever gave one of the answers, ERR_CONFLICT
 * "qa_settled", ERR_INVALID by field. */
err qa_settle(struct tx *t, arena *mem, const struct qa_settle *s, int64_t *ret_case);
