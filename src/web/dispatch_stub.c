/* Stands in until dispatch.c and route.c land (weak: they win); then this file goes. */
#include "web/dispatch.h"

__attribute__((weak)) err route_find(enum method method, str path, arena *mem,
                                     const struct route **ret_route, str ret_args[ROUTE_MAX_ARGS])
{
    (void)method;
    (void)path;
    (void)mem;
    (void)ret_route;
    (void)ret_args;
    return ERR_NOT_FOUND;
}

__attribute__((weak)) void dispatch(struct request *r)
{
    r->reply.status = 404;
    r->reply.mime = S("text/plain; charset=utf-8");
    r->reply.body = S("404 not_found\n");
}
