/* The guard shared by HTTP and SMTP calls; only for mail/. */
#pragma once
#include "mail/fetch.h"

#include <curl/curl.h>

struct guard {
    bool allowed; /* this host may be private */
    bool refused; /* set when an address was */
};
/* A handle with guard, limits and no proxy. protocols: "http,https". ERR_INVALID "fetch_url". */
struct call {
    CURL *curl;
    struct guard guard;
};
struct call_in {
    str url, allow;
    const char *protocols;
    int64_t timeout_ms;
};
err call_open(arena *mem, const struct call_in *in, struct call *ret_call);
void call_close(struct call *c);
/* Runs it and translates the outcome. */
err call_run(struct call *c);
/* For curl_easy_setopt, which never fails for options that this libcurl knows. */
#define CURL_SET(handle, option, value)                                                            \
    ASSERT(curl_easy_setopt((handle), (option), (value)) == CURLE_OK)
