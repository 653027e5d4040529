/* SQL of jobs; only for job/. */
#pragma once
#include "job/job.h"

struct job_claim {
    str kind, holder;
    int64_t lease_ms;
};
struct job_claimed {
    int64_t id;
    str args;
    int tries;
};
/* Takes the oldest due job of a kind under a lease. ERR_NOT_FOUND when none is due. */
err job_store_claim(struct tx *t, arena *mem, const struct job_claim *c,
                    struct job_claimed *ret_job);
/* *ret_n: 0 when the holder's lease was lost to another. */
err job_store_renew(struct tx *t, const struct job_claimed *j, const struct job_claim *c,
                    int64_t *ret_n);
err job_store_done(struct tx *t, int64_t id, str holder);
/* The outcome of a failed try: when to try again, or dead. */
struct job_failure {
    int64_t id, run_at;
    str holder, error;
    bool dead;
};
err job_store_failed(struct tx *t, const struct job_failure *f);
/* Takes a periodic kind whose time has come; ERR_NOT_FOUND when it has not or another has it. */
err job_store_period(struct tx *t, arena *mem, str kind, int64_t every_ms);
err job_store_period_add(struct tx *t, str kind);
/* Is there anything to claim of this kind, or is its time up? */
err job_store_due(struct tx *t, arena *mem, const struct job_kind *kind, bool *ret_due);
