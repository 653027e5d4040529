/* The request guard: what a request must look like before anybody interprets it. libmicrohttpd
 * accepts requests that two servers in a row may read differently (0.9.75: Content-Length with
 * Transfer-Encoding, bare LF, folded lines, NUL; 1.0.1: doubled Content-Length or Host); every one
 * of them is answered with a 4xx and a closed connection here (RFC 9112; vectors in
 * tests/site/malformed.test.mjs).
 *
 * Bodies need a Content-Length: every Transfer-Encoding is refused (411; RFC 9112 6.3 allows it),
 * which leaves no second way to find the end of a request. */
#pragma once
#include "base/str.h"

enum {
    GUARD_TARGET_MAX = 8192, /* bytes of the request target: 414 */
    GUARD_VALUE_MAX = 8192,  /* bytes of one header value: 431 */
    GUARD_HEADERS_MAX = 64,  /* 431 */
};

struct guard {
    int status;         /* 0 = fine so far, else the answer */
    const char *reason; /* for the body of the answer and the log */
    int headers, hosts, lengths;
    int64_t length; /* Content-Length; 0 when absent */
    bool old;       /* HTTP/1.0 */
};

void guard_start(struct guard *g, str method, str target, str version);
void guard_header(struct guard *g, str name, str value);
void guard_end(struct guard *g);

/* For libmicrohttpd 0.9.75, which parses in place: head is where the method starts, n the size of
 * the head on the wire. Each line must still be there in the form that only CRLF, one colon and no
 * NUL or fold can have left. */
bool guard_raw(const char *head, size_t n, str method, str target);

/* A path that means one thing only: starts with '/', printable ASCII, every %XX well-formed, no
 * encoded slash, backslash, NUL or control, no empty, "." or ".." segment (encoded or not), valid
 * UTF-8 once decoded. */
bool guard_path(str path);
