/* What is drawn, who is given it, that an answer changes nothing, and what is made of two. */
#include "qa/qa.h"

#include "base/clock.h"
#include "ruling/ruling.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ANNA = 21, BERT = 22, CORA = 23, NO = 3 };
static const struct qa_rates ALL_DOUBLE = {0, 100}, ALL_KNOWN = {100, 0};
static struct db *db;
static arena *mem;

struct call {
    int64_t case_id, user, id, opened;
    struct qa_rates rates;
    struct casefile c;
    str measure, verdict;
    struct qa_settle settle;
    struct qa_group *v;
    struct qa_dissent *dissents;
    enum qa_by by;
    size_t n;
    int64_t rows;
};

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(seed_publisher(t, NULL));
    TRY(seed_member(t, SEED_RIVER, SEED_WRITER, S("owner")));
    TRY(seed_staff(t, ANNA, S("anna"), S("reviewer")));
    TRY(seed_staff(t, BERT, S("bert"), S("reviewer")));
    TRY(seed_staff(t, CORA, S("cora"), S("editor_in_chief")));
    TRY(seed_article(t, SEED_RIVER, NO, S("published")));
    return seed_article(t, SEED_RIVER, NO + 1, S("published"));
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

static err raise_(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct finding f = {.account_id = SEED_RIVER,
                        .no = c->id ? c->id : NO,
                        .source = FINDING_REPORT,
                        .family = S("fraud")};
    TRY(finding_raise(t, mem, &f));
    c->case_id = f.case_id;
    return OK;
}

/* As the desk does it: claimed, and what it calls for drawn. */
static err give(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(case_claim(t, c->case_id, c->user, HOUR_MS));
    return qa_sample(t, mem, &(struct qa_given){c->case_id, c->user, c->rates});
}

static err turn(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct case_turn turn = {.kinds = 1U << CASE_FINDING, .user_id = c->user, .lease_ms = HOUR_MS};
    return qa_turn(t, &turn, &c->id);
}

static err load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return qa_case_load(t, mem, c->id, c->user, &c->c);
}

static err respond(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return qa_answer(t, mem,
                     &(struct qa_answer){c->id, c->user, c->measure, S("rules"), S("because")});
}

static err rule(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct ruling_wish w = {.measure = c->measure,
                            .functions = S(""),
                            .basis = S("rules"),
                            .severity = 3,
                            .facts = S("f"),
                            .reasoning = S("r")};
    return ruling_make(t, mem, c->case_id, c->user, &w, &c->opened);
}

static err mark(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return qa_mark(t, mem, c->case_id, c->user, true);
}

static err figures(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return qa_figures(t, mem, c->by, &c->v, &c->n);
}

static err dissents(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return qa_dissents(t, mem, &c->dissents, &c->n);
}

static err settle(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return qa_settle(t, mem, &c->settle, &c->opened);
}

/* Everything that somebody outside could notice. */
static err effects(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return db_one(t, NULL,
                  "SELECT (SELECT COUNT(*) FROM decision) + (SELECT COUNT(*) FROM ruling)"
                  " + (SELECT COUNT(*) FROM measure) + (SELECT COUNT(*) FROM notice)"
                  " + (SELECT COUNT(*) FROM record WHERE account_id = $1)",
                  DB_IN((int)SEED_RIVER), DB_OUT(&c->rows));
}

#define DO(fn, c) assert_int_equal(db_tx(db, fn, c), OK)
#define FAILS(fn, c, code) assert_int_equal(db_tx(db, fn, c), code)

/* Anna is given a finding, Bert its second look; answers "ruled" and "said". */
static void look_twice(struct call *c, const char *ruled, const char *said)
{
    *c = (struct call){.user = ANNA, .rates = ALL_DOUBLE};
    DO(raise_, c);
    DO(give, c);
    c->user = BERT;
    DO(turn, c);
    c->measure = str_from(said);
    DO(respond, c);
    struct call first = *c;
    first.user = ANNA;
    first.measure = str_from(ruled);
    DO(rule, &first);
}

static void test_qa__draw_is_fixed_and_of_the_size_set(void **state)
{
    (void)state;
    int drawn[3] = {0};
    for (int64_t id = 1; id <= 20000; id++)
        drawn[qa_drawn_by(id, &(struct qa_rates){2, 5})]++;
    assert_in_range(drawn[QA_KNOWN], 340, 460); /* 2 per cent, four standard deviations */
    assert_in_range(drawn[QA_DOUBLE], 880, 1120);
    /* printf 'gongqi qa 15' | sha256sum: its first eight bytes modulo 100 */
    assert_int_equal(qa_drawn_by(15, &(struct qa_rates){8, 1}), QA_DOUBLE);
    assert_int_equal(qa_drawn_by(15, &(struct qa_rates){9, 1}), QA_KNOWN);
    assert_int_equal(qa_drawn_by(15, &(struct qa_rates){0, 8}), QA_NONE);
}

