/* QR codes by libqrencode, as the path of an SVG. */
#include "user/user.h"

#include "base/buf.h"

#include <qrencode.h>

enum { QUIET = 4, PATH_MAX_BYTES = 256 * 1024 };

/* One rectangle for each run of dark modules in a row. */
static void row_add(struct buf *b, const QRcode *q, int y)
{
    for (int x = 0; x < q->width;) {
        int from = x;
        while (x < q->width && (q->data[y * q->width + x] & 1))
            x++;
        if (x > from)
            buf_fmt(b, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
        else
            x++;
    }
}

err qr_path(arena *mem, str text, str *ret_path, int *ret_n)
{
    QRcode *q = QRcode_encodeString8bit(str_z(mem, text), 0, QR_ECLEVEL_M);
    if (!q)
        return fault(ERR_TOO_LARGE, "too_large", "no QR code for %zu bytes", text.n);
    struct buf b;
    buf_init(&b, mem, PATH_MAX_BYTES);
    for (int y = 0; y < q->width; y++)
        row_add(&b, q, y);
    *ret_n = q->width + 2 * QUIET;
    QRcode_free(q);
    *ret_path = buf_str(&b);
    return OK;
}
