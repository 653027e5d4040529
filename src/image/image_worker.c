/* The worker: reads the file, decodes, scales, writes WebP. Runs inside the sandbox. */
#include "image/image_wire.h"

#include <errno.h>
#include <unistd.h>

enum { FEW_COLOURS = 256, SMALL_PIXELS = 128 * 128, QUALITY = 82, EFFORT = 3 };

const struct image_rule IMAGE_RULES[] = {
    [IMAGE_ARTICLE] = {.original = true, .widths = {1080, 540, 270}},
    [IMAGE_AVATAR] = {.square = true, .widths = {256, 96}},
    [IMAGE_EVIDENCE] = {.original = true},
};

static err file_read(int fd, arena *mem, struct bytes *ret)
{
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < 0 || size > IMAGE_MAX_BYTES)
        return fault(ERR_TOO_LARGE, "image_too_large", "%lld bytes", (long long)size);
    uint8_t *p = arena_alloc(mem, (size_t)size);
    size_t have = 0;
    while (have < (size_t)size) {
        ssize_t n = pread(fd, p + have, (size_t)size - have, (off_t)have);
        if (n <= 0)
            return fault(ERR_IO, "storage_unavailable", "read of the picture");
        have += (size_t)n;
    }
    *ret = (struct bytes){p, have};
    return OK;
}

/* True when at most FEW_COLOURS different pixels occur (open addressing, at most half full). */
static bool colours_few(const WebPPicture *p)
{
    uint32_t slot[FEW_COLOURS * 4] = {0};
    bool used[FEW_COLOURS * 4] = {false};
    size_t n = 0;
    uint32_t last = ~p->argb[0];
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++) {
            uint32_t c = p->argb[y * p->argb_stride + x];
            if (c == last)
                continue;
            last = c;
            size_t h = (c * 2654435761U) >> 22;
            while (used[h] && slot[h] != c)
                h = (h + 1) % LEN(slot);
            if (used[h])
                continue;
            if (++n > FEW_COLOURS)
                return false;
            used[h] = true;
            slot[h] = c;
        }
    return true;
}

static bool alpha_has(const WebPPicture *p)
{
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++)
            if (p->argb[y * p->argb_stride + x] >> 24 != 0xFF)
                return true;
    return false;
}

/* Lossy or lossless; on a view, because the encoder leaves its planes in the picture it is given.
 */
static err encode_as(WebPPicture *p, bool lossless, WebPMemoryWriter *out)
{
    WebPConfig c;
    WebPPicture view;
    if (!WebPConfigInit(&c) || !WebPPictureInit(&view) ||
        !WebPPictureView(p, 0, 0, p->width, p->height, &view))
        return fault(ERR_BUG, "internal", "libwebp");
    if (lossless && !WebPConfigLosslessPreset(&c, 3))
        return fault(ERR_BUG, "internal", "libwebp");
    if (!lossless) {
        c.quality = QUALITY;
        c.method = EFFORT;
    }
    view.writer = WebPMemoryWrite;
    view.custom_ptr = out;
    bool ok = WebPEncode(&c, &view);
    int code = (int)view.error_code;
    WebPPictureFree(&view);
    return ok ? OK : fault(ERR_TOO_LARGE, "image_too_costly", "encoder: %d", code);
}

static err write_all(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t did = write(fd, p, n);
        if (did <= 0) {
            bool full = errno == ENOSPC;
            return fault(ERR_IO, full ? "disk_full" : "storage_unavailable", "write");
        }
        p += did;
        n -= (size_t)did;
    }
    return OK;
}

static void writer_done(WebPMemoryWriter *w)
{
    WebPMemoryWriterClear(w);
}
#define AUTO_WRITER __attribute__((cleanup(writer_done))) WebPMemoryWriter

struct making {
    WebPPicture *pic;
    bool try_lossless;
    struct sandbox_io *io;
    struct image_reply *reply;
};

static err file_write(struct making *m)
{
    AUTO_WRITER lossy;
    AUTO_WRITER exact;
    WebPMemoryWriterInit(&lossy);
    WebPMemoryWriterInit(&exact);
    TRY(encode_as(m->pic, false, &lossy));
    const WebPMemoryWriter *best = &lossy;
    if (m->try_lossless || m->pic->width * m->pic->height <= SMALL_PIXELS) {
        TRY(encode_as(m->pic, true, &exact));
        if (exact.size <= lossy.size + lossy.size / 4)
            best = &exact;
    }
    ASSERT(m->reply->n < IMAGE_MAX_FILES && (size_t)m->reply->n < m->io->out_n);
    TRY(write_all(m->io->out[m->reply->n], best->mem, best->size));
    m->reply->file[m->reply->n].width = m->pic->width;
    m->reply->file[m->reply->n].height = m->pic->height;
    m->reply->n++;
    return OK;
}

