/* Unit tests of sandbox/: this program is its own worker binary. */
#include "sandbox/sandbox.h"

#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the workers ------------------------------------------------------------------------------ */

static err work_echo(struct sandbox_io *io)
{
    char chunk[256];
    ssize_t n = pread(io->in, chunk, sizeof chunk, 0);
    if (n < 0)
        return fault(ERR_IO, "read", "read");
    buf_add(&io->reply, (str){chunk, (size_t)n});
    for (size_t i = 0; i < io->out_n; i++)
        if (write(io->out[i], chunk, (size_t)n) != n)
            return fault(ERR_IO, "write", "write");
    return OK;
}

static err work_refuse(struct sandbox_io *io)
{
    return fault_field(ERR_CONFLICT, "test_reason", "field", "param=%.*s", FMT(io->param));
}

static err work_world(struct sandbox_io *io)
{
    /* counted with a call that the filter allows; fcntl is not */
    int open_fds = 0;
    for (int fd = 0; fd < 256; fd++)
        if (lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF)
            open_fds++;
    buf_fmt(&io->reply, "env=%d fds=%d", environ && environ[0] ? 1 : 0, open_fds);
    return OK;
}

static err work_open(struct sandbox_io *io)
{
    (void)io;
    return open("/etc/passwd", O_RDONLY) < 0 ? OK : ERR_BUG;
}
static err work_socket(struct sandbox_io *io)
{
    (void)io;
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? OK : ERR_BUG;
}
static err work_fork(struct sandbox_io *io)
{
    (void)io;
    long pid = syscall(SYS_fork);
    if (pid == 0)
        _exit(0);
    return OK;
}
static err work_exec(struct sandbox_io *io)
{
    (void)io;
    execl("/bin/true", "true", (char *)NULL);
    return OK;
}
static err work_execmem(struct sandbox_io *io)
{
    (void)io;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? OK : ERR_BUG;
}
static err work_kill_parent(struct sandbox_io *io)
{
    (void)io;
    (void)syscall(SYS_tgkill, 1, 1, 0);
    return OK;
}
static err work_write_input(struct sandbox_io *io)
{
    return pwrite(io->in, "X", 1, 0) < 0 ? OK : ERR_BUG;
}
static err work_crash(struct sandbox_io *io)
{
    (void)io;
    abort();
}
static err work_loop(struct sandbox_io *io)
{
    for (volatile unsigned i = 0;; i++)
        if (io->in < 0)
            return OK;
}
static err work_flood(struct sandbox_io *io)
{
    static const char block[4096];
    for (int i = 0; i < 1024; i++)
        if (write(io->out[0], block, sizeof block) != (ssize_t)sizeof block)
            return fault(ERR_IO, "short", "short write");
    return OK;
}
static err work_memory(struct sandbox_io *io)
{
    char *p = mmap(NULL, 1UL << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    buf_add(&io->reply, p == MAP_FAILED ? S("refused") : S("given"));
    return OK;
}
static err work_lie(struct sandbox_io *io)
{
    (void)io;
    static char junk[2000];
    memset(junk, 0x7f, sizeof junk);
    if (write(1, junk, sizeof junk) < 0)
        _exit(1);
    _exit(0);
}
static err work_big_reply(struct sandbox_io *io)
{
    for (int i = 0; i < SANDBOX_MAX_REPLY + 1; i++)
        buf_add_char(&io->reply, 'x');
    return OK;
}

static const struct sandbox_kind KINDS[] = {
    {"echo", work_echo},         {"refuse", work_refuse},   {"world", work_world},
    {"open", work_open},         {"socket", work_socket},   {"fork", work_fork},
    {"exec", work_exec},         {"execmem", work_execmem}, {"tgkill", work_kill_parent},
    {"input", work_write_input}, {"crash", work_crash},     {"loop", work_loop},
    {"flood", work_flood},       {"memory", work_memory},   {"lie", work_lie},
    {"big", work_big_reply},
};

/* --- the tests -------------------------------------------------------------------------------- */

static arena *mem;

static int file_of(const char *text)
{
    int fd = memfd_create("t", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

static err run(const char *kind, int out, struct sandbox_result *ret)
{
    int in = file_of("hostile");
    struct sandbox_job job = {.kind = kind,
                              .param = "p1",
                              .in = in,
                              .out = &out,
                              .out_n = out >= 0,
                              .wall_ms = 10000,
                              .cpu_s = 5,
                              .memory_bytes = 256L << 20,
                              .file_bytes = 1L << 20};
    err e = sandbox_run(&job, mem, ret);
    close(in);
    return e;
}

static void test_sandbox__worker_reads_writes_and_replies(void **state)
{
    (void)state;
    struct sandbox_result r = {0};
    int out = memfd_create("o", MFD_CLOEXEC);
    assert_int_equal(run("echo", out, &r), OK);
    assert_true(str_eq(bytes_str(r.reply), S("hostile")));
    char got[8] = "";
    assert_int_equal(pread(out, got, 7, 0), 7);
    assert_string_equal(got, "hostile");
    assert_true(r.wall_us > 0 && r.peak_bytes > 0);
    close(out);
}

static void test_sandbox__fault_of_the_worker_comes_back(void **state)
{
    (void)state;
    struct sandbox_result r = {0};
    assert_int_equal(run("refuse", -1, &r), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "test_reason");
    assert_string_equal(fault_last()->field, "field");
    assert_string_equal(fault_last()->text, "param=p1");
    assert_int_equal(run("no-such-kind", -1, &r), ERR_BUG);
    assert_int_equal(run("big", -1, &r), ERR_TOO_LARGE);
}

static void test_sandbox__nothing_is_inherited(void **state)
{
    (void)state;
    struct sandbox_result r = {0};
    int leak = open("/dev/null", O_RDONLY); /* without CLOEXEC, as a library might */
    int out = memfd_create("o", MFD_CLOEXEC);
    assert_int_equal(run("world", out, &r), OK);
    /* input, result, error, one output */
    assert_true(str_eq(bytes_str(r.reply), S("env=0 fds=4")));
    close(leak);
    close(out);
}

static void test_sandbox__forbidden_calls_kill(void **state)
{
    (void)state;
    static const char *const kinds[] = {"open",    "socket", "fork",  "exec",
                                        "execmem", "tgkill", "input", "crash"};
    for (size_t i = 0; i < LEN(kinds); i++) {
        struct sandbox_result r = {0};
        print_message("%s\n", kinds[i]);
        assert_int_equal(run(kinds[i], -1, &r), ERR_INVALID);
        assert_string_equal(fault_last()->reason, "sandbox_died");
        /* SIGSYS from the filter; SIGABRT of the crash */
        assert_true(strstr(fault_last()->text,
                           str_eq(str_from(kinds[i]), S("crash")) ? "signal 6" : "signal 31"));
    }
}

static void test_sandbox__loop_is_killed_by_cpu_limit(void **state)
{
    (void)state;
    int in = file_of("x");
    struct sandbox_job job = {.kind = "loop",
                              .in = in,
                              .wall_ms = 20000,
                              .cpu_s = 1,
                              .memory_bytes = 256L << 20,
                              .file_bytes = 1};
    struct sandbox_result r = {0};
    assert_int_equal(sandbox_run(&job, mem, &r), ERR_TOO_LARGE);
    assert_string_equal(fault_last()->reason, "sandbox_limit");
    assert_non_null(strstr(fault_last()->text, "signal"));
    close(in);
}

static void test_sandbox__loop_is_killed_by_wall_clock(void **state)
{
    (void)state;
    int in = file_of("x");
    struct sandbox_job job = {.kind = "loop",
                              .in = in,
                              .wall_ms = 300,
                              .cpu_s = 10,
                              .memory_bytes = 256L << 20,
                              .file_bytes = 1};
    struct sandbox_result r = {0};
    assert_int_equal(sandbox_run(&job, mem, &r), ERR_TOO_LARGE);
    assert_non_null(strstr(fault_last()->text, "wall clock"));
    close(in);
}

static void test_sandbox__output_has_a_limit(void **state)
{
    (void)state;
    struct sandbox_result r = {0};
    int out = memfd_create("o", MFD_CLOEXEC);
    assert_int_equal(run("flood", out, &r), ERR_TOO_LARGE);
    assert_string_equal(fault_last()->reason, "sandbox_limit");
    assert_true(lseek(out, 0, SEEK_END) <= 1L << 20);
    close(out);
}

static void test_sandbox__memory_has_a_limit(void **state)
{
    (void)state;
    struct sandbox_result r = {0};
    assert_int_equal(run("memory", -1, &r), OK);
#ifdef __SANITIZE_ADDRESS__
    print_message("SKIPPED in part: no address-space limit under ASan\n");
#else
    assert_true(str_eq(bytes_str(r.reply), S("refused")));
#endif
}

static void test_sandbox__a_lying_answer_is_refused(void **state)
{
    (void)state;
    struct sandbox_result r = {0};
    assert_int_equal(run("lie", -1, &r), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "sandbox_died");
    assert_null(r.reply.p);
}

static void *thread_run(void *arg)
{
    arena *own = arena_new();
    int in = file_of("hostile");
    struct sandbox_job job = {.kind = "echo",
                              .in = in,
                              .wall_ms = 20000,
                              .cpu_s = 5,
                              .memory_bytes = 256L << 20,
                              .file_bytes = 1L << 20};
    struct sandbox_result r = {0};
    *(err *)arg = sandbox_run(&job, own, &r);
    close(in);
    arena_free(own);
    return NULL;
}

static void test_sandbox__many_threads_share_the_slots(void **state)
{
    (void)state;
    pthread_t t[8];
    err e[8];
    for (size_t i = 0; i < LEN(t); i++) {
        e[i] = ERR_BUG;
        assert_int_equal(pthread_create(&t[i], NULL, thread_run, &e[i]), 0);
    }
    for (size_t i = 0; i < LEN(t); i++) {
        pthread_join(t[i], NULL);
        assert_int_equal(e[i], OK);
    }
}

static int setup(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

int main(int argc, char **argv)
{
    if (sandbox_is_worker(argc, argv))
        return sandbox_worker_main(KINDS, LEN(KINDS), argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sandbox__worker_reads_writes_and_replies),
        cmocka_unit_test(test_sandbox__fault_of_the_worker_comes_back),
        cmocka_unit_test(test_sandbox__nothing_is_inherited),
        cmocka_unit_test(test_sandbox__forbidden_calls_kill),
        cmocka_unit_test(test_sandbox__loop_is_killed_by_cpu_limit),
        cmocka_unit_test(test_sandbox__loop_is_killed_by_wall_clock),
        cmocka_unit_test(test_sandbox__output_has_a_limit),
        cmocka_unit_test(test_sandbox__memory_has_a_limit),
        cmocka_unit_test(test_sandbox__a_lying_answer_is_refused),
        cmocka_unit_test(test_sandbox__many_threads_share_the_slots),
    };
    return cmocka_run_group_tests_name("sandbox", tests, setup, teardown);
}
