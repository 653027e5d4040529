/* The database API, the same on both engines (GONGQI_TEST_DB). */
#include "db/db.h"

#include "base/clock.h"
#include "tests/unit/testdb.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The tables of the tests stand in for the schema: meta-like, made by plain transactions. */
static struct db *db;
static arena *mem;

/* lease(name, holder, until) serves as the table under test: text key, text, integer. */
struct item {
    str name, holder;
    int64_t until;
    err answer; /* what the closure returns at its end */
};

static err put(struct tx *t, void *ctx)
{
    const struct item *x = ctx;
    TRY(db_exec(t, "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)",
                DB_IN(x->name, x->holder, x->until)));
    return x->answer == OK ? OK : fault(x->answer, "test_said_no", "as asked");
}

static err get(struct tx *t, void *ctx)
{
    struct item *x = ctx;
    return db_one(t, mem, "SELECT holder, until FROM lease WHERE name = $1", DB_IN(x->name),
                  DB_OUT(&x->holder, &x->until));
}

static err count(struct tx *t, void *ctx)
{
    return db_one(t, NULL, "SELECT count(*) FROM lease", DB_IN(), DB_OUT((int64_t *)ctx));
}

static int64_t count_now(void)
{
    int64_t n = -1;
    assert_int_equal(db_read(db, count, &n), OK);
    return n;
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_db_close(db);
    arena_free(mem);
    return 0;
}

/* ---- values ---- */

static err every_type(struct tx *t, void *ctx)
{
    (void)ctx;
    uint8_t raw[] = {0, 1, 0xff, 0, '\'', '\\'};
    struct bytes blob = {raw, sizeof raw}, no_bytes = {NULL, 0}, empty = {raw, 0};
    struct bytes got_blob = {0}, got_none = {raw, 1}, got_empty = {0};
    int64_t big = 0;
    int small = 0;
    bool yes = false;
    str text = STR_NONE, none = S("x");
    TRY(db_one(t, mem,
               "SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT),"
               " CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BLOB), CAST($7 AS BLOB),"
               " CAST($8 AS BLOB)",
               DB_IN(INT64_MIN, -7, true, S("公 'x' \\ \" $1 😀"), STR_NONE, blob, no_bytes, empty),
               DB_OUT(&big, &small, &yes, &text, &none, &got_blob, &got_none, &got_empty)));
    assert_true(big == INT64_MIN);
    assert_int_equal(small, -7);
    assert_true(yes);
    assert_true(str_eq(text, S("公 'x' \\ \" $1 😀")));
    assert_null(none.p);
    assert_int_equal(got_blob.n, sizeof raw);
    assert_memory_equal(got_blob.p, raw, sizeof raw);
    assert_null(got_none.p);
    assert_non_null(got_empty.p);
    assert_int_equal(got_empty.n, 0);
    int64_t null = 7;
    TRY(db_one(t, mem, "SELECT CAST($2 AS BIGINT), CAST($1 AS TEXT)", DB_IN(S(""), db_opt(0)),
               DB_OUT(&null, &text)));
    assert_int_equal(null, 0);
    assert_non_null(text.p);
    assert_int_equal(text.n, 0);
    return OK;
}

static void test_db__every_type_comes_back(void **state)
{
    (void)state;
    assert_int_equal(db_read(db, every_type, NULL), OK);
    assert_int_equal(db_tx(db, every_type, NULL), OK);
}

static err wrong_type(struct tx *t, void *ctx)
{
    int64_t n = 0;
    (void)ctx;
    return db_one(t, mem, "SELECT holder FROM lease WHERE name = $1", DB_IN(S("t")), DB_OUT(&n));
}

static err too_few(struct tx *t, void *ctx)
{
    int64_t n = 0;
    (void)ctx;
    return db_one(t, mem, "SELECT until, holder FROM lease WHERE name = $1", DB_IN(S("t")),
                  DB_OUT(&n));
}

