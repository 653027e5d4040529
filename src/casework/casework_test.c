/* Claims, leases, turns, decisions, counts (A5.5, A15.5). */
#include "base/clock.h"
#include "casework/casework.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

enum { OPERATOR = 11, ANNA = 21, BERT = 22, ACCOUNT = 7, ALL = (1 << CASE_KINDS) - 1 };

static arena *mem;
static struct db *db;

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(seed_user(t, 11, S("w")));
    TRY(seed_user(t, 21, S("Anna")));
    TRY(seed_user(t, 22, S("Bert")));
    return seed_member(t, 7, 22, S("author"));
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

/* ---- one call each, in its own transaction ---- */

struct call {
    struct casefile c;
    int64_t id, user, lease;
    unsigned kinds;
    struct decision d, *done;
    size_t done_n, list_n;
    struct case_counts counts;
    struct case_filter filter;
    struct casefile *list;
};

static err open_(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return case_open(t, &c->c);
}

static err claim(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return case_claim(t, c->id, c->user, c->lease);
}

static err release(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return case_release(t, c->id, c->user);
}

static err next(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return case_next(t, c->kinds, c->user, c->lease, &c->id);
}

static err turn(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct case_turn turn = {c->kinds, c->user, c->lease, c->c.id};
    return case_turn_next(t, mem, &turn, &c->id);
}

static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return case_decide(t, mem, c->id, &c->d);
}

static err load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(case_decisions(t, mem, c->id, &c->done, &c->done_n));
    return case_load(t, mem, c->id, &c->c);
}

static err count(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return case_count(t, c->user, tx_now(t), &c->counts);
}

static err list(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return case_list(t, mem, &c->filter, &c->list, &c->list_n);
}

static int64_t opened(enum case_kind kind, int64_t subject, int64_t due_in)
{
    struct call c = {.c = {.kind = kind,
                           .account_id = ACCOUNT,
                           .subject = subject,
                           .opened_by = OPERATOR,
                           .title = S("a case"),
                           .due_at = clock_ms() + due_in}};
    assert_int_equal(db_tx(db, open_, &c), OK);
    return c.c.id;
}

static err claimed(int64_t id, int64_t user, int64_t lease)
{
    return db_tx(db, claim, &(struct call){.id = id, .user = user, .lease = lease});
}

static err decided(int64_t id, int64_t officer, enum verdict v, str reason)
{
    struct call c = {
        .id = id, .d = {.verdict = v, .officer = officer, .reason = reason, .reason_key = S("")}};
    return db_tx(db, decide, &c);
}

static struct call loaded(int64_t id)
{
    struct call c = {.id = id};
    assert_int_equal(db_read(db, load, &c), OK);
    return c;
}

static int64_t turned(int64_t user, int64_t from)
{
    struct call c = {.kinds = ALL, .user = user, .lease = HOUR_MS, .c.id = from};
    err e = db_tx(db, turn, &c);
    assert_true(e == OK || e == ERR_NOT_FOUND);
    return e == OK ? c.id : 0;
}

/* Registrant cases of account 0, so that nobody has an interest. */
static int64_t opened_free(int64_t subject, int64_t due_in)
{
    struct call c = {.c = {.kind = CASE_REGISTRANT,
                           .subject = subject,
                           .opened_by = OPERATOR,
                           .title = S("somebody"),
                           .due_at = clock_ms() + due_in}};
    assert_int_equal(db_tx(db, open_, &c), OK);
    return c.c.id;
}

/* ---- */

static void test_case__one_claim_at_a_time(void **state)
{
    (void)state;
    int64_t id = opened_free(1, HOUR_MS);
    assert_int_equal(claimed(id, ANNA, HOUR_MS), OK);
    assert_int_equal(claimed(id, BERT, HOUR_MS), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "case_claimed");
    assert_int_equal(decided(id, BERT, VERDICT_APPROVE, S("")), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "claim_lost");
    assert_int_equal(loaded(id).done_n, 0);
}

static void test_case__released_is_free(void **state)
{
    (void)state;
    int64_t id = opened_free(1, HOUR_MS);
    assert_int_equal(claimed(id, ANNA, HOUR_MS), OK);
    struct call other = {.id = id, .user = BERT};
    assert_int_equal(db_tx(db, release, &other), OK); /* not Bert's to release */
    assert_int_equal(claimed(id, BERT, HOUR_MS), ERR_CONFLICT);
    struct call own = {.id = id, .user = ANNA};
    assert_int_equal(db_tx(db, release, &own), OK);
    assert_int_equal(loaded(id).c.claimed_at, 0);
    assert_int_equal(claimed(id, BERT, HOUR_MS), OK);
}

