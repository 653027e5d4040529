/* Making a backup. The order matters: the checkpoint before the database, so that the database has
 * every leaf that the checkpoint names; the blobs after it, so that all it refers to are there. */
#include "app/backup.h"
#include "app/services.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/tar.h"
#include "blob/blob.h"
#include "db/snapshot.h"
#include "record/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024, MANIFEST_MAX = 1 << 20, BLOB_DEPTH = 2 };

struct writing {
    struct boot *b;
    arena *mem;
    struct tar tar;
    struct backup_manifest m;
    str damaged[BACKUP_DAMAGED_MAX]; /* the first ones by name */
    uint8_t *chunk;
    int64_t mtime;
};

static void file_note(struct writing *w, str name, struct sha256 h)
{
    ASSERT(w->m.n < BACKUP_FILES);
    w->m.files[w->m.n].name = name;
    w->m.files[w->m.n++].sha256 = sha256_hex(w->mem, h);
}

static err bytes_add(struct writing *w, const char *name, struct bytes data)
{
    TRY(tar_add(&w->tar, name, (int64_t)data.n, w->mtime));
    TRY(tar_write(&w->tar, data));
    if (strcmp(name, "manifest.json") != 0)
        file_note(w, str_from(name), sha256(data));
    return OK;
}

/* A file that grew or shrank meanwhile is no copy of anything: blobs and snapshots do not. */
static err stream(struct writing *w, int fd, const char *path, int64_t size, struct sha256 *ret_h)
{
    struct sha256_ctx c;
    sha256_start(&c);
    while (size > 0) {
        ssize_t n = read(fd, w->chunk, size < CHUNK ? (size_t)size : CHUNK);
        if (n <= 0)
            return file_fault("read", path);
        struct bytes data = {w->chunk, (size_t)n};
        sha256_add(&c, data);
        TRY(tar_write(&w->tar, data));
        size -= n;
    }
    *ret_h = sha256_end(&c);
    return OK;
}

static err file_add(struct writing *w, int dir, const char *path, const char *name,
                    int64_t *ret_size, struct sha256 *ret_h)
{
    struct stat st;
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : file_fault("open", path);
    err e = fstat(fd, &st) == 0 ? OK : file_fault("stat", path);
    if (e == OK)
        e = tar_add(&w->tar, name, st.st_size, st.st_mtime);
    if (e == OK)
        e = stream(w, fd, path, st.st_size, ret_h);
    close(fd);
    *ret_size = e == OK ? st.st_size : 0;
    return e;
}

/* ---- the parts ---- */

static err checkpoint_text(struct writing *w, str *ret_text)
{
    struct record_log *l = NULL;
    if (!w->b->settings.log_tiles.n)
        return backup_text(
            w->mem, str_z(w->mem, str_cat(w->mem, w->b->site.data_dir, S("/log/checkpoint"))),
            ret_text);
    TRY(log_open(w->b, &l));
    err e = record_log_checkpoint(l, w->mem, ret_text);
    struct fault why = fault_of(e);
    record_log_close(l);
    if (e != OK)
        fault_copy(&why);
    return e;
}

static err checkpoint_add(struct writing *w)
{
    str text;
    err e = checkpoint_text(w, &text);
    if (e == ERR_NOT_FOUND)
        return OK; /* nothing was ever signed */
    TRY(e);
    return bytes_add(w, "checkpoint", str_bytes(text));
}

static err database_add(struct writing *w, const char *temporary)
{
    bool lite = db_is_sqlite(w->b->site.db);
    const char *name = lite ? "database.sqlite" : "database.dump";
    struct sha256 h;
    int64_t size = 0;
    w->m.engine = lite ? S("sqlite") : S("postgresql");
    TRY(db_snapshot(w->b->site.db, temporary));
    err e = file_add(w, AT_FDCWD, temporary, name, &size, &h);
    struct fault why = fault_of(e);
    (void)unlink(temporary);
    if (e != OK)
        fault_copy(&why);
    else
        file_note(w, str_from(name), h);
    return e;
}

