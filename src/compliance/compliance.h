/* The register of duties (regulation 2017 art. 5; A5.1): each duty with the post that answers for
 * it, the people in that post, and what the facts say now. A duty is vacant when nobody holds its
 * post, breached when its check fails; both are shown, never hidden, and told to the provider's
 * staff when they begin. */
#pragma once
#include "db/db.h"

enum duty_id {
#define DUTY(name, obligation, post, check, arg, href) DUTY_##name,
#include "compliance/duties.def"
#undef DUTY
    DUTY_COUNT
};
enum duty_check { DUTY_CHECK_POSTS, DUTY_CHECK_POLICY, DUTY_CHECK_OVERDUE, DUTY_CHECK_COUNT };
struct duty {
    const char *name, *obligation, *post;
    enum duty_check check;
    str arg;
    const char *href;
};
extern const struct duty DUTIES[DUTY_COUNT];

enum duty_state { DUTY_MET, DUTY_VACANT, DUTY_BREACHED };
struct duty_report {
    enum duty_state state;
    int64_t number; /* overdue cases, things counted; 0 or 1: a text that is missing */
    str people;     /* names in the post now, separated by ", "; "" when vacant */
    bool deputy;    /* only a deputy is in the post */
    int64_t since;  /* of the state, as the watch saw it; 0 = not yet */
};
/* From the facts as they are now. */
err duty_ask(struct tx *t, arena *mem, enum duty_id id, struct duty_report *ret_report);

#define DUTY_WATCH_JOB "duty_watch"
/* Compares with what was seen last; a change leaves a record, and the beginning of a breach or a
 * vacancy a notice to the editor-in-chief, compliance and system administration. Every quarter of a
 * minute. */
err duty_watch(struct db *db);
