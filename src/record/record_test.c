/* The record and the operation log: what is written, and that changes are found. */
#include "record/record.h"

#include "base/hash.h"
#include "record/oplog.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;

static err add_tx(struct tx *t, void *ctx)
{
    const char *subject = ctx;
    return record_add(t, &(struct record_in){.kind = RECORD_article_published,
                                             .account_id = 5,
                                             .actor = 9,
                                             .subject = str_from(subject),
                                             RECORD_FIELDS(RECORD_INT("version", 2),
                                                           RECORD_TEXT("sha256", S("ab\"公")))});
}
struct listing {
    const char *subject;
    struct record_row *v;
    size_t n;
};
static err list_tx(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    return record_list(t, mem, str_from(l->subject), &l->v, &l->n);
}
struct raw {
    int64_t id;
    struct bytes salt, prev;
};
static err raw_tx(struct tx *t, void *ctx)
{
    struct raw *r = ctx;
    return db_one(t, mem, "SELECT salt, prev FROM record WHERE id = $1", DB_IN(r->id),
                  DB_OUT(&r->salt, &r->prev));
}

static void add(const char *subject)
{
    assert_int_equal(db_tx(db, add_tx, (void *)(uintptr_t)subject), OK);
}

static struct record_check verify(void)
{
    struct record_check c;
    assert_int_equal(record_verify(db, &c), OK);
    return c;
}

static void test_record__body_is_canonical_and_hashed_with_its_salt(void **state)
{
    (void)state;
    add("article/5/1/2");
    struct listing l = {.subject = "article/5/1/2"};
    assert_int_equal(db_read(db, list_tx, &l), OK);
    assert_int_equal(l.n, 1);
    const struct record_row *r = &l.v[0];
    str want = str_fmt(mem,
                       "{\"account\":5,\"actor\":9,\"at\":%lld,\"data\":{\"sha256\":\"ab\\\"公\","
                       "\"version\":2},\"kind\":\"article_published\","
                       "\"subject\":\"article/5/1/2\"}",
                       (long long)r->at);
    assert_string_equal(str_z(mem, r->body), str_z(mem, want));
    struct raw raw = {.id = r->id};
    assert_int_equal(db_read(db, raw_tx, &raw), OK);
    assert_int_equal(raw.salt.n, 32);
    struct sha256 h = sha256(str_bytes(str_cat(mem, bytes_str(raw.salt), r->body)));
    assert_memory_equal(h.b, r->hash.p, 32);
}

static void test_record__each_names_the_one_before_of_its_subject(void **state)
{
    (void)state;
    add("article/5/1");
    add("article/5/2");
    add("article/5/1");
    struct listing l = {.subject = "article/5/1"};
    assert_int_equal(db_read(db, list_tx, &l), OK);
    assert_int_equal(l.n, 2);
    struct raw first = {.id = l.v[0].id}, second = {.id = l.v[1].id};
    assert_int_equal(db_read(db, raw_tx, &first), OK);
    assert_int_equal(db_read(db, raw_tx, &second), OK);
    assert_null(first.prev.p);
    assert_memory_equal(second.prev.p, l.v[0].hash.p, 32);
    struct record_check c = verify();
    assert_int_equal(c.records, 3);
    assert_int_equal(c.bad, 0);
}

/* What an intruder could leave behind: a row that does not fit itself or the rows before it. */
static err forge_tx(struct tx *t, void *ctx)
{
    const int *what = ctx;
    str body = S("{\"account\":1,\"actor\":2,\"at\":3,\"data\":{},\"kind\":\"case_opened\","
                 "\"subject\":\"case/1\"}");
    uint8_t salt[32] = {0}, none[32] = {7};
    struct bytes salt_b = {salt, 32}, prev = {*what == 2 ? none : NULL, 32};
    struct sha256 h = sha256(str_bytes(str_cat(mem, bytes_str(salt_b), body)));
    h.b[0] ^= *what == 0;
    return db_exec(t,
                   "INSERT INTO record (id, kind, account_id, subject, actor, at, prev, salt, body,"
                   " hash) VALUES (5, 'case_opened', 1, 'case/1', $1, 3, $2, $3, $4, $5)",
                   DB_IN(*what == 1 ? 9 : 2, prev, salt_b, body, ((struct bytes){h.b, 32})));
}
static err forge_oplog_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    uint8_t h[32] = {1};
    return db_exec(t,
                   "INSERT INTO oplog (id, at, user_id, account_id, method, route, object, result,"
                   " status, ip, port, user_agent, hash)"
                   " VALUES (6, 1, 1, 0, 'POST', '/', '/', 'ok', 200, '', 0, '', $1)",
                   DB_IN(((struct bytes){h, 32})));
}

