/* RFC 6238 appendix B (SHA-1), cut to six digits, and RFC 4648 for the secret's text. */
#include "user/user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static const struct bytes SECRET = {(const uint8_t *)"12345678901234567890", 20};

static void test_totp__rfc6238_vectors(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *code;
    } V[] = {
        {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
        {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
    };
    for (size_t i = 0; i < LEN(V); i++) {
        str code = totp_code(mem, SECRET, V[i].seconds * 1000);
        assert_true(str_eq(code, str_from(V[i].code)));
    }
}

static void test_totp__a_code_lasts_thirty_seconds(void **state)
{
    (void)state;
    str first = totp_code(mem, SECRET, 30000);
    assert_true(str_eq(first, totp_code(mem, SECRET, 59999)));
    assert_false(str_eq(first, totp_code(mem, SECRET, 60000)));
}

static void test_totp__secret_text_is_base32(void **state)
{
    (void)state;
    str text = totp_secret_text(mem, SECRET);
    assert_true(str_eq(text, S("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")));
    struct bytes odd = {(const uint8_t *)"foob", 4};
    assert_true(str_eq(totp_secret_text(mem, odd), S("MZXW6YQ")));
}

static void test_totp__uri_is_what_apps_read(void **state)
{
    (void)state;
    str uri = totp_uri(mem, SECRET, S("gongqi"), S("0001"));
    assert_true(str_eq(uri, S("otpauth://totp/gongqi:0001?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                              "&issuer=gongqi")));
}

static void test_qr__has_a_quiet_zone_and_finders(void **state)
{
    (void)state;
    str path;
    int n = 0;
    assert_int_equal(qr_path(mem, S("otpauth://totp/x?secret=ABCDEFGH"), &path, &n), OK);
    assert_int_equal((n - 8 - 17) % 4, 0);
    assert_true(str_starts(path, S("M4 4h7v1h-7z")));
    char *much = arena_alloc(mem, 4000);
    memset(much, 'x', 4000);
    assert_int_equal(qr_path(mem, (str){much, 4000}, &path, &n), ERR_TOO_LARGE);
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
        cmocka_unit_test(test_totp__rfc6238_vectors),
        cmocka_unit_test(test_totp__a_code_lasts_thirty_seconds),
        cmocka_unit_test(test_totp__secret_text_is_base32),
        cmocka_unit_test(test_totp__uri_is_what_apps_read),
        cmocka_unit_test(test_qr__has_a_quiet_zone_and_finders),
    };
    return cmocka_run_group_tests_name("totp", tests, setup, teardown);
}
