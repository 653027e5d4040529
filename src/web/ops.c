/* /readyz and /metrics. */
#include "web/ops.h"

#include "base/clock.h"
#include "record/log.h"
#include "web/listen.h"

#include <sys/statvfs.h>

enum { DISK_FREE_MIN = 64 << 20, METRICS_MAX = 64 * 1024 };

static bool disk_has_room(str dir)
{
    AUTO_ARENA(mem);
    struct statvfs v;
    if (!dir.p)
        return true;
    return statvfs(str_z(mem, dir), &v) == 0 && v.f_bavail * v.f_frsize > DISK_FREE_MIN;
}

bool ops_answer(struct server *s, struct request *r)
{
    if (!str_eq(r->path, S("/readyz")) || r->method != METHOD_GET)
        return false;
    str problem = S("");
    if (s->stopping)
        problem = S("stopping\n");
    else if (s->site->ready && s->site->ready(s->site) != OK)
        problem = S("database\n");
    else if (!disk_has_room(s->site->data_dir))
        problem = S("disk\n");
    r->reply.status = problem.n ? 503 : 200;
    r->reply.mime = S("text/plain; charset=utf-8");
    r->reply.body = problem.n ? problem : S("ready\n");
    return true;
}

/* The public record: its size, whether it signs, and what the nightly audit found. */
static void log_write(struct site *site, struct buf *b)
{
    struct record_log_status l;
    if (!site->log)
        return;
    record_log_status(site->log, &l);
    buf_fmt(b, "# TYPE gongqi_log_leaves gauge\ngongqi_log_leaves %lld\n", (long long)l.size);
    buf_fmt(b, "# TYPE gongqi_log_witnessed gauge\ngongqi_log_witnessed %lld\n",
            (long long)l.witnessed_size);
    buf_fmt(b, "# TYPE gongqi_log_signs gauge\ngongqi_log_signs %d\n", l.state == OK);
    if (site->gauges.audit_at) {
        buf_fmt(b, "# TYPE gongqi_audit_seconds gauge\ngongqi_audit_seconds %lld\n",
                (long long)(site->gauges.audit_at / SECOND_MS));
        buf_fmt(b, "# TYPE gongqi_audit_differences gauge\ngongqi_audit_differences %lld\n",
                (long long)site->gauges.audit_differences);
    }
}

static enum MHD_Result metrics_step(void *cls, struct MHD_Connection *conn, const char *url,
                                    const char *method, const char *version, const char *data,
                                    size_t *data_n, void **seen)
{
    (void)version;
    (void)data;
    struct server *s = cls;
    static char started;
    if (!*seen) { /* queueing in the first call would close the connection */
        *seen = &started;
        return MHD_YES;
    }
    if (*data_n) {
        *data_n = 0;
        return MHD_YES;
    }
    AUTO_ARENA(mem);
    struct buf b;
    buf_init(&b, mem, METRICS_MAX);
    bool found = strcmp(method, "GET") == 0 && strcmp(url, "/metrics") == 0;
    if (found) {
        stats_write(&s->stats, &b);
        struct cache_size size =
            s->site->cache ? cache_size(s->site->cache) : (struct cache_size){0, 0};
        buf_fmt(&b, "# TYPE gongqi_cache_bytes gauge\ngongqi_cache_bytes %lld\n",
                (long long)size.bytes);
        buf_fmt(&b, "# TYPE gongqi_cache_pages gauge\ngongqi_cache_pages %lld\n",
                (long long)size.pages);
        log_write(s->site, &b);
        int up = !s->site->ready || s->site->ready(s->site) == OK;
        buf_fmt(&b, "# TYPE gongqi_ready gauge\ngongqi_ready %d\n", up);
    }
    struct MHD_Response *resp =
        answer_bytes(str_bytes(buf_str(&b)), true, "text/plain; version=0.0.4; charset=utf-8");
    enum MHD_Result ok = MHD_queue_response(conn, found ? 200 : 404, resp);
    MHD_destroy_response(resp);
    return ok;
}

err ops_start(struct server *s)
{
    struct address at;
    TRY(address_parse(s->opts.metrics, &at));
    s->metrics = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | (at.six ? MHD_USE_IPv6 : 0U), 0,
                                  NULL, NULL, metrics_step, s, MHD_OPTION_SOCK_ADDR,
                                  (const struct sockaddr *)&at.addr, MHD_OPTION_CONNECTION_LIMIT,
                                  16U, MHD_OPTION_CONNECTION_TIMEOUT, 10U, MHD_OPTION_END);
    if (!s->metrics)
        return fault(ERR_IO, "listen_failed", "metrics listener %.*s", FMT(s->opts.metrics));
    s->metrics_port = MHD_get_daemon_info(s->metrics, MHD_DAEMON_INFO_BIND_PORT)->port;
    return OK;
}
