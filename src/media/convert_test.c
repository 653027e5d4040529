/* Audio and video of all kinds that ffmpeg itself makes here, good and bad; this program is also
 * the sandbox worker. */
#include "media/convert.h"

#include "base/rand.h"
#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
/* cmocka needs the four above */
#include <cmocka.h>

static arena *mem;
static char dir[] = "/tmp/gongqi-convert-XXXXXX";

#define PICTURE "-f lavfi -i testsrc=d=2:s=320x240:r=15"
#define TONE "-f lavfi -i sine=d=2"

static const char *path(const char *name)
{
    return str_z(mem, str_fmt(mem, "%s/%s", dir, name));
}

/* A file made by ffmpeg with these arguments. */
static int make(const char *name, const char *args)
{
    str command = str_fmt(mem, "ffmpeg -v error -nostdin -y %s %s </dev/null", args, path(name));
    assert_int_equal(system(str_z(mem, command)), 0);
    int fd = open(path(name), O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static int written(const char *name, str bytes)
{
    int fd = open(path(name), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
    return fd;
}

static bool always(void *ctx, int64_t done_ms)
{
    int64_t *most = ctx;
    if (done_ms > *most)
        *most = done_ms;
    return true;
}

static bool never(void *ctx, int64_t done_ms)
{
    (void)ctx;
    (void)done_ms;
    return false;
}

struct outcome {
    err e;
    str reason;
    struct convert_probe in, made;
    int out;
    int64_t progress, size;
};

static struct outcome run(int in, int64_t max_ms, bool (*go_on)(void *, int64_t))
{
    struct outcome o = {.out = written("out", S(""))};
    o.e = convert_probe(in, mem, &o.in);
    struct convert c = {.in = in,
                        .out = o.out,
                        .probe = &o.in,
                        .max_ms = max_ms,
                        .short_side = 720,
                        .go_on = go_on,
                        .ctx = &o.progress};
    if (o.e == OK)
        o.e = convert_run(&c, mem, &o.made);
    o.reason = o.e == OK ? S("") : str_dup(mem, str_from(fault_of(o.e).reason));
    if (o.e != OK)
        print_message("%s: %s\n", fault_of(o.e).reason, fault_of(o.e).text);
    struct stat st;
    assert_int_equal(fstat(o.out, &st), 0);
    o.size = st.st_size;
    close(in);
    return o;
}

static void refused(int in, const char *reason)
{
    struct outcome o = run(in, 10000, always);
    assert_int_not_equal(o.e, OK);
    assert_string_equal(str_z(mem, o.reason), reason);
    close(o.out);
}

static bool has_bytes(int fd, str what)
{
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    char *all = arena_alloc(mem, (size_t)st.st_size);
    assert_true(pread(fd, all, (size_t)st.st_size, 0) == st.st_size);
    return memmem(all, (size_t)st.st_size, what.p, what.n) != NULL;
}

static void test_convert__containers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *args;
        bool video;
    } files[] = {
        {"a.mp4", PICTURE " " TONE " -c:v libx264 -c:a aac", true},
        {"a.mov", PICTURE " -c:v mpeg4 -f mov", true},
        {"a.webm", PICTURE " " TONE " -c:v libvpx -deadline realtime -c:a libvorbis", true},
        {"a.mkv", PICTURE " " TONE " -c:v libx264 -c:a libmp3lame", true},
        {"a.mp3", TONE " -c:a libmp3lame", false},
        {"b.mp3", TONE " -c:a libmp3lame -id3v2_version 0 -write_id3v1 0", false},
        {"a.m4a", TONE " -c:a aac", false},
        {"a.ogg", TONE " -c:a libvorbis", false},
        {"a.wav", TONE " -c:a pcm_s16le", false},
        {"a.flac", TONE " -c:a flac", false},
    };
    for (size_t i = 0; i < LEN(files); i++) {
        struct outcome o = run(make(files[i].name, files[i].args), 10000, always);
        print_message("%s %lld ms %lld bytes\n", files[i].name, (long long)o.made.ms,
                      (long long)o.size);
        assert_int_equal(o.e, OK);
        assert_int_equal(o.made.video, files[i].video);
        assert_in_range(o.made.ms, 1800, 2300);
        assert_true(o.progress > 0 && o.size > 1000);
        assert_int_equal(o.made.width, files[i].video ? 320 : 0);
        assert_string_equal(o.made.format, "mov");
        close(o.out);
    }
}

static void test_convert__metadata_goes_and_size_shrinks(void **state)
{
    (void)state;
    int in = make("m.mp4", "-f lavfi -i testsrc=d=1:s=1920x1080:r=10 -metadata title=SecretPlace"
                           " -metadata location=+39.9+116.4/ -c:v libx264 -preset ultrafast");
    assert_true(has_bytes(in, S("SecretPlace")));
    struct outcome o = run(in, 10000, always);
    assert_int_equal(o.e, OK);
    assert_int_equal(o.made.width, 1280);
    assert_int_equal(o.made.height, 720);
    assert_false(has_bytes(o.out, S("SecretPlace")));
    assert_false(has_bytes(o.out, S("39.9")));
    char head[4096];
    assert_true(pread(o.out, head, sizeof head, 0) == sizeof head);
    assert_non_null(memmem(head, sizeof head, "moov", 4)); /* the index stands in front */
    int png = memfd_create("png", MFD_CLOEXEC);
    assert_int_equal(convert_poster(o.out, &o.made, png, mem), OK);
    assert_true(has_bytes(png, S("PNG")));
    close(png);
    close(o.out);
}

static void test_convert__bad_files(void **state)
{
    (void)state;
    refused(written("empty.mp4", S("")), "media_empty");
    refused(written("list.mp4", S("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")), "media_type");
    refused(written("concat.mp4", S("ffconcat version 1.0\nfile /etc/passwd\n")), "media_type");
    refused(written("text.mp4", S("....ftypisom and then nothing that anybody could play")),
            "media_damaged");
    refused(make("other.mkv", PICTURE " -c:v ffv1"), "media_codec");
    refused(make("wide.mkv", "-f lavfi -i color=d=0.1:s=5000x64:r=5 -c:v libx264"),
            "media_dimensions");
}

static void test_convert__cut_off(void **state)
{
    (void)state;
    int fd = make("cut.mp4", "-f lavfi -i testsrc=d=8:s=320x240:r=15 -c:v libx264 -movflags "
                             "+faststart");
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(ftruncate(fd, st.st_size / 3), 0);
    refused(fd, "media_truncated");
    fd = make("cut2.mp4", PICTURE " -c:v libx264");
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(ftruncate(fd, st.st_size / 2), 0);
    refused(fd, "media_damaged"); /* its index stood at the end */
}

static void test_convert__too_long(void **state)
{
    (void)state;
    struct outcome o = run(make("long.mp3", "-f lavfi -i sine=d=20 -c:a libmp3lame"), 5000, always);
    assert_string_equal(str_z(mem, o.reason), "media_too_long");
    close(o.out);
    /* says nothing about its length */
    o = run(make("live.webm", "-f lavfi -i testsrc=d=20:s=64x64:r=5 -c:v libvpx -deadline realtime "
                              "-live 1"),
            5000, always);
    assert_int_equal(o.in.ms, 0);
    assert_string_equal(str_z(mem, o.reason), "media_too_long");
    close(o.out);
}

static void test_convert__ends_when_told(void **state)
{
    (void)state;
    struct outcome o = run(make("stop.mp4", PICTURE " -c:v libx264"), 10000, never);
    assert_int_equal(o.e, ERR_CONFLICT);
    assert_string_equal(str_z(mem, o.reason), "sandbox_ended");
    close(o.out);
}

int main(int argc, char **argv)
{
    if (sandbox_is_worker(argc, argv))
        return sandbox_worker_main(NULL, 0, argc, argv);
    rand_init();
    mem = arena_new();
    if (!mkdtemp(dir))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convert__containers),
        cmocka_unit_test(test_convert__metadata_goes_and_size_shrinks),
        cmocka_unit_test(test_convert__bad_files),
        cmocka_unit_test(test_convert__cut_off),
        cmocka_unit_test(test_convert__too_long),
        cmocka_unit_test(test_convert__ends_when_told),
    };
    int bad = cmocka_run_group_tests(tests, NULL, NULL);
    str command = str_fmt(mem, "rm -r %s", dir);
    if (system(str_z(mem, command)) != 0)
        bad++;
    arena_free(mem);
    return bad;
}
