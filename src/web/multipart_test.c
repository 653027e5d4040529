/* multipart/form-data: the same result however the bytes are cut, and strictness. */
#include "web/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 1000 };
static arena *mem;
static struct params fields;
static struct upload *uploads;
static size_t upload_n;

static int open_files(void)
{
    int n = 0;
    for (int fd = 3; fd < 256; fd++)
        n += lseek(fd, 0, SEEK_CUR) >= 0;
    return n;
}

static err parse(str text, size_t step, struct multipart **ret_m)
{
    TRY(multipart_new(mem, S("b"), "/tmp", FILE_MAX, ret_m));
    for (size_t at = 0; at < text.n; at += step) {
        err e = multipart_add(*ret_m, str_bytes(str_sub(text, at, step)));
        if (e != OK)
            return e;
    }
    return multipart_end(*ret_m, &fields, &uploads, &upload_n);
}

static err parse_once(str text)
{
    struct multipart *m = NULL;
    err e = parse(text, text.n + 1, &m);
    multipart_close(m);
    return e;
}

#define FIELD(name) "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define FILE_(name, file)                                                                          \
    "--b\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" file                   \
    "\"\r\nContent-Type: image/png\r\n\r\n"

static const char TEXT[] = FIELD("a") "one\r\n--\r\n--c\r\r\n" FIELD("公") "\r\n" FILE_(
    "f", "图 1.png") "\r\n--\r\n-\r\r\n\r\n--b--\r\n";

static void test_multipart__any_cut_gives_the_same(void **state)
{
    (void)state;
    for (size_t step = 1; step < sizeof TEXT; step++) {
        struct multipart *m = NULL;
        assert_int_equal(parse(str_from(TEXT), step, &m), OK);
        assert_int_equal(fields.n, 2);
        assert_true(str_eq(fields.v[0].value, S("one\r\n--\r\n--c\r")));
        assert_true(str_eq(fields.v[1].name, S("公")));
        assert_true(fields.v[1].value.p && !fields.v[1].value.n);
        assert_int_equal(upload_n, 1);
        assert_true(str_eq(uploads[0].filename, S("图 1.png")));
        assert_true(str_eq(uploads[0].mime, S("image/png")));
        char data[32];
        assert_int_equal(read(uploads[0].fd, data, sizeof data), 10);
        assert_memory_equal(data, "\r\n--\r\n-\r\r\n", 10);
        multipart_close(m);
    }
}

static void test_multipart__refuses_what_has_two_readings(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "",
        "preamble\r\n" FIELD("a") "x\r\n--b--\r\n",
        FIELD("a") "x\r\n--b--\r\njunk",
        FIELD("a") "x\r\n--b-",
        FIELD("a") "x\r\n--b",
        FIELD("a") "x",
        FIELD("a") "x\r\n--b--\r",
        FIELD("a") "x\r\n--bc\r\n",
        FIELD("a") "x\n--b--\n",
        "--b\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"a\"; filename*=\"b\"\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"a\" junk\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"a\"\nX: y\r\n\r\nx\r\n--b--\r\n",
        FIELD("a") "\xff\r\n--b--\r\n",
    };
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_int_equal(parse_once(str_from(BAD[i])), ERR_INVALID);
    static const char NUL[] = FIELD("a") "x\0y\r\n--b--\r\n";
    assert_int_equal(parse_once((str){NUL, sizeof NUL - 1}), ERR_INVALID);
}

static void test_multipart__limits_leave_nothing_behind(void **state)
{
    (void)state;
    int before = open_files();
    struct buf b;
    buf_init(&b, mem, 1 << 20);
    buf_add(&b, S(FILE_("f", "x")));
    for (int i = 0; i <= FILE_MAX; i++)
        buf_add_char(&b, 'x');
    buf_add(&b, S("\r\n--b--\r\n"));
    assert_int_equal(parse_once(buf_str(&b)), ERR_TOO_LARGE);
    buf_init(&b, mem, 1 << 20);
    for (int i = 0; i <= MULTIPART_PARTS; i++)
        buf_add(&b, S(FIELD("a") "\r\n"));
    assert_int_equal(parse_once(buf_str(&b)), ERR_TOO_LARGE);
    buf_init(&b, mem, 1 << 20);
    buf_add(&b, S("--b\r\nX: "));
    for (int i = 0; i < MULTIPART_HEAD_MAX; i++)
        buf_add_char(&b, 'x');
    assert_int_equal(parse_once(buf_str(&b)), ERR_TOO_LARGE);
    assert_int_equal(open_files(), before);
}

static void test_multipart__errors_stay(void **state)
{
    (void)state;
    struct multipart *m = NULL;
    assert_int_equal(multipart_new(mem, S("b"), "/tmp", 0, &m), OK);
    assert_int_equal(multipart_add(m, str_bytes(S(FILE_("f", "x")))), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "file_unexpected");
    fault_clear();
    assert_int_equal(multipart_add(m, str_bytes(S("x"))), ERR_INVALID);
    assert_int_equal(multipart_end(m, &fields, &uploads, &upload_n), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "file_unexpected");
    assert_int_equal(multipart_new(mem, S("b"), "/nonexistent", 9, &m), OK);
    assert_int_equal(multipart_add(m, str_bytes(S(FILE_("f", "x")))), ERR_IO);
    multipart_close(m);
    multipart_close(NULL);
}

static void test_multipart__boundaries(void **state)
{
    (void)state;
    assert_true(str_eq(multipart_boundary(S("multipart/form-data; boundary=a-b")), S("a-b")));
    assert_true(str_eq(multipart_boundary(S("multipart/form-data; Boundary=\"a b\"")), S("a b")));
    static const char *const BAD[] = {
        "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=\"a ", "multipart/form-data; boundary=a<b"};
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_null(multipart_boundary(str_from(BAD[i])).p);
    struct multipart *m = NULL;
    assert_int_equal(multipart_new(mem, STR_NONE, "/tmp", 9, &m), ERR_INVALID);
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_multipart__any_cut_gives_the_same),
        cmocka_unit_test(test_multipart__refuses_what_has_two_readings),
        cmocka_unit_test(test_multipart__limits_leave_nothing_behind),
        cmocka_unit_test(test_multipart__errors_stay),
        cmocka_unit_test(test_multipart__boundaries),
    };
    return cmocka_run_group_tests_name("multipart", tests, setup, teardown);
}
