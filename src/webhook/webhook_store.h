/* SQL of webhooks; for webhook/ only. */
#pragma once
#include "webhook/webhook.h"

err store_webhook_insert(struct tx *t, const struct webhook *w);
err store_webhook_count(struct tx *t, int64_t account_id, int64_t *ret_n);
err store_webhook_events(struct tx *t, const struct webhook *w, str events);
err store_webhook_state(struct tx *t, const struct webhook *w, str state);
/* On becomes failed; false when it was not on any more. */
err store_webhook_fail(struct tx *t, const struct webhook *w, bool *ret_changed);
err store_webhook_secret(struct tx *t, const struct webhook *w);
err store_webhook_remove(struct tx *t, const struct webhook *w);
err store_webhook_failing(struct tx *t, const struct webhook *w, int64_t since);
err store_calls_drop(struct tx *t, int64_t webhook_id); /* that wait */
err store_call_again(struct tx *t, const struct webhook_call *c);
err store_call_tried(struct tx *t, const struct webhook_call *c);
err store_webhook_of_call(struct tx *t, arena *mem, int64_t webhook_id, struct webhook *ret_w);
