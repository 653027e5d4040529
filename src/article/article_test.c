/* The road of an article: the gate, the review, versions, schedule (A6.3, A7.1). */
#include "article/article.h"
#include "base/clock.h"
#include "gate/gate.h"
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
    mem = arena_new();
    rules = (struct article_rules){ARTICLE_REVIEW_FIRST, 10, 3 * DAY_MS};
    test_db_open(&db);
    assert_int_equal(db_tx(db, seed_publisher, NULL), OK);
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
    str title, category;
    int64_t no, publish_at;
    int rev, new_rev;
    enum verdict verdict;
    struct article a;
    struct article_version v;
    struct article_outcome o;
    struct gate_answer gate;
};

static struct article_text text(const struct call *c)
{
    struct node *doc;
    struct article_text x = {.title = c->title.p ? c->title : S("First"),
                             .category = c->category.p ? c->category : S("culture"),
                             .digest = S(""),
                             .cover = S("")};
    assert_int_equal(doc_from_markdown(mem, S("A quiet river."), NULL, NULL, &doc), OK);
    assert_int_equal(article_text_check(mem, &x, doc, &x), OK);
    return x;
}

static err create(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct article_text x = text(c);
    return article_create(t, ACCOUNT, WRITER, &x, &c->no);
}

static err save(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct article_text x = text(c);
    return article_save(t, ACCOUNT, c->no, WRITER, c->rev, &x, &c->new_rev);
}

static err submit(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct article_text x = text(c);
    return article_submit(t, mem,
                          &(struct article_submission){.account_id = ACCOUNT,
                                                       .no = c->no,
                                                       .user_id = WRITER,
                                                       .publish_at = c->publish_at,
                                                       .text = &x,
                                                       .rules = &rules},
                          &c->o);
}

static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct casefile file;
    struct decision d = {.verdict = c->verdict, .officer = OFFICER, .reason = S("why")};
    TRY(case_of(t, mem, CASE_ARTICLE, ACCOUNT, c->no, &file));
    return article_case_decided(t, mem, &file, &d);
}

static err load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return article_load(t, mem, ACCOUNT, c->no, &c->a);
}

static err withdraw(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return article_withdraw(t, mem, ACCOUNT, c->no, WRITER, c->title);
}

static err unsubmit(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return article_unsubmit(t, ACCOUNT, c->no, WRITER);
}

static err due(struct tx *t, void *ctx)
{
    int n;
    (void)ctx;
    return article_publish_due(t, mem, &n);
}

static err make_due(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE article SET publish_at = 1 WHERE account_id = 7", DB_IN());
}

static err vacate(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE post SET ended_at = 2 WHERE id = 1", DB_IN());
}

static err ask(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return gate_ask(t, mem,
                    &(struct gate_question){.account_id = ACCOUNT,
                                            .category = c->category,
                                            .counts = true,
                                            .daily_quota = rules.daily_quota},
                    &c->gate);
}

static void ok(tx_fn *fn, struct call *c)
{
    err e = db_tx(db, fn, c);
    if (e != OK)
        print_message("%s: %s\n", fault_of(e).reason, fault_of(e).text);
    assert_int_equal(e, OK);
}

static void refused(tx_fn *fn, struct call *c, err want, const char *reason)
{
    assert_int_equal(db_tx(db, fn, c), want);
    assert_string_equal(fault_of(want).reason, reason);
}

static void state_is(struct call *c, const char *state, int version)
{
    ok(load, c);
    assert_string_equal(str_z(mem, c->a.state), state);
    assert_int_equal(c->a.version, version);
}

static void test_article__road(void **state)
{
    struct call c = {.title = S("First")};
    (void)state;
    ok(create, &c);
    state_is(&c, "draft", 0);
    ok(submit, &c);
    state_is(&c, "held", 0);
    refused(submit, &c, ERR_CONFLICT, "in_review");
    c.verdict = VERDICT_APPROVE;
    ok(decide, &c);
    state_is(&c, "published", 1);
    c.title = S("Second");
    ok(submit, &c); /* the old version stays public */
    state_is(&c, "published", 1);
    assert_string_equal(str_z(mem, c.a.title), "First");
    ok(decide, &c);
    state_is(&c, "published", 2);
    assert_string_equal(str_z(mem, c.a.title), "Second");
    c.title = S("");
    refused(withdraw, &c, ERR_INVALID, "reason_required");
    c.title = S("wrong");
    ok(withdraw, &c);
    state_is(&c, "withdrawn", 2);
}

static err was_public(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return article_was_public(t, ACCOUNT, c->no, c->rev, &c->new_rev);
}

