/* Replies as responses of the HTTP library: headers, validators, ranges, cached variants. */
#include "base/clock.h"
#include "web/compress.h"
#include "web/server_impl.h"

#include <stdio.h>
#include <unistd.h>

/* No inline script or style, no foreign origin; data: and blob: pictures for QR codes and previews
 * before an upload. */
static const char CSP[] =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

static void put(struct MHD_Response *resp, const char *name, const char *value)
{
    ASSERT(MHD_add_response_header(resp, name, value) == MHD_YES);
}

void answer_header(struct MHD_Response *resp, const char *name, str value)
{
    AUTO_ARENA(mem);
    put(resp, name, str_z(mem, value));
}

static bool has_header(struct MHD_Response *resp, const char *name)
{
    return MHD_get_response_header(resp, name) != NULL;
}

void answer_secure(const struct server *s, struct MHD_Response *resp)
{
    if (!has_header(resp, "Content-Security-Policy"))
        put(resp, "Content-Security-Policy", CSP);
    put(resp, "X-Content-Type-Options", "nosniff");
    put(resp, "Referrer-Policy", "strict-origin-when-cross-origin");
    put(resp, "Cross-Origin-Opener-Policy", "same-origin");
    put(resp, "Cross-Origin-Resource-Policy", "same-origin");
    put(resp, "X-Frame-Options", "DENY");
    put(resp, "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
    if (s->opts.https)
        put(resp, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

struct MHD_Response *answer_bytes(struct bytes body, bool copy, const char *mime)
{
    /* The library takes void *, and does not write through it. */
    void *data = (void *)(uintptr_t)(body.n ? body.p : (const uint8_t *)"");
    struct MHD_Response *resp = MHD_create_response_from_buffer(
        body.n, data, copy && body.n ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_PERSISTENT);
    ASSERT(resp != NULL);
    if (mime)
        put(resp, "Content-Type", mime);
    return resp;
}

bool etag_matches(str if_none_match, str etag)
{
    for (str rest = if_none_match; rest.p;) {
        str tag = str_trim(str_split(rest, ',', &rest));
        if (str_starts(tag, S("W/")))
            tag = str_sub(tag, 2, tag.n);
        if (str_eq(tag, etag) || str_eq(tag, S("*")))
            return true;
    }
    return false;
}

enum encoding answer_encoding(str accept_encoding)
{
    if (encoding_accepted(accept_encoding, S("br")))
        return ENCODING_BR;
    return encoding_accepted(accept_encoding, S("gzip")) ? ENCODING_GZIP : ENCODING_PLAIN;
}

static str reply_extra(const struct reply *a, const char *name)
{
    for (size_t i = 0; i < a->headers.n; i++)
        if (str_eq_ci(a->headers.v[i].name, str_from(name)))
            return a->headers.v[i].value;
    return STR_NONE;
}

static str header_of(const struct request *r, str name)
{
    for (size_t i = 0; i < r->headers.n; i++)
        if (str_eq(r->headers.v[i].name, name))
            return r->headers.v[i].value;
    return STR_NONE;
}

static struct MHD_Response *file_part(struct request *r, int64_t first, int64_t n)
{
    struct MHD_Response *resp =
        n ? MHD_create_response_from_fd_at_offset64((uint64_t)n, r->reply.fd, (uint64_t)first)
          : NULL;
    if (resp)
        return resp; /* closes the descriptor when destroyed */
    (void)close(r->reply.fd);
    return answer_bytes((struct bytes){0}, false, NULL);
}

static struct MHD_Response *answer_file(struct request *r, int *ret_status)
{
    struct reply *a = &r->reply;
    str etag = reply_extra(a, "ETag"), if_range = header_of(r, S("if-range"));
    str wanted = header_of(r, S("range")), none_match = header_of(r, S("if-none-match"));
    struct range range = {0, a->size - 1};
    int status = a->status;
    if (status == 200 && etag.p && none_match.p && etag_matches(none_match, etag))
        status = 304;
    else if (status == 200 && wanted.p && (!if_range.p || (etag.p && str_eq(if_range, etag))))
        status = range_read(wanted, a->size, &range);
    if (status == 416 || status == 304)
        range.last = range.first - 1;
    struct MHD_Response *resp = file_part(r, range.first, range.last - range.first + 1);
    put(resp, "Accept-Ranges", "bytes");
    char text[96];
    if (status == 206 || status == 416) {
        if (status == 206)
            (void)snprintf(text, sizeof text, "bytes %lld-%lld/%lld", (long long)range.first,
                           (long long)range.last, (long long)a->size);
        else
            (void)snprintf(text, sizeof text, "bytes */%lld", (long long)a->size);
        put(resp, "Content-Range", text);
    }
    *ret_status = status;
    return resp;
}

static void extra_headers(struct request *r, struct MHD_Response *resp)
{
    for (size_t i = 0; i < r->reply.headers.n; i++)
        (void)MHD_add_response_header(resp, str_z(r->mem, r->reply.headers.v[i].name),
                                      str_z(r->mem, r->reply.headers.v[i].value));
    if (r->reply.location.p)
        (void)MHD_add_response_header(resp, "Location", str_z(r->mem, r->reply.location));
    if (r->reply.mime.p)
        put(resp, "Content-Type", str_z(r->mem, r->reply.mime));
}

struct MHD_Response *answer_reply(const struct server *s, struct request *r, int *ret_status)
{
    *ret_status = r->reply.status;
    struct MHD_Response *resp = r->reply.fd >= 0
                                    ? answer_file(r, ret_status)
                                    : answer_bytes(str_bytes(r->reply.body), true, NULL);
    extra_headers(r, resp);
    answer_secure(s, resp);
    put(resp, "X-Request-Id", str_z(r->mem, r->id));
    if (!has_header(resp, "Cache-Control"))
        put(resp, "Cache-Control", r->reply.cache_seconds ? "public, no-cache" : "no-store");
    if (s->stopping)
        put(resp, "Connection", "close");
    return resp;
}

static void page_headers(const struct server *s, struct request *r, struct MHD_Response *resp,
                         const char *etag)
{
    struct buf tags;
    buf_init(&tags, r->mem, 4096);
    for (size_t i = 0; i < r->reply.tag_n; i++)
        buf_fmt(&tags, "%s%.*s", i ? " " : "", FMT(r->reply.tags[i]));
    answer_secure(s, resp);
    put(resp, "ETag", etag);
    if (r->reply.modified)
        put(resp, "Last-Modified", str_z(r->mem, clock_http(r->mem, r->reply.modified)));
    /* Browsers and proxies keep it but ask each time, so that a takedown is seen at once; who can
     * purge by key may keep it longer. */
    put(resp, "Cache-Control", "public, no-cache");
    put(resp, "Vary", "Accept-Encoding, Accept-Language, Cookie");
    put(resp, "Surrogate-Control",
        str_z(r->mem, str_fmt(r->mem, "max-age=%d", r->reply.cache_seconds)));
    if (tags.n)
        put(resp, "Surrogate-Key", str_z(r->mem, buf_str(&tags)));
}

struct cache_page *answer_page(const struct server *s, struct request *r)
{
    static const char *const CODING[] = {NULL, "gzip", "br"}, *const MARK[] = {"", "-g", "-b"};
    struct cache_page *p = cache_page_new();
    struct bytes plain = str_bytes(r->reply.body), body[ENCODING_COUNT] = {plain};
    (void)compress_gzip(r->mem, r->reply.body, &body[ENCODING_GZIP]);
    (void)compress_brotli(r->mem, r->reply.body, &body[ENCODING_BR]);
    str hash = sha256_hex(r->mem, sha256(plain));
    p->seconds = r->reply.cache_seconds;
    if (r->reply.modified)
        (void)snprintf(p->modified, sizeof p->modified, "%s",
                       str_z(r->mem, clock_http(r->mem, r->reply.modified)));
    p->bytes = 4096;
    for (int i = 0; i < ENCODING_COUNT; i++) {
        if (i != ENCODING_PLAIN && !body[i].p)
            continue;
        (void)snprintf(p->etag[i], sizeof p->etag[i], "\"%.16s%s\"", hash.p, MARK[i]);
        p->response[i] = answer_bytes(body[i], true, NULL);
        extra_headers(r, p->response[i]);
        if (CODING[i])
            put(p->response[i], "Content-Encoding", CODING[i]);
        p->unchanged[i] = answer_bytes((struct bytes){0}, false, NULL);
        page_headers(s, r, p->response[i], p->etag[i]);
        page_headers(s, r, p->unchanged[i], p->etag[i]);
        p->bytes += (int64_t)body[i].n + 1024;
    }
    return p;
}
