/* Tests of the document's JSON, text and HTML. */
#include "text/doc.h"

#include "text/doc_gen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BLOB "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static arena *mem;

static int reset(void **state)
{
    (void)state;
    arena_free(mem);
    mem = arena_new();
    return 0;
}

static void assert_same(str got, str want)
{
    assert_string_equal(str_z(mem, got), str_z(mem, want));
}

static struct node *parse(str json)
{
    struct node *doc = NULL;
    err e = doc_from_json(mem, json, &doc);
    if (e != OK)
        fail_msg("%s: %s", fault_last()->reason, fault_last()->text);
    return doc;
}

static str canonical(str json)
{
    str out = STR_NONE;
    assert_int_equal(doc_json(mem, parse(json), &out), OK);
    return out;
}

static str html_of(str json, const struct doc_html_opts *opts)
{
    str out = STR_NONE;
    assert_int_equal(doc_html(mem, parse(json), opts, &out), OK);
    return out;
}

static str in_doc(const char *block)
{
    return str_fmt(mem, "{\"type\":\"doc\",\"content\":[%s]}", block);
}

static str in_paragraph(const char *inlines)
{
    return in_doc(str_z(mem, str_fmt(mem, "{\"type\":\"paragraph\",\"content\":[%s]}", inlines)));
}

static void refused(str json, const char *path)
{
    struct node *doc = NULL;
    fault_clear();
    assert_int_equal(doc_from_json(mem, json, &doc), ERR_INVALID);
    assert_null(doc);
    assert_string_equal(fault_last()->reason, "bad_document");
    assert_string_equal(fault_last()->field, path);
}

static void test_json__canonical_text_is_a_fixed_point(void **state)
{
    for (uint64_t seed = 1; seed <= 400; seed++) {
        reset(state);
        struct node *doc = NULL;
        if (doc_settle(mem, gen_doc(mem, seed, false), &doc) != OK)
            fail_msg("seed %d: %s", (int)seed, fault_last()->text);
        str once = STR_NONE;
        assert_int_equal(doc_json(mem, doc, &once), OK);
        assert_same(canonical(once), once);
    }
}

static void test_json__defaults_go_and_equal_texts_join(void **state)
{
    (void)state;
    assert_same(
        canonical(S("{\"content\":[{\"content\":[{\"text\":\"a\",\"type\":\"text\"},"
                    "{\"type\":\"text\",\"text\":\"b\",\"marks\":[]},"
                    "{\"type\":\"text\",\"text\":\"c\",\"marks\":[{\"type\":\"italic\"},"
                    "{\"type\":\"bold\",\"attrs\":{}}]},{\"type\":\"hardBreak\",\"marks\":"
                    "[{\"type\":\"bold\"}]}],\"attrs\":{\"align\":\"left\"},"
                    "\"type\":\"paragraph\"},{\"type\":\"paragraph\",\"attrs\":"
                    "{\"align\":null}}],\"type\":\"doc\"}")),
        S("{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\","
          "\"text\":\"ab\"},{\"type\":\"text\",\"marks\":[{\"type\":\"bold\"},"
          "{\"type\":\"italic\"}],\"text\":\"c\"},{\"type\":\"hardBreak\"}]},"
          "{\"type\":\"paragraph\"}]}"));
}

static void test_json__controls_and_overrides_are_removed(void **state)
{
    (void)state;
    assert_same(
        canonical(in_paragraph("{\"type\":\"text\",\"text\":\"a\\u0007\\u202Eb\\n\\tc\\uFEFF"
                               "，“”\\u200d\"},{\"type\":\"text\",\"text\":\"\\u0001\"}")),
        in_paragraph("{\"type\":\"text\",\"text\":\"ab  c，“”\u200d\"}"));
    assert_same(canonical(in_doc("{\"type\":\"codeBlock\",\"content\":[{\"type\":\"text\",\"text\":"
                                 "\"a\\r\\nb\\rc\\td\\u2028e\"}]}")),
                in_doc("{\"type\":\"codeBlock\",\"content\":[{\"type\":\"text\",\"text\":"
                       "\"a\\nb\\nc\\td\\ne\"}]}"));
}

