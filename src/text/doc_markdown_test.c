/* Tests of Markdown in and out. */
#include "text/doc.h"

#include "text/doc_gen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

static struct node *read_md(str md, struct doc_dropped *dropped)
{
    struct node *doc = NULL;
    err e = doc_from_markdown(mem, md, NULL, dropped, &doc);
    if (e != OK)
        fail_msg("%s: %s\n%.*s", fault_last()->reason, fault_last()->text, FMT(md));
    return doc;
}

static str json_of(const struct node *doc)
{
    str json = STR_NONE;
    assert_int_equal(doc_json(mem, doc, &json), OK);
    return json;
}

static void assert_html(const char *md, const char *html)
{
    str got = STR_NONE;
    assert_int_equal(doc_html(mem, read_md(str_from(md), NULL), NULL, &got), OK);
    assert_string_equal(str_z(mem, got), html);
}

static void test_in__emphasis_beside_chinese(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"**中文加粗。**后面", "<p><strong>中文加粗。</strong>后面</p>\n"},
        {"前面**“引用”**后面", "<p>前面<strong>“引用”</strong>后面</p>\n"},
        {"**该星球（Earth）**是", "<p><strong>该星球（Earth）</strong>是</p>\n"},
        {"**テスト。**テスト", "<p><strong>テスト。</strong>テスト</p>\n"},
        {"*“甲”*乙*“丙”*", "<p><em>“甲”</em>乙<em>“丙”</em></p>\n"},
        {"这是~~删除。~~后面", "<p>这是<s>删除。</s>后面</p>\n"},
        {"中**`code`**文", "<p>中<strong><code>code</code></strong>文</p>\n"},
        {"***“粗斜”***后", "<p><strong><em>“粗斜”</em></strong>后</p>\n"},
        {"**100%**的人", "<p><strong>100%</strong>的人</p>\n"},
    };
    for (size_t i = 0; i < LEN(cases); i++)
        assert_html(cases[i][0], cases[i][1]);
    assert_html("**[链接](https://a.cn)**后",
                "<p><a href=\"https://a.cn\" rel=\"noopener nofollow ugc\"><strong>链接</strong>"
                "</a>后</p>\n");
}

static void test_in__no_emphasis_where_none_is_meant(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"2 * 3 * 4", "<p>2 * 3 * 4</p>\n"},
        {"二 ** 三 ** 四", "<p>二 ** 三 ** 四</p>\n"},
        {"`**中。**后`", "<p><code>**中。**后</code></p>\n"},
        {"\\*\\*中。\\*\\*后", "<p>**中。**后</p>\n"},
        {"```\n**中。**后\n```", "<pre><code>**中。**后</code></pre>\n"},
        {"foo**(bar)**baz", "<p>foo**(bar)**baz</p>\n"},
        {"snake_case_名_字", "<p>snake_case_名_字</p>\n"},
        {"约10~20~30元", "<p>约10~20~30元</p>\n"},
    };
    for (size_t i = 0; i < LEN(cases); i++)
        assert_html(cases[i][0], cases[i][1]);
}

static void test_in__blocks(void **state)
{
    (void)state;
    assert_html("# 题\n\n##### 小", "<h2 id=\"sec-1\">题</h2>\n<h4 id=\"sec-2\">小</h4>\n");
    assert_html("甲\n乙\nabc\ndef  \n行", "<p>甲乙 abc def<br>行</p>\n");
    assert_html("- a\n  - b\n\n3. c", "<ul><li>a<ul><li>b</li>\n</ul></li>\n</ul>\n"
                                      "<ol start=\"3\"><li>c</li>\n</ol>\n");
    assert_html("|甲|乙|\n|--|:-:|\n|1|<br>2|",
                "<div class=\"scroll\"><table><tr><th>甲</th><th class=\"al-center\">乙</th></tr>\n"
                "<tr><td>1</td><td class=\"al-center\"><br>2</td></tr>\n</table></div>\n");
    assert_html("> [!TIP]\n> 提示", "<aside class=\"callout-tip\"><p>提示</p></aside>\n");
    assert_html("", "<p><br></p>\n");
    assert_html("```c++ x\nint;\n```\n\n***", "<pre><code class=\"lang-c++\">int;</code></pre>\n"
                                              "<hr>\n");
}

