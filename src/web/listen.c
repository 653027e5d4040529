/* Addresses to listen on. */
#include "web/listen.h"

#include <arpa/inet.h>

err address_parse(str text, struct address *ret_address)
{
    AUTO_ARENA(mem);
    size_t colon = text.n;
    while (colon && text.p[colon - 1] != ':')
        colon--;
    int64_t port = -1;
    struct address a = {0};
    struct sockaddr_in *four = (void *)&a.addr;
    struct sockaddr_in6 *six = (void *)&a.addr;
    str host = str_sub(text, 0, colon ? colon - 1 : 0);
    bool fine =
        colon && str_int(str_sub(text, colon, text.n), &port) == OK && port >= 0 && port <= 65535;
    a.six = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (fine && a.six) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        host = str_sub(host, 1, host.n - 2);
        fine = inet_pton(AF_INET6, str_z(mem, host), &six->sin6_addr) == 1;
    } else if (fine) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        fine = inet_pton(AF_INET, str_z(mem, host), &four->sin_addr) == 1;
    }
    if (!fine)
        return fault(ERR_INVALID, "bad_listen", "not ADDRESS:PORT: %.*s", FMT(text));
    *ret_address = a;
    return OK;
}
