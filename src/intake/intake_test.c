/* Bodies, addresses and times of exports; what the readers give and refuse. */
#include "intake/convert.h"
#include "intake/plain.h"
#include "intake/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;

static int reset(void **state)
{
    (void)state;
    arena_free(mem);
    mem = arena_new();
    return 0;
}

static void same(str got, const char *want)
{
    assert_string_equal(str_z(mem, got), want);
}

static struct buf notes_new(void)
{
    struct buf b;
    buf_init(&b, mem, 4096);
    return b;
}

static void test_intake__addresses_are_compared_without_what_changes(void **state)
{
    (void)state;
    same(link_key(mem, S("https://www.Old.Example/2019/x/?utm=1#top")), "old.example/2019/x");
    same(link_key(mem, S("http://old.example/?p=12&preview=1")), "old.example?p=12");
    same(link_key(mem, S("http://old.example")), "old.example");
    same(link_key(mem, S("mailto:a@b.cn")), "");
}

static void test_intake__times_are_those_of_china(void **state)
{
    (void)state;
    same(china_time(mem, S("2019-03-04 16:30:00")), "2019-03-05 00:30");
    same(china_time(mem, S("2019-12-31T16:00:00.000Z")), "2020-01-01 00:00");
    same(china_time(mem, S("0000-00-00 00:00:00")), "");
    same(china_time(mem, S("2019-03-04 25:00:00")), "");
    same(china_time(mem, S("yesterday at noon!")), "");
}

static void test_intake__titles_are_plain(void **state)
{
    (void)state;
    same(plain_text(mem, S("A &amp; <em>B</em> &#x6C34;&#65;&hellip;")), "A & B 水A…");
    same(plain_text(mem, S("  1 < 2 &nbsp; &unknown; &#0; \n x ")), "1 < 2 &unknown; &#0; x");
    same(plain_text(mem, S("&#xD800;&#1114112;")), "&#xD800;&#1114112;");
}

static str press(const char *content, struct buf *notes)
{
    const struct wordpress_text in = {.content = str_from(content)};
    return wordpress_html(mem, &in, notes);
}

static void test_intake__wordpress_paragraphs_and_shortcodes(void **state)
{
    (void)state;
    struct buf n = notes_new();
    same(press("a\nb\n\nc", &n), "<p>a\n<br>b\n\n<p>c\n");
    same(press("<!-- wp:x -->\n<p>a</p>", &n), "<!-- wp:x -->\n<p>a</p>\n");
    same(press("<pre>a\n\nb</pre>", &n), "<pre>a\n\nb</pre>\n");
    same(press("[1] [sic] [[gallery]]", &n), "<p>[1] [sic] [[gallery]]\n");
    assert_int_equal(n.n, 0);
    same(press("[box]in[/box]", &n), "<p>in\n");
    same(press("[caption id=\"x\"]<img src=\"a\"> w[/caption]", &n),
         "<figure><img src=\"a\"><figcaption>w</figcaption></figure>\n");
    (void)press("[gallery ids=\"7\"]", &n);
    same(buf_str(&n), "shortcode box; picture not in the export: attachment 7");
    (void)press("[caption", &n);
    (void)press("[caption][/caption]", &n);
    (void)press("[video src=]", &n);
}

static void test_intake__mobiledoc(void **state)
{
    (void)state;
    struct buf n = notes_new();
    str html;
    assert_int_equal(mobiledoc_html(mem,
                                    S("{\"markups\":[[\"strong\"],[\"SCRIPT\"]],\"sections\":"
                                      "[[1,\"p\",[[0,[0],0,\"a<\"],[0,[1],9,\"b\"]]],[10,5]]}"),
                                    &n, &html),
                     OK);
    same(html, "<p><strong>a&lt;<span>b</span></strong></p>");
    same(buf_str(&n), "card");
    assert_int_equal(mobiledoc_html(mem, S("{}"), &n, &html), ERR_INVALID);
    assert_int_equal(mobiledoc_html(mem, S("nonsense"), &n, &html), ERR_INVALID);
}

static void test_intake__lexical_is_not_endless(void **state)
{
    (void)state;
    struct buf n = notes_new(), deep;
    str html;
    assert_int_equal(lexical_html(mem,
                                  S("{\"root\":{\"type\":\"root\",\"children\":[{\"type\":"
                                    "\"text\",\"text\":\"x\",\"format\":17},{\"type\":\"new\"}]}}"),
                                  &n, &html),
                     OK);
    same(html, "<strong><code>x</code></strong>");
    same(buf_str(&n), "card new");
    buf_init(&deep, mem, 1 << 20);
    buf_add(&deep, S("{\"root\":"));
    for (int i = 0; i < 100; i++)
        buf_add(&deep, S("{\"type\":\"quote\",\"children\":["));
    for (int i = 0; i < 100; i++)
        buf_add(&deep, S("]}"));
    buf_add(&deep, S("}"));
    assert_int_equal(lexical_html(mem, buf_str(&deep), &n, &html), ERR_INVALID);
}

