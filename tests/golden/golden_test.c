/* A template of every form, compiled by tools/tmplc, shown in both languages and compared with the
 * pages beside this file. After a wanted change: GOLDEN_UPDATE=1 build/debug/golden_test. */
#include "golden.html.h"
#include "tools/common/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const str LINES[] = {{"一<", 4}, {"two & \"three\"", 13}};

static str page(arena *mem, enum lang lang, bool on)
{
    struct out piece, o;
    out_init(&piece, mem, lang);
    golden_label(&piece, S("<标签>"));
    out_init(&o, mem, lang);
    struct golden_view v = {.title = S("<公器> & \"'/?"),
                            .handle = S("a/../b"),
                            .link = on ? S("javascript:alert(1)") : S("https://a.cn/?x=1&y=2"),
                            .label = out_take(&piece),
                            .lines = LINES,
                            .n = on ? LEN(LINES) : 0,
                            .no = on ? 7 : 8,
                            .on = on,
                            .at = {1764000000000}};
    golden_page(&o, &v);
    str s;
    assert_int_equal(out_finish(&o, &s), OK);
    return s;
}

static void compare(enum lang lang, bool on, const char *path)
{
    AUTO_ARENA(mem);
    str got = page(mem, lang, on), want;
    if (getenv("GOLDEN_UPDATE"))
        assert_int_equal(file_update(mem, path, got), OK);
    assert_int_equal(file_text(mem, path, &want), OK);
    assert_string_equal(str_z(mem, got), str_z(mem, want));
}

static void test_golden__page_in_chinese(void **state)
{
    (void)state;
    compare(LANG_ZH, true, "tests/golden/golden.zh.expected");
}

static void test_golden__page_in_english(void **state)
{
    (void)state;
    compare(LANG_EN, false, "tests/golden/golden.en.expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden__page_in_chinese),
        cmocka_unit_test(test_golden__page_in_english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
