/* The log in an S3-compatible store, and what two nodes cannot do to its checkpoint. */
#include "record/log.h"

#include "record/log_impl.h"
#include "tests/unit/testdb.h"
#include "tests/unit/tests3.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;
static char dir[64];
static struct record_log *l;

/* Nodes of one database and one store; each with directory, state and connection of its own. */
static struct record_log *node(const char *name)
{
    struct record_log *got = NULL;
    struct record_log_opts o = {.db = db,
                                .dir = str_fmt(mem, "%s/%s.log", dir, name).p,
                                .key_file = str_fmt(mem, "%s/log.key", dir).p,
                                .state_file = str_fmt(mem, "%s/%s.state", dir, name).p,
                                .origin = "example.org/log",
                                .s3 = test_s3_open(mem, "s3://gongqi-test/log", "key")};
    assert_int_equal(record_log_open(&o, &got), OK);
    return got;
}

static err add_tx(struct tx *t, void *ctx)
{
    for (int i = 0; i < *(int *)ctx; i++)
        TRY(record_add(t, &(struct record_in){.kind = RECORD_article_published,
                                              .account_id = 5,
                                              .actor = 9,
                                              .subject = S("article/5/1"),
                                              RECORD_FIELDS(RECORD_INT("version", 2 + i))}));
    return OK;
}
static void add(int n)
{
    assert_int_equal(db_tx(db, add_tx, &n), OK);
}
static void seal(struct record_log *log)
{
    bool more = false;
    do {
        err e = record_log_seal(log, &more);
        if (e != OK)
            print_error("%s: %s\n", fault_of(e).reason, fault_of(e).text);
        assert_int_equal(e, OK);
    } while (more);
}

static struct tree_head shown(void)
{
    struct tree_head head = {0};
    assert_int_equal(log_shown(l, &head), OK);
    return head;
}

/* Every tile, bundle and the root, read out of the store. */
static void whole(int64_t size)
{
    struct tree t = {0};
    assert_int_equal(shown().size, size);
    for (int64_t n = 0; n * TILE_WIDTH < size; n++) {
        struct bytes b, entry;
        bool bad = false;
        assert_int_equal(record_log_tile(l, mem, tile_of(TILE_ENTRIES, n, size), &b), OK);
        while (bundle_next(&b, &entry, &bad))
            tree_append(&t, tree_leaf(entry));
        assert_false(bad);
    }
    assert_int_equal(t.size, size);
    assert_true(tree_same(tree_root(&t), shown().root));
}

static void test_log_s3__grows_and_is_served_from_the_store(void **state)
{
    (void)state;
    struct stat st;
    str *v = NULL;
    size_t n = 0;
    add(3);
    seal(l);
    whole(3);
    add(700);
    seal(l);
    whole(703);
    assert_int_equal(stat(str_fmt(mem, "%s/one.log/tile", dir).p, &st), -1);
    struct s3 *s3 = test_s3_open(mem, "s3://gongqi-test/log", "key");
    assert_int_equal(s3_list(s3, mem, S("tile/0/000.p/"), S(""), &v, &n), OK);
    assert_int_equal(n, 0); /* partial ones beside a full one are gone */
    assert_int_equal(s3_list(s3, mem, S("tile/0/"), S(""), &v, &n), OK);
    assert_int_equal(n, 3); /* 000, 001, 002.p/191 */
    s3_close(s3);
    /* A start later, from the tiles. */
    record_log_close(l);
    l = node("one");
    struct record_log_status s;
    record_log_status(l, &s);
    assert_true(s.size == 703 && s.signed_at > 0);
    add(1);
    seal(l);
    whole(704);
}

static void test_log_s3__an_unreachable_store_stops_signing_and_loses_nothing(void **state)
{
    (void)state;
    bool more;
    add(2);
    seal(l);
    add(300);
    test_s3_tell("/_fault", "{\"status\":503,\"count\":5}");
    assert_int_equal(record_log_seal(l, &more), ERR_IO);
    test_s3_tell("/_fault", "{\"count\":0}");
    assert_int_equal(shown().size, 2);
    seal(l);
    whole(302);
}

static void test_log_s3__a_store_without_conditions_is_refused(void **state)
{
    (void)state;
    bool more;
    test_s3_tell("/_lax", "{\"lax\":true}");
    add(2);
    assert_int_equal(record_log_seal(l, &more), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "s3_conditions");
    test_s3_tell("/_lax", "{\"lax\":false}");
    seal(l);
    whole(2);
}

static void *seal_thread(void *log)
{
    bool more;
    return record_log_seal(log, &more) == OK ? NULL : log;
}

/* The first node has signed, and its checkpoint is on its way so long that its lease ends and
 * another goes on: what comes late does not replace what is newer. */
static void test_log_s3__a_late_checkpoint_replaces_no_newer_one(void **state)
{
    (void)state;
    pthread_t paused;
    void *failed = NULL;
    bool more;
    add(3);
    seal(l);
    struct record_log *first = l;
    struct record_log *second = node("two");
    assert_int_equal(log_state_write(second->state_file, S("example.org/log"), &first->state), OK);
    test_s3_tell("/_hold", "{\"key\":\"log/checkpoint\"}");
    add(3);
    assert_int_equal(pthread_create(&paused, NULL, seal_thread, first), 0);
    usleep(5500 * 1000);
    add(2);
    l = second;
    seal(second);
    whole(8);
    test_s3_tell("/_release", "{}");
    pthread_join(paused, &failed);
    assert_null(failed);
    whole(8);
    /* It goes on from what the other showed once it has the lease again. */
    assert_int_equal(record_log_seal(first, &more), OK);
    assert_int_equal(shown().size, 8);
    record_log_close(second);
    l = first;
    add(1);
    seal(first);
    whole(9);
}

static int begin(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    snprintf(dir, sizeof dir, "/tmp/gongqi-log-s3-XXXXXX");
    if (!mkdtemp(dir) || test_s3_start(dir) != 0)
        return 1;
    l = node("one");
    return 0;
}
static int end(void **state)
{
    (void)state;
    record_log_close(l);
    test_db_close(db);
    test_s3_stop();
    arena_free(mem);
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_log_s3__grows_and_is_served_from_the_store),
        TEST(test_log_s3__an_unreachable_store_stops_signing_and_loses_nothing),
        TEST(test_log_s3__a_store_without_conditions_is_refused),
        TEST(test_log_s3__a_late_checkpoint_replaces_no_newer_one),
    };
    return cmocka_run_group_tests_name("log_s3", tests, NULL, NULL);
}
