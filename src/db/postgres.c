/* The PostgreSQL driver: a pool of connections, each transaction on one of them. */
#include "db/db_impl.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>

enum { OID_BYTEA = 17, STATEMENT_MS = 30000, IDLE_MS = 5000, INT_TEXT = 24 };

struct pg_conn {
    PGconn *h;
    struct ptrmap prepared; /* const struct db_sql * -> itself */
    struct pg_conn *next;
};

struct pg {
    const char *url;
    pthread_mutex_t lock;
    pthread_cond_t free_conn;
    struct pg_conn *idle; /* last used first */
    int n, max;
};

/* ---- errors ---- */

static void conn_free(struct pg_conn *c)
{
    PQfinish(c->h);
    ptrmap_done(&c->prepared);
    heap_free(c);
}

static err state_error(const char *state, const char *words, const PGresult *r)
{
    static const struct {
        const char *state;
        err code;
        const char *reason;
    } known[] = {
        {"40001", ERR_RETRY, "busy"}, /* serialization failure */
        {"40P01", ERR_RETRY, "busy"}, /* deadlock */
        {"55P03", ERR_RETRY, "busy"}, /* lock not available */
        {"53300", ERR_RETRY, "storage_unavailable"},
        {"23503", ERR_CONFLICT, "reference"},
        {"53100", ERR_IO, "disk_full"},
        {"57014", ERR_IO, "storage_timeout"}, /* statement_timeout */
        {"57P01", ERR_RETRY, "storage_unavailable"},
        {"57P02", ERR_RETRY, "storage_unavailable"},
        {"57P03", ERR_RETRY, "storage_unavailable"},
        {"25006", ERR_IO, "storage_unavailable"}, /* read-only: a standby */
    };
    if (strcmp(state, "23505") == 0) {
        const char *detail = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_DETAIL) : NULL;
        const char *name = r ? PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME) : NULL;
        const char *open = detail ? strchr(detail, '(') : NULL, *end = open ? strchr(open, ')') : 0;
        return fault(ERR_CONFLICT, "exists", "%s (%.*s)", name ? name : "", /* never the values */
                     end ? (int)(end - open - 1) : 0, end ? open + 1 : "");
    }
    for (size_t i = 0; i < LEN(known); i++)
        if (strcmp(state, known[i].state) == 0)
            return fault(known[i].code, known[i].reason, "%s", words);
    if (strncmp(state, "23", 2) == 0)
        return fault(ERR_BUG, "constraint", "%s", words);
    if (strncmp(state, "08", 2) == 0)
        return fault(ERR_RETRY, "storage_unavailable", "%s", words);
    return fault(ERR_BUG, "sql", "%s (%s)", words, state);
}

static err pg_error(const struct pg_conn *c, const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *words = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!words)
        words = PQerrorMessage(c->h);
    if (!state || PQstatus(c->h) != CONNECTION_OK)
        return fault(ERR_RETRY, "storage_unavailable", "%s", words);
    return state_error(state, words, r);
}

/* Takes r over; *ret_r gets it when it is fine and somebody wants it. */
static err result_check(const struct pg_conn *c, PGresult *r, PGresult **ret_r)
{
    ExecStatusType st = PQresultStatus(r);
    if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK) {
        err e = pg_error(c, r);
        PQclear(r);
        return e;
    }
    if (ret_r)
        *ret_r = r;
    else
        PQclear(r);
    return OK;
}

static err say(const struct pg_conn *c, const char *sql)
{
    return result_check(c, PQexec(c->h, sql), NULL);
}

/* ---- the pool ---- */

static void notice_drop(void *ctx, const PGresult *r)
{
    (void)ctx;
    (void)r;
}

/* A node that is stopped within a transaction keeps its rows, and so its leases, no longer than
 * IDLE_MS. */
static err conn_open(const struct pg *p, struct pg_conn **ret_c)
{
    char options[160];
    snprintf(options, sizeof options,
             "-c statement_timeout=%d -c idle_in_transaction_session_timeout=%d"
             " -c synchronous_commit=on -c bytea_output=hex -c timezone=UTC",
             STATEMENT_MS, IDLE_MS);
    const char *const key[] = {
        "dbname",          "options", "client_encoding", "application_name", "connect_timeout",
        "keepalives_idle", NULL};
    const char *const val[] = {p->url, options, "UTF8", "gongqi", "5", "30", NULL};
    struct pg_conn *c = heap_alloc(sizeof *c);
    c->h = PQconnectdbParams(key, val, 1);
    if (PQstatus(c->h) != CONNECTION_OK) {
        err e = fault(ERR_RETRY, "storage_unavailable", "%s", PQerrorMessage(c->h));
        conn_free(c);
        return e;
    }
    PQsetNoticeReceiver(c->h, notice_drop, NULL);
    *ret_c = c;
    return OK;
}

