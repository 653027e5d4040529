/* Postings as bytes. */
#include "reader/search_codec.h"

#include <stdlib.h>

struct bytes postings_encode(arena *mem, const struct posting *v, size_t n)
{
    uint8_t *p = arena_alloc(mem, n * POSTING_BYTES_MAX + 1);
    size_t at = 0;
    int64_t before = 0;
    for (size_t i = 0; i < n; i++) {
        ASSERT(v[i].doc >= before);
        uint64_t gap = (uint64_t)(v[i].doc - before);
        for (; gap >= 0x80; gap >>= 7)
            p[at++] = (uint8_t)(gap | 0x80);
        p[at++] = (uint8_t)gap;
        p[at++] = v[i].weight;
        before = v[i].doc;
    }
    return (struct bytes){p, at};
}

err postings_decode(struct bytes b, size_t n, struct posting *ret_v)
{
    size_t at = 0;
    uint64_t doc = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t gap = 0;
        uint8_t byte = 0x80;
        for (unsigned shift = 0; byte & 0x80 && at < b.n && shift < 63; shift += 7) {
            byte = b.p[at++];
            gap |= (uint64_t)(byte & 0x7F) << shift;
        }
        doc += gap;
        if (byte & 0x80 || at >= b.n || doc > INT64_MAX)
            return fault(ERR_BUG, "internal", "search postings are damaged: rebuild search");
        ret_v[i] = (struct posting){(int64_t)doc, b.p[at++]};
    }
    return at == b.n ? OK : fault(ERR_BUG, "internal", "search postings are damaged");
}

static int by_doc(const void *a, const void *b)
{
    const struct posting *x = a, *y = b;
    if (x->doc != y->doc)
        return x->doc < y->doc ? -1 : 1;
    return (int)y->weight - (int)x->weight;
}

void postings_sort(struct postings *p)
{
    bool sorted = true;
    for (size_t i = 1; i < p->n && sorted; i++)
        sorted = p->v[i - 1].doc < p->v[i].doc;
    if (sorted)
        return;
    qsort(p->v, p->n, sizeof *p->v, by_doc);
    size_t n = 1;
    for (size_t i = 1; i < p->n; i++)
        if (p->v[i].doc != p->v[n - 1].doc)
            p->v[n++] = p->v[i];
    p->n = n;
}
