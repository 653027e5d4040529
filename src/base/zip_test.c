/* What an independent reader (unzip, Python's zipfile) makes of our files. */
#include "base/zip.h"

#include "base/clock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
/* cmocka needs the three above */
#include <cmocka.h>

static void test_zip__is_read_by_python(void **state)
{
    char path[] = "/tmp/gongqi-zip-XXXXXX";
    AUTO_ARENA(mem);
    struct zip z;
    int64_t size = 0;
    int fd = mkstemp(path), in = memfd_create("in", MFD_CLOEXEC);
    (void)state;
    for (int i = 0; i < 100000; i++)
        assert_int_equal(write(in, "0123456789", 10), 10);
    zip_start(&z, mem, fd, date_china_ms((struct date){2026, 11, 24}));
    assert_int_equal(zip_add(&z, S("data.json"), str_bytes(S("{}"))), OK);
    assert_int_equal(zip_add(&z, S("a/\xe6\x96\x87.md"), str_bytes(S(""))), OK);
    assert_int_equal(zip_add_fd(&z, S("media/x.bin"), in), OK);
    assert_int_equal(zip_end(&z, &size), OK);
    assert_int_equal(lseek(fd, 0, SEEK_END), size);
    str script = str_fmt(
        mem,
        "python3 -c 'import zipfile,sys;z=zipfile.ZipFile(\"%s\");assert z.testzip() is None;"
        "assert z.namelist()==[\"data.json\",\"a/\\u6587.md\",\"media/x.bin\"];"
        "assert z.read(\"data.json\")==b\"{}\";assert "
        "z.read(\"media/x.bin\")==b\"0123456789\"*100000;"
        "assert z.infolist()[0].date_time[:3]==(2026,11,24)'",
        path);
    assert_int_equal(system(script.p), 0); /* NOLINT(cert-env33-c) */
    close(fd);
    close(in);
    (void)unlink(path);
}

static void test_zip__many_entries_need_zip64(void **state)
{
    char path[] = "/tmp/gongqi-zip-XXXXXX";
    AUTO_ARENA(mem);
    struct zip z;
    int64_t size = 0;
    int fd = mkstemp(path);
    (void)state;
    zip_start(&z, mem, fd, 0);
    for (int i = 0; i < 66000; i++)
        assert_int_equal(zip_add(&z, str_fmt(mem, "n/%d", i), str_bytes(S("x"))), OK);
    assert_int_equal(zip_end(&z, &size), OK);
    str script = str_fmt(mem,
                         "python3 -c 'import zipfile;z=zipfile.ZipFile(\"%s\");"
                         "assert len(z.namelist())==66000;assert z.read(\"n/65999\")==b\"x\"'",
                         path);
    assert_int_equal(system(script.p), 0); /* NOLINT(cert-env33-c) */
    close(fd);
    (void)unlink(path);
}

static void test_zip__refuses_names_that_leave_the_folder(void **state)
{
    AUTO_ARENA(mem);
    struct zip z;
    int fd = memfd_create("zip", MFD_CLOEXEC);
    static const char *const BAD[] = {"", "/etc/x", "a/../b", "..", "a//b", "a/"};
    (void)state;
    zip_start(&z, mem, fd, 0);
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_int_equal(zip_add(&z, str_from(BAD[i]), str_bytes(S(""))), ERR_BUG);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zip__is_read_by_python),
        cmocka_unit_test(test_zip__many_entries_need_zip64),
        cmocka_unit_test(test_zip__refuses_names_that_leave_the_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
