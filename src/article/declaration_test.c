/* Declarations: values, the stored form, what must be there. */
#include "article/declaration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static const struct declaration_rules RULES = {
    .origin = S_INIT("https://a.example.cn"), .host = S_INIT("127.0.0.1:80"), .minors = true};

static err json_of(const char *name, const char *value, str *ret_json)
{
    struct declaration d = {0};
    assert_true(declaration_put(&d, str_from(name), str_from(value)));
    return declaration_json(mem, &d, &RULES, ret_json);
}

static void test_declaration__values_by_kind(void **state)
{
    static const struct {
        const char *name, *value, *json; /* json NULL: refused */
    } CASES[] = {
        {"origin", "none", ""},
        {"origin", "reprint", "{\"origin\":\"reprint\"}"},
        {"origin", "stolen", NULL},
        {"ad", "yes", "{\"ad\":true}"},
        {"ad", "0", ""},
        {"ad", "maybe", NULL},
        {"place", " \xe6\x9d\xad\xe5\xb7\x9e ", "{\"place\":\"\xe6\x9d\xad\xe5\xb7\x9e\"}"},
        {"place", "a\nb", NULL},
        {"happened", "2026-11-24", "{\"happened\":\"2026-11-24\"}"},
        {"happened", "2026-11-24 08:30", "{\"happened\":\"2026-11-24 08:30\"}"},
        {"happened", "2026-02-30", NULL},
        {"happened", "2026-11-24 24:00", NULL},
        {"happened", "20261124", NULL},
        {"source_url", "https://x.example/a?b=1", "{\"source_url\":\"https://x.example/a?b=1\"}"},
        {"source_url", "https://A.example.cn/a/river/7", "{\"source_url\":\"/a/river/7\"}"},
        {"source_url", "http://a.example.cn/a/river/7", "{\"source_url\":\"/a/river/7\"}"},
        {"source_url", "http://127.0.0.1:80/a/river/7#x", "{\"source_url\":\"/a/river/7#x\"}"},
        {"source_url", "javascript:alert(1)", NULL},
        {"source_url", "https://", NULL},
        {"source_url", "https://x.example/a b", NULL},
        {"source_url", "/etc/passwd", NULL},
        {"minors", "image", "{\"minors\":\"image\"}"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(CASES); i++) {
        str json;
        err e = json_of(CASES[i].name, CASES[i].value, &json);
        assert_int_equal(e, CASES[i].json ? OK : ERR_INVALID);
        if (!CASES[i].json)
            assert_string_equal(fault_last()->field, CASES[i].name);
        else
            assert_string_equal(str_z(mem, json), CASES[i].json);
        fault_clear();
    }
}

static void test_declaration__stored_form_comes_back(void **state)
{
    (void)state;
    struct declaration d = {0}, back;
    str json, again;
    d.v[DECLARE_source] = S("a \"quoted\" source");
    d.v[DECLARE_news] = S("1");
    d.v[DECLARE_ai] = S("generated");
    assert_int_equal(declaration_json(mem, &d, &RULES, &json), OK);
    assert_int_equal(declaration_parse(mem, json, &back), OK);
    assert_true(declares(&back, DECLARE_news, "1"));
    assert_int_equal(declaration_json(mem, &back, &RULES, &again), OK);
    assert_true(str_eq(json, again));
    assert_int_equal(declaration_parse(mem, S(""), &back), OK);
    assert_int_equal(declaration_parse(mem, S("{\"what\":true}"), &back), ERR_INVALID);
    fault_clear();
}

static void test_declaration__minors_only_where_the_rule_is_on(void **state)
{
    (void)state;
    struct declaration d = {.v = {[DECLARE_minors] = S("conduct")}};
    struct declaration_rules off = {0};
    str json;
    assert_int_equal(declaration_json(mem, &d, &off, &json), OK);
    assert_true(str_eq(json, S("")));
}

static err complete(const char *category, str json, str *ret_json)
{
    *ret_json = json;
    return declaration_complete(mem, str_from(category), ret_json);
}

static void test_declaration__what_must_be_there(void **state)
{
    static const struct {
        const char *category, *json, *reason; /* reason NULL: complete */
    } CASES[] = {
        {"life", "", NULL},
        {"life", "{\"origin\":\"reprint\"}", "source_required"},
        {"life", "{\"origin\":\"reprint\",\"source\":\"x\"}", NULL},
        {"life", "{\"source\":\"x\"}", "source_without_reprint"},
        {"news", "", "place_required"},
        {"news", "{\"place\":\"x\"}", "happened_required"},
        {"news", "{\"place\":\"x\",\"happened\":\"2026-11-24\"}", NULL},
        {"life", "{\"news\":true}", "place_required"},
        {"news",
         "{\"origin\":\"reprint\",\"source\":\"x\",\"place\":\"x\",\"happened\":\"2026-11-24\"}",
         "news_source_required"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(CASES); i++) {
        str json;
        err e = complete(CASES[i].category, str_from(CASES[i].json), &json);
        assert_int_equal(e, CASES[i].reason ? ERR_INVALID : OK);
        if (CASES[i].reason)
            assert_string_equal(fault_last()->reason, CASES[i].reason);
        else if (strcmp(CASES[i].category, "news") == 0)
            assert_true(str_has(json, S("\"news\":true")));
        fault_clear();
    }
}

static void test_declaration__article_of_this_platform(void **state)
{
    (void)state;
    struct declaration d = {.v = {[DECLARE_source_url] = S("/a/river/7?x=1")}};
    str handle;
    int64_t no = 0;
    assert_true(declaration_here(&d, &handle, &no));
    assert_true(str_eq(handle, S("river")));
    assert_int_equal(no, 7);
    d.v[DECLARE_source_url] = S("/a/river");
    assert_false(declaration_here(&d, &handle, &no));
    d.v[DECLARE_source_url] = S("https://x.example/a/river/7");
    assert_false(declaration_here(&d, &handle, &no));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_declaration__values_by_kind),
        cmocka_unit_test(test_declaration__stored_form_comes_back),
        cmocka_unit_test(test_declaration__minors_only_where_the_rule_is_on),
        cmocka_unit_test(test_declaration__what_must_be_there),
        cmocka_unit_test(test_declaration__article_of_this_platform),
    };
    mem = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return failed;
}
