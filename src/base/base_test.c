/* Unit tests of base/. */
#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;

static void assert_str(str got, const char *want)
{
    assert_true(str_eq(got, str_from(want)));
}

static void test_str__utf8_is_checked_strictly(void **state)
{
    (void)state;
    assert_true(str_valid(S("公众账号 ok 😀")));
    assert_false(str_valid((str){"\xC0\x80", 2}));         /* overlong NUL */
    assert_false(str_valid((str){"\xED\xA0\x80", 3}));     /* surrogate */
    assert_false(str_valid((str){"\xF4\x90\x80\x80", 4})); /* above U+10FFFF */
    assert_false(str_valid((str){"a\0b", 3}));
    assert_false(str_valid((str){"\xE5\x85", 2}));
    assert_int_equal(str_count(S("公众a😀")), 4);
}

static void test_str__next_and_put_are_inverse(void **state)
{
    (void)state;
    str s = S("a公😀ß");
    char out[4];
    for (str rest = s; rest.n;) {
        str before = rest;
        uint32_t cp = str_next(&rest);
        size_t n = str_put_utf8(out, cp);
        assert_true(str_eq((str){out, n}, str_sub(before, 0, before.n - rest.n)));
    }
}

static void test_str__int_refuses_junk_and_overflow(void **state)
{
    (void)state;
    int64_t n = 7;
    assert_int_equal(str_int(S("9223372036854775807"), &n), OK);
    assert_true(n == INT64_MAX);
    assert_int_equal(str_int(S("-9223372036854775808"), &n), OK);
    assert_int_equal(str_int(S("9223372036854775808"), &n), ERR_INVALID);
    assert_int_equal(str_int(S("12a"), &n), ERR_INVALID);
    assert_int_equal(str_int(S(""), &n), ERR_INVALID);
}

static void test_str__ellipsis_counts_code_points(void **state)
{
    (void)state;
    assert_str(str_ellipsis(mem, S("公众账号"), 2), "公众…");
    assert_str(str_ellipsis(mem, S("公众"), 2), "公众");
    assert_str(str_trim(S("\xE3\x80\x80 公众\n")), "公众");
}

static void test_buf__has_a_maximum(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, mem, 8);
    buf_add(&b, S("12345678"));
    str s;
    assert_int_equal(buf_take(&b, &s), OK);
    buf_add_char(&b, '9');
    assert_int_equal(buf_take(&b, &s), ERR_TOO_LARGE);
}

static void test_clock__months_never_end_earlier(void **state)
{
    (void)state;
    static const struct {
        struct date from, want;
    } CASES[] = {{{2026, 8, 31}, {2027, 3, 1}},
                 {{2026, 5, 31}, {2026, 12, 1}},
                 {{2026, 1, 15}, {2026, 7, 15}}};
    for (size_t i = 0; i < LEN(CASES); i++) {
        int64_t t = date_china_ms(CASES[i].from) + 5 * HOUR_MS;
        assert_true(clock_add_months(t, 6) == date_china_ms(CASES[i].want) + 5 * HOUR_MS);
    }
}

static void test_clock__formats(void **state)
{
    (void)state;
    assert_str(clock_rfc3339(mem, 1795393500123), "2026-11-23T00:25:00.123Z");
    assert_str(clock_http(mem, 1795393500123), "Mon, 23 Nov 2026 00:25:00 GMT");
    assert_str(clock_china_text(mem, 1795393500123), "2026-11-23 08:25");
    struct date d;
    assert_int_equal(date_parse(S("2026-02-29"), &d), ERR_INVALID);
    assert_int_equal(date_parse(S("20240229"), &d), OK);
    for (int64_t day = -1000000; day < 1000000; day += 997)
        assert_true(date_days(days_date(day)) == day);
}

