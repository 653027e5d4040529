/* Reading a backup: whether it is whole, and its files. */
#include "app/backup.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/tar.h"
#include "blob/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024, MANIFEST_MAX = 1 << 20 };

struct seen {
    str name, sha256;
};
struct reading {
    arena *mem;
    struct tar tar;
    struct seen files[BACKUP_FILES];
    size_t n;
    int64_t blobs, blob_bytes, damaged;
    str manifest;
    uint8_t *chunk;
    const char *to; /* NULL: only look */
};

static err bad(const char *what, const char *name)
{
    return fault(ERR_INVALID, "bad_archive", "%s: %s", name, what);
}

/* blobs/ab/cd/<hash> */
static bool is_blob(str path, str *ret_hash)
{
    *ret_hash = str_sub(path, 12, path.n);
    return path.n == 12 + BLOB_HASH_N && str_starts(path, S("blobs/")) &&
           blob_hash_valid(*ret_hash) && memcmp(path.p + 6, ret_hash->p, 2) == 0 &&
           memcmp(path.p + 9, ret_hash->p + 2, 2) == 0;
}

/* The entry's bytes through the hash and, when fd is one, into it. */
static err stream(struct reading *r, int fd, const char *path, str *ret_sha256)
{
    struct sha256_ctx c;
    sha256_start(&c);
    for (size_t n = 1; n;) {
        TRY(tar_read(&r->tar, r->chunk, CHUNK, &n));
        sha256_add(&c, (struct bytes){r->chunk, n});
        if (fd >= 0)
            TRY(file_write(fd, (struct bytes){r->chunk, n}, path));
    }
    *ret_sha256 = sha256_hex(r->mem, sha256_end(&c));
    return fd < 0 || fsync(fd) == 0 ? OK : file_fault("sync", path);
}

/* The folders of blobs/ab/cd/… in `to`. */
static err parents_make(const char *path)
{
    char dir[4096];
    for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
        snprintf(dir, sizeof dir, "%.*s", (int)(p - path), path);
        if (mkdir(dir, 0700) != 0 && errno != EEXIST)
            return file_fault("mkdir", dir);
    }
    return OK;
}

static err taken(struct reading *r, const struct tar_entry *x, str *ret_sha256)
{
    bool wanted = r->to && strcmp(x->path, "keys.box") != 0;
    if (!wanted)
        return stream(r, -1, x->path, ret_sha256);
    bool checkpoint = strcmp(x->path, "checkpoint") == 0;
    AUTO_ARENA(mem);
    const char *path = str_fmt(mem, "%s/%s%s", r->to, checkpoint ? "log/" : "", x->path).p;
    TRY(parents_make(path));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return file_fault("make", path);
    err e = stream(r, fd, path, ret_sha256);
    close(fd);
    return e;
}

static err manifest_take(struct reading *r, const struct tar_entry *x)
{
    size_t n = 0;
    if (x->size > MANIFEST_MAX)
        return bad("too long", x->path);
    char *text = arena_alloc(r->mem, (size_t)x->size + 1);
    TRY(tar_read(&r->tar, text, (size_t)x->size, &n));
    r->manifest = (str){text, n};
    return OK;
}

static err entry_take(struct reading *r, const struct tar_entry *x)
{
    str hash, name = str_dup(r->mem, str_from(x->path));
    if (r->manifest.p)
        return bad("behind the manifest", x->path);
    if (str_eq(name, S("manifest.json")))
        return manifest_take(r, x);
    str sum;
    if (is_blob(name, &hash)) {
        TRY(taken(r, x, &sum));
        r->blobs++;
        r->blob_bytes += x->size;
        r->damaged += !str_eq(sum, hash);
        return OK;
    }
    if (r->n == BACKUP_FILES)
        return bad("does not belong here", x->path);
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->files[i].name, name))
            return bad("is there twice", x->path);
    r->files[r->n].name = name;
    TRY(taken(r, x, &sum));
    r->files[r->n++].sha256 = sum;
    return OK;
}

static err files_match(struct reading *r, const json_t *files)
{
    if (!json_is_object(files))
        return bad("names no files", "manifest.json");
    for (size_t i = 0; i < r->n; i++)
        if (!str_eq(json_text(files, str_z(r->mem, r->files[i].name)), r->files[i].sha256))
            return bad("is not what was written", str_z(r->mem, r->files[i].name));
    return json_object_size(files) == r->n ? OK : bad("a file is missing", "manifest.json");
}

static err manifest_match(struct reading *r, struct backup_manifest *ret_m)
{
    JSON_AUTO *root = NULL;
    if (!r->manifest.p)
        return bad("is missing: the backup was not finished", "manifest.json");
    TRY(json_read(r->manifest, &root));
    if (json_number(root, "format", 0) != 1)
        return bad("of a form that this version does not know", "manifest.json");
    TRY(files_match(r, json_object_get(root, "files")));
    struct backup_manifest m = {.engine = str_dup(r->mem, json_text(root, "engine")),
                                .vault_mark = str_dup(r->mem, json_text(root, "vault_mark")),
                                .log_mark = str_dup(r->mem, json_text(root, "log_mark")),
                                .made_at = json_number(root, "made_at", 0),
                                .blobs = json_number(root, "blobs", -1),
                                .blob_bytes = json_number(root, "blob_bytes", -1),
                                .damaged = json_number(root, "damaged_blobs", 0),
                                .n = r->n};
    if (m.blobs != r->blobs || m.blob_bytes != r->blob_bytes)
        return bad("blobs are missing", "blobs");
    if (m.damaged != r->damaged)
        return bad("a blob is not what it is called", "blobs");
    for (size_t i = 0; i < r->n; i++) {
        m.files[i].name = r->files[i].name;
        m.files[i].sha256 = r->files[i].sha256;
        m.keys |= str_eq(r->files[i].name, S("keys.box"));
    }
    *ret_m = m;
    return OK;
}

static err entries(struct reading *r)
{
    struct tar_entry x;
    for (;;) {
        err e = tar_next(&r->tar, &x);
        if (e == ERR_NOT_FOUND)
            return OK;
        TRY(e);
        TRY(entry_take(r, &x));
    }
}

static err whole(arena *mem, const char *file, const char *to, struct backup_manifest *ret_m)
{
    struct reading r = {.mem = mem, .chunk = arena_room(mem, CHUNK), .to = to};
    r.tar.fd = open(file, O_RDONLY | O_CLOEXEC);
    if (r.tar.fd < 0)
        return file_fault("open", file);
    err e = entries(&r);
    close(r.tar.fd);
    TRY(e);
    return manifest_match(&r, ret_m);
}

err backup_check(arena *mem, const char *file, struct backup_manifest *ret_manifest)
{
    return whole(mem, file, NULL, ret_manifest);
}

err backup_extract(arena *mem, const char *file, const char *to)
{
    struct backup_manifest m;
    if (mkdir(to, 0700) != 0)
        return file_fault("mkdir", to);
    return whole(mem, file, to, &m);
}
