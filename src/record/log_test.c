/* The log as a whole: every record gets its leaf, tiles and receipts are right, and nothing that
 * happens to files or database makes a second history. */
#include "record/log.h"

#include "base/clock.h"
#include "base/json.h"
#include "record/log_impl.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>

static arena *mem;
static struct db *db;
static char dir[64], key_file[96], state_file[96], log_dir[96];
static struct record_log *l;

static struct record_log *open_log(void)
{
    struct record_log *got = NULL;
    struct record_log_opts o = {.db = db,
                                .dir = log_dir,
                                .key_file = key_file,
                                .state_file = state_file,
                                .origin = "example.org/log"};
    assert_int_equal(record_log_open(&o, &got), OK);
    return got;
}
static void again(void)
{
    record_log_close(l);
    l = open_log();
}

struct adding {
    const char *subject;
    int n;
};
static err add_tx(struct tx *t, void *ctx)
{
    const struct adding *a = ctx;
    for (int i = 0; i < a->n; i++)
        TRY(record_add(t, &(struct record_in){.kind = RECORD_article_published,
                                              .account_id = 5,
                                              .actor = 9,
                                              .subject = str_from(a->subject),
                                              RECORD_FIELDS(RECORD_INT("version", 2 + i),
                                                            RECORD_TEXT("title", S("秘密")),
                                                            RECORD_TEXT("sha256", S("ab")))}));
    return OK;
}
static void add(const char *subject, int n)
{
    assert_int_equal(db_tx(db, add_tx, &(struct adding){subject, n}), OK);
}
static void seal(void)
{
    bool more = false;
    do {
        err e = record_log_seal(l, &more);
        if (e != OK)
            print_error("%s: %s\n", fault_of(e).reason, fault_of(e).text);
        assert_int_equal(e, OK);
    } while (more);
}
static void seal_refused(const char *reason)
{
    bool more = false;
    assert_int_equal(record_log_seal(l, &more), ERR_CONFLICT);
    assert_string_equal(fault_of(ERR_CONFLICT).reason, reason);
    struct record_log_status s;
    record_log_status(l, &s);
    assert_string_equal(s.reason, reason);
}

static struct checkpoint newest(void)
{
    str text;
    struct note n;
    struct checkpoint c;
    assert_int_equal(record_log_checkpoint(l, mem, &text), OK);
    assert_int_equal(note_parse(mem, text, &n), OK);
    assert_true(note_verified(&n, record_log_key(l), NULL));
    assert_int_equal(checkpoint_parse(mem, n.body, &c), OK);
    assert_string_equal(str_z(mem, c.origin), "example.org/log");
    return c;
}

/* The root of all entries in the bundles, and every tile against it. */
static void copy_is_whole(int64_t size)
{
    struct checkpoint c = newest();
    assert_int_equal(c.head.size, size);
    struct tree t = {0};
    for (int64_t n = 0; n * TILE_WIDTH < size; n++) {
        struct bytes b, hashes, e;
        bool bad;
        struct tile_id id = tile_of(TILE_ENTRIES, n, size), h = tile_of(0, n, size);
        assert_int_equal(record_log_tile(l, mem, id, &b), OK);
        assert_int_equal(record_log_tile(l, mem, h, &hashes), OK);
        assert_int_equal(hashes.n, h.width * 32);
        for (int i = 0; bundle_next(&b, &e, &bad); i++) {
            struct sha256 leaf = tree_leaf(e);
            assert_memory_equal(leaf.b, hashes.p + 32 * i, 32);
            tree_append(&t, leaf);
        }
        assert_false(bad);
    }
    assert_int_equal(t.size, size);
    assert_true(tree_same(tree_root(&t), c.head.root));
    assert_int_equal(edge_load(&l->edge, &l->files, size), OK);
    assert_true(tree_same(tree_root(&l->edge.tree), c.head.root));
}

struct listing {
    const char *subject;
    struct record_row *v;
    size_t n;
};
static err list_tx(struct tx *t, void *ctx)
{
    struct listing *x = ctx;
    return record_list(t, mem, str_from(x->subject), &x->v, &x->n);
}
static struct listing records(const char *subject)
{
    struct listing x = {.subject = subject};
    assert_int_equal(db_read(db, list_tx, &x), OK);
    return x;
}
struct receipting {
    int64_t id;
    str text;
};
static err receipt_tx(struct tx *t, void *ctx)
{
    struct receipting *x = ctx;
    return record_log_receipt(l, t, mem, x->id, &x->text);
}

