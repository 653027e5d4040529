/* Issues: two to eight drafts of an account, in an order, that become public at one moment or not
 * at all; the first is the headline. Each article is submitted as any other (gate, scan,
 * fingerprints, quota, review); while its issue waits it is planned instead of published, and
 * issue_due publishes all of them in one transaction once every one has passed
 * (article/together.h). */
#pragma once
#include "article/article.h"

enum { ISSUE_MIN = 2, ISSUE_MAX = 8, ISSUES_OPEN_MAX = 20, ISSUES_LISTED = 100, ISSUES_RECENT = 3 };

struct issue {
    int64_t account_id, no, publish_at, published_at, made_by, made_at;
    int64_t articles;  /* in it; of issue_list with seen: public ones */
    str state;         /* draft, waiting, published, dropped */
    str why;           /* of one that waits past its time: what the gate said last */
    str handle, title; /* of its headline */
};
struct issue_item {
    int64_t no, place;
    int version;
    str title, digest, cover, state, reason;
    bool minors; /* may affect minors */
    bool second; /* waits for a second member's release */
};

err issue_make(struct tx *t, arena *mem, int64_t account_id, int64_t user_id, int64_t *ret_no);
err issue_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct issue *ret_i);
/* Newest first; seen: only published ones with a public article, at most ISSUES_RECENT. */
err issue_list(struct tx *t, arena *mem, int64_t account_id, bool seen, struct issue **ret_v,
               size_t *ret_n);
err issue_items(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct issue_item **ret_v,
                size_t *ret_n);
/* Keeps what is public, and in minors' mode (2.10) what has no prompt for them; how many stay. */
size_t issue_seen(struct issue_item *v, size_t n, bool minor);
/* Drafts that could be added, at most 100. */
err issue_free(struct tx *t, arena *mem, int64_t account_id, struct issue_item **ret_v,
               size_t *ret_n);

struct issue_act {
    int64_t account_id, no, article, user_id;
};
/* ERR_CONFLICT issue_state (not a draft), issue_not_draft, issue_taken; ERR_LIMIT issue_full. */
err issue_add(struct tx *t, arena *mem, const struct issue_act *act);
err issue_move(struct tx *t, arena *mem, const struct issue_act *act, bool up);
/* From a draft; or, if two remain, from one that waits: the article is a draft again (what was sent
 * back or removed is left as it is), the others go on. ERR_INVALID issue_few. */
err issue_drop(struct tx *t, arena *mem, const struct issue_act *act);

/* One article of the issue as it is sent, in the issue's order. */
struct issue_part {
    int64_t no;
    int rev; /* of the draft that was scanned; ERR_CONFLICT issue_state when it is another one */
    struct article_text text;
    struct scan_result scan;
    struct print_result prints;
    bool scanned;
};
struct issue_wish {
    int64_t account_id, no, user_id, publish_at; /* 0 = as soon as all have passed */
    const struct article_rules *rules;
    struct issue_part *parts;
    size_t n;
    int64_t failed; /* article at which it failed, 0 = none */
};
/* All of it, or ERR_… of the article that `failed` names (article_submit), ERR_INVALID issue_few,
 * time_past. What can be public at once is: ret_state. */
err issue_send(struct tx *t, arena *mem, struct issue_wish *w, str *ret_state);
/* Its articles are drafts again, and so is it. */
err issue_recall(struct tx *t, arena *mem, const struct issue_act *act);
/* Gives a draft issue up; its drafts stay. */
err issue_end(struct tx *t, arena *mem, const struct issue_act *act);
/* Publishes those whose time has come and whose every article has passed, each whole or not. */
err issue_due(struct tx *t, arena *mem, int *ret_published);

/* The published issue that an article is in, and the others of it that are public. ERR_NOT_FOUND.
 */
struct issue_beside {
    int64_t no;
    size_t n; /* others */
    struct issue_item v[ISSUE_MAX];
};
err issue_beside(struct tx *t, arena *mem, int64_t account_id, int64_t article,
                 struct issue_beside *ret_b);
/* Periodic job; ctx is the site. */
struct job;
err issue_due_job(void *ctx, const struct job *job);
