/* The XML writer: nesting, escapes, and what XML can't hold. */
#include "base/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static str finished(struct xw *x)
{
    str s = STR_NONE;
    assert_int_equal(xw_take(x, &s), OK);
    return s;
}

static void test_xml__elements_attributes_and_text(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    struct xw x;
    xw_init(&x, mem, 4096);
    xw_open(&x, "feed");
    xw_attr(&x, "xml:lang", S("zh"));
    xw_open(&x, "link");
    xw_attr(&x, "href", S("/?a=1&b=\"2\"\n<"));
    xw_close(&x);
    xw_element(&x, "title", S("江河 <一> & \"二\""));
    xw_close(&x);
    str want = S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xml:lang=\"zh\">"
                 "<link href=\"/?a=1&amp;b=&quot;2&quot;&#10;&lt;\"/>"
                 "<title>江河 &lt;一&gt; &amp; \"二\"</title></feed>");
    assert_string_equal(str_z(mem, finished(&x)), str_z(mem, want));
}

static void test_xml__control_characters_are_replaced(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    struct xw x;
    xw_init(&x, mem, 4096);
    xw_element(&x, "t",
               S("a\x01"
                 "b\x0c\xEF\xBF\xBF]]>\r\t"));
    str want = S("<t>a\xEF\xBF\xBD"
                 "b\xEF\xBF\xBD\xEF\xBF\xBD]]&gt;&#13;\t</t>");
    assert_true(str_ends(finished(&x), want));
}

static void test_xml__too_large_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    struct xw x;
    xw_init(&x, mem, 64);
    xw_element(&x, "t", S("0123456789012345678901234567890123456789"));
    str s = S("untouched");
    assert_int_equal(xw_take(&x, &s), ERR_TOO_LARGE);
    assert_true(str_eq(s, S("untouched")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml__elements_attributes_and_text),
        cmocka_unit_test(test_xml__control_characters_are_replaced),
        cmocka_unit_test(test_xml__too_large_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
