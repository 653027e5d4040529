/* Rate classes of routes.def: token buckets in memory of this process, one per class and address
 * (IPv6 by /64), one per class and user. Addresses of this machine are limited in classes LOGIN
 * and CODE only: what comes from there is a proxy, a test or a bench. */
#pragma once
#include "web/route.h"

struct rate_limit {
    int per_ip, ip_burst;     /* per minute; 0 = no limit */
    int per_user, user_burst; /* per minute; 0 = no limit */
};
struct rate_limit rate_limit(enum rate class);

struct rate_who {
    str ip;
    int64_t user_id; /* 0 = nobody */
    int factor;      /* multiplies the limits; 0 = 1 */
};
/* Takes one token of each bucket. ERR_LIMIT "too_many" when one is empty; *ret_wait_s is then the
 * number of seconds to wait (Retry-After), at least 1. */
err rate_take(enum rate class, const struct rate_who *who, int64_t now_ms, int *ret_wait_s);
void rate_reset(void); /* forgets everything; for tests */
