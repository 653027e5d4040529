/* Errors as pages and as JSON. */
#include "web/error_page.h"

#include "base/json.h"
#include "error.html.h"
#include "web/entry.h"
#include "web/layout.h"

#include <unistd.h>

enum { JSON_MAX = 16 * 1024 };

static void reply_forget(struct request *r)
{
    if (r->reply.fd >= 0)
        close(r->reply.fd);
    r->reply = (struct reply){.fd = -1};
}

static bool is_secret(str name)
{
    return str_eq(name, S("_csrf")) || str_has(name, S("password")) || str_has(name, S("code")) ||
           str_has(name, S("token"));
}

static struct params *open_fields(struct request *r)
{
    struct params *kept = NEW(r->mem, struct params);
    kept->v = NEW_N(r->mem, struct param, r->fields.n);
    for (size_t i = 0; i < r->fields.n; i++)
        if (!is_secret(r->fields.v[i].name))
            kept->v[kept->n++] = r->fields.v[i];
    return kept;
}

static void answer_json(struct request *r, const struct fault *cause, str text)
{
    struct jw j;
    jw_init(&j, r->mem, JSON_MAX);
    jw_object(&j);
    jw_key(&j, "error");
    jw_object(&j);
    jw_key_str(&j, "reason", str_from(cause->reason));
    jw_key_str(&j, "message", text);
    bool scope = strcmp(cause->reason, SCOPE_MISSING) == 0;
    jw_key_str(&j, "field", scope ? S("") : str_from(cause->field));
    if (scope)
        jw_key_str(&j, "scope", str_from(cause->field));
    jw_key_str(&j, "request_id", r->id);
    jw_end(&j);
    jw_end(&j);
    (void)!reply_json(r, err_http(cause->code), buf_str(&j.out));
}

static enum msg title_of(err code)
{
    if (code == ERR_NOT_FOUND)
        return MSG_error_title_not_found;
    if (code == ERR_DENIED)
        return MSG_error_title_forbidden;
    return MSG_error_title;
}

static void answer_html(struct request *r, const struct fault *cause, str text, bool resend)
{
    struct error_view v = {
        .title = msg(r->lang, title_of(cause->code)),
        .text = text,
        .id = r->id,
        .resend = resend && r->fields.n > 0 && r->upload_n == 0,
        .action = r->path,
        .csrf = r->session.csrf.p ? r->session.csrf : S(""),
        .fields = open_fields(r),
    };
    if (cause->code == ERR_UNAUTHENTICATED)
        v.login = S("/login");
    struct page page = {.place = PLACE_PLAIN, .title = v.title, .noindex = true};
    struct out *o = request_out(r);
    view_error(o, &v);
    err e = reply_page(r, err_http(cause->code), &page, out_take(o));
    if (e != OK)
        (void)!reply_text(r, err_http(cause->code), S("text/plain; charset=utf-8"), text);
}

void error_answer(struct request *r, err e, bool resend)
{
    struct fault cause = fault_of(e);
    reply_forget(r);
    str text = msg_lookup(r->lang, "reason.", cause.reason, MSG_reason_internal);
    if (e == ERR_METHOD)
        reply_header(r, "Allow", r->method == METHOD_POST ? S("GET, HEAD") : S("POST"));
    if (e == ERR_UNAUTHENTICATED && request_wants_json(r))
        reply_header(r, "WWW-Authenticate", S("Bearer"));
    else if (e == ERR_DENIED && strcmp(cause.reason, SCOPE_MISSING) == 0) /* RFC 6750, 3 */
        reply_header(
            r, "WWW-Authenticate",
            str_fmt(r->mem, "Bearer error=\"insufficient_scope\", scope=\"%s\"", cause.field));
    if (request_wants_json(r))
        answer_json(r, &cause, text);
    else
        answer_html(r, &cause, text, resend);
}
