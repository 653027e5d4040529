/* Durable files of the log: written beside, synced, renamed. */
#include "base/clock.h"
#include "base/rand.h"
#include "record/log_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = TILE_WIDTH * (ENTRY_MAX + 2), LOCK_STEP_US = 5000, LOCK_TRIES = 400 };

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define AUTO_FD __attribute__((cleanup(fd_close))) int

static err io_fault(const char *what, const char *path)
{
    int number = errno;
    bool full = number == ENOSPC || number == EDQUOT;
    if (number == ENOENT || number == ENOTDIR)
        return fault(ERR_NOT_FOUND, "not_found", "log: no %s", path);
    return fault(ERR_IO, full ? "disk_full" : "storage_unavailable", "log: %s %s: errno %d", what,
                 path, number);
}

err log_files_open(const char *dir, struct s3 *s3, struct log_files *ret_f)
{
    if (mkdir(dir, 0755) != 0 && errno != EEXIST)
        return io_fault("mkdir", dir);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_fault("open", dir);
    *ret_f = (struct log_files){.dir = fd, .s3 = s3};
    return OK;
}

void log_files_abandon(struct log_files *f)
{
    for (int i = 0; i < f->n_waiting; i++) {
        close(f->waiting[i].fd);
        (void)unlinkat(f->dir, f->waiting[i].temp, 0);
    }
    f->n_waiting = 0;
}

void log_files_close(struct log_files *f)
{
    log_files_abandon(f);
    if (f->dir > 0)
        close(f->dir);
    f->dir = 0;
}

err log_files_lock(const struct log_files *f, int *ret_fd)
{
    AUTO_FD fd = openat(f->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return io_fault("open", "lock");
    for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return io_fault("lock", "lock");
        if (i == LOCK_TRIES)
            return fault(
                ERR_RETRY, "log_locked",
                "another process has held the lock of the log for seconds: is it stopped?");
        usleep(LOCK_STEP_US);
    }
    *ret_fd = fd;
    fd = -1;
    return OK;
}

void log_files_unlock(int *fd)
{
    fd_close(fd);
}

static err dir_sync(int at, const char *path)
{
    AUTO_FD fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return io_fault("sync", path);
    return OK;
}

/* Partial tiles beside a full one. What fails stays. */
static void partials_drop(const struct log_files *f, const char *full)
{
    char dir[72], name[128];
    snprintf(dir, sizeof dir, "%s.p", full);
    int fd = openat(f->dir, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        fd_close(&fd);
        return;
    }
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        snprintf(name, sizeof name, "%.100s", e->d_name);
        if (name[0] != '.')
            (void)unlinkat(dirfd(d), name, 0);
    }
    closedir(d);
    (void)unlinkat(f->dir, dir, AT_REMOVEDIR);
}

/* The bytes of all, while the disk is at it, then the names. */
static err waiting_flush(struct log_files *f)
{
    for (int i = 0; i < f->n_waiting; i++)
        if (fsync(f->waiting[i].fd) != 0)
            return io_fault("sync", f->waiting[i].path);
    for (int i = 0; i < f->n_waiting; i++) {
        const char *path = f->waiting[i].path;
        if (renameat(f->dir, f->waiting[i].temp, f->dir, path) != 0)
            return io_fault("rename", path);
        if (strncmp(path, "tile/", 5) == 0 && !strstr(path, ".p/"))
            partials_drop(f, path);
    }
    for (int i = 0; i < f->n_waiting; i++)
        close(f->waiting[i].fd);
    f->n_waiting = 0;
    return OK;
}

err log_files_sync(struct log_files *f)
{
    TRY(waiting_flush(f));
    for (int i = 0; i < f->n_unsynced; i++)
        TRY(dir_sync(f->dir, f->unsynced[i]));
    f->n_unsynced = 0;
    return OK;
}

static err unsynced_add(struct log_files *f, const char *dir)
{
    for (int i = 0; i < f->n_unsynced; i++)
        if (strcmp(f->unsynced[i], dir) == 0)
            return OK;
    if (f->n_unsynced == (int)LEN(f->unsynced))
        TRY(log_files_sync(f));
    snprintf(f->unsynced[f->n_unsynced++], sizeof f->unsynced[0], "%s", dir);
    return OK;
}

/* The folder of a path, made with its parents. */
static err parent_make(struct log_files *f, const char *path, char dir[64])
{
    snprintf(dir, 64, "%s", path);
    ASSERT(strlen(path) < 64);
    char *end = strrchr(dir, '/');
    if (!end) {
        snprintf(dir, 64, ".");
        return OK;
    }
    *end = '\0';
    if (faccessat(f->dir, dir, F_OK, 0) == 0)
        return OK;
    char above[64];
    TRY(parent_make(f, dir, above));
    if (mkdirat(f->dir, dir, 0755) != 0 && errno != EEXIST)
        return io_fault("mkdir", dir);
    return unsynced_add(f, above);
}

