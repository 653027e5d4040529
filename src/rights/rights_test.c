/* Complaints of rights holders: what is missing, the case, the counter-notice, the waiting time,
 * who is limited (A10.2). */
#include "rights/rights.h"

#include "article/article.h"
#include "base/clock.h"
#include "base/rand.h"
#include "ruling/ruling.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { OWNER = 11, ANNA = 21, HOLDER = 31, ACCOUNT = 7 };
static struct db *db;
static struct vault *vault;
static struct settings settings;
static struct mailer mailer;
static struct rights_site site;
static arena *mem;
static char key_file[100];
static const struct evidence PROOF = {.blob = {"b", 1}, .mime = {"image/webp", 10}, .size = 5};

struct act {
    struct rights_begin b;
    str token, links, name, measure, state;
    unsigned missing;
    size_t files, n;
    struct complaint c;
    struct complaint_item *items, i;
    struct article a;
    struct rights_figures *figures;
    int64_t id, mails, notices, days;
};

static err seed(struct tx *t, void *ctx)
{
    struct seed_account seven = {7, S("seven"), S("Seven"), 1, S("individual"), S("life")};
    (void)ctx;
    TRY(seed_user(t, 11, S("o")));
    TRY(seed_user(t, 21, S("Anna")));
    TRY(seed_user(t, 31, S("h")));
    TRY(seed_account(t, &seven));
    TRY(seed_member(t, 7, 11, S("owner")));
    TRY(db_exec(t, "UPDATE account SET articles = 1 WHERE id = 7", DB_IN()));
    for (int64_t no = 1; no <= 9; no++)
        TRY(seed_article(t, 7, no, no == 9 ? S("draft") : S("published")));
    return OK;
}

static err begin(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return rights_begin(t, mem, &site, &a->b, &a->token);
}
static err put(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    TRY(rights_find(t, mem, &site, a->token, a->b.user_id, &a->c));
    struct complaint c = {.id = a->c.id,
                          .kind = S("copyright"),
                          .capacity = S("owner"),
                          .work = S("a photograph"),
                          .facts = S("copied"),
                          .wanted = S("remove"),
                          .links = a->links,
                          .name = a->name,
                          .address = S("street 1"),
                          .declared = true};
    struct rights_put p = {&c, &PROOF, a->files, S("site.example")};
    return rights_send(t, mem, &site, &p, &a->missing);
}
static err look(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    TRY(rights_find(t, mem, &site, a->token, a->b.user_id, &a->c));
    TRY(rights_items(t, mem, a->c.id, &a->items, &a->n));
    TRY(db_one(t, NULL, "SELECT (SELECT COUNT(*) FROM outbox), (SELECT COUNT(*) FROM notice)",
               DB_IN(), DB_OUT(&a->mails, &a->notices)));
    if (!a->n)
        return OK;
    a->i = a->items[0];
    return article_load(t, mem, ACCOUNT, a->i.no, &a->a);
}
static err rule(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    struct act *a = ctx;
    struct ruling_wish w = {.measure = a->measure,
                            .functions = S(""),
                            .basis = S("rules"),
                            .severity = 3,
                            .facts = S("the same picture"),
                            .reasoning = S("no permission")};
    int64_t id = 0;
    TRY(case_claim(t, a->i.case_id, ANNA, HOUR_MS));
    return ruling_make(t, own, a->i.case_id, ANNA, &w, &id);
}
static err counter(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    const struct act *a = ctx;
    struct rights_counter c = {a->i.id, OWNER, S("it is mine"), S("Owner"), S("road 2"), &PROOF, 1};
    return rights_counter(t, own, &site, &c);
}
static err suit(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    const struct act *a = ctx;
    struct rights_suit s = {a->c.id, a->i.id, 0, S("court, no. 1"), &PROOF, 1};
    return rights_suit(t, own, &s);
}
static err withdraw(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    const struct act *a = ctx;
    return rights_withdraw(t, own, a->c.id);
}
static err wait_over(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return db_exec(t, "UPDATE rights_item SET wait_until = $2 WHERE id = $1",
                   DB_IN(a->i.id, tx_now(t)));
}
static err late(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return db_exec(t, "UPDATE rights_complaint SET due_at = 5 WHERE id = $1", DB_IN(a->c.id));
}
static err bar(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    const struct act *a = ctx;
    struct rights_bar b = {a->c.id, ANNA, (int)a->days, S("again and again")};
    return rights_bar(t, own, &site, &b);
}
static err report_too(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    struct finding f = {.account_id = ACCOUNT,
                        .no = a->i.no,
                        .source = FINDING_REPORT,
                        .family = S("infringement")};
    return finding_raise(t, mem, &f);
}
static void watch(void)
{
    struct rights_watch w = {site};
    assert_int_equal(db_tx(db, rights_watch, &w), OK);
}

