/* Still WebP by libwebp. */
#include "image/image_decode.h"

#include <webp/decode.h>

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int orientation_of(struct bytes f)
{
    size_t at = 12;
    while (at + 8 <= f.n) {
        size_t n = le32(f.p + at + 4);
        if (n > f.n - at - 8)
            return 1;
        struct bytes body = {f.p + at + 8, n};
        if (memcmp(f.p + at, "EXIF", 4) == 0) {
            bool prefixed = n > 6 && memcmp(body.p, "Exif\0\0", 6) == 0;
            return image_orientation(prefixed ? (struct bytes){body.p + 6, n - 6} : body);
        }
        at += 8 + n + (n & 1);
    }
    return 1;
}

static err status_fault(VP8StatusCode s)
{
    if (s == VP8_STATUS_OUT_OF_MEMORY)
        return fault(ERR_TOO_LARGE, "image_too_costly", "webp: memory");
    bool cut = s == VP8_STATUS_NOT_ENOUGH_DATA || s == VP8_STATUS_SUSPENDED;
    return fault(ERR_INVALID, cut ? "image_truncated" : "image_damaged", "webp: status %d", (int)s);
}

err image_webp_decode(struct bytes file, const struct image_caps *caps, struct image_pixels *px)
{
    WebPDecoderConfig c;
    if (!WebPInitDecoderConfig(&c))
        return fault(ERR_BUG, "internal", "libwebp version");
    VP8StatusCode s = WebPGetFeatures(file.p, file.n, &c.input);
    if (s != VP8_STATUS_OK)
        return status_fault(s);
    TRY(image_size_check(caps, c.input.width, c.input.height));
    if (c.input.has_animation)
        return fault(ERR_INVALID, "image_animated", "webp: animation");
    if (le32(file.p + 4) > file.n - 8)
        return fault(ERR_INVALID, "image_truncated", "webp: ends early");
    px->width = c.input.width;
    px->height = c.input.height;
    px->lossy = c.input.format != 2;
    px->orientation = orientation_of(file);
    TRY(image_room(px, px->width, px->height));
    c.output.colorspace = MODE_BGRA;
    c.output.is_external_memory = 1;
    c.output.u.RGBA.rgba = (uint8_t *)px->pic.argb;
    c.output.u.RGBA.stride = px->pic.argb_stride * 4;
    c.output.u.RGBA.size = (size_t)px->pic.argb_stride * (size_t)px->height * 4;
    s = WebPDecode(file.p, file.n, &c);
    WebPFreeDecBuffer(&c.output);
    return s == VP8_STATUS_OK ? OK : status_fault(s);
}