static void conn_give(struct pg *p, struct pg_conn *c)
{
    bool broken =
        c && (PQstatus(c->h) != CONNECTION_OK || PQtransactionStatus(c->h) != PQTRANS_IDLE);
    if (broken) {
        conn_free(c);
        c = NULL;
    }
    pthread_mutex_lock(&p->lock);
    if (c) {
        c->next = p->idle;
        p->idle = c;
    } else {
        p->n--;
    }
    pthread_cond_signal(&p->free_conn);
    pthread_mutex_unlock(&p->lock);
}

static err conn_take(struct pg *p, struct pg_conn **ret_c)
{
    pthread_mutex_lock(&p->lock);
    while (!p->idle && p->n >= p->max)
        pthread_cond_wait(&p->free_conn, &p->lock);
    struct pg_conn *c = p->idle;
    if (c)
        p->idle = c->next;
    else
        p->n++;
    pthread_mutex_unlock(&p->lock);
    err e = c ? OK : conn_open(p, &c);
    if (e != OK) {
        conn_give(p, NULL);
        return e;
    }
    *ret_c = c;
    return OK;
}

static err open_db(struct db *db)
{
    struct pg *p = heap_alloc(sizeof *p);
    p->url = db->url;
    p->max = db->readers;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->free_conn, NULL);
    struct pg_conn *c = NULL;
    err e = conn_take(p, &c);
    if (e != OK) {
        struct fault f = fault_of(e);
        f.code = ERR_IO;
        fault_copy(&f);
        heap_free(p);
        return ERR_IO;
    }
    conn_give(p, c);
    db->impl = p;
    return OK;
}

static void close_db(struct db *db)
{
    struct pg *p = db->impl;
    pthread_mutex_lock(&p->lock);
    while (p->n > 0) {
        struct pg_conn *c = p->idle;
        if (!c) {
            pthread_cond_wait(&p->free_conn, &p->lock);
            continue;
        }
        p->idle = c->next;
        p->n--;
        conn_free(c);
    }
    pthread_mutex_unlock(&p->lock);
    heap_free(p);
}

/* ---- transactions ---- */

/* Commits what went well. A server lost while it commits leaves the outcome unknown: not a case for
 * running again, and not acknowledged. */
static err tx_end(struct pg_conn *c, err e)
{
    struct fault f = fault_of(e);
    if (e != OK) {
        if (PQstatus(c->h) == CONNECTION_OK && say(c, "ROLLBACK") != OK)
            fault_clear(); /* conn_give sees it and drops the connection */
        fault_copy(&f);
        return e;
    }
    e = say(c, "COMMIT");
    if (e == ERR_RETRY && PQstatus(c->h) != CONNECTION_OK)
        return fault(ERR_IO, "storage_unavailable", "the server was lost at COMMIT");
    return e;
}

static err run(struct db *db, struct tx_call *call, const char *begin)
{
    struct pg_conn *c = NULL;
    TRY(conn_take(db->impl, &c));
    err e = say(c, begin);
    if (e == OK)
        e = tx_end(c, tx_run(call, c));
    struct fault f = fault_of(e);
    conn_give(db->impl, c);
    if (e != OK)
        fault_copy(&f);
    return e;
}

static err write_tx(struct db *db, struct tx_call *call)
{
    return run(db, call, "BEGIN ISOLATION LEVEL SERIALIZABLE");
}

