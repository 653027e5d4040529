/* gongqi evidence: makes a package of evidence at once, as an officer who may ask for one; lists.
 */
#include "account/account.h"
#include "app/boot.h"
#include "app/commands.h"
#include "app/services.h"
#include "package/package.h"
#include "record/log.h"
#include "user/user.h"

#include <stdio.h>

struct asking {
    struct boot *b;
    char **arg; /* HANDLE[/NO] MOBILE case|order NUMBER REASON */
    struct package p, *v;
    size_t n;
};

static err officer(struct tx *t, struct asking *x)
{
    struct user u;
    unsigned roles = 0;
    str mobile;
    TRY(mobile_check(x->b->mem, str_from(x->arg[1]), &mobile));
    err e = user_find_mobile(t, x->b->mem, x->b->site.vault, mobile, &u);
    if (e == ERR_NOT_FOUND)
        return fault(ERR_DENIED, "denied", "nobody logs in with that number");
    TRY(e);
    TRY(user_roles(t, u.id, &roles));
    x->p.asked_by = u.id;
    return roles & PACKAGE_ROLES ? OK
                                 : fault(ERR_DENIED, "denied",
                                         "that person is no compliance, security or chief officer");
}

static err ask(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    struct account a;
    str no = STR_NONE, handle = str_split(str_from(x->arg[0]), '/', &no);
    TRY(officer(t, x));
    err e = account_find(t, x->b->mem, handle, &a);
    if (e == ERR_NOT_FOUND)
        return fault(e, "no_such_account", "no account %.*s", FMT(handle));
    TRY(e);
    x->p.account_id = a.id;
    if (no.p)
        TRY(str_int(no, &x->p.no));
    x->p.basis = str_from(x->arg[2]);
    x->p.number = str_from(x->arg[3]);
    x->p.reason = str_from(x->arg[4]);
    x->p.recipient = x->p.identity_reason = S("");
    return package_ask(t, x->b->mem, &x->p);
}

static err made(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    return package_load(t, x->b->mem, x->p.id, &x->p);
}

static void tell(int64_t done, int64_t all)
{
    (void)fprintf(stderr, "\r%lld/%lld ", (long long)done, (long long)all);
}

static err make(struct asking *x)
{
    struct package_run run = {.site = &x->b->site, .tell = tell};
    TRY(log_open(x->b, &run.log));
    err e = db_tx(x->b->site.db, ask, x);
    if (e == OK)
        e = package_make(&run, x->p.id);
    struct fault f = fault_of(e);
    record_log_close(run.log);
    (void)fputc('\n', stderr);
    if (e != OK) {
        fault_copy(&f);
        return e;
    }
    TRY(db_read(x->b->site.db, made, x));
    const struct package *p = &x->p;
    str place = x->b->settings.blobs;
    if (!place.n)
        place = str_cat(x->b->mem, x->b->site.data_dir, S("/blobs"));
    (void)printf("package   %lld\nfile      %.*s/%.2s/%.2s/%.*s\n", (long long)p->id, FMT(place),
                 p->blob.p, p->blob.p + 2, FMT(p->blob));
    (void)printf("bytes     %lld\nfiles     %lld\nmissing   %lld\nmanifest  %.*s\n",
                 (long long)p->size, (long long)p->files, (long long)p->missing, FMT(p->manifest));
    return OK;
}

static err list(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    struct package_query q = {.state = S(""), .limit = PACKAGE_LIST_MAX};
    return package_list(t, x->b->mem, &q, &x->v, &x->n);
}

static err list_print(struct asking *x)
{
    TRY(db_read(x->b->site.db, list, x));
    for (size_t i = 0; i < x->n; i++) {
        const struct package *p = &x->v[i];
        (void)printf("%lld\t%.*s\t/a/%.*s/%lld\t%.*s %.*s\t%lld bytes\t%.*s\n", (long long)p->id,
                     FMT(p->state), FMT(p->handle), (long long)p->no, FMT(p->basis), FMT(p->number),
                     (long long)p->size, FMT(p->manifest));
    }
    return OK;
}

err cmd_evidence(int argc, char **argv)
{
    enum { MAKE_ARGS = 6 }; /* "make" included */
    struct boot b;
    struct asking x = {.b = &b, .arg = argv + 2};
    bool lists = argc > 1 && strcmp(argv[1], "list") == 0;
    bool makes = argc > MAKE_ARGS && strcmp(argv[1], "make") == 0;
    int skip = makes ? MAKE_ARGS : 1;
    if (!lists && !makes)
        return fault(ERR_INVALID, "usage",
                     "gongqi evidence make HANDLE[/NO] MOBILE case|order NUMBER REASON | list"
                     " [--data DIR]");
    TRY(boot_open(argc - skip, argv + skip, 0, &b));
    err e = services_open(&b, 0);
    if (e == OK)
        e = makes ? make(&x) : list_print(&x);
    struct fault f = fault_of(e);
    services_close(&b);
    boot_close(&b);
    if (e != OK)
        fault_copy(&f);
    return e;
}