static void test_case__lease_runs_out(void **state)
{
    (void)state;
    int64_t id = opened_free(1, HOUR_MS);
    assert_int_equal(claimed(id, ANNA, 1), OK);
    (void)usleep(20000);
    assert_int_equal(decided(id, ANNA, VERDICT_APPROVE, S("")), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "claim_lost");
    assert_int_equal(claimed(id, BERT, HOUR_MS), OK);
    assert_int_equal(decided(id, BERT, VERDICT_APPROVE, S("")), OK);
}

static void test_case__decided_once(void **state)
{
    (void)state;
    int64_t id = opened_free(1, HOUR_MS);
    assert_int_equal(claimed(id, ANNA, HOUR_MS), OK);
    assert_int_equal(decided(id, ANNA, VERDICT_RETURN, S("  ")), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "reason_required");
    assert_int_equal(decided(id, ANNA, VERDICT_RETURN, S("why")), OK);
    assert_int_equal(decided(id, ANNA, VERDICT_APPROVE, S("")), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "case_decided");
    assert_int_equal(claimed(id, BERT, HOUR_MS), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "case_decided");
    struct call c = loaded(id);
    assert_int_equal(c.done_n, 1);
    assert_int_equal(c.done[0].verdict, VERDICT_RETURN);
    assert_int_equal(c.done[0].officer, ANNA);
}

static err age(struct tx *t, void *ctx)
{
    const int64_t *v = ctx; /* id, opened ms ago, claimed ms ago */
    return db_exec(t, "UPDATE cases SET opened_at = $2, claimed_at = $3 WHERE id = $1",
                   DB_IN(v[0], tx_now(t) - v[1], tx_now(t) - v[2]));
}

static void test_case__seconds_count_from_the_claim(void **state)
{
    (void)state;
    int64_t id = opened_free(1, DAY_MS);
    assert_int_equal(claimed(id, ANNA, HOUR_MS), OK);
    int64_t old[] = {id, 5 * HOUR_MS, 90 * SECOND_MS};
    assert_int_equal(db_tx(db, age, old), OK);
    assert_int_equal(claimed(id, ANNA, HOUR_MS), OK); /* a renewal does not start again */
    assert_int_equal(decided(id, ANNA, VERDICT_APPROVE, S("")), OK);
    struct call c = loaded(id);
    assert_in_range(c.done[0].seconds, 90, 100);
}

static void test_case__interest_bars(void **state)
{
    (void)state;
    int64_t id = opened(CASE_ARTICLE, 1, HOUR_MS);
    assert_int_equal(claimed(id, OPERATOR, HOUR_MS), ERR_DENIED); /* opened it */
    assert_string_equal(fault_last()->reason, "conflict_of_interest");
    assert_int_equal(claimed(id, BERT, HOUR_MS), ERR_DENIED); /* writes for the account */
    assert_int_equal(turned(BERT, 0), 0);
    assert_int_equal(turned(ANNA, 0), id);
}

static void test_case__next_by_due_and_kind(void **state)
{
    (void)state;
    int64_t late = opened_free(1, 3 * HOUR_MS), soon = opened_free(2, HOUR_MS);
    int64_t article = opened(CASE_ARTICLE, 1, MINUTE_MS);
    struct call c = {.kinds = 1 << CASE_REGISTRANT, .user = ANNA, .lease = HOUR_MS};
    assert_int_equal(db_tx(db, next, &c), OK);
    assert_int_equal(c.id, soon);
    assert_int_equal(db_tx(db, next, &c), OK);
    assert_int_equal(c.id, late);
    assert_int_equal(db_tx(db, next, &c), ERR_NOT_FOUND);
    c.kinds = ALL;
    assert_int_equal(db_tx(db, next, &c), OK);
    assert_int_equal(c.id, article);
}

static void test_case__turn_takes_own_claims_first(void **state)
{
    (void)state;
    int64_t a = opened_free(1, HOUR_MS), b = opened_free(2, 2 * HOUR_MS);
    int64_t c = opened_free(3, 3 * HOUR_MS);
    assert_int_equal(claimed(a, ANNA, HOUR_MS), OK);
    assert_int_equal(claimed(c, ANNA, HOUR_MS), OK);
    assert_int_equal(turned(ANNA, 0), a);
    assert_int_equal(turned(ANNA, a), c);
    assert_int_equal(turned(ANNA, c), b); /* nothing of hers behind: a free one */
    assert_int_equal(turned(ANNA, c), a); /* none is free: hers from the start */
    assert_int_equal(turned(BERT, 0), 0);
}

