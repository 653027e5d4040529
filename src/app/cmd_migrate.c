/* gongqi migrate: brings the database up to date. */
#include "app/boot.h"
#include "app/commands.h"
#include "db/migrate.h"

#include <stdio.h>

err cmd_migrate(int argc, char **argv)
{
    struct boot b;
    TRY(boot_open(argc, argv, BOOT_ANY_SCHEMA, &b));
    int applied = 0;
    err e = migrate(b.site.db, &applied);
    if (e == OK)
        (void)printf("%d migrations applied\n", applied);
    boot_close(&b);
    return e;
}
