/* Reading archives as gongqi writes them (base/zip.c is the writer; this shares no line with it).
 */
#include "verify.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    LOCAL_N = 30,
    CENTRAL_N = 46,
    END_N = 22,
    END64_N = 56 + 20,
    EXTRA_MAX = 28,
    HEADER_MAX = CENTRAL_N + MEMBER_NAME_MAX + EXTRA_MAX,
    CENTRAL_MAX = 256 * 1024 * 1024,
    CHUNK = 256 * 1024,
};
static const uint64_t ALL32 = 0xffffffff;

void finding(struct findings *f, const char *what, str name, const char *text)
{
    str shown = str_valid(name) ? name : S("(a name that is no text)");
    f->n++;
    if (!f->quiet)
        printf("%s: %.*s%s%s\n", what, FMT(shown), *text ? ": " : "", text);
}

static err read_at(int fd, int64_t at, uint8_t *to, size_t n)
{
    while (n) {
        ssize_t got = pread(fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fault(ERR_IO, "unreadable", "can't read the package at byte %lld",
                         (long long)at);
        to += got;
        n -= (size_t)got;
        at += got;
    }
    return OK;
}

static uint64_t le(const uint8_t *p, int bytes)
{
    uint64_t v = 0;
    for (int i = bytes; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

/* ---- headers as they must be ---- */

struct header {
    uint8_t b[HEADER_MAX];
    size_t n;
};
static void add(struct header *h, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        h->b[h->n++] = (uint8_t)(v >> 8 * i);
}

struct stamp {
    uint64_t time, date; /* of all members alike */
};

static void common(struct header *h, const struct member *m, struct stamp s, uint64_t extra)
{
    uint64_t size = (uint64_t)m->size < ALL32 ? (uint64_t)m->size : ALL32;
    add(h, 45, 2);
    add(h, 0x800, 2);
    add(h, 0, 2);
    add(h, s.time, 2);
    add(h, s.date, 2);
    add(h, m->crc, 4);
    add(h, size, 4);
    add(h, size, 4);
    add(h, m->name.n, 2);
    add(h, extra, 2);
}

static void name_add(struct header *h, str name)
{
    memcpy(h->b + h->n, name.p, name.n);
    h->n += name.n;
}

static struct header local_must(const struct member *m, struct stamp s)
{
    struct header h = {.n = 0};
    bool big = (uint64_t)m->size >= ALL32;
    add(&h, 0x04034b50, 4);
    common(&h, m, s, big ? 20 : 0);
    name_add(&h, m->name);
    if (big) {
        add(&h, 16 << 16 | 1, 4);
        add(&h, (uint64_t)m->size, 8);
        add(&h, (uint64_t)m->size, 8);
    }
    return h;
}

/* at: of its local header. */
static struct header central_must(const struct member *m, struct stamp s, uint64_t at)
{
    struct header h = {.n = 0};
    uint64_t big = (uint64_t)m->size >= ALL32 ? 16 : 0, far = at >= ALL32 ? 8 : 0;
    add(&h, 0x02014b50, 4);
    add(&h, 3 << 8 | 45, 2);
    common(&h, m, s, big + far ? big + far + 4 : 0);
    add(&h, 0, 6);
    add(&h, 0100644ULL << 16, 4);
    add(&h, far ? ALL32 : at, 4);
    name_add(&h, m->name);
    if (big + far)
        add(&h, (big + far) << 16 | 1, 4);
    if (big) {
        add(&h, (uint64_t)m->size, 8);
        add(&h, (uint64_t)m->size, 8);
    }
    if (far)
        add(&h, at, 8);
    return h;
}

/* ---- the end ---- */

struct central {
    int64_t start, size, end; /* end: of the file's members and directory */
    uint64_t n;
};

static err bad(const char *what)
{
    return fault(ERR_INVALID, "bad_package", "%s", what);
}

static struct header end64_must(const struct central *c)
{
    struct header h = {.n = 0};
    add(&h, 0x06064b50, 4);
    add(&h, 44, 8);
    add(&h, 3 << 8 | 45, 2);
    add(&h, 45, 2);
    add(&h, 0, 8);
    add(&h, c->n, 8);
    add(&h, c->n, 8);
    add(&h, (uint64_t)c->size, 8);
    add(&h, (uint64_t)c->start, 8);
    add(&h, 0x07064b50, 4);
    add(&h, 0, 4);
    add(&h, (uint64_t)c->end, 8);
    add(&h, 1, 4);
    return h;
}

static err end64_read(int fd, int64_t file, struct central *ret_c)
{
    uint8_t b[END64_N];
    if (file < END_N + END64_N)
        return bad("the end of the archive is broken");
    struct central c = {.end = file - END_N - END64_N};
    TRY(read_at(fd, c.end, b, sizeof b));
    uint64_t size = le(b + 40, 8), start = le(b + 48, 8);
    c.n = le(b + 24, 8);
    if (size > (uint64_t)c.end || start > (uint64_t)c.end)
        return bad("the end of the archive is broken");
    c.size = (int64_t)size;
    c.start = (int64_t)start;
    struct header must = end64_must(&c);
    if (must.n != sizeof b || memcmp(must.b, b, sizeof b) != 0)
        return bad("the end of the archive is broken");
    *ret_c = c;
    return OK;
}

static err end_read(int fd, int64_t file, struct central *ret_c)
{
    uint8_t b[END_N];
    if (file < END_N)
        return bad("no archive");
    TRY(read_at(fd, file - END_N, b, sizeof b));
    uint64_t n = le(b + 8, 2), size = le(b + 12, 4), start = le(b + 16, 4);
    if (le(b, 4) != 0x06054b50 || le(b + 4, 4) != 0 || le(b + 10, 2) != n || le(b + 20, 2) != 0)
        return bad("no archive, or its end is broken");
    if (n == 0xffff && size == ALL32 && start == ALL32)
        return end64_read(fd, file, ret_c);
    *ret_c = (struct central){(int64_t)start, (int64_t)size, file - END_N, n};
    return OK;
}

/* ---- the directory ---- */

static bool letter_ok(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/* Lower-case letters, digits, and . _ - between single slashes, no part of dots alone. */
static bool name_ok(str name)
{
    for (str rest = name; rest.p;) {
        str part = str_split(rest, '/', &rest);
        size_t dots = 0;
        for (size_t i = 0; i < part.n; i++) {
            if (!letter_ok(part.p[i]))
                return false;
            dots += part.p[i] == '.';
        }
        if (dots == part.n)
            return false;
    }
    return name.n > 0;
}

struct walking {
    const struct archive *a;
    struct findings *f;
    struct bytes central;
    size_t at;    /* in central */
    int64_t next; /* where the next member must begin */
    int64_t start;
    struct stamp stamp;
};

static err sizes64(const uint8_t *extra, size_t n, bool big, bool far, struct member *m,
                   uint64_t *at)
{
    size_t need = 4U + (big ? 16U : 0U) + (far ? 8U : 0U);
    if (!big && !far)
        return OK;
    if (n != need)
        return bad("the directory is broken");
    if (big)
        m->size = (int64_t)(le(extra + 4, 8) & INT64_MAX);
    if (far)
        *at = le(extra + need - 8, 8);
    return OK;
}

/* One entry of the directory; every byte of it and of the local header must be as it would be
 * written. */
static err entry(struct walking *w, struct member *m)
{
    const uint8_t *p = w->central.p + w->at;
    size_t left = w->central.n - w->at;
    if (left < CENTRAL_N || le(p, 4) != 0x02014b50)
        return bad("the directory is broken");
    size_t name_n = le(p + 28, 2), extra_n = le(p + 30, 2), all = CENTRAL_N + name_n + extra_n;
    if (all > left)
        return bad("the directory is broken");
    str name = {(const char *)p + CENTRAL_N, name_n};
    uint64_t at = le(p + 42, 4);
    *m = (struct member){
        .name = name, .size = (int64_t)le(p + 24, 4), .crc = (uint32_t)le(p + 16, 4)};
    TRY(sizes64(p + CENTRAL_N + name_n, extra_n, (uint64_t)m->size == ALL32, at == ALL32, m, &at));
    w->at += all;
    if (name_n > MEMBER_NAME_MAX)
        return bad("a name is too long");
    if (!name_ok(name))
        finding(w->f, "name", name, "no member of a package has such a name");
    return OK;
}

static err place(struct walking *w, struct member *m, const uint8_t *p, size_t n)
{
    uint8_t b[HEADER_MAX];
    struct header local = local_must(m, w->stamp);
    struct header must = central_must(m, w->stamp, (uint64_t)w->next);
    bool same = must.n == n && memcmp(must.b, p, n) == 0;
    m->at = w->next + (int64_t)local.n;
    if (m->size < 0 || m->size > w->start - w->next - (int64_t)local.n) {
        m->size = 0;
        return bad("members and directory do not fit together");
    }
    TRY(read_at(w->a->fd, w->next, b, local.n));
    if (!same || memcmp(b, local.b, local.n) != 0)
        finding(w->f, "header", m->name, "its header is not as gongqi writes it");
    w->next = m->at + m->size;
    return OK;
}

err archive_open(arena *mem, int fd, struct findings *f, struct archive *ret_a)
{
    struct stat st;
    struct central c = {0};
    if (fstat(fd, &st) != 0)
        return fault(ERR_IO, "unreadable", "can't read the package");
    TRY(end_read(fd, st.st_size, &c));
    if (c.size > CENTRAL_MAX || c.start > c.end - c.size || c.start + c.size != c.end)
        return bad("the directory is not where the end says");
    if (c.n > MEMBERS_MAX || c.n > (uint64_t)c.size / CENTRAL_N)
        return bad("the directory is shorter than its count");
    uint8_t *central = arena_room(mem, (size_t)c.size + 1);
    TRY(read_at(fd, c.start, central, (size_t)c.size));
    struct archive a = {.fd = fd, .v = NEW_N(mem, struct member, c.n + 1)};
    struct walking w = {.a = &a, .f = f, .central = {central, (size_t)c.size}, .start = c.start};
    if (c.n)
        w.stamp = (struct stamp){le(central + 12, 2), le(central + 14, 2)};
    for (; a.n < c.n; a.n++) {
        size_t from = w.at;
        TRY(entry(&w, &a.v[a.n]));
        TRY(place(&w, &a.v[a.n], central + from, w.at - from));
    }
    if (w.at != w.central.n || w.next != c.start)
        finding(f, "header", S("(the archive)"), "there are bytes that belong to no member");
    *ret_a = a;
    return OK;
}

err archive_get(const struct archive *a, arena *mem, const struct member *m, size_t max,
                struct bytes *ret_data)
{
    if ((uint64_t)m->size > max)
        return fault(ERR_TOO_LARGE, "too_large", "%.*s has more than %zu bytes", FMT(m->name), max);
    uint8_t *p = arena_room(mem, (size_t)m->size + 1);
    TRY(read_at(a->fd, m->at, p, (size_t)m->size));
    *ret_data = (struct bytes){p, (size_t)m->size};
    return OK;
}

err archive_hash(const struct archive *a, const struct member *m, struct sha256 *ret_hash,
                 uint32_t *ret_crc)
{
    AUTO_ARENA(mem);
    uint8_t *chunk = arena_room(mem, CHUNK);
    struct sha256_ctx hash;
    uLong crc = crc32(0, NULL, 0);
    sha256_start(&hash);
    for (int64_t done = 0; done < m->size;) {
        size_t n = m->size - done < CHUNK ? (size_t)(m->size - done) : (size_t)CHUNK;
        TRY(read_at(a->fd, m->at + done, chunk, n));
        sha256_add(&hash, (struct bytes){chunk, n});
        crc = crc32(crc, chunk, (uInt)n);
        done += (int64_t)n;
    }
    *ret_hash = sha256_end(&hash);
    *ret_crc = (uint32_t)crc;
    return OK;
}
