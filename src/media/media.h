/* Media of accounts: pictures come in through media_import alone (decoded and written anew in the
 * sandbox, image/image.h), audio and video through work.h; both are served under /media/<hash>. The
 * hash is that of what was written anew and names the file everywhere; smaller variants of pictures
 * are found by width. What a refused upload leaves behind: nothing.
 *
 * Audio, video and captions are served to everybody once a public version of a public article shows
 * them, before that to the account's members and to staff. Pictures are served to whoever has their
 * name, which nobody can guess. */
#pragma once
#include "image/image.h"
#include "web/request.h"

enum { MEDIA_ALT_MAX = 500, MEDIA_NAME_MAX = 200 }; /* code points */
#define MEDIA_CAPTIONS_MIME "text/vtt; charset=utf-8"

struct media {
    int64_t account_id, size;
    str hash, mime, alt;
    int width, height;
    str name;            /* of the file sent; may be empty */
    str poster;          /* video: hash of a picture; else empty */
    int64_t duration_ms; /* audio and video */
    int64_t created_at;
};
struct media_in {
    int64_t account_id; /* whose it is; 0: before there is an account (applications) */
    int64_t user_id;
    int fd;   /* the file; borrowed, seekable */
    str mime; /* what the client claims */
    str alt;
    str name; /* of the file, for the library; may have no value */
    enum image_kind kind;
};
/* Decodes, stores all sizes durably; the rows are left to media_store_add. Slow: outside any
 * transaction. Errors as image_import (ERR_INVALID image_…, ERR_TOO_LARGE image_…), ERR_IO
 * disk_full; a blob stored before an error is unreferenced and not reachable. */
struct media_stored {
    struct media media;
    struct {
        int width; /* 0 = the original */
        str blob;
        int64_t size;
    } variant[IMAGE_MAX_FILES];
    size_t n;
    str sent; /* SHA-256 of the file sent, hexadecimal; "" = made here */
    struct pdq pdq;
};
err media_take(struct site *site, arena *mem, const struct media_in *in,
               struct media_stored *ret_stored);
/* Notes it for the account; again is fine (the newer alt text wins when it has one). ERR_DENIED
 * "media_blocked" while a measure blocks the hash (A11.4). */
err media_store_add(struct tx *t, const struct media_in *in, const struct media_stored *m);

/* The one way in from a page: takes u (an upload of this request) and notes it in a transaction of
 * its own; *ret_hash names it. */
err media_import(struct request *r, int64_t account_id, const struct upload *u,
                 enum image_kind kind, str *ret_hash);
/* The same with everything there is to know, and another transaction's site (commands). */
err media_import_file(struct site *site, arena *mem, const struct media_in *in,
                      struct media *ret_media);

/* Anything but a picture: one row of media and its one variant. */
err media_store_file(struct tx *t, const struct media *m, int64_t user_id);

/* ERR_NOT_FOUND unless the account has it (and has not deleted it). */
err media_load(struct tx *t, arena *mem, int64_t account_id, str hash, struct media *ret_m);
err media_blocked(struct tx *t, str hash, bool *ret_blocked);
/* Every account that has it was closed by its owner: only restricted storage shows it. */
err media_left(struct tx *t, str hash, bool *ret_left);
/* The blob to serve at a width: that variant, else the next larger one, else the original. */
err media_serve(struct tx *t, arena *mem, str hash, int width, str *ret_blob, str *ret_mime);
/* May this person have an audio, video or caption file? Members of an account that has it, staff,
 * and everybody while it is public; *ret_public tells that. */
struct media_viewer {
    int64_t user_id;
    bool staff;
};
err media_visible(struct tx *t, const struct media_viewer *who, str hash, bool *ret_visible,
                  bool *ret_public);
/* Version no/version of the account shows these files (audio, video, captions). */
err media_used_by(struct tx *t, int64_t account_id, int64_t no, int version, str hash);

/* ---- the library ---- */
struct media_query {
    int64_t account_id;
    str mime; /* exactly; "" = pictures, audio and video. Captions and posters are not listed */
    str find; /* part of name or alt text; "" = all */
    int64_t before_at;
    str before_hash; /* from the newest when before_at is 0 */
    int limit;
};
err media_list(struct tx *t, arena *mem, const struct media_query *q, struct media **ret_v,
               size_t *ret_n);
/* An article whose versions, draft or cover name the file (0: none), or the account's avatar
 * (-1), or a video whose poster it is (-2). */
err media_users(struct tx *t, int64_t account_id, str hash, int64_t *ret_no);
/* Takes it out of the library: not served and not usable any more; the bytes stay for the retention
 * engine. ERR_CONFLICT "media_in_use". Coming in again, it is there again. */
err media_delete(struct tx *t, int64_t account_id, str hash);
