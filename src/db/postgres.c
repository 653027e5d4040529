/* The PostgreSQL driver (stand-in until it is written). */
#include "db/db_impl.h"

static err open_db(struct db *db)
{
    (void)db;
    return fault(ERR_BUG, "internal", "PostgreSQL is not there yet");
}
const struct db_driver DB_POSTGRES = {.open = open_db};
