/* The helper of tools/bench verify, over the real tiles (log_write.c, log_files.c, note.c):
 *   make DIR N   a signed log of N leaves of about 310 bytes in DIR/log, its key in DIR/log.key,
 *                what was signed in DIR/log.state; prints resident kB at the beginning and at the
 *                end, seconds, the last entry
 *   hash DIR     SHA-256 of all bundles and tiles; prints bytes, seconds of hashing, seconds with
 *                reading
 *   prove DIR N  N inclusion proofs of random leaves, each from nothing kept, each checked; prints
 *                p50 and p99 in microseconds */
#include "base/clock.h"
#include "base/rand.h"
#include "record/log_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SYNC_EVERY = 8192, MEASURED_EARLY = 10000 };

static void must(err e)
{
    if (e == OK)
        return;
    struct fault f = fault_of(e);
    (void)fprintf(stderr, "verify: %s: %s\n", f.reason, f.text);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long resident(void)
{
    char line[128];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %ld", &kb) == 1)
            break;
    if (f)
        (void)fclose(f);
    return kb;
}

static str entry_of(arena *mem, int64_t i)
{
    struct sha256 h = sha256((struct bytes){(const uint8_t *)&i, sizeof i});
    str x = sha256_hex(mem, h);
    return str_fmt(mem,
                   "{\"actor\":\"%.32s\",\"hash\":\"%.*s\",\"kind\":\"article_published\","
                   "\"prev\":null,\"public\":{\"sha256\":\"%.*s\",\"version\":1},"
                   "\"subject\":\"article/%lld/%lld\","
                   "\"time\":%lld,\"v\":1}",
                   x.p, FMT(x), FMT(x), (long long)(i % 1000), (long long)i,
                   1700000000000LL + (long long)i);
}

static str in_dir(arena *mem, const char *dir, const char *name)
{
    return str_fmt(mem, "%s/%s", dir, name);
}

static void checkpoint_write(arena *mem, const char *dir, struct log_files *f, const struct edge *e)
{
    struct note_signer signer;
    struct tree_head head = {e->tree.size, tree_root(&e->tree)};
    must(note_signer_new(mem, S("bench.example/log"), NOTE_ED25519, &signer));
    str text = str_cat(mem, note_signer_text(mem, &signer), S("\n"));
    must(small_file_put(in_dir(mem, dir, "log.key").p, str_bytes(text)));
    must(small_file_put(in_dir(mem, dir, "key.pub").p, str_bytes(note_key_text(mem, &signer.key))));
    must(log_state_write(in_dir(mem, dir, "log.state").p, signer.key.name,
                         &(struct log_state){head, e->last}));
    str body = checkpoint_body(mem, &(struct checkpoint){signer.key.name, head});
    text = str_fmt(mem, "%.*s\n%.*s", FMT(body), FMT(note_sign(mem, body, &signer, 0)));
    must(log_files_put(f, "checkpoint", str_bytes(text)));
    must(log_files_sync(f));
}

static void make(const char *dir, int64_t n)
{
    AUTO_ARENA(mem);
    AUTO_ARENA(each);
    static struct log_files f;
    static struct edge e;
    long early = 0;
    must(log_files_open(in_dir(mem, dir, "log").p, NULL, &f));
    double start = now();
    for (int64_t i = 0; i < n; i++) {
        arena_reset(each);
        must(edge_add(&e, &f, entry_of(each, i)));
        if ((i + 1) % SYNC_EVERY == 0)
            must(edge_flush(&e, &f));
        if (i + 1 == MEASURED_EARLY || (n < MEASURED_EARLY && i + 1 == n / 10))
            early = resident();
    }
    must(edge_flush(&e, &f));
    double seconds = now() - start;
    checkpoint_write(mem, dir, &f, &e);
    printf("%ld %ld %.3f\n%.*s\n", early, resident(), seconds, FMT(entry_of(mem, n - 1)));
    edge_done(&e);
    log_files_close(&f);
}

static int64_t size_of(arena *mem, const struct log_files *f, struct tree_head *ret_head)
{
    struct bytes b;
    struct note n;
    struct checkpoint c;
    must(log_files_get(f, mem, "checkpoint", &b));
    must(note_parse(mem, bytes_str(b), &n));
    must(checkpoint_parse(mem, n.body, &c));
    *ret_head = c.head;
    return c.head.size;
}

static void hash_all(const char *dir)
{
    AUTO_ARENA(mem);
    AUTO_ARENA(each);
    struct log_files f;
    struct tree_head head;
    struct bytes b;
    must(log_files_open(in_dir(mem, dir, "log").p, NULL, &f));
    int64_t size = size_of(mem, &f, &head), bytes = 0;
    double start = now(), hashing = 0;
    uint8_t all = 0;
    for (int k = TILE_ENTRIES; k < TILE_LEVELS; k++)
        for (int64_t n = 0; tile_of(k, n, size).width > 0; n++) {
            arena_reset(each);
            must(log_files_tile(&f, each, tile_of(k, n, size), &b));
            double at = now();
            all ^= sha256(b).b[0];
            hashing += now() - at;
            bytes += (int64_t)b.n;
        }
    printf("%lld %.4f %.4f %d\n", (long long)bytes, hashing, now() - start, all);
    log_files_close(&f);
}

static int later(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static err fetch(void *ctx, arena *mem, struct tile_id id, struct bytes *ret_data)
{
    return log_files_tile(ctx, mem, id, ret_data);
}

static void prove(const char *dir, int n)
{
    AUTO_ARENA(mem);
    AUTO_ARENA(each);
    struct log_files f;
    struct tree_head head;
    struct tiles *t = NEW(mem, struct tiles);
    double *us = NEW_N(mem, double, (size_t)n);
    must(log_files_open(in_dir(mem, dir, "log").p, NULL, &f));
    int64_t size = size_of(mem, &f, &head);
    for (int i = 0; i < n; i++) {
        struct proof path;
        arena_reset(each);
        struct tree_place at = {(int64_t)rand_below((uint32_t)size), size};
        double start = now();
        tiles_init(t, fetch, &f, size);
        must(tree_prove_inclusion(&(struct tree_source){tiles_read, t}, each, at, &path));
        us[i] = (now() - start) * 1e6;
        if (!tree_included(at, tree_leaf(str_bytes(entry_of(each, at.index))), path, head.root))
            must(fault(ERR_INVALID, "not_included", "leaf %lld", (long long)at.index));
    }
    qsort(us, (size_t)n, sizeof *us, later);
    printf("%.0f %.0f\n", us[n / 2], us[n * 99 / 100]);
    log_files_close(&f);
}

int main(int argc, char **argv)
{
    rand_init();
    if (argc == 4 && strcmp(argv[1], "make") == 0)
        make(argv[2], atoll(argv[3]));
    else if (argc == 3 && strcmp(argv[1], "hash") == 0)
        hash_all(argv[2]);
    else if (argc == 4 && strcmp(argv[1], "prove") == 0)
        prove(argv[2], atoi(argv[3]));
    else
        return 2;
    return 0;
}
