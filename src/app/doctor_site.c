/* Looks at database, record, queues and blobs. */
#include "app/doctor.h"
#include "app/services.h"
#include "base/clock.h"
#include "blob/blob.h"
#include "blob/s3.h"
#include "db/migrate.h"
#include "db/snapshot.h"
#include "proof/retention_view.h"
#include "record/record.h"
#include "settings/provider.h"

#include <unistd.h>

enum {
    SAMPLE = 200,
    LATE_MS = 10 * MINUTE_MS, /* a due job or queued message that waits so long is late */
    SEAL_MS = MINUTE_MS,
    CLOCK_SLACK_MS = 5 * MINUTE_MS,
};

static str last_words(struct doctor *d)
{
    return str_dup(d->mem, str_from(fault_last()->text));
}

void look_schema(struct doctor *d, struct finding_of *f)
{
    int pending = 0;
    if (migrate_pending(d->b->site.db, &pending) != OK) {
        doctor_say(d, f, DOCTOR_BAD, last_words(d), "is this the right binary and database?");
        return;
    }
    d->schema = !pending;
    doctor_say(d, f, pending ? DOCTOR_BAD : DOCTOR_OK,
               str_fmt(d->mem, "%s, %d migrations pending",
                       db_is_sqlite(d->b->site.db) ? "SQLite" : "PostgreSQL", pending),
               pending ? "run `gongqi migrate` (a backup before is wise)" : "");
}

void look_integrity(struct doctor *d, struct finding_of *f)
{
    err e = db_damage_check(d->b->site.db);
    doctor_say(d, f, e == OK ? DOCTOR_OK : DOCTOR_BAD,
               e == OK ? (db_is_sqlite(d->b->site.db) ? S("every page of the file reads")
                                                      : S("the server answers"))
                       : last_words(d),
               e == OK ? "" : "stop the server and restore the newest backup");
}

void look_record(struct doctor *d, struct finding_of *f)
{
    struct record_check c = {0};
    if (record_verify(d->b->site.db, &c) != OK)
        doctor_say(d, f, DOCTOR_BAD, last_words(d), "see docs/sysadmin.md");
    else if (c.bad)
        doctor_say(d, f, DOCTOR_BAD,
                   str_fmt(d->mem, "%lld rows are not what was written; the first: %s of %lld",
                           (long long)c.bad, c.first_what, (long long)c.first_bad),
                   "somebody changed the database: keep it as evidence, restore a backup");
    else
        doctor_say(d, f, DOCTOR_OK,
                   str_fmt(d->mem, "%lld records and %lld log rows match their hashes",
                           (long long)c.records, (long long)c.oplog),
                   "");
}

/* ---- the public record ---- */

static err growth(struct tx *t, void *ctx)
{
    return record_log_growth(t, ctx);
}

void look_log(struct doctor *d, struct finding_of *f)
{
    struct record_log_status s;
    struct record_log_growth g = {0};
    if (!d->log) {
        doctor_say(d, f, d->log_trouble.n ? DOCTOR_BAD : DOCTOR_OK,
                   d->log_trouble.n ? d->log_trouble : S("no key yet: the first start makes it"),
                   d->log_trouble.n ? "see docs/sysadmin.md, The log does not sign" : "");
        return;
    }
    record_log_status(d->log, &s);
    if (db_read(d->b->site.db, growth, &g) != OK) {
        doctor_say(d, f, DOCTOR_BAD, last_words(d), "");
        return;
    }
    bool behind = s.size > g.sealed;
    int64_t age = s.signed_at ? clock_ms() - s.signed_at : 0;
    bool late = d->serving && g.pending > 0 && age > SEAL_MS;
    doctor_say(d, f, behind || late ? DOCTOR_BAD : DOCTOR_OK,
               str_fmt(d->mem, "%lld leaves signed %lld s ago, %lld in the database, %lld waiting",
                       (long long)s.size, (long long)(age / SECOND_MS), (long long)g.sealed,
                       (long long)g.pending),
               behind ? "the database is older than what was signed: see docs/sysadmin.md"
               : late ? "it does not sign: see /desk/record"
                      : "");
    if (access(str_z(d->mem, d->b->settings.log_state_file), F_OK) != 0 && g.sealed)
        doctor_say(d, f, DOCTOR_BAD, S("log.state is missing"), "see docs/sysadmin.md, log adopt");
}

void look_witnesses(struct doctor *d, struct finding_of *f)
{
    struct record_log_status s;
    if (!d->log || !d->b->settings.log_witnesses.n) {
        doctor_say(d, f, DOCTOR_OK, S("none are set"), "");
        return;
    }
    record_log_status(d->log, &s);
    bool behind = s.witnessed_size < s.size && clock_ms() - s.signed_at > LATE_MS;
    doctor_say(d, f, behind ? DOCTOR_WARN : DOCTOR_OK,
               str_fmt(d->mem, "%lld of %lld leaves are cosigned by enough",
                       (long long)s.witnessed_size, (long long)s.size),
               behind ? "see /desk/record for who does not answer" : "");
}

/* ---- queues ---- */

static err counts(struct tx *t, void *ctx)
{
    return store_doctor_counts(t, ctx);
}

static bool late(const struct doctor *d, int64_t since)
{
    return d->serving && since && clock_ms() - since > LATE_MS;
}

