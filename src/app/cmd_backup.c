/* gongqi backup and gongqi restore: a whole site in one file. */
#include "app/backup.h"
#include "app/commands.h"
#include "base/clock.h"
#include "db/migrate.h"
#include "db/snapshot.h"
#include "record/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

extern char **environ;

struct words {
    const char *file, *passphrase_file, *keys;
    int used; /* of argv, the settings follow */
};

static err words_read(int argc, char **argv, bool restore, struct words *ret_w)
{
    struct words w = {.used = 1};
    if (argc < 2 || *argv[1] == '-')
        return fault(ERR_INVALID, "usage", "gongqi %s FILE [--passphrase-file FILE]%s [settings]",
                     argv[0], restore ? " [--keys DIR]" : "");
    w.file = argv[1];
    for (int i = 2; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--passphrase-file") == 0)
            w.passphrase_file = argv[i + 1];
        else if (restore && strcmp(argv[i], "--keys") == 0)
            w.keys = argv[i + 1];
        else
            break;
        w.used = i;
    }
    w.used = w.used > 1 ? w.used + 1 : 1;
    *ret_w = w;
    return OK;
}

static err passphrase_read(arena *mem, const struct words *w, str *ret_passphrase)
{
    *ret_passphrase = S("");
    if (!w->passphrase_file)
        return OK;
    TRY(backup_text(mem, w->passphrase_file, ret_passphrase));
    *ret_passphrase = str_trim(*ret_passphrase);
    while (ret_passphrase->n && ret_passphrase->p[ret_passphrase->n - 1] == '\n')
        ret_passphrase->n--;
    return str_count(*ret_passphrase) >= 12
               ? OK
               : fault(ERR_INVALID, "short_passphrase", "a passphrase has at least 12 characters");
}

static void tell(const struct backup_manifest *m, const char *file)
{
    (void)printf("%s: database (%.*s), %lld blobs of %lld bytes; read back and whole\n", file,
                 FMT(m->engine), (long long)m->blobs, (long long)m->blob_bytes);
    (void)printf("%s\n",
                 m->keys ? "The keys are in it, sealed with the passphrase: keep that elsewhere."
                         : "The keys are NOT in it: keep vault.key and log.key in another safe "
                           "place. Without them nothing sealed can be read again.");
}

