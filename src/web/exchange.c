/* One request on its way: guard, body, cache, worker, answer. */
#include "base/clock.h"
#include "base/log.h"
#include "web/dispatch.h"
#include "web/error_page.h"
#include "web/guard.h"
#include "web/incoming.h"
#include "web/ops.h"
#include "web/reads.h"
#include "web/server_impl.h"

#include <stdio.h>

enum {
    HEAD_US = 20 * 1000000, /* for sending a request's head */
    BODY_US = 60 * 1000000, /* for a body or an answer, plus the time at SLOWEST */
    SLOWEST = 16 * 1024,    /* bytes per second */
};

static int64_t transfer_us(int64_t bytes)
{
    return BODY_US + bytes * 1000000 / SLOWEST;
}

void exchange_deadline(struct exchange *x, int64_t bytes)
{
    if (x->peer)
        x->peer->deadline_us = clock_mono_us() + transfer_us(bytes);
}

static void deadline_set(struct exchange *x, int64_t us)
{
    if (x->peer)
        x->peer->deadline_us = us ? clock_mono_us() + us : 0;
}

static enum MHD_Result queue(struct exchange *x, int status, struct MHD_Response *resp)
{
    stats_answer(&x->server->stats, status);
    x->state = EX_ANSWERED;
    return MHD_queue_response(x->conn, (unsigned)status, resp);
}

/* An answer without the house's pages; closes the connection when nobody knows what follows. */
static enum MHD_Result refuse(struct exchange *x, int status, const char *reason, bool close)
{
    char text[96];
    int n = snprintf(text, sizeof text, "%d %s\n", status, reason);
    struct MHD_Response *resp = answer_bytes((struct bytes){(const uint8_t *)text, (size_t)n}, true,
                                             "text/plain; charset=utf-8");
    answer_secure(x->server, resp);
    answer_header(resp, "Cache-Control", S("no-store"));
    if (close)
        answer_header(resp, "Connection", S("close"));
    if (status == 405)
        answer_header(resp, "Allow", S("GET, HEAD, POST"));
    if (status == 503)
        answer_header(resp, "Retry-After", S("5"));
    x->server->stats.refused++;
    exchange_deadline(x, 0);
    enum MHD_Result ok = queue(x, status, resp);
    MHD_destroy_response(resp);
    return ok;
}

void *exchange_new(void *server, const char *target, struct MHD_Connection *conn)
{
    struct server *s = server;
    size_t n = strlen(target);
    struct exchange *x = heap_alloc(sizeof *x + n + 1);
    x->server = s;
    x->conn = conn;
    x->target_n = n;
    memcpy(x->target, target, n);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    x->peer = info ? info->socket_context : NULL;
    s->stats.in_flight++;
    return x;
}

void exchange_done(void *server, struct MHD_Connection *conn, void **exchange,
                   enum MHD_RequestTerminationCode how)
{
    (void)conn;
    (void)how;
    struct server *s = server;
    struct exchange *x = *exchange;
    if (!x)
        return;
    deadline_set(x, HEAD_US + (int64_t)s->opts.idle_seconds * 1000000);
    body_free(x->body);
    if (x->response)
        MHD_destroy_response(x->response);
    cache_page_free(x->page);
    heap_free(x);
    *exchange = NULL;
    s->stats.in_flight--;
}

static enum MHD_Result guard_one(void *cls, enum MHD_ValueKind kind, const char *name,
                                 size_t name_n, const char *value, size_t value_n)
{
    (void)kind;
    guard_header(cls, (str){name, name_n}, (str){value ? value : "", value ? value_n : 0});
    return MHD_YES;
}

static bool raw_bad(struct exchange *x, const char *method)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->conn, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return x->server->raw_guard &&
           !guard_raw(method, info->header_size, str_from(method), (str){x->target, x->target_n});
}

