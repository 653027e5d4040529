/* Content-addressed store of media: a blob is named by the SHA-256 of its bytes and never changes.
 *
 * Directory back end: DIR/ab/cd/<64 hex digits>, directories 0700, files 0600; a blob is there
 * completely or not at all (written to DIR/tmp, synced, renamed, directory synced). Several
 * processes and threads may share a directory. Names are hashes of public content: store secrets
 * only sealed (vault/ makes the bytes, blob_put_bytes stores them).
 *
 * S3 back end (s3.h): objects PREFIX/ab/cd/<64 hex digits>. What is opened is fetched into a file
 * without a name and its hash checked. */
#pragma once
#include "base/str.h"

enum { BLOB_HASH_N = 64 }; /* hex digits, lower case */

struct blob_store;

/* Makes dir and what is missing in it; removes temporary files older than an hour, which only a
 * crash leaves behind. ERR_IO when it can't be written. */
err blob_store_open(const char *dir, struct blob_store **ret_store);
/* With an S3-compatible store, which then belongs to the blob store; dir: for files under way. */
struct s3;
err blob_store_open_s3(const char *dir, struct s3 *s3, struct blob_store **ret_store);
void blob_store_close(struct blob_store *s); /* accepts NULL */
/* NULL: a directory. */
struct s3 *blob_store_s3(const struct blob_store *s);
/* Names of blobs in S3 behind `after` ("" first), in their order: until *ret_n is 0. None of a
 * directory, nor those that lie in the directory still. */
err blob_list_s3(struct blob_store *s, arena *mem, str after, str **ret_v, size_t *ret_n);

/* Stores everything that fd holds, from its beginning when it can seek, streaming. Idempotent:
 * content that is there already is not kept twice. ERR_IO with reason "disk_full" when there is
 * no room; nothing is left behind then. When it returns OK the blob is durable. The caller has
 * limited the size. */
err blob_put_fd(struct blob_store *s, arena *mem, int fd, str *ret_hash, int64_t *ret_size);
err blob_put_bytes(struct blob_store *s, arena *mem, struct bytes data, str *ret_hash);

/* True for 64 lower-case hex digits; everything below answers ERR_NOT_FOUND to anything else. */
bool blob_hash_valid(str hash);
/* The caller closes *ret_fd. ERR_NOT_FOUND when there is no such blob. */
err blob_open(struct blob_store *s, str hash, int *ret_fd, int64_t *ret_size);
bool blob_exists(struct blob_store *s, str hash);
/* ONLY for the retention engine, which alone knows that nothing refers to the blob, that its six
 * months have passed and that no hold is on it; and for the files of exports (owndata/), which only
 * their own row names: no two have the same bytes. ERR_NOT_FOUND when it is not there. */
err blob_remove(struct blob_store *s, str hash);
/* The same for the retention engine, unless somebody has stored these bytes again within idle_ms
 * (and is about to write a row that names them): then *ret_removed is false. True also when it is
 * not there. */
err blob_remove_idle(struct blob_store *s, str hash, int64_t idle_ms, bool *ret_removed);
