/* A person's own data (A9.1; Personal Information Protection Law 2021 art. 44 to 47): what is held
 * about them, why, how long and who looked at it; and all of it as a file. An account of theirs can
 * be written out and read in again. */
#pragma once
#include "db/db.h"
#include "job/job.h"
#include "web/site.h"

/* ---- classes of data (classes.def) ---- */
enum own_class {
#define X(name, ...) OWN_##name,
#include "owndata/classes.def"
#undef X
    OWN_CLASSES
};
enum { OWN_COLUMNS = 5, OWN_ROWS_MAX = 20000 };
struct own_spec {
    const char *name, *source, *kept, *href;
    int shown;                       /* the first so many columns are words for people */
    const char *column[OWN_COLUMNS]; /* "" = not used */
};
extern const struct own_spec OWN_SPEC[OWN_CLASSES];
struct own_row {
    int64_t at;
    str v[OWN_COLUMNS];
};
/* Newest first, at most limit (at most OWN_ROWS_MAX). Of class look the readers are posts, not
 * names; of login and registrant the mobile number and the name are masked. */
err own_rows(struct tx *t, arena *mem, struct vault *v, int64_t user_id, enum own_class c,
             int limit, struct own_row **ret_v, size_t *ret_n);

/* ---- writing out ---- */
/* Where an export goes: a folder, or a ZIP file. */
struct export_sink {
    err (*text)(void *ctx, str name, struct bytes data);
    err (*file)(void *ctx, str name, int fd);
    /* May be NULL: after each part; an error ends the export. */
    err (*step)(void *ctx, int64_t done, int64_t all);
    void *ctx;
};
struct export_counts {
    int64_t articles, media;
};
/* account.json; articles/<no>.json (what import reads), <no>.md (for people and for `import
 * markdown`), <no>.v<k>.json (older versions); media/<hash>.<type> as they are served. Drafts come
 * too; what was put away does not, nor media that a measure blocks. Names begin with prefix. */
struct account_out {
    struct site *site;
    int64_t account_id;
    str prefix; /* "" or "accounts/riverside/" */
};
err account_export(const struct account_out *o, arena *mem, const struct export_sink *sink,
                   struct export_counts *ret_counts);
/* A new folder; ERR_CONFLICT "exists" when there is one already. */
err folder_sink(arena *mem, const char *dir, struct export_sink *ret_sink);

/* ---- reading in ---- */
/* What account_export wrote, into another account (or again into the same). Each published article
 * is submitted through the gate like every other; one that is refused, and every other one, is kept
 * as a draft. What the account has already is left alone, so an import that was cut off can be run
 * again. Pictures are decoded in the sandbox, audio and video probed; their bytes stay as they are,
 * since a gongqi site made them: a picture with anything else in its file is refused. */
struct account_in {
    struct site *site;
    int64_t account_id, user_id;
    const char *dir;
    void (*say)(void *ctx, str what, str result,
                str why); /* one line per article and refused file */
    void *ctx;
};
struct import_counts {
    int64_t submitted, drafts, there, refused;
};
err account_import(const struct account_in *in, arena *mem, struct import_counts *ret_counts);

/* ---- exports that a person asks for ---- */
enum {
    EXPORT_DAILY = 3, /* of one person in 24 hours, own data and accounts each */
    EXPORT_DAYS = 7,  /* the file is there so long */
};
struct own_export {
    int64_t user_id, id, account_id /* 0: everything of the person */;
    int64_t size, asked_at, done_at, expires_at;
    str state, reason, blob, handle; /* handle: of the account, "" without one */
    int progress;                    /* thousandths */
};
/* ERR_LIMIT "export_daily"; ERR_CONFLICT "export_waits" while one of the same is being made. Poke
 * the jobs after. */
err export_ask(struct tx *t, arena *mem, int64_t user_id, int64_t account_id);
/* Newest first, at most 50. */
err export_list(struct tx *t, arena *mem, int64_t user_id, struct own_export **ret_v,
                size_t *ret_n);
/* ERR_NOT_FOUND unless it is this person's. */
err export_load(struct tx *t, arena *mem, int64_t user_id, int64_t id, struct own_export *ret_e);
#define EXPORT_JOB "own_export"
enum { EXPORT_TRIES = 3 };
err export_job(void *ctx, const struct job *job);
/* Every hour: files whose time is over go. */
err export_sweep_job(void *ctx, const struct job *job);
