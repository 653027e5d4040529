/* Two-person publishing: the gate knows it on every path (A10.1, A4.3, A6.3). */
#include "article/release.h"
#include "base/clock.h"
#include "settings/provider.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ACCOUNT = 7, WRITER = 11, SECOND = 12, THIRD = 13 };

static arena *mem;
static struct db *db;
static struct article_rules rules;

static err seed(struct tx *t, void *ctx)
{
    TRY(seed_publisher(t, ctx));
    TRY(seed_user(t, THIRD, S("t")));
    TRY(seed_member(t, ACCOUNT, WRITER, S("author")));
    TRY(seed_member(t, ACCOUNT, SECOND, S("editor")));
    TRY(seed_member(t, ACCOUNT, THIRD, S("owner")));
    return db_exec(t, "UPDATE account SET class = 'government' WHERE id = 7", DB_IN());
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    rules = (struct article_rules){ARTICLE_REVIEW_AFTER, 10, 3 * DAY_MS};
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
    int64_t no, user, publish_at;
    int version, published;
    bool on, release;
    str reason;
    struct article a;
    struct article_outcome o;
    struct release_rule rule;
    struct casefile file;
};

static err submit(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct node *doc;
    struct article_text x = {
        .title = S("First"), .category = S("culture"), .digest = S(""), .cover = S("")};
    TRY(doc_from_markdown(mem, S("A quiet river."), NULL, NULL, &doc));
    TRY(article_text_check(mem, &x, doc, &x));
    TRY(article_submit(t, mem,
                       &(struct article_submission){.account_id = ACCOUNT,
                                                    .no = c->no,
                                                    .user_id = c->user,
                                                    .publish_at = c->publish_at,
                                                    .text = &x,
                                                    .rules = &rules},
                       &c->o));
    c->no = c->o.no;
    c->version = c->o.version;
    return OK;
}

static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return release_decide(t, mem,
                          &(struct release_act){.account_id = ACCOUNT,
                                                .no = c->no,
                                                .user_id = c->user,
                                                .version = c->version,
                                                .release = c->release,
                                                .reason = c->reason,
                                                .rules = &rules});
}

static err rule(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return release_rule_set(t, mem, ACCOUNT, c->user, c->on);
}

static err load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(release_rule_load(t, mem, ACCOUNT, &c->rule));
    return c->no ? article_load(t, mem, ACCOUNT, c->no, &c->a) : OK;
}

static err case_find(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return case_of(t, mem, CASE_ARTICLE, ACCOUNT, c->no, &c->file);
}

static err unsubmit(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return article_unsubmit(t, ACCOUNT, c->no, WRITER);
}

static err alone(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "DELETE FROM member WHERE account_id = 7 AND role <> 'owner'", DB_IN());
}

static err force(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO setting_version (name, version, value, reason, set_by, set_at)"
                   " VALUES ('two_person_government', 1, 'on', '', 0, 1)",
                   DB_IN());
}

static err due(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(db_exec(t, "UPDATE article SET publish_at = 1 WHERE account_id = 7 AND no = $1",
                DB_IN(c->no)));
    return article_publish_due(t, mem, &c->published);
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

static void state_is(struct call *c, const char *want)
{
    ok(load, c);
    assert_string_equal(str_z(mem, c->a.state), want);
}

static void test_release__second_member(void **state)
{
    struct call c = {.user = THIRD, .on = true}, other;
    (void)state;
    ok(rule, &c);
    c.user = SECOND;
    ok(submit, &c);
    assert_true(c.o.second_person);
    state_is(&c, "held");
    assert_int_equal(db_tx(db, case_find, &c), ERR_NOT_FOUND); /* staff do not see it yet */
    c.release = true;
    refused(decide, &c, ERR_DENIED, "release_own");
    other = c;
    other.user = THIRD;
    other.version = 2;
    refused(decide, &other, ERR_CONFLICT, "release_other_version");
    other.version = 1;
    ok(decide, &other);
    state_is(&c, "published");
    ok(case_find, &c);
    refused(decide, &other, ERR_CONFLICT, "not_waiting");
    ok(submit, &c); /* a new version: the old one stays public */
    state_is(&c, "published");
    assert_int_equal(c.a.version, 1);
    other.version = c.version;
    ok(decide, &other);
    state_is(&c, "published");
    assert_int_equal(c.a.version, 2);
}

static void test_release__review_first_goes_to_staff(void **state)
{
    struct call c = {.user = THIRD, .on = true};
    (void)state;
    rules.mode = ARTICLE_REVIEW_FIRST;
    ok(rule, &c);
    c.user = WRITER;
    ok(submit, &c);
    c.user = SECOND;
    c.release = true;
    rules.mode = ARTICLE_REVIEW_AFTER; /* as it was submitted is what counts */
    ok(decide, &c);
    state_is(&c, "held");
    ok(case_find, &c);
    assert_string_equal(str_z(mem, c.file.state), "open");
    assert_int_equal(c.file.opened_by, WRITER);
}

static void test_release__sent_back_and_taken_back(void **state)
{
    struct call c = {.user = THIRD, .on = true};
    (void)state;
    ok(rule, &c);
    c.user = WRITER;
    ok(submit, &c);
    c.user = SECOND;
    refused(decide, &c, ERR_INVALID, "reason_required");
    c.reason = S("which river?");
    ok(decide, &c);
    state_is(&c, "draft");
    c.user = WRITER;
    ok(submit, &c);
    ok(unsubmit, &c);
    c.user = SECOND;
    c.release = true;
    refused(decide, &c, ERR_CONFLICT, "not_waiting");
}

static void test_release__schedule_asks_again(void **state)
{
    struct call c = {.user = WRITER, .publish_at = INT64_MAX / 2}, r = {.user = THIRD, .on = true};
    (void)state;
    ok(submit, &c);
    state_is(&c, "scheduled");
    ok(rule, &r);
    ok(due, &c);
    state_is(&c, "draft");
    assert_string_equal(str_z(mem, c.a.reason), "second_person_required");
    c.publish_at = INT64_MAX / 2;
    ok(submit, &c);
    state_is(&c, "held");
    c.user = SECOND;
    c.release = true;
    ok(decide, &c);
    state_is(&c, "scheduled");
    ok(due, &c);
    state_is(&c, "published");
}

static void test_release__forced_by_the_provider(void **state)
{
    struct call c = {.user = THIRD};
    (void)state;
    ok(submit, &c);
    assert_false(c.o.second_person);
    ok(force, &c);
    c.no = 0;
    ok(submit, &c);
    assert_true(c.o.second_person);
    ok(alone, &c);
    c.no = 0;
    refused(submit, &c, ERR_DENIED, "second_member_missing");
}

static void test_release__two_switch_it_off(void **state)
{
    struct call c = {.user = SECOND, .on = true};
    (void)state;
    ok(rule, &c);
    c.on = false;
    ok(rule, &c);
    ok(load, &c);
    assert_true(c.rule.on);
    refused(rule, &c, ERR_CONFLICT, "second_agrees");
    c.user = THIRD;
    ok(rule, &c);
    ok(load, &c);
    assert_false(c.rule.on);
    ok(alone, &c);
    c.on = true;
    refused(rule, &c, ERR_CONFLICT, "second_member_missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_release__second_member, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_release__review_first_goes_to_staff, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_release__sent_back_and_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_release__schedule_asks_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_release__forced_by_the_provider, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_release__two_switch_it_off, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
