/* gongqi version */
#include "app/commands.h"

#include <microhttpd.h>
#include <sqlite3.h>
#include <stdio.h>

err cmd_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    (void)printf("gongqi %s\nlibmicrohttpd %s\nSQLite %s\n", GONGQI_VERSION, MHD_get_version(),
                 sqlite3_libversion());
    return OK;
}