/* A complete one about article no, by a number of its own. */
static struct act sent(int no)
{
    struct act a = {.b = {.mobile = str_fmt(mem, "1390000000%d", no), .lang = S("zh")},
                    .name = S("Holder"),
                    .files = 1,
                    .links =
                        str_fmt(mem, "https://site.example/a/seven/%d?x=1\n/a/seven/%d", no, no)};
    assert_int_equal(db_tx(db, begin, &a), OK);
    assert_int_equal(db_tx(db, put, &a), OK);
    assert_int_equal(a.missing, 0);
    assert_int_equal(db_read(db, look, &a), OK);
    assert_int_equal(a.n, 1);
    return a;
}

static void test_rights__says_what_is_missing(void **state)
{
    (void)state;
    struct act a = {.b = {.mobile = S("13911111111"), .lang = S("zh")},
                    .name = S(""),
                    .links = S("https://elsewhere.example/a/seven/1")};
    assert_int_equal(db_tx(db, begin, &a), OK);
    assert_int_equal(db_tx(db, put, &a), OK);
    assert_int_equal(a.missing,
                     1U << RIGHTS_NEED_name | 1U << RIGHTS_NEED_links | 1U << RIGHTS_NEED_proof);
    assert_int_equal(db_read(db, look, &a), OK);
    assert_true(str_eq(a.c.state, S("incomplete")));
    assert_int_equal(a.n, 0);
    a.name = S("Holder");
    a.files = 1;
    a.links = S("/a/seven/9"); /* a draft */
    assert_int_equal(db_tx(db, put, &a), OK);
    assert_int_equal(a.missing, 1U << RIGHTS_NEED_links);
    a.files = 0; /* the proof of before counts */
    a.links = S("/a/seven/1\n\n/a/seven/8");
    assert_int_equal(db_tx(db, put, &a), OK);
    assert_int_equal(a.missing, 0);
    int64_t notices = a.notices;
    assert_int_equal(db_read(db, look, &a), OK);
    assert_true(str_eq(a.c.state, S("accepted")));
    assert_true(str_eq(a.c.name, S("Holder")));
    assert_int_equal(a.n, 2);
    assert_int_equal(a.notices, notices + 2); /* forwarded: one per article */
    assert_true(a.items[0].case_id && a.items[1].case_id);
    assert_int_equal(db_tx(db, put, &a), ERR_CONFLICT);
    a.token = S("guessed");
    assert_int_equal(db_read(db, look, &a), ERR_NOT_FOUND);
}

static void test_rights__removed_countered_restored(void **state)
{
    (void)state;
    struct act a = sent(3);
    a.measure = S("remove");
    assert_int_equal(db_tx(db, rule, &a), OK);
    int64_t mails = a.mails;
    watch();
    watch(); /* told once */
    assert_int_equal(db_read(db, look, &a), OK);
    assert_int_equal(a.mails, mails + 1);
    assert_true(str_eq(a.a.state, S("removed")));
    assert_int_equal(db_tx(db, suit, &a), ERR_CONFLICT); /* nothing was countered */
    assert_int_equal(db_tx(db, counter, &a), OK);
    assert_int_equal(db_tx(db, counter, &a), ERR_CONFLICT);
    watch();
    assert_int_equal(db_read(db, look, &a), OK);
    assert_int_equal(a.mails, mails + 2); /* forwarded back */
    assert_true(str_eq(a.i.state, S("countered")));
    assert_true(a.i.wait_until - a.i.countered_at == 15 * (int64_t)DAY_MS);
    assert_true(str_eq(a.a.state, S("removed"))); /* the time runs */
    assert_int_equal(db_tx(db, wait_over, &a), OK);
    watch();
    assert_int_equal(db_read(db, look, &a), OK);
    assert_true(str_eq(a.i.state, S("restored")));
    assert_true(str_eq(a.a.state, S("published")));
}

static void test_rights__a_suit_keeps_it_down(void **state)
{
    (void)state;
    struct act a = sent(4);
    a.measure = S("remove");
    assert_int_equal(db_tx(db, rule, &a), OK);
    assert_int_equal(db_tx(db, counter, &a), OK);
    assert_int_equal(db_tx(db, suit, &a), OK);
    assert_int_equal(db_tx(db, suit, &a), ERR_CONFLICT);
    assert_int_equal(db_tx(db, wait_over, &a), OK);
    watch();
    assert_int_equal(db_read(db, look, &a), OK);
    assert_true(str_eq(a.i.state, S("suit")));
    assert_true(str_eq(a.a.state, S("removed")));
    assert_int_equal(db_tx(db, withdraw, &a), ERR_CONFLICT);
}

static void test_rights__other_grounds_stand(void **state)
{
    (void)state;
    struct act a = sent(5);
    assert_int_equal(db_tx(db, report_too, &a), OK); /* joins the case */
    a.measure = S("remove");
    assert_int_equal(db_tx(db, rule, &a), OK);
    assert_int_equal(db_tx(db, counter, &a), OK);
    assert_int_equal(db_tx(db, wait_over, &a), OK);
    watch();
    assert_int_equal(db_read(db, look, &a), OK);
    assert_true(str_eq(a.i.state, S("over")));
    assert_true(str_eq(a.a.state, S("removed")));
}

