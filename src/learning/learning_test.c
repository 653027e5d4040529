/* What rules are worth, counted on a real database, and what becomes of those that do badly. */
#include "learning/learning.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/rand.h"
#include "scan/rules.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { AUTHOR = 11, OTHER = 12, REVIEWER = 13 };

struct world {
    int64_t rule;
    int right, wrong, reversed;
    struct scan_entry e;
    struct learning_rule *rules;
    struct learning_officer *people;
    size_t rule_n, people_n;
    arena *mem;
};

static err live(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    struct world *w = ctx;
    struct scan_size size;
    struct scan_entry e = {.r = {.name = S("彩票"),
                                 .family = S("gambling"),
                                 .action = SCAN_HOLD,
                                 .words = S("领彩票"),
                                 .exceptions = S(""),
                                 .condition = S("")},
                           .note = S("test"),
                           .urgent = true,
                           .author = AUTHOR};
    TRY(scan_rule_check(&e.r, &size));
    TRY(scan_rule_write(t, &e, &size));
    w->rule = e.r.id;
    TRY(scan_rule_approve(t, mem, &(struct scan_step){.rule_id = w->rule, .by = OTHER}));
    return db_exec(t, "UPDATE scan_rule SET stage_at = 1", DB_IN());
}

static err hit(struct tx *t, int64_t rule, int no, const char *verdict)
{
    int64_t id = id_new();
    TRY(db_exec(
        t,
        "INSERT INTO scan_hit (account_id, no, version, id, run_id, rule_id, rule_version,"
        " rule_name, family, action, places, total, at) VALUES (7, $1, 1, $2, 0, $3, 1, 'r',"
        " 'gambling', 'hold', '[]', 1, 5)",
        DB_IN(no, id, rule)));
    TRY(db_exec(t,
                "INSERT INTO cases (id, kind, account_id, subject, version, title, state,"
                " opened_by, opened_at, due_at, decided_at) VALUES ($1, 'article', 7, $2, 1, 't',"
                " 'decided', 1, 1, 1, $3)",
                DB_IN(id, no, tx_now(t))));
    return db_exec(t,
                   "INSERT INTO decision (case_id, id, verdict, reason_key, reason, officer,"
                   " seconds, at) VALUES ($1, $1, $2, '', '', $3, 1, $4)",
                   DB_IN(id, str_from(verdict), (int)REVIEWER, tx_now(t)));
}

/* A ruling that a finding of the rule led to, taken back on appeal or not. */
static err ruled(struct tx *t, int64_t rule, int no, bool reversed)
{
    AUTO_ARENA(mem);
    int64_t id = id_new();
    TRY(db_exec(t,
                "INSERT INTO finding (case_id, id, account_id, no, version, source, family,"
                " severity, quote, from_at, to_at, rule, rule_version, note, raised_by, receipt,"
                " at) VALUES ($1, $1, 7, $2, 1, 'rule', 'gambling', 3, '', 0, 0, $3, 1, '', 0, '',"
                " 1)",
                DB_IN(id, no, str_fmt(mem, "%lld", (long long)rule))));
    TRY(db_exec(t,
                "INSERT INTO ruling (id, case_id, account_id, no, version, title, family, severity,"
                " measure, functions, days, basis, basis_version, facts, reasoning, quote, sources,"
                " automation, officer, second_officer, replaces, at) VALUES ($1, $1, 7, $2, 1, 't',"
                " 'gambling', 3, 'remove', '', 0, '', 0, '', '', '', 'rule', 'detection', $3, 0, 0,"
                " $4)",
                DB_IN(id, no, (int)REVIEWER, tx_now(t))));
    TRY(db_exec(t,
                "INSERT INTO appeal (id, ruling_id, case_id, account_id, user_id, text, media, at)"
                " VALUES ($1, $1, $1, 7, 1, '', '', 1)",
                DB_IN(id)));
    return db_exec(t,
                   "INSERT INTO appeal_outcome (appeal_id, outcome, reasons, officer, new_ruling,"
                   " at) VALUES ($1, $2, '', 1, 0, $3)",
                   DB_IN(id, reversed ? S("reverse") : S("uphold"), tx_now(t)));
}

