/* Looks at settings, files and the machine. */
#include "app/doctor.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/rand.h"
#include "intake/convert.h"
#include "mail/fetch.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    DISK_FREE_MIN_MB = 256, /* below it the server soon refuses to write */
    DISK_FREE_WARN_MB = 2048,
    INODES_MIN = 10000,
    FILES_SPARE = 256,
    SECRET_MIN = 16,
    ARGON2_MEMORY_MIN = 19 << 20, /* OWASP's lowest */
    RATE_FACTOR_MAX = 10,
    STAFF_IDLE_MAX_S = 8 * 3600,
    REACH_MS = 5000,
    BACKUP_DAYS = 7,
};
static const int64_t CLOCK_PLAUSIBLE_MS = 1767225600000; /* 2026-01-01 */

/* ---- settings ---- */

static bool local(str listen)
{
    return str_starts(listen, S("127.")) || str_starts(listen, S("localhost")) ||
           str_starts(listen, S("[::1]"));
}

static bool local_url(str url)
{
    str host = str_sub(url, str_find(url, ':') + 3, url.n);
    return local(host);
}

struct unsafe {
    bool found;
    enum doctor_level level;
    const char *what, *advice;
};

void look_settings(struct doctor *d, struct finding_of *f)
{
    const struct settings *s = &d->b->settings;
    bool https = str_starts(s->public_url, S("https://"));
    bool proxies = s->trusted_proxies.n > 0;
    bool everybody =
        str_has(s->trusted_proxies, S("0.0.0.0/0")) || str_has(s->trusted_proxies, S("::/0"));
    const struct unsafe RULES[] = {
        {!https && !local_url(s->public_url), DOCTOR_BAD, "public_url is not https",
         "put a proxy with TLS in front and set public_url = https://..."},
        {https && local(s->listen) && !proxies, DOCTOR_WARN,
         "behind a proxy that trusted_proxies does not name",
         "set trusted_proxies to the proxy's address, else all readers share one rate limit"},
        {everybody, DOCTOR_BAD, "trusted_proxies trusts everybody",
         "name the proxy's own address only"},
        {s->metrics_listen.n && !local(s->metrics_listen), DOCTOR_WARN,
         "metrics_listen is open to others", "bind it to 127.0.0.1, or keep it behind a firewall"},
        {s->sms_url.n && s->sms_secret.n < SECRET_MIN, DOCTOR_BAD, "sms_secret is too short",
         "set 16 random characters or more"},
        {s->verifier_url.n && s->verifier_secret.n < SECRET_MIN, DOCTOR_BAD,
         "verifier_secret is too short", "set 16 random characters or more"},
        {!s->sms_url.n, DOCTOR_WARN, "sms_url is not set",
         "nobody can sign up until there is a gateway: codes stay in the outbox"},
        {s->argon2_memory < ARGON2_MEMORY_MIN, DOCTOR_WARN, "argon2_memory is below 19M",
         "remove the setting: the default is 19M"},
        {s->rate_factor > RATE_FACTOR_MAX, DOCTOR_WARN, "rate_factor lifts the limits of requests",
         "set it to 1 unless this is a test"},
        {s->staff_session_idle > STAFF_IDLE_MAX_S, DOCTOR_WARN,
         "staff stay logged in for over 8 hours without a request", "lower staff_session_idle"},
        {!s->access_log, DOCTOR_WARN, "access_log is off",
         "the log of requests is asked for (A16.2)"},
    };
    doctor_say(d, f, DOCTOR_OK, s->listen, "");
    for (size_t i = 0; i < LEN(RULES); i++)
        if (RULES[i].found)
            doctor_say(d, f, RULES[i].level, str_from(RULES[i].what), RULES[i].advice);
}

/* ---- files ---- */

