/* Settings, data directory, database. */
#include "app/boot.h"

#include "base/id.h"
#include "base/log.h"
#include "base/rand.h"
#include "db/migrate.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SERVER_NODES = ID_NODES / 2 }; /* the setting `node` is below this */

static err data_dir(arena *mem, str dir)
{
    if (mkdir(str_z(mem, dir), 0700) != 0 && errno != EEXIST)
        return fault(ERR_IO, "data_dir", "can't make %.*s: errno %d", FMT(dir), errno);
    return OK;
}

static enum log_level level_of(str name)
{
    static const char *const NAMES[] = {"debug", "info", "warn", "error"};
    for (size_t i = 0; i < LEN(NAMES); i++)
        if (str_eq(name, str_from(NAMES[i])))
            return (enum log_level)i;
    return LOG_INFO;
}

static err schema(struct db *db, unsigned flags)
{
    int n = 0;
    if ((flags & BOOT_MIGRATE) && db_is_sqlite(db)) {
        TRY(migrate(db, &n));
        return OK;
    }
    if (flags & BOOT_ANY_SCHEMA)
        return OK;
    TRY(migrate_pending(db, &n));
    if (n)
        return fault(ERR_CONFLICT, "schema_old", "%d migrations pending: run `gongqi migrate`", n);
    return OK;
}

static err ready(struct site *site)
{
    int pending = 0;
    TRY(migrate_pending(site->db, &pending));
    return pending ? ERR_CONFLICT : OK;
}

/* A command runs beside the servers of its database (`gongqi demo`, `gongqi user`), and both may
 * mint ids in the same millisecond: the upper half of the numbers belongs to commands. */
static unsigned node_of(const struct settings *s, unsigned flags)
{
    return flags & BOOT_NODE ? (unsigned)s->node
                             : SERVER_NODES + rand_below(ID_NODES - SERVER_NODES);
}

static err open_all(struct boot *b, int argc, char **argv, unsigned flags)
{
    struct settings_in in = {.args = (const char *const *)argv + 1,
                             .n_args = argc > 1 ? (size_t)argc - 1 : 0,
                             .env = environ};
    struct settings *s = &b->settings;
    TRY(settings_load(b->mem, &in, s));
    log_set_level(level_of(s->log_level));
    id_set_node(node_of(s, flags));
    TRY(data_dir(b->mem, s->data));
    struct db_opts opts = {.url = s->database, .readers = (int)s->readers};
    TRY(db_open(&opts, &b->site.db));
    b->site.settings = s;
    b->site.data_dir = s->data;
    b->site.https = str_starts(s->public_url, S("https://"));
    b->site.ready = ready;
    return schema(b->site.db, flags);
}

err boot_open(int argc, char **argv, unsigned flags, struct boot *ret_boot)
{
    ret_boot->mem = arena_new();
    ret_boot->site = (struct site){0};
    ret_boot->figures = NULL;
    err e = open_all(ret_boot, argc, argv, flags);
    if (e != OK)
        boot_close(ret_boot);
    return e;
}

void boot_close(struct boot *b)
{
    db_close(b->site.db);
    arena_free(b->mem);
    b->site.db = NULL;
    b->mem = NULL;
}
