/* gongqi witness: a witness of logs, for small installations and for friends of other ones. Needs
 * no database and no settings. */
#include "app/commands.h"
#include "base/log.h"
#include "record/witness.h"
#include "web/cache.h"
#include "web/request.h"
#include "web/server.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { BODY_MAX = 256 * 1024, CACHE_MIN = 1 << 20 };

static struct witness *the_witness; /* handlers have no other way to it */

static void refuse(struct request *r, int status, str text)
{
    (void)!reply_text(r, status, S("text/plain; charset=utf-8"), text);
}

static void serve_one(struct request *r)
{
    struct witness_answer a = {0};
    r->lang = LANG_EN;
    if (r->method == METHOD_GET && str_eq(r->path, S("/"))) {
        str key = note_key_text(r->mem, witness_key(the_witness));
        refuse(r, 200, str_cat(r->mem, key, S("\n")));
    } else if (r->method != METHOD_POST || !str_eq(r->path, S("/add-checkpoint"))) {
        refuse(r, 404, S("POST /add-checkpoint (c2sp.org/tlog-witness)\n"));
    } else if (witness_add(the_witness, r->mem, r->body, &a) != OK) {
        log_line(LOG_ERROR, "witness_failed", LOG_TEXT("text", str_from(fault_last()->text)));
        refuse(r, 503, S("can't keep its state\n"));
    } else {
        str type = a.status == 409 ? S("text/x.tlog.size") : S("text/plain; charset=utf-8");
        (void)!reply_text(r, a.status, type, a.body);
    }
}

static err wait_for_end(const struct server *s)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    log_line(LOG_INFO, "serving", LOG_INT("port", server_port(s)));
    for (int sig = 0; sig != SIGTERM && sig != SIGINT;)
        if (sigwait(&signals, &sig) != 0)
            return ERR_IO;
    return OK;
}

static err run(const char *dir, str listen)
{
    struct site site = {.cache = cache_new(CACHE_MIN), .data_dir = str_from(dir)};
    struct server_opts opts = {.listen = listen,
                               .io_threads = 1,
                               .workers = 2,
                               .body_max = BODY_MAX,
                               .upload_max = BODY_MAX,
                               .idle_seconds = 30,
                               .connections = 256,
                               .run = serve_one};
    struct server *server = NULL;
    err e = server_start(&site, &opts, &server);
    if (e == OK)
        e = wait_for_end(server);
    server_stop(server, 10);
    cache_free(site.cache);
    return e;
}

err cmd_witness(int argc, char **argv)
{
    AUTO_ARENA(mem);
    if (argc != 4)
        return fault(ERR_INVALID, "usage", "gongqi witness DIR NAME ADDR:PORT");
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL); /* inherited by all threads */
    (void)signal(SIGPIPE, SIG_IGN);
    TRY(witness_open(argv[1], str_from(argv[2]), &the_witness));
    (void)printf("%.*s\n", FMT(note_key_text(mem, witness_key(the_witness))));
    (void)fflush(stdout);
    err e = run(argv[1], str_from(argv[3]));
    witness_close(the_witness);
    return e;
}
