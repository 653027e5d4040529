/* Uploading audio and video: in pieces by a script, or whole by a plain form. */
#include "base/clock.h"
#include "base/json.h"
#include "job/job.h"
#include "media/convert.h"
#include "media/work.h"

enum { ANSWER_MAX = 8192 };

struct act {
    struct request *r;
    struct media_work w;
    struct media_limits limits;
    struct media media; /* when done */
    int64_t received;
    str reason;
};

static str name_of(struct request *r, str name)
{
    str last = name;
    for (str rest = name; rest.p;) /* some browsers send a path */
        last = str_split(rest, '\\', &rest);
    return str_ellipsis(r->mem, str_trim(last.p ? last : S("")), MEDIA_NAME_MAX - 1);
}

static err begin_tx(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return work_begin(t, &a->w, &a->limits, &a->w.id);
}

static err load_read(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    int64_t account = a->r->member.account_id;
    TRY(work_load(t, a->r->mem, account, a->w.id, &a->w));
    return a->w.hash.n ? media_load(t, a->r->mem, account, a->w.hash, &a->media) : OK;
}

static err load(struct act *a)
{
    TRY(request_arg_int(a->r, "id", &a->w.id));
    return request_read(a->r, load_read, a);
}

/* Where the file is: what a script shows, and where it goes on after a lost connection. */
static err answer(struct act *a, int status)
{
    struct request *r = a->r;
    const struct media_work *w = &a->w;
    struct jw j;
    jw_init(&j, r->mem, ANSWER_MAX);
    jw_object(&j);
    jw_key_str(&j, "id", str_fmt(r->mem, "%lld", (long long)w->id)); /* above 2^53 */
    jw_key_str(&j, "state", w->state);
    jw_key_int(&j, "received", w->received);
    jw_key_int(&j, "size", w->size);
    jw_key_int(&j, "piece", WORK_PIECE);
    jw_key_int(&j, "progress", w->progress);
    if (w->reason.n) {
        jw_key_str(&j, "reason", w->reason);
        jw_key_str(&j, "message",
                   msg_lookup(r->lang, "reason.", str_z(r->mem, w->reason), MSG_reason_internal));
    }
    if (w->hash.n) {
        jw_key_str(&j, "hash", w->hash);
        jw_key_str(&j, "mime", a->media.mime);
        jw_key_str(&j, "poster", a->media.poster);
        jw_key_int(&j, "duration_ms", a->media.duration_ms);
    }
    jw_end(&j);
    return reply_json(r, status, buf_str(&j.out));
}

/* ---- in pieces ---- */

static err begin(struct act *a, str name, int64_t size)
{
    struct request *r = a->r;
    TRY(convert_ready());
    a->limits = media_limits_now(r->site, r->mem);
    a->w = (struct media_work){.account_id = r->member.account_id,
                               .created_by = r->session.user_id,
                               .name = name_of(r, name),
                               .size = size,
                               .state = S("receiving"),
                               .reason = S(""),
                               .hash = S("")};
    return request_tx(r, begin_tx, a);
}

err do_upload_begin(struct request *r)
{
    struct act a = {.r = r};
    int64_t size = 0;
    if (str_int(request_field(r, "size"), &size) != OK)
        return fault_field(ERR_INVALID, "media_empty", "size", "no size");
    TRY(begin(&a, request_field(r, "name"), size));
    return answer(&a, 201);
}

err page_upload(struct request *r)
{
    struct act a = {.r = r};
    TRY(load(&a));
    return answer(&a, 200);
}

static err received_tx(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return work_received(t, &a->w, a->received);
}

/* 409 answers how it really is: how much is here, ended or cancelled meanwhile. */
err do_upload_piece(struct request *r)
{
    struct act a = {.r = r};
    const struct upload *u = request_upload(r, "file");
    int64_t offset = 0;
    if (!u || str_int(request_field(r, "offset"), &offset) != OK)
        return fault_field(ERR_INVALID, "file_required", "file", "no piece sent");
    TRY(load(&a));
    err e = work_write(r->site, r->mem, &a.w, offset, u->fd, &a.received);
    if (e == OK)
        e = request_tx(r, received_tx, &a);
    if (e != OK && e != ERR_CONFLICT)
        return e;
    TRY(load(&a));
    return answer(&a, e == OK ? 200 : 409);
}

static err finish_tx(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return work_finish(t, &a->w);
}

static err fail_tx(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return work_fail(t, &a->w, a->reason);
}

/* A file that is plainly none of ours ends here and not minutes later. */
static err finish(struct act *a)
{
    struct request *r = a->r;
    err e = work_check(r->site, r->mem, &a->w);
    if (e == ERR_INVALID) {
        struct fault why = fault_of(e);
        a->reason = str_dup(r->mem, str_from(why.reason));
        TRY(request_tx(r, fail_tx, a));
        work_remove(r->site, r->mem, &a->w);
        fault_copy(&why);
        return e;
    }
    TRY(e);
    TRY(request_tx(r, finish_tx, a));
    job_runner_poke(r->site->jobs);
    return OK;
}

err do_upload_finish(struct request *r)
{
    struct act a = {.r = r};
    TRY(load(&a));
    err e = finish(&a);
    if (e != OK && e != ERR_CONFLICT)
        return e;
    TRY(load(&a));
    return answer(&a, e == OK ? 200 : 409);
}

static err cancel_tx(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return work_cancel(t, a->r->member.account_id, a->w.id);
}

err do_upload_cancel(struct request *r)
{
    struct act a = {.r = r};
    TRY(load(&a));
    TRY(request_tx(r, cancel_tx, &a));
    if (!str_eq(a.w.state, S("working"))) /* else the job removes it when it hears of it */
        work_remove(r->site, r->mem, &a.w);
    reply_flash(r, MSG_media_cancelled);
    return reply_redirect(r, str_fmt(r->mem, "/console/%.*s/media", FMT(r->member.handle)));
}

/* ---- whole ---- */

err work_take(struct request *r, const struct upload *u)
{
    struct act a = {.r = r};
    TRY(begin(&a, u->filename, u->size));
    err e = work_write(r->site, r->mem, &a.w, 0, u->fd, &a.received);
    if (e == OK)
        e = request_tx(r, received_tx, &a);
    if (e == OK) {
        a.w.received = a.received;
        e = finish(&a);
    }
    return e;
}
