/* Tar archives: what is written comes back, tar itself reads it, and broken ones are refused. */
#include "base/rand.h"
#include "base/tar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static const size_t SIZES[] = {0, 1, 511, 512, 513, 70000};

static int made(void)
{
    static uint8_t data[70000];
    memset(data, 'x', sizeof data);
    struct tar t = {.fd = memfd_create("tar", MFD_CLOEXEC)};
    for (size_t i = 0; i < LEN(SIZES); i++) {
        char path[32];
        snprintf(path, sizeof path, "folder/%zu", SIZES[i]);
        assert_int_equal(tar_add(&t, path, (int64_t)SIZES[i], 1790000000), OK);
        for (size_t at = 0; at < SIZES[i]; at += 999) {
            size_t n = SIZES[i] - at < 999 ? SIZES[i] - at : 999;
            assert_int_equal(tar_write(&t, (struct bytes){data + at, n}), OK);
        }
    }
    assert_int_equal(tar_end(&t), OK);
    assert_int_equal(lseek(t.fd, 0, SEEK_SET), 0);
    return t.fd;
}

static void test_tar__comes_back(void **state)
{
    (void)state;
    struct tar t = {.fd = made()};
    struct tar_entry e;
    for (size_t i = 0; i < LEN(SIZES); i++) {
        assert_int_equal(tar_next(&t, &e), OK);
        assert_int_equal(e.size, SIZES[i]);
        size_t n = 0, all = 0;
        uint8_t buf[700];
        do { /* every second one is skipped half-read */
            assert_int_equal(tar_read(&t, buf, sizeof buf, &n), OK);
            all += n;
        } while (n && i % 2 == 0);
        assert_true(i % 2 || all == SIZES[i]);
    }
    assert_int_equal(tar_next(&t, &e), ERR_NOT_FOUND);
    close(t.fd);
}

static void test_tar__tar_reads_it(void **state)
{
    (void)state;
    char command[96], line[128];
    int fd = made();
    snprintf(command, sizeof command, "tar -tvf /proc/%d/fd/%d", (int)getpid(), fd);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    for (size_t i = 0; i < LEN(SIZES); i++) {
        size_t size = 0, name = 0;
        assert_non_null(fgets(line, sizeof line, f));
        assert_int_equal(sscanf(line, "-rw------- 0/0 %zu %*s %*s folder/%zu", &size, &name), 2);
        assert_int_equal(size, SIZES[i]);
        assert_int_equal(name, SIZES[i]);
    }
    assert_null(fgets(line, sizeof line, f));
    assert_int_equal(pclose(f), 0);
    close(fd);
}

static err read_whole(int fd)
{
    struct tar t = {.fd = fd};
    struct tar_entry e;
    err last;
    (void)lseek(fd, 0, SEEK_SET);
    do
        last = tar_next(&t, &e);
    while (last == OK);
    return last;
}

static void test_tar__huge_sizes(void **state)
{
    (void)state;
    struct tar t = {.fd = memfd_create("tar", MFD_CLOEXEC)};
    struct tar_entry e;
    assert_int_equal(tar_add(&t, "big", 9LL << 30, 0), OK);
    (void)lseek(t.fd, 0, SEEK_SET);
    t.left = t.pad = 0;
    assert_int_equal(tar_next(&t, &e), OK);
    assert_true(e.size == 9LL << 30);
    assert_int_equal(read_whole(t.fd), ERR_INVALID); /* cut off */
    close(t.fd);
}

static void test_tar__broken_ones(void **state)
{
    (void)state;
    static const char *const names[] = {"/etc/passwd", "../x", "a/../b", "a//b", ".x", "a/"};
    for (size_t i = 0; i < LEN(names); i++) {
        struct tar t = {.fd = memfd_create("tar", MFD_CLOEXEC)};
        assert_int_equal(tar_add(&t, names[i], 0, 0), OK);
        assert_int_equal(tar_end(&t), OK);
        assert_int_equal(read_whole(t.fd), ERR_INVALID);
        close(t.fd);
    }
    int fd = made();
    assert_int_equal(read_whole(fd), ERR_NOT_FOUND);
    assert_int_equal(pwrite(fd, "?", 1, 130), 1); /* the first entry's size */
    assert_int_equal(read_whole(fd), ERR_INVALID);
    assert_int_equal(ftruncate(fd, 300), 0);
    assert_int_equal(read_whole(fd), ERR_INVALID);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tar__comes_back),
        cmocka_unit_test(test_tar__tar_reads_it),
        cmocka_unit_test(test_tar__huge_sizes),
        cmocka_unit_test(test_tar__broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
