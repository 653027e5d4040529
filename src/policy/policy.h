/* Policies: versioned public documents (service agreement, management rules, platform convention,
 * privacy notice) and the signatures of registrants under them (regulation 2017 art. 5). Versions
 * are immutable; the one in force at a time is the newest whose effective date has come. */
#pragma once
#include "db/db.h"

#define POLICY_AGREEMENT S("service_agreement")
enum { POLICY_KINDS = 4 };
extern const str POLICY_KIND[POLICY_KINDS]; /* service_agreement, rules, convention, privacy */
bool policy_kind_known(str kind);           /* message policy.<kind> is its name */

struct policy {
    str kind, title, doc; /* block document */
    struct bytes hash;    /* SHA-256 of doc */
    int version;
    int64_t effective_at, created_at;
};
struct signature {
    int64_t registrant_id, user_id, at;
    str kind, ip, user_agent;
    struct bytes hash;
    int version, port;
};

/* Publishes the next version; needs a current editor-in-chief (A5.3): ERR_DENIED "post_vacant". */
err policy_publish(struct tx *t, struct policy *p /* sets version */, int64_t by);
/* In force at a time; ERR_NOT_FOUND when there is none. */
err policy_in_force(struct tx *t, arena *mem, str kind, int64_t at, struct policy *ret_p);
err policy_version(struct tx *t, arena *mem, str kind, int version, struct policy *ret_p);
err policy_versions(struct tx *t, arena *mem, str kind, struct policy **ret_v, size_t *ret_n);
/* Signs the version in force; hash must be that of the text that was shown, or ERR_CONFLICT
 * "agreement_changed". Writes a record. Signing twice is fine. */
err policy_sign(struct tx *t, arena *mem, const struct signature *s);
err signature_load(struct tx *t, arena *mem, int64_t registrant_id, str kind,
                   struct signature *ret_s); /* newest; ERR_NOT_FOUND */

/* Our own texts (the .zh.md files here), for a new installation: publishes the first version of
 * every kind that has none, in force at once. Needs an editor-in-chief like any publication. */
err policy_seed(struct tx *t, int64_t by);
/* Block document of a Markdown text; its first heading becomes the title when there is one. */
err policy_from_markdown(arena *mem, str markdown, str *ret_title, str *ret_doc);
