/* Files on their way in: the pieces on disk, the job that converts them, the sweep. */
#include "media/work.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "blob/blob.h"
#include "media/convert.h"
#include "settings/provider.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, RENEW_MS = 2000, MEGA = 1000 * 1000 };

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
#define AUTO_FD __attribute__((cleanup(fd_close))) int

struct media_limits media_limits_now(struct site *site, arena *mem)
{
    struct provider_settings ps;
    provider_live_get(site->provider, mem, &ps);
    return (struct media_limits){
        .audio = {ps.media_audio_mb * MEGA, ps.media_audio_minutes * MINUTE_MS},
        .video = {ps.media_video_mb * MEGA, ps.media_video_minutes * MINUTE_MS},
        .short_side = str_eq(ps.media_height, S("1080")) ? 1080 : 720,
    };
}

/* ---- pieces ---- */

static str dir_of(struct site *site, arena *mem)
{
    return str_cat(mem, site->data_dir, S("/media"));
}

static const char *path_of(struct site *site, arena *mem, const struct media_work *w)
{
    return str_z(mem, str_fmt(mem, "%.*s/media/%lld-%lld", FMT(site->data_dir),
                              (long long)w->account_id, (long long)w->id));
}

static err part_open(struct site *site, arena *mem, const struct media_work *w, int flags,
                     int *ret_fd)
{
    if (mkdir(str_z(mem, dir_of(site, mem)), 0700) != 0 && errno != EEXIST)
        return file_fault("mkdir", "a media file");
    int fd = open(path_of(site, mem, w), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == ENOENT)
        return fault(ERR_CONFLICT, "media_not_receiving", "cancelled meanwhile");
    if (fd < 0)
        return file_fault("open", "a media file");
    *ret_fd = fd;
    return OK;
}

static err copy(int from, int to, int64_t offset, int64_t room, int64_t *ret_n)
{
    uint8_t chunk[CHUNK];
    int64_t done = 0;
    for (;;) {
        ssize_t n = pread(from, chunk, sizeof chunk, (off_t)done);
        if (n < 0)
            return file_fault("read", "a media file");
        if (n == 0)
            break;
        if (done + n > room)
            return fault(ERR_INVALID, "media_size", "longer than announced");
        for (ssize_t put = 0, k; put < n; put += k) {
            k = pwrite(to, chunk + put, (size_t)(n - put), (off_t)(offset + done + put));
            if (k <= 0)
                return file_fault("write", "a media file");
        }
        done += n;
    }
    *ret_n = done;
    return OK;
}

err work_write(struct site *site, arena *mem, const struct media_work *w, int64_t offset, int fd,
               int64_t *ret_received)
{
    AUTO_FD part = -1;
    int64_t n = 0;
    if (!str_eq(w->state, S("receiving")))
        return fault(ERR_CONFLICT, "media_not_receiving", "is %.*s", FMT(w->state));
    if (offset != w->received)
        return fault(ERR_CONFLICT, "media_offset", "%lld bytes are here", (long long)w->received);
    TRY(part_open(site, mem, w, O_RDWR | O_CREAT, &part));
    if (flock(part, LOCK_EX | LOCK_NB) != 0)
        return fault(ERR_CONFLICT, "media_offset", "another piece is being written");
    TRY(copy(fd, part, offset, w->size - offset, &n));
    if (fdatasync(part) != 0)
        return file_fault("sync", "a media file");
    *ret_received = offset + n;
    return OK;
}

err work_check(struct site *site, arena *mem, const struct media_work *w)
{
    AUTO_FD part = -1;
    const char *format;
    if (!str_eq(w->state, S("receiving")))
        return fault(ERR_CONFLICT, "media_not_receiving", "is %.*s", FMT(w->state));
    TRY(part_open(site, mem, w, O_RDONLY, &part));
    return convert_sniff(part, &format);
}

void work_remove(struct site *site, arena *mem, const struct media_work *w)
{
    (void)unlink(path_of(site, mem, w));
}

/* ---- converting ---- */

struct converting {
    struct site *site;
    const struct job *job;
    struct media_work w;
    struct convert_probe probe, made;
    struct media media;
    struct media_stored poster;
    struct media_in poster_in;
    int64_t renewed_us;
    int thousandths;
    err stopped; /* why go_on said no */
    struct fault why;
};