static err public_versions(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct article_version *v;
    size_t n;
    TRY(article_public_versions(t, mem, ACCOUNT, c->no, &v, &n));
    c->rev = (int)n;
    return OK;
}

/* A version that was sent back stays with the writers, also when a later one is public. */
static void test_article__rejected_version_is_never_public(void **state)
{
    struct call c = {0};
    (void)state;
    ok(create, &c);
    for (int i = 1; i <= 3; i++) {
        c.verdict = i == 2 ? VERDICT_REJECT : VERDICT_APPROVE;
        ok(submit, &c);
        ok(decide, &c);
    }
    state_is(&c, "published", 3);
    c.rev = 2;
    refused(was_public, &c, ERR_NOT_FOUND, "not_found");
    c.rev = 3;
    ok(was_public, &c);
    assert_int_equal(c.new_rev, 1);
    c.rev = 1;
    ok(was_public, &c);
    assert_int_equal(c.new_rev, 0);
    ok(public_versions, &c);
    assert_int_equal(c.rev, 2);
}

static void test_article__later_writer_sees_a_conflict(void **state)
{
    struct call c = {.rev = 1};
    (void)state;
    ok(create, &c);
    ok(save, &c);
    assert_int_equal(c.new_rev, 2);
    refused(save, &c, ERR_CONFLICT, "edited_elsewhere");
}

static void test_article__returned_and_taken_back(void **state)
{
    struct call c = {.verdict = VERDICT_RETURN};
    (void)state;
    ok(create, &c);
    ok(submit, &c);
    ok(decide, &c);
    state_is(&c, "draft", 0);
    assert_string_equal(str_z(mem, c.a.reason), "why");
    ok(submit, &c);
    ok(unsubmit, &c);
    state_is(&c, "draft", 0);
    refused(unsubmit, &c, ERR_CONFLICT, "not_in_review");
}

static void test_article__reject_after_publication_removes(void **state)
{
    struct call c = {.verdict = VERDICT_REJECT};
    (void)state;
    rules.mode = ARTICLE_REVIEW_AFTER;
    ok(submit, &c);
    c.no = c.o.no;
    state_is(&c, "published", 1);
    ok(decide, &c);
    state_is(&c, "removed", 1);
    refused(submit, &c, ERR_DENIED, "article_closed");
}

static void test_article__schedule_asks_the_gate_again(void **state)
{
    struct call c = {.publish_at = INT64_MAX / 2};
    (void)state;
    rules.mode = ARTICLE_REVIEW_AFTER;
    ok(submit, &c);
    c.no = c.o.no;
    state_is(&c, "scheduled", 1);
    ok(make_due, &c);
    ok(vacate, &c);
    ok(due, &c);
    ok(load, &c);
    assert_string_equal(str_z(mem, c.a.state), "draft");
    assert_string_equal(str_z(mem, c.a.reason), "post_vacant");
}

static err break_identity(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE registrant SET state = 'invalid'", DB_IN());
}
static err break_agreement(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO policy (kind, version, title, doc, hash, effective_at, created_by,"
                   " created_at) VALUES ('service_agreement', 2, 'a', '{}', $1, 1, 0, 1)",
                   DB_IN(str_bytes(S("y"))));
}
static err break_account(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE account SET state = 'paused'", DB_IN());
}
static err break_measure(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO measure (account_id, id, kind, functions, reason, start_at,"
                   " decision_id) VALUES (7, 1, 'restrict', 'publish', '', 1, 1)",
                   DB_IN());
}

static void test_gate__each_reason(void **state)
{
    const struct {
        tx_fn *fn;
        enum gate_reason reason;
    } breaks[] = {{break_identity, GATE_identity_required},
                  {break_agreement, GATE_agreement_required},
                  {break_account, GATE_account_inactive},
                  {break_measure, GATE_measure_in_force},
                  {vacate, GATE_post_vacant}};
    struct call c = {.category = S("culture")};
    unsigned want = 0;
    (void)state;
    ok(ask, &c);
    assert_int_equal(c.gate.closed, 0);
    for (size_t i = 0; i < LEN(breaks); i++) {
        ok(breaks[i].fn, &c);
        want |= 1U << breaks[i].reason;
        ok(ask, &c);
        assert_int_equal(c.gate.closed, want);
    }
    refused(submit, &c, ERR_DENIED, "identity_required");
}

static void test_gate__category_and_quota(void **state)
{
    struct call c = {.category = S("health")};
    (void)state;
    refused(submit, &c, ERR_DENIED, "category_not_granted");
    c.category = S("life");
    rules.daily_quota = 1;
    ok(submit, &c);
    refused(submit, &c, ERR_DENIED, "quota_used");
}

/* ---- what a reader follows ---- */

