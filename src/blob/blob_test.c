/* Unit tests of blob/. */
#include "blob/blob.h"

#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;
static char dir[64];
static struct blob_store *store;
static int files_seen;

static int visit_count(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)path;
    (void)st;
    (void)ftw;
    files_seen += type == FTW_F;
    return 0;
}

static int files_in(const char *path)
{
    files_seen = 0;
    assert_int_equal(nftw(path, visit_count, 8, FTW_PHYS), 0);
    return files_seen;
}

static int visit_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static const char *path_z(const char *base, str tail)
{
    return str_z(mem, str_fmt(mem, "%s/%.*s", base, FMT(tail)));
}

static void test_blob__put_and_get(void **state)
{
    (void)state;
    str hash = STR_NONE;
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("abc")), &hash), OK);
    /* FIPS 180-2 */
    assert_true(
        str_eq(hash, S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")));
    int fd = -1;
    int64_t size = 0;
    assert_int_equal(blob_open(store, hash, &fd, &size), OK);
    assert_true(size == 3);
    char got[4] = "";
    assert_int_equal(read(fd, got, 3), 3);
    assert_string_equal(got, "abc");
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
    assert_true(blob_exists(store, hash));
}

static void test_blob__put_fd_streams_from_the_beginning(void **state)
{
    (void)state;
    int fd = memfd_create("b", MFD_CLOEXEC);
    static char block[100000];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 10; i++)
        assert_int_equal(write(fd, block, sizeof block), sizeof block);
    str hash = STR_NONE, same = STR_NONE;
    int64_t size = 0;
    assert_int_equal(blob_put_fd(store, mem, fd, &hash, &size), OK);
    assert_true(size == 1000000);
    char *all = arena_alloc(mem, 1000000);
    memset(all, 'x', 1000000);
    assert_int_equal(blob_put_bytes(store, mem, (struct bytes){(uint8_t *)all, 1000000}, &same),
                     OK);
    assert_true(str_eq(hash, same));
    close(fd);
}

static void test_blob__put_fd_takes_a_pipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "pipe", 4), 4);
    close(ends[1]);
    str hash = STR_NONE;
    int64_t size = 0;
    assert_int_equal(blob_put_fd(store, mem, ends[0], &hash, &size), OK);
    assert_true(size == 4);
    close(ends[0]);
}

static void test_blob__is_idempotent_and_private(void **state)
{
    (void)state;
    str one = STR_NONE, two = STR_NONE;
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("same")), &one), OK);
    int before = files_in(dir);
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("same")), &two), OK);
    assert_true(str_eq(one, two));
    assert_int_equal(files_in(dir), before);
    assert_int_equal(files_in(path_z(dir, S("tmp"))), 0);
    struct stat st;
    str where = str_fmt(mem, "%.2s/%.2s/%.*s", one.p, one.p + 2, FMT(one));
    assert_int_equal(stat(path_z(dir, where), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(path_z(dir, str_sub(where, 0, 5)), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void test_blob__names_cannot_be_paths(void **state)
{
    (void)state;
    int fd = -1;
    int64_t size = 0;
    const str bad[] = {
        S(""),
        STR_NONE,
        S("../../etc/passwd"),
        S("../../../../../../../../../../../../../../../../../../etc/passwd"),
        S("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
        S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a"),
    };
    for (size_t i = 0; i < LEN(bad); i++) {
        assert_false(blob_hash_valid(bad[i]));
        assert_int_equal(blob_open(store, bad[i], &fd, &size), ERR_NOT_FOUND);
        assert_int_equal(blob_remove(store, bad[i]), ERR_NOT_FOUND);
        assert_false(blob_exists(store, bad[i]));
    }
    assert_int_equal(fd, -1);
}

static void test_blob__remove(void **state)
{
    (void)state;
    str hash = STR_NONE;
    int fd = -1;
    int64_t size = 0;
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("gone")), &hash), OK);
    assert_int_equal(blob_remove(store, hash), OK);
    assert_false(blob_exists(store, hash));
    assert_int_equal(blob_open(store, hash, &fd, &size), ERR_NOT_FOUND);
    assert_int_equal(blob_remove(store, hash), ERR_NOT_FOUND);
}

static void test_blob__only_idle_bytes_go_for_good(void **state)
{
    (void)state;
    str hash;
    bool removed = true;
    char path[200];
    struct timespec old[2] = {{1000, 0}, {1000, 0}};
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("idle")), &hash), OK);
    assert_int_equal(blob_remove_idle(store, hash, 60000, &removed), OK);
    assert_false(removed); /* just stored */
    snprintf(path, sizeof path, "%s/%.2s/%.2s/%.64s", dir, hash.p, hash.p + 2, hash.p);
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    assert_int_equal(blob_put_bytes(store, mem, str_bytes(S("idle")), &hash), OK);
    assert_int_equal(blob_remove_idle(store, hash, 60000, &removed), OK);
    assert_false(removed); /* stored again */
    assert_true(blob_exists(store, hash));
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    assert_int_equal(blob_remove_idle(store, hash, 60000, &removed), OK);
    assert_true(removed);
    assert_false(blob_exists(store, hash));
    assert_int_equal(blob_remove_idle(store, hash, 60000, &removed), OK);
    assert_true(removed); /* gone already */
}

