/* Immutable tables refuse changes on both engines, by the engine itself. */
#include "db/immutable.h"

#include "db/migrate.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct db *db;

static err insert(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO setting_version (name, version, value, reason, set_by, set_at)"
                   " VALUES ('x', 1, 'a', 'r', 0, 0)",
                   DB_IN());
}
static err update(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE setting_version SET value = 'b' WHERE name = 'x'", DB_IN());
}
static err delete (struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "DELETE FROM setting_version WHERE name = 'x'", DB_IN());
}
static err value(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    str s;
    TRY(db_one(t, mem, "SELECT value FROM setting_version WHERE name = 'x'", DB_IN(), DB_OUT(&s)));
    *(bool *)ctx = str_eq(s, S("a"));
    return OK;
}
/* An ordinary table stays changeable. */
static err change_job(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "DELETE FROM job WHERE id = 1", DB_IN());
}

static void test_immutable__engine_refuses_update_and_delete(void **state)
{
    (void)state;
    bool same = false;
    assert_int_equal(db_tx(db, insert, NULL), OK);
    assert_int_not_equal(db_tx(db, update, NULL), OK);
    assert_int_not_equal(db_tx(db, delete, NULL), OK);
    assert_int_equal(db_read(db, value, &same), OK);
    assert_true(same);
    assert_int_equal(db_tx(db, change_job, NULL), OK);
}

static err guarded(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    str *names;
    size_t n = 0;
    for (size_t i = 0; i < MIGRATION_COUNT; i++) {
        size_t k = immutable_names(mem, str_from(MIGRATIONS[i].sql), &names);
        for (size_t j = 0; j < k; j++) {
            /* The name must be a table's: a comment with a slip would guard nothing. */
            str create = str_fmt(mem, "CREATE TABLE %.*s (", FMT(names[j]));
            assert_true(str_has(str_from(MIGRATIONS[i].sql), create));
        }
        n += k;
    }
    *(size_t *)ctx = n;
    (void)t;
    return OK;
}

static void test_immutable__comments_name_real_tables(void **state)
{
    (void)state;
    size_t n = 0;
    assert_int_equal(db_read(db, guarded, &n), OK);
    assert_true(n >= 10);
}

static int setup(void **state)
{
    (void)state;
    test_db_open(&db);
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    test_db_close(db);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_immutable__engine_refuses_update_and_delete),
        cmocka_unit_test(test_immutable__comments_name_real_tables),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
