/* Erasing rows of immutable tables: for the retention engine (record/retention.c) alone. */
#pragma once
#include "db/db.h"

/* Between the two, in one transaction, rows of this table can be deleted; whoever else works at
 * the same time still can't. After an error the transaction must be given up, as always. */
err immutable_open(struct tx *t, arena *mem, str table);
err immutable_close(struct tx *t, arena *mem, str table);
