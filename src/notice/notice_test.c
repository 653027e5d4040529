/* What people were told: order, pages, arguments, read marks, whom an account's notice reaches. */
#include "notice/choice.h"
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

/* ---- ways ---- */

static void test_kinds__every_message_has_a_group(void **state)
{
    (void)state;
    int n = 0;
    for (int m = 0; m < MSG_COUNT; m++) {
        str key = msg_key((enum msg)m);
        if (!str_starts(key, S("notice.")))
            continue;
        n++;
        if (notice_group_of(str_sub(key, 7, key.n)) == NOTICE_GROUPS)
            fail_msg("%.*s has no line in notice/kinds.def", FMT(key));
    }
    assert_true(n > 90);
}

static void test_groups__have_their_texts(void **state)
{
    (void)state;
    enum msg m;
    for (int g = 0; g < NOTICE_GROUPS; g++) {
        str name = str_from(NOTICE_GROUP[g].name);
        assert_true(msg_find(str_cat(mem, S("notices.group_"), name), &m));
        assert_true(msg_find(str_cat(mem, S("notices.what_"), name), &m));
        assert_int_equal(msg_find(str_cat(mem, S("notices.why_"), name), &m),
                         !NOTICE_GROUP[g].optional);
    }
}

struct choosing {
    int64_t user;
    enum notice_group group;
    struct notice_ways ways;
    int64_t stored, going;
};

static err choose(struct tx *t, void *ctx)
{
    const struct choosing *c = ctx;
    return notice_ways_set(t, c->user, c->group, c->ways);
}

static err chosen(struct tx *t, void *ctx)
{
    struct choosing *c = ctx;
    TRY(notice_ways_of(t, c->user, c->group, &c->ways));
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM notice_choice", DB_IN(), DB_OUT(&c->stored)));
    return db_one(t, NULL, "SELECT COUNT(*) FROM notice_out WHERE user_id = $1", DB_IN(c->user),
                  DB_OUT(&c->going));
}

static struct choosing choice_of(int64_t user, enum notice_group g)
{
    struct choosing c = {.user = user, .group = g};
    assert_int_equal(db_read(db, chosen, &c), OK);
    return c;
}

static void test_choice__only_deviations_are_stored(void **state)
{
    (void)state;
    struct choosing c = choice_of(OWNER, NOTICE_articles);
    assert_true(c.ways.site && !c.ways.email && !c.ways.sms);
    c.ways = (struct notice_ways){.email = true};
    assert_int_equal(db_tx(db, choose, &c), OK);
    c = choice_of(OWNER, NOTICE_articles);
    assert_true(!c.ways.site && c.ways.email && !c.ways.sms);
    assert_int_equal(c.stored, 1);
    c.ways = (struct notice_ways){.site = true};
    assert_int_equal(db_tx(db, choose, &c), OK);
    assert_int_equal(choice_of(OWNER, NOTICE_articles).stored, 0);
    assert_true(choice_of(EDITOR, NOTICE_articles).ways.site);
}

static void test_choice__what_must_be_told_stays_on_the_site(void **state)
{
    (void)state;
    for (int g = 0; g < NOTICE_GROUPS; g++) {
        struct choosing c = {.user = OWNER, .group = (enum notice_group)g};
        assert_int_equal(db_tx(db, choose, &c), OK);
        assert_int_equal(choice_of(OWNER, c.group).ways.site, !NOTICE_GROUP[g].optional);
    }
    sent(OWNER, "ruling");
    sent(OWNER, "login_new_device");
    assert_int_equal(listed(OWNER, 0, 10).n, 2);
    sent(OWNER, "article_published");
    assert_int_equal(listed(OWNER, 0, 10).n, 2);
}

static void test_choice__each_way_of_its_own(void **state)
{
    (void)state;
    struct choosing c = {
        .user = OWNER, .group = NOTICE_articles, .ways = {.email = true, .sms = true}};
    assert_int_equal(db_tx(db, choose, &c), OK);
    assert_int_equal(db_tx(db, send_account, &(struct call){.kind = "article_published"}), OK);
    assert_int_equal(listed(OWNER, 0, 10).n, 0);
    assert_int_equal(choice_of(OWNER, NOTICE_articles).going, 2);
    assert_int_equal(listed(EDITOR, 0, 10).n, 1);
    assert_int_equal(choice_of(EDITOR, NOTICE_articles).going, 0);
    c = (struct choosing){.user = EDITOR, .group = NOTICE_security, .ways = {.sms = true}};
    assert_int_equal(db_tx(db, choose, &c), OK);
    sent(EDITOR, "login_new_device"); /* which user/device.c texts to everybody */
    assert_int_equal(choice_of(EDITOR, NOTICE_security).going, 0);
    sent(EDITOR, "passkey_added");
    assert_int_equal(choice_of(EDITOR, NOTICE_security).going, 1);
}

#define TD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TD(test_notice__newest_first_in_pages),
        TD(test_notice__arguments_come_back),
        TD(test_notice__read_up_to_one),
        TD(test_notice__account_reaches_owner_and_editors),
        TD(test_kinds__every_message_has_a_group),
        TD(test_groups__have_their_texts),
        TD(test_choice__only_deviations_are_stored),
        TD(test_choice__what_must_be_told_stays_on_the_site),
        TD(test_choice__each_way_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
