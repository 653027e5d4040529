/* Unit tests of the S3 client and of blobs in it: the vectors that AWS publishes, then a small
 * server of Node.js that checks every signature by itself (tests/s3/server.mjs). */
#include "blob/s3.h"

#include "base/rand.h"
#include "blob/blob.h"
#include "tests/unit/tests3.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;
static char dir[64];
static struct blob_store *store;

/* ---- signatures: docs.aws.amazon.com, "Authenticating Requests: Using the Authorization
 * Header", with the key of the examples ---- */

static struct s3_request example(const char *method, str path)
{
    return (struct s3_request){.method = method,
                               .path = path,
                               .payload = sha256((struct bytes){(const uint8_t *)"", 0}),
                               .region = S("us-east-1"),
                               .key = S("AKIAIOSFODNN7EXAMPLE"),
                               .secret = S("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                               .at_ms = 1369353600000};
}

static void signature_is(const struct s3_request *r, const char *want)
{
    str got = s3_authorization(mem, r);
    str tail = str_fmt(mem, ",Signature=%s", want);
    if (!str_ends(got, tail))
        print_error("%.*s\n", FMT(got));
    assert_true(str_ends(got, tail));
}

#define HOST                                                                                       \
    {                                                                                              \
        S("host"), S("examplebucket.s3.amazonaws.com")                                             \
    }
#define EMPTY                                                                                      \
    {                                                                                              \
        S("x-amz-content-sha256"),                                                                 \
            S("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")                  \
    }
#define DATE                                                                                       \
    {                                                                                              \
        S("x-amz-date"), S("20130524T000000Z")                                                     \
    }

static void test_s3__signatures_are_those_that_aws_publishes(void **state)
{
    (void)state;
    assert_true(str_eq(s3_time(mem, 1369353600000), S("20130524T000000Z")));
    const struct s3_pair get[] = {HOST, {S("range"), S("bytes=0-9")}, EMPTY, DATE};
    struct s3_request r = example("GET", S("/test.txt"));
    r.headers = get;
    r.header_n = LEN(get);
    signature_is(&r, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");

    const struct s3_pair put[] = {
        {S("date"), S("Fri, 24 May 2013 00:00:00 GMT")},
        HOST,
        {S("x-amz-content-sha256"),
         S("44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")},
        DATE,
        {S("x-amz-storage-class"), S("REDUCED_REDUNDANCY")}};
    r = example("PUT", S("/test%24file.text"));
    r.payload = sha256(str_bytes(S("Welcome to Amazon S3.")));
    r.headers = put;
    r.header_n = LEN(put);
    signature_is(&r, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");

    const struct s3_pair plain[] = {HOST, EMPTY, DATE};
    const struct s3_pair lifecycle[] = {{S("lifecycle"), S("")}};
    r = example("GET", S("/"));
    r.headers = plain;
    r.header_n = LEN(plain);
    r.query = lifecycle;
    r.query_n = 1;
    signature_is(&r, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");

    const struct s3_pair list[] = {{S("max-keys"), S("2")}, {S("prefix"), S("J")}};
    r.query = list;
    r.query_n = 2;
    signature_is(&r, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void test_s3__encodes_all_but_unreserved_characters(void **state)
{
    (void)state;
    assert_true(str_eq(s3_encoded(mem, S("a/b c~d+中")), S("a%2Fb%20c~d%2B%E4%B8%AD")));
}

/* ---- the server ---- */

static err put_text(struct s3 *s, str key, str text, const char *only_if)
{
    struct s3_body b = {.fd = -1, .data = str_bytes(text)};
    return s3_put(s, key, &b, only_if);
}

static bool said(const char *part)
{
    return str_has(str_from(fault_last()->text), str_from(part));
}

static void test_s3__objects_come_back(void **state)
{
    (void)state;
    struct s3 *s = test_s3_open(mem, "s3://gongqi-test/one/two/", "key");
    struct bytes data;
    struct s3_object o = {0};
    assert_int_equal(s3_get(s, mem, S("a/b.txt"), 100, &data, NULL), ERR_NOT_FOUND);
    assert_int_equal(s3_head(s, S("a/b.txt"), &o), ERR_NOT_FOUND);
    assert_int_equal(put_text(s, S("a/b.txt"), S("你好"), NULL), OK);
    assert_int_equal(s3_get(s, mem, S("a/b.txt"), 100, &data, &o), OK);
    assert_true(str_eq(bytes_str(data), S("你好")));
    assert_true(o.size == 6 && o.tag[0] == '"' && o.age_ms >= 0 && o.age_ms < 60000);
    assert_int_equal(s3_head(s, S("a/b.txt"), &o), OK);
    assert_true(o.size == 6);
    assert_int_equal(s3_get(s, mem, S("a/b.txt"), 5, &data, NULL), ERR_TOO_LARGE);
    assert_int_equal(s3_remove(s, S("a/b.txt")), OK);
    assert_int_equal(s3_remove(s, S("a/b.txt")), OK);
    assert_int_equal(s3_head(s, S("a/b.txt"), &o), ERR_NOT_FOUND);
    assert_int_equal(put_text(s, S("a/?b"), S(""), NULL), ERR_INVALID);
    assert_int_equal(s3_try(s, true), OK);
    s3_close(s);
}

static void test_s3__lists_only_what_is_its_own(void **state)
{
    (void)state;
    struct s3 *s = test_s3_open(mem, "s3://gongqi-test/list", "key"),
              *other = test_s3_open(mem, "s3://gongqi-test", "key");
    str *v = NULL;
    size_t n = 0;
    assert_int_equal(put_text(other, S("listed/x/1"), S(""), NULL), OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(put_text(s, str_fmt(mem, "x/%d", i), S("."), NULL), OK);
    assert_int_equal(put_text(s, S("y/1"), S("."), NULL), OK);
    assert_int_equal(s3_list(s, mem, S("x/"), S(""), &v, &n), OK);
    assert_true(n == 5 && str_eq(v[0], S("x/0")) && str_eq(v[4], S("x/4")));
    assert_int_equal(s3_list(s, mem, S("x/"), S("x/2"), &v, &n), OK);
    assert_true(n == 2 && str_eq(v[0], S("x/3")));
    assert_int_equal(s3_list(s, mem, S("z/"), S(""), &v, &n), OK);
    assert_true(n == 0);
    s3_close(s);
    s3_close(other);
}

static void test_s3__conditional_writes(void **state)
{
    (void)state;
    struct s3 *s = test_s3_open(mem, "s3://gongqi-test/if", "key");
    struct bytes data;
    struct s3_object o = {0};
    assert_int_equal(put_text(s, S("c"), S("1"), ""), OK);
    assert_int_equal(put_text(s, S("c"), S("2"), ""), ERR_CONFLICT);
    assert_int_equal(s3_get(s, mem, S("c"), 10, &data, &o), OK);
    assert_int_equal(put_text(s, S("c"), S("2"), o.tag), OK);
    assert_int_equal(put_text(s, S("c"), S("3"), o.tag), ERR_CONFLICT);
    assert_int_equal(s3_get(s, mem, S("c"), 10, &data, &o), OK);
    assert_true(str_eq(bytes_str(data), S("2")));
    test_s3_tell("/_lax", "{\"lax\":true}");
    assert_int_equal(s3_try(s, false), OK);
    assert_int_equal(s3_try(s, true), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "s3_conditions");
    test_s3_tell("/_lax", "{\"lax\":false}");
    s3_close(s);
}

static void test_s3__wrong_secrets_and_places_are_refused(void **state)
{
    (void)state;
    struct s3 *s = test_s3_open(mem, "s3://gongqi-test/no", "wrong");
    assert_int_equal(s3_try(s, false), ERR_IO);
    assert_true(said("SignatureDoesNotMatch"));
    s3_close(s);
    s = test_s3_open(mem, "s3://another-bucket", "key");
    assert_int_equal(s3_try(s, false), ERR_IO);
    assert_true(said("NoSuchBucket"));
    s3_close(s);
    static const struct {
        const char *place, *key_file, *why;
    } BAD[] = {
        {"gongqi-test", "key", "s3://BUCKET"},      {"s3://a", "key", "bucket"},
        {"s3://gongqi-test/中", "key", "prefix"},   {"s3://gongqi-test", "open", "0600"},
        {"s3://gongqi-test", "short", "two lines"}, {"s3://gongqi-test", "none", "cannot be read"},
    };
    for (size_t i = 0; i < LEN(BAD); i++) {
        struct s3_opts o = test_s3_opts(mem, BAD[i].place, BAD[i].key_file);
        s = NULL;
        assert_int_equal(s3_open(&o, &s), ERR_INVALID);
        assert_string_equal(fault_last()->reason, "setting_s3");
        assert_true(said(BAD[i].why));
        assert_null(s);
    }
    struct s3_opts o = test_s3_opts(mem, "s3://gongqi-test", "key");
    o.endpoint = S("http://127.0.0.1/path");
    assert_int_equal(s3_open(&o, &s), ERR_INVALID);
    o.endpoint = S("ftp://127.0.0.1");
    assert_int_equal(s3_open(&o, &s), ERR_INVALID);
}

static void test_s3__tries_again_but_not_for_ever(void **state)
{
    (void)state;
    struct s3 *s = test_s3_open(mem, "s3://gongqi-test/again", "key");
    struct bytes data;
    test_s3_tell("/_fault", "{\"status\":503,\"count\":2}");
    assert_int_equal(put_text(s, S("k"), S("v"), NULL), OK);
    test_s3_tell("/_fault", "{\"cut\":true,\"count\":2}");
    assert_int_equal(s3_get(s, mem, S("k"), 10, &data, NULL), OK);
    assert_true(str_eq(bytes_str(data), S("v")));
    test_s3_tell("/_fault", "{\"status\":503,\"count\":1}"); /* may have happened */
    assert_int_equal(put_text(s, S("k"), S("w"), "\"x\""), ERR_IO);
    assert_true(said("SlowDown"));
    test_s3_tell("/_fault", "{\"status\":503,\"count\":5}");
    assert_int_equal(s3_get(s, mem, S("k"), 10, &data, NULL), ERR_IO);
    assert_string_equal(fault_last()->reason, "storage_unavailable");
    test_s3_tell("/_fault", "{\"count\":0}");
    struct s3_opts o = test_s3_opts(mem, "s3://gongqi-test", "key");
    o.endpoint = S("http://127.0.0.1:9"); /* discard: nobody listens */
    struct s3 *none = NULL;
    assert_int_equal(s3_open(&o, &none), OK);
    assert_int_equal(put_text(none, S("k"), S("v"), ""), ERR_IO);
    s3_close(none);
    s3_close(s);
}

/* ---- blobs ---- */

static void test_s3_blob__put_and_get(void **state)
{
    (void)state;
    str hash = STR_NONE;
    int fd = -1;
    int64_t size = 0;
    char got[4] = "";
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("abc")), &hash), OK);
    assert_true(
        str_eq(hash, S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")));
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("abc")), &hash), OK);
    assert_int_equal(blob_open(store, hash, &fd, &size), OK);
    assert_true(size == 3);
    assert_int_equal(pread(fd, got, 3, 0), 3);
    assert_string_equal(got, "abc");
    close(fd);
    assert_true(blob_exists(store, hash));
    assert_int_equal(blob_remove(store, hash), OK);
    assert_int_equal(blob_remove(store, hash), ERR_NOT_FOUND);
    assert_int_equal(blob_open(store, hash, &fd, &size), ERR_NOT_FOUND);
    assert_false(blob_exists(store, hash));
    assert_int_equal(blob_open(store, S("../x"), &fd, &size), ERR_NOT_FOUND);
}

static void test_s3_blob__streams_files_and_pipes(void **state)
{
    (void)state;
    int fd = memfd_create("b", MFD_CLOEXEC), got = -1, ends[2];
    static char block[100000];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 100; i++)
        assert_int_equal(write(fd, block, sizeof block), sizeof block);
    str hash = STR_NONE;
    int64_t size = 0;
    test_s3_tell("/_fault", "{\"status\":500,\"count\":1}"); /* sent again from its beginning */
    assert_int_equal(blob_put_fd(store, mem, fd, &hash, &size), OK);
    assert_true(size == 10000000);
    close(fd);
    assert_int_equal(blob_open(store, hash, &got, &size), OK); /* which compares the hash */
    assert_true(size == 10000000);
    close(got);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "pipe", 4), 4);
    close(ends[1]);
    assert_int_equal(blob_put_fd(store, mem, ends[0], &hash, &size), OK);
    assert_true(size == 4);
    close(ends[0]);
}

static void test_s3_blob__other_bytes_are_not_given_out(void **state)
{
    (void)state;
    str hash = STR_NONE;
    int fd = -1;
    int64_t size = 0;
    struct s3 *s = blob_store_s3(store);
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("good")), &hash), OK);
    str key = str_fmt(mem, "%.2s/%.2s/%.*s", hash.p, hash.p + 2, FMT(hash));
    assert_int_equal(put_text(s, key, S("evil"), NULL), OK);
    assert_int_equal(blob_open(store, hash, &fd, &size), ERR_IO);
    assert_int_equal(fd, -1);
}

