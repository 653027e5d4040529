/* Paths find their routes; roles and member roles have names and rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "web/route.h"

static err stub(struct request *r)
{
    (void)r;
    return OK;
}

#define R(m, p)                                                                                    \
    {                                                                                              \
        METHOD_##m, p, stub, WHO_ANY, 0, RATE_READ, 0, ""                                          \
    }
static const struct route TABLE[] = {
    R(GET, "/"),
    R(GET, "/a/:handle"),
    R(GET, "/a/:handle/:no"),
    R(GET, "/a/new"),
    R(POST, "/a/:handle"),
    R(GET, "/a/:handle/feed"),
    R(POST, "/a/x/feed"),
    R(GET, "/:page/help/:topic"),
    R(GET, "/log/tile/*path"),
    R(GET, "/log/tile/none"),
};

static struct route_index *ix;

static int setup(void **state)
{
    (void)state;
    ix = route_index_new(TABLE, LEN(TABLE));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    route_index_free(ix);
    return 0;
}

static void expect(arena *mem, enum method m, const char *path, const char *pattern)
{
    const struct route *r = NULL;
    str args[ROUTE_MAX_ARGS];
    err e = route_index_find(ix, m, str_from(path), mem, &r, args);
    if (!pattern)
        assert_int_equal(e, ERR_NOT_FOUND);
    else if (strcmp(pattern, "405") == 0)
        assert_int_equal(e, ERR_METHOD);
    else {
        assert_int_equal(e, OK);
        assert_string_equal(r->pattern, pattern);
    }
}

static void test_route__find(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    expect(mem, METHOD_GET, "/", "/");
    expect(mem, METHOD_GET, "/a/x", "/a/:handle");
    expect(mem, METHOD_GET, "/a/new", "/a/new");
    expect(mem, METHOD_POST, "/a/new", "/a/:handle");
    expect(mem, METHOD_GET, "/a/x/feed", "/a/:handle/feed");
    expect(mem, METHOD_GET, "/a/x/17", "/a/:handle/:no");
    expect(mem, METHOD_GET, "/a/help/17", "/a/:handle/:no");
    expect(mem, METHOD_GET, "/b/help/17", "/:page/help/:topic");
    expect(mem, METHOD_POST, "/a/x/feed", "/a/x/feed");
    expect(mem, METHOD_POST, "/a/y/feed", "405");
    expect(mem, METHOD_POST, "/", "405");
    expect(mem, METHOD_GET, "/a/", NULL);
    expect(mem, METHOD_GET, "/a//", NULL);
    expect(mem, METHOD_GET, "/a/x/", NULL);
    expect(mem, METHOD_GET, "//", NULL);
    expect(mem, METHOD_GET, "", NULL);
    expect(mem, METHOD_GET, "a/x", NULL);
    expect(mem, METHOD_GET, "/a/x/y/z", NULL);
    expect(mem, METHOD_GET, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14", NULL);
    expect(mem, METHOD_GET, "/a/%ff", NULL);
    expect(mem, METHOD_GET, "/a/%00", NULL);
    expect(mem, METHOD_GET, "/a/%4", NULL);
    expect(mem, METHOD_GET, "/a/%zz", NULL);
}

static void test_route__arguments_are_decoded(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    const struct route *r = NULL;
    str args[ROUTE_MAX_ARGS];
    err e = route_index_find(ix, METHOD_GET, S("/a/%E5%85%AC%2f/42"), mem, &r, args);
    assert_int_equal(e, OK);
    assert_true(str_eq(args[0], S("公/")));
    assert_true(str_eq(args[1], S("42")));
    /* An encoded letter is the letter. */
    e = route_index_find(ix, METHOD_GET, S("/a/n%65w"), mem, &r, args);
    assert_int_equal(e, OK);
    assert_string_equal(r->pattern, "/a/new");
}

static void test_route__the_rest_of_a_path_is_one_argument(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    const struct route *r = NULL;
    str args[ROUTE_MAX_ARGS];
    expect(mem, METHOD_GET, "/log/tile/0/000", "/log/tile/*path");
    expect(mem, METHOD_GET, "/log/tile/none", "/log/tile/none");
    assert_int_equal(
        route_index_find(ix, METHOD_GET, S("/log/tile/entries/x001/000.p/7"), mem, &r, args), OK);
    assert_true(str_eq(args[0], S("entries/x001/000.p/7")));
    static const char *const NONE[] = {"/log/tile", "/log/tile/", "/log/tile/0//000",
                                       "/log/tile/0/%2e", "/log/1/2/3/4/5/6/7/8/9/10/11/12/13"};
    for (size_t i = 0; i < LEN(NONE); i++)
        assert_int_equal(route_index_find(ix, METHOD_GET, str_from(NONE[i]), mem, &r, args),
                         ERR_NOT_FOUND);
}

static void test_access__roles(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    unsigned roles = 77;
    assert_int_equal(roles_parse(S("reviewer, editor_in_chief"), &roles), OK);
    assert_int_equal(roles, ROLE_REVIEWER | ROLE_EIC);
    assert_true(str_eq(roles_text(mem, roles), S("reviewer,editor_in_chief")));
    assert_int_equal(roles_parse(S(""), &roles), OK);
    assert_int_equal(roles, 0);
    assert_true(str_eq(roles_text(mem, 0), S("")));
    roles = 77;
    assert_int_equal(roles_parse(S("reviewer,king"), &roles), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "unknown_role");
    assert_int_equal(roles_parse(S("reviewer,"), &roles), ERR_INVALID);
    assert_int_equal(roles, 77);
    for (unsigned bit = 1; bit < ROLE_ALL; bit <<= 1) {
        assert_int_equal(roles_parse(roles_text(mem, bit), &roles), OK);
        assert_int_equal(roles, bit);
    }
}

static void test_access__duties_are_separate(void **state)
{
    (void)state;
    assert_int_equal(roles_check(ROLE_SYSADMIN | ROLE_REVIEWER), OK);
    assert_int_equal(roles_check(ROLE_SECURITY | ROLE_PRIVACY), OK);
    assert_int_equal(roles_check(ROLE_REGULATOR), OK);
    assert_int_equal(roles_check(ROLE_SYSADMIN | ROLE_SECURITY), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "duties_conflict");
    assert_int_equal(roles_check(ROLE_REGULATOR_L | ROLE_REVIEWER), ERR_CONFLICT);
    assert_int_equal(roles_check(ROLE_INDUSTRY | ROLE_COMPLIANCE), ERR_CONFLICT);
    assert_int_equal(roles_check(ROLE_INDUSTRY | ROLE_REGULATOR_N), ERR_CONFLICT);
}

static void test_access__member_roles(void **state)
{
    (void)state;
    enum member_role role = MEMBER_NONE;
    for (unsigned i = MEMBER_COMMENTS; i <= MEMBER_OWNER; i++) {
        assert_int_equal(member_role_parse(member_role_name((enum member_role)i), &role), OK);
        assert_int_equal(role, i);
    }
    assert_int_equal(member_role_parse(S(""), &role), ERR_INVALID);
    assert_int_equal(member_role_parse(S("boss"), &role), ERR_INVALID);
    assert_int_equal(role, MEMBER_OWNER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_route__find),
        cmocka_unit_test(test_route__arguments_are_decoded),
        cmocka_unit_test(test_route__the_rest_of_a_path_is_one_argument),
        cmocka_unit_test(test_access__roles),
        cmocka_unit_test(test_access__duties_are_separate),
        cmocka_unit_test(test_access__member_roles),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
