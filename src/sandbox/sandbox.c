/* The server's side: start a worker, feed it, wait, read its answer. */
#include "sandbox/sandbox_wire.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOT_WAIT_S = 30, HIGH_FD = 64, KIB = 1024 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    int limit, running;
} slots = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 2, 0};

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
#define AUTO_FD __attribute__((cleanup(fd_close))) int

static err slot_take(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += SLOT_WAIT_S;
    int late = 0;
    pthread_mutex_lock(&slots.lock);
    while (slots.running >= slots.limit && late == 0)
        late = pthread_cond_timedwait(&slots.freed, &slots.lock, &until);
    bool got = slots.running < slots.limit;
    if (got)
        slots.running++;
    pthread_mutex_unlock(&slots.lock);
    return got ? OK : fault(ERR_LIMIT, "sandbox_busy", "no free worker in %d s", SLOT_WAIT_S);
}

static void slot_give(void)
{
    pthread_mutex_lock(&slots.lock);
    slots.running--;
    pthread_cond_signal(&slots.freed);
    pthread_mutex_unlock(&slots.lock);
}

void sandbox_set_workers(int n)
{
    ASSERT(n >= 1 && n <= 64);
    pthread_mutex_lock(&slots.lock);
    slots.limit = n;
    pthread_cond_broadcast(&slots.freed);
    pthread_mutex_unlock(&slots.lock);
}

/* The child's descriptors, first lifted above every place they will be put at, so that putting one
 * can't overwrite another. */
struct lifted {
    int in, result, out[SANDBOX_MAX_OUT];
    size_t out_n;
};

static void lifted_done(struct lifted *l)
{
    fd_close(&l->in);
    fd_close(&l->result);
    for (size_t i = 0; i < l->out_n; i++)
        fd_close(&l->out[i]);
}

static int fd_lift(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
}

static err fds_lift(const struct sandbox_job *job, int result, struct lifted *l)
{
    l->in = fd_lift(job->in);
    l->result = fd_lift(result);
    bool ok = l->in >= 0 && l->result >= 0;
    for (size_t i = 0; i < job->out_n; i++) {
        l->out[i] = fd_lift(job->out[i]);
        l->out_n = i + 1;
        ok = ok && l->out[i] >= 0;
    }
    return ok ? OK : fault(ERR_IO, "sandbox_start", "dup: errno %d", errno);
}

static int actions_fill(posix_spawn_file_actions_t *fa, const struct lifted *l)
{
    int bad = posix_spawn_file_actions_adddup2(fa, l->in, SANDBOX_FD_IN);
    bad |= posix_spawn_file_actions_adddup2(fa, l->result, SANDBOX_FD_RESULT);
#ifndef __SANITIZE_ADDRESS__ /* keeps standard error for the sanitizer's reports */
    bad |= posix_spawn_file_actions_addopen(fa, SANDBOX_FD_ERROR, "/dev/null", O_WRONLY, 0);
#endif
    for (size_t i = 0; i < l->out_n; i++)
        bad |= posix_spawn_file_actions_adddup2(fa, l->out[i], SANDBOX_FD_OUT + (int)i);
    return bad | posix_spawn_file_actions_addclosefrom_np(fa, SANDBOX_FD_OUT + (int)l->out_n);
}

char *sandbox_arg_number(arena *mem, int64_t n)
{
    str s = str_fmt(mem, "%lld", (long long)n);
    return (char *)(uintptr_t)str_z(mem, s);
}

char *sandbox_arg_text(arena *mem, const char *z)
{
    return (char *)(uintptr_t)str_z(mem, str_from(z));
}

int sandbox_spawn(posix_spawn_file_actions_t *fa, char **argv, pid_t *ret_pid)
{
    posix_spawnattr_t attr;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int bad = posix_spawnattr_init(&attr);
    if (bad)
        return bad;
    /* the server's masks and ignored signals (SIGPIPE, SIGXFSZ) are not the worker's */
    bad = posix_spawnattr_setsigmask(&attr, &none) | posix_spawnattr_setsigdefault(&attr, &all) |
          posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!bad)
        bad = posix_spawn(ret_pid, "/proc/self/exe", fa, &attr, argv, (char *[]){NULL});
    posix_spawnattr_destroy(&attr);
    return bad;
}

/* posix_spawn: no code of ours runs between fork and exec of a process with many threads. */
static err worker_start(const struct sandbox_job *job, arena *mem, int result, pid_t *ret_pid)
{
    __attribute__((cleanup(lifted_done))) struct lifted l = {.in = -1, .result = -1};
    TRY(fds_lift(job, result, &l));
    char *argv[SANDBOX_ARGS + 1] = {
        [0] = sandbox_arg_text(mem, "gongqi"),
        [SANDBOX_ARG_MODE] = sandbox_arg_text(mem, SANDBOX_MODE),
        [SANDBOX_ARG_KIND] = sandbox_arg_text(mem, job->kind),
        [SANDBOX_ARG_CPU] = sandbox_arg_number(mem, job->cpu_s),
        [SANDBOX_ARG_MEMORY] = sandbox_arg_number(mem, job->memory_bytes),
        [SANDBOX_ARG_FILE] = sandbox_arg_number(mem, job->file_bytes),
        [SANDBOX_ARG_OUTS] = sandbox_arg_number(mem, (int64_t)job->out_n),
        [SANDBOX_ARG_PARAM] = sandbox_arg_text(mem, job->param ? job->param : ""),
    };
    posix_spawn_file_actions_t fa;
    int bad = posix_spawn_file_actions_init(&fa);
    if (!bad) {
        bad = actions_fill(&fa, &l);
        if (!bad)
            bad = sandbox_spawn(&fa, argv, ret_pid);
        posix_spawn_file_actions_destroy(&fa);
    }
    return bad ? fault(ERR_IO, "sandbox_start", "spawn: errno %d", bad) : OK;
}

