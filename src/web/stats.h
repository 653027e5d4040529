/* Counters of the running server, for /metrics. Atomic; read and written from every thread. */
#pragma once
#include "base/buf.h"

#include <stdatomic.h>

enum { STATS_BUCKETS = 12 };
extern const int64_t STATS_BOUND_US[STATS_BUCKETS]; /* upper bounds of the latency histogram */

struct stats {
    _Atomic int64_t status[6]; /* answers by first digit of their status */
    _Atomic int64_t cache_hits, cache_misses, refused, overload, cut;
    _Atomic int64_t latency[STATS_BUCKETS + 1], latency_us; /* of what workers answered */
    _Atomic int64_t connections, in_flight, queued, busy;
    int64_t started_ms;
};

void stats_answer(struct stats *s, int status);
void stats_latency(struct stats *s, int64_t us);
/* Prometheus text exposition format 0.0.4. */
void stats_write(struct stats *s, struct buf *b);
