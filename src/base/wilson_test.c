/* The interval against values of R's binom.confint(method = "wilson"). */
#include "base/wilson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_wilson__known_values(void **state)
{
    (void)state;
    struct wilson w = wilson_of(8, 10);
    assert_true(w.low > 0.4901 && w.low < 0.4902);
    assert_true(w.high > 0.9433 && w.high < 0.9434);
    w = wilson_of(0, 10);
    assert_true(w.low == 0 && w.high > 0.2775 && w.high < 0.2776);
    w = wilson_of(10, 10);
    assert_true(w.high == 1 && w.low > 0.7224 && w.low < 0.7225);
    w = wilson_of(0, 0);
    assert_true(w.low == 0 && w.high == 1);
}

static void test_wilson__text(void **state)
{
    AUTO_ARENA(mem);
    (void)state;
    assert_true(str_eq(wilson_text(mem, 8, 10), S("80\u00a0% (49\u201394\u00a0%, 10)")));
    assert_true(str_eq(wilson_text(mem, 0, 0), S("\u2013")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wilson__known_values),
        cmocka_unit_test(test_wilson__text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
