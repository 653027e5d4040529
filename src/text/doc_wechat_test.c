/* Tests of the copy for editors that keep inline styles only. */
#include "text/doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BLOB "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SITE S("https://news.example.org")

static arena *mem;

static int reset(void **state)
{
    (void)state;
    arena_free(mem);
    mem = arena_new();
    return 0;
}

static bool ours(void *ctx, str blob, int *ret_width, int *ret_height)
{
    (void)ctx;
    *ret_width = 800;
    *ret_height = 600;
    return str_eq(blob, S(BLOB));
}

static const struct doc_known KNOWN = {.find = ours, .ctx = NULL};

static struct node *read_json(const char *json)
{
    struct node *doc = NULL;
    if (doc_from_json(mem, str_from(json), &doc) != OK)
        fail_msg("%s: %s", fault_last()->reason, fault_last()->text);
    return doc;
}

static str copy(const struct node *doc)
{
    str html = STR_NONE;
    assert_int_equal(doc_wechat(mem, doc, SITE, &html), OK);
    return html;
}

/* A document comes back from its copy as it was. */
static void assert_returns(const char *json)
{
    struct node *doc = read_json(json), *back = NULL;
    str before, after;
    struct doc_dropped dropped = {0};
    assert_int_equal(doc_from_html(mem, copy(doc), &KNOWN, &dropped, &back), OK);
    assert_int_equal(doc_json(mem, doc, &before), OK);
    assert_int_equal(doc_json(mem, back, &after), OK);
    assert_string_equal(str_z(mem, after), str_z(mem, before));
    assert_int_equal(dropped.pictures + dropped.links + dropped.deep + dropped.scripts, 0);
}

#define DOC(blocks) "{\"type\":\"doc\",\"content\":[" blocks "]}"
#define P(inlines) "{\"type\":\"paragraph\",\"content\":[" inlines "]}"
#define T(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define M(text, marks) "{\"type\":\"text\",\"text\":\"" text "\",\"marks\":[" marks "]}"

#define BLOCK(type, content) "{\"type\":\"" type "\",\"content\":[" content "]}"
#define HEADING(level, text)                                                                       \
    "{\"type\":\"heading\",\"attrs\":{\"level\":" level "},\"content\":[" T(text) "]}"
#define ITEM(content) BLOCK("listItem", content)
#define VALUE(mark) "{\"type\":\"" mark "\",\"attrs\":{\"value\":\"%s\"}}"
#define CELL(text) BLOCK("tableCell", P(T(text)))

static void test_wechat__structure_comes_back(void **state)
{
    (void)state;
    assert_returns(DOC(HEADING("2", "一、河流") "," P(T("甲"))));
    assert_returns(DOC(BLOCK("blockquote", P(T("引")) "," P(T("用")))));
    assert_returns(DOC(HEADING("3", "小节") "," HEADING("4", "更小")));
    assert_returns(DOC("{\"type\":\"divider\"}," BLOCK("codeBlock", T("int x;\\n  y < 1"))));
    static const char NUMBERS[] =
        "{\"type\":\"orderedList\",\"attrs\":{\"start\":4},\"content\":[" ITEM(P(T("b"))) "]}";
    assert_returns(
        str_fmt(mem, DOC(BLOCK("bulletList", ITEM(P(T("a")) ",%s") "," ITEM(P(T("c"))))), NUMBERS)
            .p);
    static const char HEAD[] =
        "{\"type\":\"tableHeader\",\"attrs\":{\"colspan\":2},\"content\":[" P(T("表头")) "]}";
    assert_returns(str_fmt(mem,
                           DOC(BLOCK("table", BLOCK("tableRow", "%s") "," BLOCK(
                                                  "tableRow", CELL("1") "," CELL("2")))),
                           HEAD)
                       .p);
}

