/* gongqi log: what the transparency log says of itself, and taking it over on a new machine. */
#include "app/boot.h"
#include "app/commands.h"
#include "app/services.h"
#include "record/log.h"

#include <stdio.h>

static err growth(struct tx *t, void *ctx)
{
    return record_log_growth(t, ctx);
}

static err status(struct boot *b, struct record_log *l)
{
    struct record_log_status s;
    struct record_log_growth g = {0};
    record_log_status(l, &s);
    TRY(db_read(b->site.db, growth, &g));
    (void)printf("key        %.*s\n", FMT(note_key_text(b->mem, record_log_key(l))));
    (void)printf("signed     %lld\nwitnessed  %lld\nroot       %.*s\n", (long long)s.size,
                 (long long)s.witnessed_size, FMT(hash_text(b->mem, s.root)));
    (void)printf("leaves     %lld\nwaiting    %lld\n", (long long)g.sealed, (long long)g.pending);
    return OK;
}

static err act(struct boot *b, bool adopt)
{
    struct record_log *l = NULL;
    TRY(log_open(b, &l));
    int64_t size = 0;
    err e = adopt ? record_log_adopt(l, &size) : status(b, l);
    if (e == OK && adopt)
        (void)printf("the checkpoint of %lld leaves counts as the last one signed\n",
                     (long long)size);
    struct fault f = fault_of(e);
    record_log_close(l);
    if (e != OK)
        fault_copy(&f);
    return e;
}

err cmd_log(int argc, char **argv)
{
    struct boot b;
    bool adopt = argc > 1 && strcmp(argv[1], "adopt") == 0;
    bool shown = argc > 1 && strcmp(argv[1], "status") == 0;
    if (!adopt && !shown)
        return fault(ERR_INVALID, "usage", "gongqi log status | adopt [--data DIR]");
    TRY(boot_open(argc - 1, argv + 1, BOOT_MIGRATE, &b));
    err e = act(&b, adopt);
    struct fault f = fault_of(e);
    boot_close(&b);
    if (e != OK)
        fault_copy(&f);
    return e;
}
