/* The language of rules, checking at save, and what a set of rules finds. */
#include "base/buf.h"
#include "scan/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static size_t run(arena *mem, const struct scan_rule *rule, const struct scan_article *a,
                  struct scan_finding **ret_v)
{
    size_t n;
    struct scan_set *s = scan_set_new(rule, 1);
    scan_run(s, mem, a, ret_v, &n);
    scan_set_free(s);
    return n;
}

static struct scan_rule rule_of(const char *words, const char *condition)
{
    return (struct scan_rule){.id = 1,
                              .version = 1,
                              .name = S("r"),
                              .family = S("other"),
                              .words = str_from(words),
                              .exceptions = S(""),
                              .condition = str_from(condition)};
}

static bool holds(const char *words, const char *condition, const char *body)
{
    AUTO_ARENA(mem);
    struct scan_finding *v;
    struct scan_rule r = rule_of(words, condition);
    struct scan_article a = {.text = {S("今日标题"), S(""), str_from(body),
                                      S("https://www.example.com/x?y\nhttp://u@b.test:80/")},
                             .account_class = S("individual"),
                             .category = S("tech")};
    return run(mem, &r, &a, &v) > 0;
}

static void test_rule__conditions(void **state)
{
    (void)state;
    const char *w = "彩票\n中奖\n加微信";
    assert_true(holds(w, "", "买彩票"));
    assert_false(holds(w, "", "买车票"));
    assert_true(holds(w, "count(words) >= 2", "彩票，彩票"));
    assert_false(holds(w, "distinct(words) >= 2", "彩票，彩票"));
    assert_true(holds(w, "distinct(words) >= 2", "彩票，中奖"));
    assert_true(holds(w, "any(words) and not any(\"公示\")", "彩票"));
    assert_false(holds(w, "any(words) and not any(\"公示\")", "彩票公示"));
    assert_true(holds("", "all(\"免费\", \"领取\")", "领取，是免费的"));
    assert_false(holds("", "all(\"免费\", \"领取\")", "是免费的"));
    assert_true(holds(w, "near(5, words, [\"转账\", \"汇款\"])", "彩票先汇款"));
    assert_false(holds(w, "near(5, words, [\"转账\", \"汇款\"])", "彩票一二三四五六七八先汇款"));
    assert_false(holds(w, "in(title, any(words))", "彩票"));
    assert_true(holds(w, "in(body, any(words)) and in(title, any(\"今日\"))", "彩票"));
    assert_true(holds("", "links = 2 and class(\"individual\")", "x"));
    assert_false(holds("", "links > 2", "x"));
    assert_true(holds("", "domain(\"example.com\")", "x"));
    assert_true(holds("", "domain(\"b.test\")", "x"));
    assert_false(holds("", "domain(\"ample.com\")", "x"));
    assert_true(holds(w, "not not any(words) or (links > 9)", "彩票"));
    assert_true(holds("", "repeats >= 3", "同一行字\n同一行字\n别的\n同一行字"));
    assert_false(holds("", "repeats >= 4", "同一行字\n同一行字\n别的\n同一行字"));
    assert_true(holds("", "category(\"tech\") and links >= 1", "x"));
}

static void test_scan__boundaries_and_exceptions(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    struct scan_finding *v;
    assert_false(holds("casino", "", "the occasinoid"));
    assert_true(holds("casino", "", "the c-a-s-i-n-o"));
    assert_true(holds("qq12", "", "加QQ12号"));
    assert_false(holds("qq12", "", "加QQ123"));
    struct scan_rule r = rule_of("中奖", "");
    r.exceptions = S("中奖名单公示");
    struct scan_article a = {.text[RULE_BODY] = S("中奖名单公示。恭喜中 奖了"),
                             .account_class = S(""),
                             .category = S("")};
    assert_int_equal(run(mem, &r, &a, &v), 1);
    assert_int_equal(v[0].total, 1);
    const struct scan_hit *h = &v[0].hits[0];
    assert_true(h->altered);
    assert_true(str_eq(str_sub(a.text[RULE_BODY], h->from, h->to - h->from), S("中 奖")));
}

static void refused(const char *words, const char *condition, const char *reason, const char *at)
{
    struct scan_size size;
    struct scan_rule r = rule_of(words, condition);
    assert_int_equal(scan_rule_check(&r, &size), ERR_INVALID);
    assert_string_equal(fault_last()->reason, reason);
    if (at)
        assert_string_equal(fault_last()->text, at);
}

static void test_check__refuses(void **state)
{
    (void)state;
    refused("彩票\n\n票", "", "word_too_short", "3");
    refused("彩票", "any(words) or not any(\"x1\")", "rule_matches_all", NULL);
    refused("", "repeats >= 1", "rule_matches_all", NULL);
    refused("", "length < 100000", "rule_matches_all", NULL);
    refused("", "not class(\"media\")", "rule_matches_all", NULL);
    refused("", "", "no_words", NULL);
    refused("彩票", "any(words) any(words)", "rule_rest", "12");
    refused("彩票", "any(\"x1)", "rule_text_open", "6");
    refused("彩票", "near(3, words)", "rule_comma", NULL);
    refused("彩票", "in(page, any(words))", "rule_field", "4");
    refused("彩票", "2 > any(words)", "rule_wants_number", NULL);
    refused("彩票", "((((((((((((((((((((((((((((((((((any(words)", "rule_too_deep", NULL);
    AUTO_ARENA(mem);
    struct buf b;
    buf_init(&b, mem, 3900);
    buf_add(&b, S("near(1,words,\"x1\",\"x2\",\"x3\",\"x4\",\"x5\",\"x6\")"));
    for (int i = 0; i < 70; i++)
        buf_add(&b, S(" or near(1,words,\"x1\",\"x2\",\"x3\",\"x4\",\"x5\",\"x6\")"));
    refused("彩票", str_z(mem, buf_str(&b)), "rule_too_expensive", NULL);
}

static void test_list__reads_files(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    str out;
    static const char good[] = "\xEF\xBB\xBF一二\r\n\r\n  三四 \n";
    assert_int_equal(scan_list_read(mem, str_bytes(str_from(good)), &out), OK);
    assert_true(str_eq(out, S("一二\n三四\n")));
    assert_int_equal(scan_list_read(mem, str_bytes(S("a\nb\n\xB2\xCA")), &out), ERR_INVALID);
    assert_string_equal(fault_last()->text, "3");
    assert_int_equal(scan_list_read(mem, str_bytes(S("\xFE\xFF\x4E")), &out), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "file_utf16");
    assert_int_equal(scan_list_read(mem, (struct bytes){0}, &out), OK);
    assert_int_equal(out.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule__conditions),
        cmocka_unit_test(test_scan__boundaries_and_exceptions),
        cmocka_unit_test(test_check__refuses),
        cmocka_unit_test(test_list__reads_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