static void age(str key, int seconds)
{
    test_s3_tell("/_age",
                 str_fmt(mem, "{\"key\":\"blobs/%.*s\",\"seconds\":%d}", FMT(key), seconds).p);
}

static void test_s3_blob__only_idle_bytes_go_for_good(void **state)
{
    (void)state;
    str hash = STR_NONE;
    bool removed = true;
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("idle")), &hash), OK);
    str key = str_fmt(mem, "%.2s/%.2s/%.*s", hash.p, hash.p + 2, FMT(hash));
    assert_int_equal(blob_remove_idle(store, hash, 60000, &removed), OK);
    assert_false(removed); /* just stored */
    age(key, 90);
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("idle")), &hash), OK);
    assert_int_equal(blob_remove_idle(store, hash, 60000, &removed), OK);
    assert_false(removed); /* stored again */
    age(key, 90);
    assert_int_equal(blob_remove_idle(store, hash, 60000, &removed), OK);
    assert_true(removed);
    assert_false(blob_exists(store, hash));
    assert_int_equal(blob_remove_idle(store, hash, 60000, &removed), OK);
    assert_true(removed); /* gone already */
}

/* What a remover that crashed left does not stop anybody for longer than a minute. */
static void test_s3_blob__old_removal_marks_are_cleared(void **state)
{
    (void)state;
    struct s3 *s = blob_store_s3(store);
    struct s3_object o;
    str hash = sha256_hex(mem, sha256(str_bytes(S("marked"))));
    str mark = str_cat(mem, S("leaving/"), hash);
    assert_int_equal(put_text(s, mark, S(""), NULL), OK);
    age(mark, 90);
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("marked")), &hash), OK);
    assert_int_equal(s3_head(s, mark, &o), ERR_NOT_FOUND);
    assert_true(blob_exists(store, hash));
}

