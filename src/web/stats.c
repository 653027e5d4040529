/* Counters of the running server. */
#include "web/stats.h"

#include <stdio.h>
#include <unistd.h>

const int64_t STATS_BOUND_US[STATS_BUCKETS] = {500,   1000,   2500,   5000,    10000,   25000,
                                               50000, 100000, 250000, 1000000, 2500000, 10000000};

void stats_answer(struct stats *s, int status)
{
    int class = status / 100;
    atomic_fetch_add_explicit(&s->status[class > 0 && class < 6 ? class : 0], 1,
                              memory_order_relaxed);
}

void stats_latency(struct stats *s, int64_t us)
{
    int i = 0;
    while (i < STATS_BUCKETS && us > STATS_BOUND_US[i])
        i++;
    atomic_fetch_add_explicit(&s->latency[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->latency_us, us, memory_order_relaxed);
}

static int64_t resident_bytes(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f && fscanf(f, "%*d %ld", &pages) != 1)
        pages = 0;
    if (f)
        (void)fclose(f);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void counter(struct buf *b, const char *type, const char *name, int64_t value)
{
    buf_fmt(b, "# TYPE gongqi_%s %s\ngongqi_%s %lld\n", name, type, name, (long long)value);
}

static void histogram(struct stats *s, struct buf *b)
{
    int64_t sum = 0;
    buf_add(b, S("# TYPE gongqi_request_seconds histogram\n"));
    for (int i = 0; i < STATS_BUCKETS; i++) {
        sum += s->latency[i];
        buf_fmt(b, "gongqi_request_seconds_bucket{le=\"%g\"} %lld\n",
                (double)STATS_BOUND_US[i] / 1e6, (long long)sum);
    }
    sum += s->latency[STATS_BUCKETS];
    buf_fmt(b, "gongqi_request_seconds_bucket{le=\"+Inf\"} %lld\n", (long long)sum);
    buf_fmt(b, "gongqi_request_seconds_sum %g\ngongqi_request_seconds_count %lld\n",
            (double)s->latency_us / 1e6, (long long)sum);
}

void stats_write(struct stats *s, struct buf *b)
{
    buf_add(b, S("# TYPE gongqi_responses_total counter\n"));
    for (int i = 1; i < 6; i++)
        buf_fmt(b, "gongqi_responses_total{class=\"%dxx\"} %lld\n", i, (long long)s->status[i]);
    histogram(s, b);
    counter(b, "counter", "cache_hits_total", s->cache_hits);
    counter(b, "counter", "cache_misses_total", s->cache_misses);
    counter(b, "counter", "requests_refused_total", s->refused);
    counter(b, "counter", "requests_overload_total", s->overload);
    counter(b, "counter", "connections_cut_total", s->cut);
    counter(b, "gauge", "connections", s->connections);
    counter(b, "gauge", "requests_in_flight", s->in_flight);
    counter(b, "gauge", "queue_length", s->queued);
    counter(b, "gauge", "workers_busy", s->busy);
    counter(b, "gauge", "process_resident_bytes", resident_bytes());
    counter(b, "gauge", "process_start_ms", s->started_ms);
}
