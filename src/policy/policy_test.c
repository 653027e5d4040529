/* Versions of policies, and signatures under them. */
#include "policy/policy.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/rand.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

static struct db *db;
static arena *mem;

struct act {
    struct policy p;
    struct signature s;
    int64_t at;
    int version;
};

static err fill_post(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO post (post, id, user_id, letter, from_at, appointed_by,"
                   " created_at) VALUES ('editor_in_chief', $1, 7, '', 0, 1, 0)",
                   DB_IN(id_new()));
}

static err publish(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return policy_publish(t, &a->p, 7);
}

static err in_force(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return policy_in_force(t, mem, S("rules"), a->at, &a->p);
}

static err sign(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return policy_sign(t, mem, &a->s);
}

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    return policy_seed(t, 7);
}

static err signature(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return signature_load(t, mem, 55, S("rules"), &a->s);
}

static struct act version_of(str doc, int64_t effective_at)
{
    return (struct act){
        .p = {.kind = S("rules"), .title = S("t"), .doc = doc, .effective_at = effective_at}};
}

static void test_publish__needs_an_editor_in_chief(void **state)
{
    (void)state;
    struct act a = version_of(S("{\"type\":\"doc\"}"), 1);
    assert_int_equal(db_tx(db, publish, &a), ERR_DENIED);
    assert_string_equal(fault_last()->reason, "post_vacant");
    assert_int_equal(db_tx(db, fill_post, NULL), OK);
    assert_int_equal(db_tx(db, publish, &a), OK);
    assert_int_equal(a.p.version, 1);
}

static void test_in_force__newest_whose_day_has_come(void **state)
{
    (void)state;
    struct act a = version_of(S("two"), 1000), b = version_of(S("three"), 2000), now = {.at = 1500};
    assert_int_equal(db_tx(db, publish, &a), OK);
    assert_int_equal(db_tx(db, publish, &b), OK);
    assert_int_equal(db_read(db, in_force, &now), OK);
    assert_int_equal(now.p.version, 2);
    now.at = 2000;
    assert_int_equal(db_read(db, in_force, &now), OK);
    assert_int_equal(now.p.version, 3);
    now.at = 0;
    assert_int_equal(db_read(db, in_force, &now), ERR_NOT_FOUND);
}

static void test_sign__only_the_text_that_was_shown(void **state)
{
    (void)state;
    struct sha256 old = sha256(str_bytes(S("two"))), now = sha256(str_bytes(S("three")));
    struct act a = {.s = {.registrant_id = 55,
                          .user_id = 8,
                          .at = 5,
                          .kind = S("rules"),
                          .ip = S("127.0.0.1"),
                          .user_agent = S("test"),
                          .port = 4242,
                          .hash = {old.b, sizeof old.b}}};
    assert_int_equal(db_tx(db, sign, &a), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "agreement_changed");
    a.s.hash = (struct bytes){now.b, sizeof now.b};
    assert_int_equal(db_tx(db, sign, &a), OK);
    assert_int_equal(db_tx(db, sign, &a), OK); /* twice is fine */
    struct act found = {0};
    assert_int_equal(db_read(db, signature, &found), OK);
    assert_int_equal(found.s.version, 3);
    assert_int_equal(found.s.port, 4242);
    assert_int_equal(found.s.user_id, 8);
    assert_true(same_bytes(found.s.hash, a.s.hash));
}

static void test_markdown__first_heading_is_the_title(void **state)
{
    (void)state;
    str title, doc;
    assert_int_equal(policy_from_markdown(mem, S("# 协议\n\n正文"), &title, &doc), OK);
    assert_true(str_eq(title, S("协议")));
    assert_true(str_has(doc, S("正文")));
    assert_false(str_has(doc, S("协议")));
}

static void test_seed__leaves_what_is_there(void **state)
{
    (void)state;
    struct act now = {.at = INT64_MAX};
    assert_int_equal(db_tx(db, seed, NULL), OK);
    assert_int_equal(db_tx(db, seed, NULL), OK);
    assert_int_equal(db_read(db, in_force, &now), OK);
    assert_int_equal(now.p.version, 3);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_db_close(db);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish__needs_an_editor_in_chief),
        cmocka_unit_test(test_in_force__newest_whose_day_has_come),
        cmocka_unit_test(test_sign__only_the_text_that_was_shown),
        cmocka_unit_test(test_markdown__first_heading_is_the_title),
        cmocka_unit_test(test_seed__leaves_what_is_there),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
