/* gongqi init: makes the database and the keys, and prints one-time links for the first
 * administrators. There is no default account. */
#include "app/boot.h"
#include "app/commands.h"
#include "app/services.h"
#include "user/user.h"

#include <stdio.h>

struct first {
    arena *mem;
    str sysadmin, security;
};

static err make(struct tx *t, void *ctx)
{
    struct first *f = ctx;
    TRY(user_invite(t, f->mem, &(struct invite){.roles = ROLE_SYSADMIN, .note = S("gongqi init")},
                    &f->sysadmin));
    return user_invite(
        t, f->mem,
        &(struct invite){.roles = ROLE_SECURITY | ROLE_COMPLIANCE, .note = S("gongqi init")},
        &f->security);
}

static err init(struct boot *b)
{
    struct first f = {.mem = b->mem};
    TRY(services_open(b, 0));
    err e = db_tx(b->site.db, make, &f);
    services_close(b);
    TRY(e);
    str base = b->settings.public_url.n ? b->settings.public_url
                                        : str_cat(b->mem, S("http://"), b->settings.listen);
    printf("Sign up at %.*s/signup, then open your link (valid for %d hours, works once):\n\n"
           "  system administrator      %.*s/invite/%.*s\n"
           "  security and compliance   %.*s/invite/%.*s\n\n"
           "They belong to two different people (separation of duties).\n",
           FMT(base), INVITE_HOURS, FMT(base), FMT(f.sysadmin), FMT(base), FMT(f.security));
    return OK;
}

err cmd_init(int argc, char **argv)
{
    struct boot b;
    TRY(boot_open(argc, argv, BOOT_MIGRATE, &b));
    err e = init(&b);
    boot_close(&b);
    return e;
}
