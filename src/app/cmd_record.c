/* gongqi record audit: everything recomputed, every difference printed. */
#include "app/boot.h"
#include "app/commands.h"
#include "app/services.h"
#include "proof/audit.h"
#include "record/log.h"

#include <stdio.h>

static err audit(struct boot *b)
{
    struct record_log *l = NULL;
    struct audit *a = NEW(b->mem, struct audit);
    TRY(log_open(b, &l));
    err e = audit_run(b->site.db, l, b->mem, a);
    struct fault f = fault_of(e);
    record_log_close(l);
    if (e != OK) {
        fault_copy(&f);
        return e;
    }
    for (size_t i = 0; i < a->n; i++)
        (void)printf("BAD  %.*s %lld/%lld: %.*s, recomputed %.*s\n", FMT(a->v[i].what),
                     (long long)a->v[i].owner, (long long)a->v[i].id, FMT(a->v[i].kept),
                     FMT(a->v[i].computed));
    (void)printf("%lld records and %lld rows of projections, %lld differences\n",
                 (long long)a->records, (long long)a->rows, (long long)a->differences);
    TRY(audit_note(b->site.db, a));
    return a->differences ? fault(ERR_CONFLICT, "differences", "see the lines marked BAD") : OK;
}

err cmd_record(int argc, char **argv)
{
    struct boot b;
    if (argc < 2 || strcmp(argv[1], "audit") != 0)
        return fault(ERR_INVALID, "usage", "gongqi record audit [--data DIR]");
    TRY(boot_open(argc - 1, argv + 1, BOOT_MIGRATE, &b));
    err e = audit(&b);
    struct fault f = fault_of(e);
    boot_close(&b);
    if (e != OK)
        fault_copy(&f);
    return e;
}
