/* SQL of support: for support.c only. */
#pragma once
#include "support/support.h"

err store_ticket_insert(struct tx *t, const struct ticket *in);
err store_message_insert(struct tx *t, const struct ticket_message *m);
err store_ticket_update(struct tx *t, const struct ticket *in);
err store_tickets_open(struct tx *t, int64_t user_id, int64_t *ret_n);
/* Is the person a member of an account of a public body, or holder of its registrant? */
err store_public_body(struct tx *t, int64_t user_id, bool *ret_yes);
