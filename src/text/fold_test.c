/* Tests of folding and of clean fields. */
#include "text/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;

static int reset(void **state)
{
    (void)state;
    arena_free(mem);
    mem = arena_new();
    return 0;
}

static void test_fold__equal_for_what_is_one_name(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"人民日报", "人民 日报"},
        {"人民日报", "人·民-日_报"},
        {"ＡＢＣ", "abc"},
        {"Straße", "STRASSE"},
        {"ﬁ", "FI"},
        {"人\u200b民", "人民"},
        {"Cafe\u0301", "café"},
        {"①", "1"},
        {"\u3000甲\u00a0", "甲"},
    };
    for (size_t i = 0; i < LEN(pairs); i++) {
        str a = text_fold(mem, str_from(pairs[i][0])), b = text_fold(mem, str_from(pairs[i][1]));
        assert_string_equal(str_z(mem, a), str_z(mem, b));
        assert_true(str_eq(text_fold(mem, a), a));
    }
    assert_false(str_eq(text_fold(mem, S("人民")), text_fold(mem, S("入民"))));
    assert_int_equal(text_fold(mem, S(" -\u200b")).n, 0);
    assert_int_equal(text_fold(mem, STR_NONE).n, 0);
}

static void test_skeleton__equal_for_what_looks_alike(void **state)
{
    (void)state;
    assert_true(str_eq(text_skeleton(mem, S("раураl")), text_skeleton(mem, S("paypal"))));
    assert_true(str_eq(text_skeleton(mem, S("Paypal")), text_skeleton(mem, S("paypaI"))) ||
                !str_eq(text_fold(mem, S("paypaI")), text_fold(mem, S("paypal"))));
    assert_false(str_eq(text_skeleton(mem, S("新华社")), text_skeleton(mem, S("人民网"))));
}

static void test_clean__lines_and_blocks(void **state)
{
    (void)state;
    static const char *const good[] = {"", "公众 ok", "👨\u200d👩\u200d👧", "می\u200cخواهم",
                                       "a\u3000b"};
    static const char *const bad[] = {"a\nb",     "a\tb",    "\x1b[0m",  "a\u202eb",  "a\u2066b",
                                      "a\u200bb", "\u200da", "a\u200d",  "a\u200d b", "\uFEFFa",
                                      "a\u2028b", "\uE000",  "\xC2\x85", "a\u00adb",  "\uFFFF"};
    for (size_t i = 0; i < LEN(good); i++)
        assert_true(text_clean_line(str_from(good[i])) && text_clean_block(str_from(good[i])));
    for (size_t i = 0; i < LEN(bad); i++)
        assert_false(text_clean_line(str_from(bad[i])));
    assert_true(text_clean_block(S("a\n\tb")));
    assert_false(text_clean_block(S("a\rb")));
    assert_false(text_clean_block(S("a\u202eb")));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, reset)
    const struct CMUnitTest tests[] = {
        TEST(test_fold__equal_for_what_is_one_name),
        TEST(test_skeleton__equal_for_what_looks_alike),
        TEST(test_clean__lines_and_blocks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return failed;
}
