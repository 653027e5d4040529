/* Consents of users (A9.2; Personal Information Protection Law 2021 art. 14 to 17, 23): for each
 * optional purpose the newest word stands, with the version of the privacy notice that was in
 * force. Refusing or taking back costs no service that does not rest on it. */
#pragma once
#include "db/db.h"

enum purpose_id {
#define PURPOSE(key, href) PURPOSE_##key,
#include "consent/purposes.def"
#undef PURPOSE
    PURPOSE_COUNT
};
struct purpose {
    str key, href;
};
extern const struct purpose PURPOSES[PURPOSE_COUNT];

/* Nothing when it stands already. Record consent_given or consent_withdrawn. */
err consent_set(struct tx *t, int64_t user_id, enum purpose_id p, bool given);
err consent_stands(struct tx *t, int64_t user_id, enum purpose_id p, bool *ret_stands);

/* The privacy notice in force was shown to this user: noted once per version. */
err consent_notice_shown(struct tx *t, int64_t user_id);
struct notice_standing {
    int in_force, shown; /* versions of the privacy notice; 0 = none */
    int64_t shown_at;
};
err consent_notice(struct tx *t, int64_t user_id, struct notice_standing *ret_s);

struct consent {
    int64_t at;
    str purpose; /* or "notice" */
    bool given;
    int notice_version;
};
/* Newest first, at most 100. */
err consent_list(struct tx *t, arena *mem, int64_t user_id, struct consent **ret_v, size_t *ret_n);
