/* SQL of retention; only for record/. */
#pragma once
#include "record/retention.h"

enum { RETENTION_BATCH = 500 };
struct due_row {
    int64_t owner, id, at;
    str hash; /* media: instead of id */
};
struct due_ask {
    enum retention_class class;
    int64_t cutoff, last_id; /* last_id: none after it can be that old */
};
/* Due and not on hold, oldest first, at most RETENTION_BATCH. */
err retention_store_due(struct tx *t, arena *mem, const struct due_ask *a, struct due_row **ret_v,
                        size_t *ret_n);
/* As old: on hold (or not, when held is false). */
err retention_store_count(struct tx *t, const struct due_ask *a, bool held, int64_t *ret_n);
err retention_store_erase(struct tx *t, enum retention_class class, const struct due_row *row);
/* retention_content_store.c: classes of content and files. */
err content_store_due(struct tx *t, arena *mem, const struct due_ask *a, struct due_row *v,
                      size_t *ret_n);
err content_store_count(struct tx *t, arena *mem, const struct due_ask *a, bool held,
                        int64_t *ret_n);
err content_store_erase(struct tx *t, enum retention_class class, const struct due_row *row);
err hold_store_add(struct tx *t, const struct hold *h);
err hold_store_lift(struct tx *t, arena *mem, const struct hold *h, str *ret_kind);