static enum MHD_Result start_body(struct exchange *x, int64_t length)
{
    str type = incoming_header(x, "Content-Type");
    bool parts = str_eq_ci(str_sub(type, 0, 19), S("multipart/form-data"));
    bool files = false;
    if (parts) {
        AUTO_ARENA(mem);
        const struct route *route = NULL;
        str args[ROUTE_MAX_ARGS], path = str_split((str){x->target, x->target_n}, '?', &(str){0});
        files =
            route_find(METHOD_POST, path, mem, &route, args) == OK && (route->flags & ROUTE_UPLOAD);
    }
    const struct server_opts *o = &x->server->opts;
    struct body_opts opts = {.max = files ? o->upload_max : o->body_max,
                             .file_max = files ? o->upload_max : 0,
                             .dir = x->server->upload_dir};
    if (length > opts.max)
        return refuse(x, 413, "too_large", true);
    if (length && body_new(&opts, type, &x->body) != OK)
        return refuse(x, 415, "bad_content_type", true);
    exchange_deadline(x, length);
    return MHD_YES;
}

static enum MHD_Result start(struct exchange *x, const char *method, const char *version)
{
    struct guard g;
    str m = str_from(method);
    x->state = EX_BODY;
    guard_start(&g, m, (str){x->target, x->target_n}, str_from(version));
    (void)MHD_get_connection_values_n(x->conn, MHD_HEADER_KIND, guard_one, &g);
    guard_end(&g);
    if (!g.status && raw_bad(x, method))
        return refuse(x, 400, "malformed", true);
    if (g.status)
        return refuse(x, g.status, g.reason, true);
    bool post = str_eq(m, S("POST"));
    if (!post && !str_eq(m, S("GET")) && !str_eq(m, S("HEAD")))
        return refuse(x, 405, "method_not_allowed", true);
    x->method = post ? METHOD_POST : METHOD_GET;
    x->head = str_eq(m, S("HEAD"));
    if (post)
        return start_body(x, g.length);
    if (g.length)
        return refuse(x, 400, "body_unexpected", true);
    return MHD_YES;
}

/* RFC 9110 13.2.2. Dates are compared as text: clients send back what they were given. */
static bool unchanged(struct exchange *x, const struct cache_page *p, enum encoding e)
{
    str tags = incoming_header(x, "If-None-Match");
    if (tags.p)
        return etag_matches(tags, str_from(p->etag[e]));
    str since = incoming_header(x, "If-Modified-Since");
    return since.n && str_eq(since, str_from(p->modified));
}

static enum MHD_Result send_page(struct exchange *x, const struct cache_page *p)
{
    enum encoding e = answer_encoding(incoming_header(x, "Accept-Encoding"));
    if (!p->response[e])
        e = e == ENCODING_BR && p->response[ENCODING_GZIP] ? ENCODING_GZIP : ENCODING_PLAIN;
    bool same = unchanged(x, p, e);
    exchange_deadline(x, p->bytes);
    return queue(x, same ? 304 : 200, same ? p->unchanged[e] : p->response[e]);
}

/* Somebody reads: address, agent and source are looked at where the answer is given. */
static void count_read(struct exchange *x, int64_t user_id)
{
    struct reads *reads = x->server->site->reads;
    char address[ADDRESS_MAX];
    if (!reads || x->head)
        return;
    str purpose = incoming_header(x, "Sec-Purpose");
    struct read_visit v = {.target = {x->target, x->target_n},
                           .address = incoming_address(x, address),
                           .agent = incoming_header(x, "User-Agent"),
                           .referer = incoming_header(x, "Referer"),
                           .host = incoming_header(x, "Host"),
                           .purpose = purpose.p ? purpose : incoming_header(x, "Purpose"),
                           .user_id = user_id};
    reads_note(reads, &v);
}

static bool answer_cached(struct exchange *x, enum MHD_Result *ret_result)
{
    struct page_cache *cache = x->server->site->cache;
    if (!cache || x->server->stopping) /* a kept page can't tell its client to go away */
        return false;
    incoming_key(x);
    struct cache_page *p = x->cacheable ? cache_get(cache, (str){x->key, x->key_n}) : NULL;
    if (!p)
        return false;
    x->server->stats.cache_hits++;
    if (p->counted)
        count_read(x, 0);
    *ret_result = send_page(x, p);
    cache_page_free(p);
    return true;
}

