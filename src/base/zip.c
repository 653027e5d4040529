/* Local headers, data, and the directory at the end. */
#include "base/zip.h"

#include "base/clock.h"

#include <errno.h>
#include <unistd.h>

enum {
    NAME_MAX_BYTES = 500,
    CHUNK = 256 * 1024,
    CENTRAL_MAX = 256 * 1024 * 1024,
    LOCAL = 0x04034b50,
    CENTRAL = 0x02014b50,
    END = 0x06054b50,
    END64 = 0x06064b50,
    LOCATOR64 = 0x07064b50,
    VERSION = 45, /* with ZIP64 */
    UTF8 = 1 << 11,
    EXTRA64 = 1,
    MADE_BY_UNIX = 3 << 8,
    FILE_MODE = 0100644,
};
#define MAX32 0xffffffffU
#define MAX16 0xffffU

/* CRC-32 of IEEE 802.3, by halves of a byte. */
static uint32_t crc_add(uint32_t crc, struct bytes b)
{
    static const uint32_t T[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    crc = ~crc;
    for (size_t i = 0; i < b.n; i++) {
        crc ^= b.p[i];
        crc = crc >> 4 ^ T[crc & 15];
        crc = crc >> 4 ^ T[crc & 15];
    }
    return ~crc;
}

/* Little-endian, n bytes. */
static void put(struct buf *b, uint64_t v, int n)
{
    for (int i = 0; i < n; i++)
        buf_add_char(b, (char)(v >> 8 * i & 255));
}

static err write_at(int fd, int64_t at, struct bytes b)
{
    while (b.n) {
        ssize_t n = pwrite(fd, b.p, b.n, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fault(ERR_IO, errno == ENOSPC ? "disk_full" : "storage_unavailable", "zip: %s",
                         strerror(errno));
        b = (struct bytes){b.p + n, b.n - (size_t)n};
        at += n;
    }
    return OK;
}

void zip_start(struct zip *ret_zip, arena *mem, int fd, int64_t at_ms)
{
    struct moment m = clock_china(at_ms);
    int year = m.date.year < 1980 ? 1980 : m.date.year;
    *ret_zip = (struct zip){
        .fd = fd,
        .date = (uint16_t)((year - 1980) << 9 | m.date.month << 5 | m.date.day),
        .time = (uint16_t)(m.hour << 11 | m.minute << 5 | m.second / 2),
    };
    buf_init(&ret_zip->central, mem, CENTRAL_MAX);
}

static bool name_ok(str name)
{
    str rest = name;
    if (!name.n || name.n > NAME_MAX_BYTES || !str_valid(name) || name.p[0] == '/')
        return false;
    while (rest.p) {
        str part = str_split(rest, '/', &rest);
        if (!part.n || str_eq(part, S("..")))
            return false;
    }
    return true;
}

struct entry {
    str name;
    uint32_t crc;
    uint64_t size, at;
};

/* What local header and directory have in common, from the version needed on. Sizes that do not fit
 * stand in the extra field, which both get whenever one of them needs it. */
static void common(struct buf *b, const struct zip *z, const struct entry *e, int extra)
{
    bool big = e->size >= MAX32;
    put(b, VERSION, 2);
    put(b, UTF8, 2);
    put(b, 0, 2);
    put(b, z->time, 2);
    put(b, z->date, 2);
    put(b, e->crc, 4);
    put(b, big ? MAX32 : e->size, 4);
    put(b, big ? MAX32 : e->size, 4);
    put(b, e->name.n, 2);
    put(b, (uint64_t)extra, 2);
}

static err local(struct zip *z, arena *mem, const struct entry *e)
{
    struct buf b;
    bool big = e->size >= MAX32;
    buf_init(&b, mem, 1024);
    put(&b, LOCAL, 4);
    common(&b, z, e, big ? 20 : 0);
    buf_add(&b, e->name);
    if (big) {
        put(&b, EXTRA64, 2);
        put(&b, 16, 2);
        put(&b, e->size, 8);
        put(&b, e->size, 8);
    }
    str head;
    TRY(buf_take(&b, &head));
    TRY(write_at(z->fd, (int64_t)e->at, str_bytes(head)));
    z->at = (int64_t)e->at + (int64_t)head.n;
    return OK;
}

static void listed(struct zip *z, const struct entry *e)
{
    struct buf *b = &z->central;
    bool big = e->size >= MAX32, far = e->at >= MAX32;
    int data = (big ? 16 : 0) + (far ? 8 : 0);
    put(b, CENTRAL, 4);
    put(b, VERSION | MADE_BY_UNIX, 2);
    common(b, z, e, data ? data + 4 : 0);
    put(b, 0, 2); /* comment */
    put(b, 0, 2); /* disk */
    put(b, 0, 2);
    put(b, (uint64_t)FILE_MODE << 16, 4);
    put(b, far ? MAX32 : e->at, 4);
    buf_add(b, e->name);
    if (data) {
        put(b, EXTRA64, 2);
        put(b, (uint64_t)data, 2);
    }
    if (big) {
        put(b, e->size, 8);
        put(b, e->size, 8);
    }
    if (far)
        put(b, e->at, 8);
    z->entries++;
}

err zip_add(struct zip *z, str name, struct bytes data)
{
    AUTO_ARENA(mem);
    struct entry e = {name, crc_add(0, data), data.n, (uint64_t)z->at};
    if (!name_ok(name))
        return fault(ERR_BUG, "internal", "zip: bad name");
    TRY(local(z, mem, &e));
    TRY(write_at(z->fd, z->at, data));
    z->at += (int64_t)data.n;
    listed(z, &e);
    return OK;
}

/* The header goes in twice: the sum is known only after the data. */
err zip_add_fd(struct zip *z, str name, int fd)
{
    AUTO_ARENA(mem);
    struct entry e = {name, 0, 0, (uint64_t)z->at};
    off_t end = lseek(fd, 0, SEEK_END);
    if (!name_ok(name))
        return fault(ERR_BUG, "internal", "zip: bad name");
    if (end < 0)
        return fault(ERR_IO, "storage_unavailable", "zip: %s", strerror(errno));
    e.size = (uint64_t)end;
    TRY(local(z, mem, &e));
    int64_t data = z->at;
    uint8_t *chunk = arena_room(mem, CHUNK);
    for (int64_t from = 0; from < end;) {
        ssize_t n = pread(fd, chunk, CHUNK, from);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fault(ERR_IO, "storage_unavailable", "zip: the file got shorter");
        if (n > end - from)
            n = end - from;
        struct bytes b = {chunk, (size_t)n};
        e.crc = crc_add(e.crc, b);
        TRY(write_at(z->fd, data + from, b));
        from += n;
    }
    TRY(local(z, mem, &e));
    z->at = data + end;
    listed(z, &e);
    return OK;
}

static void end64(struct buf *b, const struct zip *z, uint64_t at, uint64_t size)
{
    put(b, END64, 4);
    put(b, 44, 8); /* bytes that follow */
    put(b, VERSION | MADE_BY_UNIX, 2);
    put(b, VERSION, 2);
    put(b, 0, 4);
    put(b, 0, 4);
    put(b, (uint64_t)z->entries, 8);
    put(b, (uint64_t)z->entries, 8);
    put(b, size, 8);
    put(b, at, 8);
    put(b, LOCATOR64, 4);
    put(b, 0, 4);
    put(b, at + size, 8);
    put(b, 1, 4);
}

err zip_end(struct zip *z, int64_t *ret_size)
{
    struct buf *b = &z->central;
    uint64_t at = (uint64_t)z->at, size = b->n, n = (uint64_t)z->entries;
    bool big = n >= MAX16 || size >= MAX32 || at >= MAX32;
    str all;
    if (big)
        end64(b, z, at, size);
    put(b, END, 4);
    put(b, 0, 2);
    put(b, 0, 2);
    put(b, big ? MAX16 : n, 2);
    put(b, big ? MAX16 : n, 2);
    put(b, big ? MAX32 : size, 4);
    put(b, big ? MAX32 : at, 4);
    put(b, 0, 2); /* comment */
    TRY(buf_take(b, &all));
    TRY(write_at(z->fd, z->at, str_bytes(all)));
    *ret_size = z->at + (int64_t)all.n;
    return OK;
}
