/* Transfer of an account from one registrant to another (obligations 3.14): the owner asks with a
 * reason and evidence, the receiver accepts by a link, staff decide (two officers for government,
 * media and news), it cools, and a job hands the account over in one transaction. Either side stops
 * it before that. Afterwards it stands on the account's page, and subscribers are told.
 * States: offered -> review -> cooling -> done | refused | stopped. */
#pragma once
#include "account/account.h"
#include "account/handover.h"
#include "casework/casework.h"
#include "job/job.h"
#include "web/request.h"

enum { TRANSFER_REASON_MAX = 500, TRANSFER_OFFER_DAYS = 14, TRANSFER_STANDS_MAX = 12 };

struct transfer {
    int64_t account_id, id, from_registrant, to_registrant, evidence_id;
    int64_t asked_by, asked_at, offer_until, accepted_by, accepted_at, due_at, ended_at;
    bool held; /* due, but something stands against it */
    str state, from_class, from_name, to_class, reason, answer;
    str handle, name; /* of the account */
};
bool transfer_open(const struct transfer *x); /* offered, review or cooling */

/* What stands against it, as reasons (messages reason.<key>). */
struct transfer_stands {
    const char *v[TRANSFER_STANDS_MAX];
    size_t n;
};
/* On the side of the account: transfer_findings, transfer_appeals, transfer_measures,
 * closing_asked, account_not_active. */
err transfer_stands_of(struct tx *t, arena *mem, int64_t account_id, struct transfer_stands *ret_s);
/* On the side of the receiver: identity_required, agreement_required, subject_limit,
 * transfer_same, transfer_class, transfer_measures_there, licence_required. */
err transfer_receiver_stands(struct tx *t, arena *mem, const struct transfer *x,
                             int64_t registrant_id, int64_t user_id, struct transfer_stands *ret_s);

struct transfer_wish {
    int64_t account_id, user_id, evidence_id;
    str reason;
};
/* ERR_NOT_FOUND: the registrant is not this user's; ERR_CONFLICT "transfer_asked" or what stands
 * against it. The token of the receiver's link is handed back once. */
err transfer_ask(struct tx *t, arena *mem, const struct transfer_wish *w, str *ret_token);
/* ERR_NOT_FOUND; by the link. */
err transfer_find(struct tx *t, arena *mem, str token, struct transfer *ret_x);
/* The last one of an account; ERR_NOT_FOUND. */
err transfer_of(struct tx *t, arena *mem, int64_t account_id, struct transfer *ret_x);
/* ERR_CONFLICT "transfer_not_offered" or what stands against it on either side; opens the case. */
err transfer_accept(struct tx *t, arena *mem, str token, int64_t registrant_id, int64_t user_id);
/* By either side, while it is open. ERR_CONFLICT "transfer_over"; ERR_DENIED "transfer_not_party".
 */
err transfer_stop(struct tx *t, arena *mem, int64_t id, int64_t user_id);
err transfer_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                          const struct decision *d);
err transfer_case_view(struct request *r, const struct casefile *c, html *ret_view);
/* Hands over what is due; held while something stands on the account's side, refused when the
 * receiver may not have it any more. */
err transfer_finish(struct tx *t, arena *mem, int64_t id, bool *ret_done);
#define TRANSFER_JOB "account_transfer"
/* What is due, and subscribers of what was done, 200 in a transaction. */
err transfer_job(void *ctx, const struct job *job);
err transfer_wanted(struct tx *t, bool *ret_wanted);