static void test_qa__a_second_look_goes_to_somebody_else_and_changes_nothing(void **state)
{
    (void)state;
    struct call c = {.user = ANNA, .rates = ALL_DOUBLE}, before = {0}, after = {0};
    DO(raise_, &c);
    DO(give, &c);
    DO(give, &c); /* renewed: drawn once */
    FAILS(turn, &c, ERR_NOT_FOUND);
    c.user = SEED_WRITER; /* of the account */
    FAILS(turn, &c, ERR_NOT_FOUND);
    c.user = BERT;
    DO(turn, &c);
    DO(load, &c);
    assert_true(c.c.original == c.case_id && c.c.id == c.id && str_eq(c.c.state, S("open")));
    c.user = CORA; /* held by Bert */
    FAILS(turn, &c, ERR_NOT_FOUND);
    c.id = c.c.id;
    FAILS(load, &c, ERR_NOT_FOUND);
    DO(effects, &before);
    c.user = BERT;
    c.measure = S("remove");
    DO(respond, &c);
    FAILS(respond, &c, ERR_CONFLICT);
    DO(effects, &after);
    assert_int_equal(before.rows, after.rows);
    struct call real = {.case_id = c.case_id, .user = ANNA, .measure = S("none")};
    DO(rule, &real); /* the case itself waits as before */
}

static void test_qa__known_items_are_examples_that_look_new(void **state)
{
    (void)state;
    struct call old = {.user = ANNA, .measure = S("remove")}, c = {.user = BERT};
    DO(raise_, &old);
    c.id = NO + 1;
    DO(raise_, &c);
    c.rates = ALL_KNOWN;
    DO(give, &c); /* nothing is known yet: nothing is drawn */
    FAILS(turn, &c, ERR_NOT_FOUND);
    old.rates = (struct qa_rates){0, 0};
    DO(give, &old);
    FAILS(mark, &old, ERR_INVALID); /* not decided */
    DO(rule, &old);
    DO(mark, &old);
    DO(give, &c);
    DO(turn, &c);
    DO(load, &c);
    assert_int_equal(c.c.original, old.case_id);
    assert_true(str_eq(c.c.state, S("open")) && !c.c.decided_at && !c.c.proposed_by);
    assert_true(c.c.opened_at + 10 * MINUTE_MS > c.c.claimed_at);
    c.measure = S("none"); /* wrong */
    DO(respond, &c);
    c.by = QA_BY_REVIEWER;
    DO(figures, &c);
    assert_int_equal(c.n, 1);
    assert_true(str_eq(c.v[0].key, S("bert")) && c.v[0].known == 1 && c.v[0].right == 0);
    struct call own = {.user = ANNA, .rates = ALL_KNOWN, .case_id = c.case_id};
    (void)db_tx(db, give, &own);
    FAILS(turn, &own, ERR_NOT_FOUND); /* nobody is given what they decided */
}

static void test_qa__figures_by_reviewer_policy_template_and_month(void **state)
{
    (void)state;
    struct call c;
    look_twice(&c, "limit", "limit");
    struct call other = {.user = ANNA, .rates = ALL_DOUBLE, .id = NO + 1};
    DO(raise_, &other);
    DO(give, &other);
    DO(turn, &(struct call){.user = BERT});
    for (c.by = QA_BY_REVIEWER; c.by < QA_BYS; c.by++) {
        DO(figures, &c);
        assert_int_equal(c.n, c.by == QA_BY_REVIEWER ? 2 : 1); /* the second waits for an answer */
        assert_int_equal(c.v[0].kappa.pairs, 1);
        assert_int_equal(c.v[0].kappa.agreed, 1);
    }
    c.by = QA_BY_POLICY;
    DO(figures, &c);
    assert_true(str_eq(c.v[0].key, S("fraud")));
    c.by = QA_BY_TEMPLATE;
    DO(figures, &c);
    assert_true(str_eq(c.v[0].key, S("rules")));
    DO(dissents, &c);
    assert_int_equal(c.n, 0);
}

static void test_qa__a_third_settles_and_a_wrong_clearance_is_opened_again(void **state)
{
    (void)state;
    struct call c;
    look_twice(&c, "none", "remove");
    DO(dissents, &c);
    assert_int_equal(c.n, 1);
    c.settle = (struct qa_settle){c.dissents[0].id, BERT, S("second"), S("why")};
    FAILS(settle, &c, ERR_DENIED);
    c.settle.user_id = CORA;
    c.settle.held = S("nobody");
    FAILS(settle, &c, ERR_INVALID);
    c.settle.held = S("second");
    DO(settle, &c);
    assert_true(c.opened != 0 && c.opened != c.case_id);
    FAILS(settle, &c, ERR_CONFLICT);
    DO(dissents, &c);
    assert_true(c.n == 1 && str_eq(c.dissents[0].held, S("second")));
}

static void test_qa__a_measure_that_does_not_hold_is_looked_at_again(void **state)
{
    (void)state;
    struct call c;
    look_twice(&c, "limit", "none");
    DO(dissents, &c);
    c.settle = (struct qa_settle){c.dissents[0].id, CORA, S("neither"), S("why")};
    DO(settle, &c);
    struct call again = {.id = c.opened, .user = CORA};
    DO(load, &again);
    assert_int_equal(again.c.kind, CASE_APPEAL);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_qa__draw_is_fixed_and_of_the_size_set),
        TEST(test_qa__a_second_look_goes_to_somebody_else_and_changes_nothing),
        TEST(test_qa__known_items_are_examples_that_look_new),
        TEST(test_qa__figures_by_reviewer_policy_template_and_month),
        TEST(test_qa__a_third_settles_and_a_wrong_clearance_is_opened_again),
        TEST(test_qa__a_measure_that_does_not_hold_is_looked_at_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
