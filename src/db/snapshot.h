/* A consistent copy of the whole database in one file, made while others read and write. */
#pragma once
#include "db/db.h"

/* SQLite: a database of its own at path, checked. PostgreSQL: `pg_dump` in its custom format. The
 * file must not exist. ERR_IO when it can't be made; nothing is left then. */
err db_snapshot(struct db *db, const char *path);
/* PostgreSQL: fills the empty database at url from such a file by `pg_restore`, in one transaction.
 * (SQLite: the file is the database.) ERR_IO. */
err db_snapshot_restore(arena *mem, str url, const char *path);
/* SQLite: reads every page and index (PRAGMA quick_check), beside a running server. PostgreSQL:
 * asks whether the server answers. ERR_IO with what is damaged. */
err db_damage_check(struct db *db);
