/* gongqi serve: opens what the site needs, serves until SIGTERM or SIGINT. */
#include "app/boot.h"
#include "app/commands.h"
#include "app/services.h"
#include "base/log.h"
#include "settings/provider.h"
#include "web/cache_watch.h"
#include "web/server.h"

#include <signal.h>
#include <unistd.h>

enum { CACHE_BYTES = 64 << 20 };

static struct server_opts opts_of(const struct settings *s)
{
    int64_t cores = sysconf(_SC_NPROCESSORS_ONLN);
    return (struct server_opts){
        .listen = s->listen,
        .metrics = s->metrics_listen,
        .io_threads = (int)(s->io_threads ? s->io_threads : cores),
        .workers = (int)s->workers,
        .body_max = s->body_max,
        .upload_max = s->upload_max,
        .idle_seconds = (int)s->idle_timeout,
        .connections = (int)s->connections,
        .proxies = s->trusted_proxies,
        .https = str_starts(s->public_url, S("https://")),
        .access_log = s->access_log,
    };
}

static void signals_block(sigset_t *ret_signals)
{
    (void)sigemptyset(ret_signals);
    (void)sigaddset(ret_signals, SIGTERM);
    (void)sigaddset(ret_signals, SIGINT);
    (void)sigaddset(ret_signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, ret_signals, NULL); /* inherited by all threads */
    (void)signal(SIGPIPE, SIG_IGN);
}

/* Reload: what staff may change lives in the database; here the cached pages go. */
static void wait_for_end(const sigset_t *signals, struct site *site)
{
    for (int sig = 0; sig != SIGTERM && sig != SIGINT;) {
        if (sigwait(signals, &sig) != 0 || sig != SIGHUP)
            continue;
        if (provider_live_refresh(site->provider) != OK)
            log_line(LOG_WARN, "provider_settings_kept", LOG_INT("pid", getpid()));
        cache_touch(site->cache, CACHE_ALL);
        log_line(LOG_INFO, "reload", LOG_INT("pid", getpid()));
    }
}

static err serve(struct boot *b, const sigset_t *signals)
{
    struct server_opts opts = opts_of(&b->settings);
    struct server *server = NULL;
    TRY(server_start(&b->site, &opts, &server));
    log_line(LOG_INFO, "serving", LOG_TEXT("listen", opts.listen),
             LOG_INT("port", server_port(server)),
             LOG_INT("metrics_port", server_metrics_port(server)));
    wait_for_end(signals, &b->site);
    log_line(LOG_INFO, "stopping", LOG_INT("pid", getpid()));
    server_stop(server, (int)b->settings.stop_timeout);
    return OK;
}

err cmd_serve(int argc, char **argv)
{
    struct boot b;
    sigset_t signals;
    signals_block(&signals);
    TRY(boot_open(argc, argv, BOOT_MIGRATE | BOOT_NODE, &b));
    b.site.cache = cache_new(CACHE_BYTES);
    struct cache_watch *watch = cache_watch_start(b.site.cache, b.site.db);
    err e = services_open(&b, (int)b.settings.job_threads);
    if (e == OK)
        e = serve(&b, &signals);
    services_close(&b);
    cache_watch_stop(watch);
    boot_close(&b);
    cache_free(b.site.cache);
    return e;
}
