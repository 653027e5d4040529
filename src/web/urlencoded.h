/* application/x-www-form-urlencoded (bodies and query strings; WHATWG URL 5.1, but strict): a
 * broken %XX, a NUL, a control byte other than tab and line ends, or invalid UTF-8 is
 * ERR_INVALID; too many or too long fields are ERR_TOO_LARGE. */
#pragma once
#include "web/request.h"

enum {
    FIELDS_MAX = 256,          /* fields of one form or query */
    FIELD_NAME_MAX = 128,      /* bytes */
    FIELD_VALUE_MAX = 2 << 20, /* bytes; an article's JSON is at most 1 MiB */
};

/* Appends the fields of text, decoded in mem. ret_params is untouched on error. */
err urlencoded_parse(arena *mem, str text, struct params *ret_params);
/* Decodes %XX (and '+' to space when plus) into out, which has room for s.n bytes. False when a
 * %XX is broken. */
bool percent_decode(str s, bool plus, char *out, size_t *ret_n);
/* A field as the house takes it: valid UTF-8 without NUL and control bytes. */
bool field_text_valid(str s);
