/* The server from the outside, over real sockets, with a small site behind it. */
#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "web/cache.h"
#include "web/dispatch.h"
#include "web/server.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct site site;
static struct server *server;
static struct server_opts opts;
static arena *mem;
static _Atomic int runs;
static char page[27 * 1024];

static void give(struct request *r, str mime, str body)
{
    r->reply.status = 200;
    r->reply.mime = mime;
    r->reply.body = body;
}

static void show_post(struct request *r)
{
    struct buf b;
    buf_init(&b, r->mem, 4096);
    for (size_t i = 0; i < r->fields.n; i++)
        buf_fmt(&b, "%.*s=%.*s;", FMT(r->fields.v[i].name), FMT(r->fields.v[i].value));
    for (size_t i = 0; i < r->upload_n; i++) {
        char data[64];
        ssize_t n = read(r->uploads[i].fd, data, sizeof data);
        buf_fmt(&b, "%.*s:%.*s", FMT(r->uploads[i].filename), (int)n, data);
    }
    buf_fmt(&b, "%.*s %.*s", FMT(r->body), FMT(sha256_hex(r->mem, *r->body_hash)));
    give(r, S("text/plain"), buf_str(&b));
}

static void show_file(struct request *r)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_int_equal(write(fd, "0123456789", 10), 10);
    give(r, S("application/octet-stream"), STR_NONE);
    r->reply.headers = (struct params){NEW(r->mem, struct param), 1};
    r->reply.headers.v[0] = (struct param){S("ETag"), S("\"v1\"")};
    r->reply.fd = fd;
    r->reply.size = 10;
}

static void run(struct request *r)
{
    runs++;
    r->lang = LANG_ZH;
    if (r->method == METHOD_POST)
        show_post(r);
    else if (str_eq(r->path, S("/file")))
        show_file(r);
    else if (str_eq(r->path, S("/slow")))
        (void)usleep(300 * 1000);
    else
        give(r, S("text/html; charset=utf-8"), (str){page, sizeof page});
    if (str_eq(r->path, S("/stale"))) /* somebody changes the page while it is being made */
        cache_touch(r->site->cache, S("home"));
    if (str_starts(r->path, S("/page")) || str_eq(r->path, S("/stale"))) {
        r->reply.cache_seconds = 60;
        r->reply.modified = 1700000000000;
        r->reply.tags[r->reply.tag_n++] = S("home");
    }
    if (!r->reply.status)
        give(r, S("text/plain"), str_fmt(r->mem, "%.*s %d", FMT(r->ip), r->port));
}

static int dial(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)server_port(server))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    struct timeval patience = {.tv_sec = 5};
    assert_true(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    return fd;
}

