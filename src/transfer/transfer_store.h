/* SQL of transfers: for transfer.c and its pages only. */
#pragma once
#include "transfer/transfer.h"

enum { TRANSFER_DUE_MAX = 100, TRANSFER_TELL = 200 };

err store_transfer_insert(struct tx *t, const struct transfer *x, struct bytes token_hash);
err store_transfer_load(struct tx *t, arena *mem, int64_t id, struct transfer *ret_x);
err store_transfer_by_token(struct tx *t, arena *mem, struct bytes token_hash,
                            struct transfer *ret_x);
/* State, receiver, clocks, held, names and answer as they are in x. */
err store_transfer_put(struct tx *t, const struct transfer *x);
err store_transfer_due(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n);
/* One that was done and whose subscribers are not all told; 0 = none. */
err store_transfer_untold(struct tx *t, int64_t *ret_id);
err store_transfer_subscribers(struct tx *t, arena *mem, int64_t id, int64_t **ret_v,
                               size_t *ret_n);
/* Told up to a user; all: that was the last. */
err store_transfer_told(struct tx *t, int64_t id, int64_t user_id, bool all);
/* Open cases of findings and appeals, and measures that take away publishing, of other accounts of
 * the same identity. */
err store_identity_measures(struct tx *t, struct bytes identity_key, int64_t *ret_n);
/* Licences of one of two types in force. */
err store_licences(struct tx *t, int64_t registrant, str one, str other, int64_t *ret_n);
