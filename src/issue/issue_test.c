/* Issues: all of it at one moment, or none of it. */
#include "issue/issue.h"

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
static struct article_rules rules;

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    assert_int_equal(db_tx(db, seed_publisher, NULL), OK);
    rules = (struct article_rules){ARTICLE_REVIEW_AFTER, 100, DAY_MS};
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
    struct issue_act act;
    struct issue i;
    struct issue_item *items;
    struct issue_wish wish;
    struct issue_part parts[ISSUE_MAX];
    struct issue_beside beside;
    size_t n;
    str state, category;
    enum verdict verdict;
    int published;
};

static struct article_text text(str category)
{
    struct node *doc;
    struct article_text x = {.title = S("First"),
                             .category = category.p ? category : S("culture"),
                             .digest = S(""),
                             .cover = S("")};
    assert_int_equal(doc_from_markdown(mem, S("A quiet river."), NULL, NULL, &doc), OK);
    assert_int_equal(article_text_check(mem, &x, doc, &x), OK);
    return x;
}

static err create(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct article_text x = text(c->category);
    return article_create(t, ACCOUNT, WRITER, &x, &c->act.article);
}

static err make(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return issue_make(t, mem, ACCOUNT, WRITER, &c->act.no);
}

static err add(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return issue_add(t, mem, &c->act);
}

static err up(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return issue_move(t, mem, &c->act, true);
}

static err drop(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return issue_drop(t, mem, &c->act);
}

static err recall(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return issue_recall(t, mem, &c->act);
}

static err load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(issue_load(t, mem, ACCOUNT, c->act.no, &c->i));
    return issue_items(t, mem, ACCOUNT, c->act.no, &c->items, &c->n);
}

static err parts(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(load(t, c));
    for (size_t i = 0; i < c->n; i++) {
        struct draft d;
        TRY(draft_load(t, mem, ACCOUNT, c->items[i].no, &d));
        c->parts[i] = (struct issue_part){.no = d.no, .rev = d.rev, .text = d.text};
        c->parts[i].text.kind = S("text");
    }
    return OK;
}

static err send(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(parts(t, c));
    c->wish.account_id = ACCOUNT;
    c->wish.no = c->act.no;
    c->wish.user_id = WRITER;
    c->wish.rules = &rules;
    c->wish.parts = c->parts;
    c->wish.n = c->n;
    return issue_send(t, mem, &c->wish, &c->state);
}

static err due(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    int n;
    TRY(article_publish_due(t, mem, &n));
    return issue_due(t, mem, &c->published);
}

static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct casefile file;
    struct decision d = {.verdict = c->verdict, .officer = OFFICER, .reason = S("why")};
    TRY(case_of(t, mem, CASE_ARTICLE, ACCOUNT, c->act.article, &file));
    return article_case_decided(t, mem, &file, &d);
}

static err vacate(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE post SET ended_at = 2 WHERE id = 1", DB_IN());
}

static err occupy(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE post SET ended_at = NULL WHERE id = 1", DB_IN());
}

static err come(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE issue SET publish_at = 1 WHERE account_id = 7", DB_IN());
}

static err withdraw(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return article_withdraw(t, mem, ACCOUNT, c->act.article, WRITER, S("r"));
}

static err beside(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return issue_beside(t, mem, ACCOUNT, c->act.article, &c->beside);
}

static err seen(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct article *v;
    return article_list(t, mem, &(struct article_page){.account_id = ACCOUNT, .limit = 10}, &v,
                        &c->n);
}

static size_t public_now(void)
{
    struct call c = {0};
    assert_int_equal(db_read(db, seen, &c), OK);
    return c.n;
}

/* An issue of n fresh drafts; the numbers of its articles in order. */
static struct call put_together(size_t n, int64_t nos[])
{
    struct call c = {.act = {.account_id = ACCOUNT, .user_id = WRITER}};
    assert_int_equal(db_tx(db, make, &c), OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(db_tx(db, create, &c), OK);
        assert_int_equal(db_tx(db, add, &c), OK);
        nos[i] = c.act.article;
    }
    return c;
}

static void assert_state(struct call *c, const char *want)
{
    assert_int_equal(db_read(db, load, c), OK);
    assert_true(str_eq(c->i.state, str_from(want)));
}

static void test_issue__published_at_once_in_its_order(void **state)
{
    (void)state;
    int64_t nos[3];
    struct call c = put_together(3, nos);
    assert_int_equal(db_tx(db, add, &c), ERR_CONFLICT); /* twice */
    assert_int_equal(db_tx(db, up, &c), OK);
    assert_state(&c, "draft");
    assert_int_equal(c.items[1].no, nos[2]);
    assert_int_equal(db_tx(db, send, &c), OK);
    assert_state(&c, "published");
    assert_int_equal(public_now(), 3);
    assert_int_equal(db_read(db, beside, &c), OK);
    assert_int_equal(c.beside.n, 2);
    assert_int_equal(db_tx(db, up, &c), ERR_CONFLICT);
    assert_int_equal(db_tx(db, withdraw, &c), OK); /* one goes, the others stay */
    assert_int_equal(public_now(), 2);
    c.act.article = nos[0];
    assert_int_equal(db_read(db, beside, &c), OK);
    assert_int_equal(c.beside.n, 1);
}