static void look_mode(struct doctor *d, struct finding_of *f, str path, mode_t forbidden)
{
    struct stat st;
    if (!path.n || stat(str_z(d->mem, path), &st) != 0)
        return;
    if (st.st_mode & forbidden)
        doctor_say(d, f, DOCTOR_BAD,
                   str_fmt(d->mem, "%.*s has mode %04o", FMT(path), (unsigned)(st.st_mode & 07777)),
                   "take it from group and others: chmod go-rwx");
    if (st.st_uid != geteuid() && geteuid() != 0)
        doctor_say(d, f, DOCTOR_WARN, str_fmt(d->mem, "%.*s belongs to another user", FMT(path)),
                   "run this as the server's user");
}

void look_files(struct doctor *d, struct finding_of *f)
{
    enum { OTHERS = S_IRWXG | S_IRWXO };
    const struct settings *s = &d->b->settings;
    const str PATHS[] = {s->data,         s->vault_key_file,
                         s->log_key_file, s->log_state_file,
                         s->config,       str_cat(d->mem, s->data, S("/gongqi.db"))};
    doctor_say(d, f, DOCTOR_OK, S("modes and owners of data, keys and database"), "");
    for (size_t i = 0; i < LEN(PATHS); i++)
        look_mode(d, f, PATHS[i], i == 4 ? S_IWGRP | S_IWOTH : i == 5 ? S_IRWXO : OTHERS);
}

/* The database's own modes follow the umask; the folder around it is closed. */
void look_space(struct doctor *d, struct finding_of *f)
{
    struct statvfs v;
    const char *dir = str_z(d->mem, d->b->site.data_dir);
    if (statvfs(dir, &v) != 0 || access(dir, R_OK | W_OK | X_OK) != 0) {
        doctor_say(d, f, DOCTOR_BAD, str_fmt(d->mem, "%s can't be written", dir),
                   "give it to the server's user");
        return;
    }
    unsigned long long mb = (unsigned long long)v.f_bavail * v.f_frsize >> 20;
    enum doctor_level level = mb < DISK_FREE_MIN_MB    ? DOCTOR_BAD
                              : mb < DISK_FREE_WARN_MB ? DOCTOR_WARN
                                                       : DOCTOR_OK;
    doctor_say(d, f, level, str_fmt(d->mem, "%s, %llu MiB free", dir, mb),
               level == DOCTOR_OK ? "" : "make room: below 64 MiB nothing is written any more");
    if (v.f_files && v.f_favail < INODES_MIN)
        doctor_say(d, f, DOCTOR_WARN,
                   str_fmt(d->mem, "%llu files can still be made", (unsigned long long)v.f_favail),
                   "each picture takes up to four files: use a file system with more inodes");
}

void look_limits(struct doctor *d, struct finding_of *f)
{
    struct rlimit files;
    const struct settings *s = &d->b->settings;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    bool few = files.rlim_max < (rlim_t)(s->connections + FILES_SPARE);
    doctor_say(d, f, few ? DOCTOR_WARN : DOCTOR_OK,
               str_fmt(d->mem, "%llu open files at most here, %lld connections are set",
                       (unsigned long long)files.rlim_max, (long long)s->connections),
               few ? "raise LimitNOFILE of the service, or lower connections" : "");
}

void look_clock(struct doctor *d, struct finding_of *f)
{
    bool fine = clock_ms() > CLOCK_PLAUSIBLE_MS;
    doctor_say(d, f, fine ? DOCTOR_OK : DOCTOR_BAD, clock_rfc3339(d->mem, clock_ms()),
               fine ? "" : "set the clock, and let NTP keep it");
}

/* ---- sandbox ---- */

void look_sandbox(struct doctor *d, struct finding_of *f)
{
    enum { LANDLOCK_VERSION = 1 };
    struct converting one = {.html = S("<p>x</p>")};
    err e = convert_batch(d->mem, S("https://example.org"), &one, 1);
    bool works = e == OK && one.failed == OK;
    long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
    doctor_say(d, f, works ? DOCTOR_OK : DOCTOR_BAD,
               works ? S("workers start behind seccomp")
                     : str_dup(d->mem, str_from(fault_last()->text)),
               works ? "" : "no picture can be taken in: look at the service's SystemCallFilter");
    doctor_say(d, f, landlock > 0 ? DOCTOR_OK : DOCTOR_WARN,
               landlock > 0 ? str_fmt(d->mem, "Landlock %ld", landlock) : S("no Landlock"),
               landlock > 0 ? "" : "audio and video need it: a kernel of 5.13 or newer");
    if (access("/usr/bin/ffmpeg", X_OK) != 0)
        doctor_say(d, f, DOCTOR_WARN, S("no ffmpeg"), "install it for audio and video");
}

