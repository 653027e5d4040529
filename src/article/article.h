/* Articles: drafts, immutable versions, and their way through the gate and the review into the
 * public (regulation 2017 art. 2, 5, 6; obligations 3.4). Every write path (page, API, import,
 * schedule) calls these functions; each asks the gate. A changed article shows its old version
 * until the new one has passed. */
#pragma once
#include "article/declaration.h"
#include "casework/casework.h"
#include "db/db.h"
#include "gate/gate.h"
#include "print/print.h"
#include "scan/rules.h"
#include "text/doc.h"

enum {
    ARTICLE_TITLE_MAX = 64, /* code points */
    ARTICLE_DIGEST_MAX = 120,
    ARTICLE_REASON_MAX = 500,
    ARTICLE_MEDIA_MAX = 1000, /* hashes that article_media gives */
};

/* What people write. Checked and made canonical by article_text_check, outside any transaction. */
struct article_text {
    str title, digest, cover /* media hash or "" */, category, doc /* canonical JSON */;
    str kind;                /* set by the check: text, picture, audio, video */
    str declared;            /* declaration_json; no value = "" */
    const struct node *tree; /* set by the check: doc, still as nodes; NULL when it was loaded */
};
/* From a parsed document. An empty digest is taken from the text, an empty cover from the first
 * picture. ERR_INVALID naming the field: title_required, title_too_long, digest_too_long,
 * category_required, document_empty, and what declaration_complete says. */
err article_text_check(arena *mem, const struct article_text *in, const struct node *doc,
                       struct article_text *ret_text);

enum article_mode { ARTICLE_REVIEW_FIRST, ARTICLE_REVIEW_AFTER }; /* provider setting */
struct article_rules {
    enum article_mode mode;
    int daily_quota;
    int64_t review_ms; /* clock of the review, obligations 3.0 */
};

struct article_ref {
    int64_t account_id, no;
};
struct article_outcome {
    int64_t no;
    int version;
    str state; /* held, scheduled or published */
    str handle;
    bool second_person; /* it waits for a second member's release */
    str reason;         /* of what is held: "near_copy", or no value */
};

/* One article with its account, as lists and pages show it. */
struct article {
    int64_t account_id, no, author_id, created_at, updated_at, published_at, publish_at, reads;
    str handle, account_name, account_class, account_avatar;
    bool account_verified;
    str state, kind, category, title, digest, cover, reason, declared;
    int version, versions;
    bool limited;        /* a measure keeps it from home, search and feeds */
    str label;           /* family of a label in force, or "" */
    bool account_closed; /* article_find then says removed, reason "account_closed" */
};
struct article_version {
    int64_t account_id, no, author_id, created_at;
    int version;
    struct article_text text;
    struct bytes hash;
};
struct article_event {
    int64_t id, actor, at;
    int version;
    str event, reason, actor_name;
};
struct draft {
    int64_t account_id, no, saved_by, saved_at;
    int base_version, rev;
    struct article_text text;
    str returned, saved_by_name;
};

/* ---- writing ---- */
err article_create(struct tx *t, int64_t account_id, int64_t user_id,
                   const struct article_text *text, int64_t *ret_no);
/* Saves the draft if its revision is still rev (0 = there must be none yet: starts a draft from the
 * published version). ERR_CONFLICT "edited_elsewhere" otherwise. Drafts may be incomplete. */
err article_save(struct tx *t, int64_t account_id, int64_t no, int64_t user_id, int rev,
                 const struct article_text *text, int *ret_rev);
/* Makes a version of text and sends it through the gate: to review, to the schedule (publish_at),
 * or to the public. no 0 = a new article without a draft (API, import). ERR_DENIED with the gate's
 * reason; nothing is changed then. */
/* What the scan found is written beside the version; a rule that holds sends it to review whatever
 * the mode. ERR_DENIED "scan_refused" when a rule refuses, ERR_CONFLICT "scan_stale" when the rules
 * changed since the scan: scan again. */
struct article_submission {
    int64_t account_id, no, user_id, publish_at;
    const struct article_text *text;
    const struct article_rules *rules;
    const struct scan_result *scan;    /* of the text; NULL: a demo's or a test's, not scanned */
    const struct print_result *prints; /* the same; ERR_CONFLICT "prints_stale" as with scan */
    bool second_person; /* set by article_submit: a second member releases it first (release.h) */
};
err article_submit(struct tx *t, arena *mem, const struct article_submission *s,
                   struct article_outcome *ret_o);
/* What the gate is asked about a text; the caller adds the quota. */
err article_question(arena *mem, int64_t account_id, const struct article_text *x,
                     struct gate_question *ret_q);
/* Another time for what is scheduled, or waits for its review with a time set. ERR_CONFLICT
 * not_planned; ERR_INVALID time_past. */
