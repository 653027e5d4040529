/* Between sandbox_run and its worker: argument places, descriptor numbers, the result's header. */
#pragma once
#include "sandbox/sandbox.h"

#include <spawn.h>

/* gongqi sandbox-worker KIND CPU_S MEMORY_BYTES FILE_BYTES OUT_N PARAM */
enum {
    SANDBOX_ARG_MODE = 1,
    SANDBOX_ARG_KIND,
    SANDBOX_ARG_CPU,
    SANDBOX_ARG_MEMORY,
    SANDBOX_ARG_FILE,
    SANDBOX_ARG_OUTS,
    SANDBOX_ARG_PARAM,
    SANDBOX_ARGS
};
#define SANDBOX_MODE "sandbox-worker"

enum { SANDBOX_FD_IN = 0, SANDBOX_FD_RESULT = 1, SANDBOX_FD_ERROR = 2, SANDBOX_FD_OUT = 3 };

/* The worker writes this and then reply_n bytes, once, at its end. */
struct sandbox_head {
    struct fault fault; /* code OK on success */
    uint32_t reply_n;
};

/* gongqi sandbox-program CPU_S MEMORY_BYTES FILE_BYTES HAS_OUT PATH ARGUMENT... */
enum {
    SANDBOX_PROG_CPU = 2,
    SANDBOX_PROG_MEMORY,
    SANDBOX_PROG_FILE,
    SANDBOX_PROG_OUT,
    SANDBOX_PROG_PATH,
};
#define SANDBOX_PROGRAM_MODE "sandbox-program"
enum { SANDBOX_PROG_FD_IN = 3, SANDBOX_PROG_FD_OUT = 4 };
enum { SANDBOX_PROG_FAILED = 125 }; /* its exit code when the walls could not be set up */

/* ---- shared by the two ways of starting ---- */
char *sandbox_arg_number(arena *mem, int64_t n);
char *sandbox_arg_text(arena *mem, const char *z);
int sandbox_spawn(posix_spawn_file_actions_t *fa, char **argv, pid_t *ret_pid); /* an errno */
/* What an ending means (a wait status); late: killed by the clock. */
err sandbox_judge(const char *what, int status, bool late);
/* One rlimit, hard and soft. */
err sandbox_limit(int what, int64_t value);
int sandbox_program_main(int argc, char **argv); /* the child's side; does not return on success */
