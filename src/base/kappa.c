/* Kappa and its standard error from the table of pairs. */
#include "base/kappa.h"

#include <math.h>

static const double Z = 1.959964;

struct margins {
    double first[KAPPA_CLASSES], second[KAPPA_CLASSES], same, chance;
};

static struct margins margins_of(const struct kappa_table *t, double n)
{
    struct margins m = {0};
    for (int i = 0; i < KAPPA_CLASSES; i++) {
        for (int k = 0; k < KAPPA_CLASSES; k++) {
            m.first[i] += (double)t->n[i][k] / n;
            m.second[k] += (double)t->n[i][k] / n;
        }
        m.same += (double)t->n[i][i] / n;
    }
    for (int i = 0; i < KAPPA_CLASSES; i++)
        m.chance += m.first[i] * m.second[i];
    return m;
}

static double variance(const struct kappa_table *t, const struct margins *m, double n)
{
    double a = 0, b = 0, rest = 1 - m->same, room = 1 - m->chance;
    for (int i = 0; i < KAPPA_CLASSES; i++)
        for (int k = 0; k < KAPPA_CLASSES; k++) {
            double p = (double)t->n[i][k] / n;
            double on = room - (m->first[i] + m->second[i]) * rest;
            double off = m->second[i] + m->first[k];
            a += i == k ? p * on * on : 0;
            b += i == k ? 0 : p * off * off;
        }
    double c = m->same * m->chance - 2 * m->chance + m->same;
    return (a + rest * rest * b - c * c) / (n * room * room * room * room);
}

struct kappa kappa_of(const struct kappa_table *t)
{
    struct kappa k = {0};
    for (int i = 0; i < KAPPA_CLASSES; i++)
        for (int j = 0; j < KAPPA_CLASSES; j++) {
            k.pairs += t->n[i][j];
            k.agreed += i == j ? t->n[i][j] : 0;
        }
    if (!k.pairs)
        return k;
    double n = (double)k.pairs;
    struct margins m = margins_of(t, n);
    if (m.chance > 1 - 1e-9)
        return k;
    double half = Z * sqrt(fmax(0, variance(t, &m, n)));
    k.known = true;
    k.value = (m.same - m.chance) / (1 - m.chance);
    k.low = fmax(-1, k.value - half);
    k.high = fmin(1, k.value + half);
    return k;
}

str kappa_text(arena *mem, const struct kappa *k)
{
    if (!k->known)
        return S("\u2013");
    return str_fmt(mem, "%.2f (%.2f\u2013%.2f)", k->value, k->low, k->high);
}
