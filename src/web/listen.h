/* "127.0.0.1:8080", "[::1]:8080" as a socket address. */
#pragma once
#include "base/str.h"

#include <netinet/in.h>

struct address {
    struct sockaddr_storage addr;
    bool six;
};
err address_parse(str text, struct address *ret_address); /* ERR_INVALID "bad_listen" */
