/* What the two drivers and the common part (tx.c) of db/ share. Nobody outside db/ includes this.
 *
 * The common part owns retries, signals, argument checks and the reading of columns into
 * destinations; a driver owns connections, transactions and statements. */
#pragma once
#include "db/db.h"

enum { DB_MAX_ARGS = 32, DB_BUSY_MS = 10000, DB_LOST_MS = 2000 };

struct tx_key {
    struct tx_key *next;
    size_t n;
    char p[];
};

struct tx {
    struct db *db;
    void *conn;  /* the driver's connection */
    int64_t now; /* tx_now */
    bool write;
    err failed; /* the first statement that failed: the transaction can only be given up */
    struct fault fault;
    struct tx_key *keys; /* signals, newest first */
};

/* One call of db_tx or db_read; drivers run it by tx_run on the connection they choose. */
struct tx_call {
    tx_fn *fn;
    void *ctx;
    struct tx tx;
};
/* Runs the closure once on conn: anew, with no signals of an earlier run. */
err tx_run(struct tx_call *call, void *conn);
/* Remembers the thread's fault as the reason why t has to be given up; returns e. */
err tx_failed(struct tx *t, err e);

/* A running statement. */
struct db_rows {
    struct tx *t;
    arena *mem;
    const struct db_sql *sql;
    void *stmt; /* SQLite: the cached statement; PostgreSQL: PGresult */
    int cols;
    bool unfinished; /* a writing statement has to be run to its end */
    int64_t row;     /* rows given so far */
};

/* All functions return OK or a code with its fault set. */
struct db_driver {
    err (*open)(struct db *db);
    void (*close)(struct db *db);
    /* One attempt. write: OK when durable. ERR_RETRY: may be tried again. */
    err (*write)(struct db *db, struct tx_call *call);
    err (*read)(struct db *db, struct tx_call *call);

    err (*exec)(struct tx *t, const struct db_sql *sql, struct db_args in, int64_t *ret_n);
    /* keep: the arguments' bytes may go away before the rows are read. */
    err (*start)(struct db_rows *rows, struct db_args in, bool keep);
    err (*next)(struct db_rows *rows, bool *ret_more);
    /* Column col of the current row as dest wants it; bytes live in mem. */
    err (*column)(struct db_rows *rows, int col, struct db_dest dest);
    void (*stop)(struct db_rows *rows);

    err (*script)(struct tx *t, const char *sql); /* one statement of a migration */
    err (*check)(struct tx *t, const struct db_sql *sql);
};
extern const struct db_driver DB_SQLITE, DB_POSTGRES;

struct db {
    const struct db_driver *drv;
    void *impl; /* the driver's own state */
    arena *mem; /* for what lives as long as the db */
    const char *url;
    int readers, busy_ms;
    _Atomic int writers;
    struct {
        db_listener *fn;
        void *ctx;
    } listener[8];
    int n_listeners;
};

/* Stores a value that the driver read (i for the integer kinds, s copied by the driver). */
err dest_int(struct db_dest dest, int64_t i);
err dest_text(struct db_rows *rows, struct db_dest dest, str raw);

/* Pointer -> pointer, open addressing: the statement caches of connections. */
struct ptrmap {
    const void **key;
    void **val;
    size_t cap, n;
};
void *ptrmap_get(const struct ptrmap *m, const void *key); /* NULL when absent */
void ptrmap_put(struct ptrmap *m, const void *key, void *val);
void ptrmap_done(struct ptrmap *m);
