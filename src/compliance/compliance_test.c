/* The register of duties: what the facts make of each, and that a change is told once. */
#include "compliance/compliance.h"

#include "base/clock.h"
#include "base/rand.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

static struct db *db;
static arena *mem;

struct look {
    enum duty_id id;
    struct duty_report r;
    int64_t n;
};

static err ask(struct tx *t, void *ctx)
{
    struct look *l = ctx;
    return duty_ask(t, mem, l->id, &l->r);
}

static struct duty_report report(enum duty_id id)
{
    struct look l = {.id = id};
    assert_int_equal(db_read(db, ask, &l), OK);
    return l.r;
}

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(db_exec(t,
                "INSERT INTO users (id, name, password, mobile_sealed, totp_on, created_at)"
                " VALUES (7, 'Chief', '', $1, 1, 1), (8, 'Head', '', $1, 1, 1)",
                DB_IN(str_bytes(S("x")))));
    return db_exec(t,
                   "INSERT INTO user_role (user_id, role, granted_by, granted_at) VALUES"
                   " (7, 'editor_in_chief', 0, 0), (8, 'reviewer', 0, 0)",
                   DB_IN());
}

static err fill(struct tx *t, void *ctx)
{
    const char *const *post = ctx;
    return db_exec(t,
                   "INSERT INTO post (post, id, user_id, letter, from_at, appointed_by, created_at,"
                   " deputy) VALUES ($1, 5, 8, '', 1, 1, 1, 1)",
                   DB_IN(str_from(*post)));
}

static err vacate(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE post SET ended_at = 2", DB_IN());
}

static err late_case(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO cases (id, kind, account_id, subject, version, title, state,"
                   " opened_by, opened_at, due_at) VALUES (1, 'article', 1, 1, 1, 't', 'open', 1,"
                   " 1, 2)",
                   DB_IN());
}

static err count(struct tx *t, void *ctx)
{
    struct look *l = ctx;
    return db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE user_id = 7", DB_IN(), DB_OUT(&l->n));
}

static int64_t notices(void)
{
    struct look l = {0};
    assert_int_equal(db_read(db, count, &l), OK);
    return l.n;
}

static void test_duty__vacant_met_breached(void **state)
{
    (void)state;
    const char *lead = "review_lead";
    assert_int_equal(report(DUTY_article_review).state, DUTY_VACANT);
    assert_int_equal(report(DUTY_responsibility).state, DUTY_BREACHED);
    assert_int_equal(report(DUTY_responsibility).number, 8);
    assert_int_equal(report(DUTY_public_rules).state, DUTY_BREACHED); /* no text in force */
    assert_int_equal(db_tx(db, fill, &lead), OK);
    struct duty_report r = report(DUTY_article_review);
    assert_int_equal(r.state, DUTY_MET);
    assert_true(str_eq(r.people, S("Head")));
    assert_true(r.deputy);
    assert_int_equal(report(DUTY_responsibility).number, 7);
    assert_int_equal(db_tx(db, late_case, NULL), OK);
    r = report(DUTY_article_review);
    assert_int_equal(r.state, DUTY_BREACHED);
    assert_int_equal(r.number, 1);
}

static void test_duty__every_one_can_be_asked(void **state)
{
    (void)state;
    for (int i = 0; i < DUTY_COUNT; i++)
        (void)report((enum duty_id)i);
}

static void test_duty__a_change_is_told_once(void **state)
{
    (void)state;
    assert_int_equal(duty_watch(db), OK);
    int64_t first = notices();
    assert_true(first > 0);
    assert_true(report(DUTY_article_review).since > 0);
    assert_int_equal(duty_watch(db), OK);
    assert_int_equal(notices(), first);
    /* The person leaves: red within one run, and told. */
    assert_int_equal(report(DUTY_identity_review).state, DUTY_MET);
    assert_int_equal(db_tx(db, vacate, NULL), OK);
    assert_int_equal(duty_watch(db), OK);
    assert_int_equal(report(DUTY_identity_review).state, DUTY_VACANT);
    assert_true(notices() > first);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    assert_int_equal(db_tx(db, seed, NULL), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_db_close(db);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duty__vacant_met_breached),
        cmocka_unit_test(test_duty__every_one_can_be_asked),
        cmocka_unit_test(test_duty__a_change_is_told_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
