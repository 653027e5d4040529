/* A tar archive (POSIX.1-1988 ustar) of regular files, written and read as a stream; any tar opens
 * it. Names are relative, at most 99 bytes. Sizes from 8 GiB on are written in GNU's binary form.
 */
#pragma once
#include "base/str.h"

enum { TAR_PATH_MAX = 100 };

struct tar {
    int fd;
    int64_t left, pad; /* of the open entry: bytes still to come, zeros behind it */
};
struct tar_entry {
    char path[TAR_PATH_MAX];
    int64_t size;
};

/* ---- writing ---- */
/* Exactly `size` bytes must follow by tar_write before the next entry. mtime in seconds. */
err tar_add(struct tar *t, const char *path, int64_t size, int64_t mtime);
err tar_write(struct tar *t, struct bytes b);
err tar_end(struct tar *t); /* the mark of the end */

/* ---- reading ---- */
/* ERR_NOT_FOUND at the end; ERR_INVALID "bad_archive" for what is no such archive, is cut off, or
 * has a name that leaves its folder. What was left of the entry before is skipped. */
err tar_next(struct tar *t, struct tar_entry *ret_e);
/* *ret_n = 0 at the end of the entry. */
err tar_read(struct tar *t, void *out, size_t room, size_t *ret_n);
