/* Findings join one open case per thing and family; its clock and priority (obligations 3.7). */
#include "base/clock.h"
#include "finding/finding.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ACCOUNT = 7, NO = 3, READER = 31, OFFICER = 21 };

static arena *mem;
static struct db *db;

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(seed_account(t,
                     &(struct seed_account){7, S("seven"), S("Seven"), 1, S("individual"), S("")}));
    TRY(seed_article(t, 7, 3, S("published")));
    TRY(db_exec(t, "UPDATE article SET versions = 2", DB_IN()));
    return db_exec(t,
                   "INSERT INTO article_version (account_id, no, version, title, digest, cover,"
                   " category, doc, hash, author_id, created_at)"
                   " SELECT account_id, no, 2, title, digest, cover, category, doc, hash,"
                   " author_id, created_at FROM article_version",
                   DB_IN());
}

static int set_up(void **state)
{
    (void)state;
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

struct call {
    struct finding f, *list;
    struct casefile c;
    struct finding_fate fate;
    int64_t id;
    size_t n;
};

static err raise_(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(finding_raise(t, mem, &c->f));
    TRY(case_load(t, mem, c->f.case_id, &c->c));
    return finding_list(t, mem, c->f.case_id, &c->list, &c->n);
}

static err fate(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return finding_by_receipt(t, mem, c->f.receipt, &c->fate);
}

static err close_case(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct decision d = {.verdict = VERDICT_APPROVE,
                         .reason = S("nothing"),
                         .reason_key = S(""),
                         .officer = OFFICER};
    TRY(case_claim(t, c->f.case_id, OFFICER, HOUR_MS));
    return case_decide(t, mem, c->f.case_id, &d);
}

static struct call report(str family, int64_t no)
{
    return (struct call){.f = {.account_id = ACCOUNT,
                               .no = no,
                               .source = FINDING_REPORT,
                               .family = family,
                               .by = READER}};
}

static void test_finding__joins_the_open_case(void **state)
{
    (void)state;
    struct call a = report(S("advertising"), NO), b = report(S("fraud"), NO), c = a, d = a;
    assert_int_equal(db_tx(db, raise_, &a), OK);
    assert_false(a.f.joined);
    assert_int_equal(a.f.version, 1); /* what is public, not the newest */
    assert_int_equal(a.c.severity, 4);
    assert_int_equal(db_tx(db, raise_, &b), OK);
    assert_int_not_equal(a.f.case_id, b.f.case_id); /* another family */
    int64_t due = a.c.due_at, priority = a.c.priority;
    c.f.severity = 1;
    c.f.source = FINDING_STAFF;
    assert_int_equal(db_tx(db, raise_, &c), OK);
    assert_true(c.f.joined);
    assert_int_equal(c.f.case_id, a.f.case_id);
    assert_int_equal(c.n, 2);
    assert_int_equal(c.c.severity, 1); /* the sharper of both */
    assert_true(c.c.due_at < due);
    assert_true(c.c.priority > priority);
    assert_int_equal(db_tx(db, raise_, &d), OK);
    assert_int_equal(d.c.severity, 1); /* and never blunter */
    assert_int_equal(db_tx(db, close_case, &a), OK);
    d.f.id = 0;
    assert_int_equal(db_tx(db, raise_, &d), OK);
    assert_int_not_equal(d.f.case_id, a.f.case_id);
}

static void test_finding__a_rule_says_a_thing_once(void **state)
{
    (void)state;
    struct call a = {.f = {.account_id = ACCOUNT,
                           .no = NO,
                           .version = 2,
                           .source = FINDING_RULE,
                           .family = S("gambling"),
                           .rule = S("r1"),
                           .rule_version = 1,
                           .quote = S("q"),
                           .from = 1,
                           .to = 2}},
                b = a, c = a;
    assert_int_equal(db_tx(db, raise_, &a), OK);
    assert_int_equal(a.f.version, 2);
    assert_int_equal(db_tx(db, raise_, &b), OK);
    assert_int_equal(b.n, 1);
    c.f.rule_version = 2;
    assert_int_equal(db_tx(db, raise_, &c), OK);
    assert_int_equal(c.n, 2);
}

static void test_finding__receipt_tells_the_outcome(void **state)
{
    (void)state;
    struct call a = report(S("fraud"), 0);
    assert_int_equal(db_tx(db, raise_, &a), OK);
    assert_int_equal(a.f.receipt.n, 12);
    assert_int_equal(db_read(db, fate, &a), OK);
    assert_int_equal(a.fate.decided_at, 0);
    assert_int_equal(db_tx(db, close_case, &a), OK);
    assert_int_equal(db_read(db, fate, &a), OK);
    assert_true(a.fate.decided_at > 0);
    assert_true(str_eq(a.fate.verdict, S("approve")));
    a.f.receipt = S("");
    assert_int_equal(db_read(db, fate, &a), ERR_NOT_FOUND);
}

static void test_finding__refuses(void **state)
{
    (void)state;
    struct call a = report(S("nonsense"), NO), b = report(S("fraud"), 99);
    assert_int_equal(db_tx(db, raise_, &a), ERR_INVALID);
    assert_int_equal(db_tx(db, raise_, &b), ERR_NOT_FOUND);
}

static void test_finding__clocks_are_within_their_sources(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLOCK_COUNT; i++) {
        assert_true(CLOCKS[i].minutes >= CLOCKS[i].least);
        assert_true(!CLOCKS[i].most || CLOCKS[i].minutes <= CLOCKS[i].most);
    }
    assert_int_equal(clock_line_ms(CLOCK_authority_report), DAY_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_finding__joins_the_open_case, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_finding__a_rule_says_a_thing_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_finding__receipt_tells_the_outcome, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_finding__refuses, set_up, tear_down),
        cmocka_unit_test(test_finding__clocks_are_within_their_sources),
    };
    return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
