/* Forms: every kind of field with good and bad input, as form and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "web/form.h"

static err upper_only(arena *mem, str value, str *ret_value)
{
    if (!str_eq(value, S("abc")))
        return fault(ERR_INVALID, "already_taken", "x");
    *ret_value = str_dup(mem, S("ABC"));
    return OK;
}

static const struct form_option COLOURS[] = {{.value = S_INIT("red")}, {.value = S_INIT("blue")}};
static const struct form_field FIELDS[] = {
    {.name = "name", .kind = FIELD_TEXT, .required = true, .min = 2, .max = 5},
    {.name = "note", .kind = FIELD_TEXTAREA, .max = 10},
    {.name = "password", .kind = FIELD_PASSWORD, .min = 3},
    {.name = "tel", .kind = FIELD_TEL},
    {.name = "email", .kind = FIELD_EMAIL},
    {.name = "age", .kind = FIELD_NUMBER, .min = 1, .max = 150},
    {.name = "day", .kind = FIELD_DATE},
    {.name = "code", .kind = FIELD_CODE, .min = 6, .max = 6},
    {.name = "colour", .kind = FIELD_SELECT, .options = COLOURS, .option_n = LEN(COLOURS)},
    {.name = "any", .kind = FIELD_MULTI, .max = 2, .options = COLOURS, .option_n = LEN(COLOURS)},
    {.name = "agree", .kind = FIELD_CHECKBOX},
    {.name = "secret", .kind = FIELD_HIDDEN, .check = upper_only},
};

static arena *mem;
static struct request r;

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    r = (struct request){.mem = mem, .lang = LANG_EN};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

/* "name=value" pairs; every one is added. */
static void put(const char *name, const char *value)
{
    struct param *v = NEW_N(mem, struct param, r.fields.n + 1);
    if (r.fields.n)
        memcpy(v, r.fields.v, r.fields.n * sizeof *v);
    v[r.fields.n] = (struct param){str_from(name), str_from(value)};
    r.fields.v = v;
    r.fields.n++;
}

static const struct form_value *value(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->fields[i].name, name) == 0)
            return &f->values[i];
    return NULL;
}

/* The error of one field when all else is fine. */
static str error_of(const char *name, const char *text)
{
    struct form f;
    r.fields = (struct params){0};
    if (strcmp(name, "name") != 0)
        put("name", "Li Na");
    put(name, text);
    err e = form_read(&r, FIELDS, LEN(FIELDS), &f);
    str error = value(&f, name)->error;
    assert_int_equal(e == OK, error.n == 0);
    return error;
}

static void good(const char *name, const char *text, const char *normal)
{
    assert_int_equal(error_of(name, text).n, 0);
    struct form f;
    assert_int_equal(form_read(&r, FIELDS, LEN(FIELDS), &f), OK);
    assert_true(str_eq(form_get(&f, name), str_from(normal)));
}

static void bad(const char *name, const char *text, const char *word)
{
    str error = error_of(name, text);
    if (!error.n || !str_has(error, str_from(word)))
        fail_msg("%s=%s: %.*s", name, text, FMT(error));
}

static void test_form__kinds(void **state)
{
    (void)state;
    good("name", "  公器  ", "公器");
    good("note", "a\r\nb\rc", "a\nb\nc");
    good("password", " x y ", " x y ");
    good("tel", "１３８ 0000-0000", "13800000000");
    good("tel", "+86 138 0000 0000", "+8613800000000");
    good("email", "a@b.cn", "a@b.cn");
    good("age", "150", "150");
    good("day", "20261123", "2026-11-23");
    good("code", "012 345", "012345");
    good("colour", "blue", "blue");
    good("agree", "on", "1");
    good("agree", "", "");
    good("secret", "abc", "ABC");
}

static void test_form__bad_input_says_what_to_do(void **state)
{
    (void)state;
    bad("name", "", "");
    bad("name", "   ", "");
    bad("name", "x", "at least 2");
    bad("name", "六个汉字太长", "at most 5");
    bad("name", "a\nb", "");
    bad("name",
        "a\xe2\x80\xae"
        "b",
        "");
    bad("note", "12345678901", "at most 10");
    bad("password", "xy", "at least 3");
    bad("tel", "12a", "digits");
    bad("email", "a@b", "e-mail");
    bad("email", "@b.cn", "e-mail");
    bad("age", "0", "1 or more");
    bad("age", "151", "150 or less");
    bad("age", "1.5", "number");
    bad("day", "2026-02-30", "date");
    bad("code", "12345", "at least 6");
    bad("code", "12345x", "digits");
    bad("colour", "green", "");
    bad("agree", "2", "");
    bad("secret", "x", "");
}