static void test_db__wrong_shapes_are_bugs(void **state)
{
    (void)state;
    struct item x = {.name = S("t"), .holder = S("h"), .until = 1};
    assert_int_equal(db_tx(db, put, &x), OK);
    assert_int_equal(db_read(db, wrong_type, NULL), ERR_BUG);
    assert_int_equal(db_read(db, too_few, NULL), ERR_BUG);
}

static err nested(struct tx *t, void *ctx)
{
    int64_t *pairs = ctx, a = 0, b = 0;
    DB_EACH(t, mem, "SELECT until FROM lease WHERE until <= $1 ORDER BY until", DB_IN(3),
            DB_OUT(&a), {
                DB_EACH(t, mem, "SELECT until FROM lease WHERE until < $1", DB_IN(a), DB_OUT(&b),
                        { ++*pairs; });
            });
    return OK;
}

static err same_statement(struct tx *t, int depth, int64_t *seen)
{
    int64_t a = 0;
    DB_EACH(t, mem, "SELECT until FROM lease WHERE until <= 3 ORDER BY until", DB_IN(), DB_OUT(&a),
            {
                ++*seen;
                if (depth > 0)
                    TRY(same_statement(t, depth - 1, seen));
            });
    return OK;
}

static err same_statement_nested(struct tx *t, void *ctx)
{
    return same_statement(t, 2, ctx);
}

static void test_db__rows_nest(void **state)
{
    (void)state;
    for (int i = 1; i <= 3; i++) {
        struct item x = {.name = str_fmt(mem, "n%d", i), .holder = S("h"), .until = i};
        assert_int_equal(db_tx(db, put, &x), OK);
    }
    int64_t pairs = 0, seen = 0;
    assert_int_equal(db_read(db, nested, &pairs), OK);
    assert_int_equal(pairs, 3);
    assert_int_equal(db_read(db, same_statement_nested, &seen), OK);
    assert_int_equal(seen, 3 + 9 + 27);
}

/* ---- errors ---- */

static void test_db__unique_conflict_and_not_found(void **state)
{
    (void)state;
    struct item x = {.name = S("one"), .holder = S("h"), .until = 1};
    assert_int_equal(db_tx(db, put, &x), OK);
    assert_int_equal(db_tx(db, put, &x), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "exists");
    assert_non_null(strstr(fault_last()->text, "name"));
    struct item y = {.name = S("absent")};
    assert_int_equal(db_read(db, get, &y), ERR_NOT_FOUND);
    assert_string_equal(fault_last()->reason, "not_found");
}

static err swallow(struct tx *t, void *ctx)
{
    struct item *x = ctx;
    err e = put(t, x);
    return e == ERR_CONFLICT ? OK : e; /* wrong: the transaction is over */
}

static void test_db__a_failed_statement_cannot_be_swallowed(void **state)
{
    (void)state;
    struct item x = {.name = S("one"), .holder = S("h"), .until = 1};
    assert_int_equal(db_tx(db, put, &x), OK);
    assert_int_equal(db_tx(db, swallow, &x), ERR_CONFLICT);
}

static err write_in_read(struct tx *t, void *ctx)
{
    return put(t, ctx);
}

static void test_db__read_transactions_cannot_write(void **state)
{
    (void)state;
    struct item x = {.name = S("one"), .holder = S("h"), .until = 1};
    assert_int_not_equal(db_read(db, write_in_read, &x), OK);
    assert_int_equal(count_now(), 0);
}

static err delete_all(struct tx *t, void *ctx)
{
    return db_exec_n(t, "DELETE FROM lease WHERE until > $1", DB_IN(0), (int64_t *)ctx);
}

static void test_db__exec_counts_rows(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct item x = {.name = str_fmt(mem, "n%d", i), .holder = S("h"), .until = i};
        assert_int_equal(db_tx(db, put, &x), OK);
    }
    int64_t n = 0;
    assert_int_equal(db_tx(db, delete_all, &n), OK);
    assert_int_equal(n, 4);
}

/* ---- group commit ---- */

