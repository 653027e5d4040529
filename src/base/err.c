/* Error codes and the fault of the current thread. */
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local struct fault last;

static const struct {
    const char *name;
    int http;
    const char *reason;
} TABLE[ERR_COUNT] = {
#define X(name, http, reason) [name] = {#name, http, reason},
    ERR_TABLE(X)
#undef X
};

static err fault_v(err code, const char *reason, const char *field, const char *fmt, va_list ap)
{
    last.code = code;
    snprintf(last.reason, sizeof last.reason, "%s", reason);
    snprintf(last.field, sizeof last.field, "%s", field);
    vsnprintf(last.text, sizeof last.text, fmt, ap);
    return code;
}

err fault(err code, const char *reason, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    err e = fault_v(code, reason, "", fmt, ap);
    va_end(ap);
    return e;
}

err fault_field(err code, const char *reason, const char *field, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    err e = fault_v(code, reason, field, fmt, ap);
    va_end(ap);
    return e;
}

const struct fault *fault_last(void)
{
    return &last;
}

struct fault fault_of(err code)
{
    ASSERT(code < ERR_COUNT);
    if (last.code == code && code != OK)
        return last;
    struct fault f = {.code = code};
    snprintf(f.reason, sizeof f.reason, "%s", TABLE[code].reason);
    return f;
}

void fault_copy(const struct fault *from)
{
    last = *from;
}

void fault_clear(void)
{
    last = (struct fault){0};
}

int err_http(err code)
{
    ASSERT(code < ERR_COUNT);
    return TABLE[code].http;
}

const char *err_name(err code)
{
    ASSERT(code < ERR_COUNT);
    return TABLE[code].name;
}

_Noreturn void assert_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "gongqi: assertion failed: %s (%s:%d)\n", cond, file, line);
    abort();
}
