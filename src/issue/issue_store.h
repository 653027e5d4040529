/* SQL of issues: for issue.c only. */
#pragma once
#include "issue/issue.h"

err store_issue_insert(struct tx *t, int64_t account_id, int64_t user_id, int64_t *ret_no);
err store_issue_open(struct tx *t, int64_t account_id, int64_t *ret_n); /* drafts and waiting */
err store_issue_state(struct tx *t, const struct issue *i, str state, int64_t publish_at);
err store_issue_published(struct tx *t, const struct issue *i);
err store_issue_why(struct tx *t, const struct issue *i, str why);
err store_issue_add(struct tx *t, const struct issue_act *act, int64_t place); /* CONFLICT exists */
err store_issue_place(struct tx *t, int64_t account_id, int64_t article, int64_t place);
err store_issue_remove(struct tx *t, const struct issue_act *act);
err store_issue_clear(struct tx *t, int64_t account_id, int64_t no);
err store_issue_due(struct tx *t, arena *mem, struct issue **ret_v, size_t *ret_n);
err store_issue_of(struct tx *t, int64_t account_id, int64_t article, int64_t *ret_no); /* 0 */
