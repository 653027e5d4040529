/* An outside verifier of identities, asked by signed HTTP (A6.2). What we POST, signed as
 * mail/fetch.h describes, under setting verifier_secret:
 *   {"id","class","doc_type","doc_no","name","legal_rep","operator","operator_no","mobile"}
 * (those that the class states). It answers 200 with
 *   {"verdict":"pass"|"fail"|"unknown","ref":"its own number","reason":"for staff"}.
 * pass verifies at once and takes the case off the queue; fail and unknown are results that staff
 * see beside the case, which stays: a machine alone refuses nobody. */
#pragma once
#include "job/job.h"
#include "settings/settings.h"
#include "web/site.h"

#define VERIFY_JOB "verify"
enum { VERIFY_TRIES = 5 };

/* Inside the submission's transaction; does nothing without verifier_url. Poke the jobs after. */
err verify_queue(struct tx *t, const struct settings *s, int64_t registrant_id);
/* The job itself. When the verifier can't be reached, a pending result says so once, and the job is
 * tried again. */
err verify_run(struct site *site, const struct job *job);