static err blob_count(struct writing *w, const char *hash, int64_t size, struct sha256 h)
{
    w->m.blobs++;
    w->m.blob_bytes += size;
    if (str_eq(sha256_hex(w->mem, h), str_from(hash)))
        return OK;
    if (w->m.damaged < BACKUP_DAMAGED_MAX)
        w->damaged[w->m.damaged] = str_dup(w->mem, str_from(hash));
    w->m.damaged++;
    return OK;
}

static err blob_add(struct writing *w, int dir, const char *hash, const char *name)
{
    struct sha256 h;
    int64_t size = 0;
    err e = file_add(w, dir, hash, name, &size, &h);
    if (e == ERR_NOT_FOUND)
        return OK; /* its time was over meanwhile */
    TRY(e);
    return blob_count(w, hash, size, h);
}

static err remote_add(struct writing *w, struct blob_store *s, str hash)
{
    AUTO_ARENA(mem);
    struct sha256 h;
    int64_t size = 0;
    int fd = -1;
    const char *name = str_fmt(mem, "blobs/%.2s/%.2s/%.*s", hash.p, hash.p + 2, FMT(hash)).p;
    err e = blob_open(s, hash, &fd, &size);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    e = tar_add(&w->tar, name, size, w->mtime);
    if (e == OK)
        e = stream(w, fd, name, size, &h);
    close(fd);
    TRY(e);
    return blob_count(w, str_z(mem, hash), size, h);
}

static err remotes_add(struct writing *w, struct blob_store *s, int dir)
{
    AUTO_ARENA(mem);
    str *v = NULL, after = S("");
    for (size_t n = 1; n;) {
        TRY(blob_list_s3(s, mem, after, &v, &n));
        for (size_t i = 0; i < n; i++) {
            str path = str_fmt(mem, "blobs/%.2s/%.2s/%.*s", v[i].p, v[i].p + 2, FMT(v[i]));
            if (faccessat(dir, path.p, F_OK, 0) != 0) /* else it was added with the directory */
                TRY(remote_add(w, s, v[i]));
            after = v[i];
        }
    }
    return OK;
}

/* Those in S3, one after the other through a file without a name. */
static err remote_blobs_add(struct writing *w, int dir)
{
    struct blob_store *s = NULL;
    if (!w->b->settings.blobs.n)
        return OK;
    TRY(blobs_open(w->b, &s));
    err e = remotes_add(w, s, dir);
    struct fault why = fault_of(e);
    blob_store_close(s);
    if (e != OK)
        fault_copy(&why);
    return e;
}

/* blobs/ab/cd/…; what is no name of such a level is not the store's. */
static err blobs_add(struct writing *w, int at, const char *path, int depth)
{
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d)
        return errno == ENOENT ? OK : file_fault("open", path);
    err e = OK;
    for (const struct dirent *x; e == OK && (x = readdir(d));) {
        AUTO_ARENA(mem);
        const char *name = str_fmt(mem, "%s/%s", path, x->d_name).p;
        size_t n = strlen(x->d_name), want = depth < BLOB_DEPTH ? 2 : 64;
        if (n != want || strspn(x->d_name, "0123456789abcdef") != n)
            continue;
        e = depth < BLOB_DEPTH ? blobs_add(w, at, name, depth + 1) : OK;
        if (e == OK && depth == BLOB_DEPTH)
            e = blob_add(w, fd, x->d_name, name);
    }
    closedir(d);
    return e;
}

static err keys_add(struct writing *w, str passphrase)
{
    const struct settings *set = &w->b->settings;
    struct backup_keys k = {S(""), S("")};
    err e = set->vault_key_command.n
                ? OK
                : backup_text(w->mem, str_z(w->mem, set->vault_key_file), &k.vault);
    if (e == OK || e == ERR_NOT_FOUND)
        e = backup_text(w->mem, str_z(w->mem, set->log_key_file), &k.log);
    if (e != ERR_NOT_FOUND)
        TRY(e);
    w->m.vault_mark = backup_mark(w->mem, k.vault);
    w->m.log_mark = backup_mark(w->mem, k.log);
    if (!passphrase.n)
        return OK;
    struct bytes box;
    TRY(backup_keys_seal(w->mem, &k, passphrase, &box));
    w->m.keys = true;
    return bytes_add(w, "keys.box", box);
}

