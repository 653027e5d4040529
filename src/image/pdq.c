/* PDQ: blur, 64 by 64, cosine transform, above the median or not. */
#include "image/pdq.h"

#include <math.h>
#include <stdlib.h>

enum { FEW = 5, SMALL = 64, BITS = 16, PASSES = 2 };

static const double PI = 3.14159265358979323846;

/* ---- down to 64 by 64 ---- */

static int window_of(int side)
{
    return (side + 2 * SMALL - 1) / (2 * SMALL);
}

/* Mean over a window around each value, cut at both ends. */
static void blur_line(const float *in, float *out, int n, int stride, int window)
{
    int before = window - (window + 2) / 2, after = (window + 2) / 2 - 1;
    float sum = 0;
    int count = 0;
    for (int i = 0; i <= after && i < n; i++, count++)
        sum += in[i * stride];
    for (int i = 0; i < n; i++) {
        out[i * stride] = sum / (float)count;
        if (i + 1 + after < n) {
            sum += in[(i + 1 + after) * stride];
            count++;
        }
        if (i - before >= 0) {
            sum -= in[(i - before) * stride];
            count--;
        }
    }
}

/* Two passes of boxes both ways: a tent. The result is in in->v again. */
static void blur(arena *mem, const struct luminance *in)
{
    float *other = arena_room(mem, (size_t)in->w * (size_t)in->h * sizeof *other);
    for (int pass = 0; pass < PASSES; pass++) {
        for (int y = 0; y < in->h; y++)
            blur_line(in->v + y * in->w, other + y * in->w, in->w, 1, window_of(in->w));
        for (int x = 0; x < in->w; x++)
            blur_line(other + x, in->v + x, in->h, in->w, window_of(in->h));
    }
}

typedef float small[SMALL][SMALL];
typedef float terms[BITS][BITS];

static void decimate(const struct luminance *in, small ret)
{
    for (int y = 0; y < SMALL; y++)
        for (int x = 0; x < SMALL; x++) {
            int from_y = (int)((y + 0.5) * in->h / SMALL),
                from_x = (int)((x + 0.5) * in->w / SMALL);
            ret[y][x] = in->v[from_y * in->w + from_x];
        }
}

static int step(float a, float b)
{
    return abs((int)((a - b) * 100 / 255));
}

/* How much changes from pixel to pixel. */
static int quality_of(const small v)
{
    int sum = 0;
    for (int i = 0; i < SMALL - 1; i++)
        for (int j = 0; j < SMALL; j++)
            sum += step(v[i][j], v[i + 1][j]) + step(v[j][i], v[j][i + 1]);
    return sum / 90 > 100 ? 100 : sum / 90;
}

/* ---- transform ---- */

/* The first 16 frequencies but the constant one, both ways. */
static void transform(const small v, terms ret)
{
    float wave[BITS][SMALL], half[BITS][SMALL];
    for (int i = 0; i < BITS; i++)
        for (int j = 0; j < SMALL; j++)
            wave[i][j] = (float)(sqrt(2.0 / SMALL) * cos(PI / 2 / SMALL * (i + 1) * (2 * j + 1)));
    for (int i = 0; i < BITS; i++)
        for (int j = 0; j < SMALL; j++) {
            float sum = 0;
            for (int k = 0; k < SMALL; k++)
                sum += wave[i][k] * v[k][j];
            half[i][j] = sum;
        }
    for (int i = 0; i < BITS; i++)
        for (int j = 0; j < BITS; j++) {
            float sum = 0;
            for (int k = 0; k < SMALL; k++)
                sum += half[i][k] * wave[j][k];
            ret[i][j] = sum;
        }
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static float median_of(const terms v)
{
    float sorted[BITS * BITS];
    memcpy(sorted, v, sizeof sorted);
    qsort(sorted, LEN(sorted), sizeof *sorted, by_size);
    return sorted[LEN(sorted) / 2 - 1];
}

static void bits_of(const terms v, uint8_t ret[PDQ_BYTES])
{
    float median = median_of(v);
    memset(ret, 0, PDQ_BYTES);
    for (int k = 0; k < BITS * BITS; k++)
        if (v[k / BITS][k % BITS] > median)
            ret[PDQ_BYTES - 1 - k / 8] |= (uint8_t)(1 << k % 8);
}

/* Turning and mirroring a picture changes signs in its transform, and swaps the axes. */
enum negative { NEVER, ROW_EVEN, COLUMN_EVEN, SUM_ODD };
static const struct {
    enum negative sign;
    bool swap;
} WAYS[PDQ_WAYS] = {{NEVER, false},    {COLUMN_EVEN, true},  {SUM_ODD, false}, {ROW_EVEN, true},
                    {ROW_EVEN, false}, {COLUMN_EVEN, false}, {NEVER, true},    {SUM_ODD, true}};

static bool is_negative(enum negative sign, int i, int j)
{
    return (sign == ROW_EVEN && i % 2 == 0) || (sign == COLUMN_EVEN && j % 2 == 0) ||
           (sign == SUM_ODD && (i + j) % 2 == 1);
}

static void ways_of(const terms v, struct pdq *p)
{
    for (int way = 0; way < PDQ_WAYS; way++) {
        terms turned;
        for (int i = 0; i < BITS; i++)
            for (int j = 0; j < BITS; j++) {
                float x = is_negative(WAYS[way].sign, i, j) ? -v[i][j] : v[i][j];
                turned[WAYS[way].swap ? j : i][WAYS[way].swap ? i : j] = x;
            }
        bits_of(turned, p->way[way]);
    }
}

void pdq_of(arena *mem, const struct luminance *in, struct pdq *ret_p)
{
    small v;
    terms t;
    *ret_p = (struct pdq){.quality = 0};
    if (in->w < FEW || in->h < FEW)
        return;
    if (in->w != SMALL || in->h != SMALL)
        blur(mem, in);
    decimate(in, v);
    ret_p->quality = quality_of(v);
    transform(v, t);
    ways_of(t, ret_p);
}

int pdq_distance(const uint8_t a[PDQ_BYTES], const uint8_t b[PDQ_BYTES])
{
    uint64_t x[4], y[4];
    memcpy(x, a, PDQ_BYTES);
    memcpy(y, b, PDQ_BYTES);
    int n = 0;
    for (int i = 0; i < 4; i++)
        n += __builtin_popcountll(x[i] ^ y[i]);
    return n;
}