enum { THREADS = 16, EACH = 60 };

static void *hammer(void *ctx)
{
    int me = (int)(intptr_t)ctx;
    AUTO_ARENA(own);
    int bad = 0;
    for (int i = 0; i < EACH; i++) {
        bool no = i % 3 == 2;
        struct item x = {.name = str_fmt(own, "%d-%d", me, i),
                         .holder = S("h"),
                         .until = me,
                         .answer = no ? ERR_DENIED : OK};
        err e = db_tx(db, put, &x);
        bad += e != x.answer;
        bad += no && strcmp(fault_last()->reason, "test_said_no") != 0;
    }
    return (void *)(intptr_t)bad;
}

static void test_db__many_writers_each_get_their_own_answer(void **state)
{
    (void)state;
    pthread_t th[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&th[i], NULL, hammer, (void *)(intptr_t)i), 0);
    for (int i = 0; i < THREADS; i++) {
        void *bad = NULL;
        pthread_join(th[i], &bad);
        assert_int_equal((intptr_t)bad, 0);
    }
    assert_int_equal(count_now(), THREADS * EACH * 2 / 3);
    struct db *other = NULL; /* durable means: another handle sees all of it */
    test_db_again(&other);
    int64_t n = 0;
    assert_int_equal(db_read(other, count, &n), OK);
    db_close(other);
    assert_int_equal(n, THREADS * EACH * 2 / 3);
}

/* ---- snapshots ---- */

static pthread_barrier_t gate;

static err read_twice(struct tx *t, void *ctx)
{
    int64_t *n = ctx;
    TRY(count(t, &n[0]));
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    return count(t, &n[1]);
}

static void *reader(void *ctx)
{
    return (void *)(intptr_t)db_read(db, read_twice, ctx);
}

static void test_db__a_read_sees_one_snapshot(void **state)
{
    (void)state;
    int64_t n[2] = {-1, -1};
    pthread_barrier_init(&gate, NULL, 2);
    pthread_t th;
    assert_int_equal(pthread_create(&th, NULL, reader, n), 0);
    pthread_barrier_wait(&gate);
    struct item x = {.name = S("late"), .holder = S("h"), .until = 1};
    assert_int_equal(db_tx(db, put, &x), OK);
    pthread_barrier_wait(&gate);
    void *e = NULL;
    pthread_join(th, &e);
    assert_int_equal((intptr_t)e, OK);
    assert_int_equal(n[0], 0);
    assert_int_equal(n[1], 0);
    assert_int_equal(count_now(), 1);
}

/* ---- retry ---- */

struct guard {
    str mine;
    int runs;
    bool meet;
};

/* At most one row: a rule that only serializable transactions keep. */
static err put_if_empty(struct tx *t, void *ctx)
{
    struct guard *g = ctx;
    int64_t n = 0;
    g->runs++;
    TRY(count(t, &n));
    if (g->meet && g->runs == 1)
        pthread_barrier_wait(&gate);
    if (n > 0)
        return fault(ERR_LIMIT, "subject_limit", "one is there");
    struct item x = {.name = g->mine, .holder = S("h"), .until = 1};
    return put(t, &x);
}

static void *rival(void *ctx)
{
    return (void *)(intptr_t)db_tx(db, put_if_empty, ctx);
}

static void test_db__rules_hold_between_rivals(void **state)
{
    (void)state;
    bool meet = test_db_is_postgres(); /* SQLite runs them one after the other */
    struct guard a = {.mine = S("a"), .meet = meet}, b = {.mine = S("b"), .meet = meet};
    pthread_barrier_init(&gate, NULL, 2);
    pthread_t th;
    assert_int_equal(pthread_create(&th, NULL, rival, &a), 0);
    err e = db_tx(db, put_if_empty, &b);
    void *f = NULL;
    pthread_join(th, &f);
    assert_true((e == OK) != ((intptr_t)f == OK));
    assert_true(e == ERR_LIMIT || (intptr_t)f == ERR_LIMIT);
    if (meet)
        assert_true(a.runs + b.runs >= 3); /* the loser was run again */
    else
        assert_int_equal(a.runs + b.runs, 2);
    assert_int_equal(count_now(), 1);
}

