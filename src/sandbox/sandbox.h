/* One-shot worker processes for hostile files: pictures, documents, media.
 *
 * sandbox_run starts this same binary again as `gongqi sandbox-worker KIND ...` with an empty
 * environment and no descriptors but the input, the outputs and a result pipe. Before it looks at
 * the first byte of the file the worker gives up everything else: rlimits, no_new_privs, Landlock
 * (where the kernel has it), and a seccomp allow list of reading, writing and anonymous memory. No
 * file can be opened, no socket made, nothing executed; an attempt kills the process. The parent
 * kills it at the wall-clock limit. A worker handles one file and ends, so that nothing carries
 * over from one user's file to the next.
 *
 * What comes back is still the word of a process that a hostile file may have taken over: check
 * its ranges before use.
 *
 * Under AddressSanitizer the address-space limit is off (the shadow is 16 TiB) and descriptor 2
 * stays open for its reports; of the filter only sigaltstack is relaxed. */
#pragma once
#include "base/buf.h"

enum {
    SANDBOX_MAX_OUT = 6,
    SANDBOX_MAX_PARAM = 256,      /* bytes */
    SANDBOX_MAX_REPLY = 64 * 1024 /* bytes */
};

struct sandbox_job {
    const char *kind;  /* name in the table of sandbox_worker_main */
    const char *param; /* plain ASCII for the worker, at most SANDBOX_MAX_PARAM; NULL for none */
    int in;            /* the hostile file; borrowed, the worker can only read it */
    const int *out;    /* borrowed, writable; at most SANDBOX_MAX_OUT */
    size_t out_n;
    int wall_ms;          /* killed after that */
    int cpu_s;            /* RLIMIT_CPU */
    int64_t memory_bytes; /* RLIMIT_AS */
    int64_t file_bytes;   /* RLIMIT_FSIZE: no output grows beyond it */
};

struct sandbox_result {
    struct bytes reply; /* what the worker put in io->reply; in the caller's arena */
    int64_t wall_us;
    int64_t peak_bytes; /* peak resident memory of the worker */
};

/* What a worker function has. */
struct sandbox_io {
    arena *mem;
    str param;
    int in;                   /* read and pread only */
    int out[SANDBOX_MAX_OUT]; /* write, pwrite, lseek and ftruncate only */
    size_t out_n;
    struct buf reply; /* at most SANDBOX_MAX_REPLY */
};

/* fn returns OK, or fault(...) with a reason that sandbox_run hands on to the caller. It runs
 * inside the sandbox: no stdio on files, no threads, nothing opened. */
struct sandbox_kind {
    const char *name;
    err (*fn)(struct sandbox_io *io);
};

/* Runs one job and waits for it; safe from any thread. The worker's own fault comes back as is.
 * ERR_TOO_LARGE "sandbox_limit": time, memory or output limit. ERR_INVALID "sandbox_died": the
 * worker crashed or tried something forbidden. ERR_LIMIT "sandbox_busy": no free slot within 30 s.
 * ERR_IO: it could not be started. Outputs may hold partial data after a failure. */
err sandbox_run(const struct sandbox_job *job, arena *mem, struct sandbox_result *ret_result);

/* ---- programs of others (ffmpeg) ----
 * The same walls as far as an outside program allows: no environment, no descriptors but the input,
 * the output and a pipe for standard output; rlimits, no_new_privs; Landlock lets it read shared
 * libraries, itself, the input and the output, write the output alone and execute itself alone; a
 * seccomp allow list without sockets and without new processes (threads are allowed). Where the
 * kernel has no Landlock nothing runs (ERR_IO "sandbox_setup"): seccomp can't tell files apart. */
#define SANDBOX_PROGRAM_IN "/proc/self/fd/3"  /* how argv names the input */
#define SANDBOX_PROGRAM_OUT "/proc/self/fd/4" /* and the output */

struct sandbox_program {
    const char *const *argv; /* argv[0]: the program's absolute path; ends with NULL */
    size_t argc;             /* at most SANDBOX_MAX_ARGC */
    int in;                  /* borrowed, opened for reading */
    int out;                 /* borrowed, opened for reading and writing; -1: none */
    int64_t wall_ms;         /* killed after that */
    int cpu_s;
    int64_t memory_bytes, file_bytes;
    /* Each line of standard output (at most SANDBOX_MAX_LINE bytes, any bytes in them), and at
     * least once a second a line without value. False ends the program: ERR_CONFLICT
     * "sandbox_ended". */
    bool (*line)(void *ctx, struct bytes line);
    void *ctx;
};
enum { SANDBOX_MAX_ARGC = 96, SANDBOX_MAX_LINE = 8192 };
/* Runs it to its end. Errors as sandbox_run, without slots: whoever calls limits how many.
 * ERR_INVALID "sandbox_died": it ended with another code than 0. */
err sandbox_run_program(const struct sandbox_program *p, arena *mem);
/* Can this machine run that program this way? */
bool sandbox_has_program(const char *path);

/* Most workers at a time in this process, 1..64; 2 unless set. Later calls wait their turn. */
void sandbox_set_workers(int n);

/* Call first in main: true when the arguments are those of a worker. */
bool sandbox_is_worker(int argc, char **argv);
/* Then main returns sandbox_worker_main(...): seals the process and runs the kind named. */
int sandbox_worker_main(const struct sandbox_kind *kinds, size_t n, int argc, char **argv);
