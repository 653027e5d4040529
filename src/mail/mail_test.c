/* Outbox, gateways against a sink of our own, the guard of outbound calls. */
#include "mail/mail.h"

#include "base/clock.h"
#include "mail/fetch.h"
#include "mail/mime.h"
#include "tests/unit/testdb.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;
static struct vault *vault;
static struct settings settings;
static struct mailer mailer;
static char key_file[64];

/* ---- a server that keeps what it hears: one connection, then it ends ---- */

struct sink {
    pthread_t thread;
    int listener, port, status; /* status: of HTTP; SMTP answers RCPT with it */
    bool smtp;
    char text[65536];
    size_t n;
};

static void say(int fd, const char *z)
{
    assert_int_equal(write(fd, z, strlen(z)), (ssize_t)strlen(z));
}
static bool hear(struct sink *s, int fd)
{
    ssize_t k = read(fd, s->text + s->n, sizeof s->text - 1 - s->n);
    s->n += k > 0 ? (size_t)k : 0;
    s->text[s->n] = 0;
    return k > 0;
}
static bool http_complete(const struct sink *s)
{
    const char *body = strstr(s->text, "\r\n\r\n"), *n = strstr(s->text, "Content-Length: ");
    return body && n && strlen(body + 4) >= strtoul(n + 16, NULL, 10);
}
static void serve_smtp(struct sink *s, int fd)
{
    say(fd, "220 sink\r\n");
    bool data = false;
    for (size_t before = 0; hear(s, fd); before = s->n) {
        const char *said = s->text + before;
        if (data) {
            data = strstr(said, "\r\n.\r\n") == NULL && strcmp(said, ".\r\n") != 0;
            if (!data)
                say(fd, "250 kept\r\n");
        } else if (strncmp(said, "DATA", 4) == 0) {
            say(fd, "354 go on\r\n");
            data = true;
        } else if (strncmp(said, "RCPT", 4) == 0 && s->status) {
            say(fd, "550 nobody\r\n");
        } else {
            say(fd, "250 yes\r\n");
        }
    }
}
static void *serve(void *arg)
{
    struct sink *s = arg;
    int fd = accept(s->listener, NULL, NULL);
    if (fd < 0)
        return NULL;
    if (s->smtp) {
        serve_smtp(s, fd);
    } else {
        while (!http_complete(s) && hear(s, fd)) {
        }
        char answer[128];
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 %d X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", s->status);
        say(fd, answer);
    }
    close(fd);
    return NULL;
}
static struct sink *sink_start(bool smtp, int status)
{
    struct sink *s = arena_alloc(mem, sizeof *s);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    s->smtp = smtp;
    s->status = status;
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s->listener, 4), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &n), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
    return s;
}
static void sink_end(struct sink *s)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
}

/* ---- the outbox ---- */

static err send_tx(struct tx *t, void *ctx)
{
    return mail_send(&mailer, t, ctx);
}
static struct mail_row *rows;
static size_t n_rows;
static err list_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    return mail_list(t, mem, &(struct mail_query){.limit = 200}, &rows, &n_rows);
}
static struct mail_row one;
static err read_tx(struct tx *t, void *ctx)
{
    return mail_read(VAULT_CTX(vault, t, mem), *(int64_t *)ctx, &one);
}
static err deliver_job(void *ctx, const struct job *job)
{
    return mail_deliver(ctx, job);
}
static const struct job_kind MAIL = {.name = MAIL_JOB, .fn = deliver_job, .max_tries = MAIL_TRIES};

static err post(enum mail_channel channel, const char *to, const char *body)
{
    struct mail_in in = {channel, str_from(to), S("公器：验证"), str_from(body)};
    return db_tx(db, send_tx, &in);
}
static void list(void)
{
    assert_int_equal(db_read(db, list_tx, NULL), OK);
}
static int run_jobs(void)
{
    struct job_runner_opts o = {.db = db, .kinds = &MAIL, .n_kinds = 1, .ctx = &mailer};
    struct job_runner *r;
    int n = -1;
    assert_int_equal(job_runner_start(&o, &r), OK);
    assert_int_equal(job_runner_once(r, &n), OK);
    job_runner_stop(r);
    list();
    return n;
}