static void test_blob__open_clears_what_a_crash_left(void **state)
{
    (void)state;
    const char *old = path_z(dir, S("tmp/old")), *fresh = path_z(dir, S("tmp/fresh"));
    close(open(old, O_CREAT | O_WRONLY, 0600));
    close(open(fresh, O_CREAT | O_WRONLY, 0600));
    struct timespec past[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, old, past, 0), 0);
    struct blob_store *other = NULL;
    assert_int_equal(blob_store_open(dir, &other), OK);
    blob_store_close(other);
    assert_int_equal(access(old, F_OK), -1);
    assert_int_equal(access(fresh, F_OK), 0); /* may be another process's, in use */
    assert_int_equal(unlink(fresh), 0);
}

static void test_blob__unwritable_place_is_refused(void **state)
{
    (void)state;
    struct blob_store *other = NULL;
    assert_int_equal(blob_store_open("/proc/none/here", &other), ERR_IO);
    assert_null(other);
}

static void test_blob__full_disk_leaves_nothing(void **state)
{
    (void)state;
    const char *place = path_z(dir, S("tiny"));
    assert_int_equal(mkdir(place, 0700), 0);
    if (mount("tmpfs", place, "tmpfs", 0, "size=262144") != 0) {
        print_message("SKIPPED: can't mount a tmpfs here (needs root)\n");
        return;
    }
    struct blob_store *tiny = NULL;
    err opened = blob_store_open(place, &tiny);
    static char big[400000];
    str hash = STR_NONE, small = STR_NONE;
    err put = opened == OK
                  ? blob_put_bytes(tiny, mem, (struct bytes){(uint8_t *)big, sizeof big}, &hash)
                  : OK;
    struct fault why = *fault_last();
    int left = files_in(place);
    err after = opened == OK ? blob_put_bytes(tiny, mem, str_bytes(S("fits")), &small) : ERR_BUG;
    blob_store_close(tiny);
    assert_int_equal(umount(place), 0);
    assert_int_equal(put, ERR_IO);
    assert_string_equal(why.reason, "disk_full");
    assert_null(hash.p);
    assert_int_equal(left, 0);
    assert_int_equal(after, OK);
}

static int setup(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    snprintf(dir, sizeof dir, "/tmp/gongqi-blob-XXXXXX");
    return !mkdtemp(dir) || blob_store_open(dir, &store) != OK;
}

static int teardown(void **state)
{
    (void)state;
    blob_store_close(store);
    arena_free(mem);
    return nftw(dir, visit_remove, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blob__put_and_get),
        cmocka_unit_test(test_blob__put_fd_streams_from_the_beginning),
        cmocka_unit_test(test_blob__put_fd_takes_a_pipe),
        cmocka_unit_test(test_blob__is_idempotent_and_private),
        cmocka_unit_test(test_blob__names_cannot_be_paths),
        cmocka_unit_test(test_blob__remove),
        cmocka_unit_test(test_blob__only_idle_bytes_go_for_good),
        cmocka_unit_test(test_blob__open_clears_what_a_crash_left),
        cmocka_unit_test(test_blob__unwritable_place_is_refused),
        cmocka_unit_test(test_blob__full_disk_leaves_nothing),
    };
    return cmocka_run_group_tests_name("blob", tests, setup, teardown);
}
