/* Outbound calls behind one guard. */
#include "mail/fetch.h"

#include "base/buf.h"
#include "base/clock.h"
#include "mail/fetch_impl.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TIMEOUT_MS = 10000, CONNECT_MS = 5000, MAX_DEFAULT = 1 << 20, SIGNATURE_AGE_S = 300 };

/* ---- addresses ---- */

static bool v4_private(const uint8_t a[4])
{
    static const struct {
        uint8_t net[4];
        int bits;
    } NETS[] = {{{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10},
                {{127, 0, 0, 0}, 8},    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},
                {{192, 0, 0, 0}, 24},   {{192, 0, 2, 0}, 24},   {{192, 88, 99, 0}, 24},
                {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15},  {{198, 51, 100, 0}, 24},
                {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 4},    {{240, 0, 0, 0}, 4}};
    uint32_t ip = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
    for (size_t i = 0; i < LEN(NETS); i++) {
        const uint8_t *n = NETS[i].net;
        uint32_t net = (uint32_t)n[0] << 24 | (uint32_t)n[1] << 16 | (uint32_t)n[2] << 8 | n[3];
        if ((ip ^ net) >> (32 - NETS[i].bits) == 0)
            return true;
    }
    return false;
}

/* Only 2000::/3 is out there; without tunnels (they carry v4 addresses) and examples. */
static bool v6_private(const uint8_t a[16])
{
    static const uint8_t MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (memcmp(a, MAPPED, sizeof MAPPED) == 0)
        return v4_private(a + 12);
    bool teredo = a[0] == 0x20 && a[1] == 0x01 && a[2] == 0 && a[3] == 0;
    bool example = a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0D && a[3] == 0xB8;
    bool six_to_four = a[0] == 0x20 && a[1] == 0x02;
    return (a[0] & 0xE0) != 0x20 || teredo || example || six_to_four;
}

bool address_private(str ip)
{
    char z[INET6_ADDRSTRLEN + 1] = "";
    uint8_t a[16];
    if (!ip.p || ip.n >= sizeof z)
        return true;
    memcpy(z, ip.p, ip.n);
    if (inet_pton(AF_INET, z, a) == 1)
        return v4_private(a);
    return inet_pton(AF_INET6, z, a) != 1 || v6_private(a);
}

/* ---- the guard ---- */

static curl_socket_t guarded_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *addr)
{
    (void)purpose;
    struct guard *g = ctx;
    bool private = true;
    if (addr->family == AF_INET)
    private = v4_private((const uint8_t *)&((struct sockaddr_in *)(void *)&addr->addr)->sin_addr);
    else if (addr->family == AF_INET6) private =
        v6_private(((struct sockaddr_in6 *)(void *)&addr->addr)->sin6_addr.s6_addr);
    if (private && !g->allowed) {
        g->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol);
}

static bool host_listed(str list, str host)
{
    while (list.p)
        if (host.n && str_eq_ci(str_trim(str_split(list, ',', &list)), host))
            return true;
    return false;
}

static err url_host(arena *mem, str url, str *ret_host)
{
    CURLU *u = curl_url();
    char *host = NULL;
    ASSERT(u);
    bool ok = curl_url_set(u, CURLUPART_URL, str_z(mem, url), 0) == CURLUE_OK &&
              curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    if (ok)
        *ret_host = str_dup(mem, str_from(host));
    curl_free(host);
    curl_url_cleanup(u);
    return ok ? OK : fault(ERR_INVALID, "fetch_url", "not a URL");
}

static void curl_begin(void)
{
    ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

err call_open(arena *mem, const struct call_in *in, struct call *ret_call)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, curl_begin);
    str host;
    TRY(url_host(mem, in->url, &host));
    ret_call->guard = (struct guard){.allowed = host_listed(in->allow, host)};
    ret_call->curl = curl_easy_init();
    CURL *c = ret_call->curl;
    ASSERT(c);
    long ms = in->timeout_ms ? (long)in->timeout_ms : TIMEOUT_MS;
    CURL_SET(c, CURLOPT_URL, str_z(mem, in->url));
    CURL_SET(c, CURLOPT_PROTOCOLS_STR, in->protocols);
    CURL_SET(c, CURLOPT_NOSIGNAL, 1L);
    CURL_SET(c, CURLOPT_PROXY, "");
    CURL_SET(c, CURLOPT_FOLLOWLOCATION, 0L);
    CURL_SET(c, CURLOPT_TIMEOUT_MS, ms);
    CURL_SET(c, CURLOPT_CONNECTTIMEOUT_MS, ms < CONNECT_MS ? ms : CONNECT_MS);
    CURL_SET(c, CURLOPT_OPENSOCKETFUNCTION, guarded_socket);
    CURL_SET(c, CURLOPT_OPENSOCKETDATA, &ret_call->guard);
    return OK;
}

void call_close(struct call *c)
{
    curl_easy_cleanup(c->curl);
    c->curl = NULL;
}

