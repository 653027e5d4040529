/* The one case model: everything that staff decide waits here as a case (verification of a
 * registrant, application of an account, change of a profile, review of an article, findings,
 * appeals), is claimed with a lease, and decided once. What a verdict does is the business of the
 * department whose thing it is: the desk tells it in the same transaction (desk/kinds.def). */
#pragma once
#include "db/db.h"

#define CASE_KIND_TABLE(X)                                                                         \
    X(CASE_REGISTRANT, registrant)                                                                 \
    X(CASE_ACCOUNT, account)                                                                       \
    X(CASE_PROFILE, profile)                                                                       \
    X(CASE_ARTICLE, article)                                                                       \
    X(CASE_POLICY, policy)                                                                         \
    X(CASE_LICENCE, licence)                                                                       \
    X(CASE_NEWS_LICENCE, news_licence)                                                             \
    X(CASE_FINDING, finding)                                                                       \
    X(CASE_APPEAL, appeal)                                                                         \
    X(CASE_EXEMPTION, exemption)                                                                   \
    X(CASE_TRANSFER, transfer)                                                                     \
    X(CASE_MENU, menu)
enum case_kind {
#define X(id, name) id,
    CASE_KIND_TABLE(X)
#undef X
        CASE_KINDS
};
str case_kind_name(enum case_kind kind);
err case_kind_parse(str name, enum case_kind *ret_kind);

enum verdict { VERDICT_APPROVE, VERDICT_RETURN, VERDICT_REJECT };
str verdict_name(enum verdict v);
err verdict_parse(str name, enum verdict *ret_v);

struct casefile {
    int64_t id, account_id, subject, opened_by, opened_at, due_at;
    int64_t claimed_by, claimed_at, claim_until, decided_at;
    enum case_kind kind;
    int version;         /* of the article; else 0 */
    str title, state;    /* open, decided, cancelled */
    str claimed_name;    /* of claimed_by; empty when free */
    str family;          /* CASE_FINDING: its policy family; else "" */
    int severity;        /* CASE_FINDING: 1 (worst) to 4; else 0 */
    int64_t priority;    /* more is sooner, among equal due times */
    int64_t proposed_by; /* whose proposal waits for a second officer; 0 = none waits */
    int eyes;            /* officers that a verdict needs: 1 (also when 0 is given) or 2 */
    int64_t original;    /* of an item of qa/: the case whose evidence it shows; else 0 */
    int64_t shift;       /* then added to the times shown, ms */
};
struct decision {
    int64_t id, case_id, officer, at;
    int64_t second_officer; /* who agreed and holds the claim; 0 = one officer decided */
    enum verdict verdict;
    str reason_key, reason, officer_name;
    int seconds; /* since the claim */
};

/* Opens a case; an open one about the same thing is cancelled first (a new version replaces the
 * old one in the queue). due_at is a clock of obligations 3.0. */
err case_open(struct tx *t, struct casefile *c /* kind, account_id, subject, version, title,
                                                   opened_by, due_at; sets id */);
err case_cancel(struct tx *t, enum case_kind kind, int64_t account_id, int64_t subject);
/* Cancels one that has lost its ground, if it is open. */
err case_drop(struct tx *t, int64_t id);

/* The open case about c's account, kind, subject and family, made sharper by c's severity and due
 * time, or a new one; c becomes it. */
err case_join(struct tx *t, arena *mem, struct casefile *c, bool *ret_joined);
err case_priority(struct tx *t, int64_t id, int64_t priority);
/* Notes whose proposal waits (0: none any more), and gives the claim back. */
err case_proposed(struct tx *t, int64_t id, int64_t officer);

err case_load(struct tx *t, arena *mem, int64_t id, struct casefile *ret_c);
/* Latest case about a thing, ERR_NOT_FOUND when there never was one. */
err case_of(struct tx *t, arena *mem, enum case_kind kind, int64_t account_id, int64_t subject,
            struct casefile *ret_c);
err case_decisions(struct tx *t, arena *mem, int64_t case_id, struct decision **ret_v,
                   size_t *ret_n);

struct case_filter {
    int kind;                    /* -1 = all */
    unsigned kinds;              /* bit mask of 1 << kind; 0 = all */
    int64_t claimed_by;          /* 0 = any */
    bool free;                   /* those that nobody holds */
    bool decided;                /* decided ones, of all kinds and officers, instead of open ones */
    int64_t after_due, after_id; /* key of the last row of the page before; 0 = start */
    int limit;
};
/* Open: by due time, oldest first. Decided: newest first. */
err case_list(struct tx *t, arena *mem, const struct case_filter *f, struct casefile **ret_v,
              size_t *ret_n);
/* Of each kind at most CASE_COUNT_MAX are counted, which then means "that many or more"; open and
 * overdue are the sums of the kinds. */
enum { CASE_COUNT_MAX = 1000 };
struct case_counts {
    int64_t open, mine, overdue;
    int64_t by_kind[CASE_KINDS], overdue_by_kind[CASE_KINDS];
    int64_t oldest_at;     /* when the oldest open case was opened; 0 = none */
    int64_t decided_today; /* since midnight in China */
};
err case_count(struct tx *t, int64_t user_id, int64_t now, struct case_counts *ret_c);
/* When the oldest open case was opened; 0 = none is open. */
err case_oldest(struct tx *t, int64_t *ret_at);

/* Takes the case for lease_ms, or renews one's own claim (which keeps its beginning). ERR_CONFLICT
 * "case_claimed" when somebody else holds it, "case_decided" when it is over. Nobody claims what
 * they opened, a case of an account they are a member of, or the appeal against what they decided:
 * ERR_DENIED "conflict_of_interest" (A15.5); nor what they proposed themselves, "own_proposal". */
err case_claim(struct tx *t, int64_t id, int64_t user_id, int64_t lease_ms);
err case_release(struct tx *t, int64_t id, int64_t user_id);
/* Next open case of these kinds (bit mask of 1 << kind) that is free and without conflict of
 * interest, claimed. ERR_NOT_FOUND when the queue is empty. */
err case_next(struct tx *t, unsigned kinds, int64_t user_id, int64_t lease_ms, int64_t *ret_id);
/* The case that an officer turns to after case `done` (0 = at the start): of their own claims the
 * next by due time behind it, else a free one (case_next), else the first of their own. Claimed or
 * renewed. ERR_NOT_FOUND when there is none but `done`. */
struct case_turn {
    unsigned kinds;
    int64_t user_id, lease_ms, done;
};
err case_turn_next(struct tx *t, arena *mem, const struct case_turn *turn, int64_t *ret_id);
/* Of a case with two officers the first one's verdict waits as a proposal, and the claim is given
 * back; the same verdict by a second one decides (d then names both), another one waits in its
 * place. To return takes one. *ret_final: case_decide is to be called. Errors as there. */
err case_agree(struct tx *t, arena *mem, const struct casefile *c, struct decision *d,
               bool *ret_final);
/* What waits for a second officer; officer 0: nothing does. */
err case_proposal(struct tx *t, arena *mem, int64_t id, struct decision *ret_d);
/* Writes the immutable decision and closes the case; the officer must hold the claim (ERR_CONFLICT
 * "claim_lost"; "case_decided" when it is over). Return and reject need a reason (ERR_INVALID
 * "reason_required"). */
err case_decide(struct tx *t, arena *mem, int64_t case_id, struct decision *d /* verdict,
                reason_key, reason, officer; sets id, at, seconds */);
