/* Every statement of the program prepares on this engine (GONGQI_TEST_DB). */
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_sql__every_statement_prepares(void **state)
{
    (void)state;
    struct db *db = NULL;
    test_db_open(&db);
    size_t n = 0, tried = 0, bad = 0;
    const struct db_sql *const *all = db_statements(&n);
    for (size_t i = 0; i < n; i++) {
        if (!all[i])
            continue;
        tried++;
        if (db_prepare_check(db, all[i]) != OK) {
            bad++;
            fprintf(stderr, "%s\n  %s\n", fault_last()->text, all[i]->text);
        }
    }
    assert_true(tried >= 4); /* db/'s own are there at least */
    assert_int_equal(bad, 0);
    static const struct db_sql wrong = {"SELECT nothing FROM nowhere", __FILE__, __LINE__};
    assert_int_equal(db_prepare_check(db, &wrong), ERR_BUG);
    test_db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sql__every_statement_prepares)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
