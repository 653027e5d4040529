/* Token buckets: bursts, refill, who shares one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "web/rate.h"

static int64_t NOW = 1000000000;

static int taken(enum rate class, const char *ip, int64_t user, int64_t now)
{
    struct rate_who who = {.ip = str_from(ip), .user_id = user};
    int n = 0, wait = 0;
    while (n < 100000 && rate_take(class, &who, now, &wait) == OK)
        n++;
    return n;
}

static int setup(void **state)
{
    (void)state;
    rate_reset();
    return 0;
}

static void test_rate__burst_then_refill(void **state)
{
    (void)state;
    struct rate_limit l = rate_limit(RATE_LOGIN);
    struct rate_who who = {.ip = S("203.0.113.1")};
    int wait = 0;
    assert_int_equal(taken(RATE_LOGIN, "203.0.113.1", 0, NOW), l.ip_burst);
    assert_int_equal(rate_take(RATE_LOGIN, &who, NOW, &wait), ERR_LIMIT);
    assert_string_equal(fault_last()->reason, "too_many");
    assert_true(wait >= 1 && wait <= 60 / l.per_ip + 1);
    assert_int_equal(rate_take(RATE_LOGIN, &who, NOW + wait * 1000, &wait), OK);
    assert_int_equal(taken(RATE_LOGIN, "203.0.113.1", 0, NOW + 60000), l.ip_burst);
    /* A clock that goes back gives nothing. */
    assert_int_equal(taken(RATE_LOGIN, "203.0.113.1", 0, NOW), 0);
}

static void test_rate__others_are_free(void **state)
{
    (void)state;
    int burst = rate_limit(RATE_LOGIN).ip_burst;
    assert_int_equal(taken(RATE_LOGIN, "203.0.113.1", 0, NOW), burst);
    assert_int_equal(taken(RATE_LOGIN, "203.0.113.2", 0, NOW), burst);
    assert_int_equal(taken(RATE_CODE, "203.0.113.1", 0, NOW), rate_limit(RATE_CODE).ip_burst);
}

static void test_rate__a_network_is_one(void **state)
{
    (void)state;
    int burst = rate_limit(RATE_LOGIN).ip_burst;
    assert_int_equal(taken(RATE_LOGIN, "2001:db8::1", 0, NOW), burst);
    assert_int_equal(taken(RATE_LOGIN, "2001:db8::ffff", 0, NOW), 0);
    assert_int_equal(taken(RATE_LOGIN, "2001:db8:0:1::1", 0, NOW), burst);
    assert_int_equal(taken(RATE_LOGIN, "203.0.113.9", 0, NOW), burst);
    assert_int_equal(taken(RATE_LOGIN, "::ffff:203.0.113.9", 0, NOW), 0);
}

static void test_rate__users_by_themselves(void **state)
{
    (void)state;
    struct rate_limit l = rate_limit(RATE_WRITE);
    assert_int_equal(taken(RATE_WRITE, "203.0.113.1", 7, NOW), l.user_burst);
    assert_int_equal(taken(RATE_WRITE, "203.0.113.2", 7, NOW), 0);
    assert_int_equal(taken(RATE_WRITE, "203.0.113.2", 8, NOW), l.user_burst);
}

static void test_rate__this_machine(void **state)
{
    (void)state;
    assert_int_equal(taken(RATE_READ, "127.0.0.1", 0, NOW), 100000);
    assert_int_equal(taken(RATE_READ, "::1", 0, NOW), 100000);
    assert_int_equal(taken(RATE_LOGIN, "127.0.0.1", 0, NOW), rate_limit(RATE_LOGIN).ip_burst);
    struct rate_who who = {.ip = S("127.0.0.2"), .factor = 10};
    int n = 0, wait = 0;
    while (rate_take(RATE_LOGIN, &who, NOW, &wait) == OK)
        n++;
    assert_int_equal(n, 10 * rate_limit(RATE_LOGIN).ip_burst);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rate__burst_then_refill, setup),
        cmocka_unit_test_setup(test_rate__others_are_free, setup),
        cmocka_unit_test_setup(test_rate__a_network_is_one, setup),
        cmocka_unit_test_setup(test_rate__users_by_themselves, setup),
        cmocka_unit_test_setup(test_rate__this_machine, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
