/* What the four decoders share: recognising, limits, room, turning upright. */
#include "image/image_decode.h"

err image_sniff(struct bytes f, enum image_format *ret_format)
{
    if (f.n == 0)
        return fault(ERR_INVALID, "image_empty", "no bytes");
    str s = bytes_str(f);
    if (str_starts(s, (str){"\xFF\xD8\xFF", 3}))
        *ret_format = IMAGE_JPEG;
    else if (str_starts(s, (str){"\x89PNG\r\n\x1A\n", 8}))
        *ret_format = IMAGE_PNG;
    else if (str_starts(s, S("GIF87a")) || str_starts(s, S("GIF89a")))
        *ret_format = IMAGE_GIF;
    else if (str_starts(s, S("RIFF")) && f.n >= 12 && str_eq(str_sub(s, 8, 4), S("WEBP")))
        *ret_format = IMAGE_WEBP;
    else
        return fault(ERR_INVALID, "image_type", "unknown magic");
    return OK;
}

err image_size_check(const struct image_caps *caps, int64_t width, int64_t height)
{
    if (width <= 0 || height <= 0)
        return fault(ERR_INVALID, "image_damaged", "no size");
    if (width > caps->side || height > caps->side || width * height > caps->pixels)
        return fault(ERR_TOO_LARGE, "image_too_many_pixels", "%lldx%lld", (long long)width,
                     (long long)height);
    return OK;
}

err image_room(struct image_pixels *px, int width, int height)
{
    px->pic.use_argb = 1;
    px->pic.width = width;
    px->pic.height = height;
    if (!WebPPictureAlloc(&px->pic))
        return fault(ERR_TOO_LARGE, "image_too_costly", "no room for %dx%d", width, height);
    memset(px->pic.argb, 0, (size_t)px->pic.argb_stride * (size_t)height * 4);
    return OK;
}

struct tiff {
    struct bytes b;
    bool big_endian;
};

static uint32_t tiff_number(const struct tiff *t, size_t at, size_t n)
{
    uint32_t v = 0;
    if (at > t->b.n || t->b.n - at < n)
        return 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | t->b.p[at + (t->big_endian ? i : n - 1 - i)];
    return v;
}

int image_orientation(struct bytes tiff)
{
    enum { ENTRY = 12, TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3 };
    struct tiff t = {.b = tiff};
    if (tiff.n < 8)
        return 1;
    t.big_endian = tiff.p[0] == 'M';
    size_t ifd = tiff_number(&t, 4, 4);
    uint32_t n = tiff_number(&t, ifd, 2);
    for (uint32_t i = 0; i < n; i++) {
        size_t at = ifd + 2 + (size_t)i * ENTRY;
        if (tiff_number(&t, at, 2) != TAG_ORIENTATION || tiff_number(&t, at + 2, 2) != TYPE_SHORT)
            continue;
        uint32_t v = tiff_number(&t, at + 8, 2);
        return v >= 1 && v <= 8 ? (int)v : 1;
    }
    return 1;
}

/* Where the pixel shown at (x, y) is stored, by EXIF orientation. */
static void turned_from(int orientation, const WebPPicture *from, int *x, int *y)
{
    int w = from->width, h = from->height, u = *x, v = *y;
    const int at[9][2] = {
        {u, v},                 /* unused */
        {u, v},                 /* 1 upright */
        {w - 1 - u, v},         /* 2 mirrored */
        {w - 1 - u, h - 1 - v}, /* 3 upside down */
        {u, h - 1 - v},         /* 4 */
        {v, u},                 /* 5 */
        {v, h - 1 - u},         /* 6 turn right */
        {w - 1 - v, h - 1 - u}, /* 7 */
        {w - 1 - v, u},         /* 8 turn left */
    };
    *x = at[orientation][0];
    *y = at[orientation][1];
}

err image_turn(struct image_pixels *px)
{
    if (px->orientation <= 1)
        return OK;
    WebPPicture from = px->pic;
    bool swap = px->orientation >= 5;
    if (!WebPPictureInit(&px->pic))
        return fault(ERR_BUG, "internal", "libwebp version");
    err e = image_room(px, swap ? from.height : from.width, swap ? from.width : from.height);
    for (int y = 0; e == OK && y < px->pic.height; y++)
        for (int x = 0; x < px->pic.width; x++) {
            int sx = x, sy = y;
            turned_from(px->orientation, &from, &sx, &sy);
            px->pic.argb[y * px->pic.argb_stride + x] = from.argb[sy * from.argb_stride + sx];
        }
    WebPPictureFree(&from);
    TRY(e);
    if (swap) {
        int w = px->width;
        px->width = px->height;
        px->height = w;
    }
    px->orientation = 1;
    return OK;
}

err image_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *ret)
{
    static err (*const decoders[])(struct bytes, const struct image_caps *,
                                   struct image_pixels *) = {
        [IMAGE_JPEG] = image_jpeg_decode,
        [IMAGE_PNG] = image_png_decode,
        [IMAGE_WEBP] = image_webp_decode,
        [IMAGE_GIF] = image_gif_decode,
    };
    *ret = (struct image_pixels){.frames = 1, .orientation = 1};
    if (!WebPPictureInit(&ret->pic))
        return fault(ERR_BUG, "internal", "libwebp version");
    TRY(image_sniff(file, &ret->format));
    TRY(decoders[ret->format](file, caps, ret));
    return image_turn(ret);
}
