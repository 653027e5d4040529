/* The directory back end of the blob store. */
#include "base/clock.h"
#include "base/rand.h"
#include "blob/blob_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, NAME_MAX_N = 80, STALE_S = 3600 };

void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

err io_fault(const char *what)
{
    int number = errno;
    bool full = number == ENOSPC || number == EDQUOT;
    return fault(ERR_IO, full ? "disk_full" : "storage_unavailable", "blob %s: errno %d", what,
                 number);
}

/* Makes name if needed and opens it. The parent is synced when it is new: a directory entry that
 * is lost in a crash would take the blob with it. */
static err dir_open(int parent, const char *name, int *ret_fd)
{
    bool made = mkdirat(parent, name, 0700) == 0;
    if (!made && errno != EEXIST)
        return io_fault("mkdir");
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_fault("open directory");
    if (made && parent != AT_FDCWD && fsync(parent) != 0) {
        close(fd);
        return io_fault("sync directory");
    }
    *ret_fd = fd;
    return OK;
}

static void stale_remove(int tmp)
{
    int again = openat(tmp, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = again >= 0 ? fdopendir(again) : NULL;
    if (!d) {
        fd_close(&again);
        return;
    }
    int64_t now_s = clock_ms() / SECOND_MS;
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        struct stat st;
        if (fstatat(tmp, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
            now_s - st.st_mtime > STALE_S)
            (void)unlinkat(tmp, e->d_name, 0);
    }
    closedir(d);
}

err dir_store_open(const char *dir, struct blob_store *s)
{
    AUTO_FD top = -1;
    AUTO_FD tmp = -1;
    TRY(dir_open(AT_FDCWD, dir, &top));
    TRY(dir_open(top, "tmp", &tmp));
    stale_remove(tmp);
    s->dir = top;
    s->tmp = tmp;
    top = tmp = -1;
    return OK;
}

/* ab/cd/abcd…: valid hashes only (blob.c asks), so that no path can be smuggled in. */
static void path_of(str hash, char out[NAME_MAX_N])
{
    ASSERT(hash.p && blob_hash_valid(hash));
    snprintf(out, NAME_MAX_N, "%.2s/%.2s/%.*s", hash.p, hash.p + 2, FMT(hash));
}

/* A file that is being written; removed by temp_done unless it has been kept. */
struct temp {
    int in_dir, fd;
    char name[NAME_MAX_N];
};

static void temp_done(struct temp *t)
{
    fd_close(&t->fd);
    if (t->name[0])
        (void)unlinkat(t->in_dir, t->name, 0);
    t->name[0] = '\0';
}
#define AUTO_TEMP(var) __attribute__((cleanup(temp_done))) struct temp var = {.fd = -1}

err spool_open(const struct blob_store *s, int *ret_fd)
{
    uint64_t r[2];
    char name[NAME_MAX_N];
    rand_bytes(r, sizeof r);
    snprintf(name, sizeof name, "%016llx%016llx", (unsigned long long)r[0],
             (unsigned long long)r[1]);
    int fd = openat(s->tmp, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return io_fault("create");
    (void)unlinkat(s->tmp, name, 0);
    *ret_fd = fd;
    return OK;
}

static err temp_make(struct blob_store *s, struct temp *t)
{
    uint64_t r[2];
    rand_bytes(r, sizeof r);
    char name[NAME_MAX_N];
    snprintf(name, sizeof name, "%016llx%016llx", (unsigned long long)r[0],
             (unsigned long long)r[1]);
    t->in_dir = s->tmp;
    t->fd = openat(s->tmp, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (t->fd < 0)
        return io_fault("create");
    snprintf(t->name, sizeof t->name, "%s", name);
    return OK;
}

err write_all(int fd, struct bytes b)
{
    while (b.n > 0) {
        ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return io_fault("write");
        b.p += n;
        b.n -= (size_t)n;
    }
    return OK;
}

err copy_hashed(int from, int to, struct sha256_ctx *hash, int64_t *ret_size)
{
    uint8_t chunk[CHUNK];
    int64_t size = 0;
    if (lseek(from, 0, SEEK_SET) < 0 && errno != ESPIPE)
        return io_fault("rewind");
    for (;;) {
        ssize_t n = read(from, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return io_fault("read");
        if (n == 0)
            break;
        struct bytes part = {chunk, (size_t)n};
        sha256_add(hash, part);
        TRY(write_all(to, part));
        size += n;
    }
    *ret_size = size;
    return OK;
}

static bool dir_blob_exists(struct blob_store *s, str hash)
{
    char path[NAME_MAX_N];
    path_of(hash, path);
    return faccessat(s->dir, path, F_OK, 0) == 0;
}

/* Durable means: the bytes, then the name. An existing blob is synced too: whoever wrote it may
 * have crashed, or be about to, between rename and sync. */
static err temp_keep(struct blob_store *s, struct temp *t, str hash)
{
    char a[3], b[3], path[NAME_MAX_N];
    path_of(hash, path);
    snprintf(a, sizeof a, "%.2s", hash.p);
    snprintf(b, sizeof b, "%.2s", hash.p + 2);
    AUTO_FD first = -1;
    AUTO_FD second = -1;
    TRY(dir_open(s->dir, a, &first));
    TRY(dir_open(first, b, &second));
    /* Touched, so that blob_remove_idle leaves it. */
    if (utimensat(s->dir, path, NULL, AT_SYMLINK_NOFOLLOW) != 0) {
        if (fsync(t->fd) != 0)
            return io_fault("sync");
        if (renameat(s->tmp, t->name, s->dir, path) != 0)
            return io_fault("rename");
        t->name[0] = '\0';
    }
    return fsync(second) == 0 ? OK : io_fault("sync directory");
}

static err dir_blob_put_fd(struct blob_store *s, arena *mem, int fd, str *ret_hash,
                           int64_t *ret_size)
{
    AUTO_TEMP(t);
    TRY(temp_make(s, &t));
    struct sha256_ctx ctx;
    sha256_start(&ctx);
    int64_t size = 0;
    TRY(copy_hashed(fd, t.fd, &ctx, &size));
    str hash = sha256_hex(mem, sha256_end(&ctx));
    TRY(temp_keep(s, &t, hash));
    *ret_hash = hash;
    *ret_size = size;
    return OK;
}

static err dir_blob_put_bytes(struct blob_store *s, arena *mem, struct bytes data, str *ret_hash)
{
    AUTO_TEMP(t);
    TRY(temp_make(s, &t));
    TRY(write_all(t.fd, data));
    str hash = sha256_hex(mem, sha256(data));
    TRY(temp_keep(s, &t, hash));
    *ret_hash = hash;
    return OK;
}

static err dir_blob_open(struct blob_store *s, str hash, int *ret_fd, int64_t *ret_size)
{
    char path[NAME_MAX_N];
    path_of(hash, path);
    AUTO_FD fd = openat(s->dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fault(ERR_NOT_FOUND, "not_found", "no blob %.*s", FMT(hash));
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return io_fault("open");
    *ret_size = st.st_size;
    *ret_fd = fd;
    fd = -1;
    return OK;
}

static err dir_blob_remove(struct blob_store *s, str hash)
{
    char path[NAME_MAX_N];
    path_of(hash, path);
    if (unlinkat(s->dir, path, 0) == 0)
        return OK;
    if (errno == ENOENT || errno == ENOTDIR)
        return fault(ERR_NOT_FOUND, "not_found", "no blob %.*s", FMT(hash));
    return io_fault("remove");
}

/* Taken aside first: whoever stores the same bytes from now on writes them anew. */
static err dir_blob_remove_idle(struct blob_store *s, str hash, int64_t idle_ms, bool *ret_removed)
{
    char path[NAME_MAX_N], aside[NAME_MAX_N];
    struct stat st;
    path_of(hash, path);
    snprintf(aside, sizeof aside, "%.*s.old", FMT(hash));
    *ret_removed = renameat(s->dir, path, s->tmp, aside) != 0;
    if (*ret_removed)
        return errno == ENOENT || errno == ENOTDIR ? OK : io_fault("remove");
    if (fstatat(s->tmp, aside, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return io_fault("stat");
    *ret_removed = clock_ms() - (int64_t)st.st_mtim.tv_sec * SECOND_MS >= idle_ms;
    if (!*ret_removed)
        return renameat(s->tmp, aside, s->dir, path) == 0 ? OK : io_fault("rename");
    return unlinkat(s->tmp, aside, 0) == 0 ? OK : io_fault("remove");
}

const struct blob_backend BLOB_DIR = {
    dir_blob_put_fd, dir_blob_put_bytes, dir_blob_open,
    dir_blob_exists, dir_blob_remove,    dir_blob_remove_idle,
};
