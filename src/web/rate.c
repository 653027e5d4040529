/* Token buckets in a table of fixed size: sets of eight, the bucket longest unused makes room. A
 * bucket that was thrown out is full again, so a flood of addresses costs memory nothing and
 * honest people nothing. */
#include "web/rate.h"

#include "base/hash.h"

#include <arpa/inet.h>
#include <pthread.h>

enum { SETS = 2048, WAYS = 8, UNIT = 1000, FACTOR_MAX = 1000000, REFILL_MAX_MS = 600000 };

struct bucket {
    uint64_t key; /* 0 = free */
    int64_t at;   /* ms of the last refill */
    int64_t left; /* tokens × UNIT */
};
static struct bucket table[SETS][WAYS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const struct rate_limit LIMITS[] = {
    [RATE_READ] = {.per_ip = 3000, .ip_burst = 1200},
    [RATE_WRITE] = {.per_ip = 600, .ip_burst = 200, .per_user = 120, .user_burst = 60},
    [RATE_LOGIN] = {.per_ip = 30, .ip_burst = 20, .per_user = 30, .user_burst = 20},
    [RATE_CODE] = {.per_ip = 10, .ip_burst = 10, .per_user = 5, .user_burst = 5},
    [RATE_UPLOAD] = {.per_ip = 300, .ip_burst = 100, .per_user = 60, .user_burst = 40},
    [RATE_SEARCH] = {.per_ip = 300, .ip_burst = 100, .per_user = 60, .user_burst = 40},
    [RATE_API] = {.per_ip = 12000, .ip_burst = 6000, .per_user = 3000, .user_burst = 1500},
};

struct rate_limit rate_limit(enum rate class)
{
    ASSERT((unsigned)class < LEN(LIMITS));
    return LIMITS[class];
}

/* The part of an address that one customer of a network has. */
static size_t address_prefix(str ip, uint8_t out[16], bool *ret_here)
{
    char z[64] = "";
    if (ip.n < sizeof z && ip.p)
        memcpy(z, ip.p, ip.n);
    if (inet_pton(AF_INET, z, out) == 1) {
        *ret_here = out[0] == 127;
        return 4;
    }
    if (inet_pton(AF_INET6, z, out) == 1) {
        static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff}, LOOPBACK[16] = {[15] = 1};
        *ret_here = memcmp(out, LOOPBACK, 16) == 0;
        if (memcmp(out, MAPPED, 12) != 0)
            return 8;
        memmove(out, out + 12, 4);
        *ret_here = out[0] == 127;
        return 4;
    }
    *ret_here = false;
    return 0;
}

static uint64_t bucket_key(enum rate class, uint8_t kind, const uint8_t *p, size_t n)
{
    uint8_t text[18] = {(uint8_t) class, kind};
    memcpy(text + 2, p, n);
    struct sha256 h = sha256((struct bytes){text, n + 2});
    uint64_t key = 0;
    memcpy(&key, h.b, sizeof key);
    return key ? key : 1;
}

static struct bucket *bucket_find(uint64_t key, int64_t now, int64_t full)
{
    struct bucket *set = table[key % SETS], *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].at < oldest->at)
            oldest = &set[i];
    }
    *oldest = (struct bucket){.key = key, .at = now, .left = full};
    return oldest;
}

/* Seconds to wait, 0 when a token was taken. */
static int bucket_take(uint64_t key, int64_t now, int64_t per_minute, int64_t burst)
{
    pthread_mutex_lock(&lock);
    struct bucket *b = bucket_find(key, now, burst * UNIT);
    int64_t passed = now > b->at ? now - b->at : 0;
    if (passed > REFILL_MAX_MS)
        passed = REFILL_MAX_MS;
    b->left += passed * per_minute * UNIT / 60000;
    if (b->left > burst * UNIT)
        b->left = burst * UNIT;
    b->at = now > b->at ? now : b->at;
    int64_t missing = b->left >= UNIT ? 0 : UNIT - b->left;
    if (!missing)
        b->left -= UNIT;
    pthread_mutex_unlock(&lock);
    return missing ? (int)(missing * 60 / (per_minute * UNIT)) + 1 : 0;
}

err rate_take(enum rate class, const struct rate_who *who, int64_t now_ms, int *ret_wait_s)
{
    struct rate_limit limit = rate_limit(class);
    int factor = who->factor > 0 ? who->factor : 1;
    if (factor > FACTOR_MAX)
        factor = FACTOR_MAX;
    uint8_t prefix[16] = {0};
    bool here = false;
    size_t n = address_prefix(who->ip, prefix, &here);
    bool free_here = here && class != RATE_LOGIN && class != RATE_CODE;
    int wait = 0;
    if (limit.per_ip && !free_here)
        wait = bucket_take(bucket_key(class, 'a', prefix, n), now_ms,
                           (int64_t)limit.per_ip * factor, (int64_t)limit.ip_burst * factor);
    if (!wait && limit.per_user && who->user_id)
        wait = bucket_take(
            bucket_key(class, 'u', (const uint8_t *)&who->user_id, sizeof who->user_id), now_ms,
            (int64_t)limit.per_user * factor, (int64_t)limit.user_burst * factor);
    if (!wait)
        return OK;
    *ret_wait_s = wait;
    return fault(ERR_LIMIT, "too_many", "rate class %d", (int)class);
}

void rate_reset(void)
{
    pthread_mutex_lock(&lock);
    memset(table, 0, sizeof table);
    pthread_mutex_unlock(&lock);
}
