/* The request guard. */
#include "web/guard.h"

#include "web/urlencoded.h"

static void refuse(struct guard *g, int status, const char *reason)
{
    if (g->status)
        return;
    g->status = status;
    g->reason = reason;
}

static bool is_token(str s)
{
    static const char OTHERS[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (!c || !strchr(OTHERS, c)))
            return false;
    }
    return s.n > 0;
}

static bool is_text(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool is_host(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (!c || !strchr("-._:[]", c)))
            return false;
    }
    return s.n > 0 && s.n <= 255;
}

static bool bad_segment(str decoded)
{
    return !decoded.n || str_eq(decoded, S(".")) || str_eq(decoded, S(".."));
}

static bool is_printable(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f)
            return false;
    return true;
}

bool guard_path(str path)
{
    char out[GUARD_TARGET_MAX];
    if (!path.n || path.p[0] != '/' || path.n > sizeof out)
        return false;
    str rest = str_sub(path, 1, path.n);
    while (rest.p) {
        str segment = str_split(rest, '/', &rest);
        size_t n = 0;
        if (!is_printable(segment) || !percent_decode(segment, false, out, &n))
            return false;
        str plain = {out, n};
        /* One empty segment is allowed: the last, as in "/a/". */
        if ((rest.p || segment.n) && bad_segment(plain))
            return false;
        if (!is_text(plain) || !str_valid(plain) || memchr(out, '/', n) || memchr(out, '\\', n))
            return false;
    }
    return true;
}

void guard_start(struct guard *g, str method, str target, str version)
{
    *g = (struct guard){0};
    g->old = str_eq(version, S("HTTP/1.0"));
    if (!g->old && !str_eq(version, S("HTTP/1.1")))
        refuse(g, 505, "http_version");
    if (!is_token(method))
        refuse(g, 400, "method");
    if (target.n > GUARD_TARGET_MAX)
        refuse(g, 414, "target_too_long");
    str query, path = str_split(target, '?', &query);
    if (!g->status && !guard_path(path))
        refuse(g, 400, "target");
    if (!is_text(target) || str_find(target, '#') < target.n)
        refuse(g, 400, "target");
}

static void take_length(struct guard *g, str value)
{
    if (g->lengths++)
        refuse(g, 400, "content_length_repeated");
    bool digits = value.n > 0 && value.n <= 18;
    for (size_t i = 0; i < value.n; i++)
        digits = digits && value.p[i] >= '0' && value.p[i] <= '9';
    if (!digits || str_int(value, &g->length) != OK)
        refuse(g, 400, "content_length");
}

void guard_header(struct guard *g, str name, str value)
{
    if (!is_token(name))
        refuse(g, 400, "header_name");
    else if (++g->headers > GUARD_HEADERS_MAX || name.n > 256)
        refuse(g, 431, "headers_too_many");
    else if (value.n > GUARD_VALUE_MAX)
        refuse(g, 431, "header_too_long");
    else if (!is_text(value))
        refuse(g, 400, "header_value");
    else if (str_eq_ci(name, S("content-length")))
        take_length(g, value);
    else if (str_eq_ci(name, S("transfer-encoding")))
        refuse(g, str_eq_ci(value, S("chunked")) && !g->old ? 411 : 400, "transfer_encoding");
    else if (str_eq_ci(name, S("host")) && (g->hosts++ || !is_host(value)))
        refuse(g, 400, "host");
}

void guard_end(struct guard *g)
{
    if (!g->hosts && !g->old)
        refuse(g, 400, "host");
}

/* "name NUL OWS value NUL NUL": the length of one line, or 0 when it is anything else. */
static size_t raw_line(const char *p, size_t n)
{
    const char *colon = memchr(p, 0, n);
    if (!colon || colon == p || *p == ' ' || *p == '\t')
        return 0;
    size_t at = (size_t)(colon - p) + 1;
    const char *end = at < n ? memchr(p + at, 0, n - at) : NULL;
    if (!end || (size_t)(end - p) + 1 >= n || end[1])
        return 0;
    if (memchr(p, '\r', (size_t)(end - p)) || memchr(p, '\n', (size_t)(end - p)))
        return 0;
    return (size_t)(end - p) + 2;
}

bool guard_raw(const char *head, size_t n, str method, str target)
{
    /* "GET NUL target NUL HTTP/1.x NUL NUL"; the target itself was copied before it was cut up. */
    size_t at = method.n + 1 + target.n + 1, version = sizeof "HTTP/1.1" - 1;
    if (at + version + 4 > n || memcmp(head + at, "HTTP/1.", 7) != 0)
        return false;
    at += version;
    if (head[at] || head[at + 1])
        return false;
    at += 2;
    while (at + 2 < n) {
        size_t line = raw_line(head + at, n - at);
        if (!line)
            return false;
        at += line;
    }
    return at + 2 == n && !head[at] && !head[at + 1];
}
