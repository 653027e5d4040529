/* SQL of notes: for note.c only. */
#pragma once
#include "article/remark.h"

err store_remark_insert(struct tx *t, const struct remark *n);
err store_remark_count(struct tx *t, int64_t account_id, int64_t no, int64_t *ret_n);
/* ERR_NOT_FOUND when n.thread is no thread of the article. */
err store_remark_thread(struct tx *t, const struct remark *n);
err store_remark_done(struct tx *t, const struct remark *n, bool done);
