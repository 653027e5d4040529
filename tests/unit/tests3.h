/* tests/s3/server.mjs, a small S3 that checks signatures, for unit tests (run from the top). */
#pragma once
#include "blob/s3.h"

/* Starts it and writes key files into dir: key (right), wrong, open (readable by all), short.
 * Non-zero when it does not start. */
int test_s3_start(const char *dir);
void test_s3_stop(void);
str test_s3_endpoint(void);
struct s3_opts test_s3_opts(arena *mem, const char *place, const char *key_file);
struct s3 *test_s3_open(arena *mem, const char *place, const char *key_file);
/* A word to the server itself: "/_fault", "{…}"; see there. */
void test_s3_tell(const char *path, const char *json);