/* For `gongqi doctor`, which reads the time of the file. */
static void mark_time(struct boot *b)
{
    str path = str_cat(b->mem, b->site.data_dir, S("/backup.last"));
    int fd = open(str_z(b->mem, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    (void)!write(fd, "\n", 1);
    close(fd);
}

static err backup(struct boot *b, const struct words *w)
{
    struct backup_manifest m;
    str passphrase;
    TRY(passphrase_read(b->mem, w, &passphrase));
    TRY(backup_write(b, w->file, passphrase, &m));
    tell(&m, w->file);
    mark_time(b);
    return m.damaged ? fault(ERR_CONFLICT, "damaged_blobs",
                             "%lld blobs are not what they are called; manifest.json names them",
                             (long long)m.damaged)
                     : OK;
}

err cmd_backup(int argc, char **argv)
{
    struct words w;
    struct boot b;
    TRY(words_read(argc, argv, false, &w));
    TRY(boot_open(argc - w.used, argv + w.used, BOOT_ANY_SCHEMA, &b));
    err e = backup(&b, &w);
    struct fault why = fault_of(e);
    boot_close(&b);
    if (e != OK)
        fault_copy(&why);
    return e;
}

/* ---- restore ---- */

struct restoring {
    arena *mem;
    struct words w;
    struct settings set;
    struct backup_manifest m;
    struct backup_keys keys;
    const char *to; /* the folder beside the data directory that becomes it */
};

static bool folder_empty(const char *path)
{
    DIR *d = opendir(path);
    if (!d)
        return errno == ENOENT;
    bool empty = true;
    for (const struct dirent *x; (x = readdir(d));)
        empty &= strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0;
    closedir(d);
    return empty;
}

/* Of the box, of a folder, or of where the settings say that they are already. */
static err keys_find(struct restoring *r)
{
    str passphrase;
    if (r->w.passphrase_file) {
        if (!r->m.keys)
            return fault(ERR_CONFLICT, "no_keys", "this backup was made without keys");
        TRY(passphrase_read(r->mem, &r->w, &passphrase));
        return backup_keys_open(r->mem, r->w.file, passphrase, &r->keys);
    }
    const char *dir = r->w.keys;
    r->keys = (struct backup_keys){S(""), S("")};
    str vault = dir ? str_fmt(r->mem, "%s/vault.key", dir) : r->set.vault_key_file;
    str log = dir ? str_fmt(r->mem, "%s/log.key", dir) : r->set.log_key_file;
    if (r->m.vault_mark.n)
        TRY(backup_text(r->mem, str_z(r->mem, vault), &r->keys.vault));
    return r->m.log_mark.n ? backup_text(r->mem, str_z(r->mem, log), &r->keys.log) : OK;
}

static err keys_check(struct restoring *r)
{
    err e = keys_find(r);
    if (e == ERR_NOT_FOUND)
        return fault(ERR_CONFLICT, "keys_missing",
                     "%s. Give --passphrase-file, or --keys DIR with vault.key and log.key",
                     fault_last()->text);
    TRY(e);
    if (r->m.vault_mark.n && !backup_marked(r->mem, r->keys.vault, r->m.vault_mark))
        return fault(ERR_CONFLICT, "vault_wrong_key", "this vault.key is of another site");
    if (r->m.log_mark.n && !backup_marked(r->mem, r->keys.log, r->m.log_mark))
        return fault(ERR_CONFLICT, "log_wrong_key", "this log.key is of another site");
    return OK;
}

/* Where the settings look for it: in the new folder when that is in the data directory. */
static err key_put(struct restoring *r, str path, str text)
{
    str data = str_cat(r->mem, r->set.data, S("/"));
    if (str_starts(path, data))
        path = str_fmt(r->mem, "%s/%.*s", r->to, (int)(path.n - data.n), path.p + data.n);
    else if (access(str_z(r->mem, path), F_OK) == 0)
        return OK; /* there, and checked */
    int fd = open(str_z(r->mem, path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool fine = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    int number = errno;
    if (fd >= 0)
        close(fd);
    return fine ? OK : fault(ERR_IO, "storage_unavailable", "%.*s: errno %d", FMT(path), number);
}

static err database_put(struct restoring *r)
{
    const char *dump = str_fmt(r->mem, "%s/database.dump", r->to).p;
    const char *lite = str_fmt(r->mem, "%s/database.sqlite", r->to).p;
    if (str_eq(r->m.engine, S("sqlite")))
        return rename(lite, str_fmt(r->mem, "%s/gongqi.db", r->to).p) == 0
                   ? OK
                   : fault(ERR_IO, "storage_unavailable", "database.sqlite: errno %d", errno);
    TRY(db_snapshot_restore(r->mem, r->set.database, dump));
    (void)unlink(dump);
    return OK;
}

static err engine_check(const struct restoring *r)
{
    bool lite = str_eq(r->m.engine, S("sqlite"));
    str own = str_fmt(r->mem, "sqlite:%.*s/gongqi.db", FMT(r->set.data));
    if (lite && !str_eq(r->set.database, own))
        return fault(ERR_CONFLICT, "engine",
                     "this backup is of SQLite and becomes DATA/gongqi.db: leave `database` out");
    if (!lite && str_starts(r->set.database, S("sqlite:")))
        return fault(ERR_CONFLICT, "engine",
                     "this backup is of PostgreSQL: say --database postgresql://… (an empty one)");
    return OK;
}

/* Nothing is there until all of it is. */
static err restore_all(struct restoring *r)
{
    const char *data = str_z(r->mem, r->set.data);
    if (!folder_empty(data))
        return fault(ERR_CONFLICT, "exists", "%s is not empty; restore into a new --data DIR",
                     data);
    TRY(backup_check(r->mem, r->w.file, &r->m));
    TRY(engine_check(r));
    TRY(keys_check(r));
    if (access(r->to, F_OK) == 0)
        return fault(ERR_CONFLICT, "exists", "%s is left from another restore; remove it", r->to);
    TRY(backup_extract(r->mem, r->w.file, r->to));
    if (r->m.vault_mark.n)
        TRY(key_put(r, r->set.vault_key_file, r->keys.vault));
    if (r->m.log_mark.n)
        TRY(key_put(r, r->set.log_key_file, r->keys.log));
    TRY(database_put(r));
    (void)rmdir(data);
    return rename(r->to, data) == 0
               ? OK
               : fault(ERR_IO, "storage_unavailable", "%s: errno %d", data, errno);
}

static err restore(struct restoring *r, int argc, char **argv)
{
    struct settings_in in = {.args = (const char *const *)argv + 1,
                             .n_args = argc > 1 ? (size_t)argc - 1 : 0,
                             .env = environ};
    TRY(settings_load(r->mem, &in, &r->set));
    r->to = str_fmt(r->mem, "%.*s.restoring", FMT(r->set.data)).p;
    return restore_all(r);
}

/* What was restored is looked at before somebody relies on it. */
static err look(int argc, char **argv)
{
    struct boot b;
    struct record_check c = {0};
    int pending = 0;
    TRY(boot_open(argc, argv, BOOT_ANY_SCHEMA, &b));
    err e = migrate_pending(b.site.db, &pending);
    if (e == OK && !pending)
        e = record_verify(b.site.db, &c);
    struct fault why = fault_of(e);
    boot_close(&b);
    if (e != OK) {
        fault_copy(&why);
        return e;
    }
    if (pending)
        (void)printf("%d migrations are pending: gongqi migrate\n", pending);
    if (c.bad)
        return fault(ERR_CONFLICT, "check_failed", "%lld rows are not what was written",
                     (long long)c.bad);
    (void)printf("%lld records and %lld log rows match their hashes\n", (long long)c.records,
                 (long long)c.oplog);
    return OK;
}

err cmd_restore(int argc, char **argv)
{
    struct restoring r = {.mem = arena_new()};
    err e = words_read(argc, argv, true, &r.w);
    argc -= r.w.used;
    argv += r.w.used;
    if (e == OK)
        e = restore(&r, argc, argv);
    if (e == OK) {
        (void)printf("restored from %s of %.*s\n", r.w.file,
                     FMT(clock_rfc3339(r.mem, r.m.made_at)));
        e = look(argc, argv);
    }
    if (e == OK)
        (void)printf("The record is signed again after `gongqi log adopt`: first make sure that "
                     "the old server is gone and signed nothing newer (docs/sysadmin.md).\n");
    struct fault why = fault_of(e);
    arena_free(r.mem);
    if (e != OK)
        fault_copy(&why);
    return e;
}
