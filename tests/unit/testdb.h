/* A migrated, empty, private database for a test, on the engine that GONGQI_TEST_DB names:
 * "sqlite" (default): a file in a fresh directory under TMPDIR; "postgres": a new database inside
 * the server of GONGQI_TEST_PG (a URL, see tools/pg-test-server). */
#pragma once
#include "db/db.h"

void test_db_open(struct db **ret_db);       /* migrated */
void test_db_open_empty(struct db **ret_db); /* without any table */
/* Brings any database up to date or aborts. */
void test_db_migrate(struct db *db);
/* Another handle on the same database (a second process, as it were); db_close it before. */
void test_db_again(struct db **ret_db);
const char *test_db_url(void);
/* Closes the database and removes all of it. */
void test_db_close(struct db *db);
bool test_db_is_postgres(void);
