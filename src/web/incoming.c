/* From the library's view of a connection to struct request. */
#include "web/incoming.h"

#include "base/clock.h"
#include "base/id.h"
#include "web/guard.h"
#include "web/urlencoded.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { COOKIES_MAX = 32, KEY_PREFIX = 4 /* language, theme, two letters of how articles look */ };

str incoming_header(struct exchange *x, const char *name)
{
    return str_from(MHD_lookup_connection_value(x->conn, MHD_HEADER_KIND, name));
}

static str target_of(const struct exchange *x)
{
    return (str){x->target, x->target_n};
}

str cookie_next(str *rest, str *ret_value)
{
    str value, item = str_split(*rest, ';', rest), name = str_trim(str_split(item, '=', &value));
    value = str_trim(value);
    if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
        value = str_sub(value, 1, value.n - 2);
    *ret_value = value;
    return name;
}

void incoming_key(struct exchange *x)
{
    if (x->method != METHOD_GET || incoming_header(x, "Authorization").p)
        return;
    str lang = STR_NONE, theme = STR_NONE, reading = STR_NONE, value;
    for (str rest = incoming_header(x, "Cookie"); rest.p;) {
        str name = cookie_next(&rest, &value);
        if (str_eq(name, S("lang")))
            lang = value;
        else if (str_eq(name, S("theme")))
            theme = value;
        else if (str_eq(name, S("reading")) && value.n <= 2)
            reading = value;
        else if (name.n)
            return;
    }
    if (x->target_n + KEY_PREFIX > sizeof x->key)
        return;
    enum lang is = lang_choose(lang, incoming_header(x, "Accept-Language"));
    x->key[0] = (char)('0' + (int)is);
    x->key[1] = str_eq(theme, S("dark")) ? 'd' : str_eq(theme, S("light")) ? 'l' : 'a';
    memset(x->key + 2, '-', 2);
    if (reading.n)
        memcpy(x->key + 2, reading.p, reading.n);
    memcpy(x->key + KEY_PREFIX, x->target, x->target_n);
    x->key_n = x->target_n + KEY_PREFIX;
    x->cacheable = true;
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    struct request *r = cls;
    str v = str_from(value ? value : "");
    if (r->headers.n == GUARD_HEADERS_MAX || !str_valid(v))
        return MHD_YES;
    r->headers.v[r->headers.n++] =
        (struct param){str_lower_ascii(r->mem, str_from(name)), str_dup(r->mem, v)};
    return MHD_YES;
}

static str header_of(const struct request *r, str name)
{
    for (size_t i = 0; i < r->headers.n; i++)
        if (str_eq(r->headers.v[i].name, name))
            return r->headers.v[i].value;
    return STR_NONE;
}

static void add_cookies(struct request *r)
{
    r->cookies.v = NEW_N(r->mem, struct param, COOKIES_MAX);
    for (str rest = header_of(r, S("cookie")); rest.p && r->cookies.n < COOKIES_MAX;) {
        struct param *c = &r->cookies.v[r->cookies.n];
        c->name = cookie_next(&rest, &c->value);
        r->cookies.n += c->name.n && c->value.p;
    }
}

static void client_address(struct exchange *x, struct request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";
    r->ip = S("");
    if (!info || !info->client_addr)
        return;
    if (info->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)info->client_addr;
        (void)inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
        r->port = ntohs(in->sin_port);
    } else {
        const struct sockaddr_in6 *in6 = (const void *)info->client_addr;
        (void)inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
        r->port = ntohs(in6->sin6_port);
    }
    str s = str_from(text);
    r->ip = str_dup(r->mem,
                    str_starts(s, S("::ffff:")) && str_find(s, '.') < s.n ? str_sub(s, 7, s.n) : s);
}

static bool is_address(arena *mem, str s)
{
    unsigned char b[16];
    return inet_pton(AF_INET, str_z(mem, s), b) == 1 || inet_pton(AF_INET6, str_z(mem, s), b) == 1;
}

/* Only the last entry is our proxy's own word. */
static void believe_proxy(const struct server *s, struct request *r)
{
    bool trusted = false;
    for (str rest = s->opts.proxies; rest.p && !trusted;)
        trusted = str_eq(str_trim(str_split(rest, ',', &rest)), r->ip) && r->ip.n;
    str last = STR_NONE;
    for (str rest = header_of(r, S("x-forwarded-for")); rest.p;)
        last = str_trim(str_split(rest, ',', &rest));
    if (!trusted || !last.p || !is_address(r->mem, last))
        return;
    r->ip = last;
    int64_t port = 0;
    if (str_int(header_of(r, S("x-client-port")), &port) != OK || port < 1 || port > 65535)
        port = 0;
    r->port = (int)port;
}

str incoming_address(struct exchange *x, char text[ADDRESS_MAX])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    text[0] = 0;
    if (!info || !info->client_addr)
        return S("");
    const struct sockaddr_in *in = (const void *)info->client_addr;
    const struct sockaddr_in6 *in6 = (const void *)info->client_addr;
    bool four = info->client_addr->sa_family == AF_INET;
    (void)inet_ntop(four ? AF_INET : AF_INET6, four ? (const void *)&in->sin_addr : &in6->sin6_addr,
                    text, ADDRESS_MAX);
    str peer = str_from(text), last = STR_NONE;
    if (str_starts(peer, S("::ffff:")) && str_find(peer, '.') < peer.n)
        peer = str_sub(peer, 7, peer.n);
    for (str rest = x->server->opts.proxies; rest.p;)
        if (str_eq(str_trim(str_split(rest, ',', &rest)), peer))
            for (str said = incoming_header(x, "X-Forwarded-For"); said.p;)
                last = str_trim(str_split(said, ',', &said));
    return last.n ? last : peer;
}

err incoming_read(struct exchange *x, struct request *r)
{
    str query;
    r->site = x->server->site;
    r->id = str_fmt(r->mem, "%016llx", (unsigned long long)id_new());
    r->method = x->method;
    r->now = clock_ms();
    r->reply.fd = -1;
    r->path = str_split(target_of(x), '?', &query);
    r->headers.v = NEW_N(r->mem, struct param, GUARD_HEADERS_MAX);
    (void)MHD_get_connection_values(x->conn, MHD_HEADER_KIND, add_header, r);
    r->host = header_of(r, S("host"));
    str agent = header_of(r, S("user-agent"));
    r->user_agent = str_sub(agent.p ? agent : S(""), 0, agent.n < 512 ? agent.n : 512);
    if (!str_valid(r->user_agent)) /* cut inside a character */
        r->user_agent = S("");
    add_cookies(r);
    client_address(x, r);
    believe_proxy(x->server, r);
    if (query.p)
        TRY(urlencoded_parse(r->mem, query, &r->query));
    return x->body ? body_end(x->body, r) : OK;
}
