/* Inside of the blob store; only for blob/. */
#pragma once
#include "base/hash.h"
#include "blob/blob.h"
#include "blob/s3.h"

/* What blob.h promises; names have been checked. */
struct blob_backend {
    err (*put_fd)(struct blob_store *s, arena *mem, int fd, str *ret_hash, int64_t *ret_size);
    err (*put_bytes)(struct blob_store *s, arena *mem, struct bytes data, str *ret_hash);
    err (*open)(struct blob_store *s, str hash, int *ret_fd, int64_t *ret_size);
    bool (*exists)(struct blob_store *s, str hash);
    err (*remove)(struct blob_store *s, str hash);
    err (*remove_idle)(struct blob_store *s, str hash, int64_t idle_ms, bool *ret_removed);
};
extern const struct blob_backend BLOB_DIR, BLOB_S3;

struct blob_store {
    const struct blob_backend *b;
    int dir, tmp;  /* directories; everything is done relative to them */
    struct s3 *s3; /* BLOB_S3 */
};

/* ---- blob_dir.c ---- */
/* Makes dir and dir/tmp, and clears what a crash left there. */
err dir_store_open(const char *dir, struct blob_store *s);
/* A file in dir/tmp without a name, to read and write. */
err spool_open(const struct blob_store *s, int *ret_fd);
err copy_hashed(int from, int to, struct sha256_ctx *hash, int64_t *ret_size);
err write_all(int fd, struct bytes b);
err io_fault(const char *what);
void fd_close(int *fd); /* a cleanup function; accepts -1 */
#define AUTO_FD __attribute__((cleanup(fd_close))) int
