/* How a version goes on once it may: for article.c, release.c and together.c only. */
#pragma once
#include "article/article.h"

struct going {
    const struct article *a; /* title: the version's */
    const struct article_version *v;
    const struct article_rules *rules;
    int64_t publish_at, actor;
    bool second_person; /* to a second member first */
};
/* To the second member, to staff, to its time or to the public, as the rules say. */
err article_go_on(struct tx *t, arena *mem, const struct going *g, str *ret_state);
/* What the gate is asked about a version that is there. */
err version_question(arena *mem, const struct article_version *v, struct gate_question *ret_q);
/* Does an emergency ask for review of this text first (A5.6)? */
err emergency_asks(struct tx *t, arena *mem, int64_t account_id, const struct article_text *x,
                   bool *ret_holds);
/* Reviewed after publication as a rule: while an emergency asks for it, before. True while that
 * review has not been decided. */
err emergency_waits(struct tx *t, arena *mem, const struct article *a,
                    const struct article_version *v, bool *ret_waits);
/* The draft that the writers go on with: theirs if there is one, else the version's text. */
err draft_restore(struct tx *t, arena *mem, const struct article *a, int version, str reason);
/* What is scheduled becomes public, if the gate lets it. */
err article_publish_planned(struct tx *t, arena *mem, const struct article_ref *ref);
