/* gongqi check: what an operator should know before a start or an upgrade. */
#include "app/boot.h"
#include "app/commands.h"
#include "base/clock.h"
#include "db/migrate.h"
#include "record/record.h"

#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { DISK_FREE_MIN = 256 << 20 };
static const int64_t CLOCK_PLAUSIBLE_MS = 1767225600000; /* 2026-01-01 */

static bool line(bool fine, const char *what, str detail)
{
    (void)printf("%-4s  %-10s  %.*s\n", fine ? "ok" : "BAD", what, FMT(detail));
    return fine;
}

static bool check_disk(struct boot *b)
{
    struct statvfs v;
    const char *dir = str_z(b->mem, b->site.data_dir);
    if (statvfs(dir, &v) != 0 || access(dir, R_OK | W_OK | X_OK) != 0)
        return line(false, "data", str_fmt(b->mem, "%s can't be written", dir));
    unsigned long long free_bytes = (unsigned long long)v.f_bavail * v.f_frsize;
    return line(free_bytes >= DISK_FREE_MIN, "data",
                str_fmt(b->mem, "%s, %llu MiB free", dir, free_bytes >> 20));
}

static bool check_schema(struct boot *b)
{
    int pending = 0;
    if (migrate_pending(b->site.db, &pending) != OK)
        return line(false, "database", str_dup(b->mem, str_from(fault_last()->text)));
    return line(!pending, "database",
                str_fmt(b->mem, "%s, %d migrations pending",
                        db_is_sqlite(b->site.db) ? "SQLite" : "PostgreSQL", pending));
}

static bool check_record(struct boot *b)
{
    struct record_check c = {0};
    if (record_verify(b->site.db, &c) != OK)
        return line(false, "record", str_dup(b->mem, str_from(fault_last()->text)));
    if (c.bad)
        return line(false, "record",
                    str_fmt(b->mem, "%lld rows are not what was written; the first: %s of %lld",
                            (long long)c.bad, c.first_what, (long long)c.first_bad));
    return line(true, "record",
                str_fmt(b->mem, "%lld records and %lld log rows match their hashes",
                        (long long)c.records, (long long)c.oplog));
}

err cmd_check(int argc, char **argv)
{
    struct boot b;
    TRY(boot_open(argc, argv, BOOT_ANY_SCHEMA, &b));
    bool fine = line(true, "settings", b.settings.listen);
    fine &= check_disk(&b);
    bool schema = check_schema(&b);
    fine &= schema && check_record(&b);
    fine &= line(clock_ms() > CLOCK_PLAUSIBLE_MS, "clock", clock_rfc3339(b.mem, clock_ms()));
    boot_close(&b);
    return fine ? OK : fault(ERR_CONFLICT, "check_failed", "see the lines marked BAD");
}