static err decide(struct tx *t, void *ctx)
{
    const struct world *w = ctx;
    int no = 0;
    for (int i = 0; i < w->right; i++)
        TRY(hit(t, w->rule, ++no, "reject"));
    for (int i = 0; i < w->wrong; i++)
        TRY(hit(t, w->rule, ++no, "approve"));
    for (int i = 0; i < w->reversed; i++)
        TRY(ruled(t, w->rule, ++no, i > 0));
    return OK;
}

static err look(struct tx *t, void *ctx)
{
    struct world *w = ctx;
    TRY(learning_rules(t, w->mem, &w->rules, &w->rule_n));
    TRY(learning_officers(t, w->mem, &w->people, &w->people_n));
    return scan_rule_load(t, w->mem, w->rule, 0, &w->e);
}

static const struct learning_limits LIMITS = {.sample = 10, .precision = 50, .reversal = 50};

static struct db *start(struct world *w)
{
    struct db *db;
    test_db_open(&db);
    assert_int_equal(db_tx(db, live, w), OK);
    assert_int_equal(db_tx(db, decide, w), OK);
    assert_int_equal(learning_count(db, &LIMITS), OK);
    assert_int_equal(db_tx(db, look, w), OK);
    return db;
}

static void test_learning__counts(void **state)
{
    AUTO_ARENA(mem);
    (void)state;
    struct world w = {.mem = mem, .right = 6, .wrong = 2, .reversed = 3};
    struct db *db = start(&w);
    assert_int_equal(w.rule_n, 1);
    assert_int_equal(w.rules[0].hits, 8);
    assert_int_equal(w.rules[0].decided, 11);
    assert_int_equal(w.rules[0].right, 7);
    assert_int_equal(w.rules[0].appeals, 3);
    assert_int_equal(w.rules[0].reversed, 2);
    assert_true(str_eq(w.e.state, S("live")));
    assert_int_equal(w.people_n, 1);
    assert_int_equal(w.people[0].id, REVIEWER);
    assert_int_equal(w.people[0].decided, 8);
    assert_int_equal(w.people[0].upheld, 1);
    assert_int_equal(learning_count(db, &LIMITS), OK); /* again: the same */
    assert_int_equal(db_tx(db, look, &w), OK);
    assert_int_equal(w.rules[0].hits, 8);
    test_db_close(db);
}

static void test_learning__a_rule_that_is_wrong_is_throttled(void **state)
{
    AUTO_ARENA(mem);
    (void)state;
    struct world w = {.mem = mem, .right = 2, .wrong = 18};
    struct db *db = start(&w);
    assert_true(str_eq(w.e.state, S("throttled")));
    assert_int_equal(w.e.live, 0);
    test_db_close(db);
}

static void test_learning__chance_and_small_samples_throttle_nothing(void **state)
{
    AUTO_ARENA(mem);
    (void)state;
    struct world few = {.mem = mem, .wrong = 9}, chance = {.mem = mem, .right = 4, .wrong = 7};
    struct db *db = start(&few);
    assert_true(str_eq(few.e.state, S("live")));
    test_db_close(db);
    db = start(&chance);
    assert_true(str_eq(chance.e.state, S("live")));
    test_db_close(db);
}

static void test_learning__a_rule_whose_rulings_fall_on_appeal_is_throttled(void **state)
{
    AUTO_ARENA(mem);
    (void)state;
    struct world w = {.mem = mem, .right = 60, .reversed = 16};
    struct db *db = start(&w);
    assert_true(str_eq(w.e.state, S("throttled")));
    test_db_close(db);
}

int main(void)
{
    rand_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learning__counts),
        cmocka_unit_test(test_learning__a_rule_that_is_wrong_is_throttled),
        cmocka_unit_test(test_learning__chance_and_small_samples_throttle_nothing),
        cmocka_unit_test(test_learning__a_rule_whose_rulings_fall_on_appeal_is_throttled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
