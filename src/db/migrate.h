/* Numbered migrations: forward only, one transaction each, hash stored and checked, run by one
 * process at a time under a lease with expiry (never a flag that stays after a kill). */
#pragma once
#include "db/db.h"

struct migration {
    int number;
    const char *name; /* file name without .sql */
    const char *sql;  /* statements end with ";\n" at the end of a line */
};
extern const struct migration MIGRATIONS[]; /* generated from src/db/migrations/NNNN-name.sql */
extern const size_t MIGRATION_COUNT;

/* Brings the schema up to date. ERR_CONFLICT "schema_newer" when the database knows migrations that
 * this binary does not, "schema_changed" when a stored hash differs. */
err migrate(struct db *db, int *ret_applied);
/* How many are not applied yet (for /readyz and `gongqi check`). */
err migrate_pending(struct db *db, int *ret_n);