static int at_least_one(int64_t n)
{
    return n < 1 ? 1 : (int)n;
}

static err scale_to(WebPPicture *p, int width, int height)
{
    if (!WebPPictureRescale(p, width, height))
        return fault(ERR_TOO_LARGE, "image_too_costly", "scaling");
    return OK;
}

static err square_cut(WebPPicture *p)
{
    int side = p->width < p->height ? p->width : p->height;
    if (!WebPPictureCrop(p, (p->width - side) / 2, (p->height - side) / 2, side, side))
        return fault(ERR_TOO_LARGE, "image_too_costly", "cutting");
    return OK;
}

static err original_fit(WebPPicture *p)
{
    int side = p->width > p->height ? p->width : p->height;
    if (side <= IMAGE_ORIGINAL_SIDE)
        return OK;
    return scale_to(p, at_least_one((int64_t)p->width * IMAGE_ORIGINAL_SIDE / side),
                    at_least_one((int64_t)p->height * IMAGE_ORIGINAL_SIDE / side));
}

static err files_make(struct making *m, const struct image_rule *rule)
{
    if (rule->square)
        TRY(square_cut(m->pic));
    TRY(original_fit(m->pic));
    if (rule->original)
        TRY(file_write(m));
    for (size_t i = 0; i < LEN(rule->widths) && rule->widths[i]; i++) {
        int w = rule->widths[i];
        if (w < m->pic->width)
            TRY(scale_to(m->pic, w, at_least_one((int64_t)m->pic->height * w / m->pic->width)));
        else if (rule->original || m->reply->n > 0)
            continue; /* never enlarged; an avatar that is too small stays as it is, once */
        TRY(file_write(m));
    }
    return OK;
}

static float luma(uint32_t argb)
{
    uint32_t a = argb >> 24, white = (255 - a) * 255;
    float r = (float)((argb >> 16 & 255) * a + white), g = (float)((argb >> 8 & 255) * a + white);
    float b = (float)((argb & 255) * a + white);
    return (0.299F * r + 0.587F * g + 0.114F * b) / 255;
}

static float luma_mean(const WebPPicture *p, int x, int y, int to_x, int to_y)
{
    float sum = 0;
    for (int j = y; j < to_y; j++)
        for (int i = x; i < to_x; i++)
            sum += luma(p->argb[j * p->argb_stride + i]);
    return sum / (float)((to_x - x) * (to_y - y));
}

/* On white, averaged down where it is larger. */
static void print_take(arena *mem, const WebPPicture *p, struct pdq *ret_p)
{
    struct luminance l = {.w = p->width < PDQ_SIDE ? p->width : PDQ_SIDE,
                          .h = p->height < PDQ_SIDE ? p->height : PDQ_SIDE};
    l.v = arena_room(mem, (size_t)l.w * (size_t)l.h * sizeof *l.v);
    for (int y = 0; y < l.h; y++)
        for (int x = 0; x < l.w; x++)
            l.v[y * l.w + x] = luma_mean(p, x * p->width / l.w, y * p->height / l.h,
                                         (x + 1) * p->width / l.w, (y + 1) * p->height / l.h);
    pdq_of(mem, &l, ret_p);
}

static err import_decoded(struct image_pixels *px, const struct image_rule *rule,
                          struct sandbox_io *io)
{
    struct image_reply reply = {.source = (int32_t)px->format,
                                .width = px->width,
                                .height = px->height,
                                .frames = px->frames,
                                .alpha = alpha_has(&px->pic)};
    struct making m = {.pic = &px->pic, .io = io, .reply = &reply};
    print_take(io->mem, &px->pic, &reply.pdq);
    m.try_lossless = !px->lossy && colours_few(&px->pic);
    TRY(files_make(&m, rule));
    buf_add(&io->reply, (str){(const char *)&reply, sizeof reply});
    return OK;
}

static err image_work(struct sandbox_io *io)
{
    static const struct image_caps caps = {.side = IMAGE_MAX_SIDE,
                                           .pixels = IMAGE_MAX_PIXELS,
                                           .frames = IMAGE_MAX_FRAMES,
                                           .target_side = IMAGE_ORIGINAL_SIDE};
    struct bytes file;
    int64_t kind = 0;
    TRY(str_int(io->param, &kind));
    ASSERT(kind >= 0 && kind <= IMAGE_EVIDENCE);
    TRY(file_read(io->in, io->mem, &file));
    struct image_pixels px;
    err e = image_decode(file, &caps, &px);
    if (e == OK)
        e = import_decoded(&px, &IMAGE_RULES[kind], io);
    WebPPictureFree(&px.pic);
    return e;
}

const struct sandbox_kind image_sandbox_kind = {"image", image_work};