err call_run(struct call *c)
{
    CURLcode code = curl_easy_perform(c->curl);
    if (code == CURLE_OK)
        return OK;
    if (c->guard.refused)
        return fault(ERR_DENIED, "fetch_private", "a private address that fetch_allow lacks");
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return fault(ERR_INVALID, "fetch_url", "%s", curl_easy_strerror(code));
    long status = 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    return fault(ERR_IO, "fetch_failed", "%s (%ld)", curl_easy_strerror(code), status);
}

/* ---- HTTP ---- */

static size_t collect(char *p, size_t size, size_t n, void *ctx)
{
    struct buf *b = ctx;
    buf_add(b, (str){p, size * n});
    return b->full ? 0 : size * n;
}

static void slist_cleanup(struct curl_slist **l)
{
    curl_slist_free_all(*l);
}

static struct curl_slist *headers_of(arena *mem, const struct fetch_in *in)
{
    struct curl_slist *l = curl_slist_append(NULL, "Expect:");
    if (in->content_type.p)
        l = curl_slist_append(
            l, str_z(mem, str_fmt(mem, "Content-Type: %.*s", FMT(in->content_type))));
    for (const char *const *h = in->headers; h && *h; h++)
        l = curl_slist_append(l, *h);
    ASSERT(l);
    return l;
}

err fetch(arena *mem, const struct fetch_in *in, struct fetch_out *ret_out)
{
    struct call_in ci = {in->url, in->allow, "http,https", in->timeout_ms};
    __attribute__((cleanup(call_close))) struct call c = {0};
    TRY(call_open(mem, &ci, &c));
    __attribute__((cleanup(slist_cleanup))) struct curl_slist *headers = headers_of(mem, in);
    struct buf body;
    buf_init(&body, mem, in->max ? in->max : MAX_DEFAULT);
    CURL_SET(c.curl, CURLOPT_HTTPHEADER, headers);
    CURL_SET(c.curl, CURLOPT_USERAGENT, "gongqi/" GONGQI_VERSION);
    CURL_SET(c.curl, CURLOPT_WRITEFUNCTION, collect);
    CURL_SET(c.curl, CURLOPT_WRITEDATA, &body);
    if (strcmp(in->method, "POST") == 0) {
        CURL_SET(c.curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)in->body.n);
        CURL_SET(c.curl, CURLOPT_POSTFIELDS, in->body.p ? in->body.p : "");
    }
    err e = call_run(&c);
    if (body.full)
        return fault(ERR_TOO_LARGE, "too_large", "the answer passes %zu bytes", body.max);
    TRY(e);
    long status = 0;
    (void)curl_easy_getinfo(c.curl, CURLINFO_RESPONSE_CODE, &status);
    char *location = NULL; /* curl's own */
    (void)curl_easy_getinfo(c.curl, CURLINFO_REDIRECT_URL, &location);
    *ret_out = (struct fetch_out){(int)status, buf_str(&body),
                                  location ? str_dup(mem, str_from(location)) : S("")};
    return OK;
}

err fetch_reach(arena *mem, str url, int64_t timeout_ms)
{
    str host;
    TRY(url_host(mem, url, &host));
    struct call_in ci = {url, host, "http,https,smtp,smtps", timeout_ms};
    __attribute__((cleanup(call_close))) struct call c = {0};
    TRY(call_open(mem, &ci, &c));
    CURL_SET(c.curl, CURLOPT_CONNECT_ONLY, 1L);
    return call_run(&c);
}

/* ---- signatures ---- */

static str signature_make(arena *mem, str secret, str timestamp, str body)
{
    str text = str_fmt(mem, "%.*s.%.*s", FMT(timestamp), FMT(body));
    struct sha256 h = hmac_sha256(str_bytes(secret), str_bytes(text));
    return str_fmt(mem, "sha256=%.*s", FMT(sha256_hex(mem, h)));
}

err fetch_signed(arena *mem, const struct fetch_in *in, str secret, struct fetch_out *ret_out)
{
    if (secret.n < 16)
        return fault(ERR_INVALID, "fetch_secret", "a signing secret needs 16 bytes or more");
    str timestamp = str_fmt(mem, "%lld", (long long)(clock_ms() / SECOND_MS));
    str signature = signature_make(mem, secret, timestamp, in->body);
    const char *headers[] = {str_z(mem, str_fmt(mem, "X-Gongqi-Timestamp: %.*s", FMT(timestamp))),
                             str_z(mem, str_fmt(mem, "X-Gongqi-Signature: %.*s", FMT(signature))),
                             NULL};
    struct fetch_in signed_in = *in;
    signed_in.method = "POST";
    signed_in.content_type = S("application/json");
    signed_in.headers = headers;
    return fetch(mem, &signed_in, ret_out);
}

err fetch_signature_check(str secret, str timestamp, str signature, str body)
{
    AUTO_ARENA(mem);
    int64_t at = 0;
    bool ok = str_int(timestamp, &at) == OK;
    int64_t now = clock_ms() / SECOND_MS;
    ok = ok && at >= now - SIGNATURE_AGE_S && at <= now + SIGNATURE_AGE_S;
    str want = signature_make(mem, secret, timestamp, body);
    ok = same_bytes(str_bytes(want), str_bytes(signature)) && ok;
    return ok ? OK : fault(ERR_DENIED, "signature", "wrong or too old");
}
