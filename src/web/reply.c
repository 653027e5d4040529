/* How a handler answers. Lists of headers are copied when they grow, so that request_tx can put
 * back an earlier reply. */
#include "web/request.h"

#include "base/buf.h"

enum { FLASH_S = 60 };

static err reply_body(struct request *r, int status, str mime, str body)
{
    r->reply.status = status;
    r->reply.mime = mime;
    r->reply.body = body;
    r->reply.location = STR_NONE;
    return OK;
}

/* A path of this site and nothing that a browser reads as another one ("//x", "/\x"). */
static bool local_path(str path)
{
    if (path.n == 0 || path.n > 2000 || path.p[0] != '/')
        return false;
    if (path.n > 1 && (path.p[1] == '/' || path.p[1] == '\\'))
        return false;
    for (size_t i = 0; i < path.n; i++)
        if ((unsigned char)path.p[i] <= ' ' || path.p[i] == 127 || path.p[i] == '\\')
            return false;
    return true;
}

/* Location headers are ASCII. */
static str ascii_path(arena *mem, str path)
{
    struct buf b;
    buf_init(&b, mem, 8192);
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (c < 128)
            buf_add_char(&b, (char)c);
        else
            buf_fmt(&b, "%%%02X", c);
    }
    return buf_str(&b);
}

err reply_redirect(struct request *r, str path)
{
    (void)reply_body(r, 303, S("text/plain; charset=utf-8"), S(""));
    r->reply.location = local_path(path) ? ascii_path(r->mem, path) : S("/");
    return OK;
}

err reply_json(struct request *r, int status, str json)
{
    return reply_body(r, status, S("application/json"), json);
}

err reply_text(struct request *r, int status, str mime, str body)
{
    return reply_body(r, status, mime, body);
}

err reply_file(struct request *r, int fd, int64_t size, str mime)
{
    r->reply.fd = fd;
    r->reply.size = size;
    return reply_body(r, 200, mime, STR_NONE);
}

static void headers_put(struct request *r, str name, str value, str replaced)
{
    struct params *h = &r->reply.headers;
    struct param *v = NEW_N(r->mem, struct param, h->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) {
        bool old = str_eq_ci(h->v[i].name, name) && str_starts(h->v[i].value, replaced);
        if (!old)
            v[n++] = h->v[i];
    }
    v[n++] = (struct param){name, value};
    *h = (struct params){v, n};
}

static bool header_safe(str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 127)
            return false;
    return true;
}

void reply_header(struct request *r, const char *name, str value)
{
    ASSERT(header_safe(value));
    headers_put(r, str_from(name), str_dup(r->mem, value), S(""));
}

void reply_cookie(struct request *r, str name, str value, int64_t max_age_s)
{
    ASSERT(header_safe(value) && str_find(value, ';') == value.n);
    str line =
        str_fmt(r->mem, "%.*s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s", FMT(name),
                FMT(value), (long long)max_age_s, r->site->https ? "; Secure" : "");
    headers_put(r, S("Set-Cookie"), line, str_sub(line, 0, name.n + 1));
}

void reply_cache(struct request *r, int seconds)
{
    r->reply.cache_seconds = seconds;
}

void reply_tag(struct request *r, str tag)
{
    ASSERT(r->reply.tag_n < LEN(r->reply.tags));
    r->reply.tags[r->reply.tag_n++] = str_dup(r->mem, tag);
}

void reply_modified(struct request *r, int64_t ms)
{
    r->reply.modified = ms;
}

void reply_flash(struct request *r, enum msg text)
{
    reply_cookie(r, S("flash"), msg_key(text), FLASH_S);
}

bool request_flash(struct request *r, enum msg *ret_text)
{
    str key = request_cookie(r, "flash");
    if (!key.n)
        return false;
    reply_cookie(r, S("flash"), S(""), 0);
    return msg_find(key, ret_text);
}

struct out *request_out(struct request *r)
{
    struct out *o = NEW(r->mem, struct out);
    out_init(o, r->mem, r->lang);
    o->now_ms = r->now;
    return o;
}