static void test_log__every_record_is_a_leaf(void **state)
{
    (void)state;
    static const int SIZES[] = {1, 255, 1, 300, 700, 1};
    int64_t size = 0;
    for (size_t i = 0; i < LEN(SIZES); i++) {
        add("article/5/1", SIZES[i]);
        seal();
        size += SIZES[i];
        copy_is_whole(size);
    }
    struct stat st;
    char path[200];
    snprintf(path, sizeof path, "%s/tile/0/000.p", log_dir);
    assert_int_not_equal(stat(path, &st), 0); /* partial tiles go when the full one is there */
    snprintf(path, sizeof path, "%s", key_file);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_log__receipts_prove_their_record(void **state)
{
    (void)state;
    add("article/5/1", 150);
    seal();
    struct record_row row = records("article/5/1").v[37];
    struct receipting x = {.id = row.id};
    assert_int_equal(db_read(db, receipt_tx, &x), OK);
    struct receipt r;
    assert_int_equal(receipt_parse(mem, x.text, &r), OK);
    struct checkpoint c = newest();
    struct tree_place at = {r.index, c.head.size};
    assert_true(tree_included(at, tree_leaf(r.extra), r.path, c.head.root));
    assert_true(str_has(bytes_str(r.extra), hex(mem, row.hash)));
    add("article/5/2", 1);
    x.id = records("article/5/2").v[0].id;
    assert_int_equal(db_read(db, receipt_tx, &x), ERR_NOT_FOUND);
    assert_string_equal(fault_of(ERR_NOT_FOUND).reason, "not_sealed_yet");
    seal();
    assert_int_equal(db_read(db, receipt_tx, &x), OK);
}

static void test_log__a_leaf_tells_nothing_but_its_public_fields(void **state)
{
    (void)state;
    add("article/5/1", 2);
    add("registrant/4711", 1);
    seal();
    struct bytes b, e[3];
    bool bad;
    assert_int_equal(record_log_tile(l, mem, tile_of(TILE_ENTRIES, 0, 3), &b), OK);
    for (int i = 0; i < 3; i++)
        assert_true(bundle_next(&b, &e[i], &bad));
    JSON_AUTO *root = NULL;
    assert_int_equal(json_read(bytes_str(e[1]), &root), OK);
    const json_t *public = json_object_get(root, "public");
    assert_int_equal(json_object_size(root), 8);
    assert_int_equal(json_object_size(public), 2);
    assert_int_equal(json_number(public, "version", 0), 3);
    assert_true(str_eq(json_text(root, "subject"), S("article/5/1")));
    assert_int_equal(json_text(root, "actor").n, 32);
    struct listing rows = records("article/5/1");
    assert_true(str_eq(json_text(root, "prev"), hex(mem, rows.v[0].hash)));
    assert_true(str_eq(json_text(root, "hash"), hex(mem, rows.v[1].hash)));
    assert_false(str_has(bytes_str(e[1]), S("秘密")));
    assert_false(str_has(bytes_str(e[2]), S("4711")));
}

static err late_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    uint8_t b[32] = {7};
    TRY(db_exec(t,
                "INSERT INTO record (id, kind, account_id, subject, actor, at, salt, body, hash)"
                " VALUES (5, 'case_opened', 1, 'case/1', 0, 3, $1, '{\"data\":{}}', $1)",
                DB_IN(((struct bytes){b, 32}))));
    return db_exec(t, "INSERT INTO record_pending (id) VALUES (5)", DB_IN());
}
static void test_log__a_record_that_commits_late_is_not_skipped(void **state)
{
    (void)state;
    add("article/5/1", 3);
    seal();
    assert_int_equal(db_tx(db, late_tx, NULL), OK); /* its id is smaller than all sealed ones */
    seal();
    struct receipting x = {.id = 5};
    assert_int_equal(db_read(db, receipt_tx, &x), OK);
    copy_is_whole(4);
}

static void test_log__goes_on_after_a_restart_and_without_its_tiles(void **state)
{
    (void)state;
    add("article/5/1", 300);
    seal();
    struct checkpoint before = newest();
    again();
    add("article/5/1", 1);
    seal();
    copy_is_whole(301);
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s/tile", log_dir);
    assert_int_equal(system(command), 0);
    again();
    add("article/5/1", 1);
    seal();
    copy_is_whole(302);
    struct proof p;
    assert_int_equal(log_prove(l, mem, (struct log_proof_of){300, 302, true}, &p), OK);
    assert_true(tree_consistent(before.head, newest().head, p));
}

static void test_log__an_older_database_is_not_signed(void **state)
{
    (void)state;
    add("article/5/1", 10);
    seal();
    struct log_state s = l->state;
    /* As if the database had lost two leaves: more was signed than it has. */
    s.head.size = 12;
    struct tree t = l->edge.tree;
    tree_append(&t, s.last);
    tree_append(&t, s.last);
    s.head.root = tree_root(&t);
    assert_int_equal(log_state_write(state_file, S("example.org/log"), &s), OK);
    again();
    add("article/5/1", 20);
    seal_refused("log_forked"); /* no tiles of the lost leaves either */
    assert_int_equal(newest().head.size, 10);
}

