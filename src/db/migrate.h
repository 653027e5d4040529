/* Numbered migrations: forward only, one transaction each, hash stored and checked, run by one
 * process at a time under a lease with expiry (never a flag that stays after a kill).
 *
 * The text is written once, for both engines (style.md "SQL"), and rewritten a little: BIGINT
 * becomes INTEGER and tables become STRICT on SQLite; TEXT columns become COLLATE "C" on
 * PostgreSQL, and the domain `blob` is made there first. Comments (-- to the end of the line) are
 * allowed everywhere. A statement that begins with CREATE TRIGGER ends with "END;\n" and runs on
 * SQLite only. DEFERRABLE is refused: a check at commit would fail everybody in the group commit.
 */
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
 * this binary does not, "schema_changed" when a stored hash differs; ERR_RETRY "migrating" when
 * another process held the lease for all of five minutes. */
err migrate(struct db *db, int *ret_applied);
/* How many are not applied yet (for /readyz and `gongqi check`). */
err migrate_pending(struct db *db, int *ret_n);

/* The same with a list and a lease of one's own (tests). */
struct migrate_plan {
    const struct migration *v;
    size_t n;
    int lease_ms, wait_ms;
};
err migrate_with(struct db *db, const struct migrate_plan *plan, int *ret_applied);
/* One statement as this engine wants it. */
str migrate_rewrite(arena *mem, bool sqlite, str statement);
