/* The HTTP server: start, stop, and cutting slow clients. */
#include "web/server.h"

#include "base/clock.h"
#include "web/listen.h"
#include "web/ops.h"
#include "web/server_impl.h"

#include <sys/socket.h>
#include <unistd.h>

enum {
    HEAD_MEMORY = 32 * 1024,
    QUEUE_MAX = 4096,
    FIRST_HEAD_US = 20 * 1000000,
    TICK_US = 5 * 1000,
    QUIET_TICKS = 40, /* 0.2 s */
};

static void peer_notify(void *cls, struct MHD_Connection *conn, void **context,
                        enum MHD_ConnectionNotificationCode what)
{
    struct server *s = cls;
    (void)pthread_mutex_lock(&s->peers_lock);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        struct peer *p = heap_alloc(sizeof *p);
        p->fd = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        p->deadline_us = clock_mono_us() + FIRST_HEAD_US;
        p->next = s->peers;
        p->at = &s->peers;
        if (p->next)
            p->next->at = &p->next;
        s->peers = p;
        *context = p;
        s->stats.connections++;
    } else if (*context) {
        struct peer *p = *context;
        *p->at = p->next;
        if (p->next)
            p->next->at = p->at;
        heap_free(p);
        *context = NULL;
        s->stats.connections--;
    }
    (void)pthread_mutex_unlock(&s->peers_lock);
}

static void sweep(struct server *s)
{
    int64_t now = clock_mono_us();
    (void)pthread_mutex_lock(&s->peers_lock);
    for (struct peer *p = s->peers; p; p = p->next) {
        int64_t deadline = p->deadline_us;
        if (!deadline || now < deadline)
            continue;
        (void)shutdown(p->fd, SHUT_RDWR);
        p->deadline_us = 0;
        s->stats.cut++;
    }
    (void)pthread_mutex_unlock(&s->peers_lock);
}

static void *sweeper_main(void *arg)
{
    struct server *s = arg;
    for (int tick = 0; !s->stopping; tick++) {
        (void)usleep(100 * 1000);
        if (tick % 10 == 0)
            sweep(s);
    }
    return NULL;
}

/* The library decodes nothing: targets are read by guard.c, urlencoded.c and route_find only. */
static size_t keep_escapes(void *cls, struct MHD_Connection *conn, char *s)
{
    (void)cls;
    (void)conn;
    return strlen(s);
}

static void mhd_log(void *cls, const char *fmt, va_list ap)
{
    (void)cls;
    (void)fmt;
    (void)ap; /* what clients did wrong is counted, not logged */
}

static err daemon_start(struct server *s)
{
    struct address at;
    TRY(address_parse(s->opts.listen, &at));
    const struct server_opts *o = &s->opts;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG | (at.six ? MHD_USE_IPv6 : 0U);
    /* 0.9.75 sends its own complaint about a missing Host with the head twice: the guard's is
     * right, and stricter. */
    int strict = s->raw_guard ? 0 : 1;
    unsigned per_ip = o->per_ip > 0 ? (unsigned)o->per_ip : 0;
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, exchange_step, s, MHD_OPTION_EXTERNAL_LOGGER, mhd_log, NULL,
        MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&at.addr, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)o->io_threads, MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_ip, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)o->idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MEMORY,
        MHD_OPTION_STRICT_FOR_CLIENT, strict, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, exchange_new, s, MHD_OPTION_NOTIFY_COMPLETED, exchange_done, s,
        MHD_OPTION_NOTIFY_CONNECTION, peer_notify, s, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024U,
        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
    if (!s->daemon)
        return fault(ERR_IO, "listen_failed", "can't listen on %.*s", FMT(o->listen));
    s->port = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return OK;
}

static void server_free(struct server *s)
{
    if (s->metrics)
        MHD_stop_daemon(s->metrics);
    (void)pthread_mutex_destroy(&s->peers_lock);
    arena_free(s->mem);
    heap_free(s);
}

static void opts_copy(struct server *s, const struct server_opts *opts)
{
    s->mem = arena_new();
    s->opts = *opts;
    s->opts.run = opts->run ? opts->run : dispatch;
    s->opts.listen = str_dup(s->mem, opts->listen);
    s->opts.metrics = opts->metrics.n ? str_dup(s->mem, opts->metrics) : STR_NONE;
    s->opts.proxies = opts->proxies.n ? str_dup(s->mem, opts->proxies) : STR_NONE;
    s->upload_dir = s->site->data_dir.n ? str_z(s->mem, s->site->data_dir) : "/tmp";
    s->raw_guard = str_starts(str_from(MHD_get_version()), S("0."));
}

err server_start(struct site *site, const struct server_opts *opts, struct server **ret_server)
{
    struct server *s = heap_alloc(sizeof *s);
    s->site = site;
    s->stats.started_ms = clock_ms();
    (void)pthread_mutex_init(&s->peers_lock, NULL);
    opts_copy(s, opts);
    s->workers = workers_start(&s->stats, s->opts.workers, QUEUE_MAX, exchange_run);
    err e = s->opts.metrics.n ? ops_start(s) : OK;
    if (e == OK)
        e = daemon_start(s);
    if (e != OK) {
        workers_stop(s->workers);
        server_free(s);
        return e;
    }
    ASSERT(pthread_create(&s->sweeper, NULL, sweeper_main, s) == 0);
    *ret_server = s;
    return OK;
}

int server_port(const struct server *s)
{
    return s->port;
}

int server_metrics_port(const struct server *s)
{
    return s->metrics_port;
}

/* Connections that are open may bring one more request, which is answered with "close": it is over
 * when none is left, or when nobody asked for a moment. */
static void drain(struct server *s, int seconds)
{
    int64_t until = clock_mono_us() + (int64_t)seconds * 1000000;
    for (int quiet = 0; quiet < QUIET_TICKS && clock_mono_us() < until;) {
        if (s->stats.connections == 0)
            return;
        quiet = s->stats.in_flight > 0 ? 0 : quiet + 1;
        (void)usleep(TICK_US);
    }
}

void server_stop(struct server *s, int seconds)
{
    if (!s)
        return;
    s->stopping = true;
    int listener = MHD_quiesce_daemon(s->daemon);
    if (listener >= 0)
        (void)close(listener);
    drain(s, seconds);
    workers_stop(s->workers);
    MHD_stop_daemon(s->daemon);
    (void)pthread_join(s->sweeper, NULL);
    server_free(s);
}
