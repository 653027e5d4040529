/* E. B. Wilson, Probable inference, 1927; z = 1.96. */
#include "base/wilson.h"

#include <math.h>

static const double Z = 1.959964;

struct wilson wilson_of(int64_t hits, int64_t n)
{
    if (n <= 0)
        return (struct wilson){0, 0, 1};
    double count = (double)n, p = (double)hits / count, z2 = Z * Z / count;
    double mid = (p + z2 / 2) / (1 + z2);
    double half = Z / (1 + z2) * sqrt(p * (1 - p) / count + z2 / (4 * count));
    double low = mid - half, high = mid + half;
    return (struct wilson){p, hits && low > 0 ? low : 0, hits < n && high < 1 ? high : 1};
}

static int percent(double share)
{
    return (int)(share * 100 + 0.5);
}

str wilson_text(arena *mem, int64_t hits, int64_t n)
{
    if (n <= 0)
        return S("\u2013");
    struct wilson w = wilson_of(hits, n);
    return str_fmt(mem, "%d\u00a0%% (%d\u2013%d\u00a0%%, %lld)", percent(w.share), percent(w.low),
                   percent(w.high), (long long)n);
}