static void test_json__what_is_not_in_the_schema_is_refused_by_path(void **state)
{
    (void)state;
    refused(S("{\"type\":\"doc\"}"), "doc");
    refused(S("{\"type\":\"paragraph\"}"), "doc");
    refused(S("[]"), "doc");
    refused(in_doc("{\"type\":\"paragraph\"},{\"type\":\"script\"}"), "content[1]");
    refused(in_doc("{\"type\":\"paragraph\",\"style\":1}"), "content[0]");
    refused(in_doc("{\"type\":\"paragraph\",\"attrs\":{\"align\":\"middle\"}}"), "content[0]");
    refused(in_doc("{\"type\":\"paragraph\",\"attrs\":{\"level\":2}}"), "content[0]");
    refused(in_doc("{\"type\":\"heading\"}"), "content[0]");
    refused(in_doc("{\"type\":\"heading\",\"attrs\":{\"level\":1}}"), "content[0]");
    refused(in_doc("{\"type\":\"heading\",\"attrs\":{\"level\":2.0}}"), "content[0]");
    refused(in_doc("{\"type\":\"divider\",\"content\":[{\"type\":\"divider\"}]}"),
            "content[0].content[0]");
    refused(in_doc("{\"type\":\"picture\",\"attrs\":{\"blob\":\"../x\"}}"), "content[0]");
    refused(in_doc("{\"type\":\"bulletList\",\"content\":[{\"type\":\"listItem\",\"content\":["
                   "{\"type\":\"divider\"}]}]}"),
            "content[0].content[0]");
    refused(in_doc("{\"type\":\"text\",\"text\":\"x\"}"), "content[0]");
    refused(in_paragraph("{\"type\":\"text\",\"text\":\"\"}"), "content[0].content[0]");
    refused(in_paragraph("{\"type\":\"text\"}"), "content[0].content[0]");
    refused(in_paragraph("{\"type\":\"hardBreak\",\"text\":\"x\"}"), "content[0].content[0]");
    refused(in_doc("{\"type\":\"codeBlock\",\"content\":[{\"type\":\"text\",\"text\":\"x\","
                   "\"marks\":[{\"type\":\"bold\"}]}]}"),
            "content[0].content[0]");
}

static void test_json__bad_marks_are_refused(void **state)
{
    (void)state;
    static const char *const marks[] = {
        "{\"type\":\"blink\"}",
        "\"bold\"",
        "{\"type\":\"bold\"},{\"type\":\"bold\"}",
        "{\"type\":\"bold\",\"attrs\":{\"x\":1}}",
        "{\"type\":\"link\"}",
        "{\"type\":\"link\",\"attrs\":{\"href\":\"javascript:alert(1)\"}}",
        "{\"type\":\"link\",\"attrs\":{\"href\":\"https://a.cn\",\"target\":\"_blank\"}}",
        "{\"type\":\"color\",\"attrs\":{\"value\":\"#f00\"}}",
        "{\"type\":\"size\",\"attrs\":{\"value\":\"normal\"}}",
    };
    for (size_t i = 0; i < LEN(marks); i++)
        refused(
            in_paragraph(str_z(
                mem, str_fmt(mem, "{\"type\":\"text\",\"text\":\"x\",\"marks\":[%s]}", marks[i]))),
            "content[0].content[0]");
}

static str nested(int quotes)
{
    str s = S("{\"type\":\"paragraph\"}");
    for (int i = 0; i < quotes; i++)
        s = str_fmt(mem, "{\"type\":\"blockquote\",\"content\":[%.*s]}", FMT(s));
    return in_doc(str_z(mem, s));
}

static void test_json__limits_hold_on_both_sides(void **state)
{
    (void)state;
    struct node *doc = NULL;
    assert_int_equal(doc_from_json(mem, nested(DOC_DEPTH_MAX - 2), &doc), OK);
    assert_int_equal(doc_from_json(mem, nested(DOC_DEPTH_MAX - 1), &doc), ERR_INVALID);
    struct node *made = node_new(mem, NODE_DOC);
    for (int i = 0; i < DOC_NODES_MAX - 1; i++)
        node_add(made, node_new(mem, NODE_DIVIDER));
    assert_int_equal(doc_settle(mem, made, &doc), OK);
    node_add(made, node_new(mem, NODE_DIVIDER));
    assert_int_equal(doc_settle(mem, made, &doc), ERR_TOO_LARGE);

    char *many = arena_alloc(mem, DOC_CHARS_MAX + 1);
    memset(many, 'x', DOC_CHARS_MAX + 1);
    made = node_new(mem, NODE_DOC);
    struct node *text =
        node_add(node_add(made, node_new(mem, NODE_PARAGRAPH)), node_new(mem, NODE_TEXT));
    text->text = (str){many, DOC_CHARS_MAX};
    assert_int_equal(doc_settle(mem, made, &doc), OK);
    text->text.n++;
    assert_int_equal(doc_settle(mem, made, &doc), ERR_TOO_LARGE);
    assert_string_equal(fault_last()->reason, "document_too_large");
}

