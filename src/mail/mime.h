/* A plain-text e-mail as bytes (RFC 5322, 2045, 2047); only for mail/. */
#pragma once
#include "base/str.h"

struct mime_in {
    str from, to; /* checked addresses */
    str subject, body;
    int64_t id, at; /* Message-ID and date */
};
/* Lines end with CRLF; no line passes 78 bytes but for long addresses. */
str mime_make(arena *mem, const struct mime_in *in);
/* A header value: as it is when short ASCII, else encoded words of at most 75 bytes. */
str mime_header(arena *mem, str text);
/* One ASCII local@domain, without spaces, brackets or control characters, at most 254 bytes. */
bool mime_address_valid(str s);
