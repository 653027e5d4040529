/* The life of rules on a real database, and passes over what is public. */
#include "scan/rules.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/rand.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { AUTHOR = 11, OTHER = 12 };

struct made {
    struct scan_entry e;
    int64_t id;
    err want;
    const char *words;
    bool urgent;
    char state[16];
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

static struct scan_limits limits = {
    .canary_percent = 50, .young_hours = 1, .hour_max = 3, .surprise = 5};

static err approve_own(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    const struct made *m = ctx;
    return scan_rule_approve(t, mem, &(struct scan_step){m->id, AUTHOR, limits});
}

static err approve(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    const struct made *m = ctx;
    return scan_rule_approve(t, mem, &(struct scan_step){m->id, OTHER, limits});
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

/* A back-test that found so many of a thousand, ended. */
static err tested(struct tx *t, void *ctx)
{
    const struct made *m = ctx;
    TRY(db_exec(t,
                "INSERT INTO scan_run (id, rule_id, version, old_version, kind, state, total, done,"
                " hits, recent, by_user, started_at) VALUES ($1, $2, $3, 0, 'trial', 'done', 1000,"
                " 1000, 3, 3, 11, 1)",
                DB_IN(id_new(), m->id, m->e.r.version)));
    return db_exec(t, "UPDATE scan_rule SET state = 'tested' WHERE id = $1", DB_IN(m->id));
}

struct kept {
    arena *mem;
    const struct scan_result *r;
    int64_t account, no;
};

static err keep(struct tx *t, void *ctx)
{
    const struct kept *k = ctx;
    return scan_keep(t, k->mem, k->account, k->no, 1, k->r);
}

static err load(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    struct made *m = ctx;
    struct scan_entry e;
    TRY(scan_rule_load(t, mem, m->id, 0, &e));
    snprintf(m->state, sizeof m->state, "%.*s", FMT(e.state));
    m->e.live = e.live;
    m->e.trial = e.trial;
    m->e.hits = e.hits;
    m->e.shadow_hits = e.shadow_hits;
    return OK;
}

static err told(struct tx *t, void *ctx)
{
    int64_t *n = ctx;
    return db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE kind LIKE 'scan_throttled%'", DB_IN(),
                  DB_OUT(n));
}

/* An account whose number ends so, if need be made. */
static err more_accounts(struct tx *t, void *ctx)
{
    (void)ctx;
    for (int i = 100; i < 140; i++) {
        AUTO_ARENA(mem);
        str name = str_fmt(mem, "h%d", i);
        TRY(db_exec(t,
                    "INSERT INTO account (id, handle, registrant_id, identity_key, class, state,"
                    " name, intro, categories, created_at, updated_at)"
                    " VALUES ($1, $2, 1, $3, 'individual', 'active', $2, '', '', 1, 1)",
                    DB_IN(i, name, str_bytes(name))));
    }
    return OK;
}

static struct scan_result scan_as(struct scan_live *l, arena *mem, int64_t account)
{
    struct scan_article *a = NEW(mem, struct scan_article);
    struct scan_result r;
    *a = (struct scan_article){.text[RULE_BODY] = S("快领彩票"), .category = S("")};
    assert_int_equal(scan_live_run(l, mem, account, a, &r), OK);
    return r;
}

static void test_rules__shadow_canary_live(void **state)
{
    struct db *db;
    AUTO_ARENA(mem);
    (void)state;
    test_db_open(&db);
    struct scan_live *l = scan_live_new(db);
    struct made m = {.words = "领彩票"};
    assert_int_equal(db_tx(db, account_add, NULL), OK);
    assert_int_equal(db_tx(db, more_accounts, NULL), OK);
    assert_int_equal(db_tx(db, write_rule, &m), OK);
    assert_int_equal(db_tx(db, tested, &m), OK);
    assert_int_equal(db_tx(db, approve_own, &m), ERR_DENIED);
    assert_int_equal(db_tx(db, approve, &m), OK);
    struct scan_result r = scan_as(l, mem, 7);
    assert_int_equal(r.n, 1); /* noted, and nothing else */
    assert_true(!r.hold && !r.refuse && r.v[0].stage == SCAN_SHADOW);
    assert_int_equal(db_tx(db, keep, &(struct kept){mem, &r, 7, 1}), OK);
    assert_int_equal(db_tx(db, load, &m), OK);
    assert_string_equal(m.state, "shadow");
    assert_true(m.e.shadow_hits == 1 && m.e.hits == 0);
    limits.shadow_hours = 1;
    assert_int_equal(db_tx(db, approve, &m), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "rule_shadow_short");
    limits.shadow_hours = 0;
    assert_int_equal(db_tx(db, approve_own, &m), ERR_DENIED);
    assert_int_equal(db_tx(db, approve, &m), OK);
    int held = 0, again = 0;
    for (int i = 100; i < 140; i++)
        held += scan_as(l, mem, i).hold;
    for (int i = 100; i < 140; i++)
        again += scan_as(l, mem, i).hold;
    assert_true(held > 5 && held < 35 && held == again);
    assert_int_equal(db_tx(db, approve, &m), OK);
    assert_true(scan_as(l, mem, 7).hold);
    assert_int_equal(db_tx(db, load, &m), OK);
    assert_true(m.e.live == 1 && m.e.trial == 0);
    scan_live_free(l);
    test_db_close(db);
}

static void test_rules__a_canary_takes_the_place_of_the_old_version(void **state)
{
    struct db *db;
    AUTO_ARENA(mem);
    (void)state;
    test_db_open(&db);
    struct scan_live *l = scan_live_new(db);
    struct made m = {.words = "领彩票", .urgent = true};
    assert_int_equal(db_tx(db, account_add, NULL), OK);
    assert_int_equal(db_tx(db, more_accounts, NULL), OK);
    assert_int_equal(db_tx(db, write_rule, &m), OK);
    assert_int_equal(db_tx(db, approve, &m), OK);
    m.words = "别的词";
    m.urgent = false;
    m.e.r.version = 1;
    assert_int_equal(db_tx(db, write_rule, &m), OK);
    assert_int_equal(db_tx(db, tested, &m), OK);
    assert_int_equal(db_tx(db, approve, &m), OK);
    for (int i = 100; i < 140; i++)
        assert_true(scan_as(l, mem, i).hold); /* the old one still acts */
    assert_int_equal(db_tx(db, approve, &m), OK);
    int held = 0;
    for (int i = 100; i < 140; i++)
        held += scan_as(l, mem, i).hold;
    assert_true(held > 5 && held < 35);
    m.e.r.version = 2; /* a third version ends the trial */
    assert_int_equal(db_tx(db, write_rule, &m), OK);
    for (int i = 100; i < 140; i++)
        assert_true(scan_as(l, mem, i).hold);
    scan_live_free(l);
    test_db_close(db);
}

static void test_rules__a_young_rule_that_hits_too_much_is_throttled(void **state)
{
    struct db *db;
    AUTO_ARENA(mem);
    (void)state;
    test_db_open(&db);
    struct scan_live *l = scan_live_new(db);
    struct made m = {.words = "领彩票", .urgent = true};
    int64_t notices = 0;
    assert_int_equal(db_tx(db, account_add, NULL), OK);
    assert_int_equal(db_tx(db, write_rule, &m), OK);
    assert_int_equal(db_tx(db, approve, &m), OK);
    for (int i = 1; i <= 4; i++) {
        struct scan_result r = scan_as(l, mem, 7);
        assert_true(r.hold);
        assert_int_equal(db_tx(db, keep, &(struct kept){mem, &r, 7, i}), OK);
        assert_int_equal(db_tx(db, load, &m), OK);
        assert_string_equal(m.state, i < 4 ? "live" : "throttled");
    }
    assert_true(m.e.live == 0 && m.e.trial == 1);
    struct scan_result r = scan_as(l, mem, 7);
    assert_true(r.n == 1 && !r.hold);
    assert_int_equal(db_tx(db, told, &notices), OK);
    assert_int_equal(notices, 2);                 /* author and approver */
    assert_int_equal(db_tx(db, approve, &m), OK); /* from there the canary again */
    scan_live_free(l);
    test_db_close(db);
}

int main(void)
{
    rand_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules__life),
        cmocka_unit_test(test_rules__stale_scan_is_told),
        cmocka_unit_test(test_rules__shadow_canary_live),
        cmocka_unit_test(test_rules__a_canary_takes_the_place_of_the_old_version),
        cmocka_unit_test(test_rules__a_young_rule_that_hits_too_much_is_throttled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
