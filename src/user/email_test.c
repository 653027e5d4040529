/* Addresses for notices, and notices that go out of the site: once each, as chosen. */
#include "user/email.h"

#include "base/rand.h"
#include "notice/choice.h"
#include "notice/notice.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;
static struct vault *vault;
static struct settings settings;
static struct mailer mailer;
static char key_file[64];
static int64_t user;

static err make(struct tx *t, void *ctx)
{
    (void)ctx;
    struct user_new n = {
        .name = S("x"), .mobile = S("13800138000"), .password_hash = S("h"), .lang = S("en")};
    TRY(user_create(t, vault, &n, &user));
    return notice_ways_set(t, user, NOTICE_articles, (struct notice_ways){true, true, true});
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    (void)snprintf(key_file, sizeof key_file, "/tmp/gongqi-email-test-%d.key", (int)getpid());
    assert_int_equal(vault_start(db, &(struct vault_opts){.key_file = key_file}, &vault), OK);
    settings.public_url = S("https://site.example");
    mailer = (struct mailer){db, vault, &settings};
    assert_int_equal(db_tx(db, make, NULL), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    vault_stop(vault);
    test_db_close(db);
    (void)unlink(key_file);
    arena_free(mem);
    return 0;
}

static err set(struct tx *t, void *ctx)
{
    return email_set(t, vault, user, *(str *)ctx);
}

static err drop(struct tx *t, void *ctx)
{
    (void)ctx;
    return email_drop(t, user);
}

struct look {
    str address, masked;
    struct mail_row *mails;
    struct job_row *jobs;
    size_t mail_n, job_n;
    struct notice_ways ways;
};
static err look_tx(struct tx *t, void *ctx)
{
    struct look *l = ctx;
    err e = email_of(t, mem, vault, user, &l->address);
    if (e == ERR_NOT_FOUND)
        l->address = S("none");
    TRY(email_masked(t, mem, vault, user, &l->masked));
    TRY(notice_ways_of(t, user, NOTICE_articles, &l->ways));
    TRY(job_list(t, mem, &(struct job_query){.state = S("waiting"), .limit = 50}, &l->jobs,
                 &l->job_n));
    TRY(mail_list(t, mem, &(struct mail_query){.limit = 50}, &l->mails, &l->mail_n));
    for (size_t i = 0; i < l->mail_n; i++)
        TRY(mail_read(VAULT_CTX(vault, t, mem), l->mails[i].id, &l->mails[i]));
    return OK;
}
static struct look look(void)
{
    struct look l = {0};
    assert_int_equal(db_tx(db, look_tx, &l), OK);
    return l;
}

static err published(struct tx *t, void *ctx)
{
    (void)ctx;
    return notice_send(t, user, "article_published", S("/a/river/1"), 1, (str[]){S("Spring")});
}

/* Every waiting job twice: a node may die after the commit. */
static void run_jobs(void)
{
    struct look l = look();
    for (size_t i = 0; i < l.job_n; i++)
        for (int k = 0; k < 2; k++)
            assert_int_equal(tell_job(&mailer, &(struct job){.args = l.jobs[i].args, .mem = mem}),
                             OK);
}

static void test_email__only_whole_addresses(void **state)
{
    (void)state;
    str a;
    assert_int_equal(email_check(mem, S("Li.Na@Example.CN"), &a), OK);
    assert_true(str_eq(a, S("Li.Na@example.cn")));
    static const char *const BAD[] = {"",      "a",        "a@",      "@b.cn",
                                      "a@b@c", "a b@c.cn", "甲@c.cn", "a@c.cn\r\nBcc: x@y.cn"};
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_int_equal(email_check(mem, str_from(BAD[i]), &a), ERR_INVALID);
}

static void test_email__sealed_masked_replaced_removed(void **state)
{
    (void)state;
    assert_int_equal(look().masked.n, 0);
    assert_int_equal(db_tx(db, set, &(str){S("one@example.cn").p, 14}), OK);
    str two = S("two@example.cn");
    assert_int_equal(db_tx(db, set, &two), OK);
    struct look l = look();
    assert_true(str_eq(l.address, two));
    assert_true(str_eq(l.masked, S("t***@example.cn")));
    assert_true(l.ways.email);
    assert_int_equal(db_tx(db, drop, NULL), OK);
    l = look();
    assert_true(str_eq(l.address, S("none")));
    assert_false(l.ways.email); /* or a later address would get what nobody asked for */
    assert_true(l.ways.sms);
}

static void test_tell__each_way_once_in_the_persons_language(void **state)
{
    (void)state;
    str address = S("two@example.cn");
    assert_int_equal(db_tx(db, set, &address), OK);
    assert_int_equal(db_tx(db, published, NULL), OK);
    run_jobs();
    struct look l = look();
    assert_int_equal(l.mail_n, 2);
    for (size_t i = 0; i < 2; i++) {
        bool sms = str_eq(l.mails[i].channel, S("sms"));
        assert_true(str_has(l.mails[i].body, S("https://site.example/a/river/1")));
        assert_true(str_has(l.mails[i].body, S("Spring")));
        assert_true(sms || str_has(l.mails[i].body, S("/me/notices/settings")));
        assert_true(sms || str_eq(l.mails[i].subject, S("[gongqi] My articles")));
    }
    assert_false(str_eq(l.mails[0].channel, l.mails[1].channel));
}

static void test_tell__an_address_gone_since_gets_nothing(void **state)
{
    (void)state;
    str address = S("two@example.cn");
    assert_int_equal(db_tx(db, set, &address), OK);
    assert_int_equal(db_tx(db, published, NULL), OK);
    assert_int_equal(db_tx(db, drop, NULL), OK);
    run_jobs();
    struct look l = look();
    assert_int_equal(l.mail_n, 1);
    assert_true(str_eq(l.mails[0].channel, S("sms")));
}

struct coding {
    str address, code;
    const char *reason;
};
static err code_send(struct tx *t, void *ctx)
{
    const struct coding *c = ctx;
    return email_code_send(t, &mailer, &(struct email_code){c->address, LANG_EN});
}
static err code_check(struct tx *t, void *ctx)
{
    struct coding *c = ctx;
    return email_code_check(t, vault, c->address, c->code, &c->reason);
}

static void test_code__to_this_address_only_once_a_minute(void **state)
{
    (void)state;
    struct coding c = {.address = S("two@example.cn")};
    assert_int_equal(db_tx(db, code_send, &c), OK);
    assert_int_equal(db_tx(db, code_send, &c), ERR_LIMIT);
    assert_string_equal(fault_last()->reason, "code_too_soon");
    struct look l = look();
    assert_int_equal(l.mail_n, 1);
    str body = l.mails[0].body;
    size_t at = str_find(body, ':') + 2;
    c.code = str_sub(body, at, 6);
    struct coding other = {.address = S("one@example.cn"), .code = c.code};
    assert_int_equal(db_tx(db, code_check, &other), OK);
    assert_string_equal(other.reason, "code_expired");
    assert_int_equal(db_tx(db, code_check, &c), OK);
    assert_null(c.reason);
    assert_int_equal(db_tx(db, code_check, &c), OK);
    assert_string_equal(c.reason, "code_expired"); /* used up */
}

#define TD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TD(test_email__only_whole_addresses),
        TD(test_email__sealed_masked_replaced_removed),
        TD(test_tell__each_way_once_in_the_persons_language),
        TD(test_tell__an_address_gone_since_gets_nothing),
        TD(test_code__to_this_address_only_once_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