static void test_intake__foreign_pictures_stand_in(void **state)
{
    (void)state;
    str json;
    struct converted c;
    assert_int_equal(
        convert_here(mem, S("https://old.example/blog"),
                     S("<img src='/a.png' alt='A'><img src='data:image/png;base64,x'>"
                       "<iframe src='//v.example/1'></iframe><a href='x.html'>l</a>"
                       "<img src='/media/"
                       "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'>"),
                     &json),
        OK);
    assert_int_equal(converted_read(mem, json, &c), OK);
    assert_int_equal(c.n, 2);
    same(c.pictures[0].address, "https://old.example/a.png");
    assert_int_equal(c.doc->child->type, NODE_PICTURE);
    assert_true(str_eq(c.doc->child->blob, c.pictures[0].stand_in));
    assert_int_equal(c.dropped.pictures, 1);
    same(c.embeds, "https://v.example/1");
    assert_true(str_has(json, S("https://old.example/blog/x.html")));
}

struct got {
    int items;
    char last[64];
};

static err on_item(void *ctx, arena *m, const struct intake_item *i)
{
    struct got *g = ctx;
    (void)m;
    g->items++;
    (void)snprintf(g->last, sizeof g->last, "%.*s|%.*s|%.*s|%lld", FMT(i->id), FMT(i->tags),
                   FMT(i->left_out), (long long)i->line);
    return OK;
}

static err read_text(err (*reader)(const struct intake_reader *in), const char *text,
                     struct got *ret_g)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    *ret_g = (struct got){0};
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    const struct intake_reader in = {fd, S("https://old.example"), on_item, ret_g};
    err e = reader(&in);
    close(fd);
    return e;
}

static void test_intake__ghost_rows_in_any_order(void **state)
{
    (void)state;
    struct got g;
    assert_int_equal(read_text(ghost_read,
                               "{\"data\": {\"posts\":[\n{\"id\":7,\"html\":\"[{\\\"\"}],"
                               "\"posts_tags\":[{\"post_id\":7,\"tag_id\":2},"
                               "{\"post_id\":7,\"tag_id\":1}],\"tags\":[{\"id\":1,\"name\":\"a\"},"
                               "{\"id\":2,\"name\":\"b\"}]}}",
                               &g),
                     OK);
    assert_string_equal(g.last, "7|b,a||2");
    assert_int_equal(read_text(ghost_read, "{\"data\":{\"posts\":[{\"id\":1}}]}}", &g),
                     ERR_INVALID);
    assert_int_equal(read_text(ghost_read, "[[[[[[\"", &g), ERR_INVALID);
    assert_int_equal(read_text(ghost_read, "", &g), ERR_INVALID);
}

static void test_intake__wordpress_refuses_document_types(void **state)
{
    (void)state;
    struct got g;
    assert_int_equal(read_text(wordpress_read,
                               "<rss><channel><item><wp:post_id>3</wp:post_id>"
                               "<wp:post_type>nav_menu_item</wp:post_type></item></channel></rss>",
                               &g),
                     OK);
    assert_string_equal(g.last, "3||nav_menu_item|1");
    assert_int_equal(read_text(wordpress_read, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", &g),
                     ERR_INVALID);
    assert_string_equal(fault_last()->reason, "xml_doctype");
    assert_int_equal(read_text(wordpress_read, "<rss><item></item></rss>", &g), ERR_INVALID);
    assert_int_equal(g.items, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_intake__addresses_are_compared_without_what_changes, reset),
        cmocka_unit_test_setup(test_intake__times_are_those_of_china, reset),
        cmocka_unit_test_setup(test_intake__titles_are_plain, reset),
        cmocka_unit_test_setup(test_intake__wordpress_paragraphs_and_shortcodes, reset),
        cmocka_unit_test_setup(test_intake__mobiledoc, reset),
        cmocka_unit_test_setup(test_intake__lexical_is_not_endless, reset),
        cmocka_unit_test_setup(test_intake__foreign_pictures_stand_in, reset),
        cmocka_unit_test_setup(test_intake__ghost_rows_in_any_order, reset),
        cmocka_unit_test_setup(test_intake__wordpress_refuses_document_types, reset),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return failed;
}
