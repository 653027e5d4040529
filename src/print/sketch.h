/* Near copies of texts: a sketch of the set of three symbols in a row of the folded text (scan/
 * fold.h: width, case, traditional forms, look-alikes, punctuation and white space do not count).
 * One-permutation MinHash (Li, Owen, Zhang 2012) with rotation for empty bins (Shrivastava, Li
 * 2014): the share of equal bins estimates the share of the triples that two texts have in common.
 * A text in which one character in forty was changed still has six of seven, which is near; one in
 * fourteen, two of three, which is not. */
#pragma once
#include "base/str.h"

enum {
    SKETCH_BINS = 128,
    SKETCH_BYTES = 2 * SKETCH_BINS + 4,
    SKETCH_LEAST = 12,   /* symbols; a shorter text has no sketch */
    SKETCH_SHORT = 80,   /* symbols; shorter texts must be alike more */
    SKETCH_NEAR = 96,    /* bins that are equal; half would hold every bulletin of one form */
    SKETCH_NEARER = 100, /* of short ones */
};
struct sketch {
    uint16_t bin[SKETCH_BINS];
    uint32_t n; /* symbols of the text; 0: no sketch */
};
/* Of several texts one behind the other. */
void sketch_of(arena *mem, const str *texts, size_t n, struct sketch *ret_s);
int sketch_equal(const struct sketch *a, const struct sketch *b); /* bins */
bool sketch_near(const struct sketch *a, const struct sketch *b);
/* Percent that differs. */
int sketch_distance(const struct sketch *a, const struct sketch *b);
/* As stored: bins and n, least byte first. */
struct bytes sketch_bytes(arena *mem, const struct sketch *s);
err sketch_parse(struct bytes b, struct sketch *ret_s);

/* ---- many of them ---- */
/* In 42 bands of three bins: who is near shares one (surely, 996 of 1,000 at the border). 428 bytes
 * a sketch. Many readers or one writer. */
struct sketches;
struct sketches *sketches_new(void);
void sketches_free(struct sketches *v);                            /* accepts NULL */
uint32_t sketches_add(struct sketches *v, const struct sketch *s); /* numbers them 0, 1, … */
size_t sketches_count(const struct sketches *v);
struct sketch_hit {
    uint32_t id;
    int distance;
};
/* The near ones, each once; at most max. */
size_t sketches_find(const struct sketches *v, const struct sketch *s, struct sketch_hit *ret_v,
                     size_t max);
