/* Opening and closing of what the site needs, and the table of jobs. */
#include "app/services.h"

#include "account/account.h"
#include "article/console.h"
#include "base/clock.h"
#include "base/log.h"
#include "blob/blob.h"
#include "blob/s3.h"
#include "compliance/compliance.h"
#include "emergency/emergency.h"
#include "figures/figures.h"
#include "issue/issue.h"
#include "job/job.h"
#include "learning/learning.h"
#include "leaving/departure.h"
#include "leaving/leaving.h"
#include "licence/licence.h"
#include "mail/fetch.h"
#include "mail/mail.h"
#include "media/work.h"
#include "notice/choice.h"
#include "notice/notice.h"
#include "owndata/owndata.h"
#include "package/package.h"
#include "patrol/patrol.h"
#include "policy/policy.h"
#include "print/print.h"
#include "proof/audit.h"
#include "proof/retention_view.h"
#include "provider/provider.h"
#include "reader/search.h"
#include "record/log.h"
#include "registrant/registrant.h"
#include "registrant/verify_http.h"
#include "rights/rights.h"
#include "ruling/ruling.h"
#include "scan/rules.h"
#include "settings/provider.h"
#include "staffing/staffing.h"
#include "transfer/transfer.h"
#include "user/email.h"
#include "user/watch.h"
#include "vault/vault.h"
#include "webhook/webhook.h"

static err job_verify(void *ctx, const struct job *job)
{
    return verify_run(ctx, job);
}

static err job_mail(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    return mail_deliver(s->mail, job);
}