static void test_form__all_errors_at_once_and_filled_in(void **state)
{
    (void)state;
    struct form f;
    put("name", "far too long");
    put("age", "old");
    put("day", "2026-11-23");
    assert_int_equal(form_read(&r, FIELDS, LEN(FIELDS), &f), ERR_INVALID);
    assert_string_equal(fault_last()->field, "name");
    assert_true(f.bad && value(&f, "name")->error.n && value(&f, "age")->error.n);
    assert_true(str_eq(form_get(&f, "name"), S("far too long")));
    assert_true(str_eq(form_get(&f, "age"), S("old")));
    assert_true(str_eq(form_get(&f, "day"), S("2026-11-23")));
    assert_int_equal(form_int(&f, "age"), 0);
    str json = form_errors_json(&f);
    assert_true(str_has(json, S("\"name\":")) && str_has(json, S("\"age\":")));
    assert_false(str_has(json, S("\"day\":")));
}

static void test_form__multi(void **state)
{
    (void)state;
    struct form f;
    put("name", "Li Na");
    put("any", "red");
    put("any", "blue");
    assert_int_equal(form_read(&r, FIELDS, LEN(FIELDS), &f), OK);
    assert_true(str_eq(form_get(&f, "any"), S("red,blue")));
    put("any", "red");
    assert_int_equal(form_read(&r, FIELDS, LEN(FIELDS), &f), ERR_INVALID);
    put("any", "pink");
    assert_int_equal(form_read(&r, FIELDS, LEN(FIELDS), &f), ERR_INVALID);
}

static err read_json(const char *text, struct form *f)
{
    r.body = str_from(text);
    return form_read(&r, FIELDS, LEN(FIELDS), f);
}

static void test_form__json(void **state)
{
    (void)state;
    struct form f;
    err e = read_json("{\"name\":\"公器\",\"age\":30,\"agree\":true,\"any\":[\"red\",\"blue\"],"
                      "\"note\":null}",
                      &f);
    assert_int_equal(e, OK);
    assert_true(str_eq(form_get(&f, "name"), S("公器")));
    assert_int_equal(form_int(&f, "age"), 30);
    assert_true(form_on(&f, "agree"));
    assert_true(str_eq(form_get(&f, "any"), S("red,blue")));
    assert_int_equal(read_json("{\"name\":\"公器\",\"surprise\":1}", &f), ERR_INVALID);
    assert_true(str_has(f.error, S("surprise")));
    assert_int_equal(read_json("{\"name\":5}", &f), ERR_INVALID);
    assert_int_equal(read_json("{\"name\":\"公器\",\"age\":\"30\"}", &f), ERR_INVALID);
    assert_int_equal(read_json("{\"name\":\"公器\",\"any\":[1]}", &f), ERR_INVALID);
    assert_int_equal(read_json("[]", &f), ERR_INVALID);
    assert_int_equal(read_json("{", &f), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "bad_json");
}

static void test_form__faults_find_their_field(void **state)
{
    (void)state;
    struct form f;
    form_init(&r, FIELDS, LEN(FIELDS), &f);
    assert_true(form_take_fault(&f, fault_field(ERR_CONFLICT, "already_taken", "name", "x")));
    assert_true(value(&f, "name")->error.n > 0 && f.bad);
    assert_true(form_take_fault(&f, fault_field(ERR_INVALID, "nonsense", "nobody", "x")));
    assert_true(f.error.n > 0);
    assert_false(form_take_fault(&f, fault(ERR_IO, "storage_unavailable", "x")));
    assert_int_equal(form_refuse(&f, "tel", "already_taken"), ERR_INVALID);
    assert_true(value(&f, "tel")->error.n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_form__kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_form__bad_input_says_what_to_do, setup, teardown),
        cmocka_unit_test_setup_teardown(test_form__all_errors_at_once_and_filled_in, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_form__multi, setup, teardown),
        cmocka_unit_test_setup_teardown(test_form__json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_form__faults_find_their_field, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