static err third_time(struct tx *t, void *ctx)
{
    int *runs = ctx;
    tx_signal(t, str_fmt(mem, "run%d", *runs));
    return ++*runs < 3 ? fault(ERR_RETRY, "busy", "again") : OK;
}

/* ---- signals ---- */

static char heard[200];

static void listener(void *ctx, str key)
{
    (void)ctx;
    snprintf(heard + strlen(heard), sizeof heard - strlen(heard), "%.*s;", FMT(key));
}

static err signal_twice(struct tx *t, void *ctx)
{
    tx_signal(t, S("a"));
    tx_signal(t, S("b"));
    tx_signal(t, S("a"));
    assert_string_equal(heard, "");
    return *(err *)ctx;
}

static void test_db__signals_come_after_the_commit_only(void **state)
{
    (void)state;
    heard[0] = 0;
    db_listen(db, listener, NULL);
    err no = ERR_DENIED, yes = OK;
    assert_int_equal(db_tx(db, signal_twice, &no), ERR_DENIED);
    assert_string_equal(heard, "");
    assert_int_equal(db_tx(db, signal_twice, &yes), OK);
    assert_string_equal(heard, "a;b;");
    heard[0] = 0;
    int runs = 0;
    assert_int_equal(db_tx(db, third_time, &runs), OK);
    assert_int_equal(runs, 3);
    assert_string_equal(heard, "run2;"); /* not those of the runs given up */
}

/* ---- leases ---- */

struct claim {
    str who;
    int64_t ttl;
    bool mine;
};

static err take(struct tx *t, void *ctx)
{
    struct claim *c = ctx;
    return lease_take(t, S("sealer"), c->who, c->ttl, &c->mine);
}

static err drop(struct tx *t, void *ctx)
{
    return lease_drop(t, S("sealer"), ((struct claim *)ctx)->who);
}

static void test_lease__one_holder_until_it_expires(void **state)
{
    (void)state;
    struct claim a = {.who = S("a"), .ttl = 60000}, b = {.who = S("b"), .ttl = 60000};
    assert_int_equal(db_tx(db, take, &a), OK);
    assert_int_equal(db_tx(db, take, &b), OK);
    assert_true(a.mine && !b.mine);
    assert_int_equal(db_tx(db, drop, &b), OK); /* not b's to drop */
    assert_int_equal(db_tx(db, take, &b), OK);
    assert_false(b.mine);
    a.ttl = 1;
    assert_int_equal(db_tx(db, take, &a), OK); /* renewed, for 1 ms */
    assert_true(a.mine);
    usleep(5000);
    assert_int_equal(db_tx(db, take, &b), OK);
    assert_true(b.mine);
    assert_int_equal(db_tx(db, drop, &b), OK);
    assert_int_equal(db_tx(db, take, &a), OK);
    assert_true(a.mine);
}

/* ---- SQLite's own ---- */