void look_jobs(struct doctor *d, struct finding_of *f)
{
    struct doctor_counts c;
    if (db_read(d->b->site.db, counts, &c) != OK) {
        doctor_say(d, f, DOCTOR_BAD, last_words(d), "");
        return;
    }
    bool slow = late(d, c.oldest_due);
    doctor_say(
        d, f, slow || c.dead ? DOCTOR_WARN : DOCTOR_OK,
        str_fmt(d->mem, "%lld wait, %lld were given up", (long long)c.waiting, (long long)c.dead),
        c.dead ? "look at /desk/jobs: run them again, or put them away"
        : slow ? "one is due for over ten minutes: raise job_threads, or look at the log"
               : "");
    if (c.newest_record > clock_ms() + CLOCK_SLACK_MS)
        doctor_say(d, f, DOCTOR_BAD, S("the newest record is of the future"),
                   "the clock went back: set it right");
}

void look_messages(struct doctor *d, struct finding_of *f)
{
    struct doctor_counts c;
    if (db_read(d->b->site.db, counts, &c) != OK) {
        doctor_say(d, f, DOCTOR_BAD, last_words(d), "");
        return;
    }
    bool slow = late(d, c.oldest_mail) && d->b->settings.sms_url.n;
    doctor_say(d, f, slow || c.failed ? DOCTOR_WARN : DOCTOR_OK,
               str_fmt(d->mem, "%lld wait, %lld failed in 7 days", (long long)c.queued,
                       (long long)c.failed),
               slow || c.failed ? "look at /desk/outbox, and at the gateways" : "");
}

/* ---- what is kept ---- */

void look_retention(struct doctor *d, struct finding_of *f)
{
    struct provider_settings ps;
    struct retention_plan plan;
    provider_live_get(d->b->site.provider, d->mem, &ps);
    retention_plan_of(&ps, &plan);
    doctor_say(d, f, DOCTOR_OK, str_fmt(d->mem, "%d classes", RETENTION_CLASSES), "");
    for (int i = 0; i < RETENTION_CLASSES; i++)
        if (plan.months[i] < retention_floor((enum retention_class)i))
            doctor_say(d, f, DOCTOR_BAD,
                       str_fmt(d->mem, "%s is kept for %d months only",
                               retention_name((enum retention_class)i), plan.months[i]),
                       "raise it on /desk/provider");
}

static err place_try(struct doctor *d, str place, bool conditions)
{
    struct s3 *s3 = NULL;
    TRY(place_open(d->b, place, &s3));
    err e = s3_try(s3, conditions);
    struct fault why = fault_of(e);
    s3_close(s3);
    if (e != OK)
        fault_copy(&why);
    return e;
}

/* Writes, reads and removes a small object: whether the key may is not to be seen otherwise. */
void look_s3(struct doctor *d, struct finding_of *f)
{
    const struct settings *set = &d->b->settings;
    const struct {
        str place;
        bool conditions;
    } PLACES[] = {{set->blobs, false}, {set->log_tiles, true}};
    doctor_say(d, f, DOCTOR_OK,
               set->blobs.n || set->log_tiles.n ? S("") : S("media and log lie in DATA"), "");
    for (size_t i = 0; i < LEN(PLACES); i++) {
        if (!PLACES[i].place.n)
            continue;
        bool fine = place_try(d, PLACES[i].place, PLACES[i].conditions) == OK;
        doctor_say(
            d, f, fine ? DOCTOR_OK : DOCTOR_BAD,
            fine ? str_fmt(d->mem, "%.*s can be written, read and cleared", FMT(PLACES[i].place))
                 : last_words(d),
            fine ? "" : "see docs/sysadmin.md, Media and log in S3");
    }
}

struct sampling {
    arena *mem;
    str from;
    struct doctor_blob *v;
    size_t n;
};

static err sample(struct tx *t, void *ctx)
{
    struct sampling *s = ctx;
    return store_doctor_blobs(t, s->mem, s->from, SAMPLE, &s->v, &s->n);
}

static bool blob_fine(struct blob_store *store, const struct doctor_blob *b)
{
    int fd = -1;
    int64_t size = 0;
    if (blob_open(store, b->blob, &fd, &size) != OK)
        return false;
    close(fd);
    return size == b->size;
}

void look_blobs(struct doctor *d, struct finding_of *f)
{
    struct sampling s = {.mem = d->mem,
                         .from = str_fmt(d->mem, "%02x", (unsigned)clock_ms() % 256)};
    err e = db_read(d->b->site.db, sample, &s);
    if (e == OK && s.n < SAMPLE) {
        s.from = S("");
        e = db_read(d->b->site.db, sample, &s);
    }
    if (e != OK) {
        doctor_say(d, f, DOCTOR_BAD, last_words(d), "");
        return;
    }
    int64_t bad = 0;
    for (size_t i = 0; i < s.n; i++)
        bad += !blob_fine(d->b->site.blobs, &s.v[i]);
    fault_clear();
    doctor_say(d, f, bad ? DOCTOR_BAD : DOCTOR_OK,
               str_fmt(d->mem, "%lld of %zu that were looked at are missing or of another size",
                       (long long)bad, s.n),
               bad ? "restore DATA/blobs from a backup; backup names each" : "");
}
