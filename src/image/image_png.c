/* PNG by libpng. */
#include "image/image_decode.h"

#include <png.h>

enum { CHUNK_BYTES_MAX = 1024 * 1024, CHUNKS_MAX = 64 };

struct reader {
    struct image_escape escape;
    struct bytes rest;
    png_structp png;
    png_infop info;
    png_bytep *rows;
    bool cut;
};

_Noreturn static void on_error(png_structp png, png_const_charp text)
{
    struct reader *r = png_get_error_ptr(png);
    r->escape.code =
        fault(ERR_INVALID, r->cut ? "image_truncated" : "image_damaged", "png: %s", text);
    longjmp(r->escape.at, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_read(png_structp png, png_bytep out, size_t n)
{
    struct reader *r = png_get_io_ptr(png);
    if (n > r->rest.n) {
        r->cut = true;
        png_error(png, "ends early");
    }
    memcpy(out, r->rest.p, n);
    r->rest.p += n;
    r->rest.n -= n;
}

/* Everything becomes 8-bit BGRA, which is ARGB in a little-endian word. */
static void transforms_set(struct reader *r)
{
    png_set_scale_16(r->png);
    png_set_expand(r->png);
    png_set_gray_to_rgb(r->png);
    png_set_bgr(r->png);
    png_set_add_alpha(r->png, 0xFF, PNG_FILLER_AFTER);
    (void)png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
}

static void orientation_read(struct reader *r, struct image_pixels *px)
{
    png_uint_32 n = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(r->png, r->info, &n, &exif))
        px->orientation = image_orientation((struct bytes){exif, n});
}

static err picture_read(struct reader *r, const struct image_caps *caps, struct image_pixels *px)
{
    png_read_info(r->png, r->info);
    int64_t w = png_get_image_width(r->png, r->info), h = png_get_image_height(r->png, r->info);
    TRY(image_size_check(caps, w, h));
    px->width = (int)w;
    px->height = (int)h;
    transforms_set(r);
    if (png_get_rowbytes(r->png, r->info) != (size_t)w * 4)
        return fault(ERR_INVALID, "image_damaged", "png: row size");
    TRY(image_room(px, (int)w, (int)h));
    r->rows = png_malloc(r->png, (size_t)h * sizeof *r->rows);
    for (int64_t y = 0; y < h; y++)
        r->rows[y] = (png_bytep)(px->pic.argb + y * px->pic.argb_stride);
    png_read_image(r->png, r->rows);
    png_read_end(r->png, r->info);
    orientation_read(r, px);
    return OK;
}

static err guarded_read(struct reader *r, const struct image_caps *caps, struct image_pixels *px)
{
    if (setjmp(r->escape.at))
        return r->escape.code;
    png_set_user_limits(r->png, 0x7FFFFFFF, 0x7FFFFFFF); /* ours come right after the header */
    png_set_chunk_malloc_max(r->png, CHUNK_BYTES_MAX);
    png_set_chunk_cache_max(r->png, CHUNKS_MAX);
    png_set_read_fn(r->png, r, on_read);
    return picture_read(r, caps, px);
}

/* The size stands at a fixed place; libpng would first read text and profile chunks before it
 * tells. */
static err header_check(struct bytes f, const struct image_caps *caps)
{
    if (f.n < 24)
        return fault(ERR_INVALID, "image_truncated", "png: no header");
    int64_t side[2] = {0, 0};
    for (size_t i = 0; i < 8; i++)
        side[i / 4] = side[i / 4] << 8 | f.p[16 + i];
    return image_size_check(caps, side[0], side[1]);
}

err image_png_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *px)
{
    TRY(header_check(file, caps));
    struct reader r = {.rest = file};
    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning);
    r.info = r.png ? png_create_info_struct(r.png) : NULL;
    err e = r.info ? guarded_read(&r, caps, px)
                   : fault(ERR_TOO_LARGE, "image_too_costly", "png: memory");
    if (r.png && r.rows)
        png_free(r.png, r.rows);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    return e;
}
