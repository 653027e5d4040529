/* SQL of the outbox; only for mail/. */
#pragma once
#include "mail/mail.h"

struct mail_stored {
    struct mail_row row;
    struct bytes recipient_sealed, body_sealed;
};
err mail_store_add(struct tx *t, const struct mail_stored *m);
err mail_store_get(struct tx *t, arena *mem, int64_t id, struct mail_stored *ret_m);
/* state: "sent", "failed", or "queued" with an error. */
err mail_store_outcome(struct tx *t, int64_t id, str state, str error);
/* From failed to queued. ERR_CONFLICT "mail_not_failed". */
err mail_store_requeue(struct tx *t, int64_t id);
