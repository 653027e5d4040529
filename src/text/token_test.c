/* Tests of search tokens. */
#include "text/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_tokens__pairs_and_words(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"公", "公"},
        {"公众账号", "公众 众账 账号"},
        {"公众，号", "公众 号"},
        {"用GitHub写，v2.0！", "用 github 写 v2 0"},
        {"ＡＢＣ Straße", "abc strasse"},
        {"a公b", "a 公 b"},
        {" -- ", ""},
    };
    AUTO_ARENA(mem);
    for (size_t i = 0; i < LEN(cases); i++)
        assert_string_equal(str_z(mem, text_tokens(mem, str_from(cases[i][0]))), cases[i][1]);
}

static void test_tokens__words_have_a_limit(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    str s = S("abcdefgh");
    for (int i = 0; i < 5; i++)
        s = str_cat(mem, s, s);
    assert_int_equal(text_tokens(mem, s).n, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens__pairs_and_words),
        cmocka_unit_test(test_tokens__words_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
