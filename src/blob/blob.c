/* The blob store: whichever back end keeps the bytes. */
#include "blob/blob.h"

#include "blob/blob_impl.h"

static err store_open(const char *dir, const struct blob_backend *b, struct blob_store **ret_store)
{
    struct blob_store s = {.b = b};
    TRY(dir_store_open(dir, &s));
    *ret_store = heap_alloc(sizeof s);
    **ret_store = s;
    return OK;
}

err blob_store_open(const char *dir, struct blob_store **ret_store)
{
    return store_open(dir, &BLOB_DIR, ret_store);
}

err blob_store_open_s3(const char *dir, struct s3 *s3, struct blob_store **ret_store)
{
    TRY(store_open(dir, &BLOB_S3, ret_store));
    (*ret_store)->s3 = s3;
    return OK;
}

void blob_store_close(struct blob_store *s)
{
    if (!s)
        return;
    fd_close(&s->dir);
    fd_close(&s->tmp);
    s3_close(s->s3);
    heap_free(s);
}

struct s3 *blob_store_s3(const struct blob_store *s)
{
    return s->s3;
}

bool blob_hash_valid(str hash)
{
    if (!hash.p || hash.n != BLOB_HASH_N)
        return false;
    for (size_t i = 0; i < hash.n; i++) {
        char c = hash.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

static err name_check(str hash)
{
    return blob_hash_valid(hash) ? OK : fault(ERR_NOT_FOUND, "not_found", "not the name of a blob");
}

err blob_put_fd(struct blob_store *s, arena *mem, int fd, str *ret_hash, int64_t *ret_size)
{
    return s->b->put_fd(s, mem, fd, ret_hash, ret_size);
}

err blob_put_bytes(struct blob_store *s, arena *mem, struct bytes data, str *ret_hash)
{
    return s->b->put_bytes(s, mem, data, ret_hash);
}

err blob_open(struct blob_store *s, str hash, int *ret_fd, int64_t *ret_size)
{
    TRY(name_check(hash));
    return s->b->open(s, hash, ret_fd, ret_size);
}

bool blob_exists(struct blob_store *s, str hash)
{
    return blob_hash_valid(hash) && s->b->exists(s, hash);
}

err blob_remove(struct blob_store *s, str hash)
{
    TRY(name_check(hash));
    return s->b->remove(s, hash);
}

err blob_remove_idle(struct blob_store *s, str hash, int64_t idle_ms, bool *ret_removed)
{
    TRY(name_check(hash));
    return s->b->remove_idle(s, hash, idle_ms, ret_removed);
}