static void forged(int what, int64_t bad, const char *text)
{
    assert_int_equal(db_tx(db, forge_tx, &what), OK);
    struct record_check c = verify();
    assert_int_equal(c.bad, bad);
    assert_string_equal(c.first_what, text);
}
static void test_record__a_wrong_hash_is_found(void **state)
{
    (void)state;
    forged(0, 1, "record hash");
}
static void test_record__a_changed_column_is_found(void **state)
{
    (void)state;
    forged(1, 1, "record columns");
}
static void test_record__a_missing_predecessor_is_found(void **state)
{
    (void)state;
    forged(2, 1, "record prev");
}
static void test_record__an_honest_row_passes_and_a_forged_log_row_is_found(void **state)
{
    (void)state;
    forged(3, 0, "");
    assert_int_equal(db_tx(db, forge_oplog_tx, NULL), OK);
    struct record_check c = verify();
    assert_int_equal(c.bad, 1);
    assert_int_equal(c.first_bad, 6);
    assert_string_equal(c.first_what, "oplog hash");
}

static void test_record__more_than_a_batch_is_verified(void **state)
{
    (void)state;
    for (int i = 0; i < 1003; i++)
        add("registrant/1");
    assert_int_equal(verify().records, 1003);
}

static err too_large_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    char *p = arena_alloc(mem, 70000);
    memset(p, 'x', 70000);
    return record_add(t, &(struct record_in){.kind = RECORD_case_opened,
                                             .subject = S("case/1"),
                                             RECORD_FIELDS(RECORD_TEXT("a", ((str){p, 70000})))});
}
static void test_record__bodies_have_a_maximum(void **state)
{
    (void)state;
    assert_int_equal(db_tx(db, too_large_tx, NULL), ERR_TOO_LARGE);
    assert_int_equal(verify().records, 0);
}

static err oplog_tx(struct tx *t, void *ctx)
{
    const struct oplog_row *row = ctx;
    return oplog_add(t, row);
}
static struct oplog_row *rows;
static size_t n_rows;
static err oplog_list_tx(struct tx *t, void *ctx)
{
    return oplog_list(t, mem, ctx, &rows, &n_rows);
}

static struct oplog_row sample(void)
{
    return (struct oplog_row){.user_id = 3,
                              .account_id = 4,
                              .method = S("POST"),
                              .route = S("/console/<handle>/new"),
                              .object = S("/console/x/new"),
                              .result = S("ok"),
                              .status = 303,
                              .port = 50123,
                              .ip = S("2001:db8::1"),
                              .user_agent = S("Mozilla \"公\" /5.0")};
}

static void test_oplog__rows_are_listed_filtered_and_cut(void **state)
{
    (void)state;
    struct oplog_row row = sample(), long_row = sample();
    struct sha256 h = sha256(str_bytes(S("form")));
    row.content_hash = (struct bytes){h.b, 32};
    assert_int_equal(db_tx(db, oplog_tx, &row), OK);
    char *p = arena_alloc(mem, 5000);
    for (int i = 0; i + 3 <= 5000; i += 3)
        memcpy(p + i, "公", 3);
    long_row.user_id = 8;
    long_row.object = long_row.user_agent = (str){p, 4998};
    assert_int_equal(db_tx(db, oplog_tx, &long_row), OK);
    struct oplog_query q = {.user_id = 3, .limit = 10};
    assert_int_equal(db_read(db, oplog_list_tx, &q), OK);
    assert_int_equal(n_rows, 1);
    assert_int_equal(rows[0].port, 50123);
    assert_memory_equal(rows[0].content_hash.p, h.b, 32);
    q = (struct oplog_query){.account_id = 4, .limit = 10};
    assert_int_equal(db_read(db, oplog_list_tx, &q), OK);
    assert_int_equal(n_rows, 2);
    assert_true(str_valid(rows[0].object) && rows[0].object.n <= 1024);
    assert_true(str_count(rows[0].user_agent) <= 301);
    struct record_check c = verify();
    assert_int_equal(c.oplog, 2);
    assert_int_equal(c.bad, 0);
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

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_record__body_is_canonical_and_hashed_with_its_salt),
        T(test_record__each_names_the_one_before_of_its_subject),
        T(test_record__a_wrong_hash_is_found),
        T(test_record__a_changed_column_is_found),
        T(test_record__a_missing_predecessor_is_found),
        T(test_record__an_honest_row_passes_and_a_forged_log_row_is_found),
        T(test_record__more_than_a_batch_is_verified),
        T(test_record__bodies_have_a_maximum),
        T(test_oplog__rows_are_listed_filtered_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