enum { READER = 40, FOLLOWED = 60, FEED_PAGE = 4, FEED_MOST = 1400 };

static uint32_t roll(uint32_t *state, uint32_t of)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 16) % of;
}

/* Accounts with none to forty articles, many at the same time, some limited, two closed. */
static err seed_feed(struct tx *t, void *ctx)
{
    uint32_t dice = 5;
    struct seed_account loud = {99, S("feed-loud"), S("F"), 5, S("individual"), S("")};
    (void)ctx;
    /* Nobody's: more than the nearest articles, between those of the others. */
    TRY(seed_account(t, &loud));
    for (int64_t no = 1; no <= 600; no++) {
        TRY(seed_article(t, loud.id, no, S("published")));
        TRY(db_exec(t, "UPDATE article SET published_at = 30 WHERE account_id = $1 AND no = $2",
                    DB_IN(loud.id, no)));
    }
    for (int64_t id = 100; id < 100 + FOLLOWED; id++) {
        struct seed_account a = {id,   str_fmt(mem, "feed-%d", (int)id), S("F"), 5, S("individual"),
                                 S("")};
        TRY(seed_account(t, &a));
        TRY(db_exec(t, "UPDATE account SET state = 'closed' WHERE id = $1 AND id IN (104, 117)",
                    DB_IN(id)));
        for (int64_t no = (int64_t)roll(&dice, 40) * roll(&dice, 2); no > 0; no--) {
            TRY(seed_article(t, id, no, S("published")));
            TRY(db_exec(t,
                        "UPDATE article SET published_at = $3, limited = $4"
                        " WHERE account_id = $1 AND no = $2",
                        DB_IN(id, no, 1 + (int64_t)roll(&dice, 60), roll(&dice, 9) == 0)));
        }
    }
    return OK;
}

struct feed {
    struct article_page page;
    int64_t account[FEED_MOST], no[FEED_MOST];
    size_t n;
};

static err feed_page(struct tx *t, void *ctx)
{
    struct feed *f = ctx;
    struct article *v;
    size_t n;
    TRY(article_list(t, mem, &f->page, &v, &n));
    for (size_t i = 0; i < n; i++) {
        f->account[f->n] = v[i].account_id;
        f->no[f->n++] = v[i].no;
        f->page.before_at = v[i].published_at;
        f->page.before_account = v[i].account_id;
        f->page.before_no = v[i].no;
    }
    return n == FEED_PAGE ? OK : ERR_NOT_FOUND;
}

static err feed_whole(struct tx *t, void *ctx)
{
    struct feed *f = ctx;
    int64_t account, no;
    DB_EACH(t, mem,
            "SELECT a.account_id, a.no FROM subscription s JOIN article a"
            " ON a.account_id = s.account_id JOIN account p ON p.id = s.account_id"
            " WHERE s.user_id = $1 AND a.state = 'published' AND a.limited = 0"
            " AND p.state <> 'closed' ORDER BY a.published_at DESC, a.account_id DESC, a.no DESC",
            DB_IN(f->page.reader_id), DB_OUT(&account, &no), {
                f->account[f->n] = account;
                f->no[f->n++] = no;
            });
    return OK;
}

static err follow(struct tx *t, void *ctx)
{
    const int *n = ctx;
    for (int64_t i = 0; i < *n; i++)
        TRY(db_exec(t, "INSERT INTO subscription (user_id, account_id, at) VALUES ($1, $2, 1)",
                    DB_IN(READER + *n, 100 + i)));
    return OK;
}

static void test_feed__pages_are_the_whole_list(void **state)
{
    (void)state;
    assert_int_equal(db_tx(db, seed_feed, NULL), OK);
    for (int n = 1; n <= FOLLOWED; n += n < 6 ? 1 : 8) {
        static struct feed whole, pages;
        whole = pages = (struct feed){.page = {.reader_id = READER + n, .limit = FEED_PAGE}};
        assert_int_equal(db_tx(db, follow, &n), OK);
        assert_int_equal(db_read(db, feed_whole, &whole), OK);
        while (db_read(db, feed_page, &pages) == OK && pages.n < FEED_MOST - FEED_PAGE)
            continue;
        assert_int_equal(pages.n, whole.n);
        assert_memory_equal(pages.account, whole.account, whole.n * sizeof *whole.account);
        assert_memory_equal(pages.no, whole.no, whole.n * sizeof *whole.no);
        assert_true(n < FOLLOWED - 8 || whole.n > 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_article__road, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_article__rejected_version_is_never_public, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_article__later_writer_sees_a_conflict, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_article__returned_and_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_article__reject_after_publication_removes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_article__schedule_asks_the_gate_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_gate__each_reason, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_feed__pages_are_the_whole_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gate__category_and_quota, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
