/* Programs of others: what they can't do is asked by one that tries (Python); this program is also
 * the child that becomes them. */
#include "sandbox/sandbox.h"

#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
/* cmocka needs the four above */
#include <cmocka.h>

static arena *mem;

struct heard {
    struct buf out;
    int ticks, end_after; /* lines and ticks until it says no; 0: never */
    int calls;
};

static bool line(void *ctx, struct bytes b)
{
    struct heard *h = ctx;
    h->ticks += !b.p;
    if (b.p) {
        buf_add(&h->out, bytes_str(b));
        buf_add_char(&h->out, '\n');
    }
    return !h->end_after || ++h->calls < h->end_after;
}

static int file_of(str text)
{
    char name[] = "/tmp/gongqi-program-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0 && unlink(name) == 0);
    assert_true(write(fd, text.p, text.n) == (ssize_t)text.n);
    return fd;
}

static err run(const char *const *argv, size_t argc, int out, struct heard *h)
{
    int in = file_of(S("the input"));
    buf_init(&h->out, mem, 65536);
    struct sandbox_program p = {.argv = argv,
                                .argc = argc,
                                .in = in,
                                .out = out,
                                .wall_ms = 4000,
                                .cpu_s = 2,
                                .memory_bytes = 1LL << 30,
                                .file_bytes = 1000,
                                .line = line,
                                .ctx = h};
    err e = sandbox_run_program(&p, mem);
    close(in);
    return e;
}
#define RUN(out, h, ...)                                                                           \
    run((const char *const[]){__VA_ARGS__, NULL}, LEN(((const char *const[]){__VA_ARGS__})),       \
        (out), (h))

static const char TRIES[] =
    "import os, socket\n"
    "def t(name, f):\n"
    "    try: f(); print(name, 'done')\n"
    "    except OSError as e: print(name, 'refused')\n"
    "t('socket', socket.socket)\n"
    "t('fork', os.fork)\n"
    "t('exec', lambda: os.execv('/bin/sh', ['sh', '-c', 'echo escaped']))\n"
    "t('read', lambda: open('/etc/passwd').read())\n"
    "t('list', lambda: os.listdir('/tmp'))\n"
    "t('create', lambda: open('/tmp/gongqi-escaped', 'w'))\n"
    "t('kill', lambda: os.kill(os.getppid(), 0))\n"
    "t('input', lambda: open('/proc/self/fd/3').read())\n"
    "t('alter', lambda: open('/proc/self/fd/3', 'w').write('x'))\n"
    "t('output', lambda: open('/proc/self/fd/4', 'w').write('made'))\n"
    "print('fds', sorted(int(f) for f in range(64) if os.path.exists(f'/proc/self/fd/{f}')))\n"
    "print('env', [k for k in os.environ if k != 'LC_CTYPE'])\n";

static void test_program__can_do_nothing_else(void **state)
{
    (void)state;
    struct heard h = {0};
    int out = file_of(S(""));
    assert_int_equal(RUN(out, &h, "/usr/bin/python3", "-I", "-S", "-c", TRIES), OK);
    assert_string_equal(str_z(mem, buf_str(&h.out)),
                        "socket refused\nfork refused\nexec refused\nread refused\nlist refused\n"
                        "create refused\nkill refused\ninput done\nalter refused\noutput done\n"
                        "fds [0, 1, 2, 3, 4]\nenv []\n");
    char made[8] = "";
    assert_int_equal(pread(out, made, 4, 0), 4);
    assert_string_equal(made, "made");
    close(out);
}

static void test_program__limits(void **state)
{
    (void)state;
    struct heard h = {0};
    assert_int_equal(RUN(-1, &h, "/usr/bin/python3", "-I", "-S", "-c", "while True: pass"),
                     ERR_TOO_LARGE);
    assert_string_equal(fault_last()->reason, "sandbox_limit");
    assert_true(h.ticks >= 2);
    int out = file_of(S(""));
    err e = RUN(out, &h, "/usr/bin/python3", "-I", "-S", "-c",
                "import os\nos.write(4, b'x' * 5000)\nos.write(4, b'x' * 5000)");
    assert_true(e == ERR_TOO_LARGE || e == ERR_INVALID);
    assert_int_equal(lseek(out, 0, SEEK_END), 1000);
    close(out);
    assert_int_equal(RUN(-1, &h, "/usr/bin/python3", "-I", "-S", "-c", "x = 'x' * (2 << 30)"),
                     ERR_INVALID);
    assert_int_equal(RUN(-1, &h, "/usr/bin/sleep", "60"), ERR_TOO_LARGE);
}

static void test_program__ends(void **state)
{
    (void)state;
    struct heard h = {.end_after = 2};
    assert_int_equal(RUN(-1, &h, "/usr/bin/sleep", "60"), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "sandbox_ended");
    h = (struct heard){0};
    assert_int_equal(RUN(-1, &h, "/bin/false"), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "sandbox_died");
    assert_int_equal(RUN(-1, &h, "/no/such/program"), ERR_IO);
    assert_false(sandbox_has_program("/no/such/program"));
}

int main(int argc, char **argv)
{
    if (sandbox_is_worker(argc, argv))
        return sandbox_worker_main(NULL, 0, argc, argv);
    rand_init();
    mem = arena_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program__can_do_nothing_else),
        cmocka_unit_test(test_program__limits),
        cmocka_unit_test(test_program__ends),
    };
    int bad = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return bad;
}
