/* Differences by line and by word. */
#include "text/diff.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

static arena *mem;

/* "=same -old[-gone-] +new[+come+] ~" as one text. */
static void side(struct buf *b, char sign, struct diff_spans s)
{
    buf_add(b, (str){&sign, 1});
    for (size_t i = 0; i < s.n; i++)
        buf_add(b, str_fmt(mem, s.v[i].changed ? "[%.*s]" : "%.*s", FMT(s.v[i].text)));
    buf_add(b, S(";"));
}

static const char *shown(str old, str new)
{
    struct buf b;
    struct diff d = diff_texts(mem, old, new);
    buf_init(&b, mem, 65536);
    for (size_t i = 0; i < d.n; i++) {
        if (d.v[i].kind == DIFF_SAME) {
            side(&b, '=', d.v[i].old);
            continue;
        }
        if (d.v[i].kind != DIFF_ADDED)
            side(&b, '-', d.v[i].old);
        if (d.v[i].kind != DIFF_REMOVED)
            side(&b, '+', d.v[i].new);
    }
    return str_z(mem, buf_str(&b));
}

static void test_diff__equal_texts_have_no_difference(void **state)
{
    (void)state;
    assert_string_equal(shown(S("a\n\nb"), S("a\nb\n")), "=a;=b;");
    assert_string_equal(shown(S(""), S("")), "");
}

static void test_diff__lines_that_came_and_went(void **state)
{
    (void)state;
    assert_string_equal(shown(S("a\nb\nc"), S("a\nc")), "=a;-[b];=c;");
    assert_string_equal(shown(S("a\nc"), S("a\nb\nc")), "=a;+[b];=c;");
    assert_string_equal(shown(S(""), S("x")), "+[x];");
    assert_string_equal(shown(S("x"), S("")), "-[x];");
}

static void test_diff__chinese_by_character_and_latin_by_word(void **state)
{
    (void)state;
    assert_string_equal(shown(S("应当在三日内处理"), S("应当在五日内处理")),
                        "-应当在[三]日内处理;+应当在[五]日内处理;");
    assert_string_equal(shown(S("keep it for six months"), S("keep it for ten months")),
                        "-keep it for [six] months;+keep it for [ten] months;");
}

static void test_diff__unlike_lines_are_not_one_that_changed(void **state)
{
    (void)state;
    assert_string_equal(shown(S("平台公开规则"), S("今天天气很好")),
                        "-[平台公开规则];+[今天天气很好];");
}

static void test_diff__shortest_among_repetitions(void **state)
{
    (void)state;
    struct diff d = diff_texts(mem, S("x\ny\nx\ny\nz"), S("y\nx\ny\nz\nw"));
    assert_int_equal(d.removed, 1);
    assert_int_equal(d.added, 1);
    assert_int_equal(d.changed, 0);
}

/* Both sides of any difference put together again are the two texts. */
static void test_diff__loses_nothing(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 300; round++) {
        struct buf t[2], back[2];
        for (int s = 0; s < 2; s++) {
            buf_init(&t[s], mem, 4096);
            buf_init(&back[s], mem, 4096);
            for (int i = 0; i < 12; i++) {
                seed = seed * 1103515245U + 12345U;
                buf_add(&t[s], str_fmt(mem, "行 %u 字\n", seed >> 16 & 3));
            }
        }
        struct diff d = diff_texts(mem, buf_str(&t[0]), buf_str(&t[1]));
        for (size_t i = 0; i < d.n; i++)
            for (int s = 0; s < 2; s++) {
                struct diff_spans v = s ? d.v[i].new : d.v[i].old;
                for (size_t k = 0; k < v.n; k++)
                    buf_add(&back[s], v.v[k].text);
                if (v.n)
                    buf_add(&back[s], S("\n"));
            }
        assert_true(str_eq(buf_str(&t[0]), buf_str(&back[0])));
        assert_true(str_eq(buf_str(&t[1]), buf_str(&back[1])));
        arena_reset(mem);
    }
}

static void test_diff__too_large_is_shown_whole(void **state)
{
    (void)state;
    struct buf a, b;
    buf_init(&a, mem, 1 << 20);
    buf_init(&b, mem, 1 << 20);
    for (int i = 0; i < 5000; i++) {
        buf_add(&a, str_fmt(mem, "a%d\n", i));
        buf_add(&b, str_fmt(mem, "b%d\n", i));
    }
    struct diff d = diff_texts(mem, buf_str(&a), buf_str(&b));
    assert_int_equal(d.removed + d.changed, 5000);
    assert_int_equal(d.added + d.changed, 5000);
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff__equal_texts_have_no_difference),
        cmocka_unit_test(test_diff__lines_that_came_and_went),
        cmocka_unit_test(test_diff__chinese_by_character_and_latin_by_word),
        cmocka_unit_test(test_diff__unlike_lines_are_not_one_that_changed),
        cmocka_unit_test(test_diff__shortest_among_repetitions),
        cmocka_unit_test(test_diff__loses_nothing),
        cmocka_unit_test(test_diff__too_large_is_shown_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