static int setup(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    snprintf(dir, sizeof dir, "/tmp/gongqi-s3-XXXXXX");
    if (!mkdtemp(dir) || test_s3_start(dir) != 0)
        return 1;
    return blob_store_open_s3(str_fmt(mem, "%s/blobs", dir).p,
                              test_s3_open(mem, "s3://gongqi-test/blobs", "key"), &store) != OK;
}

static int visit_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    blob_store_close(store);
    test_s3_stop();
    arena_free(mem);
    return nftw(dir, visit_remove, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_s3__signatures_are_those_that_aws_publishes),
        cmocka_unit_test(test_s3__encodes_all_but_unreserved_characters),
        cmocka_unit_test(test_s3__objects_come_back),
        cmocka_unit_test(test_s3__lists_only_what_is_its_own),
        cmocka_unit_test(test_s3__conditional_writes),
        cmocka_unit_test(test_s3__wrong_secrets_and_places_are_refused),
        cmocka_unit_test(test_s3__tries_again_but_not_for_ever),
        cmocka_unit_test(test_s3_blob__put_and_get),
        cmocka_unit_test(test_s3_blob__streams_files_and_pipes),
        cmocka_unit_test(test_s3_blob__other_bytes_are_not_given_out),
        cmocka_unit_test(test_s3_blob__only_idle_bytes_go_for_good),
        cmocka_unit_test(test_s3_blob__old_removal_marks_are_cleared),
    };
    return cmocka_run_group_tests_name("s3", tests, setup, teardown);
}
