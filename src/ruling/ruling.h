/* What is decided about findings: the ruling with facts, basis and reasoning, its measures, its
 * statement of reasons, the appeal against it and the report to the authority (A11.3, A11.6, A13.1,
 * A13.2; obligations 3.7, 3.8). Closing an account, and suspending it for more than 30 days, takes
 * two officers, one of them the editor-in-chief; there is no other way in than these functions. */
#pragma once
#include "casework/casework.h"
#include "finding/finding.h"
#include "measure/measure.h"
#include "web/request.h"

enum {
    RULING_FACTS_MAX = 2000, /* code points */
    RULING_DAYS_MAX = 365,
    RULING_ALONE_DAYS = 30, /* one officer suspends for so long */
    APPEAL_TEXT_MAX = 3000,
    APPEAL_MEDIA_MAX = 3,
};

struct citation {
    const char *key, *policy; /* policy "": a law */
};
extern const struct citation CITATIONS[];
extern const size_t CITATION_COUNT;
str citation_label(enum lang lang, str key);
str measure_label(enum lang lang, str measure);

/* What an officer asks for. */
struct ruling_wish {
    str measure; /* measure/kinds.def, or "none": nothing wrong */
    str functions, basis, facts, reasoning;
    int days, severity; /* days 0 = without end */
};
/* ERR_INVALID by field. no: the article, 0 = an account. */
err ruling_wish_check(const struct ruling_wish *w, int64_t no);
bool ruling_needs_two(const struct ruling_wish *w);

struct ruling {
    int64_t id, case_id, account_id, no, officer, second_officer, replaces, at;
    int version, severity, days, basis_version;
    str title, family, measure, functions, basis, facts, reasoning, quote, sources, automation;
    str handle;
};
/* Decides the case that the officer has claimed, or proposes it to a second one when it takes two
 * (*ret_id 0 then). While somebody else's proposal waits, this is an amendment: that one ends as
 * "amended". ERR_CONFLICT as case_decide; "account_closed_already", "article_not_removable". */
err ruling_make(struct tx *t, arena *mem, int64_t case_id, int64_t officer,
                const struct ruling_wish *w, int64_t *ret_id);
struct proposal {
    int64_t id, case_id, officer, at, second, answered_at;
    struct ruling_wish wish;
    str state, reason, officer_name, second_name;
};
/* approve (claim held, not one's own: ERR_DENIED "own_proposal"; "editor_in_chief_required"),
 * refuse (the same, with a reason) or cancel (one's own). *ret_id: the ruling of an approval. */
struct proposal_answer {
    int64_t case_id, user_id;
    str answer, reason;
};
err proposal_answer(struct tx *t, arena *mem, const struct proposal_answer *a, int64_t *ret_id);
/* ERR_NOT_FOUND when none waits. */
err proposal_waiting(struct tx *t, arena *mem, int64_t case_id, struct proposal *ret_p);
err proposal_list(struct tx *t, arena *mem, int64_t case_id, struct proposal **ret_v,
                  size_t *ret_n);

err ruling_load(struct tx *t, arena *mem, int64_t id, struct ruling *ret_r);
/* Of a case, the last; ERR_NOT_FOUND. */
err ruling_of_case(struct tx *t, arena *mem, int64_t case_id, struct ruling *ret_r);
/* Earlier ones on the same thing, newest first, at most 20. */
err ruling_earlier(struct tx *t, arena *mem, const struct casefile *c, struct ruling **ret_v,
                   size_t *ret_n);
/* The statement of reasons as stored: {"zh": …, "en": …, "dsa": …}. */
err statement_load(struct tx *t, arena *mem, int64_t ruling_id, str *ret_json);
err statement_text(arena *mem, str json, enum lang lang, str *ret_text);

/* ---- measures ---- */
/* Ends what stands, with everything it did (jobs: those whose time is over). */
err effect_end(struct tx *t, arena *mem, const struct measure *m, int64_t officer);
struct job;
#define MEASURE_EXPIRE_JOB "measure_expire"
#define MEASURE_VERIFY_JOB "measure_verify"
err measure_expire_job(void *ctx, const struct job *job);
/* Asks every public surface whether it still shows what it should not, and notes the time from the
 * decision until none did. Runs again until that is so. */
