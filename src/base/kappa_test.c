/* Kappa and its interval against values of an independent computation (numerical delta method). */
#include "base/kappa.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-5;
}

static void test_kappa__known_values(void **state)
{
    (void)state;
    struct kappa k = kappa_of(&(struct kappa_table){{{20, 5}, {10, 15}}});
    assert_true(k.known && k.pairs == 50 && k.agreed == 35);
    assert_true(near(k.value, 0.4) && near(k.low, 0.151092) && near(k.high, 0.648908));
    k = kappa_of(&(struct kappa_table){{{44, 5, 1}, {7, 20, 3}, {9, 5, 6}}});
    assert_true(near(k.value, 0.491525) && near(k.low, 0.350158) && near(k.high, 0.632893));
}

static void test_kappa__ends_of_the_scale(void **state)
{
    (void)state;
    assert_false(kappa_of(&(struct kappa_table){0}).known);
    assert_false(kappa_of(&(struct kappa_table){{{9}}}).known); /* chance explains all of it */
    struct kappa k = kappa_of(&(struct kappa_table){{{9, 0}, {0, 3}}});
    assert_true(k.known && near(k.value, 1) && near(k.low, 1) && near(k.high, 1));
    k = kappa_of(&(struct kappa_table){{{0, 5}, {5, 0}}});
    assert_true(k.known && near(k.value, -1) && k.low >= -1);
}

static void test_kappa__text(void **state)
{
    AUTO_ARENA(mem);
    (void)state;
    struct kappa k = kappa_of(&(struct kappa_table){{{20, 5}, {10, 15}}});
    assert_true(str_eq(kappa_text(mem, &k), S("0.40 (0.15\u20130.65)")));
    k = kappa_of(&(struct kappa_table){0});
    assert_true(str_eq(kappa_text(mem, &k), S("\u2013")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kappa__known_values),
        cmocka_unit_test(test_kappa__ends_of_the_scale),
        cmocka_unit_test(test_kappa__text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
