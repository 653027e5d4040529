/* The states of a closing, what stands against it, and who leaves a row for looking. */
#include "leaving/leaving.h"

#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { OWNER = 5, OFFICER = 6, STRANGER = 8, ACCOUNT = 7 };
static struct db *db;
static arena *mem;

struct act {
    int64_t days, id;
    bool done;
    struct account a;
    struct closing c;
    struct restricted_look look;
};

static err seed(struct tx *t, void *ctx)
{
    struct seed_account seven = {7, S("seven"), S("Seven"), 1, S("individual"), S("life")};
    (void)ctx;
    TRY(seed_user(t, 5, S("Owner")));
    TRY(seed_user(t, 6, S("Officer")));
    TRY(seed_user(t, 8, S("Stranger")));
    TRY(seed_account(t, &seven));
    return seed_member(t, 7, 5, S("owner"));
}

static err ask(struct tx *t, void *ctx)
{
    struct act *x = ctx;
    struct closing_wish w = {ACCOUNT, OWNER, x->days};
    return closing_ask(t, mem, &w, &x->id);
}

static err look_at(struct tx *t, void *ctx)
{
    struct act *x = ctx;
    TRY(account_load(t, mem, ACCOUNT, &x->a));
    return x->id ? closing_load(t, mem, x->id, OWNER, &x->c) : OK;
}

static err finish(struct tx *t, void *ctx)
{
    struct act *x = ctx;
    return closing_finish(t, mem, x->id, &x->done);
}

static err take_back(struct tx *t, void *ctx)
{
    (void)ctx;
    return closing_take_back(t, mem, ACCOUNT, OWNER);
}

static err resume(struct tx *t, void *ctx)
{
    (void)ctx;
    return account_pause(t, mem, ACCOUNT, OWNER, false);
}

static err open_case(struct tx *t, void *ctx)
{
    struct act *x = ctx;
    struct casefile c = {.kind = CASE_FINDING,
                         .account_id = ACCOUNT,
                         .title = S("t"),
                         .family = S("fraud"),
                         .severity = 1,
                         .due_at = 9};
    TRY(case_open(t, &c));
    x->look.id = c.id;
    return OK;
}

static err close_case(struct tx *t, void *ctx)
{
    (void)ctx;
    return case_cancel(t, CASE_FINDING, ACCOUNT, 0);
}

static err note(struct tx *t, void *ctx)
{
    struct act *x = ctx;
    return restricted_note(t, mem, &x->look);
}

static err membership(struct tx *t, void *ctx)
{
    struct membership m;
    TRY(account_membership(t, mem, S("seven"), OWNER, &m));
    *(bool *)ctx = m.role != 0;
    return OK;
}

static err as_stranger(struct tx *t, void *ctx)
{
    struct act *x = ctx;
    return closing_load(t, mem, x->id, STRANGER, &x->c);
}

static void state_is(struct act *x, const char *account, const char *closing)
{
    assert_int_equal(db_read(db, look_at, x), OK);
    assert_true(str_eq(x->a.state, str_from(account)));
    assert_true(str_eq(x->c.state, str_from(closing)));
}

static void test_days__follow_the_subscribers(void **state)
{
    struct provider_settings ps = {
        .closing_days_small = 7, .closing_days_middle = 15, .closing_days_large = 60};
    (void)state;
    assert_int_equal(closing_days(&ps, 0), 7);
    assert_int_equal(closing_days(&ps, 9999), 7);
    assert_int_equal(closing_days(&ps, 10000), 15);
    assert_int_equal(closing_days(&ps, 99999), 15);
    assert_int_equal(closing_days(&ps, 100000), 60);
}

static void test_closing__can_be_taken_back_while_it_cools(void **state)
{
    struct act x = {.days = 7};
    (void)state;
    assert_int_equal(db_tx(db, ask, &x), OK);
    state_is(&x, "paused", "cooling");
    assert_int_equal(db_tx(db, ask, &(struct act){.days = 7}), ERR_CONFLICT);
    assert_int_equal(db_tx(db, resume, NULL), ERR_CONFLICT);
    assert_int_equal(db_tx(db, finish, &x), OK);
    assert_false(x.done); /* not yet due */
    assert_int_equal(db_read(db, as_stranger, &x), ERR_NOT_FOUND);
    assert_int_equal(db_tx(db, take_back, NULL), OK);
    state_is(&x, "active", "taken_back");
    assert_int_equal(db_tx(db, take_back, NULL), ERR_CONFLICT);
    assert_int_equal(db_tx(db, finish, &x), OK);
    assert_false(x.done);
}

static void test_closing__waits_for_open_cases(void **state)
{
    struct act x = {.days = 0};
    bool member = false;
    (void)state;
    assert_int_equal(db_tx(db, open_case, &x), OK);
    assert_int_equal(db_tx(db, ask, &x), ERR_CONFLICT);
    assert_int_equal(db_tx(db, close_case, NULL), OK);
    assert_int_equal(db_tx(db, ask, &x), OK);
    assert_int_equal(db_tx(db, open_case, &x), OK);
    assert_int_equal(db_tx(db, finish, &x), OK);
    assert_false(x.done);
    state_is(&x, "paused", "cooling");
    assert_true(x.c.held);
    assert_int_equal(db_tx(db, close_case, NULL), OK);
    assert_int_equal(db_read(db, membership, &member), OK);
    assert_true(member);
    assert_int_equal(db_tx(db, finish, &x), OK);
    assert_true(x.done);
    state_is(&x, "closed", "closed");
    assert_true(account_left(&x.a));
    assert_int_equal(db_read(db, membership, &member), OK);
    assert_false(member);
}

static void test_restricted__needs_a_number_and_an_account_that_left(void **state)
{
    struct act x = {.look = {.account_id = ACCOUNT,
                             .reader_id = OFFICER,
                             .basis = S("case"),
                             .number = S("12"),
                             .reason = S("r")}};
    (void)state;
    assert_int_equal(db_tx(db, note, &x), ERR_NOT_FOUND); /* did not leave */
    assert_int_equal(db_tx(db, ask, &x), OK);
    assert_int_equal(db_tx(db, finish, &x), OK);
    assert_int_equal(db_tx(db, note, &x), ERR_INVALID); /* no such case */
    x.look.number = S("twelve");
    assert_int_equal(db_tx(db, note, &x), ERR_INVALID);
    x.look.basis = S("inspection");
    assert_int_equal(db_tx(db, note, &x), OK);
    assert_true(x.look.id != 0);
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    assert_int_equal(db_tx(db, seed, NULL), OK);
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
        cmocka_unit_test(test_days__follow_the_subscribers),
        cmocka_unit_test_setup_teardown(test_closing__can_be_taken_back_while_it_cools, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_closing__waits_for_open_cases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restricted__needs_a_number_and_an_account_that_left,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
