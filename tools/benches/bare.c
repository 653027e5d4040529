/* bare FROM TO BATCH: the reference of the publish bench. Reads from database FROM the newest rows
 * that one publication writes (each table of PARTS, at most MAX publications), then inserts them
 * into TO, an earlier copy of FROM with its indexes and triggers, BATCH publications per
 * transaction, WAL, synchronous=FULL. Prints publications per second. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX = 20000, COLS = 32 };

#define NEW_ARTICLE                                                                                \
    "NOT EXISTS (SELECT 1 FROM t.article o"                                                        \
    " WHERE o.account_id = x.account_id AND o.no = x.no)"

static const struct part {
    const char *table, *order, *fresh;
} PARTS[] = {
    {"article", "created_at DESC, account_id, no", NEW_ARTICLE},
    {"article_version", "created_at DESC, account_id, no", NEW_ARTICLE},
    {"article_event", "id DESC", NEW_ARTICLE},
    {"cases", "id DESC", "x.kind = 'article' AND x.id > (SELECT MAX(id) FROM t.cases)"},
    {"record", "id DESC", "x.kind = 'article_published' AND x.id > (SELECT MAX(id) FROM t.record)"},
    {"oplog", "id DESC", "x.account_id <> 0 AND x.id > (SELECT MAX(id) FROM t.oplog)"},
    {"page_change", "id DESC", "x.id > (SELECT COALESCE(MAX(id), 0) FROM t.page_change)"},
};
enum { N_PARTS = sizeof PARTS / sizeof *PARTS };

static struct rows {
    sqlite3_value **v;
    int n, cols;
    sqlite3_stmt *insert;
} rows[N_PARTS];

static void must(sqlite3 *db, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
        return;
    fprintf(stderr, "bare: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void load(sqlite3 *db, int i)
{
    char sql[1024];
    sqlite3_stmt *st;
    snprintf(sql, sizeof sql, "SELECT x.* FROM %s x WHERE %s ORDER BY %s LIMIT %d", PARTS[i].table,
             PARTS[i].fresh, PARTS[i].order, MAX);
    must(db, sqlite3_prepare_v2(db, sql, -1, &st, NULL));
    struct rows *r = &rows[i];
    r->cols = sqlite3_column_count(st);
    r->v = calloc((size_t)MAX * COLS, sizeof *r->v);
    while (sqlite3_step(st) == SQLITE_ROW) {
        for (int c = 0; c < r->cols; c++)
            r->v[r->n * COLS + c] = sqlite3_value_dup(sqlite3_column_value(st, c));
        r->n++;
    }
    sqlite3_finalize(st);
}

static void prepare(sqlite3 *db, int i)
{
    char sql[1024] = "";
    int at = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?1", PARTS[i].table);
    for (int c = 2; c <= rows[i].cols; c++)
        at += snprintf(sql + at, sizeof sql - (size_t)at, ", ?%d", c);
    snprintf(sql + at, sizeof sql - (size_t)at, ")");
    must(db, sqlite3_prepare_v2(db, sql, -1, &rows[i].insert, NULL));
}

static void insert(sqlite3 *db, const struct rows *r, int n)
{
    for (int c = 0; c < r->cols; c++)
        must(db, sqlite3_bind_value(r->insert, c + 1, r->v[n * COLS + c]));
    must(db, sqlite3_step(r->insert));
    must(db, sqlite3_reset(r->insert));
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return fprintf(stderr, "bare FROM TO BATCH\n"), 2;
    sqlite3 *from, *to;
    char sql[4096];
    must(NULL, sqlite3_open(argv[1], &from));
    snprintf(sql, sizeof sql, "ATTACH '%s' AS t; PRAGMA query_only=ON", argv[2]);
    must(from, sqlite3_exec(from, sql, NULL, NULL, NULL));
    int n = MAX, batch = atoi(argv[3]);
    for (int i = 0; i < N_PARTS; i++) {
        load(from, i);
        n = rows[i].n < n ? rows[i].n : n;
    }
    sqlite3_close(from);
    must(NULL, sqlite3_open(argv[2], &to));
    must(to,
         sqlite3_exec(to,
                      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768;"
                      "PRAGMA wal_autocheckpoint=4000",
                      NULL, NULL, NULL));
    for (int i = 0; i < N_PARTS; i++)
        prepare(to, i);
    double start = now();
    for (int k = 0; k < n; k++) { /* oldest first */
        if (k % batch == 0)
            must(to, sqlite3_exec(to, k ? "COMMIT; BEGIN IMMEDIATE" : "BEGIN IMMEDIATE", NULL, NULL,
                                  NULL));
        for (int i = 0; i < N_PARTS; i++)
            insert(to, &rows[i], n - 1 - k);
    }
    must(to, sqlite3_exec(to, "COMMIT", NULL, NULL, NULL));
    printf("%.1f\n", n / (now() - start));
    return 0;
}
