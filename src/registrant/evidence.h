/* Uploaded proof: a picture (decoded and written anew in the sandbox) or a PDF as it came, sealed
 * into the blob store. */
#pragma once
#include "image/image.h"
#include "registrant/registrant.h"

enum { EVIDENCE_FILES = 2, EVIDENCE_PDF_MAX = 10 * 1024 * 1024 };

struct evidence_in {
    const char *kind;            /* id_photo, licence, letter; also the form field's name */
    const struct upload *upload; /* NULL: none given */
    struct image_files image;
    bool pdf;
};
/* Which kinds a class shows; *ret_n of them, at most EVIDENCE_FILES. */
const char *const *evidence_kinds(enum registrant_class c, size_t *ret_n);
/* Looks at the file: ERR_INVALID "evidence_type", ERR_TOO_LARGE "evidence_too_large", or what
 * image_import says. */
err evidence_check(arena *mem, struct evidence_in *in);
/* Seals what was checked; outside transactions. The row is added by evidence_add. */
err evidence_seal(struct request *r, const struct evidence_in *in, int64_t registrant_id,
                  struct evidence *ret_e);
