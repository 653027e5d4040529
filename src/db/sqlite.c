/* The SQLite driver: connections, the pool of readers, statements. */
#include "base/clock.h"
#include "base/rand.h"
#include "db/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_VALUE = 64 * 1024 * 1024, WRITER_CACHE_KB = 32 * 1024, READER_CACHE_KB = 4 * 1024 };

/* ---- errors ---- */

static err constraint_error(int rc, const char *words)
{
    const char *colon = strstr(words, "failed: ");
    const char *what = colon ? colon + strlen("failed: ") : words;
    switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return fault(ERR_CONFLICT, "exists", "%s", what);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return fault(ERR_CONFLICT, "reference", "%s", words);
    default:
        return fault(ERR_BUG, "constraint", "%s", words);
    }
}

err sq_error(struct sq_conn *c, int rc)
{
    const char *words = sqlite3_errmsg(c->h);
    bool full =
        rc == SQLITE_FULL || ((rc & 0xff) == SQLITE_IOERR && sqlite3_system_errno(c->h) == ENOSPC);
    if (full)
        return fault(ERR_IO, "disk_full", "%s", words);
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fault(ERR_RETRY, "busy", "%s", words);
    case SQLITE_CONSTRAINT:
        return constraint_error(rc, words);
    case SQLITE_TOOBIG:
        return fault(ERR_TOO_LARGE, "too_large", "%s", words);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fault(ERR_IO, "storage_corrupt", "%s", words);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_PROTOCOL:
        return fault(ERR_IO, "storage_unavailable", "%s (%d)", words, rc);
    default:
        return fault(ERR_BUG, "sql", "%s (%d)", words, rc);
    }
}

err sq_step(struct sq_conn *c, sqlite3_stmt *st)
{
    int rc = sqlite3_step(st);
    err e = rc == SQLITE_DONE || rc == SQLITE_ROW ? OK : sq_error(c, rc);
    sqlite3_reset(st);
    return e;
}

/* ---- connections ---- */

/* Another process holds the write lock: look again every millisecond or so, which is fairer than
 * SQLite's own waits that grow to 100 ms. */
static int busy_wait(void *ctx, int times)
{
    struct sq_conn *c = ctx;
    int64_t now = clock_mono_us();
    if (times == 0)
        c->wait_until_us = now + (int64_t)c->busy_ms * 1000;
    if (now >= c->wait_until_us)
        return 0;
    usleep(300 + rand_below(1400));
    return 1;
}