static void test_case__list_is_stable(void **state)
{
    (void)state;
    int64_t ids[6];
    int64_t due = HOUR_MS;
    for (int i = 0; i < 6; i++)
        ids[i] = opened_free(i + 1, due);
    struct call c = {.filter = {.kind = -1, .limit = 4}};
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.list_n, 4);
    int64_t seen[6];
    for (size_t i = 0; i < 4; i++)
        seen[i] = c.list[i].id;
    c.filter.after_due = c.list[3].due_at;
    c.filter.after_id = c.list[3].id;
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.list_n, 2);
    for (size_t i = 0; i < 2; i++)
        seen[4 + i] = c.list[i].id;
    assert_memory_equal(seen, ids, sizeof ids);
}

static void test_case__lists_are_in_the_order_of_all_kinds(void **state)
{
    (void)state;
    int64_t third = opened_free(1, 3 * HOUR_MS), first = opened(CASE_ARTICLE, 1, HOUR_MS);
    int64_t fourth = opened(CASE_ARTICLE, 2, 4 * HOUR_MS), second = opened_free(2, 2 * HOUR_MS);
    struct call c = {.filter = {.kind = -1, .limit = 3}};
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.list_n, 3);
    assert_int_equal(c.list[0].id, first);
    assert_int_equal(c.list[1].id, second);
    assert_int_equal(c.list[2].id, third);
    c.filter.after_due = c.list[2].due_at;
    c.filter.after_id = third;
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.list_n, 1);
    assert_int_equal(c.list[0].id, fourth);
    assert_int_equal(claimed(first, ANNA, HOUR_MS), OK);
    c.filter = (struct case_filter){.kind = -1, .free = true, .limit = 4};
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.list_n, 3);
    assert_int_equal(c.list[0].id, second);
    c.filter.kinds = 1 << CASE_ARTICLE;
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.list_n, 1);
    assert_int_equal(c.list[0].id, fourth);
    c.filter = (struct case_filter){.kind = -1, .claimed_by = ANNA, .limit = 4};
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.list_n, 1);
    assert_int_equal(c.list[0].id, first);
    assert_int_equal(decided(first, ANNA, VERDICT_APPROVE, S("")), OK);
    assert_int_equal(claimed(third, ANNA, HOUR_MS), OK);
    assert_int_equal(decided(third, ANNA, VERDICT_APPROVE, S("")), OK);
    c.filter = (struct case_filter){.kind = -1, .decided = true, .limit = 1};
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.list_n, 1);
    assert_int_equal(c.list[0].id, first); /* opened after the third */
    c.filter.after_id = first;
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.list_n, 1);
    assert_int_equal(c.list[0].id, third);
}

static err level(struct tx *t, void *ctx)
{
    const int64_t *ids = ctx;
    TRY(case_priority(t, ids[1], 5));
    return db_exec(t, "UPDATE cases SET due_at = $3 WHERE id = $1 OR id = $2",
                   DB_IN(ids[0], ids[1], tx_now(t) + HOUR_MS));
}

static void test_case__next_takes_the_urgent_of_two_due_at_once(void **state)
{
    (void)state;
    int64_t ids[] = {opened_free(1, HOUR_MS), opened(CASE_ARTICLE, 1, HOUR_MS)};
    assert_int_equal(db_tx(db, level, ids), OK);
    assert_int_equal(turned(ANNA, 0), ids[1]);
    assert_int_equal(turned(ANNA, ids[1]), ids[0]);
}

static err flood(struct tx *t, void *ctx)
{
    const int64_t *n = ctx;
    for (int64_t i = 0; i < *n; i++) {
        struct casefile c = {.kind = CASE_ARTICLE,
                             .account_id = ACCOUNT,
                             .subject = 100 + i,
                             .title = S("a case"),
                             .due_at = tx_now(t) + (i % 2 ? HOUR_MS : -HOUR_MS)};
        TRY(case_open(t, &c));
    }
    return OK;
}

static void test_case__counting_stops(void **state)
{
    (void)state;
    int64_t n = CASE_COUNT_MAX + 10;
    assert_int_equal(db_tx(db, flood, &n), OK);
    (void)opened_free(1, HOUR_MS);
    struct call c = {.user = ANNA};
    assert_int_equal(db_read(db, count, &c), OK);
    assert_int_equal(c.counts.by_kind[CASE_ARTICLE], CASE_COUNT_MAX);
    assert_int_equal(c.counts.overdue_by_kind[CASE_ARTICLE], n / 2);
    assert_int_equal(c.counts.by_kind[CASE_REGISTRANT], 1);
    assert_int_equal(c.counts.open, CASE_COUNT_MAX + 1);
}

