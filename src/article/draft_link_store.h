/* SQL of links to drafts: for draft_link.c only. */
#pragma once
#include "article/draft_link.h"

err store_draft_link_insert(struct tx *t, const struct draft_link *l, struct bytes token_hash);
err store_draft_link_load(struct tx *t, arena *mem, int64_t account_id, int64_t id,
                          struct draft_link *ret_l);
err store_draft_link_find(struct tx *t, arena *mem, struct bytes token_hash,
                          struct draft_link *ret_l);
err store_draft_link_revoke(struct tx *t, int64_t account_id, int64_t id);
err store_draft_link_seen(struct tx *t, int64_t account_id, int64_t id);
