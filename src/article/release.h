/* Two-person publishing (A10.1, A4.3): where an account asks for it, or the provider does of its
 * class or of news, a version waits until a second member (owner or editor, never its author) has
 * read and released it. The gate knows it (second_person_required), so no path goes around. Any
 * owner or editor switches it on; to switch it off takes two of them. */
#pragma once
#include "article/article.h"

struct release {
    int64_t account_id, no, asked_by, asked_at, decided_by, decided_at;
    int version;
    bool review_first; /* review by staff comes before the public */
    str state;         /* waiting, released, returned, void */
    str reason, title, asked_name, decided_name;
};
/* What waits in an account, oldest first, at most 200. */
err release_waiting(struct tx *t, arena *mem, int64_t account_id, struct release **ret_v,
                    size_t *ret_n);
/* The last one about an article; ERR_NOT_FOUND. */
err release_of(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct release *ret_r);

/* What a second member says of a version. */
struct release_act {
    int64_t account_id, no, user_id;
    int version;                       /* that was read: another one is not released unseen */
    bool release;                      /* else sent back, with a reason */
    str reason;                        /* at most ARTICLE_REASON_MAX code points */
    const struct article_rules *rules; /* in force now */
    const struct scan_result *scan;    /* of the version with the rules in force; NULL: a test's */
    const struct print_result *prints; /* the same */
};
/* Released it goes on: to staff, to its time or to the public, by the gate. ERR_CONFLICT
 * "not_waiting", "release_other_version"; ERR_DENIED "release_own", the gate's reason,
 * "scan_refused"; ERR_CONFLICT "scan_stale", "prints_stale"; ERR_INVALID "reason_required". */
err release_decide(struct tx *t, arena *mem, const struct release_act *act);

/* ---- for article.c ---- */
/* A version begins to wait; an older one of the article no longer does. The others are told. */
err release_open(struct tx *t, arena *mem, const struct article *a, const struct release *r);
/* Nothing of the article waits any more. */
err release_drop(struct tx *t, int64_t account_id, int64_t no);

/* ---- the rule of an account ---- */
struct release_rule {
    bool on, forced;   /* forced: by the provider, whatever the account says */
    int64_t off_asked; /* who asked to switch it off; 0 = nobody */
    str off_name;
    int64_t able; /* owners and editors */
};
err release_rule_load(struct tx *t, arena *mem, int64_t account_id, struct release_rule *ret_r);
/* on: ERR_CONFLICT "second_member_missing" with fewer than two owners and editors. off: the first
 * asks, a second agrees; ERR_CONFLICT "second_agrees" for the same one again, "release_waits" while
 * versions wait. Calling "on" again takes back what was asked. */
err release_rule_set(struct tx *t, arena *mem, int64_t account_id, int64_t user_id, bool on);
