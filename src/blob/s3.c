/* Calls of S3-compatible object stores over libcurl. */
#include "blob/s3.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/rand.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CONNECT_MS = 5000,
    SILENT_S = 30, /* no byte for so long: given up */
    TRIES = 5,
    FIRST_PAUSE_MS = 100,
    POOL = 16,
    ANSWER_MAX = 4 << 20, /* of a list */
    FAULT_MAX = 4096,
    KEY_MAX = 900,
    HEADERS = 12,
};

struct s3 {
    arena *mem;
    str base, host, root; /* https://HOST, HOST of the header, /BUCKET or nothing */
    str prefix;           /* ends with a slash, or is empty */
    str region, key, secret, place;
    pthread_mutex_t lock;
    CURL *idle[POOL]; /* with their connections */
    int n_idle;
};

/* ---- opening ---- */

static err refused(const char *why, str what)
{
    return fault(ERR_INVALID, "setting_s3", "S3: %s: %.*s", why, FMT(what));
}

static bool key_fine(str key)
{
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '.' || c == '_' || c == '/';
        if (!fine)
            return false;
    }
    return key.n <= KEY_MAX;
}

static err place_read(struct s3 *s, const struct s3_opts *o, str *ret_bucket)
{
    str rest = o->place, prefix = STR_NONE;
    if (!str_starts(rest, S("s3://")))
        return refused("not s3://BUCKET/PREFIX", o->place);
    str bucket = str_split(str_sub(rest, 5, rest.n), '/', &prefix);
    while (prefix.p && str_ends(prefix, S("/")))
        prefix.n--;
    if (bucket.n < 3 || bucket.n > 63 || !key_fine(bucket) || !key_fine(prefix) ||
        str_starts(prefix, S("/")))
        return refused("the bucket or prefix has characters that it must not have", o->place);
    s->place = str_dup(s->mem, o->place);
    s->prefix = prefix.n ? str_cat(s->mem, prefix, S("/")) : S("");
    *ret_bucket = str_dup(s->mem, bucket);
    return OK;
}

static err endpoint_read(struct s3 *s, const struct s3_opts *o, str bucket)
{
    str endpoint = o->endpoint;
    if (str_ends(endpoint, S("/")))
        endpoint.n--;
    bool tls = str_starts(endpoint, S("https://"));
    if (!tls && !str_starts(endpoint, S("http://")))
        return refused("s3_endpoint is not http:// or https://", endpoint);
    str scheme = tls ? S("https://") : S("http://");
    str host = str_sub(endpoint, scheme.n, endpoint.n);
    /* curl leaves the scheme's own port out of the header that is signed */
    str port = tls ? S(":443") : S(":80");
    if (str_ends(host, port))
        host.n -= port.n;
    if (!host.n || str_find(host, '/') < host.n || str_find(host, '@') < host.n)
        return refused("s3_endpoint must be a host only", endpoint);
    s->host = o->host_style ? str_fmt(s->mem, "%.*s.%.*s", FMT(bucket), FMT(host))
                            : str_dup(s->mem, host);
    s->base = str_cat(s->mem, scheme, s->host);
    s->root = o->host_style ? S("") : str_cat(s->mem, S("/"), bucket);
    return OK;
}

/* It goes into a header between '=' and '/'; names like account:user are about. */
static bool id_fine(str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (id.p[i] <= ' ' || id.p[i] > '~' || id.p[i] == '/' || id.p[i] == ',')
            return false;
    return id.n > 0;
}

/* Two lines; whoever else can read the file could write the store. */
static err keys_read(struct s3 *s, str path)
{
    char text[1024];
    struct stat st;
    int fd = path.n ? open(str_z(s->mem, path), O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return refused("s3_key_file cannot be read", path);
    bool private = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) == 0;
    ssize_t n = private ? read(fd, text, sizeof text) : -1;
    close(fd);
    if (!private)
        return refused("s3_key_file must be readable by its owner only (0600)", path);
    if (n <= 0 || n == (ssize_t)sizeof text)
        return refused("s3_key_file must hold two lines: access key ID, secret", path);
    str rest = STR_NONE, all = {text, (size_t)n};
    str key = str_trim(str_split(all, '\n', &rest));
    str secret = rest.p ? str_trim(str_split(rest, '\n', &rest)) : STR_NONE;
    if (!id_fine(key) || !secret.n)
        return refused("s3_key_file must hold two lines: access key ID, secret", path);
    s->key = str_dup(s->mem, key);
    s->secret = str_dup(s->mem, secret);
    return OK;
}

