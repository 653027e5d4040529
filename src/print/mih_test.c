/* The index finds exactly what comparing with all finds. */
#include "print/mih.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MANY = 20000, MAX = 64 };

static uint64_t seed = 7;
static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % n;
}

static void any(uint8_t v[PDQ_BYTES])
{
    for (int i = 0; i < PDQ_BYTES; i++)
        v[i] = (uint8_t)dice(256);
}

static void changed(const uint8_t from[PDQ_BYTES], uint8_t to[PDQ_BYTES], int bits)
{
    bool done[256] = {false};
    memcpy(to, from, PDQ_BYTES);
    while (bits) {
        uint32_t b = dice(256);
        if (done[b])
            continue;
        done[b] = true;
        to[b / 8] ^= (uint8_t)(1 << b % 8);
        bits--;
    }
}

static int by_id(const void *a, const void *b)
{
    const struct mih_hit *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void test_mih__finds_what_comparing_finds(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    uint8_t(*v)[PDQ_BYTES] = arena_alloc(mem, (size_t)MANY * PDQ_BYTES);
    struct mih *m = mih_new(0);
    for (int i = 0; i < MANY; i++)
        any(v[i]);
    for (int i = 1; i < 200; i++) /* a crowd of near ones */
        changed(v[0], v[i * 90], (int)dice(40));
    assert_int_equal(mih_add(m, v, MANY), OK);
    for (int i = 0; i < 500; i++) {
        uint8_t q[PDQ_BYTES];
        struct mih_hit a[512], b[512];
        changed(v[i % 7 ? (int)dice(MANY) : 0], q, (int)dice(34));
        size_t n = mih_find(m, q, a, LEN(a)), k = mih_find_slowly(m, q, b, LEN(b));
        assert_int_equal(n, k);
        qsort(a, n, sizeof *a, by_id);
        qsort(b, k, sizeof *b, by_id);
        assert_memory_equal(a, b, n * sizeof *a);
    }
    mih_free(m);
}

static void test_mih__border_and_additions(void **state)
{
    (void)state;
    struct mih *m = mih_new(0);
    struct mih_hit hit[MAX];
    uint8_t one[PDQ_BYTES], q[PDQ_BYTES];
    any(one);
    assert_int_equal(mih_find(m, one, hit, MAX), 0);
    for (int i = 0; i < 9000; i++) { /* the tables are made on the way */
        uint8_t other[PDQ_BYTES];
        any(other);
        assert_int_equal(mih_add(m, i == 4500 ? &one : &other, 1), OK);
    }
    changed(one, q, PDQ_NEAR);
    assert_int_equal(mih_find(m, q, hit, MAX), 1);
    assert_int_equal(hit[0].id, 4500);
    assert_int_equal(hit[0].distance, PDQ_NEAR);
    changed(one, q, PDQ_NEAR + 1);
    assert_int_equal(mih_find(m, q, hit, MAX), 0);
    assert_int_equal(mih_add(m, &one, 1), OK);
    assert_int_equal(mih_find(m, one, hit, MAX), 2);
    assert_int_equal(mih_find(m, one, hit, 1), 1);
    mih_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mih__finds_what_comparing_finds),
        cmocka_unit_test(test_mih__border_and_additions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
