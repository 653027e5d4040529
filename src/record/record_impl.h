/* Inside of the record; only for record/. */
#pragma once
#include "base/hash.h"
#include "record/oplog.h"
#include "record/record.h"

enum { RECORD_BODY_MAX = 60 * 1024, VERIFY_BATCH = 500 };

struct record_stored {
    struct record_row row;
    struct bytes salt, prev;
    int64_t linked; /* records of the subject whose hash is prev */
};
struct oplog_stored {
    struct oplog_row row;
    struct bytes hash;
};
/* SHA-256 of the canonical row. */
struct sha256 oplog_hash(arena *mem, const struct oplog_row *row);

/* record_store.c */
err record_store_add(struct tx *t, const struct record_row *row, struct bytes salt);
err record_store_batch(struct tx *t, arena *mem, int64_t after, struct record_stored **ret_v,
                       size_t *ret_n);
err oplog_store_add(struct tx *t, const struct oplog_row *row, struct sha256 hash);
err oplog_store_batch(struct tx *t, arena *mem, int64_t after, struct oplog_stored **ret_v,
                      size_t *ret_n);