err article_replan(struct tx *t, arena *mem, const struct article_ref *ref, int64_t user_id,
                   int64_t publish_at);
/* What is planned from a time up to another, by its time; at most 200. */
err article_planned(struct tx *t, arena *mem, int64_t account_id, int64_t from, int64_t until,
                    struct article **ret_v, size_t *ret_n);
/* Takes back from review; the draft stays. */
err article_unsubmit(struct tx *t, int64_t account_id, int64_t no, int64_t user_id);
/* Withdraws from the public; the reason is shown in its place. */
err article_withdraw(struct tx *t, arena *mem, int64_t account_id, int64_t no, int64_t user_id,
                     str reason);
/* Puts a never published draft away (its row stays for the record). */
err article_discard(struct tx *t, int64_t account_id, int64_t no, int64_t user_id);

/* ---- deciding ---- */
/* Carries out a verdict on a CASE_ARTICLE in the decision's transaction: approve publishes (the
 * gate is asked again), return and reject go back to the draft with the reason; on an article that
 * is public already (review after publication) reject removes it. Tells the operators. */
err article_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                         const struct decision *d);
/* ---- measures (ruling/) ---- */
/* Takes an article off every public surface, whatever state it was in; its case of review is
 * cancelled. Tells nobody: the ruling does. ERR_CONFLICT "article_not_removable": a draft, or put
 * away. Its state and reason before are handed back for the way back. */
struct article_act {
    int64_t account_id, no, actor;
    str reason; /* key of a family, shown to the public as its class */
};
err article_take_down(struct tx *t, arena *mem, const struct article_act *act, str *ret_state,
                      str *ret_reason);
/* As it was; what waited for review is a draft again. act.reason: the reason it had then. */
err article_put_back(struct tx *t, arena *mem, const struct article_act *act, str state);
/* Sets both marks as the measures in force say. */
err article_mark(struct tx *t, arena *mem, const struct article_act *act, bool limited, str label);
/* Media hashes of all its versions, covers too. */
err article_media(struct tx *t, arena *mem, int64_t account_id, int64_t no, str **ret_v,
                  size_t *ret_n);
/* Is this hash also in another account, or in another public article of this one? */
err article_media_shared(struct tx *t, int64_t account_id, int64_t no, str hash, bool *ret_shared);
/* What was held for fingerprints that are not looked for any more goes where the mode after
 * publication would have sent it; its review stays. Nothing when it is not held in this version, or
 * the gate is closed. */
err article_let_go(struct tx *t, arena *mem, const struct print_ref *at, int64_t officer);
/* Publishes what is due; each asks the gate again, a closed gate holds it back with a notice. */
err article_publish_due(struct tx *t, arena *mem, int *ret_published);

/* ---- reading ---- */
err article_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct article *ret_a);
/* By public address. */
err article_find(struct tx *t, arena *mem, str handle, int64_t no, struct article *ret_a);
err article_version_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, int version,
                         struct article_version *ret_v);
err article_versions(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                     struct article_version **ret_v /* without doc */, size_t *ret_n);
/* Those that were public: a version that was sent back or rejected never is, whatever came later.
 */
err article_public_versions(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                            struct article_version **ret_v /* without doc */, size_t *ret_n);
/* Was this version public, and which one before it (0: none)? ERR_NOT_FOUND when it was not. */
err article_was_public(struct tx *t, int64_t account_id, int64_t no, int version, int *ret_before);
err article_events(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                   struct article_event **ret_v, size_t *ret_n);
err draft_load(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct draft *ret_d);

/* Public lists, newest first; what may affect minors is not on the first page of all (2.10). Key of
 * the last row shown before: (published_at, account_id, no). */
struct article_page {
    int64_t account_id; /* one account, or 0 */
    str category;       /* or "" */
    str topic;          /* tag_fold of a tag, or "" */
    int64_t reader_id;  /* subscriptions of this user, or 0 */
    int64_t series; /* with account_id: of this series, in its order; the key is the last number */
    bool pinned;    /* with account_id: those on top of its page, the last pinned first; no key */
    bool spread; /* of an account: without those whose spread is limited (the others always are) */
    int64_t before_at, before_account, before_no; /* 0 = first page */
    int limit;                                    /* ≤ 100 */
};
err article_list(struct tx *t, arena *mem, const struct article_page *p, struct article **ret_v,
                 size_t *ret_n);
/* An account's own articles of any state but discarded, last changed first; state "" = all;
 * find = part of the title. */
struct article_own_page {
    int64_t account_id;
    str state, find;
    int64_t before_at, before_no;
    int limit;
};
err article_list_own(struct tx *t, arena *mem, const struct article_own_page *p,
                     struct article **ret_v, size_t *ret_n);