static void test_href__only_web_and_mail(void **state)
{
    (void)state;
    static const char *const good[] = {"https://a.cn", "HTTP://a.cn:80/x?y#z", "mailto:a@b.cn",
                                       "https://例子.中国/路径", "http://[::1]/"};
    static const char *const bad[] = {"",           "javascript:x", "//a.cn",
                                      "/x",         "https:/a",     "https://",
                                      "http:///x",  "data:x",       "https://a b",
                                      "mailto:",    "mailto:@b",    "https://u@h/",
                                      "https://\"", "https://a\\b", "https://a\xE2\x80\xAE/",
                                      " https://a", "vbscript:x"};
    for (size_t i = 0; i < LEN(good); i++)
        assert_true(doc_href_ok(str_from(good[i])));
    for (size_t i = 0; i < LEN(bad); i++)
        assert_false(doc_href_ok(str_from(bad[i])));
}

static void test_html__escapes_and_styles_by_class(void **state)
{
    (void)state;
    assert_same(
        html_of(in_paragraph("{\"type\":\"text\",\"text\":\"<a> & \\\"b'\",\"marks\":[{\"type\":"
                             "\"bold\"},{\"type\":\"link\",\"attrs\":{\"href\":"
                             "\"https://a.cn/?a&b\"}},{\"type\":\"color\",\"attrs\":{\"value\":"
                             "\"red\"}},{\"type\":\"size\",\"attrs\":{\"value\":\"large\"}}]}"),
                NULL),
        S("<p><a href=\"https://a.cn/?a&amp;b\" rel=\"noopener nofollow ugc\"><span class=\"c-red "
          "fs-large\"><strong>&lt;a&gt; &amp; &quot;b&#39;</strong></span></a></p>\n"));
}

static void test_html__blocks(void **state)
{
    (void)state;
    assert_same(
        html_of(in_doc("{\"type\":\"heading\",\"attrs\":{\"level\":3,\"align\":\"center\"}},"
                       "{\"type\":\"orderedList\",\"attrs\":{\"start\":3},\"content\":[{\"type\":"
                       "\"listItem\",\"content\":[{\"type\":\"paragraph\"}]}]},"
                       "{\"type\":\"callout\",\"attrs\":{\"kind\":\"tip\"},\"content\":"
                       "[{\"type\":\"divider\"}]},"
                       "{\"type\":\"codeBlock\",\"attrs\":{\"language\":\"c\"}},"
                       "{\"type\":\"table\",\"content\":[{\"type\":\"tableRow\",\"content\":["
                       "{\"type\":\"tableHeader\",\"attrs\":{\"colspan\":2},\"content\":"
                       "[{\"type\":\"paragraph\"}]}]}]}"),
                NULL),
        S("<h3 id=\"sec-1\" class=\"al-center\"></h3>\n<ol start=\"3\"><li></li>\n</ol>\n"
          "<aside class=\"callout-tip\"><hr></aside>\n<pre><code class=\"lang-c\"></code></pre>\n"
          "<div class=\"scroll\"><table><tr><th colspan=\"2\"></th></tr>\n</table></div>\n"));
}

static void test_html__pictures_offer_smaller_widths(void **state)
{
    (void)state;
    static const int widths[] = {480, 1080, 2000};
    str json = in_doc("{\"type\":\"picture\",\"attrs\":{\"blob\":\"" BLOB "\",\"alt\":\"\\\"\","
                      "\"width\":1600,\"height\":900}}");
    str html = html_of(json, &(struct doc_html_opts){S("/m/"), widths, 3});
    assert_true(str_has(html, S("src=\"/m/" BLOB "\" srcset=\"/m/" BLOB ".w480.webp 480w, /m/" BLOB
                                ".w1080.webp 1080w, /m/" BLOB " 1600w\"")));
    assert_true(str_has(html, S("alt=\"&quot;\" width=\"1600\" height=\"900\" loading=\"lazy\"")));
    assert_false(str_has(html, S("w2000")));
    assert_true(str_has(html_of(json, NULL), S("<img src=\"/media/" BLOB "\" alt=")));
}