/* The officer knew then that no suit was shown. */
static void test_rights__a_ruling_after_the_wait_stands(void **state)
{
    (void)state;
    struct act a = sent(2);
    assert_int_equal(db_tx(db, counter, &a), OK);
    assert_int_equal(db_tx(db, wait_over, &a), OK);
    watch();
    assert_int_equal(db_read(db, look, &a), OK);
    assert_true(str_eq(a.i.state, S("countered"))); /* the case is open still */
    (void)usleep(5000);
    a.measure = S("remove");
    assert_int_equal(db_tx(db, rule, &a), OK);
    watch();
    assert_int_equal(db_read(db, look, &a), OK);
    assert_true(str_eq(a.i.state, S("over")));
    assert_true(str_eq(a.a.state, S("removed")));
}

static void test_rights__cleared_and_withdrawn(void **state)
{
    (void)state;
    struct act a = sent(6);
    a.measure = S("none");
    assert_int_equal(db_tx(db, rule, &a), OK);
    assert_int_equal(db_tx(db, counter, &a), ERR_CONFLICT);
    struct act b = sent(7);
    b.measure = S("remove");
    assert_int_equal(db_tx(db, rule, &b), OK);
    assert_int_equal(db_tx(db, withdraw, &b), OK);
    assert_int_equal(db_read(db, look, &b), OK);
    assert_true(str_eq(b.i.state, S("withdrawn")));
    assert_true(str_eq(b.a.state, S("published")));
}

static void test_rights__incomplete_lapses(void **state)
{
    (void)state;
    struct act a = {.b = {.user_id = HOLDER, .mobile = S(""), .lang = S("zh")},
                    .name = S("Holder"),
                    .links = S("")};
    assert_int_equal(db_tx(db, begin, &a), OK);
    assert_int_equal(db_tx(db, put, &a), OK);
    assert_int_equal(db_read(db, look, &a), OK);
    int64_t notices = a.notices;
    assert_int_equal(db_tx(db, late, &a), OK);
    watch();
    assert_int_equal(db_read(db, look, &a), OK);
    assert_true(str_eq(a.c.state, S("lapsed")));
    assert_int_equal(a.notices, notices + 1);
    assert_int_equal(db_tx(db, put, &a), ERR_CONFLICT);
    str token = a.token;
    a.token = str_fmt(mem, "%lld", (long long)a.c.id);
    assert_int_equal(db_read(db, look, &a), OK); /* who filed it, by its number */
    a.b.user_id = OWNER;
    assert_int_equal(db_read(db, look, &a), ERR_NOT_FOUND);
    a.token = token;
}

static void test_rights__who_does_it_too_often_is_limited(void **state)
{
    (void)state;
    struct act a = sent(8);
    a.days = 0;
    assert_int_equal(db_tx(db, bar, &a), ERR_INVALID);
    a.days = 30;
    assert_int_equal(db_tx(db, bar, &a), OK);
    assert_int_equal(db_tx(db, begin, &a), ERR_DENIED);
    struct act b = {.b = {.mobile = S("13922222222"), .lang = S("en")}};
    for (int i = 0; i < RIGHTS_DAILY_MAX; i++)
        assert_int_equal(db_tx(db, begin, &b), OK);
    assert_int_equal(db_tx(db, begin, &b), ERR_LIMIT);
}

static err figures(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return rights_figures(t, mem, 0, &a->figures, &a->n);
}

static void test_rights__figures_count(void **state)
{
    (void)state;
    struct act a = {0};
    assert_int_equal(db_read(db, figures, &a), OK);
    assert_int_equal(a.n, 1);
    const struct rights_figures *f = a.figures;
    assert_true(str_eq(f->kind, S("copyright")));
    assert_int_equal(f->complaints, 9);
    assert_int_equal(f->incomplete, 1);
    assert_int_equal(f->items, 9);
    assert_int_equal(f->acted, 5);
    assert_int_equal(f->cleared, 1);
    assert_int_equal(f->countered, 4);
    assert_int_equal(f->suits, 1);
    assert_int_equal(f->restored, 1);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    (void)snprintf(key_file, sizeof key_file, "/tmp/gq-rights-%d.key", (int)getpid());
    struct vault_opts opts = {.key_file = key_file};
    assert_int_equal(vault_start(db, &opts, &vault), OK);
    mailer = (struct mailer){db, vault, &settings};
    site = (struct rights_site){vault, &mailer, S("https://site.example"), 15 * (int64_t)DAY_MS};
    return db_tx(db, seed, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    vault_stop(vault);
    (void)unlink(key_file);
    test_db_close(db);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rights__says_what_is_missing),
        cmocka_unit_test(test_rights__removed_countered_restored),
        cmocka_unit_test(test_rights__a_suit_keeps_it_down),
        cmocka_unit_test(test_rights__other_grounds_stand),
        cmocka_unit_test(test_rights__a_ruling_after_the_wait_stands),
        cmocka_unit_test(test_rights__cleared_and_withdrawn),
        cmocka_unit_test(test_rights__incomplete_lapses),
        cmocka_unit_test(test_rights__who_does_it_too_often_is_limited),
        cmocka_unit_test(test_rights__figures_count),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