/* Sends head (and body), reads until the server closes. */
static str talk(const char *first, const char *headers, str body)
{
    int fd = dial();
    str head =
        str_fmt(mem, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", first, headers);
    assert_int_equal(send(fd, head.p, head.n, MSG_NOSIGNAL), (int)head.n);
    if (body.n)
        assert_int_equal(send(fd, body.p, body.n, MSG_NOSIGNAL), (int)body.n);
    char *out = arena_alloc(mem, 64 * 1024);
    size_t n = 0;
    for (ssize_t got = 1; got > 0 && n<64 * 1024; n += got> 0 ? (size_t)got : 0)
        got = recv(fd, out + n, 64 * 1024 - n, 0);
    (void)close(fd);
    return (str){out, n};
}

static str get(const char *path, const char *headers)
{
    return talk(str_z(mem, str_fmt(mem, "GET %s", path)), headers, STR_NONE);
}

static bool has(str answer, const char *part)
{
    return str_has(answer, str_from(part));
}

static str header(str answer, const char *name)
{
    str line, mark = str_fmt(mem, "%s: ", name);
    for (str rest = answer; rest.p;) {
        line = str_split(rest, '\n', &rest);
        if (str_starts(line, mark))
            return str_trim(str_sub(line, mark.n, line.n));
    }
    return STR_NONE;
}

static void test_server__cached_pages_need_no_worker(void **state)
{
    (void)state;
    assert_true(has(get("/page?1", ""), "HTTP/1.1 200 OK"));
    int before = runs;
    str again = get("/page?1", "");
    assert_true(has(again, "HTTP/1.1 200 OK"));
    assert_true(again.n > sizeof page);
    assert_true(has(get("/page?1", "Accept-Encoding: gzip\r\n"), "Content-Encoding: gzip"));
    assert_true(has(get("/page?1", "Accept-Encoding: gzip, br\r\n"), "Content-Encoding: br"));
    assert_true(has(talk("HEAD /page?1", "", STR_NONE), "Content-Length: 27648"));
    assert_int_equal(runs, before);
}

static void test_server__cookies_and_language_part_pages(void **state)
{
    (void)state;
    (void)get("/page?2", "");
    int before = runs;
    (void)get("/page?2", "Cookie: lang=zh; theme=auto\r\n");
    assert_int_equal(runs, before);
    (void)get("/page?2", "Cookie: session=abc\r\n");
    assert_int_equal(runs, before + 1);
    (void)get("/page?2", "Cookie: lang=en\r\n");
    (void)get("/page?2", "Accept-Language: en-GB\r\n");
    assert_int_equal(runs, before + 3); /* run() speaks Chinese only: never kept as English */
    (void)get("/page?2", "Authorization: Bearer x\r\n");
    assert_int_equal(runs, before + 4);
}

static void test_server__touch_drops_and_beats_pages_being_made(void **state)
{
    (void)state;
    (void)get("/page?3", "");
    int before = runs;
    cache_touch(site.cache, S("home"));
    (void)get("/page?3", "");
    assert_int_equal(runs, before + 1);
    (void)get("/stale", "");
    (void)get("/stale", "");
    assert_int_equal(runs, before + 3);
}

static void test_server__unchanged_pages_are_304(void **state)
{
    (void)state;
    str etag = header(get("/page?4", ""), "ETag"); /* of the very first answer */
    assert_true(etag.n > 2);
    assert_true(str_eq(header(get("/page?4", ""), "ETag"), etag));
    str same =
        get("/page?4", str_z(mem, str_fmt(mem, "If-None-Match: \"x\", W/%.*s\r\n", FMT(etag))));
    assert_true(has(same, "HTTP/1.1 304 "));
    assert_true(str_eq(header(same, "ETag"), etag));
    assert_true(has(get("/page?4", "If-None-Match: \"x\"\r\n"), "HTTP/1.1 200 "));
    const char *since = "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n";
    assert_true(has(get("/page?4", since), "HTTP/1.1 304 "));
    assert_true(has(get("/page?5", since), "HTTP/1.1 304 ")); /* not in the cache before */
    assert_true(has(get("/page?4", "If-Modified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n"),
                    "HTTP/1.1 200 "));
}

static void test_server__ranges_of_files(void **state)
{
    (void)state;
    str part = get("/file", "Range: bytes=2-4\r\n");
    assert_true(has(part, "HTTP/1.1 206 ") && has(part, "Content-Range: bytes 2-4/10\r\n"));
    assert_true(str_ends(part, S("\r\n\r\n234")));
    assert_true(str_ends(get("/file", "Range: bytes=-3\r\n"), S("\r\n\r\n789")));
    assert_true(str_ends(get("/file", "Range: bytes=8-99\r\n"), S("\r\n\r\n89")));
    str past = get("/file", "Range: bytes=10-\r\n");
    assert_true(has(past, "HTTP/1.1 416 ") && has(past, "Content-Range: bytes */10"));
    assert_true(has(get("/file", "Range: bytes=0-1,3-4\r\n"), "HTTP/1.1 200 "));
    assert_true(has(get("/file", "Range: bytes=4-2\r\n"), "HTTP/1.1 200 "));
    assert_true(has(get("/file", "Range: bytes=1-1\r\nIf-Range: \"v0\"\r\n"), "HTTP/1.1 200 "));
    assert_true(has(get("/file", "Range: bytes=1-1\r\nIf-Range: \"v1\"\r\n"), "HTTP/1.1 206 "));
    assert_true(has(get("/file", "If-None-Match: \"v1\"\r\n"), "HTTP/1.1 304 "));
}

static void test_server__forms_arrive_decoded_and_hashed(void **state)
{
    (void)state;
    str form =
        talk("POST /f", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 18\r\n",
             S("a=%E5%85%AC+b&c=&d"));
    assert_true(has(form, "a=公 b;c=;d=;"));
    assert_true(has(form, str_z(mem, sha256_hex(mem, sha256(str_bytes(S("a=%E5%85%AC+b&c=&d")))))));
    str json =
        talk("POST /f", "Content-Type: application/json\r\nContent-Length: 7\r\n", S("{\"a\":1}"));
    assert_true(has(json, "{\"a\":1} "));
}

static void test_server__files_need_an_upload_route(void **state)
{
    (void)state;
    static const char PARTS[] =
        "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"公.txt\""
        "\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n";
    str head = str_fmt(mem,
                       "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %zu\r\n"
                       "Accept: application/json\r\n",
                       sizeof PARTS - 1);
    str answer = talk("POST /api/nowhere", str_z(mem, head), str_from(PARTS));
    assert_true(has(answer, "HTTP/1.1 400 "));
    assert_true(has(answer, "\"reason\":\"file_unexpected\""));
}

static void test_server__proxies_are_believed_when_named(void **state)
{
    (void)state;
    str plain = get("/slow", "X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\nX-Client-Port: 99\r\n");
    assert_true(str_ends(plain, S("5.6.7.8 99")));
    assert_true(has(get("/slow", "X-Forwarded-For: nonsense\r\n"), "127.0.0.1 "));
}

static void test_server__silent_clients_are_cut(void **state)
{
    (void)state;
    int fd = dial();
    assert_int_equal(send(fd, "GET / HT", 8, MSG_NOSIGNAL), 8);
    char c;
    int64_t from = clock_mono_us();
    assert_true(recv(fd, &c, 1, 0) <= 0);
    assert_true(clock_mono_us() - from < 4500 * 1000);
    (void)close(fd);
}

static int start(void **state)
{
    (void)state;
    rand_init();
    log_set_level(LOG_ERROR);
    mem = arena_new();
    memset(page, 'x', sizeof page);
    site.cache = cache_new(16 << 20);
    opts = (struct server_opts){.listen = S("127.0.0.1:0"),
                                .io_threads = 2,
                                .workers = 4,
                                .body_max = 1 << 20,
                                .upload_max = 1 << 20,
                                .idle_seconds = 2,
                                .connections = 64,
                                .proxies = S("::1, 127.0.0.1"),
                                .run = run};
    return server_start(&site, &opts, &server) == OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    server_stop(server, 5);
    cache_free(site.cache);
    arena_free(mem);
    return 0;
}

static void test_server__stop_finishes_what_is_in_flight(void **state)
{
    (void)state;
    struct server *other = server, *mine = NULL;
    assert_int_equal(server_start(&site, &opts, &mine), OK);
    server = mine;
    int fd = dial();
    static const char HEAD[] = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_int_equal(send(fd, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL), (int)sizeof HEAD - 1);
    (void)usleep(100 * 1000);
    server_stop(mine, 5);
    server = other;
    char answer[16];
    assert_true(recv(fd, answer, sizeof answer, 0) == sizeof answer);
    assert_memory_equal(answer, "HTTP/1.1 200 OK\r", sizeof answer);
    (void)close(fd);
}

static void test_server__refuses_bad_addresses(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "", "8080", "1.2.3:80", "127.0.0.1:", "127.0.0.1:70000", "[::1:80", "localhost:80"};
    for (size_t i = 0; i < LEN(BAD); i++) {
        struct server *none = NULL;
        struct server_opts bad = opts;
        bad.listen = str_from(BAD[i]);
        assert_int_equal(server_start(&site, &bad, &none), ERR_INVALID);
    }
    struct server *none = NULL;
    struct server_opts foreign = opts;
    foreign.listen = S("192.0.2.1:80"); /* not an address of this machine */
    assert_int_equal(server_start(&site, &foreign, &none), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server__cached_pages_need_no_worker),
        cmocka_unit_test(test_server__cookies_and_language_part_pages),
        cmocka_unit_test(test_server__touch_drops_and_beats_pages_being_made),
        cmocka_unit_test(test_server__unchanged_pages_are_304),
        cmocka_unit_test(test_server__ranges_of_files),
        cmocka_unit_test(test_server__forms_arrive_decoded_and_hashed),
        cmocka_unit_test(test_server__files_need_an_upload_route),
        cmocka_unit_test(test_server__proxies_are_believed_when_named),
        cmocka_unit_test(test_server__silent_clients_are_cut),
        cmocka_unit_test(test_server__stop_finishes_what_is_in_flight),
        cmocka_unit_test(test_server__refuses_bad_addresses),
    };
    return cmocka_run_group_tests_name("server", tests, start, stop);
}