static err read_tx(struct db *db, struct tx_call *call)
{
    return run(db, call, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

/* ---- statements ---- */

static void stmt_name(const struct db_sql *sql, char name[32])
{
    snprintf(name, 32, "s%lx", (unsigned long)(uintptr_t)sql);
}

/* Types are named, not left to the server: it would take $1 of "$1 = 0" for 32 bits. A NULL of the
 * first call says nothing, there the server infers. */
static int arg_types(struct db_args in, Oid types[DB_MAX_ARGS])
{
    static const Oid OIDS[] = {[DB_NULL] = 0, [DB_INT] = 20, [DB_TEXT] = 25, [DB_BLOB] = 17};
    int n = in.n < DB_MAX_ARGS ? (int)in.n : DB_MAX_ARGS;
    for (int i = 0; i < n; i++)
        types[i] = OIDS[in.v[i].type];
    return n;
}

static err stmt_prepare(struct pg_conn *c, const struct db_sql *sql, struct db_args in)
{
    if (ptrmap_get(&c->prepared, sql))
        return OK;
    char name[32];
    stmt_name(sql, name);
    Oid types[DB_MAX_ARGS];
    int n = arg_types(in, types);
    err e = result_check(c, PQprepare(c->h, name, sql->text, n, types), NULL);
    if (e == ERR_BUG) {
        struct fault f = fault_of(e);
        return fault(ERR_BUG, "sql", "%s (%s:%d)", f.text, sql->file, sql->line);
    }
    if (e == OK)
        ptrmap_put(&c->prepared, sql, (void *)(uintptr_t)sql);
    return e;
}

struct params {
    const char *val[DB_MAX_ARGS];
    int len[DB_MAX_ARGS], binary[DB_MAX_ARGS];
    char number[DB_MAX_ARGS][INT_TEXT];
    arena *mem;
};

static void param_set(struct params *p, size_t i, const struct db_arg *a)
{
    p->len[i] = (int)a->s.n;
    p->binary[i] = a->type == DB_BLOB;
    p->val[i] = NULL;
    if (a->type == DB_INT) {
        snprintf(p->number[i], INT_TEXT, "%lld", (long long)a->i);
        p->val[i] = p->number[i];
    } else if (a->type == DB_TEXT) {
        p->val[i] = str_z(p->mem, a->s);
    } else if (a->type == DB_BLOB) {
        p->val[i] = a->s.p;
    }
}

static err execute(struct pg_conn *c, const struct db_sql *sql, struct db_args in, PGresult **ret_r)
{
    TRY(stmt_prepare(c, sql, in));
    AUTO_ARENA(mem);
    struct params p;
    p.mem = mem;
    for (size_t i = 0; i < in.n; i++)
        param_set(&p, i, &in.v[i]);
    char name[32];
    stmt_name(sql, name);
    return result_check(c, PQexecPrepared(c->h, name, (int)in.n, p.val, p.len, p.binary, 0), ret_r);
}

static err exec(struct tx *t, const struct db_sql *sql, struct db_args in, int64_t *ret_n)
{
    PGresult *r = NULL;
    TRY(execute(t->conn, sql, in, &r));
    err e = OK;
    if (*PQcmdTuples(r))
        e = str_int(str_from(PQcmdTuples(r)), ret_n);
    PQclear(r);
    return e;
}

static err start(struct db_rows *rows, struct db_args in, bool keep)
{
    (void)keep;
    PGresult *r = NULL;
    TRY(execute(rows->t->conn, rows->sql, in, &r));
    rows->stmt = r;
    rows->cols = PQnfields(r);
    return OK;
}

static err next(struct db_rows *rows, bool *ret_more)
{
    *ret_more = rows->row < PQntuples(rows->stmt);
    return OK;
}

static err wrong_column(const struct db_rows *rows, int col)
{
    return fault(ERR_BUG, "column_type", "column %d has another type (%s:%d)", col + 1,
                 rows->sql->file, rows->sql->line);
}

static int nibble(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* "\x0aff" as bytes in the arena. */
static str bytea_read(arena *mem, str hex)
{
    size_t n = (hex.n - 2) / 2;
    char *out = arena_alloc(mem, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = (char)(nibble(hex.p[2 + 2 * i]) << 4 | nibble(hex.p[3 + 2 * i]));
    return (str){out, n};
}

static err column(struct db_rows *rows, int col, struct db_dest dest)
{
    const PGresult *r = rows->stmt;
    int row = (int)rows->row - 1;
    bool number = dest.kind != DEST_STR && dest.kind != DEST_BYTES;
    if (PQgetisnull(r, row, col))
        return number ? dest_int(dest, 0) : dest_text(rows, dest, STR_NONE);
    str raw = {PQgetvalue(r, row, col), (size_t)PQgetlength(r, row, col)};
    bool bytea = PQftype(r, col) == OID_BYTEA;
    if (bytea != (dest.kind == DEST_BYTES))
        return wrong_column(rows, col);
    if (bytea) {
        ASSERT(rows->mem != NULL);
        *(struct bytes *)dest.to = str_bytes(bytea_read(rows->mem, raw));
        return OK;
    }
    if (!number)
        return dest_text(rows, dest, raw);
    int64_t i = 0;
    if (str_eq(raw, S("t")) || str_eq(raw, S("f")))
        i = *raw.p == 't';
    else if (str_int(raw, &i) != OK)
        return wrong_column(rows, col);
    return dest_int(dest, i);
}

static void stop(struct db_rows *rows)
{
    PQclear(rows->stmt);
}

static err script(struct tx *t, const char *sql)
{
    TRY(say(t->conn, "SET LOCAL statement_timeout = 0"));
    return say(t->conn, sql);
}

static err check(struct tx *t, const struct db_sql *sql)
{
    return stmt_prepare(t->conn, sql, (struct db_args){0});
}

const struct db_driver DB_POSTGRES = {
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