static err open_all(struct s3 *s, const struct s3_opts *o)
{
    str bucket = STR_NONE;
    TRY(place_read(s, o, &bucket));
    TRY(endpoint_read(s, o, bucket));
    if (!o->region.n || !key_fine(o->region))
        return refused("s3_region is no region", o->region);
    s->region = str_dup(s->mem, o->region);
    return keys_read(s, o->key_file);
}

static void curl_begin(void)
{
    ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

err s3_open(const struct s3_opts *o, struct s3 **ret_s3)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, curl_begin);
    struct s3 *s = heap_alloc(sizeof *s);
    *s = (struct s3){.mem = arena_new()};
    pthread_mutex_init(&s->lock, NULL);
    err e = open_all(s, o);
    if (e != OK) {
        s3_close(s);
        return e;
    }
    *ret_s3 = s;
    return OK;
}

void s3_close(struct s3 *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->n_idle; i++)
        curl_easy_cleanup(s->idle[i]);
    pthread_mutex_destroy(&s->lock);
    arena_free(s->mem);
    heap_free(s);
}

static CURL *handle_take(struct s3 *s)
{
    pthread_mutex_lock(&s->lock);
    CURL *c = s->n_idle ? s->idle[--s->n_idle] : NULL;
    pthread_mutex_unlock(&s->lock);
    if (!c)
        c = curl_easy_init();
    ASSERT(c);
    return c;
}

static void handle_give(struct s3 *s, CURL *c)
{
    curl_easy_reset(c); /* keeps its connection */
    pthread_mutex_lock(&s->lock);
    bool room = s->n_idle < POOL;
    if (room)
        s->idle[s->n_idle++] = c;
    pthread_mutex_unlock(&s->lock);
    if (!room)
        curl_easy_cleanup(c);
}

/* ---- one call ---- */

struct call {
    struct s3 *s;
    arena *mem;
    const char *method;
    str key; /* with the prefix; empty: the bucket */
    const struct s3_pair *query;
    size_t query_n;
    const struct s3_body *body; /* NULL: none */
    const char *only_if;
    size_t max; /* of the answer, when not to fd */
    int to_fd;  /* -1: into `answer` */
    /* what came */
    CURL *curl;
    struct buf answer;
    int64_t sent, got;
    int status;
    bool write_failed;
    char tag[S3_TAG_N];
    int64_t date, modified; /* seconds; 0 = not said */
    int64_t length;         /* of the object, as said */
};

static size_t send_more(char *p, size_t size, size_t n, void *ctx)
{
    struct call *c = ctx;
    int64_t left = c->body->size - c->sent, most = (int64_t)(size * n);
    size_t want = (size_t)(left < most ? left : most);
    ssize_t got = (ssize_t)want;
    if (c->body->fd >= 0)
        got = pread(c->body->fd, p, want, (off_t)c->sent);
    else if (want)
        memcpy(p, c->body->data.p + c->sent, want);
    if (got < 0 || (got == 0 && want))
        return CURL_READFUNC_ABORT;
    c->sent += got;
    return (size_t)got;
}

static int send_again(void *ctx, curl_off_t offset, int origin)
{
    struct call *c = ctx;
    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    c->sent = offset;
    return CURL_SEEKFUNC_OK;
}

/* What is wrong is said in a body too, which is not the object. */
static size_t receive(char *p, size_t size, size_t n, void *ctx)
{
    struct call *c = ctx;
    size_t all = size * n;
    long status = 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status / 100 != 2) {
        buf_add(&c->answer, str_sub((str){p, all}, 0, FAULT_MAX - c->answer.n));
        return all;
    }
    if (c->to_fd < 0) {
        buf_add(&c->answer, (str){p, all});
        return c->answer.full ? 0 : all;
    }
    for (size_t at = 0; at < all;) {
        ssize_t done = pwrite(c->to_fd, p + at, all - at, (off_t)c->got);
        c->write_failed = done <= 0;
        if (c->write_failed)
            return 0;
        at += (size_t)done;
        c->got += done;
    }
    return all;
}

