/* Between sandbox_run and its worker: argument places, descriptor numbers, the result's header. */
#pragma once
#include "sandbox/sandbox.h"

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
