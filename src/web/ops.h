/* /readyz and /metrics: for operators and orchestrators. (/healthz is static: the process lives.)
 */
#pragma once
#include "web/server_impl.h"

/* Answers r when it is /readyz: 200, or 503 naming what is missing. */
bool ops_answer(struct server *s, struct request *r);
/* The second listener's daemon. ERR_INVALID, ERR_IO. */
err ops_start(struct server *s);
