/* The provider: who runs this installation, and who holds its posts (regulation 2017 art. 5).
 * Profile values are provider settings (settings/provider.def). */
#pragma once
#include "web/request.h"

#define POST_EDITOR_IN_CHIEF S("editor_in_chief")

struct post {
    str post, user_name, letter;
    int64_t id, user_id, from_at, until_at, ended_at; /* 0 = open */
};
/* Is the post filled now? */
err post_filled(struct tx *t, str post, bool *ret_filled);
err post_appoint(struct tx *t, struct post *p,
                 int64_t by); /* sets id; the user must hold the role */
err post_end(struct tx *t, str post, int64_t id, int64_t by);
err post_list(struct tx *t, arena *mem, str post, struct post **ret_v, size_t *ret_n);
/* For site->profile. */
err provider_profile(struct site *s, arena *mem, struct site_profile *ret_profile);
