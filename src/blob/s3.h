/* Client of S3-compatible object stores: AWS Signature Version 4 of our own over libcurl. Used by
 * blob_s3.c and by the log (record/log_files_s3.c).
 *
 * Keys are ASCII letters, digits and "-._/" only, which no encoding touches. The address comes from
 * the settings, so private ones are allowed. A call that fails on the way or with 429 or 5xx is
 * tried again (four times, with growing pauses), but a conditional write is not: it may have
 * happened. Safe for any number of threads. */
#pragma once
#include "base/hash.h"

struct s3;

enum { S3_TAG_N = 96, S3_PUT_MAX_GB = 5 };

struct s3_opts {
    str endpoint;    /* https://HOST[:PORT], without a path */
    str region;      /* us-east-1 … */
    str place;       /* s3://BUCKET or s3://BUCKET/PREFIX; everything lies under PREFIX/ */
    bool host_style; /* https://BUCKET.HOST/KEY instead of https://HOST/BUCKET/KEY */
    str key_file;    /* mode 0600: access key ID and secret, a line each */
};
/* ERR_INVALID "setting_s3" saying what is wrong. Nothing is sent. */
err s3_open(const struct s3_opts *o, struct s3 **ret_s3);
void s3_close(struct s3 *s); /* accepts NULL */

/* All calls: ERR_IO "storage_unavailable" with what the service said. */

struct s3_body {
    struct bytes data; /* or, when fd >= 0, … */
    int fd;            /* its first size bytes; borrowed */
    int64_t size;
    struct sha256 hash; /* of all, for fd */
};
/* only_if: NULL = always; "" = only when there is no such object; else only while its tag is this
 * one: ERR_CONFLICT "s3_changed"; ERR_INVALID "s3_conditions" when the service has no such thing.
 * The object is durable when it returns OK. */
err s3_put(struct s3 *s, str key, const struct s3_body *body, const char *only_if);

struct s3_object {
    int64_t size, age_ms; /* age: since it was written, by the service's clock, in seconds' steps */
    char tag[S3_TAG_N];
};
/* ERR_NOT_FOUND. */
err s3_head(struct s3 *s, str key, struct s3_object *ret_o);
/* At most max bytes, in mem; ret_o may be NULL. ERR_NOT_FOUND, ERR_TOO_LARGE. */
err s3_get(struct s3 *s, arena *mem, str key, size_t max, struct bytes *ret_data,
           struct s3_object *ret_o);
/* Into fd, from its beginning. ERR_NOT_FOUND. */
err s3_get_fd(struct s3 *s, str key, int fd, int64_t *ret_size);
/* OK also when it is not there. */
err s3_remove(struct s3 *s, str key);
/* Keys that start with prefix and come after `after`, in their order, at most a thousand. */
err s3_list(struct s3 *s, arena *mem, str prefix, str after, str **ret_v, size_t *ret_n);
/* Writes, reads and removes a small object; with conditional writes whether the service keeps to
 * the conditions: ERR_INVALID "s3_conditions" when not. */
err s3_try(struct s3 *s, bool conditions);

/* ---- s3_sign.c: AWS Signature Version 4, for tests too ---- */
struct s3_pair {
    str name, value; /* of a header (lower case) or of the query (encoded) */
};
struct s3_request {
    const char *method;
    str path;                    /* encoded, from the slash on */
    const struct s3_pair *query; /* sorted by name */
    size_t query_n;
    const struct s3_pair *headers; /* those that are signed, sorted by name, host among them */
    size_t header_n;
    struct sha256 payload;
    str region, key, secret;
    int64_t at_ms;
};
/* "AWS4-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…". */
str s3_authorization(arena *mem, const struct s3_request *r);
str s3_time(arena *mem, int64_t at_ms); /* 20130524T000000Z */
/* Everything but letters, digits and "-._~" as %XX. */
str s3_encoded(arena *mem, str s);
