/* Request heads as they come: what the guard lets through has one meaning, and is still there in
 * the form that the library leaves it in (guard_raw); any other bytes are refused, never read past
 * their end. Then what is read out of single headers: cookies, encodings, tags, ranges, language.
 */
#include "web/dispatch.h"
#include "web/guard.h"
#include "web/incoming.h"

enum { HEAD_MAX = 64 * 1024 };

struct head {
    struct guard g;
    str method, target, version;
    char *cut; /* as libmicrohttpd 0.9.75 leaves it: NUL for each space, colon and line end */
    size_t cut_n;
};

static void cut_add(struct head *h, str s)
{
    memcpy(h->cut + h->cut_n, s.p, s.n);
    h->cut_n += s.n;
    h->cut[h->cut_n++] = 0;
}

static void read_values(str value)
{
    str cookie;
    size_t n = 0;
    for (str rest = value; rest.p && n <= value.n + 1; n++) {
        str name = cookie_next(&rest, &cookie);
        ASSERT(name.n + cookie.n <= value.n);
    }
    ASSERT(n <= value.n + 1);
    enum encoding e = answer_encoding(value);
    ASSERT(e == ENCODING_PLAIN || str_has(value, S("gzip")) || str_has(value, S("br")) ||
           str_has(value, S("*")) || value.n);
    (void)etag_matches(value, S("\"tag\""));
    enum lang lang = lang_choose(STR_NONE, value);
    ASSERT(lang == lang_choose(value.n ? STR_NONE : value, value));
    struct range range = {-1, -1};
    int status = range_read(value, 1000, &range);
    ASSERT(status == 200 || status == 206 || status == 416);
    if (status == 206)
        ASSERT(range.first >= 0 && range.first <= range.last && range.last < 1000);
}

static void read_headers(struct head *h, str rest)
{
    while (rest.p) {
        str line = str_split(rest, '\n', &rest), value;
        if (line.n && line.p[line.n - 1] == '\r')
            line = str_sub(line, 0, line.n - 1);
        if (!line.n)
            break;
        str name = str_split(line, ':', &value);
        if (!value.p)
            value = S("");
        value = str_trim(value);
        guard_header(&h->g, name, value);
        if (h->g.status)
            return;
        cut_add(h, name);
        cut_add(h, value);
        h->cut[h->cut_n++] = 0;
        read_values(value);
    }
}

static void check_accepted(struct head *h)
{
    ASSERT(h->g.hosts == 1 || (h->g.old && h->g.hosts == 0));
    ASSERT(h->g.lengths <= 1 && h->g.length >= 0);
    str path = str_split(h->target, '?', &(str){0});
    ASSERT(guard_path(path) && !str_has(path, S("/../")) && !str_has(path, S("//")));
    h->cut[h->cut_n++] = 0;
    h->cut[h->cut_n++] = 0;
    ASSERT(guard_raw(h->cut, h->cut_n, h->method, h->target));
    ASSERT(!guard_raw(h->cut, h->cut_n - 1, h->method, h->target));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > HEAD_MAX)
        return 0;
    AUTO_ARENA(mem);
    str in = {(const char *)data, n}, rest;
    struct head h = {.cut = NEW_N(mem, char, n * 3 + 64)};
    str line = str_split(in, '\n', &rest);
    if (line.n && line.p[line.n - 1] == '\r')
        line = str_sub(line, 0, line.n - 1);
    h.method = str_split(line, ' ', &h.target);
    if (!h.target.p)
        h.target = S("");
    h.target = str_split(h.target, ' ', &h.version);
    if (!h.version.p)
        h.version = S("");
    (void)guard_raw((const char *)data, n, S("GET"), S("/"));
    guard_start(&h.g, h.method, h.target, h.version);
    if (h.g.status)
        return 0;
    cut_add(&h, h.method);
    cut_add(&h, h.target);
    cut_add(&h, h.version);
    h.cut[h.cut_n++] = 0;
    read_headers(&h, rest);
    guard_end(&h.g);
    if (!h.g.status)
        check_accepted(&h);
    return 0;
}
