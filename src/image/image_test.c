/* Unit tests of image/: real files made by the encoders and by hand; this program is also the
 * sandbox worker. With the argument "measure" it imports a 12-megapixel JPEG and prints the cost.
 */
#include "image/image_decode.h"

#include "base/buf.h"
#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gif_lib.h>
#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>

#include <cmocka.h>

static arena *mem;

/* --- making files ----------------------------------------------------------------------------- */

/* Left half red, right half blue, with a gradient when noisy; so that turning shows. */
static uint8_t *pixels_make(int w, int h, bool noisy)
{
    uint8_t *p = arena_alloc(mem, (size_t)w * (size_t)h * 3);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            uint8_t *c = p + ((size_t)y * (size_t)w + (size_t)x) * 3;
            c[0] = x < w / 2 ? 230 : 20;
            c[1] = (uint8_t)(noisy ? (x * 7 + y * 3 + x * y / 64) & 0x3F : 20);
            c[2] = x < w / 2 ? 20 : 230;
        }
    return p;
}

static struct bytes bytes_keep(const void *p, size_t n)
{
    return str_bytes(str_dup(mem, (str){p, n}));
}

/* exif: an APP1 body or nothing. */
static struct bytes jpeg_make(int w, int h, struct bytes exif)
{
    struct jpeg_error_mgr mgr;
    struct jpeg_compress_struct c = {.err = jpeg_std_error(&mgr)};
    unsigned char *out = NULL;
    unsigned long n = 0;
    uint8_t *px = pixels_make(w, h, true);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &out, &n);
    c.image_width = (JDIMENSION)w;
    c.image_height = (JDIMENSION)h;
    c.input_components = 3;
    c.in_color_space = JCS_RGB;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, 90, TRUE);
    jpeg_start_compress(&c, TRUE);
    if (exif.n)
        jpeg_write_marker(&c, JPEG_APP0 + 1, exif.p, (unsigned)exif.n);
    while (c.next_scanline < c.image_height) {
        JSAMPROW row = px + (size_t)c.next_scanline * (size_t)w * 3;
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    struct bytes b = bytes_keep(out, n);
    jpeg_destroy_compress(&c);
    (free)(out);
    return b;
}

static struct bytes png_make(int w, int h, bool noisy)
{
    png_image img = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_RGB};
    img.width = (png_uint_32)w;
    img.height = (png_uint_32)h;
    png_alloc_size_t n = 0;
    uint8_t *px = pixels_make(w, h, noisy);
    assert_true(png_image_write_to_memory(&img, NULL, &n, 0, px, 0, NULL));
    void *out = arena_alloc(mem, n);
    assert_true(png_image_write_to_memory(&img, out, &n, 0, px, 0, NULL));
    return (struct bytes){out, n};
}

static struct bytes webp_make(int w, int h)
{
    uint8_t *out = NULL;
    size_t n = WebPEncodeRGB(pixels_make(w, h, true), w, h, w * 3, 80, &out);
    struct bytes b = bytes_keep(out, n);
    WebPFree(out);
    return b;
}

static int gif_write(GifFileType *g, const GifByteType *p, int n)
{
    buf_add(g->UserData, (str){(const char *)p, (size_t)n});
    return n;
}

static struct bytes gif_make(int w, int h, int frames)
{
    struct buf b;
    buf_init(&b, mem, 1 << 24);
    int code = 0;
    GifColorType colours[4] = {{255, 0, 0}, {0, 0, 255}, {0, 255, 0}, {9, 9, 9}};
    ColorMapObject *map = GifMakeMapObject(4, colours);
    GifFileType *g = EGifOpen(&b, gif_write, &code);
    assert_int_equal(EGifPutScreenDesc(g, w, h, 8, 0, map), GIF_OK);
    GifByteType *line = arena_alloc(mem, (size_t)w);
    for (int f = 0; f < frames; f++) {
        memset(line, f & 3, (size_t)w);
        assert_int_equal(EGifPutImageDesc(g, 0, 0, w, h, false, NULL), GIF_OK);
        for (int y = 0; y < h; y++)
            assert_int_equal(EGifPutLine(g, line, w), GIF_OK);
    }
    EGifCloseFile(g, &code);
    GifFreeMapObject(map);
    return str_bytes(buf_str(&b));
}

