/* The HTTP server: libmicrohttpd with one epoll thread per core that parses, enforces limits and
 * strictness (guard.c), and answers page cache hits and static files itself; everything else is
 * suspended and goes to a pool of workers, which run dispatch(). */
#pragma once
#include "web/site.h"

struct server;
struct request;
struct server_opts {
    str listen;  /* "127.0.0.1:8080" or "[::1]:8080"; port 0 picks a free one */
    str metrics; /* second listener for /metrics; empty = none */
    int io_threads, workers;
    int64_t body_max, upload_max; /* bytes */
    int idle_seconds;             /* slow or silent clients are cut */
    int connections;
    int per_ip;      /* connections of one address; 0 = no limit */
    str proxies;     /* addresses, comma-separated, whose X-Forwarded-For and X-Client-Port hold */
    bool https;      /* the public address is https: send HSTS */
    bool access_log; /* one line per request that a worker answered */
    void (*run)(struct request *r); /* answers requests; NULL = dispatch(); for tests */
};
/* ERR_INVALID "bad_listen" or ERR_IO "listen_failed". opts and its texts are copied. */
err server_start(struct site *site, const struct server_opts *opts, struct server **ret_server);
int server_port(const struct server *s);
int server_metrics_port(const struct server *s); /* 0 without a second listener */
/* Stops accepting, finishes requests in flight (at most seconds), then returns. Accepts NULL. */
void server_stop(struct server *s, int seconds);
