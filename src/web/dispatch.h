/* The way of one request through the house, on a worker's thread: route, session, who, CSRF, rate,
 * handler, error page, operation log.
 *
 * The server has filled before: mem, site, id, method, path (raw as sent, checked by guard.c:
 * route_find decodes), host, ip, port, user_agent, headers (names in lower case), cookies, query,
 * fields, uploads, body, body_hash, now (clock_ms). reply is zeroed with fd = -1 and status 0.
 * HEAD comes as METHOD_GET.
 *
 * The dispatcher fills route, lang (by lang_choose, or the page cache will not keep the answer),
 * session, member and args, and always leaves r->reply complete, errors included. Descriptors of
 * uploads that nobody took are closed by the server afterwards: who takes one sets fd = -1. The
 * dispatcher logs causes of failures; the line per request ("request": id, route, status, us) is
 * the server's. */
#pragma once
#include "web/request.h"

void dispatch(struct request *r);
/* The same over another table, for tests. */
void dispatch_with(const struct route_index *ix, struct request *r);

/* The reader's language: the cookie "lang" (zh or en) when valid, else the best of Accept-Language
 * (first of zh and en with the highest q), else Chinese. Values may be STR_NONE. */
enum lang lang_choose(str cookie, str accept_language);

/* Cookies that anonymous pages may depend on: "lang" and "theme" (light, dark or absent = auto).
 * A request with any other cookie is not answered from the page cache and not kept in it. */