/* EXIF with an orientation and a GPS directory whose reference reads "SECRETGPS". */
static struct bytes exif_make(uint8_t orientation)
{
    static const char head[] = "Exif\0\0MM\0*\0\0\0\x08\0\x02"
                               "\x01\x12\0\x03\0\0\0\x01\0\0\0\0"
                               "\x88\x25\0\x04\0\0\0\x01\0\0\0\x26"
                               "\0\0\0\0SECRETGPS 31N 121E";
    uint8_t *p = arena_alloc(mem, sizeof head);
    memcpy(p, head, sizeof head);
    p[6 + 8 + 2 + 9] = orientation;
    return (struct bytes){p, sizeof head};
}

/* --- helpers ---------------------------------------------------------------------------------- */

static int fd_of(struct bytes b)
{
    int fd = memfd_create("t", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, b.p, b.n), (ssize_t)b.n);
    return fd;
}

static err import(struct bytes b, enum image_kind kind, struct image_files *files,
                  struct image_info *info)
{
    int fd = fd_of(b);
    struct image_request rq = {.fd = fd, .kind = kind};
    err e = image_import(&rq, mem, files, info);
    close(fd);
    return e;
}

static int fds_open(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* Refused with this reason, and no descriptor or output left. */
static void refused(struct bytes b, err code, const char *reason)
{
    struct image_files files = {.n = 0};
    struct image_info info = {0};
    int before = fds_open();
    err e = import(b, IMAGE_ARTICLE, &files, &info);
    if (e != code || strcmp(fault_last()->reason, reason) != 0)
        print_message("want %s got %s: %s\n", reason, fault_last()->reason, fault_last()->text);
    assert_int_equal(e, code);
    assert_string_equal(fault_last()->reason, reason);
    assert_int_equal(files.n, 0);
    assert_int_equal(fds_open(), before);
}

static struct bytes file_bytes(const struct image_file *f)
{
    uint8_t *p = arena_alloc(mem, (size_t)f->size);
    assert_int_equal(pread(f->fd, p, (size_t)f->size, 0), (ssize_t)f->size);
    return (struct bytes){p, (size_t)f->size};
}

static const uint8_t *pixel_at(struct bytes webp, int x, int y)
{
    int w = 0, h = 0;
    uint8_t *all = WebPDecodeRGB(webp.p, webp.n, &w, &h);
    assert_non_null(all);
    const uint8_t *px = bytes_keep(all + ((size_t)y * (size_t)w + (size_t)x) * 3, 3).p;
    WebPFree(all);
    return px;
}

static void size_is(const struct image_file *f, int w, int h)
{
    int rw = 0, rh = 0;
    struct bytes b = file_bytes(f);
    assert_true(WebPGetInfo(b.p, b.n, &rw, &rh));
    assert_int_equal(f->width, w);
    assert_int_equal(f->height, h);
    assert_int_equal(rw, w);
    assert_int_equal(rh, h);
}

static bool is_lossless(const struct image_file *f)
{
    WebPBitstreamFeatures feat;
    struct bytes b = file_bytes(f);
    assert_int_equal(WebPGetFeatures(b.p, b.n, &feat), VP8_STATUS_OK);
    return feat.format == 2;
}

/* --- tests ------------------------------------------------------------------------------------ */

static void test_image__article_gets_its_widths(void **state)
{
    (void)state;
    AUTO_IMAGE_FILES(files);
    struct image_info info = {0};
    assert_int_equal(import(jpeg_make(1200, 600, (struct bytes){0}), IMAGE_ARTICLE, &files, &info),
                     OK);
    assert_int_equal(files.n, 4);
    size_is(&files.file[0], 1200, 600);
    size_is(&files.file[1], 1080, 540);
    size_is(&files.file[2], 540, 270);
    size_is(&files.file[3], 270, 135);
    assert_int_equal(info.source, IMAGE_JPEG);
    assert_int_equal(info.width, 1200);
    assert_int_equal(info.frames, 1);
    assert_false(info.alpha);
    assert_false(is_lossless(&files.file[0]));
}

static void test_image__nothing_is_enlarged(void **state)
{
    (void)state;
    AUTO_IMAGE_FILES(files);
    AUTO_IMAGE_FILES(avatar);
    struct image_info info = {0};
    assert_int_equal(import(webp_make(300, 200), IMAGE_ARTICLE, &files, &info), OK);
    assert_int_equal(files.n, 2);
    size_is(&files.file[0], 300, 200);
    size_is(&files.file[1], 270, 180);
    assert_int_equal(import(webp_make(50, 40), IMAGE_AVATAR, &avatar, &info), OK);
    assert_int_equal(avatar.n, 1);
    size_is(&avatar.file[0], 40, 40);
}

static void test_image__avatar_is_square(void **state)
{
    (void)state;
    AUTO_IMAGE_FILES(files);
    struct image_info info = {0};
    assert_int_equal(import(png_make(600, 300, true), IMAGE_AVATAR, &files, &info), OK);
    assert_int_equal(files.n, 2);
    size_is(&files.file[0], 256, 256);
    size_is(&files.file[1], 96, 96);
    /* cut from the middle: both colours are in it */
    struct bytes b = file_bytes(&files.file[0]);
    assert_true(pixel_at(b, 10, 128)[0] > 180 && pixel_at(b, 245, 128)[2] > 180);
}

static void test_image__evidence_keeps_one(void **state)
{
    (void)state;
    AUTO_IMAGE_FILES(files);
    struct image_info info = {0};
    assert_int_equal(import(png_make(1500, 400, true), IMAGE_EVIDENCE, &files, &info), OK);
    assert_int_equal(files.n, 1);
    size_is(&files.file[0], 1500, 400);
}

static void test_image__drawing_stays_exact(void **state)
{
    (void)state;
    AUTO_IMAGE_FILES(files);
    struct image_info info = {0};
    assert_int_equal(import(png_make(400, 300, false), IMAGE_ARTICLE, &files, &info), OK);
    assert_true(is_lossless(&files.file[0]));
    const uint8_t *px = pixel_at(file_bytes(&files.file[0]), 1, 1);
    assert_int_equal(px[0], 230);
    assert_int_equal(px[2], 20);
}

static void test_image__metadata_is_gone_and_picture_upright(void **state)
{
    (void)state;
    AUTO_IMAGE_FILES(files);
    struct image_info info = {0};
    struct bytes in = jpeg_make(640, 320, exif_make(6));
    assert_true(str_has(bytes_str(in), S("SECRETGPS")));
    assert_int_equal(import(in, IMAGE_ARTICLE, &files, &info), OK);
    size_is(&files.file[0], 320, 640);
    assert_int_equal(info.width, 320);
    for (size_t i = 0; i < files.n; i++) {
        str out = bytes_str(file_bytes(&files.file[i]));
        assert_false(str_has(out, S("SECRETGPS")));
        assert_false(str_has(out, S("EXIF")));
        assert_false(str_has(out, S("Exif")));
    }
    /* orientation 6: what was left is now the top */
    struct bytes b = file_bytes(&files.file[0]);
    assert_true(pixel_at(b, 160, 20)[0] > 180);
    assert_true(pixel_at(b, 160, 620)[2] > 180);
}

/* A 2×3 picture whose pixels are 0..5, turned by each of the eight orientations (EXIF 2.32, 4.6.4).
 */
static void test_image__all_orientations(void **state)
{
    (void)state;
    static const char *const want[9] = {"",       "012345", "103254", "543210", "452301",
                                        "024135", "420531", "531420", "135024"};
    for (int o = 1; o <= 8; o++) {
        struct image_pixels px = {.orientation = o, .width = 2, .height = 3};
        assert_true(WebPPictureInit(&px.pic));
        assert_int_equal(image_room(&px, 2, 3), OK);
        for (int i = 0; i < 6; i++)
            px.pic.argb[i / 2 * px.pic.argb_stride + i % 2] = (uint32_t)i;
        assert_int_equal(image_turn(&px), OK);
        char got[7] = "";
        for (int i = 0; i < 6; i++) {
            int at = i / px.width * px.pic.argb_stride + i % px.width;
            got[i] = (char)('0' + px.pic.argb[at]);
        }
        assert_string_equal(got, want[o]);
        WebPPictureFree(&px.pic);
    }
}

static void test_image__orientation_of_junk_is_upright(void **state)
{
    (void)state;
    struct bytes exif = exif_make(8);
    struct bytes tiff = {exif.p + 6, exif.n - 6};
    assert_int_equal(image_orientation(tiff), 8);
    for (size_t n = 0; n < 20; n++)
        assert_int_equal(image_orientation((struct bytes){tiff.p, n}), 1);
    struct bytes bad = exif_make(9);
    assert_int_equal(image_orientation((struct bytes){bad.p + 6, bad.n - 6}), 1);
}

static void test_image__animated_gif_keeps_first_frame(void **state)
{
    (void)state;
    AUTO_IMAGE_FILES(files);
    struct image_info info = {0};
    assert_int_equal(import(gif_make(40, 30, 12), IMAGE_ARTICLE, &files, &info), OK);
    assert_int_equal(info.frames, 12);
    assert_int_equal(info.source, IMAGE_GIF);
    const uint8_t *px = pixel_at(file_bytes(&files.file[0]), 20, 15);
    assert_true(px[0] == 255 && px[1] == 0 && px[2] == 0);
    refused(gif_make(4, 4, IMAGE_MAX_FRAMES + 1), ERR_TOO_LARGE, "image_animated_too_long");
}

static void test_image__truncated_files_are_refused(void **state)
{
    (void)state;
    const struct bytes whole[] = {jpeg_make(200, 100, (struct bytes){0}), png_make(200, 100, true),
                                  webp_make(200, 100), gif_make(200, 100, 1)};
    for (size_t i = 0; i < LEN(whole); i++) {
        refused((struct bytes){whole[i].p, whole[i].n / 2}, ERR_INVALID, "image_truncated");
        refused((struct bytes){whole[i].p, 16}, ERR_INVALID, "image_truncated");
    }
}

static void test_image__what_is_no_picture_is_refused(void **state)
{
    (void)state;
    uint8_t *noise = arena_alloc(mem, 5000);
    rand_bytes(noise, 5000);
    noise[0] = 0;
    refused((struct bytes){noise, 5000}, ERR_INVALID, "image_type");
    refused((struct bytes){noise, 0}, ERR_INVALID, "image_empty");
    refused(str_bytes(S("<svg xmlns='http://www.w3.org/2000/svg'/>")), ERR_INVALID, "image_type");
    /* the right magic in front of noise */
    noise[0] = 0xFF;
    noise[1] = 0xD8;
    noise[2] = 0xFF;
    noise[3] = 0x01; /* a marker without length, so that noise follows at once */
    struct image_files files = {.n = 0};
    struct image_info info;
    assert_int_not_equal(import((struct bytes){noise, 5000}, IMAGE_ARTICLE, &files, &info), OK);
}

static void test_image__claimed_type_must_agree(void **state)
{
    (void)state;
    AUTO_IMAGE_FILES(files);
    struct image_info info;
    int fd = fd_of(png_make(20, 20, false));
    struct image_request rq = {.fd = fd, .kind = IMAGE_ARTICLE, .claimed_type = S("image/jpeg")};
    assert_int_equal(image_import(&rq, mem, &files, &info), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "image_type_mismatch");
    rq.claimed_type = S("Image/PNG; x=y");
    assert_int_equal(image_import(&rq, mem, &files, &info), OK);
    close(fd);
}

static void test_image__bombs_are_refused_by_their_header(void **state)
{
    (void)state;
    struct bytes png = png_make(16, 16, false);
    uint8_t *p = (uint8_t *)(uintptr_t)png.p;
    p[18] = p[22] = 0xC3; /* 50000 x 50000 */
    p[19] = p[23] = 0x50;
    refused(png, ERR_TOO_LARGE, "image_too_many_pixels");
    struct bytes gif = gif_make(8, 8, 1);
    memset((uint8_t *)(uintptr_t)gif.p + 6, 0xFF, 4); /* 65535 x 65535 */
    refused(gif, ERR_TOO_LARGE, "image_too_many_pixels");
    struct image_caps small = {.side = 100, .pixels = 1000, .frames = 2, .target_side = 100};
    struct image_pixels px;
    assert_int_equal(image_decode(jpeg_make(101, 8, (struct bytes){0}), &small, &px),
                     ERR_TOO_LARGE);
    assert_null(px.pic.argb);
    assert_int_equal(image_decode(webp_make(40, 40), &small, &px), ERR_TOO_LARGE);
    assert_null(px.pic.argb);
}

static void test_image__file_too_large(void **state)
{
    (void)state;
    AUTO_IMAGE_FILES(files);
    struct image_info info;
    int fd = memfd_create("t", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, IMAGE_MAX_BYTES + 1), 0);
    struct image_request rq = {.fd = fd, .kind = IMAGE_ARTICLE};
    assert_int_equal(image_import(&rq, mem, &files, &info), ERR_TOO_LARGE);
    assert_string_equal(fault_last()->reason, "image_too_large");
    close(fd);
}

