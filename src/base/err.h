/* What went wrong, in as many codes as there are different reactions to it.
 *
 * A function that can fail returns `err`; its outputs come last, are called ret_x, and are written
 * only on OK. The code says how callers react (HTTP status, retry, give up). The cause is set where
 * it happens with fault(): a reason key for machines ("identity_required") and a text for logs. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>

/*      name             HTTP  reason shown when nobody set a better one */
#define ERR_TABLE(X)                                                                               \
    X(OK, 200, "ok")                                                                               \
    X(ERR_UNAUTHENTICATED, 401, "login_required")                                                  \
    X(ERR_DENIED, 403, "denied")                                                                   \
    X(ERR_NOT_FOUND, 404, "not_found")                                                             \
    X(ERR_METHOD, 405, "method_not_allowed")                                                       \
    X(ERR_CONFLICT, 409, "conflict")                                                               \
    X(ERR_TOO_LARGE, 413, "too_large")                                                             \
    X(ERR_INVALID, 422, "invalid")                                                                 \
    X(ERR_LIMIT, 429, "too_many")                                                                  \
    X(ERR_BUG, 500, "internal")                                                                    \
    X(ERR_RETRY, 503, "busy")                                                                      \
    X(ERR_IO, 503, "storage_unavailable")

typedef enum [[nodiscard]] err{
#define X(name, http, reason) name,
    ERR_TABLE(X)
#undef X
        ERR_COUNT} err;

/* The cause of the last failure on this thread. db_tx carries it from the writer to the caller. */
struct fault {
    err code;
    char reason[48]; /* machine-readable key, also the message key "reason.<key>" */
    char field[48];  /* form or JSON field (or node path of a document) concerned; may be empty */
    char text[256];  /* for the log and API clients; never personal data */
};

#define TRY(call)                                                                                  \
    do {                                                                                           \
        err try_ = (call);                                                                         \
        if (try_ != OK)                                                                            \
            return try_;                                                                           \
    } while (0)

/* Sets this thread's fault and returns code, so that one can write
 * `return fault(ERR_DENIED, "identity_required", "registrant %lld", id);`. */
err fault(err code, const char *reason, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same, naming the field concerned. */
err fault_field(err code, const char *reason, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* This thread's last fault; after a bare `return ERR_X` its code differs, see fault_of. */
const struct fault *fault_last(void);
/* The fault that belongs to code: the last one when its code matches, else the default of code. */
struct fault fault_of(err code);
void fault_copy(const struct fault *from);
void fault_clear(void);

int err_http(err code);
const char *err_name(err code);

/* Our own bugs: stays on in release builds, prints place and condition, aborts. */
#define ASSERT(cond) ((cond) ? (void)0 : assert_failed(#cond, __FILE__, __LINE__))
_Noreturn void assert_failed(const char *cond, const char *file, int line);
