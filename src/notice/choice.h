/* Which way a person wants which notices: on the site, by e-mail, by SMS; one choice a group. Only
 * deviations from the default are stored. What the law or safety requires stays on the site. */
#pragma once
#include "db/db.h"

enum notice_group {
#define X(group, who, optional) NOTICE_##group,
#include "notice/groups.def"
#undef X
    NOTICE_GROUPS
};
struct notice_group_spec {
    const char *name;
    bool staff;    /* only staff are asked */
    bool optional; /* may be switched off on the site */
};
extern const struct notice_group_spec NOTICE_GROUP[NOTICE_GROUPS];

struct notice_ways {
    bool site, email, sms;
};
/* NOTICE_GROUPS when no line of kinds.def names it. */
enum notice_group notice_group_of(str kind);
/* Whoever sends this kind writes an SMS to everybody, so that a chosen one would be a second. */
bool notice_own_sms(str kind);
/* What holds for one group, the default included; NOTICE_GROUPS: the default. */
err notice_ways_of(struct tx *t, int64_t user_id, enum notice_group g, struct notice_ways *ret_w);
/* One group's ways from now on; `site` is kept on where it is not optional. */
err notice_ways_set(struct tx *t, int64_t user_id, enum notice_group g, struct notice_ways w);
/* Whether the person has an address for e-mail (user/email.h sets it). */
err notice_has_address(struct tx *t, int64_t user_id, bool *ret_has);
/* The address is gone: no e-mail of any group. */
err notice_email_off(struct tx *t, int64_t user_id);

/* ---- what is on its way out of the site ---- */
/* Job kind; arguments {"id": id of a notice_out row}. */
#define NOTICE_OUT_JOB "notice_out"
struct notice_going {
    int64_t id, user_id;
    str channel, kind, link, args; /* args: as stored; notice_text reads them */
};
err notice_out_load(struct tx *t, arena *mem, int64_t id, struct notice_going *ret_g);
err notice_out_done(struct tx *t, int64_t id);
