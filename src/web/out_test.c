/* Unit tests of web/out and web/msg: escapes, addresses, times, numbers and messages. */
#include "web/out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static struct out page;

static int start(void **state)
{
    (void)state;
    mem = arena_new();
    out_init(&page, mem, LANG_ZH);
    page.now_ms = 1764000000000;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static void expect(const char *want)
{
    assert_string_equal(str_z(mem, buf_str(&page.b)), want);
    page.b.n = 0;
}

static void test_out__text_escapes_markup(void **state)
{
    (void)state;
    out_text(&page, S("公众 <b class=\"x\">A&B</b> 'q' >"));
    expect("公众 &lt;b class=&#34;x&#34;&gt;A&amp;B&lt;/b&gt; &#39;q&#39; &gt;");
    out_text(&page, "plain");
    out_text(&page, STR_NONE);
    expect("plain");
}

static void test_out__all_integers_are_printed(void **state)
{
    (void)state;
    out_text(&page, (int64_t)INT64_MIN);
    out_text(&page, (uint64_t)UINT64_MAX);
    out_text(&page, (size_t)7);
    out_attr(&page, (short)-3);
    expect("-9223372036854775808184467440737095516157-3");
    out_attr(&page, (bool)true);
    expect("true");
}

static void url(const char *in, const char *want)
{
    out_url(&page, in);
    expect(want);
}

static void test_out__address_with_a_running_scheme_becomes_hash(void **state)
{
    (void)state;
    url("javascript:alert(1)", "#");
    url("JaVaScRiPt:alert(1)", "#");
    url(" javascript:alert(1)", "#");
    url("java\nscript:alert(1)", "#");
    url("\x01javascript:alert(1)", "#");
    url("data:text/html,x", "#");
    url("vbscript:x", "#");
    url(":x", "#");
}

static void test_out__address_keeps_what_is_harmless(void **state)
{
    (void)state;
    url("HTTPS://例.cn/a?b=c&d=1#e", "HTTPS://例.cn/a?b=c&amp;d=1#e");
    url("mailto:a@b.cn", "mailto:a@b.cn");
    url("/a/b:c", "/a/b:c");
    url("?q=javascript:x", "?q=javascript:x");
    url("", "");
    url("/a b\"<>'\t", "/a%20b%22%3C%3E&#39;%09");
}

static void test_out__piece_of_an_address_is_encoded(void **state)
{
    (void)state;
    out_urlpart(&page, S("a/b?c=d&e #公'\"<~-._"));
    expect("a%2Fb%3Fc%3Dd%26e%20%23%E5%85%AC%27%22%3C~-._");
    out_urlpart(&page, 42);
    expect("42");
}

static void test_out__times_carry_their_exact_value(void **state)
{
    (void)state;
    out_text(&page, WHEN(0));
    expect("<time datetime=\"1970-01-01T00:00:00.000Z\">1970-01-01 08:00</time>");
    out_attr(&page, WHEN(0));
    expect("1970-01-01T00:00:00.000Z");
    out_text(&page, ((struct date){2026, 11, 23}));
    expect("<time>2026-11-23</time>");
}

static const char *ago_text(int64_t distance)
{
    out_text(&page, AGO(page.now_ms - distance));
    str s = buf_str(&page.b), rest;
    (void)str_split(s, '>', &rest);
    s = str_split(rest, '<', &rest);
    page.b.n = 0;
    return str_z(mem, s);
}

static void test_out__ago_uses_the_largest_unit(void **state)
{
    (void)state;
    assert_string_equal(ago_text(MINUTE_MS - 1), "刚刚");
    assert_string_equal(ago_text(MINUTE_MS), "1 分钟前");
    assert_string_equal(ago_text(HOUR_MS - 1), "59 分钟前");
    assert_string_equal(ago_text(23LL * HOUR_MS), "23 小时前");
    assert_string_equal(ago_text(29LL * DAY_MS), "29 天前");
    assert_string_equal(ago_text(-2LL * HOUR_MS), "2 小时后");
    assert_string_equal(ago_text(30LL * DAY_MS), "2025-10-26");
}

static void short_number(enum lang lang, int64_t n, const char *want)
{
    page.lang = lang;
    assert_string_equal(str_z(mem, out_short_number(&page, n)), want);
}

static void test_out__short_numbers_use_the_units_of_the_language(void **state)
{
    (void)state;
    short_number(LANG_ZH, 9999, "9999");
    short_number(LANG_ZH, 10000, "1万");
    short_number(LANG_ZH, 12999, "1.2万");
    short_number(LANG_ZH, -345600000, "-3.4亿");
    short_number(LANG_EN, 12345, "12.3K");
    short_number(LANG_EN, 4500000, "4.5M");
    short_number(LANG_EN, INT64_MIN, "-9223372036854.7M");
}

static void test_out__cut_piece_fails_the_page(void **state)
{
    (void)state;
    struct out piece;
    out_init(&piece, mem, LANG_EN);
    piece.b.max = 4;
    out_text(&piece, "12345");
    out_text(&page, out_take(&piece));
    str s;
    assert_int_equal(out_finish(&page, &s), ERR_TOO_LARGE);
}

static void test_out__finished_markup_is_not_escaped_again(void **state)
{
    (void)state;
    out_text(&page, html_trusted_by_renderer(S("<b>&amp;</b>")));
    expect("<b>&amp;</b>");
}

static void test_out__message_arguments_keep_their_escape(void **state)
{
    (void)state;
    struct out_args a;
    out_raw(&page, S("["));
    out_args_start(&page, &a);
    out_text(&page, "<x>");
    out_args_next(&page, &a);
    out_args_msg(&page, &a, MSG_time_days_ago);
    expect("[&lt;x&gt; 天前");
}

static void test_msg__is_found_by_key_only(void **state)
{
    (void)state;
    enum msg m;
    for (size_t i = 0; i < MSG_COUNT; i++) {
        assert_true(msg_find(msg_key((enum msg)i), &m));
        assert_int_equal(m, i);
        assert_true(msg(LANG_ZH, m).n > 0 && msg(LANG_EN, m).n > 0);
    }
    assert_false(msg_find(S("word"), &m));
    assert_false(msg_find(S(""), &m));
    assert_false(msg_find(S("zzzz"), &m));
}

static void test_msg__every_default_reason_has_a_text(void **state)
{
    (void)state;
#define X(name, http, reason)                                                                      \
    {                                                                                              \
        enum msg m;                                                                                \
        assert_true(msg_find(S("reason." reason), &m));                                            \
    }
    ERR_TABLE(X)
#undef X
}

static void test_msg__lookup_falls_back(void **state)
{
    (void)state;
    str s = msg_lookup(LANG_EN, "reason.", "no_such_thing", MSG_reason_internal);
    assert_true(str_eq(s, msg(LANG_EN, MSG_reason_internal)));
    s = msg_lookup(LANG_EN, "word.", "save", MSG_reason_internal);
    assert_true(str_eq(s, S("Save")));
}

static void test_msg__format_fills_placeholders(void **state)
{
    (void)state;
    str five = S("5");
    assert_string_equal(str_z(mem, msg_format(mem, LANG_EN, MSG_time_in_hours, &five, 1)),
                        "in 5 h");
    assert_string_equal(str_z(mem, msg_format(mem, LANG_EN, MSG_time_in_hours, NULL, 0)),
                        "in {0} h");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_out__text_escapes_markup),
        TEST(test_out__all_integers_are_printed),
        TEST(test_out__address_with_a_running_scheme_becomes_hash),
        TEST(test_out__address_keeps_what_is_harmless),
        TEST(test_out__piece_of_an_address_is_encoded),
        TEST(test_out__times_carry_their_exact_value),
        TEST(test_out__ago_uses_the_largest_unit),
        TEST(test_out__short_numbers_use_the_units_of_the_language),
        TEST(test_out__cut_piece_fails_the_page),
        TEST(test_out__finished_markup_is_not_escaped_again),
        TEST(test_out__message_arguments_keep_their_escape),
        TEST(test_msg__is_found_by_key_only),
        TEST(test_msg__every_default_reason_has_a_text),
        TEST(test_msg__lookup_falls_back),
        TEST(test_msg__format_fills_placeholders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
