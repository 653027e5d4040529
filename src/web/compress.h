/* gzip (RFC 1952) and brotli (RFC 7932) of a finished page. */
#pragma once
#include "base/str.h"

/* False when the result would not be smaller. */
bool compress_gzip(arena *mem, str text, struct bytes *ret_b);
bool compress_brotli(arena *mem, str text, struct bytes *ret_b);
/* What a client takes (Accept-Encoding, RFC 9110 12.5.3); q=0 means no. */
bool encoding_accepted(str accept_encoding, str coding);
