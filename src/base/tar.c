/* Tar: blocks of 512 bytes. */
#include "base/tar.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 512, NAME_AT = 0, MODE_AT = 100, SIZE_AT = 124, TIME_AT = 136, SUM_AT = 148 };
enum { TYPE_AT = 156, MAGIC_AT = 257, SIZE_N = 12 };
static const int64_t OCTAL_MAX = 077777777777;
static const char ZEROS[2 * BLOCK];

static err bad(const char *why)
{
    return fault(ERR_INVALID, "bad_archive", "%s", why);
}

static err put(const struct tar *t, const void *p, size_t n)
{
    return file_write(t->fd, (struct bytes){p, n}, "the archive");
}

/* *ret_n < n only at the end of the file. */
static err read_all(int fd, char *p, size_t n, size_t *ret_n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t k = read(fd, p + done, n - done);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return file_fault("read", "the archive");
        if (k == 0)
            break;
        done += (size_t)k;
    }
    *ret_n = done;
    return OK;
}

static unsigned sum_of(const char head[BLOCK])
{
    unsigned sum = 0;
    for (int i = 0; i < BLOCK; i++)
        sum += i >= SUM_AT && i < SUM_AT + 8 ? ' ' : (uint8_t)head[i];
    return sum;
}

static void size_put(char *at, int64_t size)
{
    if (size <= OCTAL_MAX) {
        snprintf(at, SIZE_N, "%011llo", (unsigned long long)size);
        return;
    }
    for (int i = SIZE_N - 1; i > 0; i--, size >>= 8)
        at[i] = (char)(size & 0xFF);
    at[0] = (char)0x80;
}

static err size_get(const char *at, int64_t *ret_size)
{
    uint64_t size = 0;
    if ((uint8_t)at[0] == 0x80) {
        for (int i = 1; i < SIZE_N; i++) {
            if (size >> 55)
                return bad("an entry of impossible size");
            size = size << 8 | (uint8_t)at[i];
        }
    } else {
        for (int i = 0; i < SIZE_N - 1; i++) {
            if (at[i] < '0' || at[i] > '7')
                return bad("an entry without size");
            size = size * 8 + (uint64_t)(at[i] - '0');
        }
    }
    *ret_size = (int64_t)size;
    return OK;
}

static int64_t pad_of(int64_t size)
{
    return (BLOCK - size % BLOCK) % BLOCK;
}

err tar_add(struct tar *t, const char *path, int64_t size, int64_t mtime)
{
    char head[BLOCK] = {0};
    ASSERT(t->left == 0 && size >= 0 && strlen(path) < TAR_PATH_MAX);
    snprintf(head + NAME_AT, TAR_PATH_MAX, "%s", path);
    snprintf(head + MODE_AT, 24, "%07o%c%07o%c%07o", 0600, 0, 0, 0, 0); /* mode, owner, group */
    size_put(head + SIZE_AT, size);
    snprintf(head + TIME_AT, 12, "%011llo", (unsigned long long)mtime);
    head[TYPE_AT] = '0';
    memcpy(head + MAGIC_AT, "ustar\00000", 8);
    snprintf(head + SUM_AT, 8, "%06o", sum_of(head));
    head[SUM_AT + 7] = ' ';
    TRY(put(t, head, BLOCK));
    t->left = size;
    t->pad = pad_of(size);
    return OK;
}

err tar_write(struct tar *t, struct bytes b)
{
    ASSERT((int64_t)b.n <= t->left);
    TRY(put(t, b.p, b.n));
    t->left -= (int64_t)b.n;
    if (t->left > 0)
        return OK;
    err e = put(t, ZEROS, (size_t)t->pad);
    t->pad = 0;
    return e;
}

err tar_end(struct tar *t)
{
    ASSERT(t->left == 0);
    return put(t, ZEROS, sizeof ZEROS);
}

static bool path_fine(const char *path)
{
    if (!*path || *path == '/')
        return false;
    for (const char *p = path; p; p = strchr(p, '/'), p += p != NULL)
        if (!*p || *p == '.' || *p == '/')
            return false; /* an empty part, a hidden one, "." or ".." */
    return true;
}

static err skip(struct tar *t)
{
    char buf[8 * BLOCK];
    for (int64_t n = t->left + t->pad; n > 0;) {
        size_t got = 0, want = n < (int64_t)sizeof buf ? (size_t)n : sizeof buf;
        TRY(read_all(t->fd, buf, want, &got));
        if (got < want)
            return bad("cut off");
        n -= (int64_t)got;
    }
    t->left = t->pad = 0;
    return OK;
}

err tar_next(struct tar *t, struct tar_entry *ret_e)
{
    char head[BLOCK];
    size_t n = 0;
    TRY(skip(t));
    TRY(read_all(t->fd, head, BLOCK, &n));
    if (n < BLOCK)
        return bad("cut off");
    if (memcmp(head, ZEROS, BLOCK) == 0)
        return ERR_NOT_FOUND;
    if (memcmp(head + MAGIC_AT, "ustar", 5) != 0 ||
        sum_of(head) != (unsigned)strtoul(head + SUM_AT, NULL, 8))
        return bad("no entry where one should be");
    if (head[TYPE_AT] != '0')
        return bad("an entry that is no file");
    memcpy(ret_e->path, head + NAME_AT, TAR_PATH_MAX);
    ret_e->path[TAR_PATH_MAX - 1] = '\0';
    if (!path_fine(ret_e->path))
        return bad("a name that leaves the folder");
    TRY(size_get(head + SIZE_AT, &ret_e->size));
    t->left = ret_e->size;
    t->pad = pad_of(ret_e->size);
    return OK;
}

err tar_read(struct tar *t, void *out, size_t room, size_t *ret_n)
{
    size_t want = (int64_t)room < t->left ? room : (size_t)t->left;
    TRY(read_all(t->fd, out, want, ret_n));
    if (*ret_n < want)
        return bad("cut off");
    t->left -= (int64_t)want;
    return OK;
}