static err conn_exec(struct sq_conn *c, const char *sql)
{
    int rc = sqlite3_exec(c->h, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : sq_error(c, rc);
}

static err conn_prepare(struct sq_conn *c, const char *sql, sqlite3_stmt **ret_st)
{
    int rc = sqlite3_prepare_v3(c->h, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_st, NULL);
    return rc == SQLITE_OK ? OK : sq_error(c, rc);
}

static err conn_setup(struct sq_conn *c, bool write)
{
    sqlite3_busy_handler(c->h, busy_wait, c);
    sqlite3_db_config(c->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(c->h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    /* A plan must not depend on what is bound, or the statement is compiled anew for other values.
     */
    sqlite3_db_config(c->h, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    sqlite3_db_config(c->h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_limit(c->h, SQLITE_LIMIT_LENGTH, MAX_VALUE);
    sqlite3_limit(c->h, SQLITE_LIMIT_ATTACHED, 0);
    char pragma[256];
    snprintf(pragma, sizeof pragma,
             "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
             "PRAGMA cache_size=-%d; %s",
             write ? WRITER_CACHE_KB : READER_CACHE_KB,
             write ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                     "PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=0"
                   : "PRAGMA query_only=ON");
    TRY(conn_exec(c, pragma));
    TRY(conn_prepare(c, write ? "BEGIN IMMEDIATE" : "BEGIN", &c->begin));
    TRY(conn_prepare(c, "COMMIT", &c->commit));
    TRY(conn_prepare(c, "ROLLBACK", &c->rollback));
    if (!write)
        return OK;
    TRY(conn_prepare(c, "SAVEPOINT one", &c->save));
    TRY(conn_prepare(c, "RELEASE one", &c->release));
    return conn_prepare(c, "ROLLBACK TO one", &c->back);
}

/* SQLite would make the file with the process's umask; its -wal and -shm take the file's mode. A
 * file that is there is not opened: closing any descriptor of it would drop the locks that this
 * process holds on it through other connections (POSIX), and another program that then closes the
 * database would take itself for the last and delete the WAL. */
static err file_create(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        close(fd);
    else if (errno != EEXIST)
        return fault(ERR_IO, errno == ENOSPC ? "disk_full" : "storage_unavailable", "%s: %s", path,
                     strerrordesc_np(errno));
    return OK;
}

err sq_conn_open(const char *path, bool write, int busy_ms, struct sq_conn **ret_c)
{
    if (write)
        TRY(file_create(path));
    struct sq_conn *c = heap_alloc(sizeof *c);
    c->busy_ms = busy_ms;
    int how = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    int rc = sqlite3_open_v2(path, &c->h, how | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    err e = rc == SQLITE_OK ? conn_setup(c, write) : sq_error(c, rc);
    if (e != OK) {
        sq_conn_close(c);
        return e;
    }
    *ret_c = c;
    return OK;
}

void sq_conn_close(struct sq_conn *c)
{
    for (size_t i = 0; i < c->cache.cap; i++) {
        struct sq_stmt *s = c->cache.val[i];
        if (s)
            sqlite3_finalize(s->st);
        heap_free(s);
    }
    ptrmap_done(&c->cache);
    sqlite3_stmt *own[] = {c->begin, c->commit, c->rollback, c->save, c->release, c->back};
    for (size_t i = 0; i < LEN(own); i++)
        sqlite3_finalize(own[i]);
    ASSERT(sqlite3_close(c->h) == SQLITE_OK);
    heap_free(c);
}

/* ---- the driver: opening and reading ---- */

static void library_init(void)
{
    /* One thread per connection at a time, and no global counter behind every allocation. */
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_initialize();
}

static err open_db(struct db *db)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, library_init);
    struct sqlite *s = heap_alloc(sizeof *s);
    s->path = db->url + strlen("sqlite:");
    s->busy_ms = db->busy_ms;
    s->max_readers = db->readers;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->free_reader, NULL);
    err e = sq_writer_start(s, &s->writer);
    if (e != OK)
        heap_free(s);
    else
        db->impl = s;
    return e;
}

static void close_db(struct db *db)
{
    struct sqlite *s = db->impl;
    pthread_mutex_lock(&s->lock);
    while (s->n_readers > 0) {
        struct sq_conn *c = s->readers;
        if (!c) {
            pthread_cond_wait(&s->free_reader, &s->lock);
            continue;
        }
        s->readers = c->next;
        s->n_readers--;
        sq_conn_close(c);
    }
    pthread_mutex_unlock(&s->lock);
    sq_writer_stop(s->writer); /* last, so that it empties and removes the WAL */
    heap_free(s);
}

static err reader_take(struct sqlite *s, struct sq_conn **ret_c)
{
    pthread_mutex_lock(&s->lock);
    while (!s->readers && s->n_readers >= s->max_readers)
        pthread_cond_wait(&s->free_reader, &s->lock);
    struct sq_conn *c = s->readers;
    if (c)
        s->readers = c->next;
    else
        s->n_readers++;
    pthread_mutex_unlock(&s->lock);
    err e = c ? OK : sq_conn_open(s->path, false, s->busy_ms, &c);
    if (e != OK) {
        pthread_mutex_lock(&s->lock);
        s->n_readers--;
        pthread_cond_signal(&s->free_reader);
        pthread_mutex_unlock(&s->lock);
        return e;
    }
    *ret_c = c;
    return OK;
}

static void reader_give(struct sqlite *s, struct sq_conn *c)
{
    pthread_mutex_lock(&s->lock);
    c->next = s->readers;
    s->readers = c;
    pthread_cond_signal(&s->free_reader);
    pthread_mutex_unlock(&s->lock);
}

static err read_tx(struct db *db, struct tx_call *call)
{
    struct sqlite *s = db->impl;
    struct sq_conn *c = NULL;
    TRY(reader_take(s, &c));
    err e = sq_step(c, c->begin);
    if (e == OK) {
        e = tx_run(call, c);
        struct fault f = fault_of(e);
        if (sq_step(c, c->commit) != OK && !sqlite3_get_autocommit(c->h))
            ASSERT(sq_step(c, c->rollback) == OK);
        if (e != OK)
            fault_copy(&f);
    }
    reader_give(s, c);
    return e;
}

static err write_tx(struct db *db, struct tx_call *call)
{
    struct sqlite *s = db->impl;
    return sq_writer_run(s->writer, call);
}

/* ---- statements ---- */

static err stmt_new(struct sq_conn *c, const struct db_sql *sql, struct sq_stmt **ret_s)
{
    sqlite3_stmt *st = NULL;
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(c->h, sql->text, -1, SQLITE_PREPARE_PERSISTENT, &st, &tail);
    if (rc != SQLITE_OK) {
        err e = sq_error(c, rc);
        if (e != ERR_BUG)
            return e;
        return fault(ERR_BUG, "sql", "%s (%s:%d)", sqlite3_errmsg(c->h), sql->file, sql->line);
    }
    struct sq_stmt *s = heap_alloc(sizeof *s);
    s->st = st;
    s->n_args = sqlite3_bind_parameter_count(st);
    bool bad = s->n_args > DB_MAX_ARGS || !st || *tail;
    for (int i = 1; i <= s->n_args && !bad; i++) {
        char name[16];
        snprintf(name, sizeof name, "$%d", i);
        s->at[i] = (uint8_t)sqlite3_bind_parameter_index(st, name);
        bad = s->at[i] == 0;
    }
    if (bad) {
        sqlite3_finalize(st);
        heap_free(s);
        return fault(ERR_BUG, "sql", "one statement with $1 to $n, please (%s:%d)", sql->file,
                     sql->line);
    }
    *ret_s = s;
    return OK;
}

/* The connection's copy of sql; a second, temporary one when the first is being read just now. */
static err stmt_take(struct sq_conn *c, const struct db_sql *sql, struct sq_stmt **ret_s)
{
    struct sq_stmt *s = ptrmap_get(&c->cache, sql);
    if (!s || s->busy) {
        bool second = s != NULL;
        TRY(stmt_new(c, sql, &s));
        s->temp = second;
        if (!second)
            ptrmap_put(&c->cache, sql, s);
    }
    s->busy = true;
    *ret_s = s;
    return OK;
}

static void stmt_give(struct sq_stmt *s)
{
    sqlite3_reset(s->st);
    s->busy = false;
    if (s->temp) {
        sqlite3_finalize(s->st);
        heap_free(s);
    }
}

static int bind_one(sqlite3_stmt *st, int at, const struct db_arg *a, sqlite3_destructor_type keep)
{
    switch (a->type) {
    case DB_INT:
        return sqlite3_bind_int64(st, at, a->i);
    case DB_TEXT:
        return sqlite3_bind_text64(st, at, a->s.p, a->s.n, keep, SQLITE_UTF8);
    case DB_BLOB:
        return sqlite3_bind_blob64(st, at, a->s.p, a->s.n, keep);
    case DB_NULL:
        break;
    }
    return sqlite3_bind_null(st, at);
}

static err stmt_bind(struct sq_conn *c, struct sq_stmt *s, const struct db_sql *sql,
                     struct db_args in, bool keep)
{
    if ((int)in.n != s->n_args)
        return fault(ERR_BUG, "arguments", "%zu arguments for %d (%s:%d)", in.n, s->n_args,
                     sql->file, sql->line);
    for (size_t i = 0; i < in.n; i++) {
        int rc = bind_one(s->st, s->at[i + 1], &in.v[i], keep ? SQLITE_TRANSIENT : SQLITE_STATIC);
        if (rc != SQLITE_OK)
            return sq_error(c, rc);
    }
    return OK;
}

static err start(struct db_rows *rows, struct db_args in, bool keep)
{
    struct sq_conn *c = rows->t->conn;
    struct sq_stmt *s = NULL;
    TRY(stmt_take(c, rows->sql, &s));
    err e = stmt_bind(c, s, rows->sql, in, keep);
    if (e != OK) {
        stmt_give(s);
        return e;
    }
    rows->stmt = s;
    rows->cols = sqlite3_column_count(s->st);
    rows->unfinished = !sqlite3_stmt_readonly(s->st);
    return OK;
}

static err next(struct db_rows *rows, bool *ret_more)
{
    const struct sq_stmt *s = rows->stmt;
    int rc = sqlite3_step(s->st);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return sq_error(rows->t->conn, rc);
    *ret_more = rc == SQLITE_ROW;
    return OK;
}

static void stop(struct db_rows *rows)
{
    stmt_give(rows->stmt);
}

static err exec(struct tx *t, const struct db_sql *sql, struct db_args in, int64_t *ret_n)
{
    struct sq_conn *c = t->conn;
    struct db_rows rows = {.t = t, .sql = sql};
    TRY(start(&rows, in, false));
    err e = OK;
    for (bool more = true; e == OK && more;)
        e = next(&rows, &more);
    if (e == OK && rows.unfinished)
        *ret_n = sqlite3_changes64(c->h);
    stop(&rows);
    return e;
}

static err column(struct db_rows *rows, int col, struct db_dest dest)
{
    sqlite3_stmt *st = ((const struct sq_stmt *)rows->stmt)->st;
    int type = sqlite3_column_type(st, col);
    bool number = dest.kind != DEST_STR && dest.kind != DEST_BYTES;
    int want = number ? SQLITE_INTEGER : dest.kind == DEST_STR ? SQLITE_TEXT : SQLITE_BLOB;
    if (type != want && type != SQLITE_NULL)
        return fault(ERR_BUG, "column_type", "column %d has another type (%s:%d)", col + 1,
                     rows->sql->file, rows->sql->line);
    if (number)
        return dest_int(dest, sqlite3_column_int64(st, col));
    if (type == SQLITE_NULL)
        return dest_text(rows, dest, STR_NONE);
    const char *p = sqlite3_column_blob(st, col);
    return dest_text(rows, dest, (str){p ? p : "", (size_t)sqlite3_column_bytes(st, col)});
}

static err script(struct tx *t, const char *sql)
{
    ((struct sq_conn *)t->conn)->scripted = true;
    return conn_exec(t->conn, sql);
}

static err check(struct tx *t, const struct db_sql *sql)
{
    struct sq_stmt *s = NULL;
    TRY(stmt_new(t->conn, sql, &s));
    s->temp = true;
    stmt_give(s);
    return OK;
}

const struct db_driver DB_SQLITE = {
    .open = open_db,
    .close = close_db,
    .write = write_tx,
    .read = read_tx,
    .exec = exec,
    .start = start,
    .next = next,
    .column = column,
    .stop = stop,
    .script = script,
    .check = check,
};
