/* Media of accounts: pictures come in through media_import alone (decoded and written anew in the
 * sandbox, image/image.h) and are served under /media/<hash>. The hash is that of the re-encoded
 * original and names the picture everywhere; smaller variants are found by width. What a refused
 * upload leaves behind: nothing. */
#pragma once
#include "image/image.h"
#include "web/request.h"

enum { MEDIA_ALT_MAX = 500 }; /* code points */

struct media {
    int64_t account_id, size;
    str hash, mime, alt;
    int width, height;
};
struct media_in {
    int64_t account_id; /* whose it is; 0: before there is an account (applications) */
    int64_t user_id;
    int fd;   /* the file; borrowed, seekable */
    str mime; /* what the client claims */
    str alt;
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
};
err media_take(struct site *site, arena *mem, const struct media_in *in,
               struct media_stored *ret_stored);
/* Notes it for the account; again is fine (the newer alt text wins when it has one). */
err media_store_add(struct tx *t, const struct media_in *in, const struct media_stored *m);

/* The one way in from a page: takes u (an upload of this request) and notes it in a transaction of
 * its own; *ret_hash names it. */
err media_import(struct request *r, int64_t account_id, const struct upload *u,
                 enum image_kind kind, str *ret_hash);
/* The same with everything there is to know, and another transaction's site (commands). */
err media_import_file(struct site *site, arena *mem, const struct media_in *in,
                      struct media *ret_media);

/* ERR_NOT_FOUND unless the account has it. */
err media_load(struct tx *t, arena *mem, int64_t account_id, str hash, struct media *ret_m);
/* The blob to serve at a width: that variant, else the next larger one, else the original. */
err media_serve(struct tx *t, arena *mem, str hash, int width, str *ret_blob, str *ret_mime);
