/* The one way out: every HTTP call that the house makes. No redirects, a time limit, a size limit,
 * http and https only, no proxies from the environment; private, loopback, link-local and other
 * special addresses are refused when connecting (after name resolution, so that a name cannot lie),
 * unless the host is named in `allow`. */
#pragma once
#include "base/hash.h"

struct fetch_in {
    const char *method; /* "GET" or "POST" */
    str url;
    str body, content_type;     /* for POST */
    const char *const *headers; /* "Name: value" lines, NULL at the end; may be NULL */
    str allow;          /* comma-separated hosts that may be private (setting fetch_allow) */
    int64_t timeout_ms; /* 0 = 10 s */
    size_t max;         /* of the answer; 0 = 1 MiB */
};
struct fetch_out {
    int status;   /* HTTP status; any is OK */
    str body;     /* bytes; not checked to be text */
    str location; /* the whole address that a redirect names; empty without one */
};
/* ERR_INVALID "fetch_url"; ERR_DENIED "fetch_private"; ERR_TOO_LARGE; ERR_IO "fetch_failed". */
err fetch(arena *mem, const struct fetch_in *in, struct fetch_out *ret_out);

/* Connects to an http, https, smtp or smtps address, with TLS and its certificate where there is
 * one, and sends nothing. For addresses of the settings: private ones are allowed. */
err fetch_reach(arena *mem, str url, int64_t timeout_ms);

/* POST of JSON that the receiver can check: header `X-Gongqi-Timestamp: <seconds>` and
 * `X-Gongqi-Signature: sha256=<hex HMAC-SHA256(secret, timestamp "." body)>`.
 * Of *in, url, body, allow and the limits are used. ERR_INVALID "fetch_secret" when too short. */
err fetch_signed(arena *mem, const struct fetch_in *in, str secret, struct fetch_out *ret_out);
/* For receivers (and tests): checks signature and age (at most 5 minutes). ERR_DENIED "signature".
 */
err fetch_signature_check(str secret, str timestamp, str signature, str body);

/* True when ip (textual, v4 or v6) is one that the outside world does not have. */
bool address_private(str ip);
