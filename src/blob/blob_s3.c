/* The S3 back end of the blob store: PREFIX/ab/cd/<hash>, and PREFIX/leaving/<hash> while a blob is
 * being removed. What lies in the directory, from the time before the move to S3 or out of a
 * backup, is read there.
 *
 * An object cannot be taken aside as a file can, so whoever removes says so first, and whoever
 * stores looks afterwards: it stores again when a removal was on its way or has just ended. The
 * service's reads follow its writes (S3 since 2020; others alike). */
#include "base/clock.h"
#include "blob/blob_impl.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { LEAVING_POLL_MS = 100, LEAVING_MAX_MS = 60 * SECOND_MS, PUT_TRIES = 3 };

static str key_of(arena *mem, str hash)
{
    return str_fmt(mem, "%.2s/%.2s/%.*s", hash.p, hash.p + 2, FMT(hash));
}
static str leaving_key(arena *mem, str hash)
{
    return str_cat(mem, S("leaving/"), hash);
}

/* Until nobody removes it; what a crash left is cleared after a minute. */
static err leaving_wait(struct s3 *s3, str leaving, bool *ret_was)
{
    struct s3_object o;
    bool was = false;
    for (;;) {
        err e = s3_head(s3, leaving, &o);
        if (e == ERR_NOT_FOUND) {
            *ret_was = was;
            return OK;
        }
        TRY(e);
        was = true;
        if (o.age_ms > LEAVING_MAX_MS)
            TRY(s3_remove(s3, leaving));
        else
            usleep(LEAVING_POLL_MS * 1000U);
    }
}

/* Written also when it is there already: its age begins anew. */
static err keep(struct blob_store *s, str hash, const struct s3_body *body)
{
    AUTO_ARENA(mem);
    str key = key_of(mem, hash), leaving = leaving_key(mem, hash);
    struct s3_object o;
    for (int i = 0; i < PUT_TRIES; i++) {
        bool was = false;
        TRY(s3_put(s->s3, key, body, NULL));
        TRY(leaving_wait(s->s3, leaving, &was));
        err e = s3_head(s->s3, key, &o);
        if (e == OK && !was)
            return OK;
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
    }
    return fault(ERR_IO, "storage_unavailable", "S3: %.*s does not stay", FMT(hash));
}

static err s3_blob_put_fd(struct blob_store *s, arena *mem, int fd, str *ret_hash,
                          int64_t *ret_size)
{
    AUTO_FD spool = -1;
    struct sha256_ctx ctx;
    struct s3_body body = {.fd = -1};
    TRY(spool_open(s, &spool));
    sha256_start(&ctx);
    TRY(copy_hashed(fd, spool, &ctx, &body.size));
    body.fd = spool;
    body.hash = sha256_end(&ctx);
    str hash = sha256_hex(mem, body.hash);
    TRY(keep(s, hash, &body));
    *ret_hash = hash;
    *ret_size = body.size;
    return OK;
}

static err s3_blob_put_bytes(struct blob_store *s, arena *mem, struct bytes data, str *ret_hash)
{
    struct s3_body body = {.fd = -1, .data = data};
    str hash = sha256_hex(mem, sha256(data));
    TRY(keep(s, hash, &body));
    *ret_hash = hash;
    return OK;
}

/* What comes is what its name says, or it does not come. */
static err hash_check(int fd, str hash)
{
    AUTO_ARENA(mem);
    uint8_t chunk[16 * 1024];
    struct sha256_ctx ctx;
    off_t at = 0;
    sha256_start(&ctx);
    for (ssize_t n = 1; n > 0; at += n) {
        n = pread(fd, chunk, sizeof chunk, at);
        if (n < 0)
            return io_fault("read");
        sha256_add(&ctx, (struct bytes){chunk, (size_t)n});
    }
    if (str_eq(sha256_hex(mem, sha256_end(&ctx)), hash))
        return OK;
    return fault(ERR_IO, "storage_unavailable", "S3: %.*s holds other bytes", FMT(hash));
}

static err s3_blob_open(struct blob_store *s, str hash, int *ret_fd, int64_t *ret_size)
{
    AUTO_ARENA(mem);
    AUTO_FD fd = -1;
    int64_t size = 0;
    if (BLOB_DIR.exists(s, hash))
        return BLOB_DIR.open(s, hash, ret_fd, ret_size);
    TRY(spool_open(s, &fd));
    TRY(s3_get_fd(s->s3, key_of(mem, hash), fd, &size));
    TRY(hash_check(fd, hash));
    *ret_size = size;
    *ret_fd = fd;
    fd = -1;
    return OK;
}

static bool s3_blob_exists(struct blob_store *s, str hash)
{
    AUTO_ARENA(mem);
    struct s3_object o;
    return BLOB_DIR.exists(s, hash) || s3_head(s->s3, key_of(mem, hash), &o) == OK;
}

static err s3_blob_remove(struct blob_store *s, str hash)
{
    AUTO_ARENA(mem);
    struct s3_object o;
    bool local = BLOB_DIR.exists(s, hash);
    if (local)
        TRY(BLOB_DIR.remove(s, hash));
    err e = s3_head(s->s3, key_of(mem, hash), &o);
    if (e != OK)
        return local && e == ERR_NOT_FOUND ? OK : e;
    return s3_remove(s->s3, key_of(mem, hash));
}

static err removed_idle(struct blob_store *s, str key, int64_t idle_ms, bool *ret_removed)
{
    struct s3_object o;
    err e = s3_head(s->s3, key, &o);
    *ret_removed = e == ERR_NOT_FOUND || (e == OK && o.age_ms >= idle_ms);
    if (e != OK || !*ret_removed)
        return e == ERR_NOT_FOUND ? OK : e;
    return s3_remove(s->s3, key);
}

static err s3_blob_remove_idle(struct blob_store *s, str hash, int64_t idle_ms, bool *ret_removed)
{
    AUTO_ARENA(mem);
    str leaving = leaving_key(mem, hash);
    struct s3_body mark = {.fd = -1, .data = {(const uint8_t *)"", 0}};
    TRY(BLOB_DIR.remove_idle(s, hash, idle_ms, ret_removed));
    if (!*ret_removed)
        return OK;
    TRY(s3_put(s->s3, leaving, &mark, NULL));
    err e = removed_idle(s, key_of(mem, hash), idle_ms, ret_removed);
    struct fault why = fault_of(e);
    err cleared = s3_remove(s->s3, leaving);
    if (e == OK)
        return cleared;
    fault_copy(&why);
    return e;
}

const struct blob_backend BLOB_S3 = {
    s3_blob_put_fd, s3_blob_put_bytes, s3_blob_open,
    s3_blob_exists, s3_blob_remove,    s3_blob_remove_idle,
};

/* Pages until one has a blob: other things may lie under the prefix. */
err blob_list_s3(struct blob_store *s, arena *mem, str after, str **ret_v, size_t *ret_n)
{
    str *v = NULL, from = after.n ? key_of(mem, after) : S("");
    size_t n = 0, kept = 0;
    *ret_n = 0;
    if (!s->s3)
        return OK;
    do {
        TRY(s3_list(s->s3, mem, S(""), from, &v, &n));
        kept = 0;
        from = n ? v[n - 1] : from;
        for (size_t i = 0; i < n; i++) {
            str hash = v[i].n > 6 ? str_sub(v[i], 6, v[i].n) : STR_NONE;
            if (blob_hash_valid(hash) && str_eq(key_of(mem, hash), v[i]))
                v[kept++] = hash;
        }
    } while (n && !kept);
    *ret_v = v;
    *ret_n = kept;
    return OK;
}
