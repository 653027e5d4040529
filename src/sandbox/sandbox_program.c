/* The server's side of running a program of others: start it, hear its lines, end it in time. */
#include "sandbox/sandbox_wire.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HIGH_FD = 64, TICK_MS = 500 };

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
#define AUTO_FD __attribute__((cleanup(fd_close))) int

bool sandbox_has_program(const char *path)
{
    return access(path, X_OK) == 0;
}

static int actions_fill(posix_spawn_file_actions_t *fa, int in, int out, int pipe_fd)
{
    int bad = posix_spawn_file_actions_addopen(fa, 0, "/dev/null", O_RDONLY, 0);
    bad |= posix_spawn_file_actions_adddup2(fa, pipe_fd, 1);
    bad |= posix_spawn_file_actions_addopen(fa, 2, "/dev/null", O_WRONLY, 0);
    bad |= posix_spawn_file_actions_adddup2(fa, in, SANDBOX_PROG_FD_IN);
    if (out >= 0)
        bad |= posix_spawn_file_actions_adddup2(fa, out, SANDBOX_PROG_FD_OUT);
    return bad | posix_spawn_file_actions_addclosefrom_np(fa, SANDBOX_PROG_FD_IN + 1 + (out >= 0));
}

static char **argv_make(const struct sandbox_program *p, arena *mem)
{
    char **argv = NEW_N(mem, char *, SANDBOX_PROG_PATH + SANDBOX_MAX_ARGC + 1);
    argv[0] = sandbox_arg_text(mem, "gongqi");
    argv[SANDBOX_ARG_MODE] = sandbox_arg_text(mem, SANDBOX_PROGRAM_MODE);
    argv[SANDBOX_PROG_CPU] = sandbox_arg_number(mem, p->cpu_s);
    argv[SANDBOX_PROG_MEMORY] = sandbox_arg_number(mem, p->memory_bytes);
    argv[SANDBOX_PROG_FILE] = sandbox_arg_number(mem, p->file_bytes);
    argv[SANDBOX_PROG_OUT] = sandbox_arg_number(mem, p->out >= 0);
    for (size_t i = 0; i < p->argc; i++)
        argv[SANDBOX_PROG_PATH + i] = sandbox_arg_text(mem, p->argv[i]);
    return argv;
}

/* Lifted above the places they go to, so that putting one can't overwrite another. */
static err program_start(const struct sandbox_program *p, arena *mem, int pipe_fd, pid_t *ret_pid)
{
    AUTO_FD in = fcntl(p->in, F_DUPFD_CLOEXEC, HIGH_FD);
    AUTO_FD to = fcntl(pipe_fd, F_DUPFD_CLOEXEC, HIGH_FD);
    AUTO_FD out = p->out >= 0 ? fcntl(p->out, F_DUPFD_CLOEXEC, HIGH_FD) : -1;
    if (in < 0 || to < 0 || (p->out >= 0 && out < 0))
        return fault(ERR_IO, "sandbox_start", "dup: errno %d", errno);
    char **argv = argv_make(p, mem);
    posix_spawn_file_actions_t fa;
    int bad = posix_spawn_file_actions_init(&fa);
    if (!bad) {
        bad = actions_fill(&fa, in, out, to);
        if (!bad)
            bad = sandbox_spawn(&fa, argv, ret_pid);
        posix_spawn_file_actions_destroy(&fa);
    }
    return bad ? fault(ERR_IO, "sandbox_start", "spawn: errno %d", bad) : OK;
}

struct hearing {
    const struct sandbox_program *p;
    uint8_t line[SANDBOX_MAX_LINE];
    size_t n;
    int64_t deadline_us, tick_us;
    bool late, ended; /* by the clock, by line() */
};

static void hear(struct hearing *h, const uint8_t *chunk, size_t n)
{
    for (size_t i = 0; i < n && !h->ended; i++) {
        if (chunk[i] != '\n') {
            if (h->n < sizeof h->line)
                h->line[h->n++] = chunk[i];
            continue;
        }
        h->ended = !h->p->line(h->p->ctx, (struct bytes){h->line, h->n});
        h->n = 0;
    }
}

static void tick(struct hearing *h)
{
    int64_t now = clock_mono_us();
    h->late = now >= h->deadline_us;
    if (h->late || now < h->tick_us)
        return;
    h->tick_us = now + (int64_t)TICK_MS * 1000;
    h->ended = !h->p->line(h->p->ctx, (struct bytes){0});
}

/* False when it has to be killed. */
static bool hear_all(struct hearing *h, int pipe_fd, int pid_fd)
{
    struct pollfd p[2] = {{.fd = pid_fd, .events = POLLIN}, {.fd = pipe_fd, .events = POLLIN}};
    while (!h->late && !h->ended) {
        p[0].revents = p[1].revents = 0;
        if (poll(p, 2, TICK_MS) < 0 && errno != EINTR)
            return false;
        if (p[1].revents) {
            uint8_t chunk[4096];
            ssize_t n = read(pipe_fd, chunk, sizeof chunk);
            if (n > 0)
                hear(h, chunk, (size_t)n);
            else if (n == 0)
                p[1].fd = -1;
        } else if (p[0].revents) {
            return true;
        }
        if (!h->ended)
            tick(h);
    }
    return false;
}

static err program_wait(struct hearing *h, pid_t pid, int pipe_fd)
{
    AUTO_FD pid_fd = pidfd_open(pid, 0);
    int status = 0;
    if (pid_fd < 0 || !hear_all(h, pipe_fd, pid_fd))
        kill(pid, SIGKILL); /* ours and not yet waited for, so the number is still its own */
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return fault(ERR_IO, "sandbox_start", "wait: errno %d", errno);
    if (pid_fd < 0)
        return fault(ERR_IO, "sandbox_start", "pidfd_open");
    if (h->ended)
        return fault(ERR_CONFLICT, "sandbox_ended", "%s: told to end", h->p->argv[0]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == SANDBOX_PROG_FAILED)
        return fault(ERR_IO, "sandbox_setup", "%s: no walls, or no such program", h->p->argv[0]);
    return sandbox_judge(h->p->argv[0], status, h->late);
}

err sandbox_run_program(const struct sandbox_program *p, arena *mem)
{
    ASSERT(p->argc >= 1 && p->argc <= SANDBOX_MAX_ARGC && !p->argv[p->argc]);
    ASSERT(p->wall_ms > 0 && p->cpu_s > 0 && p->line);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault(ERR_IO, "sandbox_start", "pipe: errno %d", errno);
    AUTO_FD from = ends[0];
    AUTO_FD to = ends[1];
    pid_t pid = 0;
    TRY(program_start(p, mem, to, &pid));
    fd_close(&to);
    int64_t now = clock_mono_us();
    struct hearing *h = NEW(mem, struct hearing);
    h->p = p;
    h->deadline_us = now + p->wall_ms * 1000;
    h->tick_us = now;
    return program_wait(h, pid, from);
}
