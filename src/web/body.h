/* A request's body while it comes in: form fields and small parts in memory, files in unlinked
 * temporary files, everything hashed. Fed by an I/O thread, read by the worker afterwards. */
#pragma once
#include "web/request.h"

struct body_opts {
    int64_t max;      /* bytes in all */
    int64_t file_max; /* of one file; 0 refuses files */
    const char *dir;  /* for temporary files */
};
struct body;

/* The kind follows from content_type: urlencoded, multipart/form-data, or anything else, which is
 * kept as it is. ERR_INVALID "bad_content_type" for a multipart without a proper boundary. */
err body_new(const struct body_opts *opts, str content_type, struct body **ret_body);
void body_free(struct body *b); /* closes the files left (fd >= 0); accepts NULL */
/* After an error further data is swallowed; body_end tells it again. */
void body_add(struct body *b, struct bytes data);
/* Fills r's fields, uploads, body and body_hash; they live as long as b. ERR_INVALID and
 * ERR_TOO_LARGE say what was wrong. */
err body_end(struct body *b, struct request *r);
