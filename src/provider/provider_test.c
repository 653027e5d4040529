/* Posts: who is in office when. */
#include "provider/provider.h"

#include "base/clock.h"
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
    struct post p, *list;
    size_t n;
    bool filled;
};

static err appoint(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return post_appoint(t, &a->p, 1);
}

static err end(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return post_end(t, POST_EDITOR_IN_CHIEF, a->p.id, 1);
}

static err look(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    TRY(post_list(t, mem, POST_EDITOR_IN_CHIEF, &a->list, &a->n));
    return post_filled(t, POST_EDITOR_IN_CHIEF, &a->filled);
}

static bool filled(void)
{
    struct act a = {0};
    assert_int_equal(db_read(db, look, &a), OK);
    return a.filled;
}

static struct act appointed(int64_t from, int64_t until)
{
    struct act a = {.p = {.post = POST_EDITOR_IN_CHIEF,
                          .user_id = 7,
                          .letter = S("2026/3"),
                          .from_at = from,
                          .until_at = until}};
    assert_int_equal(db_tx(db, appoint, &a), OK);
    return a;
}

static err grant(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO user_role (user_id, role, granted_by, granted_at)"
                   " VALUES (7, 'editor_in_chief', 0, 0)",
                   DB_IN());
}

static void test_post__the_person_must_hold_a_role_of_it(void **state)
{
    (void)state;
    struct act a = {.p = {.post = POST_EDITOR_IN_CHIEF, .user_id = 8, .letter = S("x")}};
    assert_int_equal(db_tx(db, appoint, &a), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "post_role");
    a.p.user_id = 7;
    a.p.post = S("compliance_officer");
    assert_int_equal(db_tx(db, appoint, &a), ERR_INVALID);
    a.p.post = S("minors_officer"); /* any staff */
    assert_int_equal(db_tx(db, appoint, &a), OK);
    a.p.post = S("emperor");
    assert_int_equal(db_tx(db, appoint, &a), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "post_unknown");
}

static void test_post__is_vacant_at_first(void **state)
{
    (void)state;
    assert_false(filled());
}

static void test_post__past_and_future_terms_do_not_fill_it(void **state)
{
    (void)state;
    int64_t now = clock_ms();
    (void)appointed(now - 2LL * DAY_MS, now - DAY_MS);
    (void)appointed(now + DAY_MS, 0);
    assert_false(filled());
}

static void test_post__filled_until_ended(void **state)
{
    (void)state;
    struct act a = appointed(clock_ms() - DAY_MS, 0);
    assert_true(filled());
    assert_int_equal(db_tx(db, end, &a), OK);
    assert_false(filled());
    assert_int_equal(db_tx(db, end, &a), ERR_NOT_FOUND);
    assert_int_equal(db_read(db, look, &a), OK);
    assert_int_equal(a.n, 3); /* what was is kept */
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    assert_int_equal(db_tx(db, grant, NULL), OK);
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
        cmocka_unit_test(test_post__is_vacant_at_first),
        cmocka_unit_test(test_post__the_person_must_hold_a_role_of_it),
        cmocka_unit_test(test_post__past_and_future_terms_do_not_fill_it),
        cmocka_unit_test(test_post__filled_until_ended),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
