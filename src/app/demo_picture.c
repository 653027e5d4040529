/* Pictures of the demo, drawn by program: hills, charts, rings, towns; calm colours. */
#include "app/demo.h"

#include <cairo.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

enum { W = 1200, H = 675, SIDE = 256 };

struct color {
    double r, g, b;
};
static const struct {
    struct color sky, far, near, light;
} PALETTES[] = {
    {{.93, .95, .97}, {.45, .62, .68}, {.16, .33, .40}, {.98, .78, .45}},
    {{.98, .94, .88}, {.82, .58, .42}, {.45, .25, .22}, {.95, .35, .25}},
    {{.92, .96, .91}, {.50, .69, .49}, {.18, .38, .28}, {.97, .85, .48}},
    {{.90, .92, .98}, {.48, .53, .76}, {.20, .22, .44}, {.98, .68, .62}},
    {{.96, .93, .96}, {.70, .52, .68}, {.36, .22, .42}, {.98, .80, .58}},
    {{.91, .97, .97}, {.35, .66, .70}, {.08, .36, .44}, {.99, .89, .67}},
};

static int next(unsigned *seed, int below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (int)((*seed >> 8) % (unsigned)below);
}

static void paint(cairo_t *c, struct color x, double alpha)
{
    cairo_set_source_rgba(c, x.r, x.g, x.b, alpha);
}

static struct color between(struct color a, struct color b, double k)
{
    return (struct color){a.r + (b.r - a.r) * k, a.g + (b.g - a.g) * k, a.b + (b.b - a.b) * k};
}

static void hills(cairo_t *c, int p, unsigned seed)
{
    paint(c, PALETTES[p].light, .9);
    cairo_arc(c, 250 + next(&seed, 700), 170 + next(&seed, 90), 62, 0, 6.2832);
    cairo_fill(c);
    for (int layer = 0; layer < 5; layer++) {
        paint(c, between(PALETTES[p].far, PALETTES[p].near, layer / 4.0), .35 + layer * .15);
        double base = 290 + layer * 78, a = 40 + next(&seed, 40), phase = next(&seed, 628) / 100.0;
        cairo_move_to(c, 0, H);
        for (int x = 0; x <= W; x += 6)
            cairo_line_to(c, x, base + a * sin(x / 170.0 + phase) + a / 2 * sin(x / 67.0 + phase));
        cairo_line_to(c, W, H);
        cairo_close_path(c);
        cairo_fill(c);
    }
}

static void chart(cairo_t *c, int p, unsigned seed)
{
    paint(c, PALETTES[p].near, .15);
    cairo_set_line_width(c, 2);
    for (int y = 135; y <= 555; y += 84) {
        cairo_move_to(c, 110, y);
        cairo_line_to(c, W - 110, y);
    }
    cairo_stroke(c);
    double h = 120;
    for (int i = 0; i < 12; i++) {
        h += 10.0 + next(&seed, 50) - 12;
        paint(c, i == 9 ? PALETTES[p].light : PALETTES[p].far, .95);
        cairo_rectangle(c, 130 + i * 80, 555 - h, 48, h);
        cairo_fill(c);
    }
}

static void rings(cairo_t *c, int p, unsigned seed)
{
    for (int i = 0; i < 7; i++) {
        double x = next(&seed, W), y = next(&seed, H);
        for (int r = 3; r > 0; r--) {
            struct color k = between(PALETTES[p].near, PALETTES[p].light, next(&seed, 100) / 100.0);
            paint(c, k, .28);
            cairo_arc(c, x, y, r * (30.0 + next(&seed, 45)), 0, 6.2832);
            cairo_fill(c);
        }
    }
}

