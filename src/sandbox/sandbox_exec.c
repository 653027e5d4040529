/* The child's side of running a program of others: put up the walls, become the program. */
#include "sandbox/sandbox_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN_FILES = 64 };

static const uint64_t READS = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

static void rule_add(int set, int fd, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    /* refused for anonymous memory (a poster frame), which Landlock lets pass anyway */
    (void)syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static void rule_path(int set, const char *path, uint64_t rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return; /* not every machine has every library directory */
    rule_add(set, fd, rights);
    close(fd);
}

static bool landlock_wall(const char *program, bool has_out)
{
    static const char *const libraries[] = {"/lib", "/lib64", "/usr/lib", "/usr/lib64",
                                            "/usr/local/lib"};
    struct landlock_ruleset_attr attr = {.handled_access_fs =
                                             (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1}; /* ABI 1 */
    long fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (fd < 0)
        return false;
    int set = (int)fd;
    for (size_t i = 0; i < LEN(libraries); i++) /* the dynamic loader is executed from there */
        rule_path(set, libraries[i], READS | LANDLOCK_ACCESS_FS_EXECUTE);
    rule_path(set, "/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE);
    rule_path(set, program, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE);
    rule_add(set, SANDBOX_PROG_FD_IN, LANDLOCK_ACCESS_FS_READ_FILE);
    if (has_out)
        rule_add(set, SANDBOX_PROG_FD_OUT,
                 LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
    bool ok = syscall(SYS_landlock_restrict_self, set, 0) == 0;
    close(set);
    return ok;
}

/* What ffmpeg and its libraries ask for, by name, since not every architecture has each. */
static const char *const ALLOWED[] = {
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "lseek",
    "close",
    "fstat",
    "newfstatat",
    "stat",
    "lstat",
    "statx",
    "fstatfs",
    "statfs",
    "open",
    "openat",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getdents64",
    "getcwd",
    "ioctl",
    "fcntl",
    "dup",
    "dup2",
    "dup3",
    "pipe2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "brk",
    "mlock",
    "munlock",
    "futex",
    "set_robust_list",
    "rseq",
    "sched_yield",
    "getpid",
    "gettid",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getrusage",
    "times",
    "uname",
    "sysinfo",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "getrandom",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "exit",
    "exit_group",
    "execve",
    "arch_prctl",
    "set_tid_address",
    "prlimit64",
    "getrlimit",
    "prctl",
    "get_mempolicy",
    "set_mempolicy",
    "ftruncate",
    "fsync",
    "fdatasync",
    "fallocate",
    "eventfd2",
    "membarrier",
};

static bool rules_add(scmp_filter_ctx c)
{
    bool ok = true;
    for (size_t i = 0; i < LEN(ALLOWED); i++) {
        int number = seccomp_syscall_resolve_name(ALLOWED[i]);
        if (number >= 0)
            ok &= seccomp_rule_add(c, SCMP_ACT_ALLOW, number, 0) == 0;
    }
    /* threads, but no processes; the C library does without clone3, whose flags no filter sees */
    ok &= seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
    ok &= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                           SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) == 0;
    ok &= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                           SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)) == 0;
    return ok;
}

/* The rest fails instead of killing: libraries ask for what they can do without. */
static bool seccomp_wall(void)
{
    scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!c)
        return false;
    bool ok = rules_add(c) && seccomp_load(c) == 0;
    seccomp_release(c);
    return ok;
}

static err limits_set(char **argv)
{
    int64_t cpu = 0, memory = 0, file = 0;
    TRY(str_int(str_from(argv[SANDBOX_PROG_CPU]), &cpu));
    TRY(str_int(str_from(argv[SANDBOX_PROG_MEMORY]), &memory));
    TRY(str_int(str_from(argv[SANDBOX_PROG_FILE]), &file));
    TRY(sandbox_limit(RLIMIT_CPU, cpu));
    TRY(sandbox_limit(RLIMIT_FSIZE, file));
    TRY(sandbox_limit(RLIMIT_CORE, 0));
    TRY(sandbox_limit(RLIMIT_NOFILE, OPEN_FILES));
    return sandbox_limit(RLIMIT_AS, memory);
}

int sandbox_program_main(int argc, char **argv)
{
    if (argc <= SANDBOX_PROG_PATH)
        return SANDBOX_PROG_FAILED;
    const char *program = argv[SANDBOX_PROG_PATH];
    bool has_out = argv[SANDBOX_PROG_OUT][0] == '1';
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        !landlock_wall(program, has_out) || !seccomp_wall() || limits_set(argv) != OK)
        _exit(SANDBOX_PROG_FAILED);
    char *none[] = {NULL};
    (void)execve(program, argv + SANDBOX_PROG_PATH, none);
    _exit(SANDBOX_PROG_FAILED);
}
