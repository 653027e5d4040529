/* What the desk's templates show, and its table of case kinds (desk/kinds.def). */
#pragma once
#include "casework/casework.h"
#include "desk/desk_store.h"
#include "job/job.h"
#include "mail/mail.h"
#include "web/layout.h"

struct desk_kind {
    unsigned roles;
    err (*view)(struct request *r, const struct casefile *c, html *ret_view); /* may be NULL */
    err (*acts)(struct request *r, const struct casefile *c,
                html *ret_acts); /* instead of decided */
    err (*decided)(struct tx *t, arena *mem, const struct casefile *c, const struct decision *d);
};
extern const struct desk_kind DESK_KINDS[CASE_KINDS];
/* Bit mask (1 << kind) of what these roles decide. */
unsigned desk_kinds_of(unsigned roles);
str desk_kind_label(enum lang lang, enum case_kind kind);
str desk_verdict_label(enum lang lang, enum verdict v);

/* Reasons to return or reject a kind of case (desk/reasons.def), in the officer's language. */
enum { DESK_REASONS_MAX = 12 };
struct desk_reason {
    str key, label;
    str words; /* offered as the text for the person; empty: none */
};
size_t desk_reasons(enum lang lang, enum case_kind kind,
                    struct desk_reason ret_v[DESK_REASONS_MAX]);
/* ERR_INVALID "unknown_reason". */
err desk_reason_find(enum lang lang, enum case_kind kind, str key, struct desk_reason *ret_reason);

/* ---- shared by the desk's pages (desk/queue_page.c) ---- */
str desk_case_href(arena *mem, int64_t id);
/* What staff can mend shows on the case itself; other errors stay errors. */
err desk_answer(struct request *r, int64_t id, err e);
/* How long a claim lasts (provider setting claim_minutes), ms. */
int64_t desk_lease_ms(const struct request *r);
/* What a case is about, as people read it (a registrant's case is named by its class). */
str desk_title(const struct request *r, const struct casefile *c);
/* "due in 3 h", amber when a quarter is left, red when breached. */
html desk_due(struct request *r, const struct casefile *c);

struct desk_case_view {
    struct casefile c;
    str csrf, error, kind, base, title;
    str reason, reason_key; /* as typed; kept when the decision could not be made */
    str next_href;          /* posts: the next case without deciding this one */
    str proposal;           /* what the first of two officers said; "" = nothing yet */
    bool two;               /* a verdict needs two officers */
    str package;            /* where an evidence package is asked for; "": not by this person */
    struct desk_reason reasons[DESK_REASONS_MAX];
    size_t reason_n;
    html evidence, acts;
    struct timeline_view history;
    bool open, mine, free, then_next;
    bool trail;                /* a link to its record; not while one judges it oneself */
    bool can_mark, marked;     /* as an example with a known answer (qa/) */
    int64_t lease_ms, left_ms; /* of one's own claim */
};
struct desk_list_view {
    struct table_view table;
    str csrf;
    bool can_next;
};
struct desk_home_view {
    str csrf;
    str training; /* what is missing of one's own; "" = nothing */
    bool can_next;
    struct table_view mine, next, kinds;
    struct facts_view state;
};
struct desk_outbox_view {
    str csrf, base, error;
    struct facts_view facts;
    str body; /* shown when body_on */
    bool body_on, can_read, can_retry;
};
struct desk_job_view {
    str csrf, base, error;
    struct facts_view facts;
    bool dead;
    struct confirm_view away;
};
struct desk_log_view {
    str csrf, error;
    str user, account, route, address, result, from, until; /* the filter as typed */
    struct table_view table;
};
struct desk_qa_view {
    struct table_view table, dissents;
    str by; /* as in the address */
};
struct desk_dissent_view {
    struct facts_view first, second, settled;
    str article, raise, opened; /* addresses; "" = none */
    struct form *form;          /* NULL: not (any more) for this person */
};
