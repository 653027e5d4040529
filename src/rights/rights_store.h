/* SQL of complaints: for rights/ only. */
#pragma once
#include "rights/rights.h"

struct complaint_sealed {
    struct bytes token_hash, token, mobile, name, address;
};
err store_complaint_insert(struct tx *t, const struct complaint *c,
                           const struct complaint_sealed *s);
/* By id, or by the hash of its secret when id is 0. */
err store_complaint_load(struct tx *t, arena *mem, int64_t id, struct bytes token_hash,
                         struct complaint *ret_c, struct complaint_sealed *ret_s);
/* What was written, and the state. */
err store_complaint_written(struct tx *t, const struct complaint *c,
                            const struct complaint_sealed *s);
err store_complaint_state(struct tx *t, int64_t id, str state);
struct complaint_load {
    int64_t open, today;
};
err store_complaints_of(struct tx *t, struct bytes key, struct complaint_load *ret_l);
err store_item_insert(struct tx *t, const struct complaint_item *i);
/* From one of the two states that are not over; *ret_n rows changed. */
err store_item_state(struct tx *t, const struct complaint_item *i, int64_t *ret_n);
err store_item_told(struct tx *t, const struct complaint_item *i);
err store_word_insert(struct tx *t, int64_t complaint_id, const struct complaint_word *w,
                      struct bytes name, struct bytes contact);
err store_file_insert(struct tx *t, int64_t complaint_id, const struct complaint_file *f);
struct word_sealed {
    struct complaint_word w;
    struct bytes name, contact;
};
err store_words(struct tx *t, arena *mem, int64_t complaint_id, struct word_sealed **ret_v,
                size_t *ret_n);
err store_bar_insert(struct tx *t, struct bytes key, const struct rights_bar *b, int64_t until);
err store_barred(struct tx *t, arena *mem, struct bytes key, int64_t *ret_until, str *ret_reason);
/* What the watch has to do, at most 100 each. */
err store_untold(struct tx *t, arena *mem, struct complaint_item **ret_v, size_t *ret_n);
err store_waited(struct tx *t, arena *mem, struct complaint_item **ret_v, size_t *ret_n);
err store_lapsing(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n);