static void test_log__a_restored_database_beside_newer_tiles_is_not_signed(void **state)
{
    (void)state;
    add("article/5/1", 10);
    seal();
    /* Tiles and state of a longer history, the database without it. */
    assert_int_equal(edge_add(&l->edge, &l->files, S("{\"lost\":1}")), OK);
    assert_int_equal(edge_flush(&l->edge, &l->files), OK);
    struct log_state s = {{11, tree_root(&l->edge.tree)}, l->edge.last};
    assert_int_equal(log_state_write(state_file, S("example.org/log"), &s), OK);
    again();
    seal_refused("log_restored");
    /* and not after it has grown past that size either */
    struct log_state old = {{10, newest().head.root}, {{0}}};
    assert_int_equal(edge_load(&l->edge, &l->files, 10), OK);
    old.last = l->edge.last;
    assert_int_equal(log_state_write(state_file, S("example.org/log"), &old), OK);
    again();
    add("article/5/1", 30);
    bool more;
    assert_int_equal(record_log_seal(l, &more), OK);
    assert_int_equal(log_state_write(state_file, S("example.org/log"), &s), OK);
    assert_int_equal(edge_load(&l->edge, &l->files, 10), OK);
    assert_int_equal(edge_add(&l->edge, &l->files, S("{\"lost\":1}")), OK);
    assert_int_equal(edge_flush(&l->edge, &l->files), OK);
    again();
    seal_refused("log_forked");
}

static void test_log__without_its_state_it_must_be_adopted(void **state)
{
    (void)state;
    add("article/5/1", 10);
    seal();
    unlink(state_file);
    again();
    add("article/5/1", 1);
    seal_refused("log_state_missing");
    int64_t size = 0;
    assert_int_equal(record_log_adopt(l, &size), OK);
    assert_int_equal(size, 10);
    seal();
    copy_is_whole(11);
}

static void test_log__one_node_seals_at_a_time(void **state)
{
    (void)state;
    struct record_log *first = l, *other = open_log();
    add("article/5/1", 3);
    seal();
    add("article/5/1", 3);
    bool more;
    assert_int_equal(record_log_seal(other, &more), OK);
    assert_int_equal(newest().head.size, 3); /* the first has the lease */
    seal();
    assert_int_equal(newest().head.size, 6);
    /* The first is paused for longer than its lease; the other goes on. */
    add("article/5/1", 2);
    usleep(5200 * 1000);
    l = other;
    seal();
    copy_is_whole(8);
    /* It wakes up: it neither signs nor puts its older checkpoint back. */
    assert_int_equal(record_log_seal(first, &more), OK);
    seal();
    assert_int_equal(newest().head.size, 8);
    record_log_close(first);
}

static err lease_tx(struct tx *t, void *ctx)
{
    return db_exec(t, "UPDATE lease SET holder = 'elsewhere', until = $1 WHERE name = 'sealer'",
                   DB_IN(tx_now(t) + *(const int64_t *)ctx));
}
static void test_log__a_clock_that_was_set_back_stops_nobody(void **state)
{
    int64_t ahead = 3000, far = 3600000;
    bool more;
    (void)state;
    add("article/5/1", 2);
    seal();
    assert_int_equal(db_tx(db, lease_tx, &ahead), OK);
    add("article/5/1", 1);
    assert_int_equal(record_log_seal(l, &more), OK);
    assert_int_equal(newest().head.size, 2); /* another node's */
    /* Given when the clock was an hour further. */
    assert_int_equal(db_tx(db, lease_tx, &far), OK);
    seal();
    copy_is_whole(3);
}

static void test_log__a_stopped_process_that_holds_the_lock_is_named(void **state)
{
    bool more;
    int fd = -1;
    (void)state;
    add("article/5/1", 2);
    assert_int_equal(log_files_lock(&l->files, &fd), OK);
    assert_int_equal(record_log_seal(l, &more), ERR_RETRY);
    assert_string_equal(fault_of(ERR_RETRY).reason, "log_locked");
    log_files_unlock(&fd);
    seal();
    copy_is_whole(2);
}

static void test_log__follows_what_another_node_showed(void **state)
{
    char other_state[96];
    (void)state;
    add("article/5/1", 300);
    seal();
    /* A node with a state file of its own, which has never signed. */
    snprintf(other_state, sizeof other_state, "%s/other.state", dir);
    struct log_state none = {0};
    struct tree empty = {0};
    none.head.root = tree_root(&empty);
    assert_int_equal(log_state_write(other_state, S("example.org/log"), &none), OK);
    record_log_close(l);
    memcpy(state_file, other_state, sizeof state_file);
    l = open_log();
    add("article/5/1", 3);
    seal();
    copy_is_whole(303);
    assert_int_equal(l->state.head.size, 303);
    /* Its state says that other leaves were signed: it does not follow. */
    struct log_state odd = {{7, {{7}}}, {{7}}};
    assert_int_equal(log_state_write(state_file, S("example.org/log"), &odd), OK);
    again();
    add("article/5/1", 1);
    seal_refused("log_forked");
}

