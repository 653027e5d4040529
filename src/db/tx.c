/* What both engines share: opening, transactions with retry, signals, arguments and columns. */
#include "base/clock.h"
#include "base/rand.h"
#include "db/db_impl.h"

#include <unistd.h>

extern const struct db_sql *const __start_gq_sql[] __attribute__((weak));
extern const struct db_sql *const __stop_gq_sql[] __attribute__((weak));

/* A transaction inside a transaction would wait for itself: both engines refuse it alike. */
static _Thread_local bool inside;

/* ---- pointer map ---- */

static size_t ptrmap_slot(const struct ptrmap *m, const void *key)
{
    size_t i = (size_t)(((uintptr_t)key >> 3) * 0x9E3779B97F4A7C15u >> 32) & (m->cap - 1);
    while (m->key[i] && m->key[i] != key)
        i = (i + 1) & (m->cap - 1);
    return i;
}

void *ptrmap_get(const struct ptrmap *m, const void *key)
{
    if (m->cap == 0)
        return NULL;
    size_t i = ptrmap_slot(m, key);
    return m->key[i] ? m->val[i] : NULL;
}

void ptrmap_put(struct ptrmap *m, const void *key, void *val)
{
    if (m->n * 2 >= m->cap) {
        struct ptrmap big = {.cap = m->cap ? m->cap * 2 : 64};
        big.key = heap_alloc(big.cap * sizeof *big.key);
        big.val = heap_alloc(big.cap * sizeof *big.val);
        for (size_t i = 0; i < m->cap; i++)
            if (m->key[i])
                ptrmap_put(&big, m->key[i], m->val[i]);
        ptrmap_done(m);
        *m = big;
    }
    size_t i = ptrmap_slot(m, key);
    m->n += m->key[i] == NULL;
    m->key[i] = key;
    m->val[i] = val;
}

void ptrmap_done(struct ptrmap *m)
{
    heap_free(m->key);
    heap_free(m->val);
    *m = (struct ptrmap){0};
}

/* ---- opening ---- */

err db_open(const struct db_opts *opts, struct db **ret_db)
{
    const struct db_driver *drv = NULL;
    if (str_starts(opts->url, S("sqlite:")))
        drv = &DB_SQLITE;
    else if (str_starts(opts->url, S("postgresql:")) || str_starts(opts->url, S("postgres:")))
        drv = &DB_POSTGRES;
    else
        return fault_field(ERR_INVALID, "invalid", "database",
                           "a database is sqlite:PATH or postgresql://…");
    struct db *db = heap_alloc(sizeof *db);
    db->mem = arena_new();
    db->drv = drv;
    db->url = str_z(db->mem, opts->url);
    db->readers = opts->readers > 0 ? opts->readers : 8;
    db->busy_ms = opts->busy_ms > 0 ? opts->busy_ms : DB_BUSY_MS;
    err e = drv->open(db);
    if (e != OK) {
        arena_free(db->mem);
        heap_free(db);
        return e;
    }
    *ret_db = db;
    return OK;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db->drv->close(db);
    arena_free(db->mem);
    heap_free(db);
}

bool db_is_sqlite(const struct db *db)
{
    return db->drv == &DB_SQLITE;
}

void db_listen(struct db *db, db_listener *fn, void *ctx)
{
    ASSERT(db->n_listeners < (int)LEN(db->listener));
    db->listener[db->n_listeners].fn = fn;
    db->listener[db->n_listeners++].ctx = ctx;
}

void db_unlisten(struct db *db, const void *ctx)
{
    for (int i = 0; i < db->n_listeners; i++)
        if (db->listener[i].ctx == ctx)
            db->listener[i] = db->listener[--db->n_listeners];
}

const struct db_sql *const *db_statements(size_t *ret_n)
{
    /* cppcheck-suppress comparePointers ; the linker puts both ends round one section */
    *ret_n = (size_t)(__stop_gq_sql - __start_gq_sql);
    return __start_gq_sql;
}

/* ---- transactions ---- */

