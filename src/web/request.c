/* What a handler reads of its request, and the database on its behalf. */
#include "web/request.h"

#include "base/buf.h"
#include "web/request_store.h"

enum { HERE_MAX = 1500 };

static str params_find(const struct params *p, const char *name)
{
    str key = str_from(name);
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->v[i].name, key))
            return p->v[i].value;
    return STR_NONE;
}

str request_query(const struct request *r, const char *name)
{
    return params_find(&r->query, name);
}

str request_field(const struct request *r, const char *name)
{
    return params_find(&r->fields, name);
}

str request_header(const struct request *r, const char *name)
{
    return params_find(&r->headers, name);
}

str request_cookie(const struct request *r, const char *name)
{
    return params_find(&r->cookies, name);
}

str request_arg(const struct request *r, const char *name)
{
    str key = str_from(name);
    size_t at = 0;
    for (str rest = str_from(r->route->pattern); rest.p;) {
        str segment = str_split(rest, '/', &rest);
        if (segment.n == 0 || (segment.p[0] != ':' && segment.p[0] != '*'))
            continue;
        if (str_eq(str_sub(segment, 1, segment.n), key))
            return r->args[at];
        at++;
    }
    bool pattern_has_segment = false;
    ASSERT(pattern_has_segment);
    return STR_NONE;
}

err request_arg_int(const struct request *r, const char *name, int64_t *ret_n)
{
    int64_t n = 0;
    str text = request_arg(r, name);
    /* One address per thing: 007 and -1 are nobody's. */
    bool plain = text.n > 0 && text.p[0] != '-' && (text.n == 1 || text.p[0] != '0');
    if (!plain || str_int(text, &n) != OK)
        return fault(ERR_NOT_FOUND, "not_found", "no number in the path");
    *ret_n = n;
    return OK;
}

const struct upload *request_upload(const struct request *r, const char *field)
{
    str key = str_from(field);
    for (size_t i = 0; i < r->upload_n; i++)
        if (str_eq(r->uploads[i].field, key))
            return &r->uploads[i];
    return NULL;
}

bool request_wants_json(const struct request *r)
{
    return str_starts(r->path, S("/api/")) || (r->route && (r->route->flags & ROUTE_JSON));
}

void url_part_add(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
        if (plain)
            buf_add_char(b, (char)c);
        else
            buf_fmt(b, "%%%02X", c);
    }
}

void url_pair_add(struct buf *b, const char *name, str value)
{
    if (!value.n)
        return;
    buf_fmt(b, "%s=", name);
    url_part_add(b, value);
    buf_add_char(b, '&');
}

str request_here(const struct request *r)
{
    struct buf b;
    buf_init(&b, r->mem, HERE_MAX);
    buf_add(&b, r->path);
    for (size_t i = 0; i < r->query.n; i++) {
        buf_add_char(&b, i ? '&' : '?');
        url_part_add(&b, r->query.v[i].name);
        buf_add_char(&b, '=');
        url_part_add(&b, r->query.v[i].value);
    }
    return b.full ? r->path : buf_str(&b);
}

struct job {
    struct request *r;
    tx_fn *fn;
    void *ctx;
    struct session session;
    struct reply reply;
};

static err job_run(struct tx *t, void *ctx)
{
    struct job *job = ctx;
    job->r->session = job->session;
    job->r->reply = job->reply;
    TRY(job->fn(t, job->ctx));
    return job->r->route ? request_store_oplog(t, job->r, S("ok"), 200) : OK;
}

err request_tx(struct request *r, tx_fn *fn, void *ctx)
{
    struct job job = {.r = r, .fn = fn, .ctx = ctx, .session = r->session, .reply = r->reply};
    err e = db_tx(r->site->db, job_run, &job);
    if (e == OK) {
        r->in_oplog = true;
    } else {
        r->session = job.session;
        r->reply = job.reply;
    }
    return e;
}

err request_read(struct request *r, tx_fn *fn, void *ctx)
{
    return db_read(r->site->db, fn, ctx);
}

err page_touch(struct tx *t, str tag)
{
    char key[160] = "page:";
    ASSERT(tag.n + 5 <= sizeof key);
    memcpy(key + 5, tag.p, tag.n);
    TRY(request_store_page_change(t, tag));
    tx_signal(t, (str){key, tag.n + 5});
    return OK;
}
