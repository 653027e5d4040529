/* Copies of the database. */
#include "db/snapshot.h"

#include "db/sqlite_impl.h"

#include <errno.h>
#include <libpq-fe.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- SQLite ---- */

static err said(sqlite3 *h, int rc)
{
    bool full = (rc & 0xFF) == SQLITE_FULL;
    return fault(ERR_IO, full ? "disk_full" : "snapshot", "%s",
                 h ? sqlite3_errmsg(h) : "no memory");
}

/* Connections of the pool may not attach, which VACUUM INTO does. */
static err copy_into(sqlite3 *h, const char *path)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_busy_timeout(h, DB_BUSY_MS);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(h, "VACUUM INTO ?1", -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    err e = rc == SQLITE_DONE ? OK : said(h, rc);
    sqlite3_finalize(st);
    return e;
}

static err quick_check(sqlite3 *h)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(h, "PRAGMA quick_check(1)", -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    const char *word = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
    err e = OK;
    if (!word)
        e = said(h, rc);
    else if (strcmp(word, "ok") != 0)
        e = fault(ERR_IO, "snapshot", "damaged: %s", word);
    sqlite3_finalize(st);
    return e;
}

static err with(const char *path, int flags, err (*act)(sqlite3 *h, const char *to), const char *to)
{
    sqlite3 *h = NULL;
    int rc = sqlite3_open_v2(path, &h, flags | SQLITE_OPEN_EXRESCODE, NULL);
    err e = rc == SQLITE_OK ? act(h, to) : said(h, rc);
    sqlite3_close(h);
    return e;
}

static err check_one(sqlite3 *h, const char *to)
{
    (void)to;
    return quick_check(h);
}

static err sqlite_copy(const struct sqlite *s, const char *path)
{
    TRY(with(s->path, SQLITE_OPEN_READWRITE, copy_into, path));
    return with(path, SQLITE_OPEN_READONLY, check_one, NULL);
}

/* ---- PostgreSQL ---- */

/* The address for libpq's programs, through the environment: arguments are seen by everybody. */
static err address_env(str url, arena *mem, str *ret_name)
{
    char *why = NULL;
    PQconninfoOption *all = PQconninfoParse(str_z(mem, url), &why);
    if (!all) {
        err e = fault(ERR_INVALID, "invalid", "%s", why ? why : "no address");
        PQfreemem(why);
        return e;
    }
    *ret_name = S("postgres");
    for (PQconninfoOption *o = all; o->keyword; o++) {
        if (o->val && o->envvar)
            (void)setenv(o->envvar, o->val, 1);
        if (o->val && strcmp(o->keyword, "dbname") == 0)
            *ret_name = str_dup(mem, str_from(o->val));
    }
    PQconninfoFree(all);
    return OK;
}

static err run(const char *const *argv)
{
    pid_t pid = 0;
    int status = 0,
        bad = posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ);
    if (bad)
        return fault(ERR_IO, "snapshot", "%s: %s (package postgresql-client)", argv[0],
                     strerrordesc_np(bad));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return fault(ERR_IO, "snapshot", "waiting for %s: errno %d", argv[0], errno);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fault(ERR_IO, "snapshot", "%s failed; what it said stands above", argv[0]);
    return OK;
}

static err postgres_dump(const struct db *db, const char *path)
{
    AUTO_ARENA(mem);
    str name;
    TRY(address_env(str_from(db->url), mem, &name));
    return run((const char *const[]){"pg_dump", "--format=custom", "--file", path, NULL});
}

err db_snapshot(struct db *db, const char *path)
{
    if (access(path, F_OK) == 0)
        return fault(ERR_CONFLICT, "exists", "%s is there already", path);
    err e = db_is_sqlite(db) ? sqlite_copy(db->impl, path) : postgres_dump(db, path);
    struct fault why = fault_of(e);
    if (e != OK) {
        (void)unlink(path);
        fault_copy(&why);
    }
    return e;
}

err db_snapshot_restore(arena *mem, str url, const char *path)
{
    str name;
    TRY(address_env(url, mem, &name));
    return run((const char *const[]){"pg_restore", "--no-owner", "--exit-on-error",
                                     "--single-transaction", "--dbname", str_z(mem, name), path,
                                     NULL});
}

static err nothing(struct tx *t, void *ctx)
{
    (void)t, (void)ctx;
    return OK;
}

err db_damage_check(struct db *db)
{
    if (!db_is_sqlite(db))
        return db_read(db, nothing, NULL);
    const struct sqlite *s = db->impl;
    return with(s->path, SQLITE_OPEN_READONLY, check_one, NULL);
}
