/* A file of audio or video on its way in: received in pieces that a lost connection does not undo,
 * then converted by a job (convert.h) that shows how far it is and can be cancelled. Pieces stand
 * below DATA/media until then; a refused, cancelled or abandoned file leaves nothing there. */
#pragma once
#include "job/job.h"
#include "media/media.h"

#define MEDIA_JOB "media_convert"
enum {
    WORK_OPEN_MAX = 8,    /* files of one account on their way at a time */
    WORK_PIECE = 8 << 20, /* bytes that a script sends at a time */
    WORK_IDLE_HOURS = 24, /* after which an unfinished upload is given up */
    WORK_KEPT_DAYS = 7,   /* how long the list shows what failed or was cancelled */
    WORK_LIST_MAX = 20,
};

struct media_work {
    int64_t account_id, id, created_by, created_at, touched_at;
    str name;
    int64_t size, received;
    str state;    /* receiving, waiting, working, done, failed, cancelled */
    int progress; /* thousandths */
    str reason;   /* failed: key of a message */
    str hash;     /* done */
};

/* What the provider allows (settings media_*). */
struct media_limits {
    struct {
        int64_t bytes, ms;
    } audio, video;
    int short_side; /* px */
};
struct media_limits media_limits_now(struct site *site, arena *mem);

/* Announces a file; w has account_id, created_by, name, size; *ret_id names it. ERR_TOO_LARGE
 * "media_too_big", ERR_INVALID "media_empty", ERR_LIMIT "media_too_many". */
err work_begin(struct tx *t, const struct media_work *w, const struct media_limits *l,
               int64_t *ret_id);
err work_load(struct tx *t, arena *mem, int64_t account_id, int64_t id, struct media_work *ret_w);
/* What is not done, newest first: at most WORK_LIST_MAX. */
err work_list(struct tx *t, arena *mem, int64_t account_id, struct media_work **ret_v,
              size_t *ret_n);

/* Adds all of fd at offset, durably, outside a transaction; w as loaded. ERR_CONFLICT
 * "media_offset" when the file is not exactly that long yet, "media_not_receiving"; ERR_INVALID
 * "media_size" when it gets longer than announced. Then work_received in a transaction. */
err work_write(struct site *site, arena *mem, const struct media_work *w, int64_t offset, int fd,
               int64_t *ret_received);
err work_received(struct tx *t, const struct media_work *w, int64_t received);
/* All is there: looks at the first bytes (errors of convert_sniff, which end the upload). */
err work_check(struct site *site, arena *mem, const struct media_work *w);
/* Hands it to the job. ERR_CONFLICT "media_incomplete", "media_not_receiving". */
err work_finish(struct tx *t, const struct media_work *w);
/* The end without a file; ERR_CONFLICT "media_not_running" when it has ended already. */
err work_cancel(struct tx *t, int64_t account_id, int64_t id);
err work_fail(struct tx *t, const struct media_work *w, str reason);
/* Removes the pieces; after the transaction that ended it. */
void work_remove(struct site *site, arena *mem, const struct media_work *w);

/* All of it at once, from a plain form: begins, keeps and finishes. Errors of these. */
err work_take(struct request *r, const struct upload *u);

/* Job MEDIA_JOB, and the hourly sweep of what was abandoned. */
err work_job(struct site *site, const struct job *job);
enum { WORK_JOB_TRIES = 5 };
err work_sweep(struct site *site, arena *mem);

/* ---- SQL for the two above ---- */
err work_start(struct tx *t, const struct media_work *w); /* to working; ERR_CONFLICT: cancelled */
err work_progress(struct tx *t, const struct media_work *w, int thousandths); /* the same */
err work_done(struct tx *t, const struct media_work *w, str hash);
err work_stale(struct tx *t, arena *mem, int64_t before, struct media_work **ret_v, size_t *ret_n);
err work_forget(struct tx *t, int64_t before);
