/* What people were told: order, pages, arguments, read marks, whom an account's notice reaches. */
#include "notice/notice.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ACCOUNT = 7, OWNER = 11, EDITOR = 12, AUTHOR = 13 };

static arena *mem;
static struct db *db;

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(seed_member(t, 7, 11, S("owner")));
    TRY(seed_member(t, 7, 12, S("editor")));
    return seed_member(t, 7, 13, S("author"));
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
    int64_t user, before, until, unread;
    int limit;
    const char *kind;
    struct notice *v;
    size_t n;
};

static err send(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return notice_send(t, c->user, c->kind, S("/me"), 2, (str[]){S("甲\"乙"), S("")});
}

static err send_account(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return notice_send_account(t, ACCOUNT, c->kind, S("/console/x"), 0, NULL);
}

static err list(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(notice_unread(t, c->user, &c->unread));
    return notice_list(t, mem, c->user, c->before, c->limit, &c->v, &c->n);
}

static err mark(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return notice_mark_read(t, c->user, c->until);
}

static void sent(int64_t user, const char *kind)
{
    assert_int_equal(db_tx(db, send, &(struct call){.user = user, .kind = kind}), OK);
}

static struct call listed(int64_t user, int64_t before, int limit)
{
    struct call c = {.user = user, .before = before, .limit = limit};
    assert_int_equal(db_read(db, list, &c), OK);
    return c;
}

static void test_notice__newest_first_in_pages(void **state)
{
    (void)state;
    sent(OWNER, "one");
    sent(OWNER, "two");
    sent(OWNER, "three");
    sent(EDITOR, "other");
    struct call c = listed(OWNER, 0, 2);
    assert_int_equal(c.n, 2);
    assert_true(str_eq(c.v[0].kind, S("three")));
    assert_true(str_eq(c.v[1].kind, S("two")));
    c = listed(OWNER, c.v[1].id, 2);
    assert_int_equal(c.n, 1);
    assert_true(str_eq(c.v[0].kind, S("one")));
}

static void test_notice__arguments_come_back(void **state)
{
    (void)state;
    sent(OWNER, "one");
    struct call c = listed(OWNER, 0, 10);
    assert_int_equal(c.v[0].arg_n, 2);
    assert_true(str_eq(c.v[0].args[0], S("甲\"乙")));
    assert_int_equal(c.v[0].args[1].n, 0);
    assert_true(str_eq(c.v[0].link, S("/me")));
    assert_true(c.v[0].at > 0);
}

static void test_notice__read_up_to_one(void **state)
{
    (void)state;
    sent(OWNER, "one");
    sent(OWNER, "two");
    sent(EDITOR, "other");
    struct call c = listed(OWNER, 0, 10);
    assert_int_equal(c.unread, 2);
    struct call m = {.user = OWNER, .until = c.v[1].id};
    assert_int_equal(db_tx(db, mark, &m), OK);
    c = listed(OWNER, 0, 10);
    assert_int_equal(c.unread, 1);
    assert_int_equal(c.v[0].read_at, 0);
    int64_t when = c.v[1].read_at;
    assert_true(when > 0);
    m.until = INT64_MAX;
    assert_int_equal(db_tx(db, mark, &m), OK);
    c = listed(OWNER, 0, 10);
    assert_int_equal(c.unread, 0);
    assert_int_equal(c.v[1].read_at, when); /* the first reading counts */
    assert_int_equal(listed(EDITOR, 0, 10).unread, 1);
}

static void test_notice__account_reaches_owner_and_editors(void **state)
{
    (void)state;
    assert_int_equal(db_tx(db, send_account, &(struct call){.kind = "returned"}), OK);
    assert_int_equal(listed(OWNER, 0, 10).n, 1);
    assert_int_equal(listed(EDITOR, 0, 10).n, 1);
    assert_int_equal(listed(AUTHOR, 0, 10).n, 0);
}

#define TD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TD(test_notice__newest_first_in_pages),
        TD(test_notice__arguments_come_back),
        TD(test_notice__read_up_to_one),
        TD(test_notice__account_reaches_owner_and_editors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
