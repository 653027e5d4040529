/* What every command that works on a site opens first: settings, data directory, database. */
#pragma once
#include "settings/settings.h"
#include "web/site.h"

struct figures; /* figures/figures.h */

struct boot {
    arena *mem;
    struct settings settings;
    struct site site;        /* db, settings, data_dir are set */
    struct figures *figures; /* NULL in commands */
};

enum boot_flag {
    BOOT_MIGRATE = 1,    /* bring an SQLite database up to date (others: `gongqi migrate`) */
    BOOT_ANY_SCHEMA = 2, /* open a database that is not up to date, too */
    BOOT_NODE = 4,       /* mint ids as the node of the settings; else as a command beside it */
};
/* argv[1..argc) are settings as flags. ERR_CONFLICT "schema_old" when migrations are pending. On
 * error nothing is left open. Listeners may be added only before the first transaction of the
 * caller, which migrations are not. */
err boot_open(int argc, char **argv, unsigned flags, struct boot *ret_boot);
void boot_close(struct boot *b); /* accepts a zeroed one */
