/* Unit tests of the decoders, in process: the corners of the four formats. */
#include "image/image_decode.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>

#include <gif_lib.h>
#include <jpeglib.h>
#include <png.h>

#include <cmocka.h>

static arena *mem;

static const struct image_caps CAPS = {
    .side = 1000, .pixels = 100000, .frames = 5, .target_side = 16};

static uint32_t pixel(const struct image_pixels *px, int x, int y)
{
    return px->pic.argb[y * px->pic.argb_stride + x];
}

static int channel(uint32_t argb, int shift)
{
    return (int)(argb >> shift & 0xFF);
}

/* --- JPEG ------------------------------------------------------------------------------------- */

static struct bytes jpeg_plain(int w, int h, J_COLOR_SPACE space, const uint8_t *colour)
{
    struct jpeg_error_mgr mgr;
    struct jpeg_compress_struct c = {.err = jpeg_std_error(&mgr)};
    unsigned char *out = NULL;
    unsigned long n = 0;
    int parts = space == JCS_CMYK ? 4 : space == JCS_GRAYSCALE ? 1 : 3;
    uint8_t *line = arena_alloc(mem, (size_t)(w * parts));
    for (int i = 0; i < w * parts; i++)
        line[i] = colour[i % parts];
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &out, &n);
    c.image_width = (JDIMENSION)w;
    c.image_height = (JDIMENSION)h;
    c.input_components = parts;
    c.in_color_space = space;
    jpeg_set_defaults(&c);
    jpeg_simple_progression(&c);
    jpeg_start_compress(&c, TRUE);
    while (c.next_scanline < c.image_height)
        (void)jpeg_write_scanlines(&c, &line, 1);
    jpeg_finish_compress(&c);
    str kept = str_dup(mem, (str){(const char *)out, n});
    jpeg_destroy_compress(&c);
    (free)(out);
    return str_bytes(kept);
}

static void test_decode__jpeg_of_print_shops(void **state)
{
    (void)state;
    struct image_pixels px;
    /* inverted, as Adobe writes it: no cyan, all magenta and yellow, no black */
    const uint8_t red[4] = {255, 0, 0, 255};
    assert_int_equal(image_decode(jpeg_plain(20, 10, JCS_CMYK, red), &CAPS, &px), OK);
    uint32_t c = pixel(&px, 5, 5);
    assert_int_equal(channel(c, 24), 255);
    assert_true(channel(c, 16) > 240 && channel(c, 8) < 15 && channel(c, 0) < 15);
    WebPPictureFree(&px.pic);
}

static void test_decode__jpeg_grey(void **state)
{
    (void)state;
    struct image_pixels px;
    const uint8_t grey[1] = {100};
    assert_int_equal(image_decode(jpeg_plain(9, 9, JCS_GRAYSCALE, grey), &CAPS, &px), OK);
    assert_int_equal(pixel(&px, 8, 8), 0xFF646464);
    WebPPictureFree(&px.pic);
}

static void test_decode__jpeg_comes_smaller_but_not_too_small(void **state)
{
    (void)state;
    struct image_pixels px;
    const uint8_t rgb[3] = {1, 2, 3};
    assert_int_equal(image_decode(jpeg_plain(100, 40, JCS_RGB, rgb), &CAPS, &px), OK);
    assert_int_equal(px.width, 100); /* as sent */
    assert_int_equal(px.pic.width, 25);
    assert_int_equal(px.pic.height, 10);
    assert_true(px.lossy);
    WebPPictureFree(&px.pic);
}

/* --- PNG -------------------------------------------------------------------------------------- */

static void test_decode__png_16_bit_grey_with_alpha(void **state)
{
    (void)state;
    png_image img = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_LINEAR_Y_ALPHA};
    img.width = img.height = 2;
    const uint16_t data[8] = {65535, 65535, 0, 0, 0, 65535, 65535, 65535};
    uint8_t out[1000];
    png_alloc_size_t n = sizeof out;
    assert_true(png_image_write_to_memory(&img, out, &n, 0, data, 0, NULL));
    struct image_pixels px;
    assert_int_equal(image_decode((struct bytes){out, n}, &CAPS, &px), OK);
    assert_int_equal(pixel(&px, 0, 0), 0xFFFFFFFF);
    assert_int_equal(channel(pixel(&px, 1, 0), 24), 0);
    assert_int_equal(pixel(&px, 0, 1), 0xFF000000);
    assert_false(px.lossy);
    WebPPictureFree(&px.pic);
}

