/* One database API over SQLite (embedded, default) and PostgreSQL (libpq), with one SQL text.
 *
 * db_tx is the only way to write: the closure runs in a transaction and may run again (ERR_RETRY:
 * SQLITE_BUSY, 40001, 40P01), so it must have no effect but on the database and on ctx that it sets
 * anew each time. On SQLite all closures run on one writer thread, many per commit (all of them
 * again, each in a savepoint, when one fails after it has written); db_tx returns only when the
 * commit is durable. On PostgreSQL each runs on a connection of the pool. db_read runs a closure in
 * a read transaction (one snapshot).
 *
 * After any statement that failed the transaction can only be given up, on both engines: return the
 * error (ERR_NOT_FOUND of db_one is an answer, not a failure). To survive a duplicate, write
 * ON CONFLICT. Opening a transaction inside a closure is a bug and aborts. On PostgreSQL writes are
 * SERIALIZABLE, so that a rule checked by SELECT and kept by INSERT holds as it does on SQLite.
 *
 * SQL is a string literal, written at the call: DB_SQL puts every statement of the program into a
 * table (linker section gq_sql), so that a test can prepare each on both engines. Placeholders are
 * $1 $2; see style.md "SQL" for the portable subset. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

struct db;
struct tx; /* an open transaction (read or write); valid inside the closure only */

/* ---- opening ---- */
struct db_opts {
    str url;     /* "sqlite:/path/gongqi.db" or "postgresql://…" */
    int readers; /* read connections (SQLite) or pool size (PostgreSQL) */
    int busy_ms; /* give up with ERR_RETRY after waiting this long; 0 = 10,000 */
};
err db_open(const struct db_opts *opts, struct db **ret_db);
void db_close(struct db *db);           /* waits for running transactions; accepts NULL */
bool db_is_sqlite(const struct db *db); /* for db/, status pages and tests only */

/* ---- transactions ---- */
typedef err tx_fn(struct tx *t, void *ctx);
err db_tx(struct db *db, tx_fn *fn, void *ctx);
err db_read(struct db *db, tx_fn *fn, void *ctx);
/* Callers inside db_tx now, waiting ones included: what can wait asks before it goes on. */
int db_writers(struct db *db);

/* A key that commit listeners hear after this transaction is durable, before db_tx returns (once
 * per key). Used by the page cache ("page:a:<handle>"). Copied. */
void tx_signal(struct tx *t, str key);
typedef void db_listener(void *ctx, str key);
void db_listen(struct db *db, db_listener *fn, void *ctx); /* before the first transaction */
void db_unlisten(struct db *db, const void *ctx);          /* while no transaction runs */

/* Wall clock of this transaction (ms), the same for all its statements. */
int64_t tx_now(const struct tx *t);

/* ---- statements ---- */
struct db_sql {
    const char *text, *file;
    int line;
};
#define DB_SQL(literal)                                                                            \
    __extension__({                                                                                \
        static const struct db_sql sql_ = {"" literal "", __FILE__, __LINE__};                     \
        static const struct db_sql *const ref_ __attribute__((section("gq_sql"), used)) = &sql_;   \
        &sql_;                                                                                     \
    })
/* All statements of the program, for the test that prepares them. */
const struct db_sql *const *db_statements(size_t *ret_n);
/* Prepares one statement on this engine; ERR_BUG with the engine's words when it does not. */
err db_prepare_check(struct db *db, const struct db_sql *sql);

enum db_type { DB_NULL, DB_INT, DB_TEXT, DB_BLOB };
struct db_arg {
    enum db_type type;
    int64_t i;
    str s; /* text or blob bytes; borrowed until the call returns */
};
struct db_args {
    const struct db_arg *v;
    size_t n;
};
/* Where a column goes. Text and blobs are copied into the arena given to the call. A NULL integer
 * reads as 0, NULL text as STR_NONE. */
struct db_dest {
    enum { DEST_I64, DEST_INT, DEST_BOOL, DEST_STR, DEST_BYTES } kind;
    void *to;
};
struct db_dests {
    const struct db_dest *v;
    size_t n;
};

#include "db/db_macros.h" /* DB_IN(...), DB_OUT(...): typed lists by _Generic */

/* db_exec(t, "UPDATE …", DB_IN(a, b)): runs a statement without result. */
#define db_exec(t, sql, in) db_exec_sql((t), DB_SQL(sql), (in), NULL)
/* The same; *ret_n = rows changed. */
#define db_exec_n(t, sql, in, ret_n) db_exec_sql((t), DB_SQL(sql), (in), (ret_n))
/* Exactly one row: ERR_NOT_FOUND (reason "not_found") when there is none; further rows are ignored.
 */
#define db_one(t, mem, sql, in, out) db_one_sql((t), (mem), DB_SQL(sql), (in), (out))
/* Many rows:
 *     struct row x = {0};
 *     DB_EACH(t, mem, "SELECT …", DB_IN(id), DB_OUT(&x.id, &x.name), { list_add(&l, x); });
 * Returns from the function on error. At most DB_MAX_ROWS rows (ERR_BUG beyond: say LIMIT). */
enum { DB_MAX_ROWS = 100000 };
#define DB_EACH(t, mem, sql, in, out, ...)                                                         \
    DB_EACH_ID(__COUNTER__, t, mem, sql, in, out, __VA_ARGS__)
#define DB_EACH_ID(id, ...) DB_EACH_AS(id, __VA_ARGS__)
#define DB_EACH_AS(id, ...) DB_EACH_NAMED(rows_##id, more_##id, __VA_ARGS__)
#define DB_EACH_NAMED(rows, more, t, mem, sql, in, out, ...)                                       \
    do {                                                                                           \
        __attribute__((cleanup(db_rows_close))) struct db_rows *rows = NULL;                       \
        TRY(db_rows_open((t), (mem), DB_SQL(sql), (in), &rows));                                   \
        for (bool more = true;;) {                                                                 \
            TRY(db_rows_next(rows, (out), &more));                                                 \
            if (!more)                                                                             \
                break;                                                                             \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    } while (0)

err db_exec_sql(struct tx *t, const struct db_sql *sql, struct db_args in, int64_t *ret_n);
err db_one_sql(struct tx *t, arena *mem, const struct db_sql *sql, struct db_args in,
               struct db_dests out);
struct db_rows;
err db_rows_open(struct tx *t, arena *mem, const struct db_sql *sql, struct db_args in,
                 struct db_rows **ret_rows);
err db_rows_next(struct db_rows *rows, struct db_dests out, bool *ret_more);
void db_rows_close(struct db_rows **rows); /* cleanup function; nested use is allowed */

/* Unique key violations come back as ERR_CONFLICT, reason "exists", text naming the constraint's
 * columns; a full disk as ERR_IO "disk_full"; a lost server as ERR_IO "storage_unavailable". */

/* ---- leases: who does what only one may do (sealer, scheduler, migrations) ---- */
/* Takes or renews the lease for ttl_ms; *ret_mine tells whether holder has it now. */
err lease_take(struct tx *t, str name, str holder, int64_t ttl_ms, bool *ret_mine);
err lease_drop(struct tx *t, str name, str holder);
