/* Series: reviewed words, articles in an order; and pinned articles. */
#include "account/series.h"
#include "article/sequel.h"
#include "base/clock.h"
#include "base/rand.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ACCOUNT = SEED_RIVER, WRITER = SEED_WRITER, OFFICER = SEED_OFFICER };

static arena *mem;
static struct db *db;

static err articles(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(db_exec(t, "UPDATE account SET last_no = 6 WHERE id = 7", DB_IN()));
    for (int64_t no = 1; no <= 6; no++)
        TRY(db_exec(t,
                    "INSERT INTO article (account_id, no, author_id, state, kind, category, title,"
                    " digest, cover, version, versions, created_at, updated_at, published_at)"
                    " VALUES (7, $1, 11, CASE WHEN $1 = 6 THEN 'draft' ELSE 'published' END,"
                    " 'text', 'culture', 't', 'd', '', 1, 1, 1, 1, $1)",
                    DB_IN(no)));
    return OK;
}

struct call {
    struct sequel_act act;
    struct sequel s;
    struct article_page page;
    struct article *v;
    struct series series;
    enum verdict verdict;
    str text;
    size_t n;
    bool up;
};

static err make(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct profile_wish w = {
        .account_id = ACCOUNT, .user_id = WRITER, .review_ms = DAY_MS, .value = c->text};
    return series_make(t, mem, &w, &c->act.series);
}

static err ask(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    struct profile_wish w = {.account_id = ACCOUNT,
                             .user_id = WRITER,
                             .review_ms = DAY_MS,
                             .series = c->act.series,
                             .value = c->text};
    return series_ask(t, mem, &w);
}

static err decide(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    struct casefile *v;
    size_t n;
    struct decision d = {
        .verdict = c->verdict, .reason_key = S(""), .reason = S("r"), .officer = OFFICER};
    TRY(case_list(t, mem, &(struct case_filter){.kind = CASE_PROFILE, .limit = 5}, &v, &n));
    if (n != 1)
        return fault(ERR_BUG, "internal", "%zu cases", n);
    TRY(case_claim(t, v[0].id, OFFICER, HOUR_MS));
    TRY(case_decide(t, mem, v[0].id, &d));
    return profile_case_decided(t, mem, &v[0], &d);
}

static err load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return series_load(t, mem, ACCOUNT, c->act.series, &c->series);
}

static err end(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return series_end(t, mem, ACCOUNT, c->act.series, WRITER);
}

static err add(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return sequel_add(t, mem, &c->act);
}

static err move(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return sequel_move(t, mem, &c->act, c->up);
}

static err drop(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return sequel_drop(t, mem, &c->act);
}

static err list(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return article_list(t, mem, &c->page, &c->v, &c->n);
}

static err beside(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return sequel_of(t, mem, ACCOUNT, c->act.no, &c->s);
}

static err pin(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return pin_set(t, mem, &c->act);
}

static err unpin(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return pin_drop(t, mem, &c->act);
}

static err hide(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return article_withdraw(t, mem, ACCOUNT, c->act.no, WRITER, S("r"));
}

static struct call of(int64_t series, int64_t no)
{
    return (struct call){.act = {ACCOUNT, series, no, WRITER}};
}

/* Numbers of a list, "3 1 2". */
static void assert_list(struct article_page page, const char *want)
{
    struct call c = {.page = page};
    str got = S("");
    c.page.account_id = ACCOUNT;
    c.page.limit = 10;
    assert_int_equal(db_read(db, list, &c), OK);
    for (size_t i = 0; i < c.n; i++)
        got = str_fmt(mem, "%.*s%s%lld", FMT(got), i ? " " : "", (long long)c.v[i].no);
    assert_string_equal(str_z(mem, got), want);
}

static void test_series__words_are_public_after_their_review(void **state)
{
    (void)state;
    struct call c = {.text = series_text(mem, S("四季"), S("一条河"))};
    struct call bad = {.text = series_text(mem, S(""), S("x"))};
    assert_int_equal(db_tx(db, make, &bad), ERR_INVALID);
    assert_int_equal(db_tx(db, make, &c), OK);
    assert_int_equal(c.act.series, 1);
    assert_int_equal(db_read(db, load, &c), OK);
    assert_false(series_public(&c.series));
    c.text = series_text(mem, S("河的四季"), S("一条河"));
    assert_int_equal(db_tx(db, ask, &c), OK); /* replaces what waits */
    c.verdict = VERDICT_APPROVE;
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_int_equal(db_read(db, load, &c), OK);
    assert_true(series_public(&c.series));
    assert_string_equal(str_z(mem, c.series.title), "河的四季");
    c.text = series_text(mem, S("坏名字"), S(""));
    assert_int_equal(db_tx(db, ask, &c), OK);
    c.verdict = VERDICT_REJECT;
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_int_equal(db_read(db, load, &c), OK);
    assert_string_equal(str_z(mem, c.series.title), "河的四季");
    assert_int_equal(c.series.asked.n, 0);
}

