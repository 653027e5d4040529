/* gongqi init: makes the database and the keys, and prints one-time links for the first
 * administrators. There is no default account. */
#include "app/boot.h"
#include "app/commands.h"
#include "app/services.h"
#include "base/clock.h"
#include "db/migrate.h"
#include "user/user.h"

#include <stdio.h>

struct first {
    arena *mem;
    bool done; /* there is a sysadmin already */
    str sysadmin, security;
};

static err make(struct tx *t, void *ctx)
{
    struct first *f = ctx;
    struct user *staff = NULL;
    size_t n = 0;
    f->done = false;
    TRY(user_staff_list(t, f->mem, &staff, &n));
    for (size_t i = 0; i < n; i++)
        f->done |= (staff[i].roles & ROLE_SYSADMIN) != 0;
    if (f->done)
        return OK;
    struct invite sysadmin = {.roles = ROLE_SYSADMIN, .note = S("gongqi init")};
    struct invite security = {.roles = ROLE_SECURITY | ROLE_COMPLIANCE, .note = S("gongqi init")};
    TRY(user_invite(t, f->mem, &sysadmin, &f->sysadmin));
    return user_invite(t, f->mem, &security, &f->security);
}

static void print(const struct boot *b, const struct first *f)
{
    str base = b->settings.public_url;
    if (f->done) {
        printf("Ready. There are administrators already; they invite others at %.*s/desk/staff\n",
               FMT(base));
        return;
    }
    printf("Open these links (valid for %d hours, each works once):\n\n"
           "  system administrator      %.*s/invite/%.*s\n"
           "  security and compliance   %.*s/invite/%.*s\n\n"
           "They belong to two different people (separation of duties).\n",
           (int)(user_limits()->invite_ttl_ms / HOUR_MS), FMT(base), FMT(f->sysadmin), FMT(base),
           FMT(f->security));
}

static err init(struct boot *b)
{
    struct first f = {.mem = b->mem};
    int applied = 0;
    TRY(migrate(b->site.db, &applied));
    err e = services_open(b, 0);
    if (e == OK)
        e = db_tx(b->site.db, make, &f);
    services_close(b);
    if (e == OK)
        print(b, &f);
    return e;
}

err cmd_init(int argc, char **argv)
{
    struct boot b;
    TRY(boot_open(argc, argv, BOOT_ANY_SCHEMA, &b));
    err e = init(&b);
    boot_close(&b);
    return e;
}