static void test_in__pictures_links_and_raw_html(void **state)
{
    (void)state;
    struct doc_dropped d = {0};
    read_md(S("[x](javascript:alert(1)) <script>x</script> ![外](https://a.cn/b.png)\n\n<div>"),
            &d);
    assert_int_equal(d.links, 1);
    assert_int_equal(d.pictures, 1);
    assert_int_equal(d.html, 3);
    assert_html("[x](javascript:alert(1))<b>", "<p>x&lt;b&gt;</p>\n");
    assert_html("![外](https://a.cn/b.png)",
                "<p><a href=\"https://a.cn/b.png\" rel=\"noopener nofollow ugc\">外</a></p>\n");
    assert_html("前 ![图](blob:" BLOB "#20x10 \"说\") 后",
                "<p>前</p>\n<figure class=\"pic\"><img src=\"/media/" BLOB
                "\" alt=\"图\" width=\"20"
                "\" height=\"10\" loading=\"lazy\" decoding=\"async\"><figcaption>说</figcaption>"
                "</figure>\n<p>后</p>\n");
    assert_html("见 www.a.cn 或 a@b.cn",
                "<p>见 <a href=\"http://www.a.cn\" rel=\"noopener nofollow ugc\">www.a.cn</a> 或 "
                "<a href=\"mailto:a@b.cn\" rel=\"noopener nofollow ugc\">a@b.cn</a></p>\n");
}

static bool only_this(void *ctx, str blob, int *ret_width, int *ret_height)
{
    *ret_width = 640;
    *ret_height = 480;
    return str_eq(blob, str_from(ctx));
}

static void test_in__asks_which_pictures_are_ours(void **state)
{
    (void)state;
    struct doc_known known = {.find = only_this, .ctx = (char[]){BLOB}};
    struct node *doc = NULL;
    assert_int_equal(
        doc_from_markdown(mem, S("![](/media/" BLOB ".w480.webp)"), &known, NULL, &doc), OK);
    assert_int_equal(doc->child->type, NODE_PICTURE);
    assert_int_equal(doc->child->width, 640);
    known.ctx = (char[]){"none"};
    assert_int_equal(doc_from_markdown(mem, S("![](blob:" BLOB ")x"), &known, NULL, &doc), OK);
    assert_int_equal(doc->child->type, NODE_PARAGRAPH);
}

static void test_in__deep_and_large_input_ends_well(void **state)
{
    (void)state;
    struct doc_dropped d = {0};
    struct node *doc = NULL;
    char *many = arena_alloc(mem, DOC_MARKDOWN_MAX + 1);
    memset(many, '>', DOC_MARKDOWN_MAX + 1);
    assert_int_equal(doc_from_markdown(mem, (str){many, 1000}, NULL, &d, &doc), OK);
    assert_true(d.deep > 900);
    assert_int_equal(doc_from_markdown(mem, (str){many, DOC_MARKDOWN_MAX + 1}, NULL, &d, &doc),
                     ERR_TOO_LARGE);
}

static str write_md(const struct node *doc)
{
    str md = STR_NONE;
    assert_int_equal(doc_markdown(mem, doc, &md), OK);
    return md;
}

static void test_out__generated_documents_come_back_the_same(void **state)
{
    int bad = 0;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        reset(state);
        struct node *doc = NULL;
        if (doc_settle(mem, gen_doc(mem, seed, true), &doc) != OK)
            fail_msg("seed %d: %s", (int)seed, fault_last()->text);
        str md = write_md(doc);
        str want = json_of(doc), got = json_of(read_md(md, NULL));
        if (!str_eq(want, got)) {
            size_t i = 0;
            while (i < want.n && i < got.n && want.p[i] == got.p[i])
                i++;
            i = i > 150 ? i - 150 : 0;
            fprintf(stderr, "seed %d\n%.*s\nwant %.*s\ngot  %.*s\n", (int)seed, FMT(md),
                    FMT(str_sub(want, i, 400)), FMT(str_sub(got, i, 400)));
            if (++bad > 2)
                break;
        }
    }
    assert_int_equal(bad, 0);
}

static void test_out__reads_well(void **state)
{
    (void)state;
    static const char md[] = "## 题目\n\n甲**粗**乙*斜*，[链](https://a.cn)。\n\n- 一\n- 二\n\n"
                             "> [!WARNING]\n>\n> 小心\n\n| 甲 | 乙 |\n| --- | --: |\n| 1 | 2 |\n\n"
                             "```c\nint x;\n```\n\n___\n\n![图](blob:" BLOB "#2x1 \"说\")\n";
    assert_string_equal(str_z(mem, write_md(read_md(str_from(md), NULL))), md);
}

static void test_out__an_empty_document_is_an_empty_text(void **state)
{
    (void)state;
    assert_string_equal(str_z(mem, write_md(read_md(S(""), NULL))), "");
    assert_string_equal(str_z(mem, write_md(read_md(S("甲\n\n<!-- empty -->"), NULL))),
                        "甲\n\n<!-- empty -->\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, reset)
    const struct CMUnitTest tests[] = {
        TEST(test_in__emphasis_beside_chinese),
        TEST(test_in__no_emphasis_where_none_is_meant),
        TEST(test_in__blocks),
        TEST(test_in__pictures_links_and_raw_html),
        TEST(test_in__asks_which_pictures_are_ours),
        TEST(test_in__deep_and_large_input_ends_well),
        TEST(test_out__generated_documents_come_back_the_same),
        TEST(test_out__reads_well),
        TEST(test_out__an_empty_document_is_an_empty_text),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return failed;
}