static void test_decode__png_with_a_wrong_checksum(void **state)
{
    (void)state;
    png_image img = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_GRAY};
    img.width = img.height = 2;
    const uint8_t data[4] = {1, 2, 3, 4};
    uint8_t out[1000];
    png_alloc_size_t n = sizeof out;
    assert_true(png_image_write_to_memory(&img, out, &n, 0, data, 0, NULL));
    out[30] ^= 1; /* in the CRC of IHDR */
    struct image_pixels px;
    assert_int_equal(image_decode((struct bytes){out, n}, &CAPS, &px), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "image_damaged");
    WebPPictureFree(&px.pic);
}

/* --- GIF -------------------------------------------------------------------------------------- */

enum { GIF_H = 11 };

static int gif_write(GifFileType *g, const GifByteType *p, int n)
{
    buf_add(g->UserData, (str){(const char *)p, (size_t)n});
    return n;
}

/* Interlaced, every row y in colour y; colour 3 transparent; the frame is 1 px in from the left. */
static struct bytes gif_interlaced(void)
{
    static const int order[GIF_H] = {0, 8, 4, 2, 6, 10, 1, 3, 5, 7, 9};
    struct buf b;
    buf_init(&b, mem, 1 << 16);
    GifColorType colours[16];
    for (int i = 0; i < 16; i++)
        colours[i] = (GifColorType){(GifByteType)(i * 10), 7, 9};
    int code = 0;
    ColorMapObject *map = GifMakeMapObject(16, colours);
    GifFileType *g = EGifOpen(&b, gif_write, &code);
    EGifSetGifVersion(g, true);
    assert_int_equal(EGifPutScreenDesc(g, 5, GIF_H, 8, 0, map), GIF_OK);
    const GifByteType control[4] = {1, 0, 0, 3};
    assert_int_equal(EGifPutExtension(g, GRAPHICS_EXT_FUNC_CODE, 4, control), GIF_OK);
    assert_int_equal(EGifPutImageDesc(g, 1, 0, 4, GIF_H, true, NULL), GIF_OK);
    for (size_t i = 0; i < GIF_H; i++) {
        GifByteType line[4];
        memset(line, order[i], sizeof line);
        assert_int_equal(EGifPutLine(g, line, 4), GIF_OK);
    }
    EGifCloseFile(g, &code);
    GifFreeMapObject(map);
    return str_bytes(buf_str(&b));
}

static void test_decode__gif_interlaced_and_transparent(void **state)
{
    (void)state;
    struct image_pixels px;
    assert_int_equal(image_decode(gif_interlaced(), &CAPS, &px), OK);
    assert_int_equal(px.pic.height, GIF_H);
    for (int y = 0; y < GIF_H; y++) {
        assert_int_equal(pixel(&px, 0, y), 0); /* outside the frame */
        assert_int_equal(channel(pixel(&px, 2, y), 24), y == 3 ? 0 : 255);
        if (y != 3)
            assert_int_equal(channel(pixel(&px, 2, y), 16), y * 10);
    }
    WebPPictureFree(&px.pic);
}

static void test_decode__gif_frame_outside_its_canvas(void **state)
{
    (void)state;
    struct bytes b = gif_interlaced();
    uint8_t *canvas_width = (uint8_t *)(uintptr_t)b.p + 6;
    *canvas_width = 4; /* the frame ends at 5 */
    struct image_pixels px;
    assert_int_equal(image_decode(b, &CAPS, &px), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "image_damaged");
    assert_null(px.pic.argb);
    WebPPictureFree(&px.pic);
}

/* --- WebP ------------------------------------------------------------------------------------- */

static void test_decode__animated_webp_is_refused(void **state)
{
    (void)state;
    /* VP8X with the animation flag, 4x4, then an ANIM chunk */
    static const uint8_t file[] = "RIFF\x2c\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x03\0\0\x03\0\0"
                                  "ANIM\x06\0\0\0\0\0\0\0\0\0ANMF\0\0\0";
    struct image_pixels px;
    assert_int_equal(image_decode((struct bytes){file, sizeof file}, &CAPS, &px), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "image_animated");
    WebPPictureFree(&px.pic);
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode__jpeg_of_print_shops),
        cmocka_unit_test(test_decode__jpeg_grey),
        cmocka_unit_test(test_decode__jpeg_comes_smaller_but_not_too_small),
        cmocka_unit_test(test_decode__png_16_bit_grey_with_alpha),
        cmocka_unit_test(test_decode__png_with_a_wrong_checksum),
        cmocka_unit_test(test_decode__gif_interlaced_and_transparent),
        cmocka_unit_test(test_decode__gif_frame_outside_its_canvas),
        cmocka_unit_test(test_decode__animated_webp_is_refused),
    };
    return cmocka_run_group_tests_name("image decode", tests, setup, teardown);
}
