/* Tables that are only inserted into: the engine itself refuses to change their rows. A migration
 * marks one by the comment "-- NAME: immutable…" before its CREATE TABLE. Only for db/.
 *
 * SQLite: triggers. PostgreSQL: the role that owns the tables loses UPDATE, DELETE and TRUNCATE on
 * them (distributed engines have no triggers on sharded tables); a superuser is not bound by that,
 * so production connects as an ordinary role. */
#pragma once
#include "db/db_impl.h"

/* The names marked in a migration's text, in its order. */
size_t immutable_names(arena *mem, str sql, str **ret_names);
/* Guards the tables that this migration marks; runs in its transaction. */
err immutable_guard(struct tx *t, arena *mem, str sql);
