/* Findings: signals that something breaks the law or the rules, from wherever they come (a rule of
 * the scan, staff, a reader's report, an authority, a rights holder). Each names one version of an
 * article, which never changes and so is the evidence, or an account. Findings on the same thing
 * and policy family join one open case of kind CASE_FINDING (obligations 3.7, trust-safety.md 4.4);
 * what is decided about it is the business of ruling/. Report volume alone removes nothing. */
#pragma once
#include "casework/casework.h"
#include "db/db.h"
#include "web/msg.h"

enum { FINDING_QUOTE_MAX = 500, FINDING_NOTE_MAX = 1000, FINDING_RULE_MAX = 100 }; /* code points */

struct family {
    const char *key, *codes, *authority, *dsa;
    int severity;    /* 1 (worst) to 4 */
    unsigned things; /* FAMILY_ARTICLE, FAMILY_ACCOUNT: what readers report under it */
};
enum { FAMILY_ARTICLE = 1, FAMILY_ACCOUNT = 2 };
extern const struct family FAMILIES[];
extern const size_t FAMILY_COUNT;
const struct family *family_find(str key); /* NULL: no such family */
/* "Fraud"; key itself when it is none. */
str family_label(enum lang lang, str key);

enum finding_source {
    FINDING_RULE,
    FINDING_STAFF,
    FINDING_REPORT,
    FINDING_AUTHORITY,
    FINDING_RIGHTS,
    FINDING_SOURCES
};
str finding_source_name(enum finding_source s);
err finding_source_parse(str name, enum finding_source *ret_s);

struct finding {
    /* in */
    int64_t account_id, no; /* no 0: the account itself */
    int version;            /* of the article; 0 = the public one, else the newest */
    enum finding_source source;
    str family;
    int severity; /* 1 to 4; 0 = the family's */
    str quote;    /* the passage, or ""; longer ones are cut */
    int from, to; /* its place in doc_text(…, DOC_TEXT_READ), code points; 0, 0 = not said */
    str rule;     /* FINDING_RULE: its id */
    int rule_version;
    str note;   /* what the reporter or officer wrote, or "" */
    int64_t by; /* user, 0 = nobody known (rules, readers who are not logged in) */
    /* out */
    int64_t id, case_id, at;
    str receipt; /* FINDING_REPORT: the reporter's code, in mem */
    bool joined; /* an open case was there */
};
/* Writes the finding and opens its case, or joins the one that is open: severity, due time and
 * priority then become the sharper of both. Same rule, rule version and version of the text again:
 * nothing is written, joined is true. ERR_NOT_FOUND: no such account or article; ERR_INVALID
 * "unknown_family". Writes a record. */
err finding_raise(struct tx *t, arena *mem, struct finding *f);

/* Of a case, oldest first, at most 200. Reporters' ids are not loaded: nobody at the desk sees
 * them. */
err finding_list(struct tx *t, arena *mem, int64_t case_id, struct finding **ret_v, size_t *ret_n);

/* What somebody with a receipt may know. */
struct finding_fate {
    int64_t at, decided_at;     /* 0 = not yet */
    str title, family, verdict; /* verdict: "" until decided; approve = nothing wrong, reject */
};
err finding_by_receipt(struct tx *t, arena *mem, str receipt, struct finding_fate *ret_f);

/* ---- clocks ---- */
enum clock_name {
#define CLOCK(name, ...) CLOCK_##name,
#include "finding/clocks.def"
#undef CLOCK
    CLOCK_COUNT
};
struct clock_line {
    const char *name, *source;
    int64_t minutes, least, most; /* most 0: none */
};
extern const struct clock_line CLOCKS[CLOCK_COUNT];
int64_t clock_line_ms(enum clock_name c);
int64_t clock_of_severity(int severity); /* ms */