enum { ANSWER_MAX = (int)sizeof(struct sandbox_head) + SANDBOX_MAX_REPLY };

/* Reads what the worker says until it closes the pipe and has ended, or the time is up. */
static bool answer_read(int pipe_fd, int pid_fd, int64_t deadline_us, struct buf *answer)
{
    struct pollfd p[2] = {{.fd = pid_fd, .events = POLLIN}, {.fd = pipe_fd, .events = POLLIN}};
    for (;;) {
        int64_t left = (deadline_us - clock_mono_us()) / 1000;
        if (left <= 0)
            return false;
        if (poll(p, 2, (int)left) < 0 && errno != EINTR)
            return false;
        if (p[1].revents) {
            char chunk[4096];
            ssize_t n = read(pipe_fd, chunk, sizeof chunk);
            if (n > 0)
                buf_add(answer, (str){chunk, (size_t)n});
            else if (n == 0)
                p[1].fd = -1; /* closed; its end is still to come */
        } else if (p[0].revents) {
            return true;
        }
        p[0].revents = p[1].revents = 0;
    }
}

struct ending {
    int status;
    struct rusage used;
    bool late;
};

static err worker_wait(pid_t pid, int pipe_fd, int64_t deadline_us, struct buf *answer,
                       struct ending *ret_end)
{
    AUTO_FD pid_fd = pidfd_open(pid, 0);
    bool ended = pid_fd >= 0 && answer_read(pipe_fd, pid_fd, deadline_us, answer);
    if (!ended)
        kill(pid, SIGKILL); /* ours and not yet waited for, so the number is still its own */
    ret_end->late = pid_fd >= 0 && !ended;
    while (wait4(pid, &ret_end->status, 0, &ret_end->used) < 0)
        if (errno != EINTR)
            return fault(ERR_IO, "sandbox_start", "wait: errno %d", errno);
    if (pid_fd < 0)
        return fault(ERR_IO, "sandbox_start", "pidfd_open");
    return OK;
}

err sandbox_judge(const char *what, int status, bool late)
{
    if (late)
        return fault(ERR_TOO_LARGE, "sandbox_limit", "%s: wall clock", what);
    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status) == 0
                   ? OK
                   : fault(ERR_INVALID, "sandbox_died", "%s: exit %d", what, WEXITSTATUS(status));
    int sig = WTERMSIG(status);
    /* a hard RLIMIT_CPU ends in SIGKILL */
    if (sig == SIGXCPU || sig == SIGXFSZ || sig == SIGKILL)
        return fault(ERR_TOO_LARGE, "sandbox_limit", "%s: signal %d", what, sig);
    return fault(ERR_INVALID, "sandbox_died", "%s: signal %d", what, sig);
}

/* The header comes from a process that may be lying: every field is checked. */
static err answer_parse(const struct buf *answer, arena *mem, struct bytes *ret_reply)
{
    struct sandbox_head head;
    str all;
    if (answer->n < sizeof head || buf_take(answer, &all) != OK)
        return fault(ERR_INVALID, "sandbox_died", "answer of %zu bytes", answer->n);
    memcpy(&head, all.p, sizeof head);
    head.fault.reason[sizeof head.fault.reason - 1] = '\0';
    head.fault.field[sizeof head.fault.field - 1] = '\0';
    head.fault.text[sizeof head.fault.text - 1] = '\0';
    if ((unsigned)head.fault.code >= ERR_COUNT || head.reply_n != all.n - sizeof head)
        return fault(ERR_INVALID, "sandbox_died", "malformed answer");
    if (!str_valid(str_from(head.fault.reason)) || !str_valid(str_from(head.fault.text)))
        return fault(ERR_INVALID, "sandbox_died", "answer is not text");
    if (head.fault.code != OK) {
        fault_copy(&head.fault);
        return head.fault.code;
    }
    str reply = str_dup(mem, str_sub(all, sizeof head, head.reply_n));
    *ret_reply = str_bytes(reply);
    return OK;
}

static err job_run(const struct sandbox_job *job, arena *mem, struct sandbox_result *ret_result)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault(ERR_IO, "sandbox_start", "pipe: errno %d", errno);
    AUTO_FD from = ends[0];
    AUTO_FD to = ends[1];
    int64_t start = clock_mono_us();
    pid_t pid = 0;
    TRY(worker_start(job, mem, to, &pid));
    fd_close(&to);
    struct buf answer;
    buf_init(&answer, mem, ANSWER_MAX);
    struct ending end = {0};
    TRY(worker_wait(pid, from, start + (int64_t)job->wall_ms * 1000, &answer, &end));
    TRY(sandbox_judge(job->kind, end.status, end.late));
    struct sandbox_result r = {.wall_us = clock_mono_us() - start,
                               .peak_bytes = (int64_t)end.used.ru_maxrss * KIB};
    TRY(answer_parse(&answer, mem, &r.reply));
    *ret_result = r;
    return OK;
}

err sandbox_run(const struct sandbox_job *job, arena *mem, struct sandbox_result *ret_result)
{
    ASSERT(job->out_n <= SANDBOX_MAX_OUT && job->wall_ms > 0 && job->cpu_s > 0);
    ASSERT(!job->param || strlen(job->param) <= SANDBOX_MAX_PARAM);
    TRY(slot_take());
    err e = job_run(job, mem, ret_result);
    slot_give();
    return e;
}
