/* Patrol (A11.2): once a day a sample of what was published in the last seven days is drawn, so
 * many articles per class of account, and waits for an officer, who finds it clean or raises a
 * finding. The sample is bounded; a setting of 0 switches it off. */
#pragma once
#include "db/db.h"

enum { PATROL_OPEN_MAX = 500 /* while so many wait, nothing is drawn */ };

struct patrol_task {
    int64_t account_id, no, id, drawn_at, officer, case_id, done_at; /* 0 = not yet */
    int version;
    str class, state; /* open, clean, raised */
    str title, handle, account_name, officer_name;
};
#define PATROL_JOB "patrol"
/* Nothing was drawn today (China). */
err patrol_wanted(struct tx *t, bool *ret_wanted);
struct patrol_draw {
    int per_class;
    int64_t drawn; /* out */
};
err patrol_draw(struct tx *t, void *ctx /* struct patrol_draw */);

/* state "open" (oldest first) or "done" (newest first), at most 100. */
err patrol_list(struct tx *t, arena *mem, str state, struct patrol_task **ret_v, size_t *ret_n);
err patrol_load(struct tx *t, arena *mem, int64_t id, struct patrol_task *ret_p);
struct patrol_counts {
    int64_t open, clean, raised; /* the last two: of 30 days */
};
err patrol_count(struct tx *t, struct patrol_counts *ret_c);
/* family "": clean; else a finding with this note. ERR_CONFLICT "patrol_done" when somebody was
 * faster. *ret_case 0 when clean. */
struct patrol_verdict {
    int64_t id, officer;
    str family, note;
};
err patrol_decide(struct tx *t, arena *mem, const struct patrol_verdict *v, int64_t *ret_case);
