/* Which passwords are taken, and that their hashes verify. */
#include "base/rand.h"
#include "user/user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static const struct password_about ABOUT = {S_INIT("13800138000"), S_INIT("Zhou Min"),
                                            S_INIT("河岸Daily"), S_INIT("riverside.example")};

static void test_password__weak_ones_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *password, *reason;
    } V[] = {
        {"seven77", "password_too_short"},
        {"12345678", "password_common"},
        {"hgfedcba", "password_common"},
        {"aaaaaaaa", "password_common"},
        {"abababab", "password_common"},
        {"Password123", "password_common"},
        {"QWERTYUI", "password_common"},
        {"x13800138000y", "password_is_mobile"},
        {"公器公器公器公", "password_too_short"},
        {"P@ssw0rd!", "password_common"},
        {"welcome2026", "password_common"},
        {"!!Dragon99!!", "password_common"},
        {"1qaz2wsx3edc", "password_common"},
        {"qwertyasdfgh", "password_common"},
        {"poiuytrewq", "password_common"},
        {"abc123abc123", "password_common"},
        {"19900307", "password_common"},
        {"woaini1314520", "password_common"},
        {"a123456789", "password_common"},
        {"00138000xyzw", "password_is_mobile"},
        {"zhou min 88", "password_context"},
        {"河岸DAILY2026", "password_context"},
        {"Riverside.example1", "password_context"},
        {"xgongqixx1", "password_context"},
    };
    for (size_t i = 0; i < LEN(V); i++) {
        assert_int_equal(password_check(str_from(V[i].password), &ABOUT), ERR_INVALID);
        assert_string_equal(fault_last()->reason, V[i].reason);
    }
}

static void test_password__length_counts_code_points(void **state)
{
    (void)state;
    assert_int_equal(password_check(S("公器是面向公众的平台"), &ABOUT), OK);
    static const char *const GOOD[] = {
        "sunny garden 7",       "correct horse battery",    "tide and moon",
        "gongqi ji shi ben",    "                  x 9a b", "evening tide 3",
        "zhou min eats noodles"};
    for (size_t i = 0; i < LEN(GOOD); i++)
        assert_int_equal(password_check(str_from(GOOD[i]), &ABOUT), OK);
    char *p = arena_alloc(mem, PASSWORD_MAX + 1);
    for (size_t i = 0; i <= PASSWORD_MAX; i++)
        p[i] = (char)('a' + (i * i) % 26);
    assert_int_equal(password_check((str){p, PASSWORD_MAX}, &ABOUT), OK);
    assert_int_equal(password_check((str){p, PASSWORD_MAX + 1}, &ABOUT), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "password_too_long");
}

static void test_password__hash_verifies_only_its_password(void **state)
{
    (void)state;
    str hash = password_hash(mem, S("sunny garden 7"));
    assert_true(str_starts(hash, S("$argon2id$")));
    assert_true(password_verify(mem, hash, S("sunny garden 7")));
    assert_false(password_verify(mem, hash, S("sunny garden 8")));
    assert_false(password_verify(mem, S(""), S("sunny garden 7")));
    assert_false(str_eq(hash, password_hash(mem, S("sunny garden 7"))));
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
        cmocka_unit_test(test_password__weak_ones_are_refused),
        cmocka_unit_test(test_password__length_counts_code_points),
        cmocka_unit_test(test_password__hash_verifies_only_its_password),
    };
    return cmocka_run_group_tests_name("password", tests, setup, teardown);
}