static void test_series__order_is_that_of_people(void **state)
{
    (void)state;
    struct article_page page = {.series = 1};
    for (int64_t no = 1; no <= 3; no++)
        assert_int_equal(db_tx(db, add, &(struct call){.act = {ACCOUNT, 1, no, WRITER}}), OK);
    struct call draft = of(1, 6), three = of(1, 3), other = of(2, 1), none = of(1, 99);
    assert_int_equal(db_tx(db, add, &draft), OK); /* not shown until it is public */
    assert_int_equal(db_tx(db, add, &three), ERR_CONFLICT);
    assert_int_equal(db_tx(db, add, &none), ERR_NOT_FOUND);
    assert_int_equal(db_tx(db, add, &other), ERR_NOT_FOUND); /* there is no series 2 */
    assert_list(page, "1 2 3");
    three.up = true;
    assert_int_equal(db_tx(db, move, &three), OK);
    assert_list(page, "1 3 2");
    assert_int_equal(db_tx(db, move, &three), OK);
    assert_int_equal(db_tx(db, move, &three), OK); /* it is the first */
    assert_list(page, "3 1 2");
    page.before_at = 1; /* behind the first */
    page.before_no = 3;
    assert_list(page, "1 2");
    struct call one = of(1, 1);
    assert_int_equal(db_read(db, beside, &one), OK);
    assert_int_equal(one.s.before.no, 3);
    assert_int_equal(one.s.after.no, 2);
    assert_int_equal(one.s.at, 2);
    assert_int_equal(one.s.of, 3);
    assert_int_equal(db_tx(db, drop, &three), OK);
    assert_int_equal(db_read(db, beside, &one), OK);
    assert_int_equal(one.s.before.no, 0);
    struct call five = of(0, 5);
    assert_int_equal(db_read(db, beside, &five), ERR_NOT_FOUND);
}

static void test_pin__three_at_most_and_only_what_is_public(void **state)
{
    (void)state;
    struct article_page page = {.pinned = true};
    for (int64_t no = 1; no <= 3; no++)
        assert_int_equal(db_tx(db, pin, &(struct call){.act = {ACCOUNT, 0, no, WRITER}}), OK);
    struct call four = of(0, 4), draft = of(0, 6), two = of(0, 2);
    assert_int_equal(db_tx(db, pin, &two), OK); /* twice is once */
    assert_int_equal(db_tx(db, pin, &four), ERR_LIMIT);
    assert_int_equal(db_tx(db, pin, &draft), ERR_CONFLICT);
    assert_int_equal(db_tx(db, hide, &two), OK);
    assert_list(page, "3 1");
    assert_int_equal(db_tx(db, pin, &four), OK); /* its place is free */
    assert_int_equal(db_tx(db, unpin, &four), OK);
    assert_int_equal(db_tx(db, unpin, &four), OK);
    assert_list(page, "3 1");
}

static void test_series__dissolved_leaves_its_articles(void **state)
{
    (void)state;
    struct call c = of(1, 0), one = of(1, 1);
    assert_int_equal(db_tx(db, end, &c), OK);
    assert_list((struct article_page){.series = 1}, "");
    assert_int_equal(db_read(db, beside, &one), ERR_NOT_FOUND);
    assert_int_equal(db_tx(db, add, &one), ERR_CONFLICT);
    c.text = series_text(mem, S("a"), S(""));
    assert_int_equal(db_tx(db, ask, &c), ERR_CONFLICT);
    assert_int_equal(db_tx(db, make, &c), OK);
    assert_int_equal(c.act.series, 2);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    assert_int_equal(db_tx(db, seed_publisher, NULL), OK);
    assert_int_equal(db_tx(db, articles, NULL), OK);
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
        cmocka_unit_test(test_series__words_are_public_after_their_review),
        cmocka_unit_test(test_series__order_is_that_of_people),
        cmocka_unit_test(test_pin__three_at_most_and_only_what_is_public),
        cmocka_unit_test(test_series__dissolved_leaves_its_articles),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