static void town(cairo_t *c, int p, unsigned seed)
{
    for (int layer = 0; layer < 3; layer++) {
        struct color k = between(PALETTES[p].far, PALETTES[p].near, layer / 2.0);
        for (int x = -20; x < W;) {
            int w = 60 + next(&seed, 90), h = 130 + layer * -20 + next(&seed, 230);
            paint(c, k, .55 + layer * .2);
            cairo_rectangle(c, x, H - 60 - h, w, h + 60);
            cairo_fill(c);
            paint(c, PALETTES[p].light, layer == 2 ? .75 : .3);
            for (int n = 0; n < 5; n++)
                cairo_rectangle(c, x + 12 + next(&seed, 3) * 16, H - 40 - h + n * 34, 8, 14);
            cairo_fill(c);
            x += w + 6 + next(&seed, 30);
        }
    }
}

static cairo_status_t put(void *ctx, const unsigned char *p, unsigned n)
{
    const int *fd = ctx;
    while (n > 0) {
        ssize_t k = write(*fd, p, n);
        if (k <= 0)
            return CAIRO_STATUS_WRITE_ERROR;
        p += k;
        n -= (unsigned)k;
    }
    return CAIRO_STATUS_SUCCESS;
}

static err file_write(cairo_surface_t *s, int *ret_fd)
{
    int fd = memfd_create("picture", MFD_CLOEXEC);
    if (fd < 0)
        return fault(ERR_IO, "storage_unavailable", "memfd");
    if (cairo_surface_write_to_png_stream(s, put, &fd) != CAIRO_STATUS_SUCCESS) {
        (void)close(fd);
        return fault(ERR_IO, "storage_unavailable", "PNG");
    }
    *ret_fd = fd;
    return OK;
}

static err draw(int seed, int w, int h, void (*fn)(cairo_t *, int, unsigned), int *ret_fd)
{
    int p = seed % (int)LEN(PALETTES);
    cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    cairo_t *c = cairo_create(s);
    paint(c, PALETTES[p].sky, 1);
    cairo_paint(c);
    fn(c, p, (unsigned)seed * 7919U + 17U);
    err e = file_write(s, ret_fd);
    cairo_destroy(c);
    cairo_surface_destroy(s);
    return e;
}

/* Three overlapping leaves: each account's own. */
static void mark(cairo_t *c, int p, unsigned seed)
{
    paint(c, between(PALETTES[p].far, PALETTES[p].near, next(&seed, 80) / 100.0), 1);
    cairo_paint(c);
    for (int i = 0; i < 3; i++) {
        paint(c, i == 2 ? PALETTES[p].light : PALETTES[p].sky, .8);
        cairo_arc(c, 70 + next(&seed, 116), 70 + next(&seed, 116), 34 + next(&seed, 32), 0, 6.2832);
        cairo_fill(c);
    }
}

err demo_cover(int seed, int *ret_fd)
{
    static void (*const KINDS[])(cairo_t *, int, unsigned) = {hills, town, chart, rings};
    return draw(seed, W, H, KINDS[seed / (int)LEN(PALETTES) % (int)LEN(KINDS)], ret_fd);
}

err demo_avatar(int seed, int *ret_fd)
{
    return draw(seed, SIDE, SIDE, mark, ret_fd);
}

static err take(struct demo *d, bool avatar, int i, struct media_stored *ret_stored)
{
    int fd = -1;
    TRY(avatar ? demo_avatar(i, &fd) : demo_cover(i, &fd));
    err e = media_take(d->site, d->mem,
                       &(struct media_in){.fd = fd,
                                          .mime = S("image/png"),
                                          .alt = S(""),
                                          .kind = avatar ? IMAGE_AVATAR : IMAGE_ARTICLE},
                       ret_stored);
    (void)close(fd);
    return e;
}

err demo_pictures(struct demo *d)
{
    for (int i = 0; i < DEMO_PICTURES; i++)
        TRY(take(d, false, i, &d->picture[i]));
    for (int i = 0; i < DEMO_ACCOUNTS; i++)
        TRY(take(d, true, i, &d->avatar[i]));
    return OK;
}
