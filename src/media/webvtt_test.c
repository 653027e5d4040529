/* What captions are taken, and how they are written. */
#include "media/webvtt.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above */
#include <cmocka.h>

static arena *mem;

static void becomes(str in, const char *out, size_t cues)
{
    str vtt, again;
    size_t n = 0, m = 0;
    assert_int_equal(webvtt_clean(mem, str_bytes(in), &vtt, &n), OK);
    assert_string_equal(str_z(mem, vtt), out);
    assert_int_equal(n, cues);
    assert_int_equal(webvtt_clean(mem, str_bytes(vtt), &again, &m), OK);
    assert_true(str_eq(vtt, again) && n == m);
}

static void refused(str in, const char *reason, const char *line)
{
    str vtt;
    size_t n = 0;
    assert_int_not_equal(webvtt_clean(mem, str_bytes(in), &vtt, &n), OK);
    assert_string_equal(fault_last()->reason, reason);
    assert_string_equal(fault_last()->field, line);
}

static void test_webvtt__cues(void **state)
{
    (void)state;
    becomes(S("WEBVTT\n\n00:01.000 --> 00:03.500\n你好\n"),
            "WEBVTT\n\n00:00:01.000 --> 00:00:03.500\n你好\n", 1);
    becomes(S("\xEF\xBB\xBFWEBVTT x\r\nLanguage: zh\r\n\r\nfirst\r\n01:00:01.000 --> 01:00:02.000 "
              "align:start\r\n<v 王>a</v>\r\nb\r\n\r\nNOTE no\r\nno\r\n\r\nSTYLE\r\n::cue{}\r\n\r\n"
              "01:00:02.000 --> 01:00:03.000\r\nc"),
            "WEBVTT\n\n01:00:01.000 --> 01:00:02.000\n<v 王>a</v>\nb\n\n"
            "01:00:02.000 --> 01:00:03.000\nc\n",
            2);
}

static void test_webvtt__markup_is_text(void **state)
{
    (void)state;
    becomes(S("WEBVTT\n\n00:01.000 --> 00:02.000\n<i>x</i> <script>y</script> & &amp; a > b\x01\n"),
            "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n"
            "<i>x</i> &lt;script&gt;y&lt;/script&gt; &amp; &amp; a &gt; b\n",
            1);
}

static void test_webvtt__refused(void **state)
{
    (void)state;
    refused(S(""), "captions_empty", "");
    refused(S("1\n00:00:01,000 --> 00:00:02,000\nsrt\n"), "captions_head", "");
    refused(S("WEBVTTX\n\n00:01.000 --> 00:02.000\nx\n"), "captions_head", "");
    refused(S("WEBVTT\n"), "captions_empty", "");
    refused(S("WEBVTT\n\n\xFF\n"), "captions_encoding", "");
    refused(S("WEBVTT\n\n00:01,000 --> 00:02.000\nx\n"), "captions_line", "3");
    refused(S("WEBVTT\n\n00:02.000 --> 00:01.000\nx\n"), "captions_line", "3");
    refused(S("WEBVTT\n\n00:61.000 --> 02:01.000\nx\n"), "captions_line", "3");
    refused(S("WEBVTT\n\n00:01.000 --> 00:02.000\n\nx\n"), "captions_line", "4");
    refused(S("WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:02.000 --> 00:03.000\nb\n"),
            "captions_line", "5");
    refused(S("WEBVTT\n\nwords alone\n"), "captions_line", "4");
    refused(S("WEBVTT\n\n99:00:00.000 --> 99:00:01.000\nx\n"), "captions_line", "3");
}

static void test_webvtt__too_large(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, mem, 4 << 20);
    buf_add(&b, S("WEBVTT\n\n"));
    for (int i = 0; i <= WEBVTT_CUES_MAX; i++)
        buf_add(&b, S("00:01.000 --> 00:02.000\nx\n\n"));
    refused(buf_str(&b), "captions_too_large", "");
    /* what grows by being written counts as written */
    buf_init(&b, mem, 4 << 20);
    buf_add(&b, S("WEBVTT\n\n00:01.000 --> 00:02.000\n"));
    for (int i = 0; i < WEBVTT_CUE_MAX / 2; i++)
        buf_add(&b, S("&"));
    refused(buf_str(&b), "captions_line", "4");
}

int main(void)
{
    mem = arena_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_webvtt__cues),
        cmocka_unit_test(test_webvtt__markup_is_text),
        cmocka_unit_test(test_webvtt__refused),
        cmocka_unit_test(test_webvtt__too_large),
    };
    int bad = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return bad;
}
