/* The request guard, path rules, forms, ranges, codings and languages. */
#include "web/compress.h"
#include "web/dispatch.h"
#include "web/guard.h"
#include "web/server_impl.h"
#include "web/urlencoded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include <cmocka.h>

static arena *mem;

static int verdict(const char *target, const char *version, const char *const *headers)
{
    struct guard g;
    guard_start(&g, S("GET"), str_from(target), str_from(version));
    for (; headers && *headers; headers++) {
        str value, name = str_split(str_from(*headers), ':', &value);
        guard_header(&g, name, value.p ? value : S(""));
    }
    guard_end(&g);
    return g.status;
}
#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_guard__one_meaning_of_length(void **state)
{
    (void)state;
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", "Content-Length:10")), 0);
    static const char *const BAD[] = {"", "-1", "+1", "0x1", "1,1", "1 ", "9999999999999999999"};
    for (size_t i = 0; i < LEN(BAD); i++) {
        const char *line = str_z(mem, str_fmt(mem, "content-length:%s", BAD[i]));
        assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", line)), 400);
    }
    assert_int_equal(
        verdict("/", "HTTP/1.1", HEADERS("Host:x", "Content-Length:1", "content-length:1")), 400);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", "Transfer-Encoding:chunked")), 411);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", "Transfer-Encoding:x")), 400);
    assert_int_equal(verdict("/", "HTTP/1.0", HEADERS("Transfer-Encoding:chunked")), 400);
}

static void test_guard__one_host(void **state)
{
    (void)state;
    assert_int_equal(verdict("/", "HTTP/1.1", NULL), 400);
    assert_int_equal(verdict("/", "HTTP/1.0", NULL), 0);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:[::1]:80")), 0);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:a", "Host:a")), 400);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:a/b")), 400);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:")), 400);
}

static void test_guard__versions_names_and_values(void **state)
{
    (void)state;
    assert_int_equal(verdict("/", "HTTP/1.2", HEADERS("Host:x")), 505);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", "A b:c")), 400);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", "A :c")), 400);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", ":c")), 400);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", "A:\x01")), 400);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", "A:b\x7f")), 400);
    assert_int_equal(verdict("/", "HTTP/1.1", HEADERS("Host:x", "A:\tb c")), 0);
}

static void test_guard__paths_mean_one_thing(void **state)
{
    (void)state;
    static const char *const GOOD[] = {"/",          "/a",       "/a/", "/a/b.css",
                                       "/%E5%85%AC", "/a:b;c,d", "/..a"};
    static const char *const BAD[] = {"",       "a",     "//",      "/a//b", "/.",       "/..",
                                      "/a/./b", "/%2e",  "/.%2E",   "/%2f",  "/%5C",     "/\\",
                                      "/%00",   "/%1f",  "/%",      "/%4",   "/%g0",     "/%ff",
                                      "/a b",   "/\xe5", "/%c0%af", "/%7f",  "http://x", "*"};
    for (size_t i = 0; i < LEN(GOOD); i++)
        assert_true(guard_path(str_from(GOOD[i])));
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_false(guard_path(str_from(BAD[i])));
}

static bool raw(const char *head, size_t n)
{
    return guard_raw(head, n, S("GET"), S("/a"));
}
#define RAW(text) raw("" text, sizeof(text) - 1)

static void test_guard__raw_heads_show_what_the_library_hides(void **state)
{
    (void)state;
    assert_true(RAW("GET\0/a\0HTTP/1.1\0\0Host\0 x\0\0\0\0"));
    assert_true(RAW("GET\0/a\0HTTP/1.1\0\0Host\0x\0\0A\0\0\0B\0 c\0\0\0\0"));
    assert_true(RAW("GET\0/a\0HTTP/1.0\0\0\0\0"));
    assert_false(RAW("GET\0/a\0b\0HTTP/1.1\0\0Host\0 x\0\0\0\0"));    /* NUL in the target */
    assert_false(RAW("GET\0/a\0HTTP/1.1\0Host\0 x\0\0\0\0"));         /* bare LF */
    assert_false(RAW("GET\0/a\0HTTP/1.1\0\0Host\0 x\0A\0b\0\0\0\0")); /* bare LF later */
    assert_false(RAW("GET\0/a\0HTTP/1.1\0\0Host\0 x\0\0\0"));         /* bare LF at the end */
    assert_false(RAW("GET\0/a\0HTTP/1.1\0\0A\0b\0\0 c\0\0\0\0"));     /* folded */
    assert_false(RAW("GET\0/a\0HTTP/1.1\0\0A\0b\0c\0\0\0\0"));        /* NUL in a value */
    assert_false(RAW("GET\0/a\0HTTP/1.1\0\0abc\0\0\0\0"));            /* no colon */
    assert_false(RAW("GET\0/a\0HTTP/1.1\0\0A\0b\rc\0\0\0\0"));
    assert_false(RAW("GET\0/a\0"));
}

static err form(const char *text, struct params *ret_p)
{
    *ret_p = (struct params){NULL, 0};
    return urlencoded_parse(mem, str_from(text), ret_p);
}

static void test_urlencoded__decodes(void **state)
{
    (void)state;
    struct params p;
    assert_int_equal(form("a=%E5%85%AC+b%2B&&b&=c&d==", &p), OK);
    assert_int_equal(p.n, 4);
    assert_true(str_eq(p.v[0].value, S("公 b+")));
    assert_true(str_eq(p.v[1].name, S("b")) && p.v[1].value.p && !p.v[1].value.n);
    assert_true(!p.v[2].name.n && str_eq(p.v[2].value, S("c")));
    assert_true(str_eq(p.v[3].value, S("=")));
    assert_int_equal(form("", &p), OK);
    assert_int_equal(p.n, 0);
}