static err manifest_add(struct writing *w)
{
    struct jw j;
    jw_init(&j, w->mem, MANIFEST_MAX);
    jw_object(&j);
    jw_key_int(&j, "format", 1);
    jw_key_str(&j, "made_by", S("gongqi " GONGQI_VERSION));
    jw_key_int(&j, "made_at", w->m.made_at);
    jw_key_str(&j, "engine", w->m.engine);
    jw_key_str(&j, "vault_mark", w->m.vault_mark);
    jw_key_str(&j, "log_mark", w->m.log_mark);
    jw_key_int(&j, "blobs", w->m.blobs);
    jw_key_int(&j, "blob_bytes", w->m.blob_bytes);
    jw_key(&j, "files");
    jw_object(&j);
    for (size_t i = 0; i < w->m.n; i++)
        jw_key_str(&j, str_z(w->mem, w->m.files[i].name), w->m.files[i].sha256);
    jw_end(&j);
    jw_key_int(&j, "damaged_blobs", w->m.damaged);
    jw_key(&j, "damaged");
    jw_array(&j);
    for (int64_t i = 0; i < w->m.damaged && i < BACKUP_DAMAGED_MAX; i++)
        jw_str(&j, w->damaged[i]);
    jw_end(&j);
    jw_end(&j);
    return bytes_add(w, "manifest.json", str_bytes(buf_str(&j.out)));
}

static err parts_add(struct writing *w, const char *temporary, str passphrase)
{
    int dir = open(str_z(w->mem, w->b->site.data_dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return file_fault("open", "the data directory");
    err e = checkpoint_add(w);
    if (e == OK)
        e = database_add(w, temporary);
    if (e == OK)
        e = blobs_add(w, dir, "blobs", 0);
    if (e == OK)
        e = remote_blobs_add(w, dir);
    close(dir);
    TRY(e);
    TRY(keys_add(w, passphrase));
    TRY(manifest_add(w));
    TRY(tar_end(&w->tar));
    return fsync(w->tar.fd) == 0 ? OK : file_fault("sync", "the backup");
}

/* ---- the file ---- */

static err named(const char *part, const char *file)
{
    if (rename(part, file) != 0)
        return file_fault("rename", file);
    char dir[4096];
    const char *slash = strrchr(file, '/');
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - file) + 1 : 1, slash ? file : ".");
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    err e = fd >= 0 && fsync(fd) == 0 ? OK : file_fault("sync", dir);
    if (fd >= 0)
        close(fd);
    return e;
}

static err written(struct writing *w, const char *part, str passphrase)
{
    AUTO_ARENA(mem);
    struct backup_manifest again;
    const char *temporary = str_fmt(w->mem, "%s.db", part).p;
    (void)unlink(temporary); /* of one that was killed */
    w->tar.fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (w->tar.fd < 0)
        return file_fault("make", part);
    err e = parts_add(w, temporary, passphrase);
    close(w->tar.fd);
    TRY(e);
    return backup_check(mem, part, &again);
}

err backup_write(struct boot *b, const char *file, str passphrase,
                 struct backup_manifest *ret_manifest)
{
    if (access(file, F_OK) == 0)
        return fault(ERR_CONFLICT, "exists", "%s is there already", file);
    struct writing w = {.b = b, .mem = b->mem, .chunk = arena_room(b->mem, CHUNK)};
    const char *part = str_fmt(b->mem, "%s.part", file).p;
    w.m.made_at = clock_ms();
    w.mtime = w.m.made_at / 1000;
    err e = written(&w, part, passphrase);
    if (e == OK)
        e = named(part, file);
    struct fault why = fault_of(e);
    if (e != OK) {
        (void)unlink(part);
        fault_copy(&why);
        return e;
    }
    *ret_manifest = w.m;
    return OK;
}