static enum MHD_Result hand_over(struct exchange *x)
{
    enum MHD_Result result;
    if (x->method == METHOD_GET &&
        (static_answer(x->server, x, &result) || answer_cached(x, &result)))
        return result;
    x->state = EX_WAITING;
    deadline_set(x, 0);
    MHD_suspend_connection(x->conn);
    if (workers_put(x->server->workers, x))
        return MHD_YES;
    x->server->stats.overload++;
    x->status = 503;
    x->state = EX_ANSWERED;
    MHD_resume_connection(x->conn);
    return MHD_YES;
}

enum MHD_Result exchange_step(void *server, struct MHD_Connection *conn, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_n, void **exchange)
{
    (void)server;
    (void)conn;
    (void)url;
    struct exchange *x = *exchange;
    if (!x)
        return MHD_NO;
    if (x->state == EX_NEW)
        return start(x, method, version);
    if (*data_n) {
        if (x->body)
            body_add(x->body, (struct bytes){(const uint8_t *)data, *data_n});
        *data_n = 0;
        return MHD_YES;
    }
    if (x->state == EX_BODY)
        return hand_over(x);
    if (x->state == EX_WAITING)
        return MHD_YES;
    if (x->page)
        return send_page(x, x->page);
    if (!x->response)
        return refuse(x, x->status, "busy", x->server->stopping);
    return queue(x, x->status, x->response);
}

static bool may_keep(const struct exchange *x, const struct request *r)
{
    const struct reply *a = &r->reply;
    for (size_t i = 0; i < a->headers.n; i++)
        if (str_eq_ci(a->headers.v[i].name, S("Set-Cookie")))
            return false;
    return x->cacheable && a->status == 200 && a->cache_seconds > 0 && a->fd < 0 &&
           !r->session.user_id && x->key[0] == '0' + (int)r->lang &&
           (!r->route || (r->route->flags & ROUTE_CACHED));
}

static void respond(struct exchange *x, struct request *r, uint64_t epoch)
{
    struct page_cache *cache = x->server->site->cache;
    bool counted = r->route && (r->route->flags & ROUTE_COUNTED) && r->reply.status == 200;
    if (counted)
        count_read(x, r->session.user_id);
    if (cache && may_keep(x, r)) {
        struct cache_page *p = answer_page(x->server, r);
        p->counted = counted;
        cache_put(cache, epoch, (str){x->key, x->key_n}, p,
                  (struct cache_tags){r->reply.tags, r->reply.tag_n});
        x->page = p;
        x->status = 200;
        x->server->stats.cache_misses++;
        return;
    }
    x->response = answer_reply(x->server, r, &x->status);
}

/* A query or a body that the house does not take: nobody is asked who sent it. */
static void fail(struct request *r, err e)
{
    r->lang = lang_choose(request_cookie(r, "lang"), request_header(r, "accept-language"));
    error_answer(r, e, false);
    if (e == ERR_INVALID)
        r->reply.status = 400;
}

void exchange_run(struct exchange *x, arena *mem)
{
    struct server *s = x->server;
    int64_t from = clock_mono_us();
    uint64_t epoch = s->site->cache ? cache_epoch(s->site->cache) : 0;
    struct request *r = NEW(mem, struct request);
    r->mem = mem;
    fault_clear();
    err e = incoming_read(x, r);
    if (e != OK)
        fail(r, e);
    else if (!ops_answer(s, r))
        s->opts.run(r);
    respond(x, r, epoch);
    int64_t took = clock_mono_us() - from;
    stats_latency(&s->stats, took);
    if (s->opts.access_log)
        log_line(LOG_INFO, "request", LOG_TEXT("id", r->id),
                 LOG_TEXT("method", x->method == METHOD_POST ? S("POST") : S("GET")),
                 LOG_TEXT("route", str_from(r->route ? r->route->pattern : "")),
                 LOG_INT("status", x->status), LOG_INT("us", took));
    exchange_deadline(x, r->reply.fd >= 0 ? r->reply.size : (int64_t)r->reply.body.n);
    body_free(x->body);
    x->body = NULL;
    x->state = EX_ANSWERED;
    MHD_resume_connection(x->conn); /* x belongs to its I/O thread again */
}