static err start_tx(struct tx *t, void *ctx)
{
    struct converting *c = ctx;
    TRY(work_load(t, c->job->mem, c->w.account_id, c->w.id, &c->w));
    return work_start(t, &c->w);
}

static err progress_tx(struct tx *t, void *ctx)
{
    const struct converting *c = ctx;
    return work_progress(t, &c->w, c->thousandths);
}

static err renew(struct converting *c)
{
    TRY(job_renew(c->job));
    return db_tx(c->site->db, progress_tx, c);
}

static bool go_on(void *ctx, int64_t done_ms)
{
    struct converting *c = ctx;
    int64_t now = clock_mono_us();
    if (c->probe.ms)
        c->thousandths = (int)(done_ms * 1000 / c->probe.ms);
    c->thousandths = c->thousandths > 999 ? 999 : c->thousandths;
    if (now - c->renewed_us < (int64_t)RENEW_MS * 1000)
        return true;
    c->renewed_us = now;
    c->stopped = renew(c);
    if (c->stopped != OK)
        c->why = fault_of(c->stopped);
    return c->stopped == OK;
}

/* A file without a name: nothing can be left behind. */
static err unnamed(struct site *site, arena *mem, int *ret_fd)
{
    int fd = open(str_z(mem, dir_of(site, mem)), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_fault("temporary file", "a media file");
    *ret_fd = fd;
    return OK;
}

static err poster_make(struct converting *c, int video)
{
    arena *mem = c->job->mem;
    AUTO_FD png = memfd_create("poster", MFD_CLOEXEC);
    if (png < 0)
        return file_fault("memfd", "a media file");
    TRY(convert_poster(video, &c->made, png, mem));
    c->poster_in = (struct media_in){.account_id = c->w.account_id,
                                     .user_id = c->w.created_by,
                                     .fd = png,
                                     .alt = S(""),
                                     .name = c->w.name,
                                     .kind = IMAGE_ARTICLE};
    TRY(media_take(c->site, mem, &c->poster_in, &c->poster));
    c->media.poster = c->poster.media.hash;
    return OK;
}

static err keep(struct converting *c, int out)
{
    c->media = (struct media){.account_id = c->w.account_id,
                              .mime = c->made.video ? S(MEDIA_VIDEO_MIME) : S(MEDIA_AUDIO_MIME),
                              .width = c->made.width,
                              .height = c->made.height,
                              .name = c->w.name,
                              .poster = S(""),
                              .duration_ms = c->made.ms};
    if (c->made.video)
        TRY(poster_make(c, out));
    return blob_put_fd(c->site->blobs, c->job->mem, out, &c->media.hash, &c->media.size);
}

static err convert_file(struct converting *c)
{
    arena *mem = c->job->mem;
    struct media_limits limits = media_limits_now(c->site, mem);
    AUTO_FD in = -1;
    AUTO_FD out = -1;
    TRY(part_open(c->site, mem, &c->w, O_RDONLY, &in));
    TRY(convert_probe(in, mem, &c->probe));
    if (c->w.size > (c->probe.video ? limits.video.bytes : limits.audio.bytes))
        return fault(ERR_TOO_LARGE, "media_too_big", "%lld bytes", (long long)c->w.size);
    TRY(unnamed(c->site, mem, &out));
    struct convert run = {.in = in,
                          .out = out,
                          .probe = &c->probe,
                          .max_ms = c->probe.video ? limits.video.ms : limits.audio.ms,
                          .short_side = limits.short_side,
                          .go_on = go_on,
                          .ctx = c};
    err e = convert_run(&run, mem, &c->made);
    if (e == ERR_CONFLICT && c->stopped != OK) {
        fault_copy(&c->why);
        return c->stopped;
    }
    TRY(e);
    return keep(c, out);
}

static err done_tx(struct tx *t, void *ctx)
{
    const struct converting *c = ctx;
    TRY(work_done(t, &c->w, c->media.hash));
    if (c->media.poster.n)
        TRY(media_store_add(t, &c->poster_in, &c->poster));
    return media_store_file(t, &c->media, c->w.created_by);
}

struct failing {
    const struct media_work *w;
    str reason;
};
static err fail_tx(struct tx *t, void *ctx)
{
    const struct failing *f = ctx;
    return work_fail(t, f->w, f->reason);
}

static err fail(struct site *site, arena *mem, const struct media_work *w, str reason)
{
    TRY(db_tx(site->db, fail_tx, &(struct failing){w, reason}));
    work_remove(site, mem, w);
    return OK;
}

/* What is the file's fault ends the work and not the job; what is ours is tried again, and told as
 * ours after the last try. */
static err judge(struct converting *c, err e)
{
    struct fault why = fault_of(e);
    arena *mem = c->job->mem;
    if (e == ERR_INVALID || e == ERR_TOO_LARGE)
        return fail(c->site, mem, &c->w, str_dup(mem, str_from(why.reason)));
    if (e == ERR_CONFLICT && str_eq(str_from(why.reason), S("media_not_running"))) {
        work_remove(c->site, mem, &c->w);
        return OK;
    }
    if (e != ERR_RETRY && e != ERR_CONFLICT && c->job->tries >= WORK_JOB_TRIES)
        TRY(fail(c->site, mem, &c->w, S("media_unavailable")));
    fault_copy(&why);
    return e;
}

err work_job(struct site *site, const struct job *job)
{
    JSON_AUTO *args = NULL;
    TRY(json_read(job->args, &args));
    struct converting c = {
        .site = site,
        .job = job,
        .w = {.account_id = json_number(args, "account", 0), .id = json_number(args, "id", 0)}};
    err e = db_tx(site->db, start_tx, &c);
    if (e == ERR_NOT_FOUND)
        return OK; /* forgotten meanwhile */
    if (e == OK)
        e = convert_file(&c);
    if (e == OK)
        e = db_tx(site->db, done_tx, &c);
    if (e != OK)
        return judge(&c, e);
    work_remove(site, job->mem, &c.w);
    return OK;
}

/* ---- the sweep ---- */

struct sweeping {
    arena *mem;
    int64_t before;
    struct media_work *v;
    size_t n;
    int64_t account_id, id;
    bool live;
};

static err stale_read(struct tx *t, void *ctx)
{
    struct sweeping *s = ctx;
    return work_stale(t, s->mem, s->before, &s->v, &s->n);
}

static err forget_tx(struct tx *t, void *ctx)
{
    const struct sweeping *s = ctx;
    return work_forget(t, s->before);
}

static err live_read(struct tx *t, void *ctx)
{
    struct sweeping *s = ctx;
    struct media_work w;
    err e = work_load(t, s->mem, s->account_id, s->id, &w);
    if (e == ERR_NOT_FOUND) {
        s->live = false;
        return OK;
    }
    s->live = e == OK && !str_eq(w.state, S("done")) && !str_eq(w.state, S("failed")) &&
              !str_eq(w.state, S("cancelled"));
    return e;
}

/* "<account>-<id>": what a node that died left of a work that has ended. */
static err leftover(struct site *site, arena *mem, str name)
{
    struct sweeping s = {.mem = mem};
    str rest, account = str_split(name, '-', &rest);
    if (str_int(account, &s.account_id) != OK || str_int(rest, &s.id) != OK)
        return OK;
    TRY(db_read(site->db, live_read, &s));
    if (!s.live)
        work_remove(site, mem, &(struct media_work){.account_id = s.account_id, .id = s.id});
    return OK;
}

static void dir_close(DIR **d)
{
    if (*d)
        closedir(*d);
}

static err leftovers(struct site *site, arena *mem)
{
    __attribute__((cleanup(dir_close))) DIR *d = opendir(str_z(mem, dir_of(site, mem)));
    if (!d)
        return OK; /* nothing came yet */
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        TRY(leftover(site, mem, str_dup(mem, str_from(e->d_name))));
    return OK;
}

err work_sweep(struct site *site, arena *mem)
{
    struct sweeping s = {.mem = mem, .before = clock_ms() - WORK_IDLE_HOURS * HOUR_MS};
    TRY(db_read(site->db, stale_read, &s));
    for (size_t i = 0; i < s.n; i++)
        TRY(fail(site, mem, &s.v[i], S("media_expired")));
    s.before = clock_ms() - WORK_KEPT_DAYS * DAY_MS;
    TRY(db_tx(site->db, forget_tx, &s));
    return leftovers(site, mem);
}