static void keys_forget(struct tx *t)
{
    while (t->keys) {
        struct tx_key *next = t->keys->next;
        heap_free(t->keys);
        t->keys = next;
    }
}

void tx_signal(struct tx *t, str key)
{
    for (const struct tx_key *k = t->keys; k; k = k->next)
        if (str_eq((str){k->p, k->n}, key))
            return;
    struct tx_key *k = heap_alloc(sizeof *k + key.n);
    k->n = key.n;
    memcpy(k->p, key.p, key.n);
    k->next = t->keys;
    t->keys = k;
}

static void keys_tell(const struct db *db, const struct tx_key *k)
{
    if (!k)
        return;
    keys_tell(db, k->next);
    for (int i = 0; i < db->n_listeners; i++)
        db->listener[i].fn(db->listener[i].ctx, (str){k->p, k->n});
}

int64_t tx_now(const struct tx *t)
{
    return t->now;
}

err tx_failed(struct tx *t, err e)
{
    if (e != OK && t->failed == OK) {
        t->failed = e;
        t->fault = fault_of(e);
    }
    return e;
}

err tx_run(struct tx_call *call, void *conn)
{
    struct tx *t = &call->tx;
    keys_forget(t);
    t->conn = conn;
    t->now = clock_ms();
    t->failed = OK;
    inside = true;
    err e = call->fn(t, call->ctx);
    inside = false;
    if (t->failed == ERR_RETRY || (e == OK && t->failed != OK)) {
        fault_copy(&t->fault);
        e = t->failed;
    }
    return e;
}

/* Waits before the next attempt: doubling from 1 ms to 128 ms, with jitter so that two rivals do
 * not meet again. False when the time is over. */
static bool retry_wait(const struct db *db, int attempt, int64_t start_us)
{
    bool lost = strcmp(fault_of(ERR_RETRY).reason, "storage_unavailable") == 0;
    int64_t limit = lost && db->busy_ms > DB_LOST_MS ? DB_LOST_MS : db->busy_ms;
    if (clock_mono_us() - start_us >= limit * 1000)
        return false;
    uint32_t ms = 1u << (attempt < 7 ? attempt : 7);
    usleep(ms * 500 + rand_below(ms * 1000));
    return true;
}

static err call_run(struct tx_call *call, err (*attempt)(struct db *, struct tx_call *))
{
    struct db *db = call->tx.db;
    ASSERT(!inside);
    int64_t start = clock_mono_us();
    err e = attempt(db, call);
    for (int i = 0; e == ERR_RETRY && retry_wait(db, i, start); i++)
        e = attempt(db, call);
    if (e == ERR_RETRY && strcmp(fault_of(e).reason, "storage_unavailable") == 0) {
        struct fault f = fault_of(e);
        f.code = e = ERR_IO;
        fault_copy(&f);
    }
    if (e == OK)
        keys_tell(db, call->tx.keys);
    keys_forget(&call->tx);
    return e;
}

err db_tx(struct db *db, tx_fn *fn, void *ctx)
{
    struct tx_call call = {.fn = fn, .ctx = ctx, .tx = {.db = db, .write = true}};
    db->writers++;
    err e = call_run(&call, db->drv->write);
    db->writers--;
    return e;
}

int db_writers(struct db *db)
{
    return db->writers;
}

err db_read(struct db *db, tx_fn *fn, void *ctx)
{
    struct tx_call call = {.fn = fn, .ctx = ctx, .tx = {.db = db}};
    return call_run(&call, db->drv->read);
}

/* ---- statements ---- */

err dest_int(struct db_dest dest, int64_t i)
{
    switch (dest.kind) {
    case DEST_I64:
        *(int64_t *)dest.to = i;
        return OK;
    case DEST_INT:
        if (i < INT32_MIN || i > INT32_MAX)
            return fault(ERR_BUG, "column_range", "%lld does not fit an int", (long long)i);
        *(int *)dest.to = (int)i;
        return OK;
    case DEST_BOOL:
        *(bool *)dest.to = i != 0;
        return OK;
    case DEST_STR:
    case DEST_BYTES:
        break;
    }
    return fault(ERR_BUG, "column_type", "an integer column read as text");
}