static err job_notice_out(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    return tell_job(s->mail, job);
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

static err job_licence_expiry(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    return licence_expiry_job(s->db);
}

/* ---- retention: rows, then the files that belonged to them ---- */

struct files_erasing {
    arena *mem;
    str after;
    struct retention_file *v;
    size_t n;
};

static err files_read(struct tx *t, void *ctx)
{
    struct files_erasing *x = ctx;
    return retention_files(t, x->mem, x->after, &x->v, &x->n);
}

static err file_forget(struct tx *t, void *ctx)
{
    return retention_file_gone(t, *(const str *)ctx);
}

static err files_erase(const struct site *s, arena *mem)
{
    struct files_erasing x = {.mem = mem, .after = S("")};
    do {
        TRY(db_read(s->db, files_read, &x));
        for (size_t i = 0; i < x.n; i++) {
            bool gone = x.v[i].used;
            x.after = x.v[i].hash;
            if (!gone)
                TRY(blob_remove_idle(s->blobs, x.after, HOUR_MS, &gone));
            if (gone)
                TRY(db_tx(s->db, file_forget, &x.after));
        }
    } while (x.n > 0);
    return OK;
}

static err job_retention(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    struct provider_settings ps;
    struct retention_plan plan;
    int64_t rows = 0;
    provider_live_get(s->provider, job->mem, &ps);
    retention_plan_of(&ps, &plan);
    TRY(retention_purge(s->db, &plan, &rows));
    return files_erase(s, job->mem);
}

static err job_audit(void *ctx, const struct job *job)
{
    struct site *s = ctx;
    struct audit *a = NEW(job->mem, struct audit);
    TRY(audit_run(s->db, s->log, job->mem, a));
    s->gauges.audit_differences = a->differences;
    s->gauges.audit_at = clock_ms();
    if (a->differences)
        log_line(LOG_ERROR, "audit_differences", LOG_INT("n", a->differences),
                 LOG_TEXT("first", a->v[0].what), LOG_INT("id", a->v[0].id));
    return audit_note(s->db, a);
}

static err job_staffing(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    return staffing_job(s->db, s->provider);
}

static err job_emergency(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    return db_tx(s->db, emergency_expire, NULL);
}

static err job_rights(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    struct provider_settings ps;
    provider_live_get(s->provider, job->mem, &ps);
    struct rights_watch w = {.site = {.vault = s->vault,
                                      .mail = s->mail,
                                      .origin = s->settings->public_url,
                                      .wait_ms = ps.counter_notice_wait_days * (int64_t)DAY_MS}};
    return db_tx(s->db, rights_watch, &w);
}

static err job_patrol(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    struct provider_settings ps;
    provider_live_get(s->provider, job->mem, &ps);
    struct patrol_draw d = {.per_class = (int)ps.patrol_per_class};
    return d.per_class ? db_tx(s->db, patrol_draw, &d) : OK;
}

/* Seen by the officer as long as the operation log is kept. */
static err sweep_logins(struct tx *t, void *ctx)
{
    const int64_t *months = ctx;
    return watch_sweep(t, clock_add_months(tx_now(t), -(int)*months));
}

static err job_login_sweep(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    struct provider_settings ps;
    provider_live_get(s->provider, job->mem, &ps);
    int64_t months = ps.retention_oplog_months;
    return db_tx(s->db, sweep_logins, &months);
}

static err job_media(void *ctx, const struct job *job)
{
    return work_job(ctx, job);
}

static err job_media_sweep(void *ctx, const struct job *job)
{
    return work_sweep(ctx, job->mem);
}

static err job_scan_pass(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    return scan_pass_job(s->db, job);
}

static err job_webhook(void *ctx, const struct job *job)
{
    return webhook_deliver(ctx, job);
}

static err sweep_webhooks(struct tx *t, void *ctx)
{
    (void)ctx;
    return webhook_sweep(t);
}

static err job_webhook_sweep(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    return db_tx(s->db, sweep_webhooks, NULL);
}

static err job_print_sweep(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    return print_sweep_job(s->db, s->prints, job);
}

static const struct job_kind JOBS[] = {
    {.name = EVENT_JOB, .fn = job_webhook, .max_tries = WEBHOOK_TRIES + 2, .at_once = 1},
    {.name = "webhook_sweep", .fn = job_webhook_sweep, .every_ms = DAY_MS},
    {.name = "record_audit", .fn = job_audit, .every_ms = DAY_MS, .timeout_ms = 6 * HOUR_MS},
    {.name = "retention_purge", .fn = job_retention, .every_ms = DAY_MS, .timeout_ms = HOUR_MS},
    {.name = VERIFY_JOB, .fn = job_verify, .max_tries = VERIFY_TRIES},
    {.name = MAIL_JOB, .fn = job_mail, .max_tries = MAIL_TRIES},
    {.name = NOTICE_OUT_JOB, .fn = job_notice_out},
    {.name = "job_sweep", .fn = job_sweep_done, .every_ms = DAY_MS},
    {.name = "login_sweep", .fn = job_login_sweep, .every_ms = DAY_MS},
    {.name = POLICY_TELL_JOB, .fn = job_policy_tell, .timeout_ms = 10 * MINUTE_MS},
    {.name = DUTY_WATCH_JOB, .fn = job_duty_watch, .every_ms = 5 * SECOND_MS},
    {.name = "policy_remind", .fn = job_policy_remind, .every_ms = DAY_MS},
    {.name = "verification_expiry",
     .fn = job_verification_expiry,
     .every_ms = HOUR_MS,
     .timeout_ms = 10 * MINUTE_MS},
    {.name = "licence_expiry",
     .fn = job_licence_expiry,
     .every_ms = HOUR_MS,
     .timeout_ms = 10 * MINUTE_MS},
    {.name = MEDIA_JOB, .fn = job_media, .max_tries = WORK_JOB_TRIES, .at_once = 1},
    {.name = "media_sweep", .fn = job_media_sweep, .every_ms = HOUR_MS, .timeout_ms = HOUR_MS},
    {.name = SEARCH_JOB, .fn = search_job, .every_ms = SECOND_MS, .wanted = search_wanted},
    {.name = MEASURE_EXPIRE_JOB, .fn = measure_expire_job, .every_ms = 10 * SECOND_MS},
    {.name = MEASURE_VERIFY_JOB, .fn = measure_verify_job},
    {.name = REPORT_WATCH_JOB, .fn = report_watch_job, .every_ms = 30 * SECOND_MS},
    {.name = CLOSING_JOB, .fn = closing_job, .every_ms = 10 * SECOND_MS},
    {.name = TRANSFER_JOB,
     .fn = transfer_job,
     .every_ms = 2 * SECOND_MS,
     .wanted = transfer_wanted},
    {.name = DEPARTURE_JOB, .fn = departure_job, .every_ms = 10 * SECOND_MS},
    {.name = EXPORT_JOB,
     .fn = export_job,
     .max_tries = EXPORT_TRIES,
     .timeout_ms = 10 * MINUTE_MS,
     .at_once = 1},
    {.name = "own_export_sweep",
     .fn = export_sweep_job,
     .every_ms = HOUR_MS,
     .timeout_ms = HOUR_MS},
    {.name = EMERGENCY_JOB, .fn = job_emergency, .every_ms = SECOND_MS, .wanted = emergency_over},
    {.name = PATROL_JOB, .fn = job_patrol, .every_ms = HOUR_MS, .wanted = patrol_wanted},
    {.name = STAFFING_JOB, .fn = job_staffing, .every_ms = 5 * MINUTE_MS},
    {.name = RIGHTS_JOB, .fn = job_rights, .every_ms = 2 * SECOND_MS, .wanted = rights_wanted},
    {.name = LEARNING_JOB,
     .fn = learning_job,
     .every_ms = 15 * MINUTE_MS,
     .timeout_ms = 10 * MINUTE_MS},
    {.name = LEARNING_NOW_JOB, .fn = learning_job, .timeout_ms = 10 * MINUTE_MS},
    {.name = SCAN_JOB, .fn = job_scan_pass, .timeout_ms = 12 * HOUR_MS},
    {.name = PRINT_JOB, .fn = job_print_sweep, .max_tries = 5, .timeout_ms = HOUR_MS, .at_once = 1},
    {.name = PACKAGE_JOB,
     .fn = package_job,
     .max_tries = 3,
     .timeout_ms = 3 * MINUTE_MS, /* renewed after each part: so long it waits after a crash */
     .at_once = 1},
    {.name = "package_sweep", .fn = package_sweep_job, .every_ms = HOUR_MS},
    {.name = "article_publish_due", .fn = article_due_job, .every_ms = 10 * SECOND_MS},
    {.name = "issue_publish_due", .fn = issue_due_job, .every_ms = 10 * SECOND_MS},
};

/* The sealer and the witnesses' askers run without a request, so nobody else would say it. */
static void log_report(err e)
{
    struct fault f = fault_of(e);
    if (e == OK)
        log_line(LOG_INFO, "log_signs", LOG_INT("at", clock_ms()));
    else
        log_line(LOG_ERROR, "log_does_not_sign", LOG_TEXT("reason", str_from(f.reason)),
                 LOG_TEXT("text", str_from(f.text)));
}

static err witness_call(void *ctx, arena *mem, str url, str body, struct witness_answer *ret_a)
{
    const struct settings *set = ctx;
    struct fetch_in in = {.method = "POST",
                          .url = url,
                          .body = body,
                          .content_type = S("text/plain; charset=utf-8"),
                          .allow = set->fetch_allow,
                          .timeout_ms = set->fetch_timeout * SECOND_MS,
                          .max = 64 * 1024};
    struct fetch_out out = {0};
    TRY(fetch(mem, &in, &out));
    *ret_a = (struct witness_answer){out.status, out.body};
    return OK;
}

err place_open(struct boot *b, str place, struct s3 **ret_s3)
{
    const struct settings *set = &b->settings;
    struct s3_opts o = {.endpoint = set->s3_endpoint,
                        .region = set->s3_region,
                        .place = place,
                        .host_style = str_eq(set->s3_style, S("host")),
                        .key_file = set->s3_key_file};
    return s3_open(&o, ret_s3);
}

err blobs_open(struct boot *b, struct blob_store **ret_store)
{
    const char *dir = str_z(b->mem, str_cat(b->mem, b->site.data_dir, S("/blobs")));
    struct s3 *s3 = NULL;
    if (!b->settings.blobs.n)
        return blob_store_open(dir, ret_store);
    TRY(place_open(b, b->settings.blobs, &s3));
    err e = blob_store_open_s3(dir, s3, ret_store);
    if (e != OK)
        s3_close(s3);
    return e;
}

err log_open(struct boot *b, struct record_log **ret_log)
{
    const struct settings *set = &b->settings;
    struct s3 *s3 = NULL;
    if (set->log_tiles.n)
        TRY(place_open(b, set->log_tiles, &s3));
    struct record_log_opts o = {
        .db = b->site.db,
        .dir = str_z(b->mem, str_cat(b->mem, b->site.data_dir, S("/log"))),
        .key_file = str_z(b->mem, set->log_key_file),
        .state_file = str_z(b->mem, set->log_state_file),
        .origin = str_z(b->mem, set->log_origin),
        .witnesses = str_z(b->mem, set->log_witnesses),
        .post = witness_call,
        .post_ctx = &b->settings,
        .private_entries = str_eq(set->log_entries, S("private")),
        .report = log_report,
        .s3 = s3,
    };
    return record_log_open(&o, ret_log);
}

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
    if (job_threads > 0)
        TRY(log_open(b, &s->log));
    struct vault_opts keys = {.key_file = str_z(b->mem, set->vault_key_file),
                              .key_command = str_z(b->mem, set->vault_key_command)};
    TRY(vault_start(s->db, &keys, &s->vault));
    TRY(blobs_open(b, &s->blobs));
    TRY(provider_live_start(s->db, &s->provider));
    s->scan = scan_live_new(s->db);
    s->prints = print_live_new(s->db);
    mailer_open(b);
    struct job_runner_opts jobs = {
        .db = s->db, .kinds = JOBS, .n_kinds = LEN(JOBS), .ctx = s, .threads = job_threads};
    TRY(job_runner_start(&jobs, &s->jobs));
    if (s->log)
        record_log_start(s->log);
    if (job_threads <= 0)
        return OK;
    s->reads = reads_new();
    return figures_start(s->db, s->reads, &b->figures);
}

void services_close(struct boot *b)
{
    struct site *s = &b->site;
    figures_stop(b->figures);
    reads_free(s->reads);
    job_runner_stop(s->jobs);
    record_log_close(s->log);
    scan_live_free(s->scan);
    print_live_free(s->prints);
    provider_live_stop(s->provider);
    blob_store_close(s->blobs);
    vault_stop(s->vault);
    b->figures = NULL;
    s->reads = NULL;
    s->jobs = NULL;
    s->log = NULL;
    s->provider = NULL;
    s->scan = NULL;
    s->prints = NULL;
    s->blobs = NULL;
    s->vault = NULL;
}
