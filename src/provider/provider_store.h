/* SQL of posts: for provider.c only. */
#pragma once
#include "provider/provider.h"

err store_post_insert(struct tx *t, struct post *p, int64_t by);
err store_post_end(struct tx *t, str post, int64_t id, int64_t *ret_changed);
