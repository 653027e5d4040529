/* Inside image/: from hostile bytes to upright pixels. Runs in the sandbox worker (and in the
 * fuzzer); image.c never calls it in the server. */
#pragma once
#include "image/image.h"

#include <setjmp.h>
#include <webp/encode.h>

/* What a picture may be; the fuzzer uses small ones. */
struct image_caps {
    int side;
    int64_t pixels;
    int frames;
    int target_side; /* JPEG may be decoded smaller, but not below this */
};

/* pic.argb holds the pixels; to be given to WebPPictureFree, also after a failure. */
struct image_pixels {
    WebPPicture pic;
    enum image_format format;
    int width, height; /* as stored in the file, before scaling and turning */
    int frames;
    int orientation; /* EXIF 1..8 */
    bool lossy;      /* the file was */
};

/* The last line of defence in libjpeg and libpng, which report errors by not returning. */
struct image_escape {
    jmp_buf at;
    err code;
};

err image_sniff(struct bytes file, enum image_format *ret_format);
/* Decodes and turns upright. Initialises ret whatever happens. */
err image_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *ret);

/* ERR_INVALID or ERR_TOO_LARGE when a header announces more than caps allow. Asked by every
 * decoder before it makes room for a single pixel. */
err image_size_check(const struct image_caps *caps, int64_t width, int64_t height);
/* Room for the pixels; size checked by then. */
err image_room(struct image_pixels *px, int width, int height);

err image_jpeg_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *px);
err image_png_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *px);
err image_webp_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *px);
err image_gif_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *px);

/* The orientation (EXIF 2.32, tag 0x0112) of a TIFF block; 1 when there is none or it is junk.
 * Nothing else of EXIF is read. */
int image_orientation(struct bytes tiff);
err image_turn(struct image_pixels *px);
