/* The way of one request through the house. */
#include "web/dispatch.h"

#include "base/log.h"
#include "web/entry.h"
#include "web/error_page.h"
#include "web/rate.h"
#include "web/request_store.h"
#include "web/session.h"

#include <unistd.h>

static err take_rate(struct request *r, int *ret_wait_s)
{
    struct rate_who who = {
        .ip = r->ip, .user_id = r->session.user_id, .factor = r->site->rate_factor};
    return rate_take(r->route->rate, &who, r->now, ret_wait_s);
}

/* A page goes to log in or to its second factor; a script or a POST is refused, and keeps what it
 * sent. */
static err detour(struct request *r, str to)
{
    bool page = r->method == METHOD_GET && !request_wants_json(r);
    if (page)
        return reply_redirect(r, to);
    return fault(ERR_DENIED, "second_factor", "second factor not done in this session");
}

struct outcome {
    err e;
    bool resend;
    int wait_s;
};

static struct outcome enter_and_run(struct request *r)
{
    err e = entry_who(r);
    str to = entry_detour(r, e);
    if (e == ERR_UNAUTHENTICATED && to.p)
        return (struct outcome){.e = reply_redirect(r, to)};
    if (e != OK)
        return (struct outcome){.e = e, .resend = e == ERR_UNAUTHENTICATED};
    e = entry_csrf(r);
    if (e != OK)
        return (struct outcome){.e = e, .resend = strcmp(fault_of(e).reason, "csrf") == 0};
    if (to.p)
        return (struct outcome){.e = detour(r, to)};
    int wait = 0;
    e = take_rate(r, &wait);
    if (e != OK)
        return (struct outcome){.e = e, .wait_s = wait};
    fault_clear();
    e = r->route->run(r);
    if (e == OK && r->reply.status == 0)
        e = fault(ERR_BUG, "internal", "the handler did not answer");
    return (struct outcome){.e = e};
}

static void log_failure(const struct request *r, err e)
{
    struct fault cause = fault_of(e);
    log_line(err_http(e) >= 500 ? LOG_ERROR : LOG_DEBUG, "refused", LOG_TEXT("id", r->id),
             LOG_TEXT("route", str_from(r->route ? r->route->pattern : "")),
             LOG_TEXT("code", str_from(err_name(e))), LOG_TEXT("reason", str_from(cause.reason)),
             LOG_TEXT("field", str_from(cause.field)), LOG_TEXT("cause", str_from(cause.text)));
}

static void answer_error(struct request *r, const struct outcome *o)
{
    log_failure(r, o->e);
    bool later = err_http(o->e) == 503 && r->method == METHOD_POST;
    error_answer(r, o->e, o->resend || later);
    if (o->e == ERR_LIMIT)
        reply_header(r, "Retry-After", str_fmt(r->mem, "%d", o->wait_s ? o->wait_s : 60));
    else if (err_http(o->e) == 503)
        reply_header(r, "Retry-After", S("5"));
}

struct note {
    const struct request *r;
    str result;
    bool logged;
};

static err note_write(struct tx *t, void *ctx)
{
    const struct note *n = ctx;
    if (n->r->session.token_id)
        TRY(request_store_use(t, n->r, n->result, n->r->reply.status));
    return n->logged ? request_store_oplog(t, n->r, n->result, n->r->reply.status) : OK;
}

/* The row of the operation log, unless request_tx wrote it with the act. A refusal after an act was
 * committed gets its own row: the log tells both. Calls by a token are in the token's log, too. */
static void note_operation(struct request *r, const char *reason)
{
    bool logged = r->method == METHOD_POST || (r->route->flags & ROUTE_SEALED);
    if ((!logged && !r->session.token_id) || (r->in_oplog && r->reply.status < 400))
        return;
    struct note n = {
        .r = r, .result = r->reply.status < 400 ? S("ok") : str_from(reason), .logged = logged};
    err e = db_tx(r->site->db, note_write, &n);
    if (e == OK)
        return;
    struct fault cause = fault_of(e);
    log_line(LOG_ERROR, "oplog_failed", LOG_TEXT("id", r->id),
             LOG_TEXT("reason", str_from(cause.reason)), LOG_TEXT("cause", str_from(cause.text)));
    /* Nobody sees sealed data without a trace. */
    if (r->route->flags & ROUTE_SEALED)
        error_answer(r, e, false);
}

static void close_uploads(struct request *r)
{
    for (size_t i = 0; i < r->upload_n; i++) {
        if (r->uploads[i].fd >= 0)
            close(r->uploads[i].fd);
        r->uploads[i].fd = -1;
    }
}

void dispatch_with(const struct route_index *ix, struct request *r)
{
    fault_clear();
    r->lang = lang_choose(request_cookie(r, "lang"), request_header(r, "accept-language"));
    struct outcome o = {.e = session_load(r)}; /* first: error pages greet people, too */
    err found = route_index_find(ix, r->method, r->path, r->mem, &r->route, r->args);
    if (found != OK)
        o.e = found;
    else if (o.e == OK)
        o = enter_and_run(r);
    char reason[sizeof((struct fault *)0)->reason] = "refused";
    if (o.e != OK) {
        struct fault cause = fault_of(o.e);
        memcpy(reason, cause.reason, sizeof reason);
        answer_error(r, &o);
    }
    if (r->route)
        note_operation(r, reason);
    close_uploads(r);
}

void dispatch(struct request *r)
{
    dispatch_with(route_index_site(), r);
}
