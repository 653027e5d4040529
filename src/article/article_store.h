/* SQL of articles: for article.c only. Every function is one statement or one list. */
#pragma once
#include "article/article.h"

struct article_put { /* one new article row */
    int64_t account_id, no, user_id, published_at, publish_at;
    str state;
    int version, versions;
    const struct article_text *text;
};
/* Next article number of the account; counts one use of today's quota and, when published, one more
 * public article. */
err store_next_no(struct tx *t, int64_t account_id, bool counts, bool published, int64_t *ret_no);
err store_use_quota(struct tx *t, int64_t account_id);
/* The article became public, changed, or ceased to be: the search index reads it later. */
err store_changed(struct tx *t, const struct article *a);
err store_count_public(struct tx *t, int64_t account_id, int delta);
err store_insert(struct tx *t, const struct article_put *a);
err store_insert_version(struct tx *t, const struct article_version *v);
err store_event(struct tx *t, const struct article *a, int version, const char *event,
                int64_t actor, str reason);
/* The version that is public from now on, or waits for its time. */
err store_publish(struct tx *t, const struct article *a, const struct article_version *v, str state,
                  int64_t publish_at);
err store_state(struct tx *t, const struct article *a, str state, str reason);
err store_mark(struct tx *t, const struct article *a, bool limited, str label);
/* What lists show of an article that is not public yet follows its draft. */
err store_title(struct tx *t, const struct article *a, const struct article_text *x);
err store_plan(struct tx *t, const struct article *a, int64_t publish_at);
err store_versions_up(struct tx *t, const struct article *a, int versions, str state);
err store_draft_insert(struct tx *t, const struct draft *d);
/* Changed rows: 0 when the revision is another one. */
err store_draft_update(struct tx *t, const struct draft *d, int64_t *ret_changed);
err store_draft_base(struct tx *t, int64_t account_id, int64_t no, int base_version);
err store_draft_returned(struct tx *t, int64_t account_id, int64_t no, str reason);
err store_draft_drop(struct tx *t, int64_t account_id, int64_t no, int base_version);
/* For the demo only: dates a published article back, and gives it readers. */
err store_backdate(struct tx *t, int64_t account_id, int64_t no, int64_t at, int64_t reads);
/* Is it in an issue that waits to be published whole (issue/)? */
err store_waits_for_issue(struct tx *t, int64_t account_id, int64_t no, bool *ret_waits);
/* (account, no) of what is due, at most 100; but what waits for its issue. */
err store_due(struct tx *t, arena *mem, struct article_ref **ret_v, size_t *ret_n);
