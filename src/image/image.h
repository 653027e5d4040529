/* Pictures from users: decoded in a sandbox worker, turned upright, stripped of every metadata
 * (place and camera with it), and written anew as WebP in the sizes that pages use. What a user
 * sent is never stored or served as it came.
 *
 * Taken in: JPEG, PNG, WebP, GIF (first frame). The bytes decide what a file is, and must agree
 * with the type claimed. Lossy WebP at quality 82; lossless where the source was drawn (PNG or GIF
 * with at most 256 colours, or small) and that costs at most a quarter more bytes. Colour profiles
 * are dropped without conversion. */
#pragma once
#include "image/pdq.h"
#include "sandbox/sandbox.h"

enum {
    IMAGE_MAX_BYTES = 32 * 1024 * 1024, /* of the file sent */
    IMAGE_MAX_SIDE = 16384,             /* px */
    IMAGE_MAX_PIXELS = 50 * 1000 * 1000,
    IMAGE_MAX_FRAMES = 300,     /* of an animated GIF, though only its first is kept */
    IMAGE_ORIGINAL_SIDE = 4096, /* the stored "original" is scaled down to it; WebP ends at 16383 */
    IMAGE_MAX_FILES = 4
};

enum image_kind {
    IMAGE_ARTICLE,  /* original, then widths 1080, 540, 270 where smaller than the original */
    IMAGE_AVATAR,   /* squares cut from the middle: 256, 96 (never enlarged) */
    IMAGE_EVIDENCE, /* original only */
};

enum image_format { IMAGE_JPEG, IMAGE_PNG, IMAGE_WEBP, IMAGE_GIF };

struct image_request {
    int fd; /* the file sent; borrowed, seekable */
    enum image_kind kind;
    str claimed_type; /* Content-Type of the part; no value, "" and application/octet-stream: none
                       */
};

/* One WebP file ("image/webp") in anonymous memory: it has no name, so nothing can be left behind.
 * Give fd to blob_put_fd. */
struct image_file {
    int fd;
    int width, height; /* px */
    int64_t size;      /* bytes */
};

struct image_files {
    struct image_file file[IMAGE_MAX_FILES]; /* largest first */
    size_t n;
};

struct image_info {
    enum image_format source;
    int width, height; /* of what was sent, after turning upright */
    int frames;        /* 1 for a still picture; more: an animation of which the first was kept */
    bool alpha;        /* has transparent pixels */
    struct pdq pdq;    /* of the upright picture, before any cutting (A11.4) */
    int64_t peak_bytes, wall_us; /* what the worker used */
};

/* Writes ret_files (to be given to image_files_done) and ret_info on OK only. Reasons:
 * ERR_INVALID   image_empty, image_type (not one of the four), image_type_mismatch,
 *               image_truncated, image_damaged, image_animated (animated WebP)
 * ERR_TOO_LARGE image_too_large (bytes), image_too_many_pixels, image_animated_too_long,
 *               image_too_costly (took more time or memory than a picture may)
 * ERR_LIMIT     sandbox_busy;  ERR_IO as sandbox_run. */
err image_import(const struct image_request *rq, arena *mem, struct image_files *ret_files,
                 struct image_info *ret_info);
void image_files_done(struct image_files *files); /* closes; accepts NULL and twice */
#define AUTO_IMAGE_FILES(name)                                                                     \
    __attribute__((cleanup(image_files_done))) struct image_files name = {.n = 0}

/* For the table that main gives to sandbox_worker_main. */
extern const struct sandbox_kind image_sandbox_kind;