/* ---- network ---- */

static err reach(struct doctor *d, str url, str path, struct fetch_out *ret_out)
{
    str host = str_sub(url, str_find(url, ':') + 3, url.n);
    host = str_sub(host, 0, str_find(host, '/'));
    host = str_sub(host, 0, str_find(host, ':'));
    const struct fetch_in in = {
        .method = "GET", .url = str_cat(d->mem, url, path), .allow = host, .timeout_ms = REACH_MS};
    return fetch(d->mem, &in, ret_out);
}

void look_server(struct doctor *d, struct finding_of *f)
{
    struct fetch_out out;
    str url = str_fmt(d->mem, "http://%.*s", FMT(d->b->settings.listen));
    err e = reach(d, url, S("/readyz"), &out);
    fault_clear();
    d->serving = e == OK && out.status != 404;
    bool ready = e == OK && out.status == 200;
    doctor_say(d, f, d->serving && !ready ? DOCTOR_BAD : DOCTOR_OK,
               !d->serving ? str_fmt(d->mem, "none answers at %.*s", FMT(url))
               : ready     ? str_fmt(d->mem, "ready at %.*s", FMT(url))
                           : str_fmt(d->mem, "not ready: %.*s", FMT(str_trim(out.body))),
               d->serving && !ready ? "see what /readyz names" : "");
}

static void look_address(struct doctor *d, struct finding_of *f, const char *name, str url)
{
    err e = fetch_reach(d->mem, url, REACH_MS);
    str why = e == OK ? S("") : str_dup(d->mem, str_from(fault_of(e).text));
    doctor_say(
        d, f, e == OK ? DOCTOR_OK : DOCTOR_WARN,
        str_fmt(d->mem, "%s %s %.*s", name, e == OK ? "answers" : "does not answer:", FMT(why)),
        e == OK ? "" : "check name, port, firewall and certificate");
}

/* A connection each, with TLS and its certificate where the address says so; nothing is sent. */
void look_addresses(struct doctor *d, struct finding_of *f)
{
    const struct settings *s = &d->b->settings;
    const struct {
        const char *name;
        str url;
    } ALL[] = {{"public_url", str_starts(s->public_url, S("https://")) ? s->public_url : S("")},
               {"sms_url", s->sms_url},
               {"smtp_url", s->smtp_url},
               {"verifier_url", s->verifier_url}};
    for (size_t i = 0; i < LEN(ALL); i++)
        if (ALL[i].url.n)
            look_address(d, f, ALL[i].name, ALL[i].url);
    if (!f->detail.n)
        doctor_say(d, f, DOCTOR_OK, S("none are set"), "");
}

/* ---- backup ---- */

void look_backup(struct doctor *d, struct finding_of *f)
{
    struct stat st;
    str path = str_cat(d->mem, d->b->settings.data, S("/backup.last"));
    if (stat(str_z(d->mem, path), &st) != 0) {
        doctor_say(d, f, DOCTOR_WARN, S("none was made by `gongqi backup`"),
                   "make one, and one each day: gongqi backup FILE");
        return;
    }
    int64_t days = (clock_ms() / SECOND_MS - st.st_mtime) / (DAY_MS / SECOND_MS);
    doctor_say(d, f, days >= BACKUP_DAYS ? DOCTOR_WARN : DOCTOR_OK,
               str_fmt(d->mem, "the last one %lld days ago", (long long)days),
               days >= BACKUP_DAYS ? "make one each day: gongqi backup FILE" : "");
}
