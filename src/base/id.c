/* Ids. */
#include "base/id.h"

#include "base/clock.h"

#include <stdatomic.h>

static const int64_t EPOCH_MS = 1577836800000;
static _Atomic int64_t last; /* milliseconds << 12 | sequence */
static unsigned node_no;

void id_set_node(unsigned node)
{
    ASSERT(node < ID_NODES);
    node_no = node;
}

/* When the clock stands still or jumps back, the sequence runs on (and overflows into the
 * milliseconds), so ids stay unique and rising. */
int64_t id_new(void)
{
    int64_t now = (clock_ms() - EPOCH_MS) << 12;
    int64_t old = atomic_load(&last), next;
    do {
        next = now > old ? now : old + 1;
    } while (!atomic_compare_exchange_weak(&last, &old, next));
    return (next >> 12) << 22 | (int64_t)node_no << 12 | (next & 0xFFF);
}

int64_t id_time_ms(int64_t id)
{
    return (id >> 22) + EPOCH_MS;
}

int64_t id_floor(int64_t ms)
{
    return ms > EPOCH_MS ? (ms - EPOCH_MS) << 22 : 0;
}
