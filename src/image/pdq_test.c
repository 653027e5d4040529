/* PDQ: equal pictures stay near whatever is done to them, different ones are far (A11.4). */
#include "image/pdq.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static arena *mem;

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    return 0;
}
static int tear_down(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

/* A scene of soft blobs and an edge, by seed, at any size: x and y run from 0 to 1. */
static float scene(unsigned seed, double x, double y)
{
    double v = 90 + 60 * x;
    uint64_t r = seed * 2654435761U + 12345;
    for (int i = 0; i < 14; i++) {
        r = r * 6364136223846793005U + 1442695040888963407U;
        double cx = (double)(r >> 40 & 1023) / 1023, cy = (double)(r >> 50 & 1023) / 1023;
        double size = 0.04 + (double)(r >> 30 & 255) / 1800, deep = (double)(r >> 22 & 255) - 128;
        double d = ((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (size * size);
        v += deep * exp(-d);
    }
    if (x + y > 1.3)
        v -= 50;
    return (float)(v < 0 ? 0 : v > 255 ? 255 : v);
}

struct change {
    float light, contrast; /* added; factor, 0 = 1 */
    int noise;             /* each pixel off by up to so much */
    int turn;              /* way, as in pdq.h */
};

/* Where the pixel of the changed picture comes from. */
static void place(int way, double *x, double *y)
{
    double a = *x, b = *y;
    static const int FROM[PDQ_WAYS][4] = {/* x = a*[0] + b*[1], y = a*[2] + b*[3]; -1: mirrored */
                                          {1, 0, 0, 1},  {0, -1, 1, 0}, {-1, 0, 0, -1},
                                          {0, 1, -1, 0}, {1, 0, 0, -1}, {-1, 0, 0, 1},
                                          {0, 1, 1, 0},  {0, -1, -1, 0}};
    const int *f = FROM[way];
    *x = (f[0] ? a : b) * (f[0] + f[1]);
    *y = (f[2] ? a : b) * (f[2] + f[3]);
    *x = *x < 0 ? 1 + *x : *x;
    *y = *y < 0 ? 1 + *y : *y;
}

static struct pdq print(unsigned seed, int w, int h, const struct change *c)
{
    struct luminance l = {NEW_N(mem, float, (size_t)w *(size_t)h), w, h};
    struct pdq p;
    uint32_t dice = seed;
    for (int j = 0; j < h; j++)
        for (int i = 0; i < w; i++) {
            double x = (i + 0.5) / w, y = (j + 0.5) / h;
            place(c->turn, &x, &y);
            dice = dice * 1664525U + 1013904223U;
            float v = scene(seed, x, y) * (c->contrast > 0 ? c->contrast : 1) + c->light;
            if (c->noise)
                v += (float)((int)(dice >> 16) % (2 * c->noise + 1) - c->noise);
            l.v[j * w + i] = v < 0 ? 0 : v > 255 ? 255 : v;
        }
    pdq_of(mem, &l, &p);
    return p;
}

static int away(const struct pdq *a, const struct pdq *b)
{
    return pdq_distance(a->way[0], b->way[0]);
}

static void test_pdq__same_picture_is_near(void **state)
{
    (void)state;
    const struct change none = {0};
    int worst = 0;
    for (unsigned seed = 1; seed <= 20; seed++) {
        struct pdq base = print(seed, 400, 300, &none);
        assert_true(base.quality >= PDQ_QUALITY);
        struct pdq again[] = {print(seed, 400, 300, &none),
                              print(seed, 200, 150, &none),
                              print(seed, 512, 384, &none),
                              print(seed, 400, 300, &(struct change){.light = 12}),
                              print(seed, 400, 300, &(struct change){.contrast = 0.85F}),
                              print(seed, 400, 300, &(struct change){.noise = 8})};
        assert_int_equal(away(&base, &again[0]), 0);
        for (size_t i = 0; i < LEN(again); i++)
            worst = away(&base, &again[i]) > worst ? away(&base, &again[i]) : worst;
    }
    print_message("farthest of 120 changed pictures: %d bits\n", worst);
    assert_in_range(worst, 0, PDQ_NEAR);
}

static void test_pdq__different_pictures_are_far(void **state)
{
    (void)state;
    int least = 256;
    struct pdq v[20];
    for (unsigned i = 0; i < LEN(v); i++)
        v[i] = print(i + 1, 300, 300, &(struct change){0});
    for (size_t i = 0; i < LEN(v); i++)
        for (size_t j = 0; j < i; j++)
            least = away(&v[i], &v[j]) < least ? away(&v[i], &v[j]) : least;
    print_message("nearest of 190 pairs: %d bits\n", least);
    assert_true(least > 2 * PDQ_NEAR);
}

/* The way of a turned picture's upright hash is among the original's eight. */
static void test_pdq__turned_and_mirrored(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 5; seed++) {
        struct pdq base = print(seed, 320, 320, &(struct change){0});
        bool used[PDQ_WAYS] = {false};
        for (int way = 0; way < PDQ_WAYS; way++) {
            struct pdq turned = print(seed, 320, 320, &(struct change){.turn = way});
            int best = 0;
            for (int k = 0; k < PDQ_WAYS; k++)
                if (pdq_distance(base.way[k], turned.way[0]) <
                    pdq_distance(base.way[best], turned.way[0]))
                    best = k;
            assert_in_range(pdq_distance(base.way[best], turned.way[0]), 0, 10);
            assert_false(used[best]);
            used[best] = true;
        }
    }
}

static void test_pdq__half_of_the_bits_and_quality(void **state)
{
    (void)state;
    const uint8_t none[PDQ_BYTES] = {0};
    struct pdq p = print(3, 123, 77, &(struct change){0});
    assert_int_equal(pdq_distance(p.way[0], none), 128);
    float flat[40 * 40];
    for (size_t i = 0; i < LEN(flat); i++)
        flat[i] = 128;
    pdq_of(mem, &(struct luminance){flat, 40, 40}, &p);
    assert_int_equal(p.quality, 0);
    pdq_of(mem, &(struct luminance){flat, 4, 40}, &p);
    assert_int_equal(p.quality, 0);
    assert_int_equal(pdq_distance(p.way[0], none), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pdq__same_picture_is_near, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pdq__different_pictures_are_far, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pdq__turned_and_mirrored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pdq__half_of_the_bits_and_quality, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
