/* Looking up hashes near others: pdq HASHES LOOKUPS. Random hashes, and look-ups of which half are
 * copies with up to 31 bits changed; the reference compares with all of the same hashes. Prints one
 * line of facts, then both in look-ups a second, in processor time of this
 * process (others run on the machine too). */
#include "print/mih.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SLOWLY = 20, MAX = 64 };

static uint64_t seed = 20261125;
static uint64_t dice(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void any(uint8_t v[PDQ_BYTES])
{
    for (int i = 0; i < 4; i++) {
        uint64_t x = dice();
        memcpy(v + 8 * i, &x, 8);
    }
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Half of the look-ups: a hash that is there, with up to PDQ_NEAR bits changed. */
static void queries(const uint8_t (*v)[PDQ_BYTES], size_t n, uint8_t (*q)[PDQ_BYTES], size_t k)
{
    for (size_t i = 0; i < k; i++) {
        any(q[i]);
        if (i % 2)
            continue;
        memcpy(q[i], v[dice() % n], PDQ_BYTES);
        for (uint64_t bits = dice() % (PDQ_NEAR + 1); bits; bits--) {
            uint64_t b = dice() % 256;
            q[i][b / 8] ^= (uint8_t)(1 << b % 8);
        }
    }
}

int main(int argc, char **argv)
{
    enum { PART = 10000 };
    size_t n = argc > 2 ? strtoul(argv[1], NULL, 10) : 100000;
    size_t k = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
    AUTO_ARENA(mem);
    struct mih *m = mih_new(n);
    uint8_t(*v)[PDQ_BYTES] = arena_room(mem, (size_t)PART * PDQ_BYTES);
    uint8_t(*q)[PDQ_BYTES] = arena_room(mem, k * PDQ_BYTES);
    double *each = NEW_N(mem, double, k), slow = 0, fast = 0, t;
    size_t hits = 0, slow_hits = 0, some_hits = 0;
    for (size_t at = 0; at < n; at += PART) {
        size_t part = n - at < PART ? n - at : PART;
        for (size_t i = 0; i < part; i++)
            any(v[i]);
        if (mih_add(m, v, part) != OK)
            return 1;
    }
    t = now();
    mih_build(m);
    double build = now() - t;
    queries(v, PART < n ? PART : n, q, k);
    struct mih_hit hit[MAX];
    for (size_t i = 0; i < k; i++) {
        t = now();
        size_t found = mih_find(m, q[i], hit, MAX);
        each[i] = now() - t;
        fast += each[i];
        hits += found;
        some_hits += i < SLOWLY ? found : 0;
    }
    t = now();
    for (size_t i = 0; i < SLOWLY && i < k; i++)
        slow_hits += mih_find_slowly(m, q[i], hit, MAX);
    slow = (now() - t) / (double)(k < SLOWLY ? k : SLOWLY);
    qsort(each, k, sizeof *each, by_time);
    printf("%zu hashes: p50 %.3f ms, p99 %.3f ms, worst %.3f ms; comparing with all %.1f ms; build"
           " %.1f s, %.0f MB; %zu of %zu found\n",
           n, each[k / 2] * 1e3, each[k * 99 / 100] * 1e3, each[k - 1] * 1e3, slow * 1e3, build,
           (double)mih_bytes(m) / 1e6, hits, (k + 1) / 2);
    printf("%f %f %f\n", (double)k / fast, 1 / slow, each[k * 99 / 100] * 1e3);
    mih_free(m);
    return some_hits == slow_hits && hits >= (k + 1) / 2 ? 0 : 1;
}
