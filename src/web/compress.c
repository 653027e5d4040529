/* gzip and brotli of a finished page. */
#include "web/compress.h"

#include <brotli/encode.h>
#define ZLIB_CONST
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, GZIP_LEVEL = 6, BROTLI_LEVEL = 5 };

bool compress_gzip(arena *mem, str text, struct bytes *ret_b)
{
    z_stream z = {0};
    if (text.n > UINT32_MAX / 2 ||
        deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uLong room = deflateBound(&z, text.n);
    uint8_t *out = arena_alloc(mem, room);
    z.next_in = (const uint8_t *)text.p;
    z.avail_in = (uInt)text.n;
    z.next_out = out;
    z.avail_out = (uInt)room;
    int done = deflate(&z, Z_FINISH);
    size_t n = z.total_out;
    (void)deflateEnd(&z);
    if (done != Z_STREAM_END || n >= text.n)
        return false;
    *ret_b = (struct bytes){out, n};
    return true;
}

bool compress_brotli(arena *mem, str text, struct bytes *ret_b)
{
    size_t n = BrotliEncoderMaxCompressedSize(text.n);
    if (!n)
        return false;
    uint8_t *out = arena_alloc(mem, n);
    if (!BrotliEncoderCompress(BROTLI_LEVEL, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.n,
                               (const uint8_t *)text.p, &n, out) ||
        n >= text.n)
        return false;
    *ret_b = (struct bytes){out, n};
    return true;
}

static bool is_zero(str params)
{
    for (str rest = params; rest.p;) {
        str p = str_trim(str_split(rest, ';', &rest));
        if (!str_starts(p, S("q=0")))
            continue;
        for (size_t i = 3; i < p.n; i++)
            if (p.p[i] >= '1' && p.p[i] <= '9')
                return false;
        return true;
    }
    return false;
}

bool encoding_accepted(str accept_encoding, str coding)
{
    for (str rest = accept_encoding; rest.p;) {
        str params, item = str_split(rest, ',', &rest);
        if (str_eq_ci(str_trim(str_split(item, ';', &params)), coding))
            return !is_zero(params);
    }
    return false;
}
