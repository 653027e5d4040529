/* Policies: versioned public documents (service agreement, management rules, platform convention,
 * privacy notice …), the provider's internal rules, and the signatures of registrants (regulation
 * 2017 art. 5). Versions are immutable; the one in force at a time is the newest whose effective
 * date has come. Only an editor-in-chief publishes (A5.3): what others write is a proposal that
 * waits as a case. A new version is announced some days before it takes effect (A5.8), and a
 * material version of the service agreement is signed again by a date; after that the gate stays
 * closed for those who did not (A5.9). */
#pragma once
#include "casework/casework.h"
#include "db/db.h"
#include "settings/provider.h"
#include "web/request.h"

#define POLICY_AGREEMENT S("service_agreement")
enum policy_kinds {
#define POLICY(name, is_public) POLICY_IS_##name,
#include "policy/kinds.def"
#undef POLICY
    POLICY_KINDS
};
extern const str POLICY_KIND[POLICY_KINDS]; /* message policy.<kind> is its name */
bool policy_kind_known(str kind);
bool policy_kind_public(str kind); /* false also for unknown ones */

enum { POLICY_TITLE_MAX = 100, POLICY_NOTE_MAX = 500 };

struct policy {
    str kind, title, doc; /* block document */
    str note;             /* what changed, for those concerned; may be empty */
    struct bytes hash;    /* SHA-256 of doc */
    int version;
    bool material; /* signed again */
    int64_t effective_at, created_at, sign_by /* 0: from its first day */, proposed_by;
};
struct signature {
    int64_t registrant_id, user_id, at;
    str kind, ip, user_agent;
    struct bytes hash;
    int version, port;
};

/* How long before and after; provider settings policy_notice_days and agreement_days. */
struct policy_terms {
    int64_t notice_ms, sign_ms;
};
struct policy_terms policy_terms_of(const struct provider_settings *s);
/* Publishes the next version. ERR_DENIED "post_vacant" without an editor-in-chief (A5.3);
 * ERR_INVALID "policy_notice" on effective_at when a public kind has a version in force and the
 * new one would begin before the notice period is over. Queues the job that tells everybody. */
err policy_publish(struct tx *t, const struct policy_terms *terms,
                   struct policy *p /* sets version and sign_by */, int64_t by);

/* ---- a version that waits for the editor-in-chief ---- */
struct policy_proposal {
    int64_t id, proposed_at;
    struct policy policy; /* kind, title, doc, note, effective_at, material, proposed_by */
    str state, reason, proposer;
};
/* Opens a case; a waiting proposal of the same kind is replaced. */
err policy_propose(struct tx *t, const struct policy *p, int64_t due_at, int64_t *ret_id);
err policy_proposal_load(struct tx *t, arena *mem, int64_t id, struct policy_proposal *ret_p);
/* The newest of a kind; ERR_NOT_FOUND when there never was one. */
err policy_proposal_last(struct tx *t, arena *mem, str kind, struct policy_proposal *ret_p);
/* Approve publishes; return and reject tell the proposer why. */
err policy_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                        const struct decision *d);
err policy_case_view(struct request *r, const struct casefile *c, html *ret_view);

/* ---- reading ---- */
/* In force at a time; ERR_NOT_FOUND when there is none. */
err policy_in_force(struct tx *t, arena *mem, str kind, int64_t at, struct policy *ret_p);
err policy_version(struct tx *t, arena *mem, str kind, int version, struct policy *ret_p);
/* Newest first, at most 200, without doc. */
err policy_versions(struct tx *t, arena *mem, str kind, struct policy **ret_v, size_t *ret_n);

/* ---- signing ---- */
/* Signs the version in force; hash must be that of the text that was shown, or ERR_CONFLICT
 * "agreement_changed". Writes a record. Signing twice is fine. */
err policy_sign(struct tx *t, arena *mem, const struct signature *s);
err signature_load(struct tx *t, arena *mem, int64_t registrant_id, str kind,
                   struct signature *ret_s); /* newest; ERR_NOT_FOUND */
/* Until when the agreement in force must be signed by somebody who signed version `signed_version`
 * (0 = none): 0 = nothing to sign, 1 = before anything is published, else a time. */
err policy_sign_due(struct tx *t, int signed_version, int64_t *ret_by);

/* ---- telling (jobs) ---- */
#define POLICY_TELL_JOB "policy_tell"
/* Tells everybody who manages a registrant about a new public version, some hundred at a time. */
err policy_tell_job(struct db *db, str args);
/* Once a day: reminds those who have not signed, 7, 3 and 1 days before the deadline. */
err policy_remind_job(struct db *db);

/* Our own texts (the .zh.md files here), for a new installation: publishes the first version of
 * every kind that has none, in force at once. Needs an editor-in-chief like any publication. */
err policy_seed(struct tx *t, int64_t by);
/* Block document of a Markdown text; its first heading becomes the title when there is one. */
err policy_from_markdown(arena *mem, str markdown, str *ret_title, str *ret_doc);