static void test_issue__one_that_the_gate_refuses_keeps_all(void **state)
{
    (void)state;
    int64_t nos[2];
    struct call c = put_together(2, nos);
    c.category = S("finance"); /* not of this account */
    assert_int_equal(db_tx(db, create, &c), OK);
    assert_int_equal(db_tx(db, add, &c), OK);
    assert_int_equal(db_tx(db, send, &c), ERR_DENIED);
    assert_int_equal(c.wish.failed, c.act.article);
    assert_state(&c, "draft");
    assert_int_equal(public_now(), 0);
    assert_int_equal(db_tx(db, drop, &c), OK);
    assert_int_equal(db_tx(db, send, &c), OK);
    assert_int_equal(public_now(), 2);
}

static void test_issue__waits_until_the_last_has_passed_its_review(void **state)
{
    (void)state;
    int64_t nos[2];
    rules.mode = ARTICLE_REVIEW_FIRST;
    struct call c = put_together(2, nos);
    assert_int_equal(db_tx(db, send, &c), OK);
    assert_state(&c, "waiting");
    c.verdict = VERDICT_APPROVE;
    c.act.article = nos[0];
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_int_equal(db_tx(db, due, &c), OK);
    assert_int_equal(public_now(), 0); /* the one that passed waits for the other */
    assert_state(&c, "waiting");
    assert_true(str_eq(c.items[0].state, S("scheduled")));
    assert_true(str_eq(c.items[1].state, S("held")));
    assert_int_equal(db_tx(db, drop, &c), ERR_INVALID); /* one alone is no issue */
    c.act.article = nos[1];
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_int_equal(public_now(), 0);
    assert_int_equal(db_tx(db, due, &c), OK);
    assert_int_equal(c.published, 1);
    assert_int_equal(public_now(), 2);
    assert_state(&c, "published");
}

static void test_issue__sent_back_or_taken_back_nothing_is_public(void **state)
{
    (void)state;
    int64_t nos[3];
    rules.mode = ARTICLE_REVIEW_FIRST;
    struct call c = put_together(3, nos);
    assert_int_equal(db_tx(db, send, &c), OK);
    c.verdict = VERDICT_REJECT;
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_int_equal(db_tx(db, due, &c), OK);
    assert_state(&c, "waiting");
    assert_true(str_eq(c.items[2].state, S("draft")));
    assert_int_equal(db_tx(db, recall, &c), OK);
    assert_state(&c, "draft");
    for (size_t i = 0; i < 3; i++)
        assert_true(str_eq(c.items[i].state, S("draft")));
    assert_int_equal(public_now(), 0);
}

static void test_issue__at_its_time_the_gate_is_asked_again_about_all(void **state)
{
    (void)state;
    int64_t nos[2];
    struct call c = put_together(2, nos);
    c.wish.publish_at = 1;
    assert_int_equal(db_tx(db, send, &c), ERR_INVALID);
    c.wish.publish_at = clock_ms() + DAY_MS;
    assert_int_equal(db_tx(db, send, &c), OK);
    assert_int_equal(db_tx(db, recall, &c), OK);
    assert_state(&c, "draft");
    assert_int_equal(db_tx(db, send, &c), OK); /* what was planned once can be sent again */
    assert_int_equal(db_tx(db, due, &c), OK);
    assert_state(&c, "waiting");
    assert_int_equal(db_tx(db, come, NULL), OK);
    assert_int_equal(db_tx(db, vacate, NULL), OK);
    assert_int_equal(db_tx(db, due, &c), OK);
    assert_state(&c, "waiting");
    assert_true(str_has(c.i.why, S("post_vacant")));
    assert_int_equal(public_now(), 0);
    assert_int_equal(db_tx(db, occupy, NULL), OK);
    assert_int_equal(db_tx(db, due, &c), OK);
    assert_state(&c, "published");
    assert_int_equal(public_now(), 2);
}

static void test_issue__has_two_to_eight(void **state)
{
    (void)state;
    int64_t nos[ISSUE_MAX];
    struct call c = put_together(1, nos);
    assert_int_equal(db_tx(db, send, &c), ERR_INVALID);
    assert_int_equal(db_tx(db, drop, &c), OK);
    c = put_together(ISSUE_MAX, nos);
    assert_int_equal(db_tx(db, create, &c), OK);
    assert_int_equal(db_tx(db, add, &c), ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
        CASE(test_issue__published_at_once_in_its_order),
        CASE(test_issue__one_that_the_gate_refuses_keeps_all),
        CASE(test_issue__waits_until_the_last_has_passed_its_review),
        CASE(test_issue__sent_back_or_taken_back_nothing_is_public),
        CASE(test_issue__at_its_time_the_gate_is_asked_again_about_all),
        CASE(test_issue__has_two_to_eight),
#undef CASE
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
