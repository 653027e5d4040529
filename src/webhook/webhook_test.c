/* Webhooks: signatures (against the example of Standard Webhooks), addresses, the outbox in the
 * act's transaction, tries, switching off after days, secrets. */
#include "base/clock.h"
#include "settings/provider.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"
#include "web/site.h"
#include "webhook/webhook_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { ACCOUNT = 7, OWNER = 11 };

static arena *mem;
static struct settings set;
static struct site site;
static char key_file[64];
static int64_t hook;
static str secret;

static err seed(struct tx *t, void *ctx)
{
    struct seed_account river = {7, S("river"), S("River"), 5, S("individual"), S("culture")};
    (void)ctx;
    TRY(seed_account(t, &river));
    return seed_member(t, 7, 11, S("owner"));
}

static err add(struct tx *t, void *ctx)
{
    struct webhook *v;
    size_t n;
    const char *url = ctx;
    TRY(webhook_add(VAULT_CTX(site.vault, t, mem),
                    &(struct webhook){.account_id = ACCOUNT,
                                      .url = str_from(url),
                                      .events = S("article_published,measure_started"),
                                      .created_by = OWNER},
                    &secret));
    TRY(webhook_list(t, mem, ACCOUNT, &v, &n));
    hook = v[0].id;
    return OK;
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    site = (struct site){.settings = &set};
    set = (struct settings){.webhook_allow = S("127.0.0.1"), .fetch_timeout = 2};
    test_db_open(&site.db);
    snprintf(key_file, sizeof key_file, "/tmp/gongqi-webhook-%d.key", (int)getpid());
    assert_int_equal(vault_start(site.db, &(struct vault_opts){.key_file = key_file}, &site.vault),
                     OK);
    assert_int_equal(provider_live_start(site.db, &site.provider), OK);
    assert_int_equal(db_tx(site.db, seed, NULL), OK);
    /* nobody listens there */
    assert_int_equal(db_tx(site.db, add, (void *)(uintptr_t) "http://127.0.0.1:1/x"), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    provider_live_stop(site.provider);
    vault_stop(site.vault);
    unlink(key_file);
    test_db_close(site.db);
    arena_free(mem);
    return 0;
}

/* The example of https://www.standardwebhooks.com. */
static void test_webhook__signs_as_the_standard_says(void **state)
{
    (void)state;
    str text = STR_NONE;
    struct webhook_signing s = {.id = S("msg_p5jXN8AQM9LWM0D4loKWxJek"),
                                .timestamp = S("1614265330"),
                                .body = S("{\"test\": 2432232314}"),
                                .secret = S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
    assert_int_equal(webhook_sign(mem, &s, &text), OK);
    assert_string_equal(str_z(mem, text), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    s.old_secret = s.secret;
    assert_int_equal(webhook_sign(mem, &s, &text), OK);
    assert_int_equal(text.n, 47 * 2 + 1);
    s.secret = S("MfKQ");
    assert_int_equal(webhook_sign(mem, &s, &text), ERR_BUG);
}

static void test_webhook__addresses(void **state)
{
    (void)state;
    static const struct {
        const char *url, *allow;
        bool fine;
    } TABLE[] = {
        {"https://example.cn/hook?a=1", "", true},
        {"https://example.cn:8443", "", true},
        {"http://example.cn/", "example.cn", false},
        {"http://127.0.0.1/", "", false},
        {"http://127.0.0.1:80/", "127.0.0.1", true},
        {"http://localhost/", "x, localhost", true},
        {"http://[::1]:9/", "::1", true},
        {"http://127.0.0.1@evil/", "127.0.0.1", false},
        {"http://127.0.0.2/", "127.0.0.2", false},
        {"https://", "", false},
        {"https://a b/", "", false},
        {"https://a\x7f/", "", false},
        {"https://\xe5\x85\xac/", "", false},
        {"file:///etc/passwd", "", false},
        {"", "", false},
    };
    for (size_t i = 0; i < LEN(TABLE); i++) {
        err e = webhook_url_check(str_from(TABLE[i].url), str_from(TABLE[i].allow));
        if ((e == OK) != TABLE[i].fine)
            fail_msg("%s with %s: %s", TABLE[i].url, TABLE[i].allow, err_name(e));
    }
}

static err happen(struct tx *t, void *ctx)
{
    const bool *fails = ctx;
    TRY(event_add(t, &(struct event_in){
                         .kind = EVENT_article_published,
                         .account_id = ACCOUNT,
                         RECORD_FIELDS(RECORD_INT("no", 3), RECORD_TEXT("title", S("水\"位")))}));
    TRY(event_add(t, &(struct event_in){.kind = EVENT_article_returned, .account_id = ACCOUNT}));
    TRY(event_add(t, &(struct event_in){.kind = EVENT_article_published, .account_id = 8}));
    return *fails ? fault(ERR_CONFLICT, "no", "rolled back") : OK;
}

static struct webhook_call *calls;
static size_t call_n;
static struct webhook now;

static err look(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(webhook_load(t, mem, ACCOUNT, hook, &now));
    return webhook_calls(t, mem, hook, 0, &calls, &call_n);
}
static void looked(void)
{
    assert_int_equal(db_read(site.db, look, NULL), OK);
}

static void test_webhook__an_event_stands_and_falls_with_its_act(void **state)
{
    (void)state;
    bool fails = true;
    assert_int_equal(db_tx(site.db, happen, &fails), ERR_CONFLICT);
    looked();
    assert_int_equal(call_n, 0);
    fails = false;
    assert_int_equal(db_tx(site.db, happen, &fails), OK);
    looked();
    assert_int_equal(call_n, 1); /* only what it listens to, only its own account */
    assert_true(str_eq(calls[0].event, S("article.published")));
    assert_non_null(strstr(str_z(mem, calls[0].body),
                           "\"data\":{\"account\":\"river\",\"no\":3,\"title\":\"水\\\"位\"}}"));
    assert_true(str_eq(calls[0].state, S("waiting")));
}

static err deliver(void)
{
    looked();
    struct job job = {.kind = S(EVENT_JOB),
                      .args = str_fmt(mem, "{\"webhook\":%lld,\"call\":%lld}", (long long)hook,
                                      (long long)calls[0].id),
                      .mem = mem};
    err e = webhook_deliver(&site, &job);
    looked();
    return e;
}

static err long_ago(struct tx *t, void *ctx)
{
    (void)ctx;
    return store_webhook_failing(t, &now, tx_now(t) - 5 * DAY_MS - 1);
}

static void test_webhook__fails_is_tried_again_and_switched_off_after_days(void **state)
{
    (void)state;
    bool fails = false;
    assert_int_equal(db_tx(site.db, happen, &fails), OK);
    assert_int_equal(deliver(), ERR_IO);
    assert_int_equal(calls[0].tries, 1);
    assert_true(str_eq(calls[0].answer, S("fetch_failed")));
    assert_true(now.failing_since > 0);
    int64_t since = now.failing_since;
    assert_int_equal(deliver(), ERR_IO);
    assert_int_equal(now.failing_since, since);
    assert_int_equal(db_tx(site.db, long_ago, NULL), OK);
    assert_int_equal(deliver(), OK); /* no further try */
    assert_true(str_eq(now.state, S("failed")));
    assert_int_equal(calls[0].tries, 3);
    assert_true(str_eq(calls[0].state, S("dropped")));
    assert_int_equal(db_tx(site.db, happen, &fails), OK);
    looked();
    assert_int_equal(call_n, 1); /* off: nothing is written for it */
}

static void test_webhook__gives_a_call_up_after_its_tries(void **state)
{
    (void)state;
    bool fails = false;
    assert_int_equal(db_tx(site.db, happen, &fails), OK);
    for (int i = 1; i < WEBHOOK_TRIES; i++)
        assert_int_equal(deliver(), ERR_IO);
    assert_int_equal(deliver(), OK);
    assert_true(str_eq(calls[0].state, S("failed")));
    assert_true(str_eq(now.state, S("on")));
    assert_int_equal(deliver(), OK); /* a job too many does nothing */
    assert_int_equal(calls[0].tries, WEBHOOK_TRIES);
}

static err acts(struct tx *t, void *ctx)
{
    struct vault_ctx c = VAULT_CTX(site.vault, t, mem);
    struct vault_ref ref = VAULT_REF("webhook", "secret", 0);
    str fresh = STR_NONE, opened = STR_NONE;
    struct webhook w;
    (void)ctx;
    TRY(webhook_load(t, mem, ACCOUNT, hook, &w));
    TRY(webhook_rotate(c, &w, OWNER, &fresh));
    TRY(webhook_load(t, mem, ACCOUNT, hook, &w));
    TRY(vault_open_text(c, ref, w.old_sealed, &opened));
    assert_true(str_eq(opened, secret));
    TRY(vault_open_text(c, ref, w.sealed, &opened));
    assert_true(str_eq(opened, fresh));
    assert_int_equal(w.old_until - tx_now(t), WEBHOOK_OVERLAP_H * HOUR_MS);
    for (int i = 1; i < WEBHOOKS_MAX; i++)
        TRY(add(t, (void *)(uintptr_t) "https://example.cn/"));
    assert_int_equal(add(t, (void *)(uintptr_t) "https://example.cn/"), ERR_LIMIT);
    TRY(webhook_remove(t, &w, OWNER));
    assert_int_equal(webhook_load(t, mem, ACCOUNT, w.id, &w), ERR_NOT_FOUND);
    return OK;
}

static void test_webhook__secrets_overlap_and_there_are_few(void **state)
{
    (void)state;
    assert_int_equal(db_tx(site.db, acts, NULL), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_webhook__signs_as_the_standard_says),
        TEST(test_webhook__addresses),
        TEST(test_webhook__an_event_stands_and_falls_with_its_act),
        TEST(test_webhook__fails_is_tried_again_and_switched_off_after_days),
        TEST(test_webhook__gives_a_call_up_after_its_tries),
        TEST(test_webhook__secrets_overlap_and_there_are_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