static void test_mail__without_a_gateway_stays_readable(void **state)
{
    (void)state;
    assert_int_equal(post(MAIL_SMS, "15400000001", "code 123456"), OK);
    assert_int_equal(run_jobs(), 0);
    assert_int_equal(n_rows, 1);
    assert_true(str_eq(rows[0].recipient_masked, S("154****0001")));
    assert_true(str_eq(rows[0].state, S("queued")));
    assert_int_equal(db_read(db, read_tx, &rows[0].id), OK);
    assert_true(str_eq(one.body, S("code 123456")));
    assert_int_equal(post(MAIL_SMS, "not a number", "x"), ERR_INVALID);
    assert_int_equal(post(MAIL_EMAIL, "a@b\r\nBcc: c@d", "x"), ERR_INVALID);
    assert_int_equal(post(MAIL_EMAIL, "a@b.cn", ""), ERR_INVALID);
}

static void sms_to(const struct sink *s, const char *allow)
{
    settings.sms_url = str_fmt(mem, "http://127.0.0.1:%d/sms", s->port);
    settings.sms_secret = S("0123456789abcdef");
    settings.fetch_allow = str_from(allow);
}
static str header(const struct sink *s, const char *name)
{
    const char *p = strstr(s->text, name);
    assert_non_null(p);
    p += strlen(name);
    return (str){p, strcspn(p, "\r")};
}

static void test_mail__sms_is_posted_signed(void **state)
{
    (void)state;
    struct sink *s = sink_start(false, 200);
    sms_to(s, "localhost, 127.0.0.1");
    assert_int_equal(post(MAIL_SMS, "15400000001", "验证码 123456"), OK);
    assert_int_equal(run_jobs(), 1);
    sink_end(s);
    assert_true(str_eq(rows[0].state, S("sent")));
    assert_true(rows[0].sent_at > 0);
    str body = str_from(strstr(s->text, "\r\n\r\n") + 4);
    assert_true(str_has(body, S("\"recipient\":\"15400000001\"")));
    assert_true(str_has(body, S("验证码 123456")));
    str at = header(s, "X-Gongqi-Timestamp: "), sig = header(s, "X-Gongqi-Signature: ");
    str secret = settings.sms_secret;
    assert_int_equal(fetch_signature_check(secret, at, sig, body), OK);
    assert_int_equal(fetch_signature_check(S("0123456789abcdeX"), at, sig, body), ERR_DENIED);
    assert_int_equal(fetch_signature_check(secret, at, sig, str_cat(mem, body, S(" "))),
                     ERR_DENIED);
    assert_int_equal(fetch_signature_check(secret, S("1"), sig, body), ERR_DENIED);
}

static void test_mail__refusals_end_and_failures_wait(void **state)
{
    (void)state;
    struct sink *s = sink_start(false, 503);
    sms_to(s, "127.0.0.1");
    assert_int_equal(post(MAIL_SMS, "15400000001", "x"), OK);
    assert_int_equal(run_jobs(), 1);
    sink_end(s);
    assert_true(str_eq(rows[0].state, S("queued")));
    assert_true(str_has(rows[0].error, S("503")));
    s = sink_start(false, 400);
    sms_to(s, "127.0.0.1");
    assert_int_equal(post(MAIL_SMS, "15400000002", "x"), OK);
    assert_int_equal(run_jobs(), 1);
    sink_end(s);
    assert_true(str_eq(rows[0].state, S("failed")));
}

static void test_mail__smtp_gets_a_whole_message(void **state)
{
    (void)state;
    struct sink *s = sink_start(true, 0);
    settings.smtp_url = str_fmt(mem, "smtp://127.0.0.1:%d", s->port);
    settings.smtp_from = S("no-reply@gongqi.example");
    settings.fetch_allow = S("127.0.0.1");
    assert_int_equal(post(MAIL_EMAIL, "li@example.cn", "您好"), OK);
    assert_int_equal(run_jobs(), 1);
    sink_end(s);
    assert_true(str_eq(rows[0].state, S("sent")));
    assert_non_null(strstr(s->text, "MAIL FROM:<no-reply@gongqi.example>"));
    assert_non_null(strstr(s->text, "RCPT TO:<li@example.cn>"));
    assert_non_null(strstr(s->text, "Subject: =?UTF-8?B?5YWs5Zmo77ya6aqM6K+B?=\r\n"));
    assert_non_null(strstr(s->text, "\r\n\r\n5oKo5aW9\r\n"));
    s = sink_start(true, 550);
    settings.smtp_url = str_fmt(mem, "smtp://127.0.0.1:%d", s->port);
    assert_int_equal(post(MAIL_EMAIL, "nobody@example.cn", "x"), OK);
    assert_int_equal(run_jobs(), 1);
    sink_end(s);
    assert_true(str_eq(rows[0].state, S("failed")));
}

