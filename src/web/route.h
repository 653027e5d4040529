/* The whole site in one table (app/routes.def): who may do what, and what the dispatcher does
 * before and after the handler. A handler answers by reply_* and returns OK, or returns an error,
 * which the dispatcher turns into an error page (JSON for /api/ and ROUTE_JSON). */
#pragma once
#include "web/access.h"

struct request;
typedef err handler(struct request *r);

enum method { METHOD_GET, METHOD_POST }; /* HEAD is answered by the handler of GET */

/* Token buckets in memory, per address and per user; rate.c has the numbers. */
enum rate { RATE_READ, RATE_WRITE, RATE_LOGIN, RATE_CODE, RATE_UPLOAD, RATE_API, RATE_SEARCH };

enum route_flag {
    ROUTE_CACHED = 1,      /* anonymous answers go to the page cache under the handler's tags */
    ROUTE_SEALED = 2,      /* reads sealed data: in the operation log although a GET */
    ROUTE_UPLOAD = 4,      /* accepts multipart/form-data with files, up to the upload limit */
    ROUTE_JSON = 8,        /* errors and refusals are JSON, for pages' own scripts */
    ROUTE_ONE_FACTOR = 16, /* reachable before the second factor (staff; who has switched it on) */
    ROUTE_PRIVATE = 32,    /* what a reader keeps for themselves: the operation log names the route,
                            * not the object, and no hash of the content */
    ROUTE_COUNTED = 64,    /* a read of an article (web/reads.h), also when the cache answers */
};

struct route {
    enum method method;
    /* "/a/:handle/:no"; ":x" matches one segment, a last "*x" one or more, as sent (no %XX) */
    const char *pattern;
    handler *run;
    enum who who;
    /* WHO_STAFF: mask of roles; WHO_MEMBER: enum member_role; WHO_TOKEN: that and one scope; else 0
     */
    unsigned need;
    enum rate rate;
    unsigned flags;
    const char *title; /* message key of the page's title; "" for JSON and POST */
};

/* Line of routes.def: ROUTE(GET, "/pattern", handler, ANY, 0, READ, flags, "title.key"). */
extern const struct route ROUTES[];
extern const size_t ROUTE_COUNT;

enum { ROUTE_MAX_ARGS = 6 };
/* Matches path segment by segment; literal segments win over ":x", and everything over "*x".
 * Segments come percent-decoded and valid UTF-8. ERR_NOT_FOUND, or ERR_METHOD when only the other
 * method has the path. */
err route_find(enum method method, str path, arena *mem, const struct route **ret_route,
               str ret_args[ROUTE_MAX_ARGS]);

/* The same over any table, for tests. The index borrows the routes; it asserts that patterns are
 * well formed and that no two routes answer the same requests. */
struct route_index;
struct route_index *route_index_new(const struct route *routes, size_t n);
void route_index_free(struct route_index *ix);
err route_index_find(const struct route_index *ix, enum method method, str path, arena *mem,
                     const struct route **ret_route, str ret_args[ROUTE_MAX_ARGS]);
/* The index of ROUTES, made at the first call. */
const struct route_index *route_index_site(void);
