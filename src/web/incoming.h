/* From the library's view of a connection to struct request. For exchange.c only. */
#pragma once
#include "web/server_impl.h"

/* Everything of r that stands in the head and the body. ERR_INVALID and ERR_TOO_LARGE for a query
 * or body that the house does not take. */
err incoming_read(struct exchange *x, struct request *r);
/* Sets x->key when a page cache may answer: a GET without Authorization and without cookies other
 * than lang and theme. */
void incoming_key(struct exchange *x);
/* A header's value, borrowed from the connection; no value when absent. */
str incoming_header(struct exchange *x, const char *name);
/* Who asks, as far as figures need it: the peer's address or, behind a trusted proxy, what that
 * says. Borrowed from text or the connection; empty when unknown. */
enum { ADDRESS_MAX = 46 };
str incoming_address(struct exchange *x, char text[ADDRESS_MAX]);
/* The next cookie of a Cookie header: its name (empty for junk), value without quotes; rest moves
 * on and has no value at the end. */
str cookie_next(str *rest, str *ret_value);
