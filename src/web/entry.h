/* Who is at the door: the columns who and need of a route, CSRF, and the second factor of people
 * with roles. For dispatch.c, and for bodies of the API that ask for a further scope. */
#pragma once
#include "web/request.h"

/* Fills r->session (WHO_TOKEN) and r->member. */
err entry_who(struct request *r);
/* POST of a browser: from our own pages (Fetch metadata, else Origin), with the session's token.
 * ERR_DENIED "csrf" for a stale token, "cross_site" when another site sent it. */
err entry_csrf(const struct request *r);
/* Where somebody who may not enter yet must go first; no value: nowhere. e is entry_who's. */
str entry_detour(const struct request *r, err e);
/* The token of this request has that scope. ERR_DENIED SCOPE_MISSING, whose field names it. */
#define SCOPE_MISSING "scope_missing"
err entry_scope(const struct request *r, unsigned scope);