err measure_verify_job(void *ctx, const struct job *job);

/* ---- appeals ---- */
struct appeal {
    int64_t id, ruling_id, case_id, account_id, user_id, at, decided_at, new_ruling;
    str text, media, outcome, reasons; /* outcome "": not decided */
};
/* ERR_DENIED "appeal_too_late", "not_yours", "appeal_final"; ERR_CONFLICT "appeal_filed". */
err appeal_file(struct tx *t, arena *mem, struct appeal *a /* ruling_id, user_id, text, media */,
                int64_t window_ms);
/* The operator's, else the one of a sweep (user_id 0). */
err appeal_of_ruling(struct tx *t, arena *mem, int64_t ruling_id, struct appeal *ret_a);
err appeal_of_case(struct tx *t, arena *mem, int64_t case_id, struct appeal *ret_a);
/* outcome uphold, partly, reverse, replace; the last but one undoes everything, partly and replace
 * put wish in its place. ERR_INVALID "appeal_needs_lighter", "needs_two_officers". */
struct appeal_verdict {
    int64_t case_id, officer;
    str outcome, reasons;
    struct ruling_wish wish; /* of partly and replace */
};
err appeal_decide(struct tx *t, arena *mem, const struct appeal_verdict *v);
/* ---- the sweep after a reversal ---- */
struct sweep_item {
    int64_t id, at;
    str title, measure;
    bool same_rule; /* found by the same version of a rule; else given the same reasoning */
};
/* Rulings of SWEEP_DAYS before and all after it that share the rule version or the reasoning of a
 * ruling, whose measures stand and that nobody has appealed or opened again; newest first, at most
 * 200. */
enum { SWEEP_DAYS = 90 };
err sweep_list(struct tx *t, arena *mem, int64_t ruling_id, struct sweep_item **ret_v,
               size_t *ret_n);
struct sweep_ask {
    int64_t ruling_id, officer;
    str text; /* why, for whoever looks at it again */
    const int64_t *v;
    size_t n;
};
/* Opens them again, each with a record: ERR_CONFLICT "not_reversed", "sweep_changed" (one is not in
 * the list any more; nothing is done then), ERR_INVALID "nothing_chosen". */
err sweep_reopen(struct tx *t, arena *mem, const struct sweep_ask *ask);

/* A second look at one ruling that nobody filed: ask's officer and text, because of ask's ruling_id
 * (0: of what the text says), written in the record. Its case is decided as an appeal's is. */
err ruling_reopen(struct tx *t, arena *mem, const struct sweep_ask *ask, int64_t ruling_id);

/* May this user see the ruling as the account's operator? ERR_NOT_FOUND otherwise. */
err ruling_for_member(struct tx *t, arena *mem, int64_t ruling_id, int64_t user_id,
                      struct ruling *ret_r);
struct ruling_reader {
    str name;
    int64_t sent_at, read_at; /* 0 = not read */
};
/* Whom the notice of this ruling went to, and when they read it. */
err ruling_readers(struct tx *t, arena *mem, const struct ruling *r, struct ruling_reader **ret_v,
                   size_t *ret_n);

/* ---- report to the authority ---- */
struct authority_report {
    int64_t id, ruling_id, created_at, due_at, submitted_at;
    str kind, state, channel, receipt, title, family;
    int warned;
};
err report_list(struct tx *t, arena *mem, struct authority_report **ret_v, size_t *ret_n);
err report_load(struct tx *t, arena *mem, int64_t id, struct authority_report *ret_r);
err report_submit(struct tx *t, arena *mem,
                  const struct authority_report *r /* id, channel,
receipt */, int64_t by);
/* Package of obligations 4.4, as far as the platform knows it. */
err report_package(struct tx *t, arena *mem, int64_t id, str *ret_json);
#define REPORT_WATCH_JOB "report_watch"
err report_watch_job(void *ctx, const struct job *job);

/* ---- the desk's table (desk/kinds.def) ---- */
err ruling_case_view(struct request *r, const struct casefile *c, html *ret_view);
err ruling_case_acts(struct request *r, const struct casefile *c, html *ret_acts);
