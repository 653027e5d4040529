/* The scanner against Vectorscan on the same text: scan TERMS MEGABYTES. Prints one line of facts.
 * Terms are 2 to 6 neutral Han characters drawn like the text; Vectorscan gets the same words as
 * literals and the folded text as bytes, and must report as many hits. */
#include "base/buf.h"
#include "scan/match.h"

#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { HAN = 3500, ROUNDS = 5, SCAN_SHORT_LIST = 1000 };

static uint64_t seed = 20261124;
static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % n;
}

/* 3,500 characters of daily use stand for all: spread over the block, the first drawn more often.
 */
static uint32_t han(void)
{
    uint32_t a = dice(HAN), b = dice(HAN);
    return 0x4E00 + (a < b ? a : b) * 5;
}

static void sentence(struct buf *b)
{
    uint32_t n = 6 + dice(20);
    for (uint32_t i = 0; i < n; i++)
        buf_add_cp(b, han());
    buf_add_cp(b, dice(4) ? 0xFF0C : 0x3002);
    if (!dice(12))
        buf_add_char(b, '\n');
    if (!dice(30))
        buf_add(b, S(" gongqi 2026 "));
}

static str make_text(arena *mem, size_t bytes)
{
    struct buf b;
    buf_init(&b, mem, bytes + 1000);
    while (b.n < bytes)
        sentence(&b);
    return buf_str(&b);
}

static str make_term(arena *mem)
{
    struct buf b;
    buf_init(&b, mem, 64);
    for (uint32_t n = 2 + dice(5); n; n--)
        buf_add_cp(&b, han());
    return str_dup(mem, buf_str(&b));
}

static str bytes_of(arena *mem, const struct folded *f)
{
    struct buf b;
    buf_init(&b, mem, f->n * 4 + 1);
    for (size_t i = 0; i < f->n; i++)
        buf_add_cp(&b, f->sym[i]);
    return buf_str(&b);
}

static int on_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                  void *ctx)
{
    (void)id, (void)from, (void)to, (void)flags;
    ++*(size_t *)ctx;
    return 0;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* Seconds of processor time, of the best round. */
struct timing {
    double build, match, views, hs_build, hs;
    size_t hits, hs_hits, view_hits, memory;
};

static double now(void)
{
    struct timespec t; /* of this process: others run on the machine too */
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void time_hs(arena *mem, const str *terms, size_t n, str bytes, struct timing *x)
{
    const char **z = NEW_N(mem, const char *, n);
    unsigned *flags = NEW_N(mem, unsigned, n), *ids = NEW_N(mem, unsigned, n);
    size_t *len = NEW_N(mem, size_t, n);
    hs_database_t *db = NULL;
    hs_scratch_t *scratch = NULL;
    hs_compile_error_t *bad = NULL;
    for (size_t i = 0; i < n; i++) {
        z[i] = str_z(mem, terms[i]);
        len[i] = terms[i].n;
        ids[i] = (unsigned)i;
    }
    double t = now();
    if (hs_compile_lit_multi(z, flags, ids, len, (unsigned)n, HS_MODE_BLOCK, NULL, &db, &bad) ||
        hs_alloc_scratch(db, &scratch)) {
        fprintf(stderr, "vectorscan: %s\n", bad ? bad->message : "no memory");
        exit(1);
    }
    x->hs_build = now() - t;
    x->hs = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        x->hs_hits = 0;
        t = now();
        hs_scan(db, bytes.p, (unsigned)bytes.n, 0, scratch, on_hit, &x->hs_hits);
        x->hs = least(x->hs, now() - t);
    }
    hs_free_scratch(scratch);
    hs_free_database(db);
}

/* The words in both views; *ret_n patterns of the view of sounds are less than or as many. */
static struct pattern *patterns(arena *mem, const str *terms, size_t n, enum scan_view view)
{
    struct pattern *v = NEW_N(mem, struct pattern, n);
    for (size_t i = 0; i < n; i++) {
        struct folded look, sound;
        fold_both(mem, terms[i], &look, &sound);
        struct folded *f = view == VIEW_LOOK ? &look : &sound;
        for (size_t k = 0; k < f->n; k++)
            if (f->sym[k] >= SYMBOL_MANY)
                f->sym[k] = fold_many(f->sym[k])->v[0];
        /* as rules have it: by sound, words of two characters only in short lists */
        bool left_out = view == VIEW_SOUND && f->n < 3 && n > SCAN_SHORT_LIST;
        v[i] = (struct pattern){f->sym, left_out ? 0 : (uint32_t)f->n, (uint32_t)i};
    }
    return v;
}

static void time_ours(arena *mem, const str *terms, size_t n, str text, struct timing *x)
{
    struct pattern *look = patterns(mem, terms, n, VIEW_LOOK);
    struct pattern *sound = patterns(mem, terms, n, VIEW_SOUND);
    struct folded f;
    fold_look(mem, text, &f);
    double t = now();
    struct matcher *m = matcher_new(look, n);
    x->build = now() - t;
    x->memory = matcher_bytes(m);
    struct matcher *s = matcher_new(sound, n);
    x->match = x->views = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        struct matches got = {0};
        t = now();
        matcher_run(m, &f, &got);
        x->match = least(x->match, now() - t);
        x->hits = got.total;
    }
    for (int i = 0; i < ROUNDS; i++) {
        AUTO_ARENA(round);
        struct matches got = {0};
        struct folded a, b;
        t = now();
        /* as articles: a piece of 3,000 bytes or so at a time */
        for (size_t at = 0; at < text.n;) {
            size_t len = text.n - at < 3000 ? text.n - at : 3000;
            while (at + len < text.n && (text.p[at + len] & 0xC0) == 0x80)
                len++;
            fold_both(round, (str){text.p + at, len}, &a, &b);
            matcher_run(m, &a, &got);
            matcher_run(s, &b, &got);
            arena_reset(round);
            at += len;
        }
        x->views = least(x->views, now() - t);
        x->view_hits = got.total;
    }
    matcher_free(m);
    matcher_free(s);
}

int main(int argc, char **argv)
{
    size_t n = argc > 2 ? strtoul(argv[1], NULL, 10) : 1000;
    size_t mb = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    AUTO_ARENA(mem);
    str text = make_text(mem, mb * 1000000), *terms = NEW_N(mem, str, n);
    str *folded = NEW_N(mem, str, n);
    struct folded f;
    struct timing x = {0};
    double t = now();
    fold_look(mem, S("x"), &f);
    double table = now() - t;
    for (size_t i = 0; i < n; i++) {
        terms[i] = make_term(mem);
        fold_look(mem, terms[i], &f);
        folded[i] = bytes_of(mem, &f);
    }
    fold_look(mem, text, &f);
    str bytes = bytes_of(mem, &f);
    time_ours(mem, terms, n, text, &x);
    time_hs(mem, folded, n, bytes, &x);
    double m = (double)bytes.n / 1e6;
    printf("%zu terms: matcher %.0f MB/s, views %.0f MB/s, vectorscan %.0f MB/s; build %.3f s and"
           " %.1f MB against %.2f s; hits %zu and %zu, of all views %zu; tables %.2f s\n",
           n, m / x.match, (double)text.n / 1e6 / x.views, m / x.hs, x.build,
           (double)x.memory / 1e6, x.hs_build, x.hits, x.hs_hits, x.view_hits, table);
    printf("%f %f %f\n", m / x.match, m / x.views, m / x.hs);
    return x.hits == x.hs_hits ? 0 : 1;
}
