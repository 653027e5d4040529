/* What the files of the server share: server.c (start, stop, sweeping), exchange.c (one request on
 * its way), answer.c (replies as responses), workers.c. For them only. */
#pragma once
#include "web/body.h"
#include "web/cache.h"
#include "web/dispatch.h"
#include "web/server.h"
#include "web/stats.h"

#include <microhttpd.h>
#include <pthread.h>

/* A client's connection, swept once a second: past its deadline it is cut (slow clients). */
struct peer {
    struct peer *next, **at;
    int fd;
    _Atomic int64_t deadline_us; /* 0 = none: a worker has it */
};

/* One request. Belongs to its I/O thread, to a worker while it is suspended. */
struct exchange {
    struct server *server;
    struct MHD_Connection *conn;
    struct exchange *next; /* in the workers' queue */
    struct peer *peer;
    enum { EX_NEW, EX_BODY, EX_WAITING, EX_ANSWERED } state;
    enum method method;
    struct body *body;
    struct MHD_Response *response;
    struct cache_page *page; /* an answer that went to the page cache, instead of response */
    int status;
    bool head;
    bool cacheable; /* key is set: anonymous GET without query tricks */
    char key[CACHE_KEY_MAX];
    size_t key_n;
    size_t target_n;
    char target[];
};

struct workers;
struct server {
    struct site *site;
    struct server_opts opts;
    arena *mem; /* of copied options */
    struct MHD_Daemon *daemon, *metrics;
    int port, metrics_port;
    bool raw_guard; /* libmicrohttpd 0.x: guard_raw is needed and possible */
    _Atomic bool stopping;
    struct stats stats;
    struct workers *workers;
    pthread_mutex_t peers_lock;
    struct peer *peers;
    pthread_t sweeper;
    const char *upload_dir;
};

/* exchange.c: callbacks of libmicrohttpd. */
void *exchange_new(void *server, const char *target, struct MHD_Connection *conn);
enum MHD_Result exchange_step(void *server, struct MHD_Connection *conn, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_n, void **exchange);
void exchange_done(void *server, struct MHD_Connection *conn, void **exchange,
                   enum MHD_RequestTerminationCode how);
/* From now on the client has the time that bytes take on a slow line. */
void exchange_deadline(struct exchange *x, int64_t bytes);
/* On a worker: builds the request, dispatches, makes the response, resumes the connection. */
void exchange_run(struct exchange *x, arena *mem);

/* workers.c */
typedef void work_fn(struct exchange *x, arena *mem);
struct workers *workers_start(struct stats *stats, int n, int queue_max, work_fn *fn);
bool workers_put(struct workers *w, struct exchange *x); /* false: too many wait */
void workers_stop(struct workers *w);                    /* after the queue is empty */

/* answer.c */
struct MHD_Response *answer_bytes(struct bytes body, bool copy, const char *mime);
void answer_secure(const struct server *s, struct MHD_Response *resp);
void answer_header(struct MHD_Response *resp, const char *name, str value);
/* The reply of a worker; *ret_status may differ from the reply's (206, 304, 416). */
struct MHD_Response *answer_reply(const struct server *s, struct request *r, int *ret_status);
/* A page for the cache out of a reply, with all variants. */
struct cache_page *answer_page(const struct server *s, struct request *r);
enum encoding answer_encoding(str accept_encoding);
/* True when one of the tags of If-None-Match is etag (weak comparison, RFC 9110 13.1.2). */
bool etag_matches(str if_none_match, str etag);

/* range.c: one range of RFC 9110 14.1.2. 206 with first and last set, 200 when the header is to
 * be ignored (malformed, several ranges), 416. */
struct range {
    int64_t first, last;
};
int range_read(str header, int64_t size, struct range *ret_range);

/* static.c: files that need no worker; true when queued. */
bool static_answer(struct server *s, struct exchange *x, enum MHD_Result *ret_result);
