/* gongqi serve: opens what the site needs, serves until SIGTERM or SIGINT. */
#include "app/commands.h"
#include "base/log.h"
#include "base/str.h"
#include "web/cache.h"
#include "web/server.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CACHE_BYTES = 64 << 20, STOP_SECONDS = 30 };

struct serve {
    struct site site;
    struct server_opts opts;
    struct server *server;
};

static err flags_read(struct serve *s, int argc, char **argv)
{
    s->site.data_dir = S("data");
    s->opts = (struct server_opts){.listen = S("127.0.0.1:8080"),
                                   .io_threads = (int)sysconf(_SC_NPROCESSORS_ONLN),
                                   .workers = 32,
                                   .body_max = 2 << 20,
                                   .upload_max = 64 << 20,
                                   .idle_seconds = 30,
                                   .connections = 4096,
                                   .access_log = true};
    for (int i = 1; i + 1 < argc; i += 2) {
        str name = str_from(argv[i]), value = str_from(argv[i + 1]);
        if (str_eq(name, S("--data")))
            s->site.data_dir = value;
        else if (str_eq(name, S("--listen")))
            s->opts.listen = value;
        else if (str_eq(name, S("--metrics-listen")))
            s->opts.metrics = value;
        else if (str_eq(name, S("--access-log")))
            s->opts.access_log = str_eq(value, S("on"));
        else
            return fault(ERR_INVALID, "unknown_flag", "%s", argv[i]);
    }
    return argc % 2 ? OK : fault(ERR_INVALID, "flag_without_value", "%s", argv[argc - 1]);
}

static err data_dir(str dir)
{
    AUTO_ARENA(mem);
    if (mkdir(str_z(mem, dir), 0700) != 0 && errno != EEXIST)
        return fault(ERR_IO, "data_dir", "can't make %.*s: errno %d", FMT(dir), errno);
    return OK;
}

static void wait_for_end(const sigset_t *signals)
{
    for (int sig = 0; sig != SIGTERM && sig != SIGINT;) {
        if (sigwait(signals, &sig) == 0 && sig == SIGHUP)
            log_line(LOG_INFO, "reload", LOG_INT("pid", getpid()));
    }
}

err cmd_serve(int argc, char **argv)
{
    struct serve s = {0};
    sigset_t signals;
    TRY(flags_read(&s, argc, argv));
    TRY(data_dir(s.site.data_dir));
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL); /* inherited by all threads */
    (void)signal(SIGPIPE, SIG_IGN);
    s.site.cache = cache_new(CACHE_BYTES);
    err e = server_start(&s.site, &s.opts, &s.server);
    if (e == OK) {
        log_line(LOG_INFO, "serving", LOG_TEXT("listen", s.opts.listen),
                 LOG_INT("port", server_port(s.server)),
                 LOG_INT("metrics_port", server_metrics_port(s.server)));
        wait_for_end(&signals);
        log_line(LOG_INFO, "stopping", LOG_INT("pid", getpid()));
        server_stop(s.server, STOP_SECONDS);
    }
    cache_free(s.site.cache);
    return e;
}
