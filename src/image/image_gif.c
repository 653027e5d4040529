/* GIF by giflib: the first frame, on its canvas; later frames are only counted. */
#include "image/image_decode.h"

#include <gif_lib.h>

struct reader {
    struct bytes rest;
    bool cut;
    int transparent; /* colour index, or -1 */
};

static int on_read(GifFileType *g, GifByteType *out, int n)
{
    struct reader *r = g->UserData;
    size_t take = (size_t)n < r->rest.n ? (size_t)n : r->rest.n;
    if (take < (size_t)n)
        r->cut = true;
    if (take)
        memcpy(out, r->rest.p, take);
    r->rest.p += take;
    r->rest.n -= take;
    return (int)take;
}

static err gif_fault(const GifFileType *g)
{
    const struct reader *r = g->UserData;
    return fault(ERR_INVALID, r->cut ? "image_truncated" : "image_damaged", "gif: error %d",
                 g->Error);
}

static void row_put(const GifFileType *g, const GifByteType *in, int y, struct image_pixels *px)
{
    static const int step[4][2] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}}; /* interlaced passes */
    const struct reader *r = g->UserData;
    const GifImageDesc *d = &g->Image;
    const ColorMapObject *map = d->ColorMap ? d->ColorMap : g->SColorMap;
    if (d->Interlace)
        for (int pass = 0, n = y; pass < 4; pass++) {
            int rows = (d->Height - step[pass][0] + step[pass][1] - 1) / step[pass][1];
            y = step[pass][0] + n * step[pass][1];
            if (n < rows)
                break;
            n -= rows;
        }
    uint32_t *row = px->pic.argb + (d->Top + y) * px->pic.argb_stride + d->Left;
    for (int x = 0; x < d->Width; x++) {
        if (in[x] == r->transparent || in[x] >= map->ColorCount)
            continue;
        GifColorType c = map->Colors[in[x]];
        row[x] = 0xFF000000U | (uint32_t)c.Red << 16 | (uint32_t)c.Green << 8 | c.Blue;
    }
}

static err frame_check(const GifFileType *g)
{
    const GifImageDesc *d = &g->Image;
    bool inside = d->Left >= 0 && d->Top >= 0 && d->Width > 0 && d->Height > 0 &&
                  d->Left + d->Width <= g->SWidth && d->Top + d->Height <= g->SHeight;
    if (!inside || (!d->ColorMap && !g->SColorMap))
        return fault(ERR_INVALID, "image_damaged", "gif: frame outside, or no colours");
    return OK;
}

static err frame_read(GifFileType *g, struct image_pixels *px, arena *mem)
{
    TRY(frame_check(g));
    TRY(image_room(px, g->SWidth, g->SHeight));
    GifByteType *line = arena_alloc(mem, (size_t)g->Image.Width);
    for (int y = 0; y < g->Image.Height; y++) {
        if (DGifGetLine(g, line, g->Image.Width) == GIF_ERROR)
            return gif_fault(g);
        row_put(g, line, y, px);
    }
    return OK;
}

static err frame_skip(GifFileType *g)
{
    int code_size = 0;
    GifByteType *block = NULL;
    if (DGifGetCode(g, &code_size, &block) == GIF_ERROR)
        return gif_fault(g);
    while (block)
        if (DGifGetCodeNext(g, &block) == GIF_ERROR)
            return gif_fault(g);
    return OK;
}

static err frame_next(GifFileType *g, const struct image_caps *caps, struct image_pixels *px,
                      arena *mem)
{
    if (DGifGetImageDesc(g) == GIF_ERROR)
        return gif_fault(g);
    px->frames++;
    if (px->frames > caps->frames)
        return fault(ERR_TOO_LARGE, "image_animated_too_long", "over %d frames", caps->frames);
    /* giflib keeps a list of all frames seen; only this one's description is of use */
    return px->frames == 1 ? frame_read(g, px, mem) : frame_skip(g);
}

static err extension_read(GifFileType *g, bool before_first)
{
    struct reader *r = g->UserData;
    int code = 0;
    GifByteType *block = NULL;
    if (DGifGetExtension(g, &code, &block) == GIF_ERROR)
        return gif_fault(g);
    if (block && before_first && code == GRAPHICS_EXT_FUNC_CODE && block[0] >= 4)
        r->transparent = block[1] & 1 ? block[4] : -1;
    while (block)
        if (DGifGetExtensionNext(g, &block) == GIF_ERROR)
            return gif_fault(g);
    return OK;
}

static err records_read(GifFileType *g, const struct image_caps *caps, struct image_pixels *px,
                        arena *mem)
{
    for (;;) {
        GifRecordType type = UNDEFINED_RECORD_TYPE;
        if (DGifGetRecordType(g, &type) == GIF_ERROR)
            return gif_fault(g);
        if (type == TERMINATE_RECORD_TYPE)
            break;
        if (type == EXTENSION_RECORD_TYPE)
            TRY(extension_read(g, px->frames == 0));
        else
            TRY(frame_next(g, caps, px, mem));
    }
    return px->frames > 0 ? OK : fault(ERR_INVALID, "image_damaged", "gif: no frame");
}

err image_gif_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *px)
{
    if (file.n < 13)
        return fault(ERR_INVALID, "image_truncated", "gif: no header");
    TRY(image_size_check(caps, file.p[6] | file.p[7] << 8, file.p[8] | file.p[9] << 8));
    AUTO_ARENA(mem);
    struct reader r = {.rest = file, .transparent = -1};
    int code = 0;
    GifFileType *g = DGifOpen(&r, on_read, &code);
    if (!g)
        return fault(ERR_INVALID, r.cut ? "image_truncated" : "image_damaged", "gif: %d", code);
    px->width = g->SWidth;
    px->height = g->SHeight;
    px->frames = 0;
    err e = records_read(g, caps, px, mem);
    (void)DGifCloseFile(g, &code);
    return e;
}
