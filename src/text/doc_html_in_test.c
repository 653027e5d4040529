/* Tests of pasted HTML. */
#include "base/buf.h"
#include "text/doc_css.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BLOB "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static arena *mem;
static struct doc_dropped dropped;

static int reset(void **state)
{
    (void)state;
    arena_free(mem);
    mem = arena_new();
    return 0;
}

static struct node *paste(const char *html, const struct doc_known *known)
{
    struct node *doc = NULL;
    dropped = (struct doc_dropped){0};
    if (doc_from_html(mem, str_from(html), known, &dropped, &doc) != OK)
        fail_msg("%s: %s", fault_last()->reason, fault_last()->text);
    return doc;
}

static void assert_paste(const char *html, const char *want)
{
    str got = STR_NONE;
    assert_int_equal(doc_html(mem, paste(html, NULL), NULL, &got), OK);
    assert_string_equal(str_z(mem, got), want);
}

static void test_paste__structure_stays(void **state)
{
    (void)state;
    assert_paste("<h1>题 <b>目</b></h1><div><div>甲<br>乙<br></div>丙</div><p><br></p><hr>",
                 "<h2 id=\"sec-1\">题 目</h2>\n<p>甲<br>乙</p>\n<p>丙</p>\n<hr>\n");
    assert_paste(
        "<ul><li>a<ul><li>b</ul><li><h3>c</h3></ul><ol start=4><li>d</ol>",
        "<ul><li>a<ul><li>b</li>\n</ul></li>\n<li><p><br></p><h3 id=\"sec-1\">c</h3></li>\n"
        "</ul>\n<ol start=\"4\"><li>d</li>\n</ol>\n");
    assert_paste("<table><caption>表</caption><tr><th colspan=2 style='text-align:center'>甲"
                 "<tr><td>1<td><p>2</p><p>3</p></table>",
                 "<div class=\"scroll\"><table><tr><th colspan=\"2\"><p class=\"al-center\">甲</p>"
                 "</th></tr>\n<tr><td>1</td><td><p>2</p><p>3</p></td></tr>\n</table></div>\n");
    assert_paste("<pre>int <b>x</b>;\n  y\n</pre><blockquote>引</blockquote>",
                 "<pre><code>int x;\n  y</code></pre>\n<blockquote><p>引</p></blockquote>\n");
    assert_paste("", "<p><br></p>\n");
}

static void test_paste__white_space_is_html_s(void **state)
{
    (void)state;
    assert_paste("<p>\n  a \n b<b> c</b>&nbsp;&nbsp;</p>  <p>中\n文</p>",
                 "<p>a b<strong> c</strong></p>\n<p>中文</p>\n");
    assert_paste("<span>a</span> <i>b</i>", "<p>a <em>b</em></p>\n");
}

static void test_paste__styles_become_the_nearest(void **state)
{
    (void)state;
    assert_paste("<p style='TEXT-ALIGN: Center'><span style='font-weight:700;color:#f5222d;"
                 "font-size: 15pt'>甲</span><u>乙</u><span style='text-decoration:line-through'>丙"
                 "</span></p>",
                 "<p class=\"al-center\"><span class=\"c-red fs-large\"><strong>甲</strong></span>"
                 "<u>乙</u><s>丙</s></p>\n");
    assert_paste("<p style='font-family:x;background:#fff'><font color=blue size=5>x</font></p>",
                 "<p><span class=\"c-blue\">x</span></p>\n");
    assert_int_equal(dropped.styles, 2);
}

static void test_paste__what_acts_is_dropped(void **state)
{
    (void)state;
    assert_paste(
        "<script>alert(1)</script><style>p{}</style><p onclick=x()>a<svg><text>b</text>"
        "</svg><iframe src=x></iframe><a href='javascript:x'>c</a>"
        "<a href=' https://a.cn/?q=a b'>d</a><span style='display:none'>e</span></p>",
        "<p>ac<a href=\"https://a.cn/?q=a%20b\" rel=\"noopener nofollow ugc\">d</a></p>\n");
    assert_int_equal(dropped.links, 1);
    assert_true(dropped.scripts >= 2);
}

static bool ours(void *ctx, str blob, int *ret_width, int *ret_height)
{
    (void)ctx;
    *ret_width = 3;
    *ret_height = 2;
    return str_eq(blob, S(BLOB));
}

static void test_paste__only_our_pictures_stay(void **state)
{
    (void)state;
    const struct doc_known known = {.find = ours, .ctx = NULL};
    struct node *doc =
        paste("a<img src='https://x.cn/a.png'><img alt=图 data-src='https://us.cn/media/" BLOB
              ".w480.webp'>b",
              &known);
    assert_int_equal(dropped.pictures, 1);
    assert_int_equal(doc->child->next->type, NODE_PICTURE);
    assert_int_equal(doc->child->next->width, 3);
    assert_true(str_eq(doc->child->next->alt, S("图")));
}

static void test_paste__hostile_input_ends_well(void **state)
{
    (void)state;
    struct node *doc = NULL;
    struct buf b;
    buf_init(&b, mem, DOC_PASTE_MAX * 2);
    for (int i = 0; i < 20000; i++)
        buf_add(&b, S("<div><table><td><ul><li><b>"));
    assert_int_equal(doc_from_html(mem, str_sub(buf_str(&b), 0, 60000), NULL, &dropped, &doc), OK);
    assert_true(dropped.deep > 0);
    b.n = 0;
    for (int i = 0; i < 3000; i++)
        buf_fmt(&b, "<b id=%d>", i);
    for (int i = 0; i < 3000; i++)
        buf_add(&b, S("<p>x"));
    err e = doc_from_html(mem, buf_str(&b), NULL, &dropped, &doc);
    assert_true(e == OK || e == ERR_TOO_LARGE);
}

static void test_css__values(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        enum doc_color color;
    } colors[] = {
        {"#000", COLOR_NONE},           {"#fff", COLOR_NONE},    {"rgb(136, 136, 136)", COLOR_GRAY},
        {"#07c160", COLOR_GREEN},       {"#1890FF", COLOR_BLUE}, {"#faad14", COLOR_ORANGE},
        {"#722ed1", COLOR_PURPLE},      {"#13c2c2", COLOR_TEAL}, {"red", COLOR_RED},
        {"rgba(255,0,0,1)", COLOR_RED}, {"", COLOR_NONE},        {"#zzz", COLOR_NONE},
        {"rgb(-9,999,0)", COLOR_GREEN}};
    for (size_t i = 0; i < LEN(colors); i++)
        assert_int_equal(css_color(str_from(colors[i].value)), colors[i].color);
    assert_int_equal(css_size(S("12px")), SIZE_SMALL);
    assert_int_equal(css_size(S("17px")), SIZE_NORMAL);
    assert_int_equal(css_size(S("1.5em")), SIZE_LARGE);
    assert_int_equal(css_size(S("200%")), SIZE_XLARGE);
    assert_int_equal(css_size(S("calc(1px)")), SIZE_NORMAL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, reset)
    const struct CMUnitTest tests[] = {
        TEST(test_paste__structure_stays),
        TEST(test_paste__white_space_is_html_s),
        TEST(test_paste__styles_become_the_nearest),
        TEST(test_paste__what_acts_is_dropped),
        TEST(test_paste__only_our_pictures_stay),
        TEST(test_paste__hostile_input_ends_well),
        TEST(test_css__values),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return failed;
}
