/* gongqi rebuild search: projections made anew from what they are made of. */
#include "app/boot.h"
#include "app/commands.h"
#include "base/clock.h"
#include "reader/search.h"

#include <stdio.h>

static void told(int64_t done)
{
    (void)fprintf(stderr, "\r%lld articles", (long long)done);
}

static err rebuild(struct boot *b)
{
    int64_t from = clock_mono_us(), n = 0;
    TRY(search_rebuild(b->site.db, told, &n));
    double seconds = (double)(clock_mono_us() - from + 1) / 1e6;
    (void)fprintf(stderr, "\r");
    (void)printf("search: %lld articles in %.1f s, %.0f a second\n", (long long)n, seconds,
                 (double)n / seconds);
    return OK;
}

err cmd_rebuild(int argc, char **argv)
{
    struct boot b;
    if (argc < 2 || !str_eq(str_from(argv[1]), S("search")))
        return fault(ERR_INVALID, "usage", "rebuild search [settings]");
    TRY(boot_open(argc - 1, argv + 1, 0, &b));
    err e = rebuild(&b);
    boot_close(&b);
    return e;
}
