/* The message compiler: what it refuses, and the C it writes. */
#include "tools/msgc/lib/catalog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static err both(arena *mem, const char *zh, const char *en, struct catalog *ret_c)
{
    catalog_init(ret_c, mem);
    TRY(catalog_add(ret_c, "m.zh", 0, str_from(zh)));
    TRY(catalog_add(ret_c, "m.en", 1, str_from(en)));
    return catalog_check(ret_c);
}

static void refuses(const char *zh, const char *en, const char *what)
{
    AUTO_ARENA(mem);
    struct catalog c;
    if (both(mem, zh, en, &c) == OK)
        fail_msg("accepted: %s | %s", zh, en);
    if (!str_starts(str_from(fault_last()->text), str_from(what)))
        fail_msg("expected '%s', got: %s", what, fault_last()->text);
}

static void test_msgc__refuses_with_file_and_line(void **state)
{
    (void)state;
    refuses("a = 1\n\n# x\nb = 2\n", "a = 1\n", "m.zh:4: b is missing in en");
    refuses("a = 1", "a = 1\nc = 3", "m.en:2: c is missing in zh");
    refuses("a = 1\na = 2", "a = 1", "m.zh:2: a stands already in m.zh:1");
    refuses("a = {0}", "a = {1}", "m.zh:1: a has other placeholders");
    refuses("a = {0}", "a = x", "m.zh:1: a has other placeholders");
    refuses("a = {x}", "a = {x}", "m.zh:1: a brace");
    refuses("a = }", "a = }", "m.zh:1: a brace");
    refuses("a =  ", "a = 1", "m.zh:1: a has no text");
    refuses("a", "a = 1", "m.zh:1: expected");
    refuses("A = 1", "A = 1", "m.zh:1: bad key 'A'");
    refuses(" = 1", "", "m.zh:1: bad key ''");
    refuses("a.b = 1\na_b = 1\na.c = 1", "a.b = 1\na_b = 1\na.c = 1", "m.zh:");
}

static void test_msgc__writes_sorted_tables(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    struct catalog c;
    assert_int_equal(both(mem, "b.x = 二{1}\na = 一\n", "a=one \"?\\n\\\nb.x = t{1}", &c), OK);
    struct buf out;
    buf_init(&out, mem, 10000);
    catalog_header(&c, &out);
    assert_true(str_has(buf_str(&out), S("enum msg {\n    MSG_a,\n    MSG_b_x,\n    MSG_COUNT\n")));
    assert_true(str_has(buf_str(&out), S("MSGN_a = 0,\n    MSGN_b_x = 2,\n")));
    out.n = 0;
    catalog_tables(&c, &out);
    assert_true(str_has(buf_str(&out), S("{\"a\", 1},\n    {\"b.x\", 3},")));
    assert_true(str_has(buf_str(&out), S("{\"one \\042\\077\\n\\134\", 8},")));
    assert_true(str_has(buf_str(&out), S("{\"二{1}\", 6},")));
}

static void test_msgc__finds_keys_that_nobody_names(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    struct catalog c;
    const char *text = "a.b = 1\na.bc = 1\nr.x = 1\nt.u = 1\nv.w = 1";
    assert_int_equal(both(mem, text, text, &c), OK);
    str sources = S("msg(l, MSG_a_bc) @{v.w} msg_lookup(l, \"r.\", k) msg_find(S(\"t.u\"))");
    assert_false(catalog_used(&c, 0, sources));
    for (size_t i = 1; i < c.n; i++)
        assert_true(catalog_used(&c, i, sources));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_msgc__refuses_with_file_and_line),
        cmocka_unit_test(test_msgc__writes_sorted_tables),
        cmocka_unit_test(test_msgc__finds_keys_that_nobody_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
