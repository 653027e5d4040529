/* Back-test of one rule over the public articles of a database, on one thread, against reading and
 * folding the same texts without matching: backtest DATABASE WORDS. Prints "rate reference hits".
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/rand.h"
#include "scan/fold.h"
#include "scan/rules_store.h"
#include "text/doc.h"

#include <stdio.h>
#include <stdlib.h>

struct bench {
    arena *mem;
    int words;
    struct scan_entry e;
    struct scan_pass *passes;
    size_t n;
    struct scan_pass at;
    struct scan_piece v[SCAN_BATCH];
    size_t piece_n;
};

static uint64_t seed = 20261125;
static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % n;
}

/* Words of four Han characters: few of them stand in the texts. */
static str words_of(arena *mem, int n)
{
    struct buf b;
    buf_init(&b, mem, (size_t)n * 16);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 4; k++) {
            uint32_t c = 0x4E00 + dice(3000);
            buf_add_char(&b, (char)(0xE0 | c >> 12));
            buf_add_char(&b, (char)(0x80 | (c >> 6 & 0x3F)));
            buf_add_char(&b, (char)(0x80 | (c & 0x3F)));
        }
        buf_add_char(&b, '\n');
    }
    return buf_str(&b);
}

static err write_rule(struct tx *t, void *ctx)
{
    struct bench *x = ctx;
    struct scan_size size;
    x->e = (struct scan_entry){.r = {.name = S("bench"),
                                     .family = S("gambling"),
                                     .action = SCAN_HOLD,
                                     .words = words_of(x->mem, x->words),
                                     .exceptions = S(""),
                                     .condition = S("")},
                               .note = S("bench"),
                               .author = 1};
    TRY(scan_rule_check(&x->e.r, &size));
    TRY(scan_rule_write(t, &x->e, &size));
    TRY(scan_trial_start(t, x->mem, x->e.r.id, 1));
    return scan_pass_list(t, x->mem, x->e.r.id, &x->passes, &x->n);
}

static err list(struct tx *t, void *ctx)
{
    struct bench *x = ctx;
    return scan_pass_list(t, x->mem, x->e.r.id, &x->passes, &x->n);
}

static err read_batch(struct tx *t, void *ctx)
{
    struct bench *x = ctx;
    return store_public_after(t, x->mem, &x->at, x->v, &x->piece_n);
}

static void fold_piece(arena *mem, const struct scan_piece *s)
{
    struct node *doc;
    struct scan_article a;
    struct folded look, sound;
    ASSERT(doc_from_json(mem, s->doc, &doc) == OK);
    struct scan_text text = {s->title, s->digest, s->category, s->declared, doc};
    ASSERT(scan_article_of(mem, &text, &a) == OK);
    for (int f = 0; f < RULE_FIELDS; f++)
        fold_both(mem, a.text[f], &look, &sound);
}

static int64_t read_all(struct db *db, struct bench *x)
{
    int64_t n = 0;
    x->at = (struct scan_pass){.kind = S("trial")};
    do {
        AUTO_ARENA(mem);
        x->mem = mem;
        ASSERT(db_read(db, read_batch, x) == OK);
        for (size_t i = 0; i < x->piece_n; i++)
            fold_piece(mem, &x->v[i]);
        n += (int64_t)x->piece_n;
        if (x->piece_n) {
            x->at.at_account = x->v[x->piece_n - 1].account_id;
            x->at.at_no = x->v[x->piece_n - 1].no;
        }
    } while (x->piece_n == SCAN_BATCH);
    return n;
}

int main(int argc, char **argv)
{
    struct db *db;
    AUTO_ARENA(mem);
    if (argc != 3)
        return 2;
    rand_init();
    struct bench *x = NEW(mem, struct bench);
    x->mem = mem;
    x->words = atoi(argv[2]);
    struct db_opts opts = {.url = str_cat(mem, S("sqlite:"), str_from(argv[1])), .readers = 2};
    if (db_open(&opts, &db) != OK || db_tx(db, write_rule, x) != OK) {
        fprintf(stderr, "%s: %s\n", fault_last()->reason, fault_last()->text);
        return 1;
    }
    (void)read_all(db, x); /* into memory */
    int64_t start = clock_mono_us();
    int64_t n = read_all(db, x);
    double reference = (double)n * 1e6 / (double)(clock_mono_us() - start);
    str args = str_fmt(mem, "{\"pass\":%lld}", (long long)x->passes[0].id);
    start = clock_mono_us();
    if (scan_pass_job(db, &(struct job){.args = args, .mem = mem}) != OK)
        return 1;
    double rate = (double)n * 1e6 / (double)(clock_mono_us() - start);
    x->mem = mem;
    if (db_read(db, list, x) != OK || x->passes[0].done != n)
        return 1;
    printf("%.1f %.1f %lld\n", rate, reference, (long long)x->passes[0].hits);
    db_close(db);
    return 0;
}
