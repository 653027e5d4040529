/* The two halves of the SQLite driver: connections and statements (sqlite.c), and the writer thread
 * with its queue (sqlite_writer.c). */
#pragma once
#include "db/db_impl.h"

#include <pthread.h>
#include <sqlite3.h>

struct sq_stmt {
    sqlite3_stmt *st;
    bool busy, temp;             /* temp: a second copy for nested use, not in the cache */
    int n_args;                  /* distinct placeholders */
    uint8_t at[DB_MAX_ARGS + 1]; /* $N -> index of SQLite */
};

struct sq_conn {
    sqlite3 *h;
    struct ptrmap cache; /* const struct db_sql * -> struct sq_stmt * */
    sqlite3_stmt *begin, *commit, *rollback, *save, *release, *back;
    struct sq_conn *next;  /* in the pool of readers */
    int64_t wait_until_us; /* the busy handler's limit for the running wait */
    int busy_ms;
    bool scripted; /* a migration's statement ran, whose changes SQLite does not count */
};

struct sq_writer;
struct sqlite {
    const char *path;
    int busy_ms;
    pthread_mutex_t lock;
    pthread_cond_t free_reader;
    struct sq_conn *readers; /* idle ones, last used first */
    int n_readers, max_readers;
    struct sq_writer *writer;
};

err sq_conn_open(const char *path, bool write, int busy_ms, struct sq_conn **ret_c);
void sq_conn_close(struct sq_conn *c);
/* What the last result of c means, as code and fault. rc is not OK, ROW or DONE. */
err sq_error(struct sq_conn *c, int rc);
/* Steps one of the connection's own statements (begin, commit, …). */
err sq_step(struct sq_conn *c, sqlite3_stmt *st);

err sq_writer_start(struct sqlite *s, struct sq_writer **ret_w);
void sq_writer_stop(struct sq_writer *w);
err sq_writer_run(struct sq_writer *w, struct tx_call *call);