err dest_text(struct db_rows *rows, struct db_dest dest, str raw)
{
    if (dest.kind == DEST_STR && raw.p && !str_valid(raw))
        return fault(ERR_IO, "storage_corrupt", "text that is not UTF-8 (%s:%d)", rows->sql->file,
                     rows->sql->line);
    ASSERT(rows->mem != NULL);
    str copy = raw.p ? str_dup(rows->mem, raw) : STR_NONE;
    if (dest.kind == DEST_BYTES)
        *(struct bytes *)dest.to = str_bytes(copy);
    else
        *(str *)dest.to = copy;
    return OK;
}

static err statement_ready(const struct tx *t, struct db_args in)
{
    ASSERT(in.n <= DB_MAX_ARGS);
    if (t->failed != OK)
        return fault(ERR_BUG, "tx_failed", "a statement after one that failed: %s", t->fault.text);
    return OK;
}

err db_exec_sql(struct tx *t, const struct db_sql *sql, struct db_args in, int64_t *ret_n)
{
    TRY(statement_ready(t, in));
    int64_t n = 0;
    TRY(tx_failed(t, t->db->drv->exec(t, sql, in, &n)));
    if (ret_n)
        *ret_n = n;
    return OK;
}

static err row_read(struct db_rows *rows, struct db_dests out)
{
    if ((int)out.n != rows->cols)
        return fault(ERR_BUG, "columns", "%d columns for %zu destinations (%s:%d)", rows->cols,
                     out.n, rows->sql->file, rows->sql->line);
    for (int i = 0; i < rows->cols; i++)
        TRY(rows->t->db->drv->column(rows, i, out.v[i]));
    return OK;
}

err db_rows_next(struct db_rows *rows, struct db_dests out, bool *ret_more)
{
    bool more = false;
    TRY(tx_failed(rows->t, rows->t->db->drv->next(rows, &more)));
    if (more) {
        if (rows->row++ >= DB_MAX_ROWS)
            return fault(ERR_BUG, "rows", "too many rows: say LIMIT (%s:%d)", rows->sql->file,
                         rows->sql->line);
        TRY(row_read(rows, out));
    }
    *ret_more = more;
    return OK;
}

err db_one_sql(struct tx *t, arena *mem, const struct db_sql *sql, struct db_args in,
               struct db_dests out)
{
    TRY(statement_ready(t, in));
    struct db_rows rows = {.t = t, .mem = mem, .sql = sql};
    TRY(tx_failed(t, t->db->drv->start(&rows, in, false)));
    bool more = false;
    err e = db_rows_next(&rows, out, &more);
    for (bool rest = rows.unfinished && more; e == OK && rest;)
        e = tx_failed(t, t->db->drv->next(&rows, &rest));
    t->db->drv->stop(&rows);
    if (e == OK && !more)
        return fault(ERR_NOT_FOUND, "not_found", "no row (%s:%d)", sql->file, sql->line);
    return e;
}

err db_rows_open(struct tx *t, arena *mem, const struct db_sql *sql, struct db_args in,
                 struct db_rows **ret_rows)
{
    TRY(statement_ready(t, in));
    struct db_rows *rows = heap_alloc(sizeof *rows);
    *rows = (struct db_rows){.t = t, .mem = mem, .sql = sql};
    err e = tx_failed(t, t->db->drv->start(rows, in, true));
    if (e != OK) {
        heap_free(rows);
        return e;
    }
    *ret_rows = rows;
    return OK;
}

void db_rows_close(struct db_rows **rows)
{
    if (!*rows)
        return;
    (*rows)->t->db->drv->stop(*rows);
    heap_free(*rows);
    *rows = NULL;
}

static err check_fn(struct tx *t, void *ctx)
{
    return t->db->drv->check(t, ctx);
}

err db_prepare_check(struct db *db, const struct db_sql *sql)
{
    return db_read(db, check_fn, (void *)(uintptr_t)sql);
}