static void test_hash__published_vectors(void **state)
{
    (void)state;
    assert_str(sha256_hex(mem, sha256(str_bytes(S("abc")))),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_str(base64(mem, str_bytes(S("foob"))), "Zm9vYg==");
    struct bytes b;
    assert_int_equal(base64_parse(mem, S("Zm9vYg="), &b), ERR_INVALID);
    /* RFC 4231 case 2 */
    assert_str(sha256_hex(mem, hmac_sha256(str_bytes(S("Jefe")),
                                           str_bytes(S("what do ya want for nothing?")))),
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void test_id__rising_and_timed(void **state)
{
    (void)state;
    int64_t before = clock_ms(), last = 0;
    for (int i = 0; i < 10000; i++) {
        int64_t id = id_new();
        assert_true(id > last);
        last = id;
    }
    assert_in_range(id_time_ms(last), before, before + 5000);
}

static void test_clock__working_days_leave_out_weekends(void **state)
{
    (void)state;
    static const struct {
        struct date from, want;
        int days;
    } CASES[] = {{{2026, 11, 24}, {2026, 11, 27}, 3}, /* Tuesday to Friday */
                 {{2026, 11, 27}, {2026, 11, 30}, 1}, /* Friday to Monday */
                 {{2026, 11, 28}, {2026, 11, 30}, 1}, /* Saturday to Monday */
                 {{2026, 11, 26}, {2026, 12, 3}, 5},
                 {{2026, 11, 26}, {2026, 11, 26}, 0}};
    for (size_t i = 0; i < LEN(CASES); i++) {
        int64_t t = date_china_ms(CASES[i].from) + 23 * HOUR_MS;
        assert_true(clock_add_workdays(t, CASES[i].days) ==
                    date_china_ms(CASES[i].want) + 23 * HOUR_MS);
    }
}

static void test_json__escapes_and_nests(void **state)
{
    (void)state;
    struct jw j;
    jw_init(&j, mem, 4096);
    jw_object(&j);
    jw_key_str(&j, "a\"b", S("line\n\x01公"));
    jw_key(&j, "list");
    jw_array(&j);
    jw_int(&j, -1);
    jw_bool(&j, true);
    jw_null(&j);
    jw_object(&j);
    jw_end(&j);
    jw_end(&j);
    jw_end(&j);
    assert_str(buf_str(&j.out), "{\"a\\\"b\":\"line\\n\\u0001公\",\"list\":[-1,true,null,{}]}");
}

static void test_json__reading_is_strict(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "{\"a\":1,\"a\":2}", "[1,]", "[\"\\u0000\"]", "[01]", "[1] x", "[NaN]", "[1e999]", ""};
    for (size_t i = 0; i < LEN(BAD); i++) {
        json_t *j = NULL;
        assert_int_equal(json_read(str_from(BAD[i]), &j), ERR_INVALID);
        assert_null(j);
    }
    JSON_AUTO *ok = NULL;
    assert_int_equal(json_read(S("{\"a\":\"公\",\"n\":5}"), &ok), OK);
    assert_str(json_text(ok, "a"), "公");
    assert_true(json_number(ok, "n", 0) == 5);
}

static void test_json__deep_nesting_is_refused(void **state)
{
    (void)state;
    size_t n = 100000;
    char *deep = arena_alloc(mem, n);
    memset(deep, '[', n);
    json_t *j = NULL;
    assert_int_equal(json_read((str){deep, n}, &j), ERR_INVALID);
    assert_int_equal(json_read(S("{\"a\":1,\n \"a\":2}"), &j), ERR_INVALID);
}

static int setup(void **state)
{
    (void)state;
    rand_init();
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
        cmocka_unit_test(test_str__utf8_is_checked_strictly),
        cmocka_unit_test(test_str__next_and_put_are_inverse),
        cmocka_unit_test(test_str__int_refuses_junk_and_overflow),
        cmocka_unit_test(test_str__ellipsis_counts_code_points),
        cmocka_unit_test(test_buf__has_a_maximum),
        cmocka_unit_test(test_clock__months_never_end_earlier),
        cmocka_unit_test(test_clock__formats),
        cmocka_unit_test(test_hash__published_vectors),
        cmocka_unit_test(test_id__rising_and_timed),
        cmocka_unit_test(test_clock__working_days_leave_out_weekends),
        cmocka_unit_test(test_json__escapes_and_nests),
        cmocka_unit_test(test_json__reading_is_strict),
        cmocka_unit_test(test_json__deep_nesting_is_refused),
    };
    return cmocka_run_group_tests_name("base", tests, setup, teardown);
}
