/* gongqi export account HANDLE [--out DIR]: an account as JSON, Markdown and media, in a new folder
 * (HANDLE-export unless said otherwise), as `gongqi import account` reads it. */
#include "account/account.h"
#include "app/boot.h"
#include "app/commands.h"
#include "app/services.h"
#include "owndata/owndata.h"

#include <stdio.h>

struct exporting {
    struct boot *b;
    str handle;
    struct account account;
};

static err find(struct tx *t, void *ctx)
{
    struct exporting *x = ctx;
    return account_find(t, x->b->mem, x->handle, &x->account);
}

static err export_to(struct exporting *x, const char *dir)
{
    struct export_sink sink;
    struct export_counts n;
    struct account_out o = {.site = &x->b->site, .prefix = S("")};
    TRY(db_read(x->b->site.db, find, x));
    if (account_left(&x->account))
        return fault(ERR_DENIED, "account_left", "it is in restricted storage");
    o.account_id = x->account.id;
    TRY(folder_sink(x->b->mem, dir, &sink));
    TRY(account_export(&o, x->b->mem, &sink, &n));
    (void)printf("%s\t%lld articles\t%lld media\n", dir, (long long)n.articles, (long long)n.media);
    return OK;
}

static err run(struct exporting *x, const char *dir)
{
    TRY(services_open(x->b, 0));
    err e = export_to(x, dir);
    struct fault f = fault_of(e);
    services_close(x->b);
    if (e != OK)
        fault_copy(&f);
    return e;
}

err cmd_export(int argc, char **argv)
{
    struct boot b;
    struct exporting x = {.b = &b};
    if (argc < 3 || !str_eq(str_from(argv[1]), S("account")))
        return fault(ERR_INVALID, "usage", "export account HANDLE [--out DIR] [--data DIR]");
    bool out = argc > 4 && str_eq(str_from(argv[3]), S("--out"));
    int rest = out ? 4 : 2;
    x.handle = str_from(argv[2]);
    TRY(boot_open(argc - rest, argv + rest, 0, &b));
    err e = run(&x, out ? argv[4] : str_fmt(b.mem, "%.*s-export", FMT(x.handle)).p);
    struct fault f = fault_of(e);
    boot_close(&b);
    if (e != OK)
        fault_copy(&f);
    return e;
}