static void test_wechat__looks_come_back(void **state)
{
    (void)state;
    static const char *const FLAGS[] = {"bold", "italic", "underline", "strike", "code"};
    static const char *const COLORS[] = {"gray",  "red",  "orange", "yellow",
                                         "green", "teal", "blue",   "purple"};
    static const char *const SIZES[] = {"small", "large", "xlarge"};
    for (size_t i = 0; i < LEN(FLAGS); i++)
        assert_returns(str_fmt(mem, DOC(P(T("平 ") "," M("乙", "{\"type\":\"%s\"}"))), FLAGS[i]).p);
    assert_returns(DOC(P(M("链", "{\"type\":\"link\",\"attrs\":{\"href\":\"https://a.cn/?x=1&y=2\"}"
                                 "}"))));
    for (size_t i = 0; i < LEN(COLORS); i++)
        for (size_t k = 0; k < LEN(SIZES); k++)
            assert_returns(str_fmt(mem,
                                   DOC(P(T("甲") "," M("乙", VALUE("color") "," VALUE("size")))),
                                   COLORS[i], SIZES[k])
                               .p);
    assert_returns(DOC("{\"type\":\"paragraph\",\"attrs\":{\"align\":\"center\"},"
                       "\"content\":[" T("中") "]}"));
}

static void test_wechat__pictures_carry_the_address_of_the_site(void **state)
{
    (void)state;
    const char *json = DOC("{\"type\":\"picture\",\"attrs\":{\"alt\":\"一条河\",\"blob\":\"" BLOB
                           "\",\"width\":800,\"height\":600},\"content\":[" T("岸边") "]}");
    assert_returns(json);
    assert_true(
        str_has(copy(read_json(json)), S("src=\"https://news.example.org/media/" BLOB "\"")));
}

static void test_wechat__golden(void **state)
{
    (void)state;
    struct node *doc = read_json(
        DOC("{\"type\":\"heading\",\"attrs\":{\"level\":2},\"content\":[" T("题 & 目") "]}," P(
            T("甲") "," M("乙", "{\"type\":\"bold\"}")) ","
                                                        "{\"type\":\"callout\",\"attrs\":{\"kind\":"
                                                        "\"tip\"},\"content\":[" P(
                                                            T("提示")) "]},"
                                                                       "{\"type\":\"video\","
                                                                       "\"attrs\":{\"blob\":\"" BLOB
                                                                       "\",\"title\":\"片子\"}}"));
    assert_string_equal(
        str_z(mem, copy(doc)),
        "<h2 style=\"margin:32px 0 14px;font-size:20px;line-height:1.4;color:#333333\">题 &amp; 目"
        "</h2>\n"
        "<p style=\"margin:0 0 16px;font-size:16px;line-height:1.75;color:#333333\">甲<strong>乙"
        "</strong></p>\n"
        "<blockquote style=\"margin:0 0 16px;padding:10px 14px;border-left:3px solid #2e8b57;"
        "background:#eef8f2\"><p style=\"margin:0 0 16px;font-size:16px;line-height:1.75;"
        "color:#333333\">提示</p></blockquote>\n"
        "<p style=\"margin:0 0 16px;text-align:center;color:#555555\">片子</p>\n");
}

/* Nothing but styles inside the tags: no class, id, script or handler survives elsewhere. */
static void test_wechat__no_classes_no_ids(void **state)
{
    (void)state;
    struct node *doc = NULL;
    assert_int_equal(doc_from_markdown(mem,
                                       S("## <b onclick=x>题</b>\n\n> [!NOTE]\n> 注\n\n- 甲\n- 乙\n"
                                         "\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```c\nx\n```\n"),
                                       NULL, NULL, &doc),
                     OK);
    str html = copy(doc);
    assert_false(str_has(html, S("class=")));
    assert_false(str_has(html, S(" id=")));
    assert_false(str_has(html, S("<b onclick")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_wechat__structure_comes_back, reset),
        cmocka_unit_test_setup(test_wechat__looks_come_back, reset),
        cmocka_unit_test_setup(test_wechat__pictures_carry_the_address_of_the_site, reset),
        cmocka_unit_test_setup(test_wechat__golden, reset),
        cmocka_unit_test_setup(test_wechat__no_classes_no_ids, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