static err write_all(int fd, struct bytes b, const char *path)
{
    while (b.n > 0) {
        ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return io_fault("write", path);
        b.p += n;
        b.n -= (size_t)n;
    }
    return OK;
}

static void temp_name(const char *path, size_t size, char *temp)
{
    snprintf(temp, size, "%s.tmp%08x", path, rand_below(UINT32_MAX));
}

/* At, beside and then in place of path. */
static err replace(int at, const char *path, struct bytes data, mode_t mode)
{
    char temp[LOG_PATH_MAX];
    temp_name(path, sizeof temp, temp);
    AUTO_FD fd = openat(at, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return io_fault("create", temp);
    err e = write_all(fd, data, path);
    if (e == OK && fsync(fd) != 0)
        e = io_fault("sync", path);
    if (e == OK && renameat(at, temp, at, path) != 0)
        e = io_fault("rename", path);
    if (e != OK)
        (void)unlinkat(at, temp, 0);
    return e;
}

/* The disk begins to write at once; nobody waits for it before log_files_sync. */
err log_files_put(struct log_files *f, const char *path, struct bytes data)
{
    char dir[64];
    if (f->s3)
        return log_object_put(f->s3, path, data);
    TRY(parent_make(f, path, dir));
    TRY(unsynced_add(f, dir));
    if (f->n_waiting == (int)LEN(f->waiting))
        TRY(waiting_flush(f));
    char *temp = f->waiting[f->n_waiting].temp;
    temp_name(path, sizeof f->waiting[0].temp, temp);
    int fd = openat(f->dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return io_fault("create", temp);
    snprintf(f->waiting[f->n_waiting].path, sizeof f->waiting[0].path, "%s", path);
    f->waiting[f->n_waiting++].fd = fd; /* from here on log_files_abandon removes it */
    TRY(write_all(fd, data, path));
    (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    return OK;
}

static err read_all(int fd, arena *mem, const char *path, struct bytes *ret_data)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return io_fault("stat", path);
    if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
        return fault(ERR_INVALID, "log_damaged", "log: %s is no file of the log", path);
    uint8_t *p = arena_room(mem, (size_t)st.st_size + 1);
    size_t n = 0;
    while (n < (size_t)st.st_size) {
        ssize_t got = read(fd, p + n, (size_t)st.st_size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return io_fault("read", path);
        n += (size_t)got;
    }
    *ret_data = (struct bytes){p, n};
    return OK;
}

err log_files_get(const struct log_files *f, arena *mem, const char *path, struct bytes *ret_data)
{
    if (f->s3)
        return s3_get(f->s3, mem, str_from(path), FILE_MAX, ret_data, NULL);
    AUTO_FD fd = openat(f->dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return io_fault("open", path);
    return read_all(fd, mem, path, ret_data);
}

err log_files_look(const struct log_files *f, arena *mem, const char *path, struct bytes *ret_data,
                   struct log_tag *ret_tag)
{
    struct s3_object o = {0};
    err e = f->s3 ? s3_get(f->s3, mem, str_from(path), FILE_MAX, ret_data, &o)
                  : log_files_get(f, mem, path, ret_data);
    memcpy(ret_tag->text, o.tag, sizeof o.tag);
    return e;
}

err log_files_replace(const struct log_files *f, const char *path, struct bytes data,
                      const struct log_tag *seen)
{
    if (f->s3)
        return s3_put(f->s3, str_from(path), &(struct s3_body){.fd = -1, .data = data}, seen->text);
    TRY(replace(f->dir, path, data, 0644));
    return dir_sync(f->dir, ".");
}

err log_files_try(struct log_files *f)
{
    if (f->s3 && !f->s3_tried)
        TRY(s3_try(f->s3, true));
    f->s3_tried = true;
    return OK;
}

int64_t log_files_time(const struct log_files *f, const char *path)
{
    struct stat st;
    struct s3_object o;
    if (f->s3)
        return s3_head(f->s3, str_from(path), &o) == OK ? clock_ms() - o.age_ms : 0;
    if (fstatat(f->dir, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

err small_file_put(const char *path, struct bytes data)
{
    AUTO_ARENA(mem);
    TRY(replace(AT_FDCWD, path, data, 0600));
    const char *slash = strrchr(path, '/');
    str dir = slash ? str_sub(str_from(path), 0, (size_t)(slash - path) + 1) : S(".");
    return dir_sync(AT_FDCWD, str_z(mem, dir));
}

err small_file_get(arena *mem, const char *path, bool private, str *ret_text)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return io_fault("open", path);
    struct stat st;
    if (private && (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0))
        return fault(ERR_INVALID, "log_key_mode", "%s must be readable by its owner only (0600)",
                     path);
    struct bytes b;
    TRY(read_all(fd, mem, path, &b));
    *ret_text = bytes_str(b);
    return str_valid(*ret_text) ? OK : fault(ERR_INVALID, "invalid", "%s is no text", path);
}
