/* JPEG by libjpeg-turbo. */
#include "image/image_decode.h"

#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>

struct reader {
    struct jpeg_error_mgr mgr; /* first: the library hands back a pointer to it */
    struct image_escape escape;
    bool cut; /* the data ended before the picture did */
};

static struct reader *reader_of(j_common_ptr c)
{
    return (struct reader *)(void *)c->err;
}

static void on_error(j_common_ptr c)
{
    struct reader *r = reader_of(c);
    if (c->err->msg_code == JERR_OUT_OF_MEMORY || c->err->msg_code == JERR_NO_BACKING_STORE)
        r->escape.code = fault(ERR_TOO_LARGE, "image_too_costly", "jpeg: memory");
    else
        r->escape.code = fault(ERR_INVALID, r->cut ? "image_truncated" : "image_damaged",
                               "jpeg: message %d", c->err->msg_code);
    longjmp(r->escape.at, 1);
}

/* Many phones write files that libjpeg warns of; only a missing end is a refusal. */
static void on_message(j_common_ptr c, int level)
{
    if (level < 0 && (c->err->msg_code == JWRN_JPEG_EOF || c->err->msg_code == JWRN_HIT_MARKER))
        reader_of(c)->cut = true;
}

static void on_output(j_common_ptr c)
{
    (void)c;
}

static int orientation_of(const struct jpeg_decompress_struct *d)
{
    for (const struct jpeg_marker_struct *m = d->marker_list; m; m = m->next)
        if (m->data_length > 6 && memcmp(m->data, "Exif\0\0", 6) == 0)
            return image_orientation((struct bytes){m->data + 6, m->data_length - 6});
    return 1;
}

/* CMYK from print shops: Adobe's writers store it inverted. Plain arithmetic, no profile. */
static void cmyk_row(uint32_t *row, const uint8_t *in, int width)
{
    for (int x = 0; x < width; x++, in += 4) {
        uint32_t k = in[3];
        row[x] = 0xFF000000U | in[0] * k / 255 << 16 | in[1] * k / 255 << 8 | in[2] * k / 255;
    }
}

static void rows_read(struct jpeg_decompress_struct *d, struct image_pixels *px, uint8_t *cmyk)
{
    while (d->output_scanline < d->output_height) {
        uint32_t *row = px->pic.argb + (size_t)d->output_scanline * (size_t)px->pic.argb_stride;
        JSAMPROW to = cmyk ? cmyk : (JSAMPROW)row;
        jpeg_read_scanlines(d, &to, 1);
        if (cmyk)
            cmyk_row(row, cmyk, px->pic.width);
    }
}

/* Fewer pixels for free, by a power of two, while the result stays above what is kept. */
static void scale_choose(struct jpeg_decompress_struct *d, const struct image_caps *caps)
{
    JDIMENSION side = d->image_width > d->image_height ? d->image_width : d->image_height;
    d->scale_num = d->scale_denom = 1;
    while (d->scale_denom < 8 && side / (d->scale_denom * 2) >= (JDIMENSION)caps->target_side)
        d->scale_denom *= 2;
}

static err picture_read(struct jpeg_decompress_struct *d, const struct image_caps *caps,
                        struct image_pixels *px)
{
    jpeg_save_markers(d, JPEG_APP0 + 1, 0xFFFF);
    (void)jpeg_read_header(d, TRUE);
    TRY(image_size_check(caps, d->image_width, d->image_height));
    px->width = (int)d->image_width;
    px->height = (int)d->image_height;
    px->lossy = true;
    px->orientation = orientation_of(d);
    bool cmyk = d->jpeg_color_space == JCS_CMYK || d->jpeg_color_space == JCS_YCCK;
    d->out_color_space = cmyk ? JCS_CMYK : JCS_EXT_BGRA;
    scale_choose(d, caps);
    (void)jpeg_start_decompress(d);
    TRY(image_room(px, (int)d->output_width, (int)d->output_height));
    uint8_t *line = NULL;
    if (cmyk) /* in the library's pool: freed with it, also after a longjmp */
        line = d->mem->alloc_small((j_common_ptr)d, JPOOL_IMAGE, (size_t)d->output_width * 4);
    rows_read(d, px, line);
    return OK;
}

static err guarded_read(struct jpeg_decompress_struct *d, struct reader *r,
                        const struct image_caps *caps, struct image_pixels *px)
{
    if (setjmp(r->escape.at))
        return r->escape.code;
    return picture_read(d, caps, px);
}

err image_jpeg_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *px)
{
    struct reader r = {.cut = false};
    struct jpeg_decompress_struct d = {.err = jpeg_std_error(&r.mgr)};
    r.mgr.error_exit = on_error;
    r.mgr.emit_message = on_message;
    r.mgr.output_message = on_output;
    jpeg_create_decompress(&d);
    d.mem->max_memory_to_use = 400L << 20; /* progressive pictures keep all coefficients */
    jpeg_mem_src(&d, file.p, file.n);
    err e = guarded_read(&d, &r, caps, px);
    jpeg_destroy_decompress(&d);
    TRY(e);
    return r.cut ? fault(ERR_INVALID, "image_truncated", "jpeg: ends early") : OK;
}
