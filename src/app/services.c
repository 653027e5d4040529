/* Opening and closing of what the site needs, and the table of jobs. */
#include "app/services.h"

#include "account/account.h"
#include "article/console.h"
#include "base/clock.h"
#include "blob/blob.h"
#include "compliance/compliance.h"
#include "job/job.h"
#include "mail/mail.h"
#include "notice/notice.h"
#include "policy/policy.h"
#include "provider/provider.h"
#include "reader/search.h"
#include "registrant/registrant.h"
#include "registrant/verify_http.h"
#include "settings/provider.h"
#include "user/user.h"
#include "vault/vault.h"

static err job_verify(void *ctx, const struct job *job)
{
    return verify_run(ctx, job);
}

static err job_mail(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    return mail_deliver(s->mail, job);
}

static err sweep(struct tx *t, void *ctx)
{
    return job_sweep(t, 7 * DAY_MS, ctx);
}

static err job_sweep_done(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    int64_t n = 0;
    (void)job;
    return db_tx(s->db, sweep, &n);
}

static err job_policy_tell(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    return policy_tell_job(s->db, job->args);
}

static err job_policy_remind(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    return policy_remind_job(s->db);
}

static err job_duty_watch(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    return duty_watch(s->db);
}

static err job_verification_expiry(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    return registrant_expiry_job(s->db);
}

static const struct job_kind JOBS[] = {
    {.name = VERIFY_JOB, .fn = job_verify, .max_tries = VERIFY_TRIES},
    {.name = MAIL_JOB, .fn = job_mail, .max_tries = MAIL_TRIES},
    {.name = "job_sweep", .fn = job_sweep_done, .every_ms = DAY_MS},
    {.name = POLICY_TELL_JOB, .fn = job_policy_tell, .timeout_ms = 10 * MINUTE_MS},
    {.name = DUTY_WATCH_JOB, .fn = job_duty_watch, .every_ms = 5 * SECOND_MS},
    {.name = "policy_remind", .fn = job_policy_remind, .every_ms = DAY_MS},
    {.name = "verification_expiry",
     .fn = job_verification_expiry,
     .every_ms = HOUR_MS,
     .timeout_ms = 10 * MINUTE_MS},
    {.name = SEARCH_JOB, .fn = search_job},
    {.name = "article_publish_due", .fn = article_due_job, .every_ms = 10 * SECOND_MS},
};

static void mailer_open(struct boot *b)
{
    struct mailer *m = NEW(b->mem, struct mailer);
    *m = (struct mailer){b->site.db, b->site.vault, &b->settings};
    b->site.mail = m;
}

err services_open(struct boot *b, int job_threads)
{
    struct site *s = &b->site;
    const struct settings *set = &b->settings;
    user_limits_set(set);
    s->https = str_starts(set->public_url, S("https://"));
    s->rate_factor = (int)set->rate_factor;
    s->membership = account_membership;
    s->memberships = account_memberships;
    s->unread = notice_unread;
    s->profile = provider_profile;
    struct vault_opts keys = {.key_file = str_z(b->mem, set->vault_key_file),
                              .key_command = str_z(b->mem, set->vault_key_command)};
    TRY(vault_start(s->db, &keys, &s->vault));
    TRY(blob_store_open(str_z(b->mem, str_cat(b->mem, s->data_dir, S("/blobs"))), &s->blobs));
    TRY(provider_live_start(s->db, &s->provider));
    mailer_open(b);
    struct job_runner_opts jobs = {
        .db = s->db, .kinds = JOBS, .n_kinds = LEN(JOBS), .ctx = s, .threads = job_threads};
    return job_runner_start(&jobs, &s->jobs);
}

void services_close(struct boot *b)
{
    struct site *s = &b->site;
    job_runner_stop(s->jobs);
    provider_live_stop(s->provider);
    blob_store_close(s->blobs);
    vault_stop(s->vault);
    s->jobs = NULL;
    s->provider = NULL;
    s->blobs = NULL;
    s->vault = NULL;
}