static void test_sqlite__the_file_is_private(void **state)
{
    (void)state;
    if (test_db_is_postgres())
        skip();
    struct stat st;
    assert_int_equal(stat(test_db_url() + strlen("sqlite:"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(str_z(mem, str_fmt(mem, "%s-wal", test_db_url() + 7)), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static err put_large(struct tx *t, void *ctx)
{
    static char big[256 * 1024];
    memset(big, 'x', sizeof big);
    struct item x = *(struct item *)ctx;
    x.holder = (str){big, sizeof big};
    return put(t, &x);
}

static int put_until_full(struct db *small)
{
    int done = 0;
    for (int i = 0; i < 200; i++) {
        struct item x = {.name = str_fmt(mem, "big%d", i), .until = i};
        err e = db_tx(small, put_large, &x);
        if (e != OK) {
            assert_int_equal(e, ERR_IO);
            assert_string_equal(fault_last()->reason, "disk_full");
            return done;
        }
        done++;
    }
    fail_msg("a tmpfs of 8 MB took %d rows of 256 KB", done);
    return done;
}

static void test_sqlite__a_full_disk_refuses_and_recovers(void **state)
{
    (void)state;
    char dir[] = "/tmp/gongqi-full-XXXXXX", stuffing[64];
    if (test_db_is_postgres() || geteuid() != 0)
        skip();
    assert_non_null(mkdtemp(dir));
    if (mount("none", dir, "tmpfs", 0, "size=8m") != 0) {
        rmdir(dir);
        skip();
    }
    snprintf(stuffing, sizeof stuffing, "%s/stuffing", dir);
    FILE *f = fopen(stuffing, "w");
    for (int i = 0; i < 1024; i++)
        assert_int_equal(fwrite((char[1024]){0}, 1, 1024, f), 1024);
    fclose(f);
    struct db *small = NULL;
    struct db_opts opts = {.url = str_fmt(mem, "sqlite:%s/x.db", dir), .readers = 1};
    assert_int_equal(db_open(&opts, &small), OK);
    test_db_migrate(small);
    int done = put_until_full(small);
    int64_t n = -1;
    assert_int_equal(db_read(small, count, &n), OK); /* reads go on */
    assert_int_equal(n, done);
    assert_int_equal(unlink(stuffing), 0);
    struct item x = {.name = S("after"), .until = 1};
    assert_int_equal(db_tx(small, put_large, &x), OK);
    assert_int_equal(db_read(small, count, &n), OK);
    assert_int_equal(n, done + 1);
    db_close(small);
    assert_int_equal(umount(dir), 0);
    rmdir(dir);
}

/* What another program does with the file: reads, and closes as the last one that it sees. */
static int look_from_outside(const char *path)
{
    const char *command =
        str_z(mem, str_fmt(mem, "sqlite3 '%s' 'SELECT COUNT(*) FROM lease'", path));
    FILE *p = popen(command, "r");
    int n = -1;
    assert_non_null(p);
    assert_int_equal(fscanf(p, "%d", &n), 1);
    assert_int_equal(pclose(p), 0);
    return n;
}

/* Locks of POSIX go when any descriptor of the file is closed in this process: then the program
 * outside deleted the WAL that we went on writing. */
static void test_sqlite__another_program_leaves_the_wal_alone(void **state)
{
    (void)state;
    if (test_db_is_postgres())
        return;
    struct db *other = NULL;
    const char *path = test_db_url() + strlen("sqlite:");
    struct item x = {.name = S("first"), .until = 1};
    assert_int_equal(db_tx(db, put_large, &x), OK);
    test_db_again(&other); /* a second handle: its file is there already */
    int n = look_from_outside(path);
    assert_int_equal(access(str_z(mem, str_fmt(mem, "%s-wal", path)), F_OK), 0);
    x.name = S("second");
    assert_int_equal(db_tx(db, put_large, &x), OK);
    assert_int_equal(look_from_outside(path), n + 1);
    db_close(other);
    assert_int_equal(look_from_outside(path), n + 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_db__every_type_comes_back),
        CASE(test_db__wrong_shapes_are_bugs),
        CASE(test_db__rows_nest),
        CASE(test_db__unique_conflict_and_not_found),
        CASE(test_db__a_failed_statement_cannot_be_swallowed),
        CASE(test_db__read_transactions_cannot_write),
        CASE(test_db__exec_counts_rows),
        CASE(test_db__many_writers_each_get_their_own_answer),
        CASE(test_db__a_read_sees_one_snapshot),
        CASE(test_db__rules_hold_between_rivals),
        CASE(test_db__signals_come_after_the_commit_only),
        CASE(test_lease__one_holder_until_it_expires),
        CASE(test_sqlite__the_file_is_private),
        CASE(test_sqlite__a_full_disk_refuses_and_recovers),
        CASE(test_sqlite__another_program_leaves_the_wal_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
