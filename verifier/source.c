/* Files of a directory or of a web server. */
#include "verify.h"

#include "base/buf.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TIMEOUT_S = 30, BUNDLE_MAX = TILE_WIDTH * (ENTRY_MAX + 2) };

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

err file_get(arena *mem, const char *path, size_t max, struct bytes *ret_data)
{
    __attribute__((cleanup(fd_close))) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fault(ERR_NOT_FOUND, "not_found", "no file %s", path);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fault(ERR_IO, "unreadable", "can't read %s", path);
    if ((uint64_t)st.st_size > max)
        return fault(ERR_TOO_LARGE, "too_large", "%s has more than %zu bytes", path, max);
    uint8_t *p = arena_room(mem, (size_t)st.st_size + 1);
    size_t n = 0;
    for (ssize_t got = 1; got > 0 && n < (size_t)st.st_size; n += (size_t)got) {
        got = read(fd, p + n, (size_t)st.st_size - n);
        if (got < 0)
            return fault(ERR_IO, "unreadable", "can't read %s", path);
    }
    *ret_data = (struct bytes){p, n};
    return OK;
}

static size_t collect(char *p, size_t size, size_t n, void *ctx)
{
    struct buf *b = ctx;
    buf_add(b, (str){p, size * n});
    return b->full ? 0 : size * n;
}

static void curl_done(CURL **c)
{
    curl_easy_cleanup(*c);
}

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (curl_easy_setopt(c, option, value) != CURLE_OK)                                        \
            return fault(ERR_IO, "http", "libcurl refuses an option");                             \
    } while (0)

static err http_get(arena *mem, const char *url, size_t max, struct bytes *ret_data)
{
    __attribute__((cleanup(curl_done))) CURL *c = curl_easy_init();
    struct buf b;
    buf_init(&b, mem, max);
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    SET(CURLOPT_USERAGENT, "gongqi-verify/" GONGQI_VERSION);
    SET(CURLOPT_WRITEFUNCTION, collect);
    SET(CURLOPT_WRITEDATA, &b);
    CURLcode code = curl_easy_perform(c);
    long status = 0;
    (void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    if (b.full)
        return fault(ERR_TOO_LARGE, "too_large", "%s has more than %zu bytes", url, max);
    if (code != CURLE_OK)
        return fault(ERR_IO, "http", "%s: %s", url, curl_easy_strerror(code));
    if (status == 404)
        return fault(ERR_NOT_FOUND, "not_found", "%s: 404", url);
    if (status != 200)
        return fault(ERR_IO, "http", "%s: HTTP %ld", url, status);
    *ret_data = str_bytes(buf_str(&b));
    return OK;
}

err source_get(const struct source *s, arena *mem, const char *path, size_t max,
               struct bytes *ret_data)
{
    str at = str_from(s->at);
    while (str_ends(at, S("/")))
        at.n--;
    str full = str_fmt(mem, "%.*s/%s", FMT(at), path);
    if (str_starts(at, S("http://")) || str_starts(at, S("https://")))
        return http_get(mem, str_z(mem, full), max, ret_data);
    return file_get(mem, str_z(mem, full), max, ret_data);
}

err text_of(struct bytes b, const char *what, str *ret_text)
{
    *ret_text = b.n ? bytes_str(b) : S("");
    return str_valid(*ret_text) ? OK : fault(ERR_INVALID, "bad_text", "%s is no text", what);
}

err source_tile(void *source, arena *mem, struct tile_id id, struct bytes *ret_data)
{
    str path = tile_path(mem, id);
    err e = source_get(source, mem, str_z(mem, path), BUNDLE_MAX, ret_data);
    if (e != ERR_NOT_FOUND || id.width == TILE_WIDTH)
        return e;
    /* Servers may drop partial tiles once the full one is there. */
    struct tile_id full = {id.level, id.n, TILE_WIDTH};
    struct bytes b, entry;
    TRY(source_get(source, mem, str_z(mem, tile_path(mem, full)), BUNDLE_MAX, &b));
    struct bytes rest = b;
    bool bad = false;
    if (id.level != TILE_ENTRIES)
        rest = (struct bytes){b.p, b.n < (size_t)id.width * 32 ? b.n : b.n - (size_t)id.width * 32};
    for (int i = 0; id.level == TILE_ENTRIES && i < id.width; i++)
        if (!bundle_next(&rest, &entry, &bad))
            return fault(ERR_INVALID, "log_damaged", "%.*s is too short", FMT(path));
    *ret_data = (struct bytes){b.p, b.n - rest.n};
    return OK;
}