static void test_log__a_full_disk_loses_nothing(void **state)
{
    (void)state;
    add("article/5/1", 200);
    seal();
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    add("article/5/1", 400);
    bool more;
    small = (struct rlimit){10000, old.rlim_max};
    if (test_db_is_postgres()) { /* SQLite's own file would be refused, too */
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        assert_int_equal(record_log_seal(l, &more), ERR_IO);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    } else {
        chmod(log_dir, 0755);
        char path[200], moved[200];
        snprintf(path, sizeof path, "%s/tile/entries", log_dir);
        snprintf(moved, sizeof moved, "%s/tile/moved", log_dir);
        assert_int_equal(rename(path, moved), 0);
        int fd = creat(path, 0644); /* no folder: writing below fails */
        close(fd);
        assert_int_not_equal(record_log_seal(l, &more), OK);
        unlink(path);
        assert_int_equal(rename(moved, path), 0);
    }
    assert_int_equal(newest().head.size, 200);
    seal();
    copy_is_whole(600);
}

static void test_log__the_thread_seals_within_a_second(void **state)
{
    (void)state;
    record_log_start(l);
    for (int i = 0; i < 5; i++) {
        struct record_log_status s = {0};
        record_log_status(l, &s);
        int64_t want = s.size + 1, from = clock_mono_us();
        add("article/5/1", 1);
        while (s.size < want && clock_mono_us() - from < 5000000) {
            usleep(1000);
            record_log_status(l, &s);
        }
        assert_int_equal(s.size, want);
        assert_true(clock_mono_us() - from < 1000000);
    }
    copy_is_whole(5);
}

static void test_log__keys_are_guarded(void **state)
{
    (void)state;
    record_log_close(l);
    l = NULL;
    chmod(key_file, 0644);
    struct record_log_opts o = {.db = db,
                                .dir = log_dir,
                                .key_file = key_file,
                                .state_file = state_file,
                                .origin = "example.org/log"};
    assert_int_equal(record_log_open(&o, &l), ERR_INVALID);
    assert_string_equal(fault_of(ERR_INVALID).reason, "log_key_mode");
    chmod(key_file, 0600);
    l = open_log();
    add("article/5/1", 1);
    seal();
    record_log_close(l);
    l = NULL;
    unlink(key_file);
    assert_int_equal(record_log_open(&o, &l), ERR_IO);
    assert_string_equal(fault_of(ERR_IO).reason, "log_key_unreadable");
}

static err growth_tx(struct tx *t, void *ctx)
{
    return record_log_growth(t, ctx);
}
static void test_log__growth_is_counted(void **state)
{
    (void)state;
    add("article/5/1", 7);
    seal();
    add("article/5/1", 2);
    struct record_log_growth g;
    assert_int_equal(db_read(db, growth_tx, &g), OK);
    assert_int_equal(g.sealed, 7);
    assert_int_equal(g.pending, 2);
    assert_int_equal(g.days[29].leaves, 7);
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    snprintf(dir, sizeof dir, "/tmp/gongqi-log-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(log_dir, sizeof log_dir, "%s/log", dir);
    snprintf(key_file, sizeof key_file, "%s/log.key", dir);
    snprintf(state_file, sizeof state_file, "%s/log.state", dir);
    test_db_open(&db);
    l = open_log();
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    char command[100];
    record_log_close(l);
    test_db_close(db);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
    arena_free(mem);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_log__every_record_is_a_leaf),
        T(test_log__receipts_prove_their_record),
        T(test_log__a_leaf_tells_nothing_but_its_public_fields),
        T(test_log__a_record_that_commits_late_is_not_skipped),
        T(test_log__goes_on_after_a_restart_and_without_its_tiles),
        T(test_log__an_older_database_is_not_signed),
        T(test_log__a_restored_database_beside_newer_tiles_is_not_signed),
        T(test_log__without_its_state_it_must_be_adopted),
        T(test_log__one_node_seals_at_a_time),
        T(test_log__a_clock_that_was_set_back_stops_nobody),
        T(test_log__a_stopped_process_that_holds_the_lock_is_named),
        T(test_log__follows_what_another_node_showed),
        T(test_log__a_full_disk_loses_nothing),
        T(test_log__the_thread_seals_within_a_second),
        T(test_log__keys_are_guarded),
        T(test_log__growth_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