static size_t header(char *p, size_t size, size_t n, void *ctx)
{
    struct call *c = ctx;
    str value = STR_NONE, name = str_split((str){p, size * n}, ':', &value);
    if (!value.p)
        return size * n;
    value = str_trim(value);
    char text[64];
    snprintf(text, sizeof text, "%.*s", FMT(value));
    if (str_eq_ci(name, S("etag")) && value.n < S3_TAG_N)
        snprintf(c->tag, sizeof c->tag, "%.*s", FMT(value));
    else if (str_eq_ci(name, S("date")))
        c->date = (int64_t)curl_getdate(text, NULL);
    else if (str_eq_ci(name, S("last-modified")))
        c->modified = (int64_t)curl_getdate(text, NULL);
    return size * n;
}

static struct sha256 payload_hash(const struct call *c)
{
    if (c->body && c->body->fd >= 0)
        return c->body->hash;
    return sha256(c->body ? c->body->data : (struct bytes){(const uint8_t *)"", 0});
}

static str header_line(arena *mem, const char *name, str value)
{
    return str_fmt(mem, "%s: %.*s", name, FMT(value));
}

static struct curl_slist *headers_of(const struct call *c, str path)
{
    struct s3 *s = c->s;
    int64_t now = clock_ms();
    struct sha256 payload = payload_hash(c);
    str time = s3_time(c->mem, now), hash = sha256_hex(c->mem, payload);
    struct s3_pair names[] = {
        {S("host"), s->host}, {S("x-amz-content-sha256"), hash}, {S("x-amz-date"), time}};
    struct s3_request r = {.method = c->method,
                           .path = path,
                           .query = c->query,
                           .query_n = c->query_n,
                           .headers = names,
                           .header_n = LEN(names),
                           .payload = payload,
                           .region = s->region,
                           .key = s->key,
                           .secret = s->secret,
                           .at_ms = now};
    str lines[HEADERS] = {S("Expect:"), header_line(c->mem, "x-amz-content-sha256", hash),
                          header_line(c->mem, "x-amz-date", time),
                          header_line(c->mem, "Authorization", s3_authorization(c->mem, &r))};
    size_t n = 4;
    if (c->body)
        lines[n++] = S("Content-Type: application/octet-stream");
    if (c->only_if && !*c->only_if)
        lines[n++] = S("If-None-Match: *");
    else if (c->only_if)
        lines[n++] = header_line(c->mem, "If-Match", str_from(c->only_if));
    struct curl_slist *l = NULL;
    for (size_t i = 0; i < n; i++)
        l = curl_slist_append(l, str_z(c->mem, lines[i]));
    ASSERT(l);
    return l;
}

#define SET(option, value) ASSERT(curl_easy_setopt(c->curl, (option), (value)) == CURLE_OK)

static void options_set(struct call *c, str url, struct curl_slist *headers)
{
    SET(CURLOPT_URL, str_z(c->mem, url));
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, (long)SILENT_S);
    SET(CURLOPT_USERAGENT, "gongqi/" GONGQI_VERSION);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_WRITEFUNCTION, receive);
    SET(CURLOPT_WRITEDATA, c);
    SET(CURLOPT_HEADERFUNCTION, header);
    SET(CURLOPT_HEADERDATA, c);
    if (c->body) {
        SET(CURLOPT_UPLOAD, 1L);
        SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)c->body->size);
        SET(CURLOPT_READFUNCTION, send_more);
        SET(CURLOPT_READDATA, c);
        SET(CURLOPT_SEEKFUNCTION, send_again);
        SET(CURLOPT_SEEKDATA, c);
    } else if (strcmp(c->method, "HEAD") == 0) {
        SET(CURLOPT_NOBODY, 1L);
    } else {
        SET(CURLOPT_CUSTOMREQUEST, c->method);
    }
}

static CURLcode call_once(struct call *c)
{
    str path = str_fmt(c->mem, "%.*s/%.*s", FMT(c->s->root), FMT(c->key));
    str url = str_cat(c->mem, c->s->base, path);
    for (size_t i = 0; i < c->query_n; i++)
        url = str_fmt(c->mem, "%.*s%s%.*s=%.*s", FMT(url), i ? "&" : "?", FMT(c->query[i].name),
                      FMT(c->query[i].value));
    buf_init(&c->answer, c->mem, c->max > FAULT_MAX ? c->max : FAULT_MAX);
    c->sent = c->got = 0;
    c->tag[0] = '\0';
    c->date = c->modified = 0;
    c->write_failed = false;
    c->curl = handle_take(c->s);
    struct curl_slist *headers = headers_of(c, path);
    options_set(c, url, headers);
    CURLcode code = curl_easy_perform(c->curl);
    long status = 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    c->status = (int)status;
    curl_off_t length = 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    c->length = length;
    curl_slist_free_all(headers);
    handle_give(c->s, c->curl);
    return code;
}