static int measure_one(const char *what, struct bytes in)
{
    struct image_files files = {.n = 0};
    struct image_info info = {0};
    err e = import(in, IMAGE_ARTICLE, &files, &info);
    print_message("%s %s of %zu bytes: %lld ms, %lld MB resident\n", err_name(e), what, in.n,
                  (long long)info.wall_us / 1000, (long long)(info.peak_bytes >> 20));
    for (size_t i = 0; i < files.n; i++)
        print_message("  %dx%d %lld bytes\n", files.file[i].width, files.file[i].height,
                      (long long)files.file[i].size);
    image_files_done(&files);
    return e == OK ? 0 : 1;
}

static int measure(void)
{
    int bad = measure_one("12 MP JPEG", jpeg_make(4000, 3000, (struct bytes){0}));
    bad |= measure_one("50 MP JPEG turned", jpeg_make(8000, 6200, exif_make(6)));
    return bad | measure_one("50 MP PNG", png_make(8000, 6200, false));
}

/* Tiny pictures of every kind for fuzz/corpus/image, written to the directory we stand in. */
static int seeds(void)
{
    const struct {
        const char *name;
        struct bytes b;
    } all[] = {
        {"upright.jpg", jpeg_make(8, 4, (struct bytes){0})},
        {"turned-gps.jpg", jpeg_make(6, 4, exif_make(6))},
        {"drawing.png", png_make(8, 8, false)},
        {"photo.png", png_make(9, 5, true)},
        {"photo.webp", webp_make(8, 6)},
        {"still.gif", gif_make(5, 3, 1)},
        {"moving.gif", gif_make(4, 4, 3)},
    };
    for (size_t i = 0; i < LEN(all); i++) {
        FILE *f = fopen(all[i].name, "wb");
        if (!f || fwrite(all[i].b.p, 1, all[i].b.n, f) != all[i].b.n || fclose(f) != 0)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (sandbox_is_worker(argc, argv))
        return sandbox_worker_main(&image_sandbox_kind, 1, argc, argv);
    rand_init();
    mem = arena_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_image__article_gets_its_widths),
        cmocka_unit_test(test_image__nothing_is_enlarged),
        cmocka_unit_test(test_image__avatar_is_square),
        cmocka_unit_test(test_image__evidence_keeps_one),
        cmocka_unit_test(test_image__drawing_stays_exact),
        cmocka_unit_test(test_image__metadata_is_gone_and_picture_upright),
        cmocka_unit_test(test_image__all_orientations),
        cmocka_unit_test(test_image__orientation_of_junk_is_upright),
        cmocka_unit_test(test_image__animated_gif_keeps_first_frame),
        cmocka_unit_test(test_image__truncated_files_are_refused),
        cmocka_unit_test(test_image__what_is_no_picture_is_refused),
        cmocka_unit_test(test_image__claimed_type_must_agree),
        cmocka_unit_test(test_image__bombs_are_refused_by_their_header),
        cmocka_unit_test(test_image__file_too_large),
    };
    int bad = 0;
    if (argc > 1)
        bad = str_eq(str_from(argv[1]), S("seeds")) ? seeds() : measure();
    else
        bad = cmocka_run_group_tests_name("image", tests, NULL, NULL);
    arena_free(mem);
    return bad;
}
