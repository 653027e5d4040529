/* The worker's side: give everything up, then look at the file. */
#include "sandbox/sandbox_wire.h"

#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

err sandbox_limit(int what, int64_t value)
{
    struct rlimit r = {(rlim_t)value, (rlim_t)value};
    if (setrlimit((__rlimit_resource_t)what, &r) != 0)
        return fault(ERR_IO, "sandbox_setup", "setrlimit %d", what);
    return OK;
}

static err limits_set(int64_t cpu_s, int64_t memory, int64_t file)
{
    TRY(sandbox_limit(RLIMIT_CPU, cpu_s));
    TRY(sandbox_limit(RLIMIT_FSIZE, file));
    TRY(sandbox_limit(RLIMIT_CORE, 0));
    TRY(sandbox_limit(RLIMIT_NPROC, 0));
    TRY(sandbox_limit(RLIMIT_NOFILE, 0));
    /* ASan reserves 16 TiB of addresses for its shadow */
    return UNDER_ASAN ? OK : sandbox_limit(RLIMIT_AS, memory);
}

/* Second wall behind seccomp: a rule set that handles every file access and allows none. Kernels
 * without Landlock (or before a right existed) are fine: seccomp refuses all of it anyway. */
static void landlock_seal(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return;
    const uint64_t first_rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; /* ABI 1 */
    struct landlock_ruleset_attr attr = {.handled_access_fs = first_rights};
    long fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (fd < 0)
        return;
    (void)syscall(SYS_landlock_restrict_self, (int)fd, 0);
    close((int)fd);
}

static const int ALLOWED[] = {
    SCMP_SYS(read),         SCMP_SYS(pread64),        SCMP_SYS(lseek),
    SCMP_SYS(munmap),       SCMP_SYS(mremap),         SCMP_SYS(brk),
    SCMP_SYS(madvise),      SCMP_SYS(futex),          SCMP_SYS(exit),
    SCMP_SYS(exit_group),   SCMP_SYS(clock_gettime),  SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),       SCMP_SYS(gettid),         SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo), /* qsort of glibc asks how much memory there is */
};

/* Writing goes to every descriptor but the input, whatever mode that was opened in. */
static const int WRITERS[] = {SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
                              SCMP_SYS(ftruncate)};

static int rules_add(scmp_filter_ctx c)
{
    int bad = 0;
    for (size_t i = 0; i < LEN(ALLOWED); i++)
        bad |= seccomp_rule_add(c, SCMP_ACT_ALLOW, ALLOWED[i], 0);
    for (size_t i = 0; i < LEN(WRITERS); i++)
        bad |= seccomp_rule_add(c, SCMP_ACT_ALLOW, WRITERS[i], 1,
                                SCMP_A0(SCMP_CMP_NE, SANDBOX_FD_IN, 0));
    /* anonymous memory that can't be executed; mappings of files are not needed */
    bad |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                            SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
    bad |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /* what ASan asks before every call that does not return (_exit, longjmp) */
    if (UNDER_ASAN)
        bad |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack), 0);
    /* abort() of a failed assertion: a signal to oneself */
    bad |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    return bad;
}

static err seccomp_seal(void)
{
    scmp_filter_ctx c = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!c)
        return fault(ERR_IO, "sandbox_setup", "seccomp_init");
    bool ok = rules_add(c) == 0 && seccomp_load(c) == 0;
    seccomp_release(c);
    return ok ? OK : fault(ERR_IO, "sandbox_setup", "seccomp_load");
}

static err arg_int(char **argv, int at, int64_t *ret_n)
{
    return str_int(str_from(argv[at]), ret_n);
}

static err worker_seal(char **argv, struct sandbox_io *io)
{
    int64_t cpu_s = 0, memory = 0, file = 0, outs = 0;
    TRY(arg_int(argv, SANDBOX_ARG_CPU, &cpu_s));
    TRY(arg_int(argv, SANDBOX_ARG_MEMORY, &memory));
    TRY(arg_int(argv, SANDBOX_ARG_FILE, &file));
    TRY(arg_int(argv, SANDBOX_ARG_OUTS, &outs));
    if (outs < 0 || outs > SANDBOX_MAX_OUT)
        return fault(ERR_BUG, "internal", "outputs %lld", (long long)outs);
    io->in = SANDBOX_FD_IN;
    io->out_n = (size_t)outs;
    for (int i = 0; i < (int)outs; i++)
        io->out[i] = SANDBOX_FD_OUT + i;
    io->param = str_from(argv[SANDBOX_ARG_PARAM]);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fault(ERR_IO, "sandbox_setup", "prctl");
    landlock_seal(); /* needs a descriptor, so before the limits */
    TRY(limits_set(cpu_s, memory, file));
    return seccomp_seal();
}

static const struct sandbox_kind *kind_find(const struct sandbox_kind *kinds, size_t n,
                                            const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_from(kinds[i].name), str_from(name)))
            return &kinds[i];
    return NULL;
}

static bool write_all(int fd, const void *data, size_t n)
{
    const char *p = data;
    while (n > 0) {
        ssize_t did = write(fd, p, n);
        if (did <= 0)
            return false;
        p += did;
        n -= (size_t)did;
    }
    return true;
}

/* Told to the parent, which reads on whatever happens to this process. */
static bool result_send(err e, const struct buf *reply)
{
    str text = STR_NONE;
    if (e == OK)
        e = buf_take(reply, &text);
    struct sandbox_head head = {.fault = fault_of(e)};
    if (e == OK)
        head.reply_n = (uint32_t)text.n;
    return write_all(SANDBOX_FD_RESULT, &head, sizeof head) &&
           write_all(SANDBOX_FD_RESULT, text.p, head.reply_n);
}

bool sandbox_is_worker(int argc, char **argv)
{
    str mode = argc > SANDBOX_ARG_MODE ? str_from(argv[SANDBOX_ARG_MODE]) : STR_NONE;
    return str_eq(mode, S(SANDBOX_MODE)) || str_eq(mode, S(SANDBOX_PROGRAM_MODE));
}

int sandbox_worker_main(const struct sandbox_kind *kinds, size_t n, int argc, char **argv)
{
    if (str_eq(str_from(argv[SANDBOX_ARG_MODE]), S(SANDBOX_PROGRAM_MODE)))
        return sandbox_program_main(argc, argv);
    if (argc != SANDBOX_ARGS)
        return 2;
    const struct sandbox_kind *kind = kind_find(kinds, n, argv[SANDBOX_ARG_KIND]);
    struct sandbox_io io = {.mem = arena_new()};
    buf_init(&io.reply, io.mem, SANDBOX_MAX_REPLY);
    err e = kind ? worker_seal(argv, &io)
                 : fault(ERR_BUG, "internal", "no worker %s", argv[SANDBOX_ARG_KIND]);
    if (e == OK)
        e = kind->fn(&io);
    /* _exit: no exit handlers, which want calls that the filter kills for (LeakSanitizer's too) */
    _exit(result_send(e, &io.reply) ? 0 : 3);
}