/* What stands in <Code> and <Message> of an answer. */
static str element(str xml, str open)
{
    for (size_t i = 0; i + open.n < xml.n; i++)
        if (str_starts(str_sub(xml, i, open.n), open)) {
            str rest = str_sub(xml, i + open.n, xml.n);
            return str_sub(rest, 0, str_find(rest, '<'));
        }
    return S("");
}

static err condition_failed(const struct call *c)
{
    if (c->status == 501)
        return fault(ERR_INVALID, "s3_conditions", "S3: %.*s knows no conditional writes",
                     FMT(c->s->base));
    if (c->status == 404 || c->status == 409 || c->status == 412) /* 404: gone meanwhile */
        return fault(ERR_CONFLICT, "s3_changed", "S3: %.*s was written by somebody else",
                     FMT(c->key));
    return OK;
}

static err refused_call(const struct call *c)
{
    str text = buf_str(&c->answer), code = element(text, S("<Code>"));
    if (c->only_if)
        TRY(condition_failed(c));
    if (c->status == 404 && !str_eq(code, S("NoSuchBucket")))
        return fault(ERR_NOT_FOUND, "not_found", "S3: no %.*s", FMT(c->key));
    return fault(ERR_IO, "storage_unavailable", "S3: %s %.*s: %d %.*s %.*s", c->method, FMT(c->key),
                 c->status, FMT(code),
                 FMT(str_ellipsis(c->mem, element(text, S("<Message>")), 120)));
}

static err outcome(const struct call *c, CURLcode code)
{
    bool good = c->status / 100 == 2;
    if (c->write_failed)
        return fault(ERR_IO, errno == ENOSPC ? "disk_full" : "storage_unavailable",
                     "S3: can't keep what came: errno %d", errno);
    if (good && c->to_fd < 0 && (c->answer.full || c->answer.n > c->max))
        return fault(ERR_TOO_LARGE, "too_large", "S3: %.*s has more than %zu bytes", FMT(c->key),
                     c->max);
    if (code != CURLE_OK)
        return fault(ERR_IO, "storage_unavailable", "S3: %s %.*s: %s", c->method, FMT(c->s->base),
                     curl_easy_strerror(code));
    return good ? OK : refused_call(c);
}

static bool worth_again(const struct call *c, CURLcode code)
{
    if (c->write_failed || (c->status / 100 == 2 && c->answer.full))
        return false;
    return code != CURLE_OK || c->status == 429 || c->status == 500 || c->status == 502 ||
           c->status == 503 || c->status == 504;
}

static err call(struct call *c)
{
    AUTO_ARENA(own);
    if (!key_fine(c->key))
        return fault(ERR_INVALID, "invalid", "S3: no key has these characters");
    arena *mem = c->mem;
    CURLcode code = CURLE_OK;
    bool answer_goes_out = c->max > 0;
    for (int i = 0;; i++) {
        arena_reset(own);
        c->mem = answer_goes_out ? mem : own;
        code = call_once(c);
        if (c->only_if || i + 1 == TRIES || !worth_again(c, code))
            break;
        usleep((unsigned)FIRST_PAUSE_MS * 500U * (1U << (2 * (unsigned)i)) + rand_below(100000));
    }
    err e = outcome(c, code);
    c->mem = mem;
    return e;
}

/* ---- the operations ---- */

static str full_key(const struct s3 *s, arena *mem, str key)
{
    return str_cat(mem, s->prefix, key);
}

err s3_put(struct s3 *s, str key, const struct s3_body *body, const char *only_if)
{
    AUTO_ARENA(mem);
    struct s3_body b = *body;
    if (b.fd < 0)
        b.size = (int64_t)b.data.n;
    if (b.size > (int64_t)S3_PUT_MAX_GB << 30)
        return fault(ERR_TOO_LARGE, "too_large", "S3: an object has %d GiB at most", S3_PUT_MAX_GB);
    struct call c = {.s = s,
                     .mem = mem,
                     .method = "PUT",
                     .key = full_key(s, mem, key),
                     .body = &b,
                     .only_if = only_if,
                     .to_fd = -1};
    return call(&c);
}

static struct s3_object object_of(const struct call *c, int64_t size)
{
    struct s3_object o = {.size = size};
    if (c->date > 0 && c->modified > 0)
        o.age_ms = (c->date - c->modified) * SECOND_MS;
    snprintf(o.tag, sizeof o.tag, "%s", c->tag);
    return o;
}