/* ---- outbound calls ---- */

static void test_fetch__private_addresses_are_refused_unless_allowed(void **state)
{
    (void)state;
    struct sink *s = sink_start(false, 200);
    struct fetch_out out;
    struct fetch_in in = {.method = "GET",
                          .url = str_fmt(mem, "http://127.0.0.1:%d/", s->port),
                          .allow = S("other.example")};
    assert_int_equal(fetch(mem, &in, &out), ERR_DENIED);
    assert_string_equal(fault_last()->reason, "fetch_private");
    in.url = str_fmt(mem, "http://localhost:%d/", s->port); /* a name for it is no way around */
    assert_int_equal(fetch(mem, &in, &out), ERR_DENIED);
    in.url = S("file:///etc/passwd");
    assert_int_not_equal(fetch(mem, &in, &out), OK);
    sink_end(s);
    assert_int_equal(s->n, 0);
}

static void test_fetch__knows_special_addresses(void **state)
{
    (void)state;
    static const char *const PRIVATE[] = {
        "127.0.0.1",  "10.1.2.3", "172.31.0.1",      "192.168.1.1",     "169.254.169.254",
        "100.64.0.1", "0.0.0.0",  "224.0.0.1",       "255.255.255.255", "::1",
        "fe80::1",    "fd00::1",  "::ffff:10.0.0.1", "64:ff9b::a00:1",  "2002:a00:1::",
        "nonsense",   ""};
    static const char *const PUBLIC[] = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2400:3200::1",
                                         "::ffff:8.8.8.8"};
    for (size_t i = 0; i < LEN(PRIVATE); i++)
        assert_true(address_private(str_from(PRIVATE[i])));
    for (size_t i = 0; i < LEN(PUBLIC); i++)
        assert_false(address_private(str_from(PUBLIC[i])));
}

static void test_mime__words_are_short_and_headers_cannot_be_injected(void **state)
{
    (void)state;
    assert_true(str_eq(mime_header(mem, S("plain")), S("plain")));
    assert_false(str_has(mime_header(mem, S("a\r\nBcc: x@y")), S("Bcc")));
    str h = mime_header(mem, S("公众账号公众账号公众账号公众账号公众账号公众账号公众账号公众账号"));
    for (str rest = h; rest.p;)
        assert_true(str_trim(str_split(rest, '\n', &rest)).n <= 76);
    assert_true(mime_address_valid(S("a@b.cn")));
    assert_false(mime_address_valid(S("a@b@c")));
    assert_false(mime_address_valid(S("<a@b>")));
    assert_false(mime_address_valid(S("a@")));
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    snprintf(key_file, sizeof key_file, "/tmp/gongqi-mail-%d.key", (int)getpid());
    assert_int_equal(vault_start(db, &(struct vault_opts){.key_file = key_file}, &vault), OK);
    const char *args[] = {"--data", "/nowhere"};
    assert_int_equal(settings_load(mem, &(struct settings_in){args, 2, NULL}, &settings), OK);
    mailer = (struct mailer){db, vault, &settings};
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    vault_stop(vault);
    unlink(key_file);
    test_db_close(db);
    arena_free(mem);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_mail__without_a_gateway_stays_readable),
        T(test_mail__sms_is_posted_signed),
        T(test_mail__refusals_end_and_failures_wait),
        T(test_mail__smtp_gets_a_whole_message),
        T(test_fetch__private_addresses_are_refused_unless_allowed),
        T(test_fetch__knows_special_addresses),
        T(test_mime__words_are_short_and_headers_cannot_be_injected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
