/* The gate: the one function that every write path (page, API, import, schedule, edit) asks before
 * anything becomes public, and again at the moment of publication (regulation 2017 art. 6; A6.3).
 * Its answer is a set of machine-readable reasons, all that apply, in the order in which a person
 * would mend them. Texts: messages gate.<reason> (why) and gate.<reason>.todo (what to do). */
#pragma once
#include "db/db.h"

/*      reason              asked of */
#define GATE_TABLE(X)                                                                              \
    X(identity_required)  /* registrant verified and the verification not expired (A6.2, A6.3) */  \
    X(agreement_required) /* agreement signed, and again by its deadline (A5.9) */                 \
    X(account_inactive)   /* account active (3.1) */                                               \
    X(measure_in_force)   /* no measure takes the function away (A13.1) */                         \
    X(category_not_granted)   /* content category within the account's scope (A7.2) */             \
    X(news_platform_closed)   /* the provider's own licence to carry news (A8.1) */                \
    X(licence_required)       /* a licence for news, or for the professional field (A7.2, A8.1) */ \
    X(licence_expired)        /* there was one: it is over or was ended */                         \
    X(source_not_listed)      /* news is reprinted from prescribed sources only (A8.1) */          \
    X(reprint_not_permitted)  /* by the account whose article it is (A10.2) */                     \
    X(quota_used)             /* articles per day (A6.5) */                                        \
    X(post_vacant)            /* an editor-in-chief is in office (A5.3) */                         \
    X(emergency_freeze)       /* no emergency stops publishing here (A5.6) */                      \
    X(second_member_missing)  /* somebody else is there who could release it (A10.1) */            \
    X(second_person_required) /* a second member released this version (A10.1, A4.3) */            \
    X(content_listed)         /* nothing in it is on a list that refuses (A11.1) */
enum gate_reason {
#define X(name) GATE_##name,
    GATE_TABLE(X)
#undef X
        GATE_REASONS
};
str gate_reason_name(enum gate_reason reason);

struct gate_question {
    int64_t account_id;
    str category;           /* empty: not about a category */
    bool listed;            /* the caller has found it on such a list */
    bool news, reprint;     /* as declared: news information (A8.1); taken over from elsewhere */
    str source, source_url; /* of a reprint */
    str of_handle;          /* reprint of an article of this platform: whose; else no value */
    int64_t of_no;
    bool counts;     /* uses up the daily quota (false at the moment of a scheduled publication) */
    int daily_quota; /* provider setting in force */
    int64_t no, author_id; /* of the version asked about; author 0: nobody is asked to release it */
    int version;           /* 0: it is being made, so nobody can have released it yet */
};
struct gate_answer {
    unsigned closed;     /* bit per enum gate_reason; 0 = open */
    bool emergency_hold; /* one that asks for review first reaches it: see emergency_holds (A5.6) */
    bool second_person;  /* version 0: it has to wait for a second member's release */
    int64_t registrant_id;
    int64_t prints; /* epoch of the fingerprints that are looked for (print/) */
    str handle;
};
/* Asks; never an error because the gate is closed. ERR_NOT_FOUND: no such account. */
err gate_ask(struct tx *t, arena *mem, const struct gate_question *q, struct gate_answer *ret_a);
/* The same as an error: ERR_DENIED with the first reason's key, text naming all of them. */
err gate_pass(struct tx *t, arena *mem, const struct gate_question *q, struct gate_answer *ret_a);
/* "identity_required, post_vacant" of a set. */
str gate_reasons_text(arena *mem, unsigned closed);