err s3_head(struct s3 *s, str key, struct s3_object *ret_o)
{
    AUTO_ARENA(mem);
    struct call c = {
        .s = s, .mem = mem, .method = "HEAD", .key = full_key(s, mem, key), .to_fd = -1};
    TRY(call(&c));
    *ret_o = object_of(&c, c.length);
    return OK;
}

err s3_get(struct s3 *s, arena *mem, str key, size_t max, struct bytes *ret_data,
           struct s3_object *ret_o)
{
    struct call c = {
        .s = s, .mem = mem, .method = "GET", .key = full_key(s, mem, key), .max = max, .to_fd = -1};
    TRY(call(&c));
    if (ret_o)
        *ret_o = object_of(&c, (int64_t)c.answer.n);
    *ret_data = str_bytes(buf_str(&c.answer));
    return OK;
}

err s3_get_fd(struct s3 *s, str key, int fd, int64_t *ret_size)
{
    AUTO_ARENA(mem);
    struct call c = {
        .s = s, .mem = mem, .method = "GET", .key = full_key(s, mem, key), .to_fd = fd};
    TRY(call(&c));
    *ret_size = c.got;
    return OK;
}

err s3_remove(struct s3 *s, str key)
{
    AUTO_ARENA(mem);
    struct call c = {
        .s = s, .mem = mem, .method = "DELETE", .key = full_key(s, mem, key), .to_fd = -1};
    err e = call(&c);
    return e == ERR_NOT_FOUND ? OK : e;
}

err s3_list(struct s3 *s, arena *mem, str prefix, str after, str **ret_v, size_t *ret_n)
{
    enum { PAGE = 1000 };
    struct s3_pair query[4] = {{S("list-type"), S("2")}, {S("max-keys"), S("1000")}};
    size_t n = 2;
    query[n++] = (struct s3_pair){S("prefix"), s3_encoded(mem, full_key(s, mem, prefix))};
    if (after.n)
        query[n++] = (struct s3_pair){S("start-after"), s3_encoded(mem, full_key(s, mem, after))};
    struct call c = {.s = s,
                     .mem = mem,
                     .method = "GET",
                     .key = S(""),
                     .query = query,
                     .query_n = n,
                     .max = ANSWER_MAX,
                     .to_fd = -1};
    TRY(call(&c));
    str *v = NEW_N(mem, str, PAGE), text = buf_str(&c.answer);
    size_t found = 0;
    for (str rest = text; found < PAGE;) {
        str key = element(rest, S("<Key>"));
        if (!key.n)
            break;
        rest = str_sub(rest, (size_t)(key.p - rest.p) + key.n, rest.n);
        if (str_starts(key, s->prefix)) /* others are not ours */
            v[found++] = str_sub(key, s->prefix.n, key.n);
    }
    *ret_v = v;
    *ret_n = found;
    return OK;
}

static err conditions_try(struct s3 *s, str key, const struct s3_body *body, const char *tag)
{
    err e = s3_put(s, key, body, "");
    if (e == ERR_CONFLICT)
        e = s3_put(s, key, body, "\"00000000000000000000000000000000\"");
    if (e == OK)
        return fault(ERR_INVALID, "s3_conditions",
                     "%.*s overwrites although If-Match or If-None-Match forbids it",
                     FMT(s->place));
    return e == ERR_CONFLICT ? s3_put(s, key, body, tag) : e;
}

err s3_try(struct s3 *s, bool conditions)
{
    AUTO_ARENA(mem);
    uint64_t r = 0;
    struct bytes data;
    struct s3_object o;
    rand_bytes(&r, sizeof r);
    str key = str_fmt(mem, "try/%016llx", (unsigned long long)r);
    struct s3_body body = {.fd = -1, .data = {(const uint8_t *)&r, sizeof r}};
    TRY(s3_put(s, key, &body, NULL));
    err e = s3_get(s, mem, key, 64, &data, &o);
    if (e == OK && !same_bytes(data, body.data))
        e = fault(ERR_IO, "storage_unavailable", "S3: other bytes come back");
    if (e == OK && conditions)
        e = conditions_try(s, key, &body, o.tag);
    struct fault why = fault_of(e);
    err removed = s3_remove(s, key);
    if (e == OK)
        return removed;
    fault_copy(&why);
    return e;
}