static void test_html__only_known_tags_and_classes(void **state)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        reset(state);
        struct node *doc = NULL;
        str html = STR_NONE;
        assert_int_equal(doc_settle(mem, gen_doc(mem, seed, false), &doc), OK);
        assert_int_equal(doc_html(mem, doc, NULL, &html), OK);
        assert_true(str_valid(html));
        assert_false(str_has(html, S("<b>")) || str_has(html, S(" style=")));
        size_t open = 0, close = 0;
        for (size_t i = 0; i < html.n; i++) {
            open += html.p[i] == '<';
            close += html.p[i] == '>';
        }
        assert_int_equal(open, close);
    }
}

static void test_text__reads_like_the_page(void **state)
{
    (void)state;
    struct node *doc = parse(in_doc(
        "{\"type\":\"heading\",\"attrs\":{\"level\":2},\"content\":[{\"type\":\"text\",\"text\":"
        "\"题\"}]},{\"type\":\"paragraph\"},{\"type\":\"paragraph\",\"content\":[{\"type\":"
        "\"text\","
        "\"text\":\"Hello wor\"},{\"type\":\"text\",\"marks\":[{\"type\":\"bold\"}],\"text\":"
        "\"ld，公众号。\"},{\"type\":\"hardBreak\"},{\"type\":\"text\",\"text\":\"it's 3.14\","
        "\"marks\":[{\"type\":\"link\",\"attrs\":{\"href\":\"https://a.cn\"}}]}]},"
        "{\"type\":\"picture\",\"attrs\":{\"blob\":\"" BLOB "\",\"alt\":\"图\"},\"content\":"
        "[{\"type\":\"text\",\"text\":\"说明\"}]},"
        "{\"type\":\"table\",\"content\":[{\"type\":\"tableRow\",\"content\":[{\"type\":"
        "\"tableCell\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\","
        "\"text\":\"a\"}]}]},{\"type\":\"tableCell\",\"content\":[{\"type\":\"paragraph\","
        "\"content\":[{\"type\":\"text\",\"text\":\"b\"}]}]}]}]}"));
    assert_same(doc_text(mem, doc, DOC_TEXT_READ),
                S("题\nHello world，公众号。\nit's 3.14\n说明\na\tb"));
    assert_same(doc_text(mem, doc, DOC_TEXT_ALL),
                S("题\nHello world，公众号。\nit's 3.14\nhttps://a.cn\n图\n说明\na\tb"));
    assert_int_equal(doc_count(doc), 1 + 2 + 3 + 2 + 2 + 2);
    size_t n = 0;
    struct doc_media *m = doc_pictures(mem, doc, &n);
    assert_int_equal(n, 1);
    assert_int_equal(m[0].type, NODE_PICTURE);
    assert_same(m[0].blob, S(BLOB));
}

static void test_count__as_people_count(void **state)
{
    (void)state;
    assert_int_equal(text_count_words(S("")), 0);
    assert_int_equal(text_count_words(S("well-known GB 11643-1999，中文ABC混排！")), 3 + 2 + 1 + 2);
    assert_int_equal(text_count_words(S("café Ｗｉｄｅ 한국어 カナ")), 2 + 3 + 2);
    assert_int_equal(doc_minutes(0), 1);
    assert_int_equal(doc_minutes(2000), 5);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, reset)
    const struct CMUnitTest tests[] = {
        TEST(test_json__canonical_text_is_a_fixed_point),
        TEST(test_json__defaults_go_and_equal_texts_join),
        TEST(test_json__controls_and_overrides_are_removed),
        TEST(test_json__what_is_not_in_the_schema_is_refused_by_path),
        TEST(test_json__bad_marks_are_refused),
        TEST(test_json__limits_hold_on_both_sides),
        TEST(test_href__only_web_and_mail),
        TEST(test_html__escapes_and_styles_by_class),
        TEST(test_html__blocks),
        TEST(test_html__pictures_offer_smaller_widths),
        TEST(test_html__only_known_tags_and_classes),
        TEST(test_text__reads_like_the_page),
        TEST(test_count__as_people_count),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return failed;
}
