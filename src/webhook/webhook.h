/* Webhooks: an account's own programs are told of events (event/events.def) by a signed POST, in
 * the manner of Standard Webhooks: headers webhook-id, webhook-timestamp, webhook-signature ("v1,"
 * and base64 of HMAC-SHA256 over id "." timestamp "." body; two of them while a secret is changed).
 * Sent by the job queue with growing pauses, through the guarded fetch: private addresses only when
 * setting webhook_allow names the host. Any answer of 200 to 299 is success; 410 switches it off,
 * and so do days of failures (provider setting webhook_off_days), with a notice. */
#pragma once
#include "event/event.h"
#include "job/job.h"
#include "vault/vault.h"

struct site;

enum {
    WEBHOOKS_MAX = 5, /* of one account */
    WEBHOOK_URL_MAX = 500,
    WEBHOOK_TRIES = 20, /* of one call; about ten hours */
    WEBHOOK_CALLS = 50, /* on a page */
    WEBHOOK_KEPT_DAYS = 30,
    WEBHOOK_OVERLAP_H = 24, /* how long the secret before signs too */
    WEBHOOK_ANSWER = 300,   /* code points of an answer that are kept */
};
struct webhook {
    int64_t account_id, id, old_until, failing_since, created_by, created_at;
    str url, events, state, handle; /* state: on, off, failed */
    struct bytes sealed, old_sealed;
};
struct webhook_call {
    int64_t webhook_id, id, account_id, at, tried_at;
    int tries, status;
    str event, body, state, answer; /* state: waiting, done, failed, dropped */
};

/* May it be called? https, or http to a loopback host that allow (comma-separated) names.
 * ERR_INVALID "webhook_url". */
err webhook_url_check(str url, str allow);
/* Makes one of account_id, url, events and created_by; the secret is returned once. ERR_LIMIT
 * "too_many_webhooks". */
err webhook_add(struct vault_ctx c, const struct webhook *in, str *ret_secret);
err webhook_list(struct tx *t, arena *mem, int64_t account_id, struct webhook **ret_v,
                 size_t *ret_n); /* newest first */
err webhook_load(struct tx *t, arena *mem, int64_t account_id, int64_t id, struct webhook *ret_w);
err webhook_events(struct tx *t, const struct webhook *w, str events, int64_t by);
/* Off: what waits is dropped. */
err webhook_switch(struct tx *t, const struct webhook *w, bool on, int64_t by);
/* A new secret; the one before signs too for a day. */
err webhook_rotate(struct vault_ctx c, const struct webhook *w, int64_t by, str *ret_secret);
err webhook_remove(struct tx *t, const struct webhook *w, int64_t by);
/* Newest first; before 0 = from the newest. */
err webhook_calls(struct tx *t, arena *mem, int64_t webhook_id, int64_t before,
                  struct webhook_call **ret_v, size_t *ret_n);
err webhook_call_load(struct tx *t, arena *mem, int64_t webhook_id, int64_t id,
                      struct webhook_call *ret_c);
/* Sends it again from its first try, with the same id. ERR_CONFLICT "webhook_waits" while it waits,
 * "webhook_off" while the webhook is off. */
err webhook_again(struct tx *t, const struct webhook *w, const struct webhook_call *c);

/* Job kind EVENT_JOB: one try. Fails (and is tried again) while the call waits. */
err webhook_deliver(struct site *s, const struct job *job);
/* Forgets calls older than WEBHOOK_KEPT_DAYS. */
err webhook_sweep(struct tx *t);

/* The value of webhook-signature, one or two signatures; secrets as shown ("whsec_…"), the second
 * may have no value. */
struct webhook_signing {
    str id, timestamp, body, secret, old_secret;
};
err webhook_sign(arena *mem, const struct webhook_signing *s, str *ret_header);
