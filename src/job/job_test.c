/* Jobs: queue, retries, dead letters, schedule, two runners. */
#include "job/job.h"

#include "base/clock.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;
static _Atomic int runs;
static err answer;

static err work(void *ctx, const struct job *job)
{
    (void)ctx;
    assert_true(str_eq(job->args, S("{}")));
    runs++;
    return answer == OK ? OK : fault(answer, "test_failed", "as asked");
}
static err tick(void *ctx, const struct job *job)
{
    (void)job;
    (*(_Atomic int *)ctx)++;
    return OK;
}

static const struct job_kind WORK = {.name = "work", .fn = work, .max_tries = 3};

static err add_tx(struct tx *t, void *ctx)
{
    return job_add(t, ctx);
}
static err now_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE job SET run_at = 0", DB_IN());
}
static err lost_tx(struct tx *t, void *ctx)
{
    return db_exec(t, "UPDATE job SET lease_by = 'dead node', lease_until = $1",
                   DB_IN(tx_now(t) + *(int *)ctx));
}
static struct job_counts counts;
static err count_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    return job_count(t, &counts);
}
static struct job_row *dead;
static size_t n_dead;
static err dead_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    return job_dead_list(t, mem, &dead, &n_dead);
}
static err requeue_tx(struct tx *t, void *ctx)
{
    return job_requeue(t, *(int64_t *)ctx);
}

static void add(const char *dedup)
{
    struct job_in in = {.kind = "work", .dedup = str_from(dedup)};
    assert_int_equal(db_tx(db, add_tx, &in), OK);
}
static int once(void)
{
    struct job_runner *r;
    int n = -1;
    assert_int_equal(
        job_runner_start(&(struct job_runner_opts){.db = db, .kinds = &WORK, .n_kinds = 1}, &r),
        OK);
    assert_int_equal(job_runner_once(r, &n), OK);
    job_runner_stop(r);
    assert_int_equal(db_read(db, count_tx, NULL), OK);
    return n;
}

static void test_job__runs_once_and_dedup_waits_once(void **state)
{
    (void)state;
    add(NULL);
    add("a");
    add("a");
    assert_int_equal(once(), 2);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(once(), 0);
    add("a"); /* the first one is done */
    assert_int_equal(once(), 1);
    assert_int_equal(runs, 3);
}

static void test_job__is_tried_again_later_then_dies_and_can_be_requeued(void **state)
{
    (void)state;
    answer = ERR_IO;
    add(NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(once(), 1);
        assert_int_equal(once(), 0); /* not before its pause */
        assert_int_equal(counts.dead, i == 2);
        assert_int_equal(db_tx(db, now_tx, NULL), OK);
    }
    assert_int_equal(once(), 0);
    assert_int_equal(db_read(db, dead_tx, NULL), OK);
    assert_int_equal(n_dead, 1);
    assert_int_equal(dead[0].tries, 3);
    assert_true(str_eq(dead[0].error, S("test_failed: as asked")));
    answer = OK;
    assert_int_equal(db_tx(db, requeue_tx, &dead[0].id), OK);
    assert_int_equal(db_tx(db, requeue_tx, &dead[0].id), ERR_NOT_FOUND);
    assert_int_equal(once(), 1);
    assert_int_equal(counts.dead, 0);
}

static void test_job__invalid_is_dead_at_once(void **state)
{
    (void)state;
    answer = ERR_INVALID;
    add(NULL);
    assert_int_equal(once(), 1);
    assert_int_equal(counts.dead, 1);
}

static void test_job__a_lease_protects_until_it_ends(void **state)
{
    (void)state;
    add(NULL);
    int later = 60000, over = -1;
    assert_int_equal(db_tx(db, lost_tx, &later), OK);
    assert_int_equal(once(), 0);
    assert_int_equal(db_tx(db, lost_tx, &over), OK);
    assert_int_equal(once(), 1);
}

static void test_job__two_nodes_run_each_job_once_and_share_the_schedule(void **state)
{
    (void)state;
    _Atomic int ticks = 0;
    const struct job_kind kinds[] = {WORK, {.name = "tick", .fn = tick, .every_ms = 3600000}};
    struct job_runner_opts opts = {
        .db = db, .kinds = kinds, .n_kinds = 2, .ctx = &ticks, .threads = 2, .poll_ms = 20};
    struct job_runner *a, *b;
    assert_int_equal(job_runner_start(&opts, &a), OK);
    assert_int_equal(job_runner_start(&opts, &b), OK);
    for (int i = 0; i < 50; i++)
        add(NULL);
    job_runner_poke(a);
    for (int64_t until = clock_ms() + 20000; clock_ms() < until;) {
        assert_int_equal(db_read(db, count_tx, NULL), OK);
        if (counts.waiting == 0)
            break;
        usleep(10000);
    }
    job_runner_stop(a);
    job_runner_stop(b);
    assert_int_equal(runs, 50);
    assert_int_equal(ticks, 1);
}

static _Atomic int at_work, most_at_work, long_runs, told_to_end;

/* Takes its time, or goes on until the node ends. */
static err long_work(void *ctx, const struct job *job)
{
    int now = ++at_work;
    most_at_work = now > most_at_work ? now : most_at_work;
    err e = OK;
    for (int i = 0; e == OK && (ctx || i < 5); i++) {
        usleep(5000);
        e = job_renew(job);
    }
    told_to_end += e == ERR_RETRY;
    at_work--;
    long_runs++;
    return e;
}

static void test_job__long_work_leaves_threads_and_hears_of_the_end(void **state)
{
    (void)state;
    const struct job_kind kind = {.name = "work", .fn = long_work, .at_once = 1};
    struct job_runner_opts opts = {
        .db = db, .kinds = &kind, .n_kinds = 1, .threads = 3, .poll_ms = 5};
    struct job_runner *r;
    at_work = most_at_work = long_runs = told_to_end = 0;
    for (int i = 0; i < 4; i++)
        add(NULL);
    assert_int_equal(job_runner_start(&opts, &r), OK);
    for (int i = 0; i < 2000 && long_runs < 4; i++)
        usleep(5000);
    job_runner_stop(r);
    assert_int_equal(long_runs, 4);
    assert_int_equal(most_at_work, 1);
    add(NULL);
    opts.ctx = &long_runs;
    assert_int_equal(job_runner_start(&opts, &r), OK);
    for (int i = 0; i < 2000 && !at_work; i++)
        usleep(5000);
    job_runner_stop(r);
    assert_int_equal(told_to_end, 1);
    assert_int_equal(db_read(db, count_tx, NULL), OK);
    assert_int_equal(counts.waiting, 1); /* for the next node, after a pause */
}

static void test_job__pauses_grow_to_an_hour(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        int64_t first = job_backoff_ms(1), last = job_backoff_ms(99);
        assert_true(first >= 500 && first <= 1500);
        assert_true(last >= HOUR_MS / 2 && last <= HOUR_MS + HOUR_MS / 2);
    }
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    runs = 0;
    answer = OK;
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

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_job__runs_once_and_dedup_waits_once),
        T(test_job__is_tried_again_later_then_dies_and_can_be_requeued),
        T(test_job__invalid_is_dead_at_once),
        T(test_job__a_lease_protects_until_it_ends),
        T(test_job__two_nodes_run_each_job_once_and_share_the_schedule),
        T(test_job__long_work_leaves_threads_and_hears_of_the_end),
        T(test_job__pauses_grow_to_an_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
