/* The provider: who runs this installation, and who holds its posts (regulation 2017 art. 5).
 * Profile values are provider settings (settings/provider.def). */
#pragma once
#include "web/request.h"

enum post_id {
#define POST(name, roles) POST_##name,
#include "provider/posts.def"
#undef POST
    POST_COUNT
};
struct post_kind {
    str name;
    unsigned roles; /* the person holds one of them */
};
extern const struct post_kind POSTS[POST_COUNT];
#define POST_EDITOR_IN_CHIEF S("editor_in_chief")

struct post {
    str post, user_name, letter, contact;
    int64_t id, user_id, from_at, until_at, ended_at; /* 0 = open */
    bool deputy;                                      /* acts for the holder */
};
bool post_current(const struct post *p, int64_t now);
/* Is the post filled now? */
err post_filled(struct tx *t, str post, bool *ret_filled);
/* Sets id. ERR_INVALID "post_role" on field user: lacks the roles of the post; "post_unknown". */
err post_appoint(struct tx *t, struct post *p, int64_t by);
err post_end(struct tx *t, str post, int64_t id, int64_t by);
/* Of one post or of all (""), newest first, at most 100. */
err post_list(struct tx *t, arena *mem, str post, struct post **ret_v, size_t *ret_n);
/* For site->profile. */
err provider_profile(struct site *s, arena *mem, struct site_profile *ret_profile);
