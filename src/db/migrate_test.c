/* Migrations, on both engines (GONGQI_TEST_DB). */
#include "db/migrate.h"

#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct db *db;

static const struct migration V1 = {1, "0001-a",
                                    "-- x: a; comment;\nCREATE TABLE x (\n"
                                    "  id BIGINT PRIMARY KEY, -- its; id;\n"
                                    "  name TEXT NOT NULL DEFAULT 'a--;b'\n);\n"};
static const struct migration V1_OTHER = {1, "0001-a", "CREATE TABLE x (id BIGINT);\n"};
static const struct migration V2 = {2, "0002-b",
                                    "ALTER TABLE x ADD COLUMN y TEXT;\n"
                                    "CREATE INDEX x_y ON x (y);\n"};
static const struct migration BROKEN = {2, "0002-b", "CREATE TABLE z (id BIGINT);\nNONSENSE;\n"};

static err run(struct db *on, const struct migration *v, size_t n, int *ret_applied)
{
    const struct migrate_plan plan = {v, n, .lease_ms = 300, .wait_ms = 5000};
    return migrate_with(on, &plan, ret_applied);
}

static int setup(void **state)
{
    (void)state;
    test_db_open_empty(&db);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_db_close(db);
    return 0;
}

static void test_migrate__rewrites_for_each_engine(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    str sql = S("CREATE TABLE x (a BIGINT, b TEXT DEFAULT 'TEXT BIGINT')");
    assert_true(str_eq(migrate_rewrite(mem, true, sql),
                       S("CREATE TABLE x (a INTEGER, b TEXT DEFAULT 'TEXT BIGINT') STRICT")));
    assert_true(str_eq(migrate_rewrite(mem, false, sql),
                       S("CREATE TABLE x (a BIGINT, b TEXT COLLATE \"C\" DEFAULT 'TEXT BIGINT')")));
}

static void test_migrate__applies_once_and_refuses_what_changed(void **state)
{
    (void)state;
    int n = -1;
    assert_int_equal(run(db, (struct migration[]){V1}, 1, &n), OK);
    assert_int_equal(n, 1);
    assert_int_equal(run(db, (struct migration[]){V1, V2}, 2, &n), OK);
    assert_int_equal(n, 1);
    assert_int_equal(run(db, (struct migration[]){V1, V2}, 2, &n), OK);
    assert_int_equal(n, 0);
    assert_int_equal(run(db, (struct migration[]){V1_OTHER, V2}, 2, &n), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "schema_changed");
    assert_int_equal(run(db, (struct migration[]){V1}, 1, &n), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "schema_newer");
}

static void test_migrate__a_broken_one_leaves_nothing(void **state)
{
    (void)state;
    int n = -1;
    assert_int_equal(run(db, (struct migration[]){V1, BROKEN}, 2, &n), ERR_BUG);
    assert_int_equal(run(db, (struct migration[]){V1, V2}, 2, &n), OK); /* z is not in the way */
    assert_int_equal(n, 1);
}

static err hold(struct tx *t, void *ctx)
{
    (void)ctx;
    bool mine = false;
    return lease_take(t, S("migrate"), S("killed"), 400, &mine);
}

static void test_migrate__waits_for_a_killed_migrator(void **state)
{
    (void)state;
    int n = -1;
    assert_int_equal(run(db, (struct migration[]){V1}, 1, &n), OK);
    assert_int_equal(db_tx(db, hold, NULL), OK); /* and then it was killed */
    const struct migrate_plan hasty = {(struct migration[]){V1, V2}, 2, 300, .wait_ms = 50};
    assert_int_equal(migrate_with(db, &hasty, &n), ERR_RETRY);
    assert_string_equal(fault_last()->reason, "migrating");
    assert_int_equal(run(db, (struct migration[]){V1, V2}, 2, &n), OK);
    assert_int_equal(n, 1);
}

static int child_applied(void)
{
    struct db *own = NULL;
    int n = 100;
    test_db_again(&own);
    err e = run(own, (struct migration[]){V1, V2}, 2, &n);
    db_close(own);
    return e == OK ? n : 100;
}

static void test_migrate__two_processes_at_once(void **state)
{
    (void)state;
    db_close(db);
    pid_t pid[2];
    for (int i = 0; i < 2; i++)
        if ((pid[i] = fork()) == 0)
            _exit(child_applied());
    int sum = 0, status = 0;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_true(WIFEXITED(status));
        sum += WEXITSTATUS(status);
    }
    test_db_again(&db);
    assert_int_equal(sum, 2);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_migrate__rewrites_for_each_engine),
        CASE(test_migrate__applies_once_and_refuses_what_changed),
        CASE(test_migrate__a_broken_one_leaves_nothing),
        CASE(test_migrate__waits_for_a_killed_migrator),
        CASE(test_migrate__two_processes_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