static void test_case__counts(void **state)
{
    (void)state;
    int64_t first = opened_free(1, -MINUTE_MS), second = opened_free(2, HOUR_MS);
    (void)opened(CASE_ARTICLE, 1, HOUR_MS);
    assert_int_equal(claimed(second, ANNA, HOUR_MS), OK);
    struct call c = {.user = ANNA};
    assert_int_equal(db_read(db, count, &c), OK);
    assert_int_equal(c.counts.open, 3);
    assert_int_equal(c.counts.mine, 1);
    assert_int_equal(c.counts.overdue, 1);
    assert_int_equal(c.counts.by_kind[CASE_REGISTRANT], 2);
    assert_int_equal(c.counts.overdue_by_kind[CASE_REGISTRANT], 1);
    assert_int_equal(c.counts.overdue_by_kind[CASE_ARTICLE], 0);
    assert_int_equal(c.counts.oldest_at, loaded(first).c.opened_at);
    assert_int_equal(c.counts.decided_today, 0);
    assert_int_equal(decided(second, ANNA, VERDICT_APPROVE, S("")), OK);
    assert_int_equal(db_read(db, count, &c), OK);
    assert_int_equal(c.counts.open, 2);
    assert_int_equal(c.counts.mine, 0);
    assert_int_equal(c.counts.decided_today, 1);
}

static void test_case__a_new_one_replaces_the_old(void **state)
{
    (void)state;
    int64_t old = opened(CASE_ARTICLE, 4, HOUR_MS);
    assert_int_equal(claimed(old, ANNA, HOUR_MS), OK);
    (void)opened(CASE_ARTICLE, 4, HOUR_MS);
    assert_int_equal(decided(old, ANNA, VERDICT_APPROVE, S("")), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "case_decided");
    assert_true(str_eq(loaded(old).c.state, S("cancelled")));
}

static err agree(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    bool final = false;
    TRY(case_load(t, mem, c->id, &c->c));
    TRY(case_agree(t, mem, &c->c, &c->d, &final));
    return final ? case_decide(t, mem, c->id, &c->d) : OK;
}

static err agreed(int64_t id, int64_t officer, enum verdict v, str reason)
{
    struct call c = {
        .id = id, .d = {.verdict = v, .officer = officer, .reason = reason, .reason_key = S("")}};
    return db_tx(db, agree, &c);
}

static void test_case__two_officers_decide_alike(void **state)
{
    (void)state;
    struct call c = {.c = {.kind = CASE_EXEMPTION,
                           .subject = 1,
                           .opened_by = OPERATOR,
                           .eyes = 2,
                           .title = S("individual"),
                           .due_at = clock_ms() + HOUR_MS}};
    assert_int_equal(db_tx(db, open_, &c), OK);
    int64_t id = c.c.id;
    assert_int_equal(agreed(id, ANNA, VERDICT_APPROVE, S("")), ERR_CONFLICT);
    assert_int_equal(claimed(id, ANNA, HOUR_MS), OK);
    assert_int_equal(agreed(id, ANNA, VERDICT_APPROVE, S("")), OK);
    assert_true(str_eq(loaded(id).c.state, S("open")));
    assert_int_equal(claimed(id, ANNA, HOUR_MS), ERR_DENIED); /* nobody is their own second */
    assert_int_equal(claimed(id, BERT, HOUR_MS), OK);
    assert_int_equal(agreed(id, BERT, VERDICT_REJECT, S("")), ERR_INVALID);
    assert_int_equal(agreed(id, BERT, VERDICT_REJECT, S("no")), OK); /* other: now that waits */
    assert_true(str_eq(loaded(id).c.state, S("open")));
    assert_int_equal(claimed(id, ANNA, HOUR_MS), OK);
    assert_int_equal(agreed(id, ANNA, VERDICT_REJECT, S("no, too")), OK);
    struct call done = loaded(id);
    assert_true(str_eq(done.c.state, S("decided")));
    assert_int_equal(done.done[0].officer, BERT);
    assert_int_equal(done.done[0].second_officer, ANNA);
}

#define TD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TD(test_case__one_claim_at_a_time),
        TD(test_case__released_is_free),
        TD(test_case__lease_runs_out),
        TD(test_case__decided_once),
        TD(test_case__seconds_count_from_the_claim),
        TD(test_case__interest_bars),
        TD(test_case__next_by_due_and_kind),
        TD(test_case__turn_takes_own_claims_first),
        TD(test_case__list_is_stable),
        TD(test_case__lists_are_in_the_order_of_all_kinds),
        TD(test_case__next_takes_the_urgent_of_two_due_at_once),
        TD(test_case__counting_stops),
        TD(test_case__counts),
        TD(test_case__two_officers_decide_alike),
        TD(test_case__a_new_one_replaces_the_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
