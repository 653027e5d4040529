/* The life of rules on a real database, and passes over what is public. */
#include "scan/rules.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/rand.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { AUTHOR = 11, OTHER = 12 };

struct made {
    struct scan_entry e;
    int64_t id;
    err want;
    const char *words;
    bool urgent;
};

static err write_rule(struct tx *t, void *ctx)
{
    struct made *m = ctx;
    struct scan_size size;
    m->e = (struct scan_entry){.r = {.id = m->id,
                                     .version = m->id ? m->e.r.version : 0,
                                     .name = S("彩票"),
                                     .family = S("gambling"),
                                     .action = SCAN_HOLD,
                                     .words = str_from(m->words),
                                     .exceptions = S(""),
                                     .condition = S("")},
                               .note = S("test"),
                               .urgent = m->urgent,
                               .author = AUTHOR};
    TRY(scan_rule_check(&m->e.r, &size));
    TRY(scan_rule_write(t, &m->e, &size));
    m->id = m->e.r.id;
    return OK;
}

static err approve_own(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    const struct made *m = ctx;
    return scan_rule_approve(t, mem, m->id, AUTHOR);
}

static err approve(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    const struct made *m = ctx;
    return scan_rule_approve(t, mem, m->id, OTHER);
}

static err retire(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    const struct made *m = ctx;
    return scan_rule_retire(t, mem, m->id, OTHER, S("done"));
}

static err account_add(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(
        t,
        "INSERT INTO account (id, handle, registrant_id, identity_key, class, state, name,"
        " intro, categories, created_at, updated_at)"
        " VALUES (7, 'h', 1, $1, 'individual', 'active', 'n', '', '', 1, 1)",
        DB_IN(((struct bytes){(const uint8_t *)"k", 1})));
}

static struct scan_result scan(struct scan_live *l, arena *mem, const char *body)
{
    struct scan_article *a = NEW(mem, struct scan_article);
    struct scan_result r;
    *a = (struct scan_article){.text[RULE_BODY] = str_from(body), .category = S("")};
    assert_int_equal(scan_live_run(l, mem, 7, a, &r), OK);
    return r;
}

static void test_rules__life(void **state)
{
    struct db *db;
    AUTO_ARENA(mem);
    (void)state;
    test_db_open(&db);
    struct scan_live *l = scan_live_new(db);
    struct made m = {.words = "领彩票"};
    assert_int_equal(db_tx(db, account_add, NULL), OK);
    assert_int_equal(db_tx(db, write_rule, &m), OK);
    assert_int_equal(scan(l, mem, "快领彩票").n, 0);
    assert_int_equal(db_tx(db, approve, &m), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "rule_not_tested");
    assert_int_equal(db_tx(db, approve_own, &m), ERR_DENIED);
    m.urgent = true;
    m.e.r.version = 1;
    assert_int_equal(db_tx(db, write_rule, &m), OK);
    m.e.r.version = 1;
    assert_int_equal(db_tx(db, write_rule, &m), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "edited_elsewhere");
    int64_t start = clock_mono_us();
    assert_int_equal(db_tx(db, approve, &m), OK);
    struct scan_result r = scan(l, mem, "快领 彩票");
    assert_true(clock_mono_us() - start < 1000000);
    assert_int_equal(r.n, 1);
    assert_true(r.hold && !r.refuse);
    assert_int_equal(r.v[0].version, 2);
    assert_int_equal(db_tx(db, approve, &m), ERR_CONFLICT);
    assert_int_equal(db_tx(db, retire, &m), OK);
    assert_int_equal(scan(l, mem, "快领彩票").n, 0);
    scan_live_free(l);
    test_db_close(db);
}

static err still(struct tx *t, void *ctx)
{
    return scan_still(t, ctx);
}

static void test_rules__stale_scan_is_told(void **state)
{
    struct db *db;
    AUTO_ARENA(mem);
    (void)state;
    test_db_open(&db);
    struct scan_live *l = scan_live_new(db);
    struct made m = {.words = "领彩票", .urgent = true};
    assert_int_equal(db_tx(db, account_add, NULL), OK);
    assert_int_equal(db_tx(db, write_rule, &m), OK);
    struct scan_result before = scan(l, mem, "x");
    assert_int_equal(db_tx(db, still, &before), OK);
    assert_int_equal(db_tx(db, approve, &m), OK);
    assert_int_equal(db_tx(db, still, &before), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "scan_stale");
    scan_live_free(l);
    test_db_close(db);
}

int main(void)
{
    rand_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules__life),
        cmocka_unit_test(test_rules__stale_scan_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
