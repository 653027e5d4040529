/* SQL of e-mail addresses: for email.c only. */
#pragma once
#include "db/db.h"

err store_email_set(struct tx *t, int64_t user_id, struct bytes sealed);
err store_email_drop(struct tx *t, int64_t user_id);
err store_email_sealed(struct tx *t, arena *mem, int64_t user_id, struct bytes *ret_sealed);