static void test_urlencoded__refuses(void **state)
{
    (void)state;
    static const char *const BAD[] = {"a=%", "a=%4", "a=%gg", "a=%ff", "%00=a", "a=%00", "a=%1b"};
    struct params p;
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_int_equal(form(BAD[i], &p), ERR_INVALID);
    assert_int_equal(p.n, 0);
    struct buf b;
    buf_init(&b, mem, 4096);
    for (int i = 0; i <= FIELDS_MAX; i++)
        buf_add(&b, S("a&"));
    assert_int_equal(form(str_z(mem, buf_str(&b)), &p), ERR_TOO_LARGE);
    struct buf name;
    buf_init(&name, mem, 4096);
    for (int i = 0; i <= FIELD_NAME_MAX; i++)
        buf_add_char(&name, 'a');
    assert_int_equal(form(str_z(mem, buf_str(&name)), &p), ERR_TOO_LARGE);
}

static void test_range__rules(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        int status;
        int64_t first, last;
    } CASES[] = {
        {"bytes=0-0", 206, 0, 0},
        {"bytes=5-", 206, 5, 9},
        {"bytes=-1", 206, 9, 9},
        {"bytes=-99", 206, 0, 9},
        {"bytes=0-99", 206, 0, 9},
        {"bytes=10-", 416, 0, 0},
        {"bytes=-0", 416, 0, 0},
        {"bytes=3-2", 200, 0, 0},
        {"bytes=a-b", 200, 0, 0},
        {"bytes=-", 200, 0, 0},
        {"bytes=1", 200, 0, 0},
        {"items=0-1", 200, 0, 0},
        {"bytes=0-1,3-4", 200, 0, 0},
        {"bytes=--1", 200, 0, 0},
        {"bytes=99999999999999999999-", 200, 0, 0},
    };
    for (size_t i = 0; i < LEN(CASES); i++) {
        struct range r = {0, 0};
        assert_int_equal(range_read(str_from(CASES[i].header), 10, &r), CASES[i].status);
        assert_true(r.first == CASES[i].first && r.last == CASES[i].last);
    }
    struct range r = {0, 0};
    assert_int_equal(range_read(S("bytes=0-"), 0, &r), 416);
    assert_int_equal(range_read(S("bytes=-5"), 0, &r), 416);
}

static void test_compress__round_trip_and_choice(void **state)
{
    (void)state;
    char text[5000], back[5000];
    memset(text, 'x', sizeof text);
    struct bytes gz, br;
    assert_true(compress_gzip(mem, (str){text, sizeof text}, &gz));
    assert_true(compress_brotli(mem, (str){text, sizeof text}, &br) && br.n < sizeof text);
    z_stream z = {0};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)gz.p;
    z.avail_in = (uInt)gz.n;
    z.next_out = (Bytef *)back;
    z.avail_out = sizeof back;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    (void)inflateEnd(&z);
    assert_memory_equal(text, back, sizeof text);
    assert_false(compress_gzip(mem, S("ab"), &gz));
    assert_int_equal(answer_encoding(S("gzip, deflate, br")), ENCODING_BR);
    assert_int_equal(answer_encoding(S("gzip;q=0.5, br;q=0")), ENCODING_GZIP);
    assert_int_equal(answer_encoding(S("GZIP")), ENCODING_GZIP);
    assert_int_equal(answer_encoding(S("identity, gzip;q=0.000")), ENCODING_PLAIN);
    assert_int_equal(answer_encoding(STR_NONE), ENCODING_PLAIN);
}

static void test_etag__lists(void **state)
{
    (void)state;
    assert_true(etag_matches(S("\"a\", W/\"b\""), S("\"b\"")));
    assert_true(etag_matches(S("*"), S("\"b\"")));
    assert_false(etag_matches(S("\"a\", \"bb\""), S("\"b\"")));
    assert_false(etag_matches(STR_NONE, S("\"b\"")));
}

static void test_lang__cookie_then_header_then_chinese(void **state)
{
    (void)state;
    assert_int_equal(lang_choose(S("en"), S("zh")), LANG_EN);
    assert_int_equal(lang_choose(S("fr"), S("fr, en;q=0.5, zh;q=0.4")), LANG_EN);
    assert_int_equal(lang_choose(STR_NONE, S("en;q=0.5, zh-Hans-CN;q=0.9")), LANG_ZH);
    assert_int_equal(lang_choose(STR_NONE, S("en;q=0")), LANG_ZH);
    assert_int_equal(lang_choose(STR_NONE, S("EN-us")), LANG_EN);
    assert_int_equal(lang_choose(STR_NONE, S("fr")), LANG_ZH);
    assert_int_equal(lang_choose(STR_NONE, STR_NONE), LANG_ZH);
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guard__one_meaning_of_length),
        cmocka_unit_test(test_guard__one_host),
        cmocka_unit_test(test_guard__versions_names_and_values),
        cmocka_unit_test(test_guard__paths_mean_one_thing),
        cmocka_unit_test(test_guard__raw_heads_show_what_the_library_hides),
        cmocka_unit_test(test_urlencoded__decodes),
        cmocka_unit_test(test_urlencoded__refuses),
        cmocka_unit_test(test_range__rules),
        cmocka_unit_test(test_compress__round_trip_and_choice),
        cmocka_unit_test(test_etag__lists),
        cmocka_unit_test(test_lang__cookie_then_header_then_chinese),
    };
    return cmocka_run_group_tests_name("guard", tests, setup, teardown);
}
