/* multipart/form-data (RFC 7578), parsed as it comes in, without look-back into earlier chunks:
 * parts without a file name become fields in memory, parts with one go to unlinked temporary
 * files. Strict: CRLF only, no preamble, one form-data disposition per part, no transfer encoding.
 * Whatever is wrong is ERR_INVALID or ERR_TOO_LARGE, and nothing is left behind. */
#pragma once
#include "web/request.h"

enum {
    MULTIPART_PARTS = 64,
    MULTIPART_HEAD_MAX = 2048,      /* bytes of one part's header */
    MULTIPART_FIELDS_MAX = 4 << 20, /* bytes of all fields together */
    MULTIPART_NAME_MAX = 128,
    MULTIPART_FILENAME_MAX = 512, /* bytes */
};

struct multipart;
/* boundary as in Content-Type, 1..70 bytes of RFC 2046's set. All memory from mem; dir is for the
 * temporary files, file_max bytes each at most (0 refuses files). */
err multipart_new(arena *mem, str boundary, const char *dir, int64_t file_max,
                  struct multipart **ret_m);
err multipart_add(struct multipart *m, struct bytes data);
/* ERR_INVALID when the closing boundary has not come. Files stand at their start. */
err multipart_end(struct multipart *m, struct params *ret_fields, struct upload **ret_uploads,
                  size_t *ret_upload_n);
/* Closes the files that nobody took (fd >= 0). Accepts NULL. */
void multipart_close(struct multipart *m);
/* The boundary parameter of a Content-Type; no value when there is none or it is malformed. */
str multipart_boundary(str content_type);
